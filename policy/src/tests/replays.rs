//! Decisions recorded and made again: the same bytes, or the place at which they differ.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use wire::digest::Digest;
use wire::json::canonical;

use super::{MOBILITY, TRAFFIC, agreement, at, atom, checked, facts, parsed, request, to_use};
use crate::{
    Basis, ConflictDefault, DIFFERENCES_MAX, DutyMode, Facts, Incomplete, NotReplayed, Recorded,
    Replayed, Settings, Shape, Verdict, check_with, evaluate,
};

/// Agreements of each kind of answer, and facts for each.
fn all() -> Vec<(Json, Facts)> {
    let open = json!([to_use(json!([]))]);
    let vetted = json!([to_use(json!([
        atom("vettedAs", "isAnyOf", json!([{ "@id": MOBILITY }])),
        atom("dateTime", "lt", json!({ "@value": "2026-12-24", "@type": "xsd:date" })),
        atom("purpose", "isAnyOf", json!([{ "@id": TRAFFIC }])),
    ]))]);
    let until = json!([to_use(json!([
        { "or": [
            atom("dateTime", "lt", json!({ "@value": "2026-11-01", "@type": "xsd:date" })),
            atom("sinceAgreement", "lteq", json!({ "@value": "P30D", "@type": "xsd:duration" })),
        ] }
    ]))]);
    let cases = [
        (open.clone(), json!([])),
        (vetted.clone(), json!([])),
        (until.clone(), json!([])),
        (open, until),
        (vetted, json!([{ "action": "odrl:distribute" }])),
    ];
    let worlds = [
        facts(),
        Facts::at(at("2027-01-01T00:00:00Z")),
        facts().moved_to(at("2026-11-30T12:00:00Z")),
    ];
    let cases = cases.map(|(permissions, prohibitions)| agreement(permissions, prohibitions));
    cases
        .iter()
        .flat_map(|it| worlds.iter().map(move |world| (it.clone(), world.clone())))
        .collect()
}

/// A decision as it is recorded, with the documents that it names.
fn recorded(policy: &Json, facts: &Facts, settings: Settings) -> (Json, Verdict) {
    let source = parsed(policy);
    let policy_digest = Digest::of_canonical(policy).unwrap();
    let checked = check_with(&source, checked(policy).profile(), &settings).unwrap();
    let decision = evaluate(&checked, &request(), facts);
    let verdict = decision.verdict;
    (Basis::of(&checked, Shape::Agreement, policy_digest).record(&decision).unwrap(), verdict)
}

fn replayed(recorded: &Json, policy: &Json, facts: &Json) -> Result<Replayed, NotReplayed> {
    Recorded::read(&canonical(recorded).unwrap())?.replay(policy, facts)
}

#[test]
fn what_is_made_again_has_the_same_bytes() {
    let other = Settings {
        conflict: ConflictDefault::Strict,
        duties: DutyMode::Promise,
        incomplete: Incomplete::Any,
        fuel: u64::MAX,
    };
    let mut verdicts = std::collections::BTreeSet::new();
    for (policy, facts) in all() {
        for settings in [Settings::default(), other] {
            let (decision, verdict) = recorded(&policy, &facts, settings);
            let read = Recorded::read(&canonical(&decision).unwrap()).unwrap();
            assert_eq!(read.snapshot(), Digest::of_canonical(&facts.to_json()).unwrap());
            assert_eq!(read.basis().document, Digest::of_canonical(&policy).unwrap());
            let again = read.replay(&policy, &facts.to_json()).unwrap();
            assert_eq!(again.differences, []);
            assert_eq!(again.compiled, []);
            assert_eq!(again.decision.verdict, verdict);
            verdicts.insert(format!("{verdict:?}"));
        }
    }
    assert_eq!(verdicts.len(), 2, "both answers occur");
}

#[test]
fn whatever_was_changed_is_named() {
    let (policy, facts) = all().remove(9);
    let (decision, _) = recorded(&policy, &facts, Settings::default());
    let check = |change: &dyn Fn(&mut Json), place: &str| {
        let mut changed = decision.clone();
        change(&mut changed);
        let again = replayed(&changed, &policy, &facts.to_json()).unwrap();
        let places: Vec<_> = again.differences.iter().map(|it| it.pointer.to_string()).collect();
        assert!(places.iter().any(|it| it == place), "{place}: {places:?}");
    };
    check(&|it| it["verdict"] = json!("permit"), "/verdict");
    check(&|it| it["reasons"] = json!([]), "/reasons/0");
    check(&|it| it["at"] = json!("2026-11-22T12:00:00Z"), "/at");
    check(&|it| it["next_change"] = json!("2026-11-24T12:00:00Z"), "/next_change");
    check(
        &|it| it["rules"][1]["constraints"][0]["truth"] = json!("unknown"),
        "/rules/1/constraints/0/truth",
    );
    check(&|it| it["request"]["target"] = json!("urn:other"), "/reasons/0/code");
    // Another rule and other facts give another report.
    let other = agreement(json!([to_use(json!([]))]), json!([]));
    let again = replayed(&decision, &other, &facts.to_json()).unwrap();
    assert!(!again.differences.is_empty() && again.differences.len() <= DIFFERENCES_MAX);
    let again = replayed(&decision, &policy, &Facts::at(facts.now()).to_json()).unwrap();
    assert!(again.differences.iter().any(|it| it.pointer.as_str() == "/snapshot"));
}

#[test]
fn what_cannot_be_made_again_says_why() {
    let (policy, facts) = all().remove(3);
    let (decision, _) = recorded(&policy, &facts, Settings::default());
    let check = |change: &dyn Fn(&mut Json, &mut Json, &mut Json)| {
        let (mut decision, mut policy, mut facts) =
            (decision.clone(), policy.clone(), facts.to_json());
        change(&mut decision, &mut policy, &mut facts);
        replayed(&decision, &policy, &facts).unwrap_err()
    };
    let unsaid = check(&|it, _, _| drop(it.as_object_mut().unwrap().remove("basis")));
    assert_eq!(unsaid, NotReplayed::NoBasis);
    let weighed = check(&|it, _, _| *it = json!({ "acceptance": "terms-listed" }));
    assert_eq!(weighed, NotReplayed::NoRule);
    let profile = Digest::of(b"another");
    let other = check(&|it, _, _| it["basis"]["profile"] = json!(profile));
    assert_eq!(other, NotReplayed::OtherProfile { profile });
    let texts = [
        check(&|it, _, _| it["basis"]["settings"]["fuel"] = json!("many")),
        check(&|it, _, _| it["basis"]["more"] = json!(1)),
        check(&|it, _, _| it["request"]["action"] = json!("odrl:unheard")),
        check(&|_, it, _| it["@type"] = json!("Offer")),
        check(&|_, it, _| it["permission"][0]["constraint"][1]["operator"] = json!("odrl:isA")),
        check(&|_, _, it| it["now"] = json!("noon")),
    ];
    let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
    assert_snapshot!(texts.join("\n"), @r"
    not a recorded decision: expected a number at `/basis/settings/fuel`, found another string
    not a recorded decision: expected no member of this name at `/basis/more`, found a number
    not a recorded decision: expected an action at `/request/action`, found another string
    the policy cannot be judged: unknown type `Offer` at `/@type`
    the policy cannot be judged: `isA` means nothing for `odrl:dateTime`; use one of `eq`, `gt`, `gteq`, `lt`, `lteq`, `neq` at `/permission/0/constraint/1/operator`
    not a snapshot of facts at `/now`
    ");
    let spaced = Recorded::read(decision.to_string().replace(',', ", ").as_bytes());
    assert!(matches!(spaced, Err(NotReplayed::Unreadable { .. })));
    let mut newer = decision;
    newer["basis"]["engine"] = json!("allmende-policy/0");
    let newer = Recorded::read(&canonical(&newer).unwrap()).unwrap();
    assert!(newer.is_of_another_engine());
    assert_eq!(newer.replay(&policy, &facts.to_json()).unwrap().differences, []);
}

/// If this fails, recorded decisions no longer come out as they were recorded: raise
/// [`crate::ENGINE_VERSION`], and then write the new digest here.
#[test]
fn a_change_of_any_decision_raises_the_version_of_the_engine() {
    let decisions = all().into_iter().map(|(policy, facts)| {
        let (mut decision, _) = recorded(&policy, &facts, Settings::default());
        // The profile has a digest of its own.
        decision["policy"].take();
        decision["basis"]["profile"].take();
        decision
    });
    let digest = Digest::of_canonical(&decisions.collect()).unwrap();
    assert_snapshot!(format!("{} {digest}", crate::ENGINE_VERSION), @"allmende-policy/2 sha256:50a918dd20a48251335dbc1707f16135db2db190db3aacaf45428dddeaacd242");
}
