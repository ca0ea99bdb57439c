//! Asking the rule of a contract in force, with the contract's meter beside it.

use jiff::Timestamp;
use policy::{CheckedPolicy, Decision, Explanation, Verdict};
use protocol::Role;
use protocol::id::AgreementId;
use protocol::transfer::Flow;
use wire::did::Did;

use super::Engine;
use super::error::EngineError;
use super::facts::{Circumstances, Moment, window_turns};
use super::judged::Judged;
use super::parts::Parts;
use super::rule::{self, Shape};
use super::usage::{self, Tense, Usage};
use crate::clock::Clock;
use crate::participant::Standing;
use crate::record::agreement::{self, AgreementRecord};
use crate::record::usage::UsageRecord;
use crate::store::{Key, Kind, Store};

/// Which use of a contract is asked for, and which way the data go; none where none is chosen yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exercise {
    /// One more delivery.
    Another(Option<Flow>),
    /// One more byte of a delivery that runs.
    More(Option<Flow>),
    /// What runs, or is held, already.
    Ongoing(Option<Flow>),
}

impl Exercise {
    /// One more byte the same way.
    pub(super) fn more(self) -> Self {
        match self {
            Self::Another(flow) | Self::More(flow) | Self::Ongoing(flow) => Self::More(flow),
        }
    }
}

/// A contract, its rule and its meter, as they were read.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    agreed: &'a AgreementRecord,
    consumer: &'a Did,
    pub(super) rule: CheckedPolicy,
    /// None where the rule asks for no meter.
    pub(super) usage: Option<Usage>,
}

impl Case<'_> {
    /// What the rule says at `now`; the authority's list is good until `list_until`.
    pub(crate) fn judge(
        &self,
        standing: &Standing,
        now: Timestamp,
        list_until: Option<Timestamp>,
        exercise: Exercise,
    ) -> Result<Judged, EngineError> {
        let circumstances = self.circumstances(standing, now, list_until, exercise);
        let made = rule::judge(&self.rule, &self.agreed.dataset, &circumstances)?;
        Ok(Judged::new(made, &self.rule, Shape::Agreement, self.agreed.document))
    }

    /// The same, with what would have to be otherwise.
    pub(crate) fn explain(
        &self,
        standing: &Standing,
        now: Timestamp,
        list_until: Option<Timestamp>,
        exercise: Exercise,
    ) -> Result<(Decision, Explanation), EngineError> {
        let circumstances = self.circumstances(standing, now, list_until, exercise);
        rule::explain(&self.rule, &self.agreed.dataset, &circumstances)
    }

    fn circumstances<'a>(
        &'a self,
        standing: &'a Standing,
        now: Timestamp,
        list_until: Option<Timestamp>,
        exercise: Exercise,
    ) -> Circumstances<'a> {
        let (tense, flow) = match exercise {
            Exercise::Another(flow) => (Tense::Next, flow),
            Exercise::More(flow) => (Tense::More, flow),
            Exercise::Ongoing(flow) => (Tense::Present, flow),
        };
        let ended = self.agreed.ended.as_ref().map(|ended| ended.at);
        let moment = Moment::Agreed { ended, usage: self.usage.as_ref(), tense, flow };
        let consumer = self.consumer;
        Circumstances { consumer, standing, now, list_until, moment }
    }

    /// When a meter or a window of time no longer stands against one more delivery, if it is the next
    /// turn of one of them that brings it.
    pub(super) fn again(
        &self,
        standing: &Standing,
        now: Timestamp,
        exercise: Exercise,
    ) -> Option<Timestamp> {
        let by_meter = self.usage.is_some().then(|| Usage::turns(&self.rule, now));
        let mut turns = window_turns(&self.rule, now);
        turns.extend(by_meter.into_iter().flatten());
        turns.into_iter().find(|turn| {
            let then = self.judge(standing, *turn, Some(standing.list.expires), exercise);
            then.is_ok_and(|then| then.decision.verdict == Verdict::Permit)
        })
    }
}

impl<P: Parts> Engine<P> {
    /// A contract with its rule and its meter.
    pub(crate) async fn case<'a>(
        &self,
        ours: &'a Did,
        agreed: &'a AgreementRecord,
    ) -> Result<Case<'a>, EngineError> {
        let document = self.document(ours, &agreed.document).await?;
        let rule = rule::read(&document, Shape::Agreement)?;
        let consumer = match agreed.role {
            Role::Consumer => ours,
            Role::Provider => &agreed.peer,
        };
        let usage = match usage::is_metered(&rule) {
            true => Some(self.usage(ours, &agreed.id, &agreed.peer).await?),
            false => None,
        };
        Ok(Case { agreed, consumer, rule, usage })
    }

    /// The meter of a contract as it stands.
    pub(super) async fn usage(
        &self,
        ours: &Did,
        id: &AgreementId,
        peer: &Did,
    ) -> Result<Usage, EngineError> {
        let key = Key::new(ours, Kind::Meter, usage_id(id, peer));
        Ok(match self.store.get_json::<UsageRecord>(&key).await? {
            Some((version, record)) => Usage { version: Some(version), record },
            None => Usage::default(),
        })
    }

    /// What a contract's rule says at `now` about its consumer using the data.
    ///
    /// # Errors
    /// When its document is missing or cannot be read.
    pub async fn judge_agreement(
        &self,
        ours: &Did,
        standing: &Standing,
        agreed: &AgreementRecord,
        now: Timestamp,
        exercise: Exercise,
    ) -> Result<Decision, EngineError> {
        let judged = self.judged_agreement(ours, standing, agreed, now, exercise).await?;
        Ok(judged.decision)
    }

    /// When the answer of a contract's rule to one more delivery changes by its own times. That the
    /// authority's list must be renewed before is our program's business and nobody else's.
    ///
    /// # Errors
    /// When its document is missing or cannot be read.
    pub async fn next_change_of(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
    ) -> Result<Option<Timestamp>, EngineError> {
        let (_, standing) = self.member(ours)?;
        let (now, exercise) = (self.clock.now(), Exercise::Another(None));
        let case = self.case(ours, agreed).await?;
        let decision = case.judge(&standing, now, None, exercise)?.decision;
        let again = match decision.verdict {
            Verdict::Permit => None,
            Verdict::Deny => case.again(&standing, now, exercise),
        };
        Ok(decision.next_change.into_iter().chain(again).min())
    }

    /// As [`Engine::judge_agreement`], with what the answer was made from, to be recorded.
    pub(crate) async fn judged_agreement(
        &self,
        ours: &Did,
        standing: &Standing,
        agreed: &AgreementRecord,
        now: Timestamp,
        exercise: Exercise,
    ) -> Result<Judged, EngineError> {
        let case = self.case(ours, agreed).await?;
        case.judge(standing, now, Some(standing.list.expires), exercise)
    }
}

/// The id of a contract's meter.
pub(super) fn usage_id(id: &AgreementId, peer: &Did) -> String {
    format!("usage/{}", agreement::id(id, peer))
}
