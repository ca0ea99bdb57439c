//! What is seen of a fact at some time, by a reader who believes only one source.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use odrl_parser::{Namespace, Term};
use rust_decimal::Decimal;
use wire::iri::Iri;

use super::{Fact, FactKey, Facts, Interval, Provenance, Seen, Source};
use crate::value::{Phase, Value};

/// What a look at a fact finds, without a copy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look<'a> {
    Absent,
    Conflicting,
    /// A value that follows from the clock.
    Clock(Line, Provenance),
    Known(&'a BTreeSet<Value>, Provenance),
    Stale(Provenance),
    Untrusted(Provenance),
}

/// A point on the time line, or a stretch of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Line {
    Instant(Timestamp),
    Months(u64),
    Span(SignedDuration),
}

impl Line {
    pub(crate) const fn value(self) -> Value {
        match self {
            Self::Instant(at) => Value::Instant(at),
            Self::Months(months) => Value::YearMonth(months),
            Self::Span(span) => Value::DayTime(span),
        }
    }
}

impl Facts {
    /// From when a duration is counted, if the operand is one that the clock counts, and who says
    /// so.
    pub(crate) fn origin(&self, operand: Term) -> Option<Timestamp> {
        match counted_from(operand)? {
            CountedFrom::Agreement => self.agreed_at,
            CountedFrom::End => self.ended_at,
            CountedFrom::FirstExercise => self.first_exercise.flatten(),
        }
    }

    /// All instants from which durations are counted.
    pub(crate) fn origins(&self) -> impl Iterator<Item = Timestamp> {
        [self.agreed_at, self.ended_at, self.first_exercise.flatten()].into_iter().flatten()
    }

    /// The instants at which an event, or what is known of it, turns.
    pub(crate) fn event_bounds(&self, event: &Iri) -> impl Iterator<Item = Timestamp> {
        let log = self.log.as_ref();
        let event = log.and_then(|log| log.events.get(event));
        let valid_until = log.and_then(|log| log.valid_until);
        let since = event.map(|event| event.since);
        [since, event.and_then(|event| event.until), valid_until].into_iter().flatten()
    }

    /// What is found of a fact at time `now` by a reader who believes only `source`.
    pub(crate) fn look(&self, key: FactKey, source: Source, now: Timestamp) -> Look<'_> {
        if key.operand() == Term::DATE_TIME {
            return Look::Clock(Line::Instant(now), Provenance::OwnClock);
        }
        if let Some(from) = counted_from(key.operand()) {
            return self.since(from, now);
        }
        if let (Namespace::Odrl, "timeInterval", Some(interval)) =
            (key.operand().namespace(), key.operand().name(), key.interval())
        {
            return self.metered(interval, source);
        }
        match self.facts.get(&key) {
            None => Look::Absent,
            Some(Fact::Conflicting) => Look::Conflicting,
            Some(Fact::Known { provenance, .. } | Fact::Stale { provenance })
                if provenance.source() != source =>
            {
                Look::Untrusted(*provenance)
            }
            Some(Fact::Stale { provenance }) => Look::Stale(*provenance),
            // A meter counts from nothing upwards: what says less contradicts itself.
            Some(Fact::Known { values, .. })
                if source == Source::Meter && values.iter().any(is_negative) =>
            {
                Look::Conflicting
            }
            Some(Fact::Known { provenance, valid_until, .. })
                if valid_until.is_some_and(|until| now >= until) =>
            {
                Look::Stale(*provenance)
            }
            Some(Fact::Known { values, provenance, .. }) => Look::Known(values, *provenance),
        }
    }

    /// The interval of a meter, if some meter counts over it.
    fn metered(&self, interval: Interval, source: Source) -> Look<'_> {
        let meters = self.facts.iter().filter(|(key, _)| key.interval() == Some(interval));
        let provenance = meters.filter_map(|(_, fact)| match fact {
            Fact::Known { provenance, .. } | Fact::Stale { provenance } => Some(*provenance),
            Fact::Conflicting => None,
        });
        let mut believed = provenance.filter(|provenance| provenance.source() == source);
        let line = match interval {
            Interval::DayTime(span) => Line::Span(span),
            Interval::Months(months) => Line::Months(months),
        };
        let found = believed.next();
        found.map_or(Look::Absent, |by| Look::Clock(line, by))
    }

    fn since(&self, from: CountedFrom, now: Timestamp) -> Look<'_> {
        let (at, provenance) = match from {
            CountedFrom::Agreement => (self.agreed_at, Provenance::Agreement),
            CountedFrom::End => (self.ended_at, Provenance::Agreement),
            CountedFrom::FirstExercise => {
                let provenance = Provenance::Meter { reading: 0 };
                match self.first_exercise {
                    Some(None) => {
                        return Look::Clock(Line::Span(SignedDuration::ZERO), provenance);
                    }
                    Some(at) => (at, provenance),
                    None => (None, provenance),
                }
            }
        };
        match at.map(|at| now.duration_since(at)) {
            None => Look::Absent,
            Some(elapsed) if elapsed.is_negative() => Look::Conflicting,
            Some(elapsed) => Look::Clock(Line::Span(elapsed), provenance),
        }
    }

    /// In which phase an event is; none where no fresh log of our own says.
    pub(crate) fn phase(&self, event: &Iri, source: Source, now: Timestamp) -> EventLook {
        match &self.log {
            None => EventLook::Absent,
            Some(log) if log.provenance.source() != source => EventLook::Untrusted(log.provenance),
            Some(log) if log.valid_until.is_some_and(|until| now >= until) => {
                EventLook::Stale(log.provenance)
            }
            Some(log) => {
                let phase = log.events.get(event).map_or(Phase::Before, |it| it.phase(now));
                EventLook::Known(phase, log.provenance)
            }
        }
    }

    /// What is seen of a fact at time `now` by a reader who believes only `source`.
    #[must_use]
    pub fn see(&self, key: FactKey, source: Source, now: Timestamp) -> Seen {
        match self.look(key, source, now) {
            Look::Absent => Seen::Absent,
            Look::Conflicting => Seen::Conflicting,
            Look::Clock(line, provenance) => Seen::known(line.value(), provenance),
            Look::Known(values, provenance) => Seen::Known { values: values.clone(), provenance },
            Look::Stale(provenance) => Seen::Stale { provenance },
            Look::Untrusted(provenance) => Seen::Untrusted { provenance },
        }
    }
}

/// What a look at an event finds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EventLook {
    Absent,
    Known(Phase, Provenance),
    Stale(Provenance),
    Untrusted(Provenance),
}

impl Seen {
    pub(crate) fn known(value: Value, provenance: Provenance) -> Self {
        // Half the time of making the set from a list, which sorts first.
        let mut values = BTreeSet::new();
        values.insert(value);
        Self::Known { values, provenance }
    }
}

/// Whether a reading is less than nothing.
fn is_negative(value: &Value) -> bool {
    match value {
        Value::DayTime(span) => span.is_negative(),
        Value::Decimal(number) | Value::Quantity { number, .. } => *number < Decimal::ZERO,
        Value::Day { .. }
        | Value::Event { .. }
        | Value::Instant(_)
        | Value::Iri(_)
        | Value::Text { .. }
        | Value::YearMonth(_) => false,
    }
}

/// Durations that need no fact of their own: the clock counts them.
#[derive(Clone, Copy)]
pub(super) enum CountedFrom {
    Agreement,
    End,
    FirstExercise,
}

pub(super) fn counted_from(operand: Term) -> Option<CountedFrom> {
    match (operand.namespace(), operand.name()) {
        (Namespace::Allmende, "sinceAgreement") => Some(CountedFrom::Agreement),
        (Namespace::Allmende, "sinceEnd") => Some(CountedFrom::End),
        (Namespace::Odrl, "elapsedTime") => Some(CountedFrom::FirstExercise),
        (Namespace::Allmende | Namespace::CreativeCommons | Namespace::Odrl, _) => None,
    }
}

/// Whether the operand is a time that passes by itself.
pub(crate) fn is_clock(operand: Term) -> bool {
    operand == Term::DATE_TIME || counted_from(operand).is_some()
}
