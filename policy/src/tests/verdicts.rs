//! Verdicts of whole policies, with reasons, conflicts and the next change.

use insta::assert_snapshot;
use odrl_parser::Term;
use serde_json::{Value as Json, json};

use super::{
    MOBILITY, NOW, TRAFFIC, agreement, at, atom, checked, facts, iri, judged, request, to_use,
};
use crate::{Decision, Fact, FactKey, Facts, Provenance, Value, Verdict};

fn decide(permissions: Json, prohibitions: Json, facts: &Facts) -> Decision {
    judged(&checked(&agreement(permissions, prohibitions)), &request(), facts)
}

/// "permit" or the codes of the denial.
fn outcome(decision: &Decision) -> String {
    match decision.verdict {
        Verdict::Permit => "permit".to_owned(),
        Verdict::Deny => {
            let codes = decision.reasons().into_iter().map(|code| code.code());
            codes.collect::<Vec<_>>().join(" ")
        }
    }
}

fn use_if(constraints: &[Json]) -> Json {
    json!([to_use(json!(constraints))])
}

fn past() -> Json {
    atom("dateTime", "lt", "2026-01-01T00:00:00Z")
}

fn future() -> Json {
    atom("dateTime", "lt", "2027-01-01T00:00:00Z")
}

fn unknowable() -> Json {
    atom("purpose", "isA", "urn:broad")
}

#[test]
fn one_condition_holds_or_says_why_not() {
    for (constraint, expected) in [
        (future(), "permit"),
        (past(), "time-over"),
        (atom("dateTime", "lteq", "2026-11-23"), "permit"),
        (atom("dateTime", "lt", "2026-11-23"), "time-over"),
        (atom("dateTime", "gt", "2026-11-23"), "not-yet"),
        (atom("dateTime", "eq", "2026-11-24"), "wrong-time"),
        (atom("dateTime", "neq", NOW), "wrong-time"),
        (atom("sinceAgreement", "lteq", "P30D"), "permit"),
        (atom("sinceAgreement", "lteq", "P7D"), "time-over"),
        (atom("sinceAgreement", "gteq", "P30D"), "not-yet"),
        (atom("participant", "eq", "did:web:firm.example"), "permit"),
        (atom("participant", "isAnyOf", "did:web:b.example"), "not-this-partner"),
        (atom("participant", "isAnyOf", "did:web:firm.example%3A443"), "not-this-partner"),
        (atom("vettedAs", "isAnyOf", MOBILITY), "permit"),
        (atom("vettedAs", "isAllOf", json!([MOBILITY, "urn:x"])), "not-vetted"),
        (atom("vettedAs", "isNoneOf", MOBILITY), "not-vetted"),
        (atom("purpose", "isAnyOf", json!(["urn:x", TRAFFIC])), "permit"),
        (atom("purpose", "eq", "urn:advertising"), "other-purpose"),
        (unknowable(), "other-purpose"),
        (json!({"or": [past(), future()]}), "permit"),
        (json!({"and": [past(), future()]}), "time-over"),
        (json!({"xone": [past(), future()]}), "permit"),
        (json!({"xone": [future(), future()]}), "not-exactly-one"),
        (json!({"xone": [future(), unknowable()]}), "other-purpose"),
        (json!({"or": [unknowable(), future()]}), "permit"),
        (json!({"and": [unknowable(), future()]}), "other-purpose"),
    ] {
        let shown = constraint.to_string();
        let decision = decide(use_if(&[constraint]), json!([]), &facts());
        assert_eq!(outcome(&decision), expected, "{shown}");
    }
}

/// Cases 54–58 and 30: prohibitions, and how unknown decides by polarity.
#[test]
fn prohibitions_win_and_apply_when_nobody_knows() {
    let nothing = json!([{"action": "use"}]);
    let forbid = |constraints: &[Json]| use_if(constraints);
    for (case, permissions, prohibitions, expected) in [
        ("54", nothing.clone(), nothing.clone(), "prohibited"),
        ("54 alone", json!([]), nothing.clone(), "prohibited nothing-permits"),
        ("55", nothing.clone(), forbid(&[future(), past()]), "permit"),
        ("55 both", nothing.clone(), forbid(&[future(), future()]), "prohibited"),
        ("unknown", nothing.clone(), forbid(&[unknowable()]), "prohibited-unless-known"),
        ("unknown and false", nothing.clone(), forbid(&[unknowable(), past()]), "permit"),
        ("56", use_if(&[future()]), forbid(&[future()]), "prohibited"),
        ("57 below", nothing.clone(), json!([{"action": "odrl:distribute"}]), "permit"),
        (
            "57 above",
            json!([{"action": "odrl:read"}]),
            json!([{"action": "odrl:sell"}]),
            "nothing-permits",
        ),
        (
            "58",
            use_if(&[atom("dateTime", "gt", "2027-01-01"), past()]),
            json!([]),
            "not-yet time-over",
        ),
        ("59", use_if(&[json!({"xone": [future(), future()]})]), json!([]), "not-exactly-one"),
    ] {
        let decision = decide(permissions, prohibitions, &facts());
        let mut found: Vec<&str> = decision.reasons().iter().map(|code| code.code()).collect();
        found.sort_unstable();
        let mut expected: Vec<&str> =
            expected.split(' ').filter(|code| *code != "permit").collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{case}");
        assert_eq!(decision.verdict == Verdict::Permit, expected.is_empty(), "{case}");
    }
}

#[test]
fn conflicts_are_flagged_when_written_and_when_met() {
    let policy = checked(&agreement(
        json!([to_use(json!([future()])), {"action": "use"}]),
        json!([to_use(json!([future()])), {"action": "odrl:distribute"}]),
    ));
    let overlaps = serde_json::to_string(&policy.overlaps()).unwrap();
    assert_snapshot!(overlaps, @r#"[{"permission":"/permission/0","prohibition":"/prohibition/0","void":true},{"permission":"/permission/0","prohibition":"/prohibition/1","void":false},{"permission":"/permission/1","prohibition":"/prohibition/0","void":false},{"permission":"/permission/1","prohibition":"/prohibition/1","void":false}]"#);
    let decision = judged(&policy, &request(), &facts());
    let conflicts = serde_json::to_string(&decision.conflicts).unwrap();
    assert_snapshot!(conflicts, @r#"[{"permission":"/permission/0","prohibition":"/prohibition/0"},{"permission":"/permission/1","prohibition":"/prohibition/0"}]"#);
    assert_eq!(decision.verdict, Verdict::Deny);
}

/// Case 71: the request must be about the agreement's own parties and dataset.
#[test]
fn another_target_or_assignee_is_denied() {
    let policy = checked(&agreement(use_if(&[]), json!([])));
    let id = |text| odrl_parser::Id::parse(text).unwrap();
    let mut other = request();
    other.target = id("urn:e");
    assert_eq!(outcome(&judged(&policy, &other, &facts())), "other-target");
    let mut other = request();
    other.assignee = id("did:web:ulm.example");
    assert_eq!(outcome(&judged(&policy, &other, &facts())), "other-assignee");
    let mut other = request();
    other.action = Term::action("odrl:sell").unwrap();
    assert_eq!(outcome(&judged(&policy, &other, &facts())), "nothing-permits");
    other.action = Term::DISTRIBUTE;
    assert_eq!(outcome(&judged(&policy, &other, &facts())), "permit");
}

/// Cases 30, 67 and 78: what is missing, from elsewhere, contradictory or stale is unknown.
#[test]
fn facts_count_only_from_their_source_and_in_their_time() {
    let key = FactKey::of(Term::VETTED_AS);
    let vetted = |provenance, valid_until| {
        let values = [Value::Iri(iri(MOBILITY))].into();
        facts().with(key, Fact::Known { values, provenance, valid_until })
    };
    let list = Provenance::TrustList { number: 8 };
    for (case, facts, permission, prohibition) in [
        ("known", vetted(list, None), "permit", "prohibited"),
        ("absent", facts().without(key), "vetting-unknown", "prohibited-unless-known"),
        ("67", vetted(Provenance::Statement, None), "vetting-unknown", "prohibited-unless-known"),
        ("78", vetted(list, Some(at(NOW))), "fact-stale", "prohibited-unless-known"),
        (
            "stale",
            facts().with(key, Fact::Stale { provenance: list }),
            "fact-stale",
            "prohibited-unless-known",
        ),
        (
            "two",
            facts().with(key, Fact::Conflicting),
            "fact-conflicting",
            "prohibited-unless-known",
        ),
        ("none", facts().vetted_as([], 8, None), "not-vetted", "permit"),
    ] {
        let constraint = [atom("vettedAs", "isAnyOf", MOBILITY)];
        let found = outcome(&decide(use_if(&constraint), json!([]), &facts));
        assert_eq!(found, permission, "{case}");
        let found = decide(json!([{"action": "use"}]), use_if(&constraint), &facts);
        assert_eq!(outcome(&found), prohibition, "{case}");
    }
    let without_purpose = facts().without(FactKey::of(Term::PURPOSE));
    let constraint = [atom("purpose", "isNoneOf", "urn:advertising")];
    let found = outcome(&decide(use_if(&constraint), json!([]), &without_purpose));
    assert_eq!(found, "purpose-not-stated");
    // Case 75: an agreement from the future.
    let early = facts().agreed_at(at("2027-01-01T00:00:00Z"));
    let found = decide(use_if(&[atom("sinceAgreement", "lteq", "P30D")]), json!([]), &early);
    assert_eq!(outcome(&found), "fact-conflicting");
    let change = found.next_change.map(|at| at.to_string());
    assert_eq!(change.as_deref(), Some("2027-01-01T00:00:00Z"));
}

#[test]
fn the_next_change_is_exact() {
    let from_december = atom("dateTime", "gteq", "2026-12-01T00:00:00Z");
    for (constraints, expected) in [
        (vec![], None),
        (vec![future()], Some("2027-01-01T00:00:00Z")),
        (vec![past()], None),
        (
            vec![atom("dateTime", "lteq", "2027-01-01T00:00:00Z")],
            Some("2027-01-01T00:00:00.000000001Z"),
        ),
        (vec![atom("dateTime", "lteq", "2026-12-31+01:00")], Some("2026-12-31T23:00:00Z")),
        (vec![atom("dateTime", "gt", "2026-12-31+01:00")], Some("2026-12-31T23:00:00Z")),
        (vec![from_december.clone()], Some("2026-12-01T00:00:00Z")),
        (vec![from_december.clone(), past()], None),
        (vec![atom("sinceAgreement", "lt", "P30D")], Some("2026-12-01T00:00:00Z")),
        (vec![atom("sinceAgreement", "lteq", "P30D")], Some("2026-12-01T00:00:00.000000001Z")),
        // The list expires before the date.
        (vec![future(), atom("vettedAs", "isAnyOf", MOBILITY)], Some("2026-12-01T00:00:00Z")),
        // Alternatives: the later one counts, a bound that changes nothing does not.
        (
            vec![json!({"or": [future(), atom("dateTime", "lt", "2026-12-01T00:00:00Z")]})],
            Some("2027-01-01T00:00:00Z"),
        ),
        (vec![json!({"or": [future(), atom("dateTime", "gteq", "2027-01-01T00:00:00Z")]})], None),
        (vec![json!({"xone": [future(), from_december]})], Some("2026-12-01T00:00:00Z")),
    ] {
        let shown = json!(constraints).to_string();
        let decision = decide(use_if(&constraints), json!([]), &facts());
        let found = decision.next_change.map(|at| at.to_string());
        assert_eq!(found.as_deref(), expected, "{shown}");
    }
    let until = atom("dateTime", "lt", "2026-12-24");
    let decision = decide(json!([{"action": "use"}]), use_if(&[until]), &facts());
    assert_eq!(outcome(&decision), "prohibited");
    let change = decision.next_change.map(|at| at.to_string());
    assert_eq!(change.as_deref(), Some("2026-12-24T00:00:00Z"));
}

/// A policy cannot make us try its bounds without end: it is judged again where we stopped.
#[test]
fn too_many_bounds_of_time_end_in_an_earlier_look() {
    let bound = |day: i64| {
        let at = at(NOW) + jiff::SignedDuration::from_hours(24 * day);
        json!({"and": [past(), atom("dateTime", "lt", at.to_string())]})
    };
    let never: Vec<Json> = (1..=200).map(bound).collect();
    let decision = decide(use_if(&[json!({ "or": never })]), json!([]), &facts());
    assert_eq!(decision.verdict, Verdict::Deny);
    let tried = i64::try_from(crate::BOUNDS_TRIED_MAX / 2).unwrap() + 1;
    let stopped = at(NOW) + jiff::SignedDuration::from_hours(24 * tried);
    assert_eq!(decision.next_change, Some(stopped));
    // The bound that is now is no later one; the moment after it is.
    let never: Vec<Json> = (0..=200).map(bound).collect();
    let decision = decide(use_if(&[json!({ "or": never })]), json!([]), &facts());
    let day = jiff::SignedDuration::from_hours(24);
    let moment = jiff::SignedDuration::from_nanos(1);
    assert_eq!(decision.next_change, Some(stopped - day + moment));
}

#[test]
fn a_permit_exists_only_for_an_agreement_that_permits() {
    let agreed = agreement(use_if(&[future()]), json!([]));
    let permit = judged(&checked(&agreed), &request(), &facts()).into_permit().unwrap();
    assert_eq!(permit.expires(), Some(at("2027-01-01T00:00:00Z")));
    let denied = decide(use_if(&[past()]), json!([]), &facts());
    assert!(denied.into_permit().is_err());
    let offer = json!({"@id": "urn:o", "@type": "Offer", "permission": use_if(&[future()])});
    let hypothetical = judged(&checked(&offer), &request(), &facts());
    assert_eq!((hypothetical.verdict, hypothetical.hypothetical), (Verdict::Permit, true));
    assert!(hypothetical.into_permit().is_err());
}

/// Case 5: forty pairs of alternatives are judged one by one, not multiplied out.
#[test]
fn wide_policies_are_judged_in_one_pass() {
    let pair = json!({"or": [past(), future()]});
    let decision = decide(use_if(&[json!({"and": vec![pair; 40]})]), json!([]), &facts());
    assert_eq!(outcome(&decision), "permit");
    let wide = json!({"xone": vec![past(); 1000]});
    let decision = decide(use_if(&[wide]), json!([]), &facts());
    assert_eq!(outcome(&decision), "time-over");
}

#[test]
fn a_decision_is_written_whole() {
    let constraints = [future(), atom("vettedAs", "isAnyOf", "urn:x")];
    let decision = decide(use_if(&constraints), json!([]), &facts());
    assert_snapshot!(serde_json::to_string(&decision).unwrap(), @r#"{"verdict":"deny","hypothetical":false,"request":{"action":"http://www.w3.org/ns/odrl/2/use","assignee":"did:web:firm.example","target":"urn:d"},"at":"2026-11-23T12:00:00Z","policy":"sha256:4d3d054d2f87499778c74b4fcfd6fd22fb1445ab9f66d55a657e00b58c4bc5f0","snapshot":"sha256:f1b1504c3c17412a760dc379de37d5897de4a509e381a407175a986f4e5290a9","reasons":[{"code":"not-vetted","rule":"/permission/0","constraint":{"pointer":"/permission/0/constraint/1","operand":"https://w3id.org/allmende/v1/vettedAs","operator":"isAnyOf","demanded":[{"type":"iri","value":"urn:x"}],"seen":{"fact":"known","values":[{"type":"iri","value":"https://w3id.org/allmende/v1/kind/mobility-service"}],"provenance":{"source":"trust-list","number":7}},"truth":"unsatisfied","badge":"enforced"}}],"rules":[{"pointer":"/permission/0","modality":"permission","action":"http://www.w3.org/ns/odrl/2/use","regulates":true,"truth":"unsatisfied","applies":false,"badge":"enforced","constraints":[{"pointer":"/permission/0/constraint/0","operand":"http://www.w3.org/ns/odrl/2/dateTime","operator":"lt","demanded":[{"type":"instant","value":"2027-01-01T00:00:00Z"}],"seen":{"fact":"known","values":[{"type":"instant","value":"2026-11-23T12:00:00Z"}],"provenance":{"source":"own-clock"}},"truth":"satisfied","badge":"enforced"},{"pointer":"/permission/0/constraint/1","operand":"https://w3id.org/allmende/v1/vettedAs","operator":"isAnyOf","demanded":[{"type":"iri","value":"urn:x"}],"seen":{"fact":"known","values":[{"type":"iri","value":"https://w3id.org/allmende/v1/kind/mobility-service"}],"provenance":{"source":"trust-list","number":7}},"truth":"unsatisfied","badge":"enforced"}],"activation":"inactive","attempt":"attempted","performance":"unknown","deontic":"not-set"}],"conflicts":[],"next_change":null,"depends_on":["https://w3id.org/allmende/v1/vettedAs","http://www.w3.org/ns/odrl/2/dateTime"]}"#);
    assert_snapshot!(serde_json::to_string(&decision.redacted()).unwrap(), @r#"{"verdict":"deny","codes":["not-vetted"]}"#);
}
