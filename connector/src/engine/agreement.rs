//! Contracts in force: finding them, asking their rule, and ending them.

use audit::entry::{Body, EndCause};
use policy::{Decision, Verdict, text};
use protocol::Role;
use protocol::id::AgreementId;
use protocol::transfer::Flow;
use wire::did::Did;

use super::Engine;
use super::draft::{About, Draft};
use super::error::EngineError;
use super::judge::Exercise;
use super::live::{Cut, Grounds};
use super::negotiation::TRIES_MAX;
use super::parts::Parts;
use crate::clock::Clock;
use crate::record::agreement::{self, AgreementRecord, Ended, EndedBy, Notice};
use crate::record::outbox::{Machine, ProcessRef};
use crate::record::timer::{TimerErrand, TimerRow};
use crate::store::{Key, Kind, Span, Store, Version};

/// The reason code that tells a partner that the whole contract has ended, not just a transfer.
pub const AGREEMENT_ENDED: &str = "agreement-ended";

/// What stands before the reason wherever a partner or a person of ours is told of an end.
pub(super) const ENDED_WORDS: &str = "the contract has ended: ";

/// Why something under a contract that has ended is refused.
#[must_use]
pub fn ended_words(ended: &Ended) -> String {
    format!("{ENDED_WORDS}{}", ended.reason)
}

/// Why a decision said no, in the words that a partner may read, with the remedy.
#[must_use]
pub fn told(decision: &Decision) -> String {
    let told = decision.redacted();
    let reason = text::redacted_reason(&told, text::Lang::En);
    let remedy = text::redacted_remedy(&told, text::Lang::En);
    format!("{reason} {remedy}")
}

impl<P: Parts> Engine<P> {
    /// The agreement `id` with `peer`.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub async fn agreement(
        &self,
        participant: &Did,
        id: &AgreementId,
        peer: &Did,
    ) -> Result<(Version, AgreementRecord), EngineError> {
        let found = self.agreement_record(participant, &agreement::id(id, peer)).await?;
        found.ok_or(EngineError::NotFound)
    }

    /// The record `id` of an agreement, if there is one.
    pub(super) async fn agreement_record(
        &self,
        participant: &Did,
        id: &str,
    ) -> Result<Option<(Version, AgreementRecord)>, EngineError> {
        Ok(self.store.get_json(&Key::new(participant, Kind::Agreement, id)).await?)
    }

    /// The agreements whose id begins with `prefix`: usually one, since ids are random.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn agreements(
        &self,
        participant: &Did,
        prefix: &str,
    ) -> Result<Vec<AgreementRecord>, EngineError> {
        let span = Span::new(participant, Kind::Agreement).prefix(prefix);
        let rows = self.store.range_json::<AgreementRecord>(&span).await?;
        Ok(rows.into_iter().map(|(_, _, record)| record).collect())
    }

    /// Ends a contract: running deliveries are cut first, then it is recorded, then the partner is
    /// told of the end, and by the termination of each open transfer.
    ///
    /// # Errors
    /// When there is none, it has ended already, or nothing can be committed. What was running is
    /// cut all the same.
    pub async fn end_agreement(
        &self,
        participant: &Did,
        id: &AgreementId,
        peer: &Did,
        account: &str,
        words: &str,
    ) -> Result<(), EngineError> {
        self.cut_agreement(participant, id, peer);
        if !self.mark_ended(participant, id, peer, EndedBy::Us, words, Some(account)).await? {
            return Err(EngineError::operator(AGREEMENT_ENDED, "the contract has ended already"));
        }
        self.end_transfers(participant, id, peer, Cut::AgreementEnded, words).await
    }

    /// The contract has ended by itself or by the partner's word.
    ///
    /// # Errors
    /// When nothing can be committed. What was running is cut all the same.
    pub async fn agreement_is_over(
        &self,
        participant: &Did,
        id: &AgreementId,
        peer: &Did,
        by: EndedBy,
        words: &str,
    ) -> Result<(), EngineError> {
        self.cut_agreement(participant, id, peer);
        // The partner's program may have said that it has ended before it said why.
        let words = words.strip_prefix(ENDED_WORDS).unwrap_or(words);
        match self.mark_ended(participant, id, peer, by, words, None).await {
            Ok(_) | Err(EngineError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn cut_agreement(&self, participant: &Did, id: &AgreementId, peer: &Did) {
        self.live.cut(Cut::AgreementEnded, |grounds| {
            grounds.participant == *participant && grounds.agreement == *id && grounds.peer == *peer
        });
    }

    /// Records the end; `false` when it was recorded before.
    async fn mark_ended(
        &self,
        participant: &Did,
        id: &AgreementId,
        peer: &Did,
        by: EndedBy,
        words: &str,
        account: Option<&str>,
    ) -> Result<bool, EngineError> {
        for _ in 0..TRIES_MAX {
            let (ours, standing) = self.member(participant)?;
            let (version, mut record) = self.agreement(participant, id, peer).await?;
            if record.ended.is_some() {
                return Ok(false);
            }
            let mut draft = Draft::new(self, &ours, standing);
            draft.restricting();
            draft.count_for(id, peer).await?;
            let about = About {
                counterparty: Some(peer.clone()),
                role: Some(record.role),
                reasons: vec![AGREEMENT_ENDED.to_owned()],
                actor: account.map(str::to_owned),
                ..About::default()
            };
            draft.record(about, Body::AgreementEnded { cause: cause(record.role, by) })?;
            let ours = by == EndedBy::Us;
            let notice = ours.then_some(Notice::OnItsWay);
            let (at, reason) = (draft.at(), words.to_owned());
            record.ended = Some(Ended { at, by, reason, notice });
            if ours {
                self.tell_of_end(&mut draft, &record, words).await?;
                self.plan_end_of_transfers(&mut draft, id, peer).await?;
            }
            draft.write(Kind::Agreement, &agreement::id(id, peer), Some(version), &record)?;
            draft.changed(id.as_str());
            draft.changed(&*record.negotiation);
            match draft.commit().await {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok((_, errands)) => {
                    errands.release(self);
                    if record.role == Role::Consumer {
                        self.ended.tell((participant.clone(), peer.clone(), id.clone()));
                    }
                    return Ok(true);
                }
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    /// Should this process die before the transfers are ended, their due timers end them.
    async fn plan_end_of_transfers(
        &self,
        draft: &mut Draft<'_, P>,
        id: &AgreementId,
        peer: &Did,
    ) -> Result<(), EngineError> {
        let participant = draft.participant().did();
        for found in self.transfers_under(participant, id, peer).await? {
            if !found.record.process.is_over() {
                let process = ProcessRef { machine: Machine::Transfer, pid: found.pid };
                let row = TimerRow { due: draft.at(), errand: TimerErrand::Reconsider { process } };
                draft.timer(&row)?;
            }
        }
        Ok(())
    }

    async fn end_transfers(
        &self,
        participant: &Did,
        id: &AgreementId,
        peer: &Did,
        cut: Cut,
        words: &str,
    ) -> Result<(), EngineError> {
        for found in self.transfers_under(participant, id, peer).await? {
            if !found.record.process.is_over() {
                let words = Some(words.to_owned());
                self.stop_transfer(participant, &found.pid, cut, words).await?;
            }
        }
        Ok(())
    }

    /// Which way the data of a running delivery go; none where it is handed over to our own programs.
    async fn way_of(
        &self,
        participant: &Did,
        grounds: &Grounds,
    ) -> Result<Option<Flow>, EngineError> {
        if grounds.is_handover() {
            return Ok(None);
        }
        let found = self.transfer(participant, &grounds.transfer).await?;
        Ok(Some(found.record.process.flow))
    }

    /// Looks again at everything of a participant that is running, because certificates,
    /// revocations or the authority's list have changed: what is not allowed any more is cut, and
    /// then ended.
    ///
    /// # Errors
    /// When the store cannot be read or nothing can be committed.
    pub async fn reconsider_all(&self, participant: &Did) -> Result<(), EngineError> {
        let (_, standing) = self.member(participant)?;
        for grounds in self.live.grounds() {
            if grounds.participant != *participant {
                continue;
            }
            let now = self.clock.now();
            let believed = match standing.list.member(&grounds.peer) {
                Some(member) => member.status == identity::trust::Status::Active,
                None => false,
            };
            let peer_holds = grounds
                .verified
                .as_ref()
                .is_none_or(|peer| standing.material.trust().recheck(peer, now).is_ok());
            let pid = &grounds.transfer;
            if !believed || !peer_holds {
                self.stop_transfer(participant, pid, Cut::CertificateRefused, None).await?;
                continue;
            }
            let (_, agreed) =
                self.agreement(participant, &grounds.agreement, &grounds.peer).await?;
            let exercise = Exercise::Ongoing(self.way_of(participant, &grounds).await?);
            let judged =
                self.judged_agreement(participant, &standing, &agreed, now, exercise).await?;
            if judged.decision.verdict == Verdict::Deny {
                self.stop_refused(participant, pid, &judged).await?;
            }
        }
        Ok(())
    }
}

/// Who ended it, as both logs say it.
fn cause(role: Role, by: EndedBy) -> EndCause {
    match (role, by) {
        (_, EndedBy::Rule) => EndCause::TimeCame,
        (Role::Consumer, EndedBy::Us) | (Role::Provider, EndedBy::Peer) => EndCause::Consumer,
        (Role::Consumer, EndedBy::Peer) | (Role::Provider, EndedBy::Us) => EndCause::Provider,
    }
}
