//! What is known at the moment of a decision, and who says so. Facts are gathered by the caller;
//! nothing is looked up here.

mod done;
mod look;
mod read;
mod snapshot;
mod write;

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use odrl_parser::Term;
use serde::{Deserialize, Serialize, Serializer};
use wire::digest::Digest;

pub use done::{DutyFact, Event, EventLog, Membership, Performance, RuleKey, Told};
pub(crate) use look::{EventLook, Line, Look, is_clock};
pub use read::{FactsError, SNAPSHOT_VALUES_MAX};
pub use snapshot::Facts;

use crate::value::Value;

/// A fact about the left operand of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Two trusted sources say different things.
    Conflicting,
    /// The source says this.
    Known {
        /// The value, or the members of the set.
        values: BTreeSet<Value>,
        /// Who says so.
        provenance: Provenance,
        /// From this instant on the fact is stale.
        valid_until: Option<Timestamp>,
    },
    /// The source has spoken too long ago.
    Stale {
        /// Who spoke.
        provenance: Provenance,
    },
}

/// Who says a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "source", rename_all = "kebab-case")]
pub enum Provenance {
    /// The timestamp of the agreement that both parties signed.
    Agreement,
    /// A signed statement about the environment in which the data is used.
    Attestation {
        /// The digest of the statement.
        digest: Digest,
    },
    /// Our own description of the dataset.
    Catalogue,
    /// The certificate of the mutually authenticated connection.
    Certificate,
    /// A credential of a third party.
    Credential {
        /// The digest of the credential.
        digest: Digest,
    },
    /// Our own log.
    Log {
        /// How many entries it had.
        size: u64,
    },
    /// Our own meter.
    Meter {
        /// The number of the reading.
        reading: u64,
    },
    /// Our own operator.
    Operator,
    /// Our own clock.
    OwnClock,
    /// The other party's own word.
    Statement,
    /// The transfer that is asked for, as our own data plane runs it.
    Transfer,
    /// The authority's signed trust list.
    TrustList {
        /// The number of the list.
        number: u64,
    },
}

/// A kind of source that a profile believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The timestamp of the agreement.
    Agreement,
    /// A statement about the environment of use.
    Attestation,
    /// Our own description of the dataset.
    Catalogue,
    /// The certificate of the connection.
    Certificate,
    /// A credential of a third party.
    Credential,
    /// Our own log.
    Log,
    /// Our own meter.
    Meter,
    /// Our own operator.
    Operator,
    /// Our own clock.
    OwnClock,
    /// The other party's own word.
    Statement,
    /// The transfer that is asked for.
    Transfer,
    /// The authority's trust list.
    TrustList,
}

impl Provenance {
    /// The kind of source.
    #[must_use]
    pub const fn source(self) -> Source {
        match self {
            Self::Agreement => Source::Agreement,
            Self::Attestation { .. } => Source::Attestation,
            Self::Catalogue => Source::Catalogue,
            Self::Certificate => Source::Certificate,
            Self::Credential { .. } => Source::Credential,
            Self::Log { .. } => Source::Log,
            Self::Meter { .. } => Source::Meter,
            Self::Operator => Source::Operator,
            Self::OwnClock => Source::OwnClock,
            Self::Statement => Source::Statement,
            Self::Transfer => Source::Transfer,
            Self::TrustList { .. } => Source::TrustList,
        }
    }
}

/// What a fact is about (ruling 15: all facts stand in one snapshot; a constraint and the
/// refinement of an action read the same ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// The asset that is asked for.
    Asset,
    /// The party that asks.
    Party,
    /// The request and the state of the world.
    Request,
}

impl About {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 3] = [Self::Asset, Self::Party, Self::Request];

    /// The name, as it is serialised.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Party => "party",
            Self::Request => "request",
        }
    }
}

/// The name under which a fact is looked up: a left operand, what it is about and, of a meter, the
/// interval over which it counts. About the request it serialises as the operand's IRI; otherwise
/// with what it is about and the interval before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey {
    operand: Term,
    about: About,
    interval: Option<Interval>,
}

/// Over which stretches of time a meter counts, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// Stretches of this length; where the first begins, the meter says.
    DayTime(SignedDuration),
    /// So many months of the calendar in UTC, counted from the beginning of a year: three are its
    /// quarters.
    Months(u64),
}

impl Interval {
    /// The interval that a duration means; none for one of no length.
    pub(crate) fn of(duration: &Value) -> Option<Self> {
        match duration {
            Value::DayTime(span) if !span.is_zero() => Some(Self::DayTime(*span)),
            Value::YearMonth(months) if *months > 0 => Some(Self::Months(*months)),
            Value::Day { .. }
            | Value::DayTime(_)
            | Value::Decimal(_)
            | Value::Event { .. }
            | Value::Instant(_)
            | Value::Iri(_)
            | Value::Quantity { .. }
            | Value::Text { .. }
            | Value::YearMonth(_) => None,
        }
    }

    /// The duration that it lasts.
    pub(crate) const fn value(self) -> Value {
        match self {
            Self::DayTime(span) => Value::DayTime(span),
            Self::Months(months) => Value::YearMonth(months),
        }
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl FactKey {
    /// The fact about a left operand.
    #[must_use]
    pub const fn of(operand: Term) -> Self {
        Self { operand, about: About::Request, interval: None }
    }

    /// The same operand about something else.
    #[must_use]
    pub const fn about(self, about: About) -> Self {
        Self { about, ..self }
    }

    /// What the meter counts over each interval.
    #[must_use]
    pub const fn over(self, interval: Interval) -> Self {
        Self { interval: Some(interval), ..self }
    }

    /// The left operand.
    #[must_use]
    pub const fn operand(self) -> Term {
        self.operand
    }

    /// What it is about.
    #[must_use]
    pub const fn subject(self) -> About {
        self.about
    }

    /// The interval over which a meter counts.
    #[must_use]
    pub const fn interval(self) -> Option<Interval> {
        self.interval
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.about != About::Request {
            write!(f, "{} ", self.about.name())?;
        }
        if let Some(interval) = self.interval {
            write!(f, "{interval} ")?;
        }
        f.write_str(&self.operand.iri())
    }
}

impl Serialize for FactKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a decision saw of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Seen {
    /// Nobody said anything.
    Absent,
    /// Sources contradict each other.
    Conflicting,
    /// A trusted source said this.
    Known {
        /// The value, or the members of the set.
        values: BTreeSet<Value>,
        /// Who said so.
        provenance: Provenance,
    },
    /// The source spoke too long ago.
    Stale {
        /// Who spoke.
        provenance: Provenance,
    },
    /// Only a source that the profile does not believe said something.
    Untrusted {
        /// Who spoke.
        provenance: Provenance,
    },
}
