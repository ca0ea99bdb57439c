//! Evaluation cases of public suites in our words: what each class of them asks, with a yes and a
//! no. G marks the gaps that the event-log suites fill; the numbered cases of the W3C and of the
//! formal semantics stand in `w3c`.

use odrl_parser::{LogicalOperator, Policy, Rule};

use super::build::{
    RuleExt, action, agreed, agreed_in_rules, atom, collection, id, in_unit, joined, operand,
    place, put_places, rule, thing,
};
use super::{NOW, at, facts, iri, judged, request};
use crate::{
    About, DutyState, EventLog, Fact, FactKey, Facts, Membership, Performance, Provenance, RuleKey,
    Value, Verdict, check,
};

const FIRM: &str = "did:web:firm.example";
const EUR: &str = "https://w3id.org/allmende/v1/unit/eur";

#[track_caller]
fn answers(what: &str, policy: &Policy, asked: &str, facts: &Facts, expected: bool) {
    let mut ask = request();
    ask.action = action(asked);
    let decision = judged(&check(policy).unwrap(), &ask, facts);
    assert_eq!(decision.verdict == Verdict::Permit, expected, "{what}: {:?}", decision.reasons());
}

fn known(name: &str, value: Value, provenance: Provenance) -> Facts {
    let fact = Fact::Known { values: [value].into(), provenance, valid_until: None };
    facts().with(FactKey::of(operand(name)), fact)
}

fn metered(name: &str, value: i64) -> Facts {
    known(name, Value::Decimal(value.into()), Provenance::Meter { reading: 1 })
}

fn one(rule: Rule) -> Policy {
    agreed(vec![rule], vec![])
}

#[test]
fn rules_of_one_action_asset_and_party() {
    let print =
        agreed_in_rules(vec![rule("odrl:print").on(thing("urn:d")).by(thing(FIRM))], vec![]);
    answers("the action", &print, "odrl:print", &facts(), true);
    answers("another", &print, "odrl:display", &facts(), false);
    answers("the wider", &print, "use", &facts(), false);
    let other =
        agreed_in_rules(vec![rule("odrl:print").on(thing("urn:e")).by(thing(FIRM))], vec![]);
    answers("another asset", &other, "odrl:print", &facts(), false);
    let other =
        agreed_in_rules(vec![rule("odrl:print").on(thing("urn:d")).by(thing("urn:x"))], vec![]);
    answers("another party", &other, "odrl:print", &facts(), false);
    let both = agreed(vec![rule("use")], vec![rule("odrl:print")]);
    answers("prohibited", &both, "odrl:print", &facts(), false);
    answers("beside it", &both, "odrl:display", &facts(), true);
    answers(
        "below",
        &agreed(vec![rule("use")], vec![rule("odrl:play")]),
        "odrl:display",
        &facts(),
        false,
    );
}

#[test]
fn constraints_and_their_combinations() {
    let early = || atom("dateTime", "lt", "2026-12-01");
    let late = || atom("dateTime", "gteq", "2026-12-01");
    let then = |when: &str| facts().moved_to(at(when));
    answers("before", &one(rule("use").iff(early())), "use", &then(NOW), true);
    answers("after", &one(rule("use").iff(early())), "use", &then("2026-12-01T00:00:00Z"), false);
    let forbidden = agreed(vec![rule("use")], vec![rule("use").iff(early())]);
    answers("while it holds", &forbidden, "use", &then(NOW), false);
    answers("when it no longer does", &forbidden, "use", &then("2026-12-01T00:00:00Z"), true);
    answers("two, one fails", &one(rule("use").iff(early()).iff(late())), "use", &facts(), false);
    for (operator, expected) in
        [(LogicalOperator::And, false), (LogicalOperator::Or, true), (LogicalOperator::Xone, true)]
    {
        let of = |members| one(rule("use").iff(joined(operator, members)));
        answers("one of two", &of(vec![early(), late()]), "use", &facts(), expected);
        let both = operator != LogicalOperator::Xone;
        answers("both", &of(vec![early(), early()]), "use", &facts(), both);
        answers("none", &of(vec![late(), late()]), "use", &facts(), false);
    }
    let deep = joined(
        LogicalOperator::Or,
        vec![
            late(),
            joined(
                LogicalOperator::And,
                vec![early(), joined(LogicalOperator::Xone, vec![late(), early()])],
            ),
        ],
    );
    answers("G, nested", &one(rule("use").iff(deep)), "use", &facts(), true);
}

#[test]
fn values_of_each_type() {
    let of =
        |name: &str, operator: &str, value: &str| one(rule("use").iff(atom(name, operator, value)));
    for (count, expected) in [(9, true), (10, true), (11, false)] {
        answers("G, count", &of("count", "lteq", "10"), "use", &metered("count", count), expected);
    }
    answers("no meter", &of("count", "lteq", "10"), "use", &facts(), false);
    answers(
        "G, percentage",
        &of("percentage", "lt", "50"),
        "use",
        &metered("percentage", 49),
        true,
    );
    let used = |hours: i64| {
        let value = Value::DayTime(jiff::SignedDuration::from_hours(hours));
        known("meteredTime", value, Provenance::Meter { reading: 1 })
    };
    answers("G, metered time", &of("meteredTime", "lteq", "P1D"), "use", &used(24), true);
    answers("G, metered time over", &of("meteredTime", "lteq", "P1D"), "use", &used(25), false);
    let since = |first: Option<&str>| facts().first_exercised(first.map(at));
    answers("G, elapsed, never used", &of("elapsedTime", "lteq", "P7D"), "use", &since(None), true);
    answers(
        "G, elapsed",
        &of("elapsedTime", "lteq", "P7D"),
        "use",
        &since(Some("2026-11-20T00:00:00Z")),
        true,
    );
    answers(
        "G, elapsed over",
        &of("elapsedTime", "lteq", "P7D"),
        "use",
        &since(Some("2026-11-02T00:00:00Z")),
        false,
    );
    let text = |name: &str, text: &str| {
        let value = Value::Text { text: text.to_owned(), language: None };
        known(name, value, Provenance::Catalogue)
    };
    answers(
        "a format",
        &of("fileFormat", "eq", "text/csv"),
        "use",
        &text("fileFormat", "text/csv"),
        true,
    );
    answers(
        "another",
        &of("fileFormat", "isAnyOf", "text/csv a/b"),
        "use",
        &text("fileFormat", "c/d"),
        false,
    );
    // Case 47: one language is not a part of another by its letters.
    answers("47, language", &of("language", "eq", "de"), "use", &text("language", "de-CH"), false);
    let place = |name: &str| {
        let place = iri(&format!("https://w3id.org/allmende/v1/place/{name}"));
        known("spatial", Value::Iri(place), Provenance::Statement)
    };
    let inside = of("spatial", "isPartOf", "https://w3id.org/allmende/v1/place/EU");
    answers("inside", &inside, "use", &place("DE"), true);
    answers("outside", &inside, "use", &place("US"), false);
    answers("nowhere known", &inside, "use", &place("XX"), false);
}

#[test]
fn refinements_of_actions_assets_and_parties() {
    let print = rule("odrl:print").refined(atom("count", "lteq", "3"));
    answers("within", &one(print.clone()), "odrl:print", &metered("count", 3), true);
    answers("beyond", &one(print), "odrl:print", &metered("count", 4), false);
    let small = collection("urn:assets", vec![atom("version", "eq", "2")]);
    let policy = agreed_in_rules(vec![rule("use").on(small).by(thing(FIRM))], vec![]);
    let version = |text: &str| {
        let list = Membership {
            members: [id("urn:d")].into(),
            provenance: Provenance::Operator,
            valid_until: None,
        };
        let value = Value::Text { text: text.to_owned(), language: None };
        let fact = Fact::Known {
            values: [value].into(),
            provenance: Provenance::Catalogue,
            valid_until: None,
        };
        let key = FactKey::of(operand("version")).about(About::Asset);
        facts().with_members(id("urn:assets"), list).with(key, fact)
    };
    answers("the member that is meant", &policy, "use", &version("2"), true);
    answers("another member", &policy, "use", &version("1"), false);
    // The collection itself is more than the members that are meant.
    let mut ask = request();
    ask.target = id("urn:assets");
    let found = judged(&check(&policy).unwrap(), &ask, &version("2"));
    assert_eq!(found.verdict, Verdict::Deny);
}

fn did(what: &str, when: &str) -> Performance {
    let value = Value::Quantity { number: 5.into(), unit: iri(EUR) };
    Performance {
        action: action(what),
        assignee: id(FIRM),
        target: None,
        at: at(when),
        values: [(operand("payAmount"), [value].into())].into(),
        evidence: wire::digest::Digest::of(when.as_bytes()),
        provenance: Provenance::Log { size: 4 },
    }
}

#[test]
fn duties_conditions_consequences() {
    let key = RuleKey::Id(id("urn:pay"));
    let pay = || {
        rule("odrl:compensate").named("urn:pay").refined(in_unit(atom("payAmount", "eq", "5"), EUR))
    };
    let policy = one(rule("use").and_do(pay()));
    let paid = |when| facts().with_performance(key.clone(), did("odrl:compensate", when));
    answers("before", &policy, "use", &paid("2026-11-20T00:00:00Z"), true);
    answers("not yet", &policy, "use", &facts(), false);
    let wrong = facts().with_performance(key.clone(), did("odrl:inform", "2026-11-20T00:00:00Z"));
    answers("something else", &policy, "use", &wrong, false);
    // The deprecated name of an action is the action.
    let old = facts().with_performance(key.clone(), did("odrl:pay", "2026-11-20T00:00:00Z"));
    answers("by its old name", &policy, "use", &old, true);
    let conditional = one(rule("use").and_do(pay().iff(atom("dateTime", "gteq", "2026-12-01"))));
    answers("the duty does not count yet", &conditional, "use", &facts(), true);
    let later = facts().moved_to(at("2026-12-02T00:00:00Z"));
    answers("now it does", &conditional, "use", &later, false);
    let found = judged(&check(&conditional).unwrap(), &request(), &facts());
    assert_eq!(found.next_change, Some(at("2026-12-01T00:00:00Z")));
    // A payment from before the duty counted is none.
    let early = paid("2026-11-20T00:00:00Z").moved_to(at("2026-12-02T00:00:00Z"));
    answers("paid too early", &conditional, "use", &early, false);
    // Two duties: both.
    let inform = || rule("odrl:inform").named("urn:tell");
    let both = one(rule("use").and_do(pay()).and_do(inform()));
    answers("one of two", &both, "use", &paid("2026-11-20T00:00:00Z"), false);
    let all = paid("2026-11-20T00:00:00Z")
        .with_performance(RuleKey::Id(id("urn:tell")), did("odrl:inform", "2026-11-21T00:00:00Z"));
    answers("both", &both, "use", &all, true);
}

/// What the event-log suites ask of obligations: whether they were met, in the end.
#[test]
fn obligations_over_time() {
    let mut policy = one(rule("use"));
    policy.obligations = vec![
        rule("odrl:inform").named("urn:tell").iff(atom("sinceAgreement", "lteq", "P30D")),
        rule("odrl:delete").named("urn:delete").iff(atom("event", "gt", "urn:revocation")),
    ];
    put_places(&mut policy);
    let policy = check(&policy).unwrap();
    let states = |facts: &Facts| -> Vec<DutyState> {
        judged(&policy, &request(), facts).obligations.iter().map(|it| it.state).collect()
    };
    let log = |until: &str| {
        let event = crate::Event { since: at("2026-11-10T00:00:00Z"), until: Some(at(until)) };
        EventLog {
            events: [(iri("urn:revocation"), event)].into(),
            first_held: Default::default(),
            provenance: Provenance::Log { size: 2 },
            valid_until: None,
        }
    };
    use DutyState::{Inactive, Pending, Violated};
    assert_eq!(states(&facts()), [Pending, Pending], "no log: owed until known");
    assert_eq!(states(&facts().with_log(log("2026-11-30T00:00:00Z"))), [Pending, Inactive]);
    let late = facts().with_log(log("2026-11-30T00:00:00Z")).moved_to(at("2026-12-02T00:00:00Z"));
    assert_eq!(states(&late), [Violated, Pending]);
}

#[test]
fn steps_in_order() {
    let steps = joined(
        LogicalOperator::AndSequence,
        vec![atom("event", "gt", "urn:a"), atom("event", "gt", "urn:b")],
    );
    let policy = one(rule("use").iff(steps));
    let past =
        |until: &str| crate::Event { since: at("2026-11-01T00:00:00Z"), until: Some(at(until)) };
    let places = ["0", "1"].map(|n| place(&format!("/permission/0/constraint/0/andSequence/{n}")));
    let log = |one: &str, other: &str| {
        let [first, second] = places.clone();
        facts().with_log(EventLog {
            events: [(iri("urn:a"), past(one)), (iri("urn:b"), past(other))].into(),
            first_held: [(first, at(one)), (second, at(other))].into(),
            provenance: Provenance::Log { size: 2 },
            valid_until: None,
        })
    };
    answers(
        "G, in order",
        &policy,
        "use",
        &log("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"),
        true,
    );
    answers(
        "G, out of order",
        &policy,
        "use",
        &log("2026-11-03T00:00:00Z", "2026-11-02T00:00:00Z"),
        false,
    );
}
