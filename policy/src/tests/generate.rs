//! Policies, facts and requests from a seed: the whole model, small worlds, so that things meet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use odrl_parser::{ConflictStrategy, Constraint, LogicalOperator, Policy, Rule, Term};
use wire::digest::Digest;

use super::build::{
    RuleExt, action, agreed, atom, collection, id, in_unit, joined, operand, place, put_places,
    rule, thing,
};
use super::{NOW, at, iri};
use crate::{
    About, ConflictDefault, DutyFact, DutyMode, Event, EventLog, Fact, FactKey, Facts, Interval,
    Membership, Performance, Provenance, Request, RuleKey, Settings, Told, Value,
};

/// SplitMix64: the same seed gives the same world everywhere.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn some(&mut self, of: &[&str]) -> String {
        let first = self.one(of);
        let second = self.one(of);
        if self.chance(60) { first.to_owned() } else { format!("{first} {second}") }
    }
}

const TIMES: [&str; 6] = [
    "2026-11-01T00:00:00Z",
    "2026-11-22",
    "2026-11-23T12:00:00Z",
    "2026-11-23+01:00",
    "2026-11-24",
    "2026-12-24T00:00:00Z",
];
const INSTANTS: [&str; 5] = [
    "2026-11-01T00:00:00Z",
    "2026-11-22T12:00:00Z",
    "2026-11-23T12:00:00Z",
    "2026-11-24T00:00:00Z",
    "2026-12-24T00:00:00Z",
];
const SPANS: [&str; 4] = ["P0D", "P1D", "P22DT12H", "P30D"];
const KINDS: [&str; 4] = [
    "https://w3id.org/allmende/v1/kind/public-body",
    "https://w3id.org/allmende/v1/kind/municipality",
    "https://w3id.org/allmende/v1/kind/mobility-service",
    "urn:k:1",
];
const PURPOSES: [&str; 3] = [
    "https://w3id.org/allmende/v1/purpose/urban-planning",
    "https://w3id.org/allmende/v1/purpose/traffic-planning",
    "urn:p:1",
];
const PLACES: [&str; 3] = [
    "https://w3id.org/allmende/v1/place/EU",
    "https://w3id.org/allmende/v1/place/DE",
    "https://w3id.org/allmende/v1/place/US",
];
const EVENTS: [&str; 2] = ["urn:event:1", "urn:event:2"];
const UNITS: [&str; 2] =
    ["https://w3id.org/allmende/v1/unit/eur", "http://dbpedia.org/resource/Euro"];
const PARTIES: [&str; 3] = ["did:web:firm.example", "did:web:b.example", "urn:firms"];
const ASSETS: [&str; 3] = ["urn:d", "urn:e", "urn:assets"];
const DUTIES: [&str; 2] = ["urn:duty:1", "urn:duty:2"];
const ACTIONS: [&str; 7] =
    ["use", "use", "use", "odrl:play", "odrl:display", "odrl:distribute", "odrl:sell"];
const ORDER: [&str; 6] = ["eq", "neq", "lt", "lteq", "gt", "gteq"];

fn any_atom(dice: &mut Dice) -> Constraint {
    match dice.below(13) {
        0..=3 => atom("dateTime", dice.one(&ORDER), dice.one(&TIMES)),
        4 => atom("sinceAgreement", dice.one(&ORDER), dice.one(&SPANS)),
        5 => atom("elapsedTime", dice.one(&["eq", "lt", "lteq"]), dice.one(&SPANS)),
        6 => atom("count", dice.one(&ORDER), dice.one(&["0", "3", "5", "5.5"])),
        7 => {
            let amount = atom("payAmount", dice.one(&ORDER), dice.one(&["5", "10"]));
            in_unit(amount, dice.one(&UNITS))
        }
        8 => {
            let of = ["hasPart", "isAllOf", "isAnyOf", "isNoneOf", "isPartOf"];
            let kinds = dice.some(&KINDS);
            atom("vettedAs", dice.one(&of), &kinds)
        }
        9 if dice.chance(50) => {
            atom("purpose", dice.one(&["eq", "neq", "isA"]), dice.one(&PURPOSES))
        }
        9 => {
            let purposes = dice.some(&PURPOSES);
            atom("purpose", dice.one(&["isAnyOf", "isNoneOf", "isPartOf"]), &purposes)
        }
        10 => atom("spatial", dice.one(&["isPartOf", "isA", "eq"]), dice.one(&PLACES)),
        11 => atom("event", dice.one(&["lt", "eq", "gt"]), dice.one(&EVENTS)),
        _ => atom("version", dice.one(&["eq", "neq", "isAnyOf"]), dice.one(&["1", "2"])),
    }
}

fn any_constraint(dice: &mut Dice, depth: usize) -> Constraint {
    if depth == 0 || dice.chance(55) {
        return any_atom(dice);
    }
    let operator = match dice.below(8) {
        0..=2 => LogicalOperator::And,
        3..=5 => LogicalOperator::Or,
        6 => LogicalOperator::Xone,
        _ => LogicalOperator::AndSequence,
    };
    let mut members: Vec<Constraint> =
        (0..=dice.below(4)).map(|_| any_constraint(dice, depth - 1)).collect();
    if operator == LogicalOperator::And && dice.chance(15) {
        members.push(atom("count", "lteq", "3"));
        members.push(atom("timeInterval", "eq", dice.one(&["P1D", "P1M"])));
    }
    joined(operator, members)
}

fn constrained(dice: &mut Dice, mut rule: Rule, most: usize) -> Rule {
    for _ in 0..dice.below(most + 1) {
        rule = rule.iff(any_constraint(dice, 3));
    }
    rule
}

fn any_duty(dice: &mut Dice, depth: usize) -> Rule {
    let mut duty = rule(dice.one(&["odrl:compensate", "odrl:inform"]));
    duty = constrained(dice, duty, 1);
    if dice.chance(30) {
        duty = duty.refined(in_unit(atom("payAmount", "gteq", "5"), UNITS[0]));
    }
    if dice.chance(15) {
        duty = duty.iff(atom("timeInterval", "eq", dice.one(&["P1M", "P7D"])));
    }
    if depth > 0 && dice.chance(30) {
        duty = duty.and_do(any_duty(dice, depth - 1));
    }
    duty
}

fn any_rule(dice: &mut Dice, is_permission: bool) -> Rule {
    let mut made = rule(dice.one(&ACTIONS));
    made = constrained(dice, made, if is_permission { 1 } else { 2 });
    if dice.chance(20) {
        made = made.refined(any_constraint(dice, 1));
    }
    if dice.chance(12) {
        let refined = if dice.chance(40) { vec![any_atom(dice)] } else { vec![] };
        made = made.on(collection(dice.one(&ASSETS), refined));
    }
    if dice.chance(20) {
        made = made.on(thing(dice.one(&ASSETS)));
    }
    if dice.chance(25) {
        let refined = if dice.chance(40) { vec![any_atom(dice)] } else { vec![] };
        made = made.by(collection(dice.one(&PARTIES), refined));
    }
    if dice.chance(if is_permission { 25 } else { 10 }) {
        made = made.and_do(any_duty(dice, usize::from(is_permission)));
    }
    made
}

pub(crate) fn any_policy(dice: &mut Dice) -> Policy {
    let permissions = (0..=dice.below(3)).map(|_| any_rule(dice, true)).collect();
    let prohibitions = (0..dice.below(3)).map(|_| any_rule(dice, false)).collect();
    let mut policy = agreed(permissions, prohibitions);
    if dice.chance(15) {
        policy.obligations = vec![any_duty(dice, 1)];
    }
    // One shared name for one duty: two would have to say the same.
    let named = dice.below(4);
    if let Some(duty) = policy.permissions.get_mut(named).and_then(|it| it.duties.first_mut()) {
        duty.id = Some(id(DUTIES[0]));
    }
    policy.conflict = match dice.below(8) {
        0 => Some(ConflictStrategy::Perm),
        1 => Some(ConflictStrategy::Prohibit),
        2 => Some(ConflictStrategy::Invalid),
        _ => None,
    };
    if dice.chance(30) {
        policy.target = None;
        for rule in policy.permissions.iter_mut().chain(&mut policy.prohibitions) {
            if rule.targets.is_empty() {
                rule.targets.push(thing("urn:d"));
            }
        }
    }
    put_places(&mut policy);
    policy
}

pub(crate) fn any_settings(dice: &mut Dice) -> Settings {
    Settings {
        conflict: dice.one(&[
            ConflictDefault::Prohibit,
            ConflictDefault::Prohibit,
            ConflictDefault::Strict,
        ]),
        duties: dice.one(&[DutyMode::Precondition, DutyMode::Promise]),
        ..Settings::default()
    }
}

fn until(dice: &mut Dice) -> Option<Timestamp> {
    dice.chance(30).then(|| at(dice.one(&INSTANTS)))
}

fn any_fact(dice: &mut Dice, provenance: Provenance, values: BTreeSet<Value>) -> Option<Fact> {
    let provenance = if dice.chance(5) { Provenance::Statement } else { provenance };
    match dice.below(20) {
        0 => None,
        1 => Some(Fact::Conflicting),
        2 => Some(Fact::Stale { provenance }),
        _ => Some(Fact::Known { values, provenance, valid_until: until(dice) }),
    }
}

fn iris(dice: &mut Dice, of: &[&str], least: usize, most: usize) -> BTreeSet<Value> {
    let count = least + dice.below(most - least + 1);
    (0..count).map(|_| Value::Iri(iri(dice.one(of)))).collect()
}

fn rule_keys() -> Vec<RuleKey> {
    let places = [
        "/permission/0/duty/0",
        "/permission/1/duty/0",
        "/permission/0/duty/0/consequence/0",
        "/permission/0",
        "/prohibition/0",
        "/obligation/0",
    ];
    let places = places.map(|text| RuleKey::Place(place(text)));
    [RuleKey::Id(id(DUTIES[0]))].into_iter().chain(places).collect()
}

fn any_performance(dice: &mut Dice) -> Performance {
    let values = Value::Quantity { number: dice.one(&[3_i64, 5, 7]).into(), unit: iri(UNITS[0]) };
    let provenance = [Provenance::Operator, Provenance::Operator, Provenance::Statement];
    Performance {
        action: action(dice.one(&["odrl:compensate", "odrl:inform", "use", "odrl:distribute"])),
        assignee: id(dice.one(&PARTIES)),
        target: dice.chance(50).then(|| id(dice.one(&ASSETS))),
        at: at(dice.one(&INSTANTS)),
        values: BTreeMap::from([(operand("payAmount"), [values].into())]),
        evidence: Digest::of(&[u8::try_from(dice.below(6)).unwrap()]),
        provenance: dice.one(&provenance),
    }
}

fn any_log(dice: &mut Dice) -> EventLog {
    let mut events = BTreeMap::new();
    for event in EVENTS {
        if dice.chance(60) {
            events.insert(iri(event), Event { since: at(dice.one(&INSTANTS)), until: until(dice) });
        }
    }
    let mut first_held = BTreeMap::new();
    for rule in ["permission/0", "permission/1", "prohibition/0"] {
        for step in 0..3 {
            for constraint in 0..2 {
                if dice.chance(70) {
                    let to = place(&format!("/{rule}/constraint/{constraint}/andSequence/{step}"));
                    first_held.insert(to, at(dice.one(&INSTANTS)));
                }
            }
        }
    }
    let size = 3;
    let provenance = if dice.chance(90) { Provenance::Log { size } } else { Provenance::Statement };
    EventLog { events, first_held, provenance, valid_until: until(dice) }
}

/// What each operand's fact is like.
fn values_of(dice: &mut Dice, term: Term) -> (Provenance, BTreeSet<Value>) {
    let digest = Digest::of(b"credential");
    match term.name() {
        "count" => {
            let count = dice.one(&[-1_i64, 0, 3, 4, 5, 6]);
            (Provenance::Meter { reading: 1 }, [Value::Decimal(count.into())].into())
        }
        "payAmount" => {
            let (number, unit) = (dice.one(&[5_i64, 7, 10]).into(), iri(dice.one(&UNITS)));
            (Provenance::Credential { digest }, [Value::Quantity { number, unit }].into())
        }
        "vettedAs" => (Provenance::TrustList { number: 7 }, iris(dice, &KINDS, 0, 2)),
        "purpose" => (Provenance::Statement, iris(dice, &PURPOSES, 1, 2)),
        "spatial" => (Provenance::Statement, iris(dice, &PLACES, 1, 2)),
        _ => {
            let text = dice.one(&["1", "2", "3"]).to_owned();
            (Provenance::Catalogue, [Value::Text { text, language: None }].into())
        }
    }
}

pub(crate) fn any_facts(dice: &mut Dice) -> Facts {
    let mut facts = Facts::at(at(NOW));
    if dice.chance(85) {
        facts = facts.agreed_at(at(dice.one(&INSTANTS)));
    }
    if dice.chance(70) {
        let first = dice.chance(60).then(|| at(dice.one(&INSTANTS)));
        facts = facts.first_exercised(first);
    }
    if dice.chance(20) {
        facts = facts.ended_at(at(dice.one(&INSTANTS)));
    }
    for name in ["count", "payAmount", "vettedAs", "purpose", "spatial", "version"] {
        let term = operand(name);
        let day = FactKey::of(term).over(Interval::DayTime(SignedDuration::from_hours(24)));
        let month = FactKey::of(term).over(Interval::Months(1));
        for key in [
            FactKey::of(term),
            FactKey::of(term).about(About::Party),
            FactKey::of(term).about(About::Asset),
            day,
            month,
        ] {
            let (provenance, values) = values_of(dice, term);
            if let Some(fact) = any_fact(dice, provenance, values) {
                facts = facts.with(key, fact);
            }
        }
    }
    for (name, pool) in [("urn:firms", &PARTIES), ("urn:assets", &ASSETS)] {
        if dice.chance(80) {
            let members = (0..dice.below(3)).map(|_| id(dice.one(pool))).collect();
            let by =
                [Provenance::Operator, Provenance::TrustList { number: 2 }, Provenance::Statement];
            let (provenance, valid_until) = (dice.one(&by), until(dice));
            facts = facts.with_members(id(name), Membership { members, provenance, valid_until });
        }
    }
    for key in rule_keys() {
        if dice.chance(25) {
            let told = dice.one(&[Told::Fulfilled, Told::Violated, Told::Waived]);
            let by = [Provenance::Operator, Provenance::Log { size: 2 }, Provenance::Statement];
            let (provenance, valid_until) = (dice.one(&by), until(dice));
            facts = facts.with_duty(key.clone(), DutyFact { told, provenance, valid_until });
        }
        if dice.chance(25) {
            facts = facts.with_performance(key, any_performance(dice));
        }
    }
    if dice.chance(70) {
        facts = facts.with_log(any_log(dice));
    }
    facts
}

pub(crate) fn any_request(dice: &mut Dice) -> Request {
    let assignee = if dice.chance(92) { "did:web:firm.example" } else { dice.one(&PARTIES) };
    Request {
        action: action(dice.one(&["use", "use", "odrl:display", "odrl:distribute", "odrl:sell"])),
        assignee: id(assignee),
        target: id(if dice.chance(90) { "urn:d" } else { dice.one(&ASSETS) }),
    }
}
