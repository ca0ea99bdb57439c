//! Facts and requests about a policy: what it names occurs in them, so that things meet.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use odrl_parser::{Constraint, Entity, Id, PartyFunction, Policy, Rule, Term};
use policy::{
    About, DutyFact, Event, EventLog, Fact, FactKey, Facts, Interval, Membership, Performance,
    Profile, Provenance, Request, RuleKey, Source, Told, Value, ValueType,
};
use wire::digest::Digest;
use wire::iri::Iri;

use crate::dice::Dice;

/// 23 November 2026, noon.
const NOW: i64 = 1_795_435_200;
const TOLD: [Told; 3] = [Told::Fulfilled, Told::Violated, Told::Waived];
const FIRM: &str = "did:web:firm.example";

/// Some instant near now, or at the ends of the line.
fn instant(dice: &mut Dice) -> Timestamp {
    let hours = i64::try_from(dice.below(4_000)).unwrap_or(0) - 2_000;
    match dice.below(20) {
        // The first year that a snapshot can name.
        0 => Timestamp::from_second(-62_135_596_800).unwrap_or(Timestamp::UNIX_EPOCH),
        1 => Timestamp::MAX,
        _ => Timestamp::from_second(NOW + hours * 3_600).unwrap_or(Timestamp::UNIX_EPOCH),
    }
}

fn until(dice: &mut Dice) -> Option<Timestamp> {
    dice.chance(30).then(|| instant(dice))
}

fn provenance(source: Source, dice: &mut Dice) -> Provenance {
    let digest = Digest::of(&[dice.byte() % 4]);
    match source {
        _ if dice.chance(5) => Provenance::Statement,
        Source::Agreement => Provenance::Agreement,
        Source::Attestation => Provenance::Attestation { digest },
        Source::Catalogue => Provenance::Catalogue,
        Source::Certificate => Provenance::Certificate,
        Source::Credential => Provenance::Credential { digest },
        Source::Log => Provenance::Log { size: 7 },
        Source::Meter => Provenance::Meter { reading: 7 },
        Source::Operator => Provenance::Operator,
        Source::OwnClock => Provenance::OwnClock,
        Source::Statement => Provenance::Statement,
        Source::Transfer => Provenance::Transfer,
        Source::TrustList => Provenance::TrustList { number: 7 },
    }
}

/// What a policy says, in pieces.
#[derive(Default)]
struct Said<'a> {
    atoms: Vec<(Term, Vec<Value>)>,
    entities: Vec<&'a Entity>,
    rules: Vec<RuleKey>,
    actions: Vec<Term>,
    steps: Vec<wire::pointer::Pointer>,
}

impl<'a> Said<'a> {
    fn rule(&mut self, rule: &'a Rule) {
        let key = rule.id.clone().map(RuleKey::Id);
        self.rules.push(key.unwrap_or_else(|| RuleKey::Place(rule.pointer.clone())));
        for action in &rule.actions {
            self.actions.push(action.term);
            action.refinements.iter().for_each(|it| self.constraint(it));
        }
        let parties = rule.parties.iter().map(|role| &role.party);
        for entity in rule.targets.iter().chain(parties) {
            self.entities.push(entity);
            entity.refinements.iter().for_each(|it| self.constraint(it));
        }
        rule.constraints.iter().for_each(|it| self.constraint(it));
        rule.duties.iter().for_each(|duty| self.rule(duty));
    }

    fn constraint(&mut self, constraint: &Constraint) {
        match constraint {
            Constraint::Atomic { left, right, unit, .. } => {
                let profile = Profile::v1();
                let Some(spec) = profile.operand(*left) else { return };
                let values = right.values.iter().filter_map(|literal| {
                    let value = Value::read(literal, spec.value_type).ok()?;
                    Some(match (value, unit) {
                        (Value::Decimal(number), Some(unit)) => {
                            Value::Quantity { number, unit: unit.clone() }
                        }
                        (value, _) => value,
                    })
                });
                self.atoms.push((spec.term, values.collect()));
            }
            Constraint::Logical { operands, .. } => {
                self.steps.extend(operands.iter().map(|operand| operand.pointer().clone()));
                operands.iter().for_each(|operand| self.constraint(operand));
            }
        }
    }
}

fn said(policy: &Policy) -> Said<'_> {
    let mut said = Said::default();
    let rules = [&policy.permissions, &policy.prohibitions, &policy.obligations];
    rules.into_iter().flatten().for_each(|rule| said.rule(rule));
    said
}

/// A value as it is, or one beside it.
fn near(value: &Value, dice: &mut Dice) -> Value {
    let step = i64::try_from(dice.below(3)).unwrap_or(0) - 1;
    match value {
        Value::Decimal(number) => {
            Value::Decimal(number.checked_add(step.into()).unwrap_or(*number))
        }
        Value::Quantity { number, unit } => {
            let number = number.checked_add(step.into()).unwrap_or(*number);
            Value::Quantity { number, unit: unit.clone() }
        }
        Value::DayTime(span) => {
            let span = span.checked_add(SignedDuration::from_hours(step)).unwrap_or(*span);
            Value::DayTime(span.max(SignedDuration::ZERO))
        }
        Value::Text { .. } if step == 0 => Value::Text { text: "other".to_owned(), language: None },
        Value::Iri(_) if step == 0 => {
            Iri::parse("urn:other").map_or_else(|_| value.clone(), Value::Iri)
        }
        Value::Day { .. }
        | Value::Event { .. }
        | Value::Instant(_)
        | Value::Iri(_)
        | Value::Text { .. }
        | Value::YearMonth(_) => value.clone(),
    }
}

fn fact(source: Source, demanded: &[Value], dice: &mut Dice) -> Fact {
    let by = provenance(source, dice);
    match dice.below(12) {
        0 => Fact::Conflicting,
        1 => Fact::Stale { provenance: by },
        _ => {
            let mut values = BTreeSet::new();
            for _ in 0..=dice.below(2) {
                values.extend(dice.one(demanded).cloned().map(|value| near(&value, dice)));
            }
            Fact::Known { values, provenance: by, valid_until: until(dice) }
        }
    }
}

/// What is known, more or less.
pub(crate) fn facts(policy: &Policy, dice: &mut Dice) -> Facts {
    let said = said(policy);
    let mut facts = Facts::at(instant(dice));
    if dice.chance(80) {
        facts = facts.agreed_at(policy.timestamp.unwrap_or_else(|| instant(dice)));
    }
    if dice.chance(50) {
        facts = facts.first_exercised(until(dice));
    }
    if dice.chance(20) {
        facts = facts.ended_at(instant(dice));
    }
    facts = with_values(facts, &said, dice);
    for entity in said.entities.iter().filter(|entity| entity.is_collection) {
        let Some(id) = entity.id.clone().filter(|_| dice.chance(80)) else { continue };
        let someone = [id_of(FIRM), id_of("urn:d"), Some(id.clone())];
        let members = someone.into_iter().flatten().filter(|_| dice.chance(60)).collect();
        let source = if dice.chance(50) { Source::Operator } else { Source::TrustList };
        let (provenance, valid_until) = (provenance(source, dice), until(dice));
        facts = facts.with_members(id, Membership { members, provenance, valid_until });
    }
    with_duties(facts, &said, dice)
}

fn with_values(mut facts: Facts, said: &Said<'_>, dice: &mut Dice) -> Facts {
    let profile = Profile::v1();
    let mut events = std::collections::BTreeMap::new();
    for (term, demanded) in &said.atoms {
        let Some(spec) = profile.operand(*term).filter(|_| dice.chance(85)) else { continue };
        if spec.value_type == ValueType::Event {
            for event in demanded.iter().filter_map(Value::iri) {
                events.insert(event.clone(), Event { since: instant(dice), until: until(dice) });
            }
        }
        let key = FactKey::of(*term);
        let day = Interval::DayTime(SignedDuration::from_hours(24));
        let keys = [
            key,
            key.about(About::Party),
            key.about(About::Asset),
            key.over(day),
            key.over(Interval::Months(1)),
        ];
        for key in keys {
            if dice.chance(70) {
                facts = facts.with(key, fact(spec.source, demanded, dice));
            }
        }
    }
    if dice.chance(70) {
        let steps = said.steps.iter().filter(|_| dice.chance(80)).cloned();
        let steps: Vec<_> = steps.collect();
        let first_held = steps.into_iter().map(|step| (step, instant(dice))).collect();
        let (provenance, valid_until) = (provenance(Source::Log, dice), until(dice));
        facts = facts.with_log(EventLog { events, first_held, provenance, valid_until });
    }
    facts
}

fn with_duties(mut facts: Facts, said: &Said<'_>, dice: &mut Dice) -> Facts {
    for key in &said.rules {
        let source = if dice.chance(50) { Source::Operator } else { Source::Log };
        if dice.chance(20) {
            let told = *dice.one(&TOLD).unwrap_or(&Told::Violated);
            let (provenance, valid_until) = (provenance(source, dice), until(dice));
            facts = facts.with_duty(key.clone(), DutyFact { told, provenance, valid_until });
        }
        let action = dice.one(&said.actions).copied();
        if let (Some(action), Some(assignee), true) = (action, id_of(FIRM), dice.chance(40)) {
            let values = said.atoms.iter().map(|(term, values)| {
                let values = values.iter().map(|value| near(value, dice)).collect();
                (*term, values)
            });
            let values = values.collect();
            facts = facts.with_performance(
                key.clone(),
                Performance {
                    action,
                    assignee,
                    target: id_of("urn:d").filter(|_| dice.chance(70)),
                    at: instant(dice),
                    values,
                    evidence: Digest::of(&[dice.byte() % 8]),
                    provenance: provenance(source, dice),
                },
            );
        }
    }
    facts
}

fn id_of(text: &str) -> Option<Id> {
    Id::parse(text).ok()
}

/// Something that the policy is about, mostly.
pub(crate) fn request(policy: &Policy, dice: &mut Dice) -> Request {
    let said = said(policy);
    let is_party = |role: &&odrl_parser::Role| role.function == PartyFunction::Assignee;
    let rules = policy.permissions.iter().chain(&policy.prohibitions);
    let targets: Vec<Id> = rules
        .clone()
        .flat_map(|rule| rule.targets.iter().filter_map(|it| it.id.clone()))
        .chain(policy.target.clone())
        .collect();
    let assignees: Vec<Id> = rules
        .flat_map(|rule| rule.parties.iter().filter(is_party).filter_map(|it| it.party.id.clone()))
        .chain(policy.assignee.clone())
        .collect();
    let pick = |known: &[Id], other: &str, dice: &mut Dice| {
        let known = dice.one(known).cloned().filter(|_| dice.chance(90));
        known.or_else(|| id_of(other)).expect("an id")
    };
    Request {
        action: dice.one(&said.actions).copied().unwrap_or(Term::USE),
        assignee: pick(&assignees, FIRM, dice),
        target: pick(&targets, "urn:d", dice),
    }
}
