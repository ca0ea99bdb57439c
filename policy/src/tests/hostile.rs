//! What a hostile tester would try on the evaluator. The numbers are those of the list of inputs;
//! what
//! a reader of documents refuses is tested where documents are read, and cases 14 to 29 and 54 to
//! 71 also stand beside the subjects that they are about.

use odrl_parser::ConflictStrategy::{Invalid, Perm, Prohibit};
use odrl_parser::{Constraint, LogicalOperator, Policy, PolicyKind};

use super::build::{RuleExt, agreed, atom, id, joined, operand, rule};
use super::generate::{Dice, any_facts, any_policy, any_request, any_settings};
use super::{at, facts, iri, judged, request};
use crate::{
    Decision, Fact, FactKey, Facts, Profile, Provenance, RuleKey, Told, Value, Verdict, check,
    check_with,
};

fn past() -> Constraint {
    atom("dateTime", "lt", "2026-01-01")
}

fn future() -> Constraint {
    atom("dateTime", "lt", "2027-01-01")
}

fn decide(constraint: Constraint) -> Decision {
    let policy = check(agreed(vec![rule("use").iff(constraint)], vec![])).unwrap();
    judged(&policy, &request(), &facts())
}

/// 2, 3 and 5: wide and branching conditions are judged in one pass each.
#[test]
fn effort_is_bounded_by_the_length_of_a_policy() {
    let wide = |operator, member: fn() -> Constraint, count: usize| {
        joined(operator, (0..count).map(|_| member()).collect())
    };
    assert_eq!(decide(wide(LogicalOperator::Xone, past, 10_000)).verdict, Verdict::Deny);
    let pair = || joined(LogicalOperator::Or, vec![past(), future()]);
    let bomb = joined(LogicalOperator::And, (0..40).map(|_| pair()).collect());
    assert_eq!(decide(bomb).verdict, Verdict::Permit);
    let many = agreed(vec![(0..70_000).fold(rule("use"), |rule, _| rule.iff(past()))], vec![]);
    assert_eq!(check(&many).unwrap_err().code(), "policy-too-many-rules");
}

/// 38: nothing but an agreement yields a permit.
#[test]
fn only_an_agreement_yields_a_permit() {
    for kind in [
        PolicyKind::Assertion,
        PolicyKind::MessageOffer,
        PolicyKind::Offer,
        PolicyKind::Privacy,
        PolicyKind::Request,
        PolicyKind::Set,
        PolicyKind::Ticket,
    ] {
        let mut policy = agreed(vec![rule("use")], vec![]);
        policy.kind = kind;
        let decision = judged(&check(&policy).unwrap(), &request(), &facts());
        assert_eq!((decision.verdict, decision.hypothetical), (Verdict::Permit, true), "{kind:?}");
        assert!(decision.into_permit().is_err(), "{kind:?}");
    }
}

/// 39 to 46: values of another type, unit or form.
#[test]
fn values_of_another_form_are_refused_or_unknown() {
    let refused = |name: &str, operator: &str, value: &str| {
        let policy = agreed(vec![rule("use").iff(atom(name, operator, value))], vec![]);
        check(&policy).unwrap_err().code()
    };
    for value in ["NaN", "INF", "1e1", "1e400", "0x10", "1,5", "-", ""] {
        assert_eq!(refused("count", "lteq", value), "policy-value-refused", "{value}");
    }
    for value in [
        "2024-02-30",
        "2026-11-23T24:00:00Z",
        "2026-11-23T23:59:60Z",
        "2026-11-23T12:00:00",
        "0000-01-01",
        "10000-01-01",
    ] {
        assert_eq!(refused("dateTime", "lt", value), "policy-value-refused", "{value}");
    }
    for value in ["P60M", "P1M", "-P1D", "P1Y2D", "P1.5D"] {
        assert_eq!(refused("elapsedTime", "lteq", value), "policy-value-refused", "{value}");
    }
    // A fact of another type than the profile's is no answer.
    let text = Value::Text { text: "3".to_owned(), language: None };
    let two = [Value::Decimal(1.into()), Value::Decimal(2.into())];
    for values in [[text].into(), two.into()] {
        let provenance = Provenance::Meter { reading: 1 };
        let fact = Fact::Known { values, provenance, valid_until: None };
        let facts = facts().with(FactKey::of(operand("count")), fact);
        let policy = agreed(vec![rule("use").iff(atom("count", "lteq", "5"))], vec![]);
        let found = judged(&check(&policy).unwrap(), &request(), &facts);
        assert_eq!(found.verdict, Verdict::Deny);
    }
}

/// 52: what a document says of a counter is shown to nobody who decides.
#[test]
fn a_status_in_a_document_resets_no_counter() {
    let mut counted = atom("count", "lteq", "5");
    if let Constraint::Atomic { status, right, .. } = &mut counted {
        *status = right.values.first().cloned();
    }
    let policy = check(agreed(vec![rule("use").iff(counted)], vec![])).unwrap();
    assert_eq!(judged(&policy, &request(), &facts()).verdict, Verdict::Deny);
}

/// 64: a duty whose own action is prohibited can never be done, and is shown as an overlap.
#[test]
fn a_prohibited_duty_keeps_its_permission_shut() {
    let told = |told| crate::DutyFact { told, provenance: Provenance::Operator, valid_until: None };
    let policy = agreed(
        vec![rule("use").and_do(rule("odrl:inform").named("urn:tell"))],
        vec![rule("odrl:inform")],
    );
    let policy = check(&policy).unwrap();
    assert_eq!(judged(&policy, &request(), &facts()).verdict, Verdict::Deny);
    assert_eq!(policy.overlaps().len(), 1);
    let done = facts().with_duty(RuleKey::Id(id("urn:tell")), told(Told::Fulfilled));
    assert_eq!(judged(&policy, &request(), &done).verdict, Verdict::Permit);
}

/// 24: two names are the same where their characters are, whatever they stand for.
#[test]
fn a_policy_named_like_its_target_is_judged_like_any_other() {
    let mut policy = agreed(vec![rule("use")], vec![]);
    policy.id = id("urn:d");
    let policy = check(&policy).unwrap();
    assert_eq!(judged(&policy, &request(), &facts()).verdict, Verdict::Permit);
    for alike in ["urn:D", "URN:d", "urn:%64", "urn:d/", "urn:d#"] {
        let mut ask = request();
        ask.target = id(alike);
        assert_eq!(judged(&policy, &ask, &facts()).verdict, Verdict::Deny, "{alike}");
    }
}

/// 37: only the profile that the operator pinned says what an action includes.
#[test]
fn no_document_says_what_an_action_includes() {
    let policy = check(agreed(vec![rule("odrl:read")], vec![])).unwrap();
    let mut ask = request();
    ask.action = super::build::action("odrl:delete");
    assert_eq!(judged(&policy, &ask, &facts()).verdict, Verdict::Deny);
}

/// 53: nobody here vouches for addresses, so that no range of them is compared.
#[test]
fn a_range_of_addresses_is_refused() {
    for range in ["0.0.0.0/0", "::ffff:0:0/96"] {
        let policy =
            agreed(vec![rule("use").iff(atom("virtualLocation", "isPartOf", range))], vec![]);
        assert_eq!(check(&policy).unwrap_err().code(), "policy-operand-unavailable");
    }
}

/// 69: an agreement stands as it was signed, whatever is said to replace it.
#[test]
fn what_replaces_a_signed_agreement_is_read_by_nobody() {
    let mut policy = agreed(vec![rule("use")], vec![]);
    policy.informative.insert("dct:isReplacedBy".to_owned(), serde_json::json!("urn:other"));
    let policy = check(&policy).unwrap();
    assert_eq!(judged(&policy, &request(), &facts()).verdict, Verdict::Permit);
}

/// 80: readings at the ends of the line are compared, and one below nothing is no reading.
#[test]
fn a_meter_that_overflows_or_runs_backwards_grants_nothing() {
    let policy = check(agreed(vec![rule("use").iff(atom("count", "lteq", "5"))], vec![])).unwrap();
    let read = |count: rust_decimal::Decimal| {
        let values = [Value::Decimal(count)].into();
        let provenance = Provenance::Meter { reading: u64::MAX };
        let fact = Fact::Known { values, provenance, valid_until: None };
        let facts = facts().with(FactKey::of(operand("count")), fact);
        judged(&policy, &request(), &facts).verdict
    };
    assert_eq!(read(rust_decimal::Decimal::MAX), Verdict::Deny);
    assert_eq!(read(rust_decimal::Decimal::MIN), Verdict::Deny);
    assert_eq!(read((-1).into()), Verdict::Deny);
    assert_eq!(read(0.into()), Verdict::Permit);
}

/// 76: times at the ends of the line, and a clock that jumps.
#[test]
fn clocks_at_the_ends_of_time_answer() {
    let policy = agreed(
        vec![rule("use").iff(future()).iff(atom("sinceAgreement", "lteq", "P9999D"))],
        vec![],
    );
    let policy = check(&policy).unwrap();
    for now in [jiff::Timestamp::MIN, jiff::Timestamp::MAX, jiff::Timestamp::UNIX_EPOCH] {
        let _ = judged(&policy, &request(), &facts().moved_to(now));
    }
    let there = judged(&policy, &request(), &facts());
    let back = facts().moved_to(at("2030-01-01T00:00:00Z")).moved_to(facts().now());
    assert_eq!(judged(&policy, &request(), &back), there);
}

/// 83 and 84: texts are taken by their letters, whatever they look like.
#[test]
fn texts_are_taken_literally() {
    for text in [".*", "{{now}}", "${HOME}", "'or1=1", "\u{1b}[31m", "a\nb"] {
        let policy = agreed(vec![rule("use").iff(atom("version", "eq", text))], vec![]);
        let policy = check(&policy).unwrap();
        let with = |text: &str| {
            let values = [Value::Text { text: text.to_owned(), language: None }].into();
            let provenance = Provenance::Catalogue;
            let fact = Fact::Known { values, provenance, valid_until: None };
            judged(&policy, &request(), &facts().with(FactKey::of(operand("version")), fact))
                .verdict
        };
        assert_eq!((with(text), with("anything")), (Verdict::Permit, Verdict::Deny), "{text:?}");
    }
}

/// 85: hundreds of worlds, each judged twice from the beginning, give the same bytes.
#[test]
fn nothing_but_the_inputs_has_a_say() {
    let bytes = |seed| {
        let mut dice = Dice(seed);
        let settings = any_settings(&mut dice);
        let policy = check_with(any_policy(&mut dice), &Profile::v1(), &settings).unwrap();
        let (facts, request) = (any_facts(&mut dice), any_request(&mut dice));
        serde_json::to_vec(&judged(&policy, &request, &facts)).unwrap()
    };
    for seed in 0..300 {
        assert_eq!(bytes(seed), bytes(seed), "{seed}");
    }
}

/// 72: what is meant shows in the digest of what was checked.
#[test]
fn another_meaning_has_another_digest() {
    let of = |rule: odrl_parser::Rule| check(agreed(vec![rule], vec![])).unwrap().digest();
    let whole = of(rule("use").iff(future()));
    let others = [
        of(rule("odrl:read").iff(future())),
        of(rule("use")),
        of(rule("use").iff(past())),
        of(rule("use").iff(atom("dateTime", "lteq", "2027-01-01"))),
        check(agreed(vec![], vec![rule("use").iff(future())])).unwrap().digest(),
        of(rule("use").iff(future()).and_do(rule("odrl:inform"))),
        of(rule("use").refined(future())),
    ];
    assert!(others.iter().all(|other| *other != whole));
    assert_eq!(of(rule("use").iff(future())), whole);
    let strategies = [None, Some(Invalid), Some(Perm), Some(Prohibit)].map(|conflict| {
        let policy = Policy { conflict, ..agreed(vec![rule("use")], vec![]) };
        *check(&policy).unwrap().digest().as_bytes()
    });
    assert_eq!(std::collections::BTreeSet::from(strategies).len(), 4);
}

/// A snapshot has one spelling: whatever else is not read.
#[test]
fn a_snapshot_is_read_strictly() {
    let whole = facts().to_json();
    assert_eq!(Facts::from_json(&whole).unwrap(), facts());
    let broken = |change: fn(&mut serde_json::Value)| {
        let mut json = facts().to_json();
        change(&mut json);
        Facts::from_json(&json).unwrap_err();
    };
    broken(|json| json["extra"] = serde_json::json!(1));
    broken(|json| json["now"] = serde_json::json!("2026-11-23T12:00:00.000Z"));
    broken(|json| json["now"] = serde_json::json!("2026-11-23T13:00:00+01:00"));
    broken(|json| json["facts"][0]["operand"] = serde_json::json!("odrl:nothing"));
    broken(|json| json["facts"][0]["provenance"]["source"] = serde_json::json!("hearsay"));
    broken(|json| json["facts"].as_array_mut().unwrap().reverse());
    broken(|json| {
        let first = json["facts"][0].clone();
        json["facts"].as_array_mut().unwrap().push(first);
    });
    broken(|json| {
        json.as_object_mut().unwrap().remove("duties");
    });
    broken(|json| *json = serde_json::json!([]));
}

/// 10 and 48: long lists are looked through once, and no fact is believed twice.
#[test]
fn long_lists_are_looked_through_once() {
    let names: Vec<String> = (0..1_000).map(|n| format!("urn:k:{n}")).collect();
    let list = atom("vettedAs", "isAnyOf", &names.join(" "));
    let policy = check(agreed(vec![rule("use").iff(list)], vec![])).unwrap();
    let of = |from: usize| {
        let kinds = (from..from + 1_000).map(|n| iri(&format!("urn:k:{n}")));
        judged(&policy, &request(), &facts().vetted_as(kinds, 7, None)).verdict
    };
    assert_eq!((of(999), of(1_000)), (Verdict::Permit, Verdict::Deny));
    let wider = facts().vetted_as((0..5_000).map(|n| iri(&format!("urn:x:{n}"))), 7, None);
    let found = judged(&policy, &request(), &wider);
    assert_eq!(
        found.reasons().iter().map(|code| code.code()).collect::<Vec<_>>(),
        ["budget-exceeded"]
    );
}
