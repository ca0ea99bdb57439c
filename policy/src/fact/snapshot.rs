//! All facts of one decision.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use odrl_parser::{Id, Term};
use wire::did::Did;
use wire::digest::Digest;
use wire::iri::Iri;
use wire::pointer::Pointer;

use super::look::{CountedFrom, counted_from};
use super::{
    DutyFact, EventLog, Fact, FactKey, Membership, Performance, Provenance, RuleKey, Source,
};
use crate::value::Value;

/// All facts of one decision. A fact that is not set is absent, which is not the same as false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub(super) now: Timestamp,
    pub(super) agreed_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// Absent: no meter; none: never.
    pub(super) first_exercise: Option<Option<Timestamp>>,
    pub(super) facts: BTreeMap<FactKey, Fact>,
    pub(super) memberships: BTreeMap<Id, Membership>,
    pub(super) duties: BTreeMap<RuleKey, DutyFact>,
    pub(super) performances: BTreeMap<RuleKey, Vec<Performance>>,
    pub(super) log: Option<EventLog>,
}

impl Facts {
    /// Nothing is known but the time of our own clock.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self {
            now,
            agreed_at: None,
            ended_at: None,
            first_exercise: None,
            facts: BTreeMap::new(),
            memberships: BTreeMap::new(),
            duties: BTreeMap::new(),
            performances: BTreeMap::new(),
            log: None,
        }
    }

    /// The timestamp of the agreement; for an offer under judgement, the present time.
    #[must_use]
    pub const fn agreed_at(mut self, at: Timestamp) -> Self {
        self.agreed_at = Some(at);
        self
    }

    /// When the agreement ended.
    #[must_use]
    pub const fn ended_at(mut self, at: Timestamp) -> Self {
        self.ended_at = Some(at);
        self
    }

    /// When the agreement was first made use of, as our meter knows; none: never yet.
    #[must_use]
    pub const fn first_exercised(mut self, at: Option<Timestamp>) -> Self {
        self.first_exercise = Some(at);
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

    /// Sets who belongs to a collection, in place of an earlier list.
    #[must_use]
    pub fn with_members(mut self, collection: Id, membership: Membership) -> Self {
        self.memberships.insert(collection, membership);
        self
    }

    /// Sets the state of a duty.
    #[must_use]
    pub fn with_duty(mut self, duty: RuleKey, fact: DutyFact) -> Self {
        self.duties.insert(duty, fact);
        self
    }

    /// Adds something that was done for a rule.
    #[must_use]
    pub fn with_performance(mut self, rule: RuleKey, performance: Performance) -> Self {
        self.performances.entry(rule).or_default().push(performance);
        self
    }

    /// Sets what the enforcing party has written down.
    #[must_use]
    pub fn with_log(mut self, log: EventLog) -> Self {
        self.log = Some(log);
        self
    }

    /// Forgets a fact.
    #[must_use]
    pub fn without(mut self, key: FactKey) -> Self {
        self.facts.remove(&key);
        match counted_from(key.operand()) {
            Some(CountedFrom::Agreement) => self.agreed_at = None,
            Some(CountedFrom::End) => self.ended_at = None,
            Some(CountedFrom::FirstExercise) => self.first_exercise = None,
            None => {}
        }
        if key.operand().name() == "event" {
            self.log = None;
        }
        self
    }

    /// Forgets who belongs to a collection.
    #[must_use]
    pub fn without_members(mut self, collection: &Id) -> Self {
        self.memberships.remove(collection);
        self
    }

    /// Forgets all that is known of a duty.
    #[must_use]
    pub fn without_duty(mut self, duty: &RuleKey) -> Self {
        self.duties.remove(duty);
        self.performances.remove(duty);
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

    /// When the agreement ended, if it has.
    #[must_use]
    pub const fn agreement_end(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// When a fact grows stale, if it does.
    #[must_use]
    pub fn valid_until(&self, key: FactKey) -> Option<Timestamp> {
        match self.facts.get(&key)? {
            Fact::Known { valid_until, .. } => *valid_until,
            Fact::Conflicting | Fact::Stale { .. } => None,
        }
    }

    /// A fact as it was set.
    #[must_use]
    pub fn fact(&self, key: FactKey) -> Option<&Fact> {
        self.facts.get(&key)
    }

    /// The members of a collection, as far as somebody said.
    #[must_use]
    pub fn members(&self, collection: &Id) -> Option<&Membership> {
        self.memberships.get(collection)
    }

    /// What is told of a duty.
    #[must_use]
    pub fn duty(&self, duty: &RuleKey) -> Option<&DutyFact> {
        self.duties.get(duty)
    }

    /// What was done for a rule.
    #[must_use]
    pub fn performances(&self, rule: &RuleKey) -> &[Performance] {
        self.performances.get(rule).map_or(&[], Vec::as_slice)
    }

    /// Whether some evidence is shown for more than one rule.
    #[must_use]
    pub fn is_reused(&self, evidence: Digest) -> bool {
        let shown = self
            .performances
            .values()
            .filter(|all| all.iter().any(|performance| performance.evidence == evidence));
        shown.count() > 1
    }

    /// The rules for which the same evidence is shown as for this one.
    pub(crate) fn sharing_evidence(&self, rule: &RuleKey) -> impl Iterator<Item = &RuleKey> {
        let mine = self.performances(rule);
        let others = self.performances.iter();
        others.filter_map(move |(other, all)| {
            let shared = all.iter().any(|its| mine.iter().any(|it| it.evidence == its.evidence));
            shared.then_some(other)
        })
    }

    /// What was written down.
    #[must_use]
    pub const fn log(&self) -> Option<&EventLog> {
        self.log.as_ref()
    }

    /// When a constraint first came to hold; none if no fresh log of our own says.
    pub(crate) fn first_held(&self, pointer: &Pointer, now: Timestamp) -> Option<Timestamp> {
        let log = self.log.as_ref().filter(|log| {
            log.provenance.source() == Source::Log
                && log.valid_until.is_none_or(|until| now < until)
        })?;
        log.first_held.get(pointer).copied()
    }

    /// How many values the widest fact has; at least one.
    #[must_use]
    pub fn widest(&self) -> usize {
        let known = self.facts.values().map(|fact| match fact {
            Fact::Known { values, .. } => values.len(),
            Fact::Conflicting | Fact::Stale { .. } => 1,
        });
        known.max().unwrap_or(1).max(1)
    }
}
