//! Whether a condition holds, with the facts as they are seen at one time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use odrl_parser::{LogicalOperator, Operator};
use wire::pointer::Pointer;

use crate::check::{Atom, Condition};
use crate::compare::compare;
use crate::fact::{EventLook, Facts, Performance, Provenance, Seen, is_clock};
use crate::profile::Profile;
use crate::truth::Truth;
use crate::value::{Value, ValueType};

/// What the facts are looked at with.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) facts: &'a Facts,
    pub(crate) now: Timestamp,
    /// What is assumed of conditions at their places, whatever the facts say.
    pub(crate) assumed: Option<&'a BTreeMap<Pointer, Truth>>,
    /// Where the refinements of a duty are judged: what was done for it.
    pub(crate) done: Option<&'a Performance>,
}

impl<'a> Scene<'a> {
    pub(crate) const fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    pub(crate) const fn of(self, done: &'a Performance) -> Self {
        Self { done: Some(done), now: done.at, ..self }
    }

    /// Whether all of them hold.
    pub(crate) fn all(self, conditions: &[Condition]) -> Truth {
        Truth::join(LogicalOperator::And, conditions.iter().map(|it| self.truth(it)))
    }

    pub(crate) fn truth(self, condition: &Condition) -> Truth {
        if let Some(truth) = self.assumed.and_then(|it| it.get(condition.pointer())) {
            return *truth;
        }
        match condition {
            Condition::Atom { spec, key, operator, demanded, pointer } => {
                let atom = Atom { spec, key: *key, operator: *operator, demanded, pointer };
                self.atom(&self.seen(&atom), *operator, demanded)
            }
            Condition::Joined { operator: LogicalOperator::AndSequence, members, .. } => {
                self.sequence(members)
            }
            Condition::Joined { operator, members, .. } => {
                Truth::join(*operator, members.iter().map(|member| self.truth(member)))
            }
        }
    }

    pub(crate) fn atom(self, seen: &Seen, operator: Operator, demanded: &[Value]) -> Truth {
        match seen {
            Seen::Known { values, .. } => compare(self.profile, values, operator, demanded),
            Seen::Absent | Seen::Conflicting | Seen::Stale { .. } | Seen::Untrusted { .. } => {
                Truth::Unknown
            }
        }
    }

    /// Ruling 13: all hold, and the instants at which they first held are in their order.
    fn sequence(self, members: &[Condition]) -> Truth {
        let all = self.all(members);
        if all != Truth::Satisfied {
            return all;
        }
        let held: Option<Vec<Timestamp>> = members
            .iter()
            .map(|member| self.facts.first_held(member.pointer(), self.now))
            .map(|at| at.filter(|at| *at <= self.now))
            .collect();
        Truth::of(held.map(|held| held.is_sorted()))
    }

    /// What is seen of the fact that the atom reads.
    pub(crate) fn seen(self, atom: &Atom<'_>) -> Seen {
        let (term, source) = (atom.spec.term, atom.spec.source);
        if atom.spec.value_type == ValueType::Event {
            return self.seen_event(atom);
        }
        match self.done.filter(|_| !is_clock(term)) {
            // Whoever is believed about the performance is believed about its manner.
            Some(done) => match done.values.get(&term) {
                Some(values) => Seen::Known { values: values.clone(), provenance: done.provenance },
                None => Seen::Absent,
            },
            None => self.facts.see(atom.key, source, self.now),
        }
    }

    fn seen_event(self, atom: &Atom<'_>) -> Seen {
        let [Value::Iri(event)] = atom.demanded else { return Seen::Absent };
        let known = |phase, provenance: Provenance| {
            Seen::known(Value::Event { event: event.clone(), phase }, provenance)
        };
        match self.facts.phase(event, atom.spec.source, self.now) {
            EventLook::Absent => Seen::Absent,
            EventLook::Known(phase, provenance) => known(phase, provenance),
            EventLook::Stale(provenance) => Seen::Stale { provenance },
            EventLook::Untrusted(provenance) => Seen::Untrusted { provenance },
        }
    }
}
