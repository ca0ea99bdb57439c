//! What is known at the moment of a decision, and who says so. Facts are gathered by the caller;
//! nothing is looked up here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use odrl_parser::Term;
use serde::{Serialize, Serializer};
use wire::did::Did;
use wire::iri::Iri;

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
    /// The certificate of the mutually authenticated connection.
    Certificate,
    /// Our own clock.
    OwnClock,
    /// The other party's own word.
    Statement,
    /// The authority's signed trust list.
    TrustList {
        /// The number of the list.
        number: u64,
    },
}

/// A kind of source that a profile believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The timestamp of the agreement.
    Agreement,
    /// The certificate of the connection.
    Certificate,
    /// Our own clock.
    OwnClock,
    /// The other party's own word.
    Statement,
    /// The authority's trust list.
    TrustList,
}

impl Provenance {
    /// The kind of source.
    #[must_use]
    pub const fn source(self) -> Source {
        match self {
            Self::Agreement => Source::Agreement,
            Self::Certificate => Source::Certificate,
            Self::OwnClock => Source::OwnClock,
            Self::Statement => Source::Statement,
            Self::TrustList { .. } => Source::TrustList,
        }
    }
}

/// The name under which a fact is looked up: a left operand. It serialises as the operand's IRI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey(Term);

impl FactKey {
    /// The fact about a left operand.
    #[must_use]
    pub const fn of(operand: Term) -> Self {
        Self(operand)
    }

    /// The left operand.
    #[must_use]
    pub const fn operand(self) -> Term {
        self.0
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iri())
    }
}

impl Serialize for FactKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// All facts of one decision. A fact that is not set is absent, which is not the same as false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    now: Timestamp,
    agreed_at: Option<Timestamp>,
    facts: BTreeMap<FactKey, Fact>,
}

impl Facts {
    /// Nothing is known but the time of our own clock.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now, agreed_at: None, facts: BTreeMap::new() }
    }

    /// The timestamp of the agreement; for an offer under judgement, the present time.
    #[must_use]
    pub const fn agreed_at(mut self, at: Timestamp) -> Self {
        self.agreed_at = Some(at);
        self
    }

    /// The party at the other end of the connection, from its certificate, good until
    /// `valid_until`.
    #[must_use]
    pub fn participant(self, did: &Did, valid_until: Option<Timestamp>) -> Self {
        // A DID is an absolute IRI in ASCII; were it ever not, the fact would be absent and deny.
        let values = Iri::parse(did.as_str()).map(Value::Iri).into_iter().collect::<BTreeSet<_>>();
        if values.is_empty() {
            return self;
        }
        let provenance = Provenance::Certificate;
        self.with(FactKey::of(Term::PARTICIPANT), Fact::Known { values, provenance, valid_until })
    }

    /// The kinds that the authority's trust list `number` has vetted the party as, good until the
    /// list expires. A party that the list does not name has none; if there is no list, leave the
    /// fact out.
    #[must_use]
    pub fn vetted_as(
        self,
        kinds: impl IntoIterator<Item = Iri>,
        number: u64,
        valid_until: Option<Timestamp>,
    ) -> Self {
        let values = kinds.into_iter().map(Value::Iri).collect();
        let provenance = Provenance::TrustList { number };
        self.with(FactKey::of(Term::VETTED_AS), Fact::Known { values, provenance, valid_until })
    }

    /// The purpose that the party states.
    #[must_use]
    pub fn purpose(self, purpose: Iri) -> Self {
        let values = BTreeSet::from([Value::Iri(purpose)]);
        let provenance = Provenance::Statement;
        self.with(FactKey::of(Term::PURPOSE), Fact::Known { values, provenance, valid_until: None })
    }

    /// Sets any fact, in place of an earlier one of the same key.
    #[must_use]
    pub fn with(mut self, key: FactKey, fact: Fact) -> Self {
        self.facts.insert(key, fact);
        self
    }

    /// Forgets a fact.
    #[must_use]
    pub fn without(mut self, key: FactKey) -> Self {
        self.facts.remove(&key);
        if key.operand() == Term::SINCE_AGREEMENT {
            self.agreed_at = None;
        }
        self
    }

    /// The same facts at another time.
    #[must_use]
    pub const fn moved_to(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// The time of the decision.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The timestamp of the agreement, if it is known.
    #[must_use]
    pub const fn agreement_timestamp(&self) -> Option<Timestamp> {
        self.agreed_at
    }

    /// When a fact grows stale, if it does.
    #[must_use]
    pub fn valid_until(&self, key: FactKey) -> Option<Timestamp> {
        match self.facts.get(&key)? {
            Fact::Known { valid_until, .. } => *valid_until,
            Fact::Conflicting | Fact::Stale { .. } => None,
        }
    }

    /// What is seen of a fact at time `now` by a reader who believes only `source`.
    #[must_use]
    pub fn see(&self, key: FactKey, source: Source, now: Timestamp) -> Seen {
        if key.operand() == Term::DATE_TIME {
            return Seen::known(Value::Instant(now), Provenance::OwnClock);
        }
        if key.operand() == Term::SINCE_AGREEMENT {
            return match self.agreed_at.map(|at| now.duration_since(at)) {
                None => Seen::Absent,
                Some(elapsed) if elapsed.is_negative() => Seen::Conflicting,
                Some(elapsed) => Seen::known(Value::DayTime(elapsed), Provenance::Agreement),
            };
        }
        match self.facts.get(&key) {
            None => Seen::Absent,
            Some(Fact::Conflicting) => Seen::Conflicting,
            Some(Fact::Known { provenance, .. } | Fact::Stale { provenance })
                if provenance.source() != source =>
            {
                Seen::Untrusted { provenance: *provenance }
            }
            Some(Fact::Stale { provenance }) => Seen::Stale { provenance: *provenance },
            Some(Fact::Known { provenance, valid_until, .. })
                if valid_until.is_some_and(|until| now >= until) =>
            {
                Seen::Stale { provenance: *provenance }
            }
            Some(Fact::Known { values, provenance, .. }) => {
                Seen::Known { values: values.clone(), provenance: *provenance }
            }
        }
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

impl Seen {
    fn known(value: Value, provenance: Provenance) -> Self {
        Self::Known { values: BTreeSet::from([value]), provenance }
    }
}
