//! What is known of a partner at the moment of a decision, and who says so.

use std::sync::LazyLock;

use identity::trust::Status;
use jiff::Timestamp;
use odrl_parser::{Constraint, Policy, Term};
use policy::{Capabilities, Fact, FactKey, Facts, Provenance, Value};
use wire::did::Did;
use wire::iri::Iri;

use crate::participant::Standing;

/// What this program can do about a rule: the facts gathered below decide at each gate, and of the
/// purpose it has the partner's word. It counts nothing, changes no data and gets no receipts.
pub(crate) fn capabilities() -> &'static Capabilities {
    static OURS: LazyLock<Capabilities> = LazyLock::new(|| {
        let decided = [Term::DATE_TIME, Term::SINCE_AGREEMENT, Term::PARTICIPANT, Term::VETTED_AS];
        Capabilities { claims: [Term::PURPOSE].into(), ..Capabilities::deciding(decided) }
    });
    &OURS
}

/// The facts about `peer` at `now`: its certificate says who it is, the authority's list as what it
/// was vetted. A party that the list does not name, or names as suspended, has no vetted kinds; a
/// list that has expired says nothing at all.
///
/// `rule` is the rule under judgement: the purposes that it names are taken as stated, because the
/// partner states them by asking for, or signing, exactly this rule. They are a promise.
#[must_use]
pub fn about(peer: &Did, standing: &Standing, rule: &Policy, now: Timestamp) -> Facts {
    about_until(peer, standing, rule, now, Some(standing.list.expires))
}

/// As [`about`], with what the list says taken as good until `until`: for ever, where only the
/// rule's own times are of interest.
pub(super) fn about_until(
    peer: &Did,
    standing: &Standing,
    rule: &Policy,
    now: Timestamp,
    until: Option<Timestamp>,
) -> Facts {
    let list = &standing.list;
    let agreed = rule.timestamp.unwrap_or(now);
    let facts = Facts::at(now).agreed_at(agreed).participant(peer, None);
    let purposes = stated_purposes(rule);
    let facts = if purposes.is_empty() {
        facts
    } else {
        let values = purposes.into_iter().map(Value::Iri).collect();
        let provenance = Provenance::Statement;
        let stated = Fact::Known { values, provenance, valid_until: None };
        facts.with(FactKey::of(Term::PURPOSE), stated)
    };
    if list.check_time(now).is_err() {
        return facts;
    }
    let member = list.member(peer).filter(|member| member.status == Status::Active);
    let kinds = member.into_iter().flat_map(|member| member.vetted_as.iter().cloned());
    facts.vetted_as(kinds, list.number, until)
}

/// The purposes that a rule names.
#[must_use]
pub fn stated_purposes(rule: &Policy) -> Vec<Iri> {
    let mut purposes = Vec::new();
    for permission in &rule.permissions {
        collect(&permission.constraints, &mut purposes);
    }
    purposes
}

fn collect(constraints: &[Constraint], purposes: &mut Vec<Iri>) {
    for constraint in constraints {
        match constraint {
            Constraint::Atomic { left, right, .. } if *left == Term::PURPOSE => {
                let named = right.values.iter().filter_map(|value| Iri::parse(&value.lexical).ok());
                purposes.extend(named);
            }
            Constraint::Atomic { .. } => {}
            Constraint::Logical { operands, .. } => collect(operands, purposes),
        }
    }
}
