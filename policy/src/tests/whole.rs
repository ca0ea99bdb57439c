//! Verdicts of policies of the whole model: collections, refinements, duties, strategies, meters,
//! events and sequences.

use std::collections::BTreeMap;

use odrl_parser::{LogicalOperator, Policy};
use wire::digest::Digest;

use super::build::{
    RuleExt, action, agreed, agreed_in_rules, atom, collection, id, in_unit, joined, operand,
    place, put_places, rule, thing,
};
use super::{at, facts, iri, judged, request};
use crate::{
    About, Decision, Deontic, DutyFact, DutyMode, DutyState, Event, EventLog, Fact, FactKey, Facts,
    Membership, Performance, Performed, Profile, Provenance, RuleKey, Settings, Told, Value,
    Verdict, check, check_with, evaluate_all,
};

const FIRM: &str = "did:web:firm.example";
pub(super) const EUR: &str = "https://w3id.org/allmende/v1/unit/eur";

pub(super) fn settled(policy: &Policy, settings: Settings, facts: &Facts) -> Decision {
    let policy = check_with(policy, &Profile::v1(), &settings).unwrap();
    judged(&policy, &request(), facts)
}

pub(super) fn codes(decision: &Decision) -> String {
    let codes: Vec<&str> = decision.reasons().into_iter().map(|code| code.code()).collect();
    if decision.verdict == Verdict::Permit { "permit".to_owned() } else { codes.join(" ") }
}

#[track_caller]
pub(super) fn check_that(policy: &Policy, facts: &Facts, expected: &str) {
    assert_eq!(codes(&settled(policy, Settings::default(), facts)), expected);
}

fn members(of: &[&str], provenance: Provenance) -> Membership {
    let members = of.iter().map(|name| id(name)).collect();
    Membership { members, provenance, valid_until: Some(at("2026-12-01T00:00:00Z")) }
}

pub(super) fn known(value: Value, provenance: Provenance) -> Fact {
    Fact::Known { values: [value].into(), provenance, valid_until: None }
}

pub(super) fn paid(amount: i64, when: &str, evidence: &str) -> Performance {
    let value = Value::Quantity { number: amount.into(), unit: iri(EUR) };
    Performance {
        action: action("odrl:compensate"),
        assignee: id(FIRM),
        target: None,
        at: at(when),
        values: BTreeMap::from([(operand("payAmount"), [value].into())]),
        evidence: Digest::of(evidence.as_bytes()),
        provenance: Provenance::Operator,
    }
}

fn pay() -> odrl_parser::Rule {
    rule("odrl:compensate").refined(in_unit(atom("payAmount", "gteq", "5"), EUR))
}

/// Cases 21, 51–58 of the suites and 67: who belongs to a collection is believed of few.
#[test]
fn members_of_a_collection_are_those_that_a_trusted_source_names() {
    let towns = || collection("urn:towns", vec![]);
    let permit = agreed_in_rules(vec![rule("use").on(thing("urn:d")).by(towns())], vec![]);
    let everybody = rule("use").on(thing("urn:d")).by(thing(FIRM));
    let forbid = agreed_in_rules(vec![everybody], vec![rule("use").on(thing("urn:d")).by(towns())]);
    let list = Provenance::TrustList { number: 7 };
    let with = |of: &[&str], by| facts().with_members(id("urn:towns"), members(of, by));
    for (facts, permitted, forbidden) in [
        (with(&[FIRM], list), "permit", "prohibited"),
        (with(&["urn:other"], list), "nothing-permits", "permit"),
        (with(&[FIRM], Provenance::Statement), "membership-unknown", "prohibited-unless-known"),
        (facts(), "membership-unknown", "prohibited-unless-known"),
        (
            with(&[FIRM], list).moved_to(at("2026-12-01T00:00:00Z")),
            "membership-unknown",
            "prohibited-unless-known",
        ),
    ] {
        check_that(&permit, &facts, permitted);
        check_that(&forbid, &facts, forbidden);
    }
    // Members of members are not looked for, and a part that a document claims counts for nothing.
    let nested = with(&["urn:more"], list).with_members(id("urn:more"), members(&[FIRM], list));
    check_that(&permit, &nested, "nothing-permits");
    let change = settled(&permit, Settings::default(), &with(&[FIRM], list)).next_change;
    assert_eq!(change, Some(at("2026-12-01T00:00:00Z")));
}

#[test]
fn refinements_of_a_collection_select_its_members_by_polarity() {
    let big = vec![atom("industry", "eq", "urn:rail")];
    let permit = agreed_in_rules(
        vec![rule("use").on(thing("urn:d")).by(collection("urn:firms", big.clone()))],
        vec![],
    );
    let forbid = agreed_in_rules(
        vec![rule("use").on(thing("urn:d")).by(thing(FIRM))],
        vec![rule("use").on(thing("urn:d")).by(collection("urn:firms", big))],
    );
    let key = FactKey::of(operand("industry")).about(About::Party);
    let member = facts().with_members(id("urn:firms"), members(&[FIRM], Provenance::Operator));
    let industry =
        |name: &str| member.clone().with(key, known(Value::Iri(iri(name)), Provenance::Statement));
    check_that(&permit, &industry("urn:rail"), "permit");
    check_that(&forbid, &industry("urn:rail"), "prohibited");
    check_that(&permit, &industry("urn:sea"), "nothing-permits");
    check_that(&forbid, &industry("urn:sea"), "permit");
    check_that(&permit, &member, "membership-unknown");
    check_that(&forbid, &member, "prohibited-unless-known");
    // The same word about the request is another fact.
    let elsewhere = known(Value::Iri(iri("urn:rail")), Provenance::Statement);
    let other = member.clone().with(FactKey::of(operand("industry")), elsewhere);
    check_that(&permit, &other, "membership-unknown");
}

/// Case 65 and ruling 15: what refines the action is asked like a constraint.
#[test]
fn refinements_of_an_action_narrow_it_by_polarity() {
    let for_research = || atom("purpose", "eq", "urn:research");
    let permit = agreed(vec![rule("use").refined(for_research())], vec![]);
    let forbid = agreed(vec![rule("use")], vec![rule("use").refined(for_research())]);
    let stated = |name: &str| facts().purpose(iri(name));
    let silent = facts().without(FactKey::of(odrl_parser::Term::PURPOSE));
    check_that(&permit, &stated("urn:research"), "permit");
    check_that(&permit, &stated("urn:ads"), "other-purpose");
    check_that(&permit, &silent, "purpose-not-stated");
    check_that(&forbid, &stated("urn:ads"), "permit");
    check_that(&forbid, &silent, "prohibited-unless-known");
}

/// Rulings 1 and 2, cases 62 and 63.
#[test]
fn a_duty_comes_before_its_permission() {
    let policy = agreed(vec![rule("use").and_do(pay().named("urn:pay"))], vec![]);
    let key = RuleKey::Id(id("urn:pay"));
    let done = |one: Performance| facts().with_performance(key.clone(), one);
    let promise = Settings { duties: DutyMode::Promise, ..Settings::default() };
    let on_time = "2026-11-20T00:00:00Z";
    let mut other_party = paid(5, on_time, "x");
    other_party.assignee = id("did:web:other.example");
    let mut own_word = paid(5, on_time, "x");
    own_word.provenance = Provenance::Statement;
    let twice = done(paid(5, on_time, "x"))
        .with_performance(RuleKey::Id(id("urn:other")), paid(5, on_time, "x"));
    let told = |told| DutyFact { told, provenance: Provenance::Operator, valid_until: None };
    for (what, facts, first, promised) in [
        ("nothing", facts(), "duty-not-fulfilled", "permit"),
        ("paid", done(paid(5, on_time, "x")), "permit", "permit"),
        ("more", done(paid(6, on_time, "x")), "permit", "permit"),
        ("less", done(paid(4, on_time, "x")), "duty-not-fulfilled", "permit"),
        ("later", done(paid(5, "2026-11-24T00:00:00Z", "x")), "duty-not-fulfilled", "permit"),
        ("other", done(other_party), "duty-not-fulfilled", "permit"),
        ("own word", done(own_word), "duty-not-fulfilled", "permit"),
        ("same evidence", twice, "duty-not-fulfilled", "permit"),
        ("told", facts().with_duty(key.clone(), told(Told::Fulfilled)), "permit", "permit"),
        ("waived", facts().with_duty(key.clone(), told(Told::Waived)), "permit", "permit"),
        (
            "violated",
            facts().with_duty(key.clone(), told(Told::Violated)),
            "duty-violated",
            "duty-violated",
        ),
    ] {
        let found = settled(&policy, Settings::default(), &facts);
        assert_eq!(codes(&found), first, "{what}");
        let found = settled(&policy, promise, &facts);
        assert_eq!(codes(&found), promised, "{what}");
        assert_eq!(
            found.owed.is_empty(),
            found.rules[0].duties[0].deontic == Deontic::Fulfilled
                || found.rules[0].duties[0].state == DutyState::Waived,
            "{what}"
        );
    }
    let later = settled(&policy, Settings::default(), &done(paid(5, "2026-11-24T00:00:00Z", "x")));
    assert_eq!(later.next_change, Some(at("2026-11-24T00:00:00Z")));
}

#[test]
fn a_duty_whose_constraint_does_not_hold_is_not_owed() {
    let for_ads = pay().iff(atom("purpose", "eq", "urn:ads"));
    let policy = agreed(vec![rule("use").and_do(for_ads)], vec![]);
    check_that(&policy, &facts(), "permit");
    check_that(&policy, &facts().purpose(iri("urn:ads")), "duty-not-fulfilled");
    let silent = facts().without(FactKey::of(odrl_parser::Term::PURPOSE));
    check_that(&policy, &silent, "duty-not-fulfilled");
}

/// Case 62: a duty that several permissions share is done once.
#[test]
fn a_shared_duty_is_done_once() {
    let shared = || rule("use").and_do(pay().named("urn:pay"));
    let policy = agreed(vec![shared(), shared()], vec![]);
    let done =
        facts().with_performance(RuleKey::Id(id("urn:pay")), paid(5, "2026-11-20T00:00:00Z", "x"));
    check_that(&policy, &done, "permit");
    let other = rule("use").and_do(rule("odrl:inform").named("urn:pay"));
    let differs = agreed(vec![shared(), other], vec![]);
    assert_eq!(check(&differs).unwrap_err().code(), "policy-id-taken");
}

/// An obligation has a deadline; past it, the consequence is due, and what is done late is cured.
#[test]
fn obligations_are_reported_as_owed_until_done() {
    let delete = rule("odrl:delete")
        .named("urn:delete")
        .iff(atom("dateTime", "lt", "2026-12-01T00:00:00Z"))
        .and_do(pay().named("urn:fine"));
    let mut policy = agreed(vec![rule("use")], vec![]);
    policy.obligations = vec![delete];
    put_places(&mut policy);
    let states = |facts: &Facts| {
        let found = settled(&policy, Settings::default(), facts);
        assert_eq!(found.verdict, Verdict::Permit);
        let owed: Vec<String> =
            found.owed.iter().map(|it| format!("{} {:?}", it.key, it.state)).collect();
        (found.obligations[0].state, owed.join(", "), found.obligations[0].deontic)
    };
    let deleted = |when: &str| Performance {
        action: action("odrl:delete"),
        values: BTreeMap::new(),
        ..paid(0, when, "deleted")
    };
    let (key, fine) = (RuleKey::Id(id("urn:delete")), RuleKey::Id(id("urn:fine")));
    let pending = (DutyState::Pending, "id urn:delete Pending".to_owned(), Deontic::NotSet);
    assert_eq!(states(&facts()), pending);
    let late = facts().moved_to(at("2026-12-02T00:00:00Z"));
    let both = "id urn:delete Violated, id urn:fine Pending".to_owned();
    assert_eq!(states(&late), (DutyState::Violated, both, Deontic::Violated));
    let on_time = late.clone().with_performance(key.clone(), deleted("2026-11-30T00:00:00Z"));
    assert_eq!(states(&on_time), (DutyState::Fulfilled, String::new(), Deontic::Fulfilled));
    let too_late = late.with_performance(key, deleted("2026-12-01T00:00:00Z"));
    assert_eq!(states(&too_late).0, DutyState::Violated);
    let cured = too_late.with_performance(fine, paid(5, "2026-12-01T12:00:00Z", "fine"));
    assert_eq!(states(&cured), (DutyState::Cured, String::new(), Deontic::Fulfilled));
    let found = settled(&policy, Settings::default(), &facts());
    assert_eq!(found.owed[0].deadline, Some(at("2026-12-01T00:00:00Z")));
}

#[test]
fn remedies_are_due_when_a_prohibition_was_infringed() {
    let forbidden = rule("odrl:distribute").named("urn:x").and_do(pay().named("urn:fine"));
    let policy = agreed(vec![rule("use")], vec![forbidden]);
    let found = settled(&policy, Settings::default(), &facts());
    assert_eq!((codes(&found), found.owed.len()), ("permit".to_owned(), 0));
    assert_eq!(found.rules[1].deontic, Deontic::NotSet);
    let passed_on = Performance {
        action: action("odrl:distribute"),
        target: Some(id("urn:d")),
        values: BTreeMap::new(),
        ..paid(0, "2026-11-10T00:00:00Z", "seen")
    };
    let infringed = facts().with_performance(RuleKey::Id(id("urn:x")), passed_on);
    let found = settled(&policy, Settings::default(), &infringed);
    assert_eq!(found.owed[0].key, RuleKey::Id(id("urn:fine")));
    let rule = &found.rules[1];
    assert_eq!((rule.performance, rule.deontic), (Performed::Performed, Deontic::Violated));
    // What makes up for it is done after it; whoever does it again owes again.
    let key = RuleKey::Id(id("urn:fine"));
    let remedied = |when| infringed.clone().with_performance(key.clone(), paid(5, when, "fine"));
    let found = settled(&policy, Settings::default(), &remedied("2026-11-12T00:00:00Z"));
    assert_eq!((found.rules[1].deontic, found.owed.len()), (Deontic::NotSet, 0));
    let found = settled(&policy, Settings::default(), &remedied("2026-11-09T00:00:00Z"));
    assert_eq!((found.rules[1].deontic, found.owed.len()), (Deontic::Violated, 1));
    let ended = facts().ended_at(at("2026-11-20T00:00:00Z"));
    let found = settled(&policy, Settings::default(), &ended);
    assert_eq!(
        (found.rules[1].performance, found.rules[0].deontic),
        (Performed::Unperformed, Deontic::NotSet)
    );
}

#[test]
fn units_are_never_converted() {
    let cheap = |unit: &str| in_unit(atom("payAmount", "lteq", "5"), unit);
    let policy = |unit: &str| agreed(vec![rule("use").iff(cheap(unit))], vec![]);
    let paid = Value::Quantity { number: 5.into(), unit: iri(EUR) };
    let digest = Digest::of(b"receipt");
    let paid = facts()
        .with(FactKey::of(operand("payAmount")), known(paid, Provenance::Credential { digest }));
    check_that(&policy(EUR), &paid, "permit");
    check_that(&policy("http://dbpedia.org/resource/Euro"), &paid, "fact-unknown");
    let refused = |policy: &Policy| check(policy).unwrap_err().code();
    assert_eq!(refused(&policy("urn:dollar")), "policy-unit-refused");
    let without = agreed(vec![rule("use").iff(atom("payAmount", "lteq", "5"))], vec![]);
    assert_eq!(refused(&without), "policy-unit-refused");
    let time = in_unit(atom("dateTime", "lt", "2027-01-01"), EUR);
    assert_eq!(refused(&agreed(vec![rule("use").iff(time)], vec![])), "policy-unit-meaningless");
}

fn log(events: &[(&str, &str)], held: &[(&str, &str)]) -> EventLog {
    let event = |(name, since): &(&str, &str)| (iri(name), Event { since: at(since), until: None });
    EventLog {
        events: events.iter().map(event).collect(),
        first_held: held.iter().map(|(to, when)| (place(to), at(when))).collect(),
        provenance: Provenance::Log { size: 9 },
        valid_until: None,
    }
}

#[test]
fn events_are_known_from_the_log_alone() {
    let before = agreed(vec![rule("use").iff(atom("event", "lt", "urn:opening"))], vec![]);
    let opening = |when: &str| facts().with_log(log(&[("urn:opening", when)], &[]));
    check_that(&before, &facts(), "fact-unknown");
    check_that(&before, &facts().with_log(log(&[], &[])), "permit");
    check_that(&before, &opening("2026-11-20T00:00:00Z"), "condition-not-met");
    let soon = settled(&before, Settings::default(), &opening("2026-11-25T00:00:00Z"));
    assert_eq!(soon.next_change, Some(at("2026-11-25T00:00:00Z")));
    let during = agreed(vec![rule("use").iff(atom("event", "eq", "urn:opening"))], vec![]);
    check_that(&during, &opening("2026-11-20T00:00:00Z"), "permit");
    let foreign = EventLog { provenance: Provenance::Statement, ..log(&[], &[]) };
    check_that(&before, &facts().with_log(foreign), "fact-unknown");
}

#[test]
fn an_infringement_is_believed_of_few() {
    let fine = pay().named("urn:fine");
    let forbidden = rule("odrl:distribute").named("urn:x").and_do(fine);
    let policy = agreed(vec![rule("use")], vec![forbidden]);
    let owed = |facts: &Facts| settled(&policy, Settings::default(), facts).owed.len();
    let told = |told, provenance| {
        let fact = DutyFact { told, provenance, valid_until: None };
        facts().with_duty(RuleKey::Id(id("urn:x")), fact)
    };
    assert_eq!(owed(&told(Told::Violated, Provenance::Operator)), 1);
    assert_eq!(owed(&told(Told::Fulfilled, Provenance::Operator)), 0);
    assert_eq!(owed(&told(Told::Waived, Provenance::Log { size: 3 })), 0);
    assert_eq!(owed(&told(Told::Violated, Provenance::Statement)), 0);
}

/// Ruling 13 and case 60.
#[test]
fn a_sequence_holds_only_in_its_order() {
    let steps = vec![atom("count", "gteq", "1"), atom("dateTime", "gt", "2026-11-01")];
    let steps = joined(LogicalOperator::AndSequence, steps);
    let policy = agreed(vec![rule("use").iff(steps)], vec![]);
    let count = |n: i64| {
        let read = known(Value::Decimal(n.into()), Provenance::Meter { reading: 1 });
        facts().with(FactKey::of(operand("count")), read)
    };
    let first = "/permission/0/constraint/0/andSequence/0";
    let second = "/permission/0/constraint/0/andSequence/1";
    let order =
        |one: &str, other: &str| count(1).with_log(log(&[], &[(first, one), (second, other)]));
    let (early, late) = ("2026-11-02T00:00:00Z", "2026-11-05T00:00:00Z");
    check_that(&policy, &count(1), "not-in-order");
    check_that(&policy, &order(early, late), "permit");
    check_that(&policy, &order(early, early), "permit");
    check_that(&policy, &order(late, early), "not-in-order");
    let unmet = count(0).with_log(log(&[], &[(first, early), (second, late)]));
    check_that(&policy, &unmet, "condition-not-met");
}

/// Ruling 8.
#[test]
fn several_policies_deny_when_one_forbids() {
    let read = |policy: &Policy| check(policy).unwrap();
    let permits = read(&agreed(vec![rule("use")], vec![]));
    let silent = read(&agreed(vec![rule("odrl:sell")], vec![]));
    let forbids = read(&agreed(vec![rule("use")], vec![rule("use")]));
    for (policies, expected) in [
        (vec![&permits, &silent], Verdict::Permit),
        (vec![&permits, &forbids], Verdict::Deny),
        (vec![&silent, &silent], Verdict::Deny),
        (vec![], Verdict::Deny),
    ] {
        assert_eq!(evaluate_all(policies, &request(), &facts()).verdict, expected);
    }
}

#[test]
fn what_costs_too_much_is_denied() {
    let one = |fuel| Settings { fuel, ..Settings::default() };
    let policy = agreed(vec![rule("use").iff(atom("dateTime", "lt", "2027-01-01"))], vec![]);
    assert_eq!(codes(&settled(&policy, one(3), &facts())), "permit");
    let found = settled(&policy, one(2), &facts());
    assert_eq!((codes(&found), found.next_change), ("budget-exceeded".to_owned(), None));
}
