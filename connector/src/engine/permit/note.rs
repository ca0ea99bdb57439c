//! What is recorded of a delivery: that it began, how far it came, how it ended.

use std::sync::Arc;

use audit::entry::Body;
use protocol::Role;
use wire::did::Did;
use wire::digest::Digest;

use super::super::Engine;
use super::super::draft::{About, Draft};
use super::super::error::EngineError;
use super::super::judge::usage_id;
use super::super::judged::Recorded;
use super::super::negotiation::TRIES_MAX;
use super::super::parts::Parts;
use super::super::usage::Usage;
use super::{DeliveryEnd, Granted};
use crate::participant::{Participant, Standing};
use crate::record::delivery::{self, FlowEnd, FlowRecord, OpenRecord};
use crate::record::outbox::{Machine, ProcessRef};
use crate::record::timer::{TimerErrand, TimerRow};
use crate::store::Kind;

impl<P: Parts> Engine<P> {
    /// Records how a delivery ended: `bytes` went over, with this digest.
    ///
    /// # Errors
    /// When nothing can be committed.
    pub async fn delivery_ended(
        &self,
        granted: &Granted,
        participant: &Did,
        end: &DeliveryEnd,
        bytes: u64,
        digest: Digest,
    ) -> Result<(), EngineError> {
        let (participant, standing) = self.member(participant)?;
        let code = match end {
            DeliveryEnd::Finished => None,
            DeliveryEnd::Stopped { code } => Some(code.clone()),
        };
        let step = Step::Ended { code, bytes, digest };
        self.note(&participant, standing, granted, &step).await
    }

    /// Records that a delivery has passed another window.
    ///
    /// # Errors
    /// When nothing can be committed: the delivery must then be cut.
    pub async fn delivery_window(
        &self,
        granted: &Granted,
        participant: &Did,
        bytes: u64,
        digest: Digest,
    ) -> Result<(), EngineError> {
        let (participant, standing) = self.member(participant)?;
        self.note(&participant, standing, granted, &Step::Window { bytes, digest }).await
    }

    async fn note(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        granted: &Granted,
        step: &Step,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            let usage = match (step, &granted.metered) {
                (Step::Ended { bytes, .. }, Some(metered)) => {
                    let (agreement, peer) = (&granted.agreement, &granted.peer);
                    let mut usage = self.usage(participant.did(), agreement, peer).await?;
                    metered.settle(&mut usage, granted.started, *bytes);
                    Some(usage)
                }
                (Step::Started { .. } | Step::Window { .. } | Step::Ended { .. }, _) => None,
            };
            match self.try_note(participant, standing.clone(), granted, step, usage).await {
                Err(error) if error.is_lost() => {}
                done => return done,
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    /// Records once, with what it makes of the contract's meter.
    pub(super) async fn try_note(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        granted: &Granted,
        step: &Step,
        usage: Option<Usage>,
    ) -> Result<(), EngineError> {
        let mut draft = Draft::new(self, participant, standing);
        draft.count_for(&granted.agreement, &granted.peer).await?;
        let about = About {
            process: granted.process.clone(),
            counterparty: Some(granted.peer.clone()),
            role: Some(granted.role),
            reasons: step.reasons(),
            actor: None,
        };
        if let Step::Started { decided } = step {
            draft.decided(about.clone(), decided)?;
            draft.delete(Kind::Delivery, &granted.refused_id());
        }
        draft.record(about, step.body(granted))?;
        if step.is_end() {
            // The data is over there: its record must not want for space.
            draft.restricting();
        }
        if let Some(pid) = &granted.transfer {
            index(&mut draft, pid, granted, step)?;
            draft.changed(pid.as_str());
        }
        if let Some(usage) = usage {
            let id = usage_id(&granted.agreement, &granted.peer);
            draft.write(Kind::Meter, &id, usage.version, &usage.record)?;
        }
        let (_, errands) = draft.commit().await?;
        errands.release(self);
        Ok(())
    }
}

/// What is recorded of a delivery.
pub(super) enum Step {
    /// Under this decision of the rule.
    Started {
        decided: Recorded,
    },
    Window {
        bytes: u64,
        digest: Digest,
    },
    Ended {
        code: Option<String>,
        bytes: u64,
        digest: Digest,
    },
}

impl Step {
    const fn is_end(&self) -> bool {
        matches!(self, Self::Ended { .. })
    }

    fn reasons(&self) -> Vec<String> {
        match self {
            Self::Ended { code, .. } => code.iter().cloned().collect(),
            Self::Started { .. } | Self::Window { .. } => Vec::new(),
        }
    }

    fn body(&self, granted: &Granted) -> Body {
        let delivery = granted.delivery.clone();
        let between = granted.transfer.is_some();
        match self {
            Self::Started { .. } if between => Body::DeliveryStarted { delivery },
            Self::Started { .. } => Body::HandoverStarted { delivery },
            Self::Window { bytes, digest } => {
                Body::DeliveryWindow { delivery, bytes: *bytes, digest: *digest }
            }
            Self::Ended { bytes, digest, .. } if !between => {
                Body::HandoverEnded { delivery, bytes: *bytes, digest: *digest }
            }
            Self::Ended { code: None, bytes, digest } => {
                Body::DeliveryFinished { delivery, bytes: *bytes, digest: *digest }
            }
            Self::Ended { code: Some(_), bytes, digest } => {
                Body::DeliveryStopped { delivery, bytes: *bytes, digest: *digest }
            }
        }
    }
}

/// The rows by which a delivery of the transfer `pid` is found again.
fn index<P: Parts>(
    draft: &mut Draft<'_, P>,
    pid: &str,
    granted: &Granted,
    step: &Step,
) -> Result<(), EngineError> {
    let (name, started) = (granted.delivery.clone(), granted.started);
    let open = delivery::open_id(pid, &name);
    let flow = |ended| FlowRecord { delivery: name.clone(), started, ended };
    match step {
        Step::Started { .. } => {
            let row = OpenRecord { transfer: pid.to_owned(), delivery: name.clone(), started };
            draft.put(Kind::Delivery, &open, &row)?;
            if granted.role == Role::Provider || granted.keeps_name {
                draft.put(Kind::Delivery, &delivery::flow_id(pid), &flow(None))?;
            }
            if granted.keeps_name {
                // Taken by somebody else meanwhile: then all of this is lost.
                draft.write(Kind::Delivery, &delivery::name_id(&name), None, &pid)?;
            }
            if let Some(due) = granted.look_again() {
                let process = ProcessRef { machine: Machine::Transfer, pid: pid.to_owned() };
                let row = TimerRow { due, errand: TimerErrand::Reconsider { process } };
                draft.timer(&row)?;
            }
        }
        Step::Window { .. } => {}
        Step::Ended { code, bytes, digest } => {
            draft.delete(Kind::Delivery, &open);
            // A request of ours that brought nothing hides no delivery that did.
            let in_vain = granted.role == Role::Consumer && code.is_some() && *bytes == 0;
            if !in_vain {
                let ended =
                    FlowEnd { at: draft.at(), bytes: *bytes, digest: *digest, code: code.clone() };
                draft.put(Kind::Delivery, &delivery::flow_id(pid), &flow(Some(ended)))?;
            }
        }
    }
    Ok(())
}
