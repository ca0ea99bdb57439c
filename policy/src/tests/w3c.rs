//! The 36 evaluation cases of the W3C candidate-recommendation tests of ODRL 2.2 (E12-1 to E24-3),
//! and the ten verdicts of the formal-semantics draft (A1, A2, B1, C1, C2), in our own words: each
//! says in which state the rule of an example of the Information Model is when its constraints,
//! refinements, duties and their consequences hold or do not. Operands that nobody here can know
//! are replaced by others.

use odrl_parser::{ConflictStrategy, LogicalOperator, Policy, Rule};
use wire::digest::Digest;

use super::build::{
    RuleExt, action, agreed, agreed_in_rules, atom, collection, id, in_unit, joined, operand,
    put_places, rule, thing,
};
use super::whole::{EUR, known};
use super::{at, facts, iri, judged, request};
use crate::{
    About, Activation, Deontic, DutyFact, DutyState, Event, EventLog, Fact, FactKey, Facts,
    Membership, Performance, Provenance, RuleKey, Told, Value, Verdict, check,
};

const FIRM: &str = "did:web:firm.example";
const ON_TIME: &str = "2026-11-20T00:00:00Z";

/// In which state the first rule is.
#[derive(Clone, Copy, Debug)]
enum Says {
    /// The permission is active: what it is about may be done.
    Active,
    /// It is not.
    NotActive,
    /// The prohibition is active, and nobody has done what it forbids, or has made up for it.
    NotInfringed,
    /// Somebody has, and has not.
    Infringed,
    /// The prohibition does not apply.
    NotForbidden,
    /// The obligation is met.
    Fulfilled,
    /// It is not.
    NotFulfilled,
}

#[track_caller]
fn says(name: &str, policy: &Policy, asked: &str, facts: &Facts, expected: Says) -> String {
    let mut ask = request();
    ask.action = action(asked);
    let found = judged(&check(policy).unwrap(), &ask, facts);
    let rule = found.rules.iter().find(|rule| rule.regulates);
    let state = found.obligations.first().map(|it| it.state);
    let permits = found.verdict == Verdict::Permit;
    let holds = match expected {
        Says::Active => permits && rule.is_some_and(|it| it.activation == Activation::Active),
        Says::NotActive => !permits && rule.is_none_or(|it| it.activation == Activation::Inactive),
        Says::NotInfringed => !permits && rule.is_some_and(|it| it.deontic == Deontic::NotSet),
        Says::Infringed => !permits && rule.is_some_and(|it| it.deontic == Deontic::Violated),
        Says::NotForbidden => permits,
        Says::Fulfilled => matches!(state, Some(DutyState::Fulfilled | DutyState::Cured)),
        Says::NotFulfilled => matches!(state, Some(DutyState::Pending | DutyState::Violated)),
    };
    assert!(holds, "{name}: not {expected:?}: {found:?}");
    name.to_owned()
}

fn one(rule: Rule) -> Policy {
    agreed(vec![rule], vec![])
}

fn told(name: &str, value: Value, provenance: Provenance) -> (FactKey, Fact) {
    (FactKey::of(operand(name)), known(value, provenance))
}

fn text(name: &str, text: &str) -> (FactKey, Fact) {
    let value = Value::Text { text: text.to_owned(), language: None };
    told(name, value, Provenance::Catalogue)
}

fn metered(name: &str, value: i64) -> Facts {
    let (key, fact) = told(name, Value::Decimal(value.into()), Provenance::Meter { reading: 1 });
    facts().with(key, fact)
}

/// What was done for the rule of this name: an amount, where one is paid.
fn done(facts: Facts, name: &str, what: &str, amount: i64) -> Facts {
    let paid = Value::Quantity { number: amount.into(), unit: iri(EUR) };
    let performance = Performance {
        action: action(what),
        assignee: id(FIRM),
        target: Some(id("urn:d")),
        at: at(ON_TIME),
        values: [(operand("payAmount"), [paid].into())].into(),
        evidence: Digest::of(name.as_bytes()),
        provenance: Provenance::Log { size: 4 },
    };
    facts.with_performance(RuleKey::Id(id(name)), performance)
}

/// It is known that the duty was not done when it should have been.
fn missed(name: &str) -> Facts {
    let provenance = Provenance::Operator;
    let fact = DutyFact { told: Told::Violated, provenance, valid_until: None };
    facts().with_duty(RuleKey::Id(id(name)), fact)
}

fn pay(name: &str, amount: &str) -> Rule {
    rule("odrl:compensate").named(name).refined(in_unit(atom("payAmount", "eq", amount), EUR))
}

fn at_time(when: &str) -> Facts {
    facts().moved_to(at(when))
}

/// Examples 12 to 15 and 18: permissions under constraints and refinements.
fn permissions() -> Vec<String> {
    let before = || one(rule("odrl:distribute").iff(atom("dateTime", "lt", "2026-12-01")));
    let until = || one(rule("odrl:play").iff(atom("dateTime", "lteq", "2026-11-30")));
    let half = || one(rule("odrl:print").refined(atom("percentage", "lteq", "50")));
    let either = || {
        let media = atom("media", "eq", "urn:online");
        let members = vec![media, atom("fileFormat", "eq", "print")];
        one(rule("odrl:reproduce").refined(joined(LogicalOperator::Xone, members)))
    };
    let reproduced = |online: bool, print: bool| {
        let media = iri(if online { "urn:online" } else { "urn:other" });
        let media = told("media", Value::Iri(media), Provenance::Catalogue);
        let format = text("fileFormat", if print { "print" } else { "other" });
        facts().with(media.0, media.1).with(format.0, format.1)
    };
    let (early, late) = (at_time("2026-11-30T23:59:59Z"), at_time("2026-12-01T00:00:00Z"));
    vec![
        says("E12-1", &one(rule("odrl:play")), "odrl:play", &facts(), Says::Active),
        says("E13-1", &before(), "odrl:distribute", &early, Says::Active),
        says("E13-2", &before(), "odrl:distribute", &late, Says::NotActive),
        says("E14-1", &half(), "odrl:print", &metered("percentage", 50), Says::Active),
        says("E14-2", &half(), "odrl:print", &metered("percentage", 51), Says::NotActive),
        says("E15-1", &either(), "odrl:reproduce", &reproduced(true, true), Says::NotActive),
        says("E15-2", &either(), "odrl:reproduce", &reproduced(true, false), Says::Active),
        says("E15-3", &either(), "odrl:reproduce", &reproduced(false, true), Says::Active),
        says("E15-4", &either(), "odrl:reproduce", &reproduced(false, false), Says::NotActive),
        says("E18-1", &until(), "odrl:play", &early, Says::Active),
        says("E18-2", &until(), "odrl:play", &late, Says::NotActive),
    ]
}

/// Examples 16 and 17: members of collections that a refinement chooses.
fn collections() -> Vec<String> {
    let list = |member: &str| Membership {
        members: [id(member)].into(),
        provenance: Provenance::Operator,
        valid_until: None,
    };
    let short = || {
        let target = collection("urn:media", vec![atom("version", "eq", "short")]);
        agreed_in_rules(vec![rule("odrl:play").on(target).by(thing(FIRM))], vec![])
    };
    let is = |length: &str| {
        let (key, fact) = text("version", length);
        facts().with_members(id("urn:media"), list("urn:d")).with(key.about(About::Asset), fact)
    };
    let friends = || {
        let friends = collection("urn:friends", vec![atom("industry", "eq", "urn:adult")]);
        agreed_in_rules(vec![rule("odrl:display").on(thing("urn:d")).by(friends)], vec![])
    };
    let who = |name: &str| {
        let (key, fact) = told("industry", Value::Iri(iri(name)), Provenance::Statement);
        facts().with_members(id("urn:friends"), list(FIRM)).with(key.about(About::Party), fact)
    };
    vec![
        says("E16-1", &short(), "odrl:play", &is("short"), Says::Active),
        says("E16-2", &short(), "odrl:play", &is("long"), Says::NotActive),
        says("E17-1", &friends(), "odrl:display", &who("urn:adult"), Says::Active),
        says("E17-2", &friends(), "odrl:display", &who("urn:child"), Says::NotActive),
    ]
}

/// Examples 19 and 24: prohibitions, beside a permission and with a remedy.
fn prohibitions() -> Vec<String> {
    let mut both = agreed(vec![rule("odrl:display")], vec![rule("odrl:archive")]);
    both.conflict = Some(ConflictStrategy::Perm);
    let remedy = rule("odrl:anonymize").named("urn:anonymize").on(thing("urn:d"));
    let index = agreed(vec![], vec![rule("odrl:index").named("urn:index").and_do(remedy)]);
    let indexed = || done(facts(), "urn:index", "odrl:index", 0);
    let remedied = || done(indexed(), "urn:anonymize", "odrl:anonymize", 0);
    vec![
        says("E19-1", &both, "odrl:display", &facts(), Says::Active),
        says("E19-2", &both, "odrl:archive", &facts(), Says::NotInfringed),
        says("E24-1", &index, "odrl:index", &facts(), Says::NotInfringed),
        says("E24-2", &index, "odrl:index", &remedied(), Says::NotInfringed),
        says("E24-3", &index, "odrl:index", &indexed(), Says::Infringed),
    ]
}

/// Examples 20 and 21: obligations, and what follows when they are not met.
fn obligations() -> Vec<String> {
    let obliged = |duty: Rule| {
        let mut policy = one(rule("use"));
        policy.obligations = vec![duty];
        put_places(&mut policy);
        policy
    };
    let fee = || obliged(pay("urn:fee", "500"));
    let delete = || obliged(rule("odrl:delete").named("urn:del").and_do(pay("urn:fine", "10")));
    let paid = |amount| done(facts(), "urn:fee", "odrl:compensate", amount);
    let fined = |facts, amount| done(facts, "urn:fine", "odrl:compensate", amount);
    let deleted = |facts| done(facts, "urn:del", "odrl:delete", 0);
    let state =
        |name, policy: Policy, facts: Facts, expected| says(name, &policy, "use", &facts, expected);
    vec![
        state("E20-1", fee(), paid(500), Says::Fulfilled),
        state("E20-2", fee(), paid(499), Says::NotFulfilled),
        state("E21-1", delete(), deleted(facts()), Says::Fulfilled),
        state("E21-2", delete(), missed("urn:del"), Says::NotFulfilled),
        state("E21-3", delete(), fined(missed("urn:del"), 9), Says::NotFulfilled),
        state("E21-4", delete(), fined(deleted(missed("urn:del")), 10), Says::Fulfilled),
        state("E21-5", delete(), fined(deleted(missed("urn:del")), 9), Says::NotFulfilled),
    ]
}

/// Examples 22 and 23: duties of a permission, with a constraint and with a consequence.
fn duties() -> Vec<String> {
    let before_use = atom("event", "lt", "http://www.w3.org/ns/odrl/2/policyUsage");
    let play = one(rule("odrl:play").and_do(pay("urn:pay", "5").iff(before_use)));
    let log = |used: bool| {
        let event = Event { since: at("2026-11-10T00:00:00Z"), until: None };
        let usage = iri("http://www.w3.org/ns/odrl/2/policyUsage");
        facts().with_log(EventLog {
            events: if used { [(usage, event)].into() } else { Default::default() },
            first_held: Default::default(),
            provenance: Provenance::Log { size: 2 },
            valid_until: None,
        })
    };
    let paid = |facts, amount| done(facts, "urn:pay", "odrl:compensate", amount);
    let track = rule("odrl:acceptTracking").named("urn:track");
    let name = rule("odrl:attribute").named("urn:name").and_do(track);
    let pass_on = one(rule("odrl:distribute").and_do(name));
    let named = |facts| done(facts, "urn:name", "odrl:attribute", 0);
    let tracked = |facts| done(facts, "urn:track", "odrl:acceptTracking", 0);
    let late = || missed("urn:name");
    let distribute =
        |name, facts: Facts, expected| says(name, &pass_on, "odrl:distribute", &facts, expected);
    vec![
        says("E22-1", &play, "odrl:play", &paid(log(false), 5), Says::Active),
        says("E22-2", &play, "odrl:play", &log(false), Says::NotActive),
        says("E22-3", &play, "odrl:play", &paid(log(false), 4), Says::NotActive),
        says("E22-4", &play, "odrl:play", &paid(log(true), 5), Says::Active),
        distribute("E23-1", named(facts()), Says::Active),
        distribute("E23-2", tracked(late()), Says::NotActive),
        distribute("E23-3", late(), Says::NotActive),
        distribute("E23-4", tracked(named(late())), Says::Active),
        distribute("E23-5", named(late()), Says::NotActive),
    ]
}

#[test]
fn every_evaluation_case_of_the_w3c_has_its_state() {
    let found = [permissions(), collections(), prohibitions(), obligations(), duties()].concat();
    let of = [(12, 1), (13, 2), (14, 2), (15, 4), (16, 2), (17, 2), (18, 2), (19, 2), (20, 2)];
    let more = [(21, 5), (22, 4), (23, 5), (24, 3)];
    for (example, cases) in of.into_iter().chain(more) {
        for case in 1..=cases {
            let name = format!("E{example}-{case}");
            assert_eq!(found.iter().filter(|it| **it == name).count(), 1, "{name}");
        }
    }
    assert_eq!(found.len(), 36);
}

/// Which permissions and prohibitions are active in which state of the world, as the draft's
/// examples say; C1 and C2 with a duty as the condition of a permission.
#[test]
fn every_verdict_of_the_formal_semantics_is_ours() {
    let early = || atom("dateTime", "lt", "2026-12-01");
    let (before, after) = (at_time("2026-11-30T12:00:00Z"), at_time("2026-12-01T12:00:00Z"));
    let permit = one(rule("odrl:read").iff(early()));
    let forbid = agreed(vec![rule("odrl:read")], vec![rule("odrl:read").iff(early())]);
    let few = one(rule("odrl:print").refined(atom("count", "lteq", "3")));
    let paid = || done(facts(), "urn:pay", "odrl:compensate", 5);
    let conditioned = one(rule("odrl:read").and_do(pay("urn:pay", "5")));
    let later = atom("dateTime", "gteq", "2026-12-01");
    let then = || one(rule("odrl:read").and_do(pay("urn:pay", "5").iff(later.clone())));
    let on = |facts: Facts, day: &str| facts.moved_to(at(day));
    let second = "2026-12-02T00:00:00Z";
    let found = [
        says("A1, while it holds", &permit, "odrl:read", &before, Says::Active),
        says("A1, when it no longer does", &permit, "odrl:read", &after, Says::NotActive),
        says("A2, when it no longer does", &forbid, "odrl:read", &after, Says::NotForbidden),
        says("B1, within", &few, "odrl:print", &metered("count", 3), Says::Active),
        says("B1, beyond", &few, "odrl:print", &metered("count", 4), Says::NotActive),
        says("C1, done before", &conditioned, "odrl:read", &paid(), Says::Active),
        says("C1, not done", &conditioned, "odrl:read", &facts(), Says::NotActive),
        says("C2, does not count yet", &then(), "odrl:read", &facts(), Says::Active),
        says("C2, counts", &then(), "odrl:read", &on(facts(), second), Says::NotActive),
        says(
            "C2, done before it counted",
            &then(),
            "odrl:read",
            &on(paid(), second),
            Says::NotActive,
        ),
    ];
    assert_eq!(found.len(), 10);
}
