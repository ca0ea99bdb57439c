//! The one gate before data: no byte leaves or is handed over without a [`Permit`], and a permit
//! exists only once its log entry is durable.

use std::sync::Arc;

use audit::entry::{Body, DeliveryId, Process};
use identity::chain::VerifiedPeer;
use policy::Decision;
use protocol::Role;
use protocol::id::{AgreementId, DatasetId};
use wire::did::Did;
use wire::digest::Digest;

use super::Engine;
use super::agreement::{AGREEMENT_ENDED, ended_words, told};
use super::draft::{About, Draft};
use super::error::EngineError;
use super::live::{Admission, Grounds, HANDOVER};
use super::parts::Parts;
use crate::clock::Clock;
use crate::ids::urn;
use crate::participant::{Participant, Standing};
use crate::record::agreement::AgreementRecord;
use crate::record::delivery::{self, FlowEnd, FlowRecord};
use crate::record::outbox::{Machine, ProcessRef};
use crate::record::timer::{TimerErrand, TimerRow};
use crate::store::Kind;
use jiff::{SignedDuration, Timestamp};

/// Permission to deliver, or to hand over, data under a contract now. Only this module makes one.
#[derive(Debug)]
pub struct Permit {
    admission: Admission,
    granted: Granted,
}

/// What was granted, for the log; it outlives the delivery itself.
#[derive(Debug)]
pub struct Granted {
    delivery: DeliveryId,
    dataset: DatasetId,
    agreement: AgreementId,
    peer: Did,
    /// The transfer; none where data is only handed over to our own programs.
    process: Option<Process>,
    transfer: Option<String>,
    role: Role,
    decision: policy::Permit,
    started: Timestamp,
    /// The first instant at which the partner's certificate, or our copy of the authority's list,
    /// holds no longer.
    trust_over: Option<Timestamp>,
}

/// What is about to be permitted.
struct Wanted {
    grounds: Grounds,
    delivery: DeliveryId,
    process: Option<Process>,
}

impl Permit {
    /// The dataset.
    #[must_use]
    pub fn dataset(&self) -> &DatasetId {
        &self.granted.dataset
    }

    /// What was granted, and what the running delivery hangs on.
    #[must_use]
    pub fn split(self) -> (Granted, Admission) {
        (self.granted, self.admission)
    }
}

impl Granted {
    /// The delivery's id, the same in both logs.
    #[must_use]
    pub fn delivery(&self) -> &DeliveryId {
        &self.delivery
    }

    /// Our own pid of the transfer; none where data is only handed over to our own programs.
    #[must_use]
    pub fn transfer(&self) -> Option<&String> {
        self.transfer.as_ref()
    }

    /// The decision behind it.
    #[must_use]
    pub fn decision(&self) -> &Decision {
        self.decision.decision()
    }
}

/// How a delivery ended.
#[derive(Clone, Debug)]
pub enum DeliveryEnd {
    /// All bytes went over.
    Finished,
    /// It was cut or broke off.
    Stopped {
        /// The reason code.
        code: String,
    },
}

impl<P: Parts> Engine<P> {
    /// As provider: the permit for one delivery to a verified peer that shows the transfer's token.
    ///
    /// # Errors
    /// Not found for strangers and wrong tokens alike; else the rule's own reason.
    pub async fn permit_delivery(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        peer: &VerifiedPeer,
        pid: &str,
        token: &str,
    ) -> Result<Permit, EngineError> {
        let ours = participant.did();
        let found = self.transfer(ours, pid).await?;
        let process = &found.record.process;
        let shown = Digest::of(token.as_bytes());
        let token_fits = found
            .record
            .token
            .is_some_and(|token| openssl::memcmp::eq(token.as_bytes(), shown.as_bytes()));
        if process.role != Role::Provider || process.peer != *peer.did() || !token_fits {
            return Err(EngineError::NotFound);
        }
        if !process.may_flow() {
            return Err(EngineError::peer("transfer-not-started", "the transfer is not running"));
        }
        let (_, agreed) = self.agreement(ours, &process.agreement_id, peer.did()).await?;
        if self.live.count(ours, peer.did()) >= self.limits.deliveries_per_peer_max {
            return Err(EngineError::Busy { reason: "too-many-deliveries" });
        }
        let about = Process {
            consumer_pid: Some(process.consumer_pid.clone()),
            provider_pid: process.provider_pid.clone(),
        };
        let delivery = DeliveryId::parse(&urn(&self.ids))
            .map_err(|_| EngineError::Internal { what: "a delivery id" })?;
        let grounds = Grounds {
            participant: ours.clone(),
            peer: peer.did().clone(),
            verified: Some(peer.clone()),
            agreement: agreed.id.clone(),
            transfer: pid.to_owned(),
        };
        let wanted = Wanted { grounds, delivery, process: Some(about) };
        self.permit(participant, standing, &agreed, wanted).await
    }

    /// As consumer: the permit to take delivery `delivery` and hold it.
    ///
    /// # Errors
    /// The rule's own reason, or that the contract has ended.
    pub async fn permit_receipt(
        &self,
        participant: &Did,
        agreed: &AgreementRecord,
        pid: &str,
        delivery: DeliveryId,
    ) -> Result<Permit, EngineError> {
        let (participant, standing) = self.member(participant)?;
        let found = self.transfer(participant.did(), pid).await?;
        let process = &found.record.process;
        let about = Process {
            consumer_pid: Some(process.consumer_pid.clone()),
            provider_pid: process.provider_pid.clone(),
        };
        let grounds = Grounds {
            participant: participant.did().clone(),
            peer: agreed.peer.clone(),
            verified: None,
            agreement: agreed.id.clone(),
            transfer: pid.to_owned(),
        };
        let wanted = Wanted { grounds, delivery, process: Some(about) };
        self.permit(&participant, standing, agreed, wanted).await
    }

    /// As consumer: the permit to hand over what we hold to our own programs.
    ///
    /// # Errors
    /// The rule's own reason, or that the contract has ended.
    pub async fn permit_handover(
        &self,
        participant: &Did,
        agreed: &AgreementRecord,
    ) -> Result<Permit, EngineError> {
        let (participant, standing) = self.member(participant)?;
        if agreed.role != Role::Consumer {
            let words = "this participant provides the data of this contract";
            return Err(EngineError::operator("not-the-consumer", words));
        }
        let delivery = DeliveryId::parse(&urn(&self.ids))
            .map_err(|_| EngineError::Internal { what: "a delivery id" })?;
        let grounds = Grounds {
            participant: participant.did().clone(),
            peer: agreed.peer.clone(),
            verified: None,
            agreement: agreed.id.clone(),
            transfer: format!("{HANDOVER}{delivery}"),
        };
        let wanted = Wanted { grounds, delivery, process: None };
        self.permit(&participant, standing, agreed, wanted).await
    }

    async fn permit(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        agreed: &AgreementRecord,
        wanted: Wanted,
    ) -> Result<Permit, EngineError> {
        let Wanted { grounds, delivery, process } = wanted;
        let transfer = process.is_some().then(|| grounds.transfer.clone());
        let trust_over = grounds.verified.as_ref().map(|peer| {
            let end = peer.not_after().min(standing.list.expires);
            end.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX)
        });
        // Registered before anything is asked, so that a stop that comes meanwhile is not missed.
        let admission = self.live.admit(grounds);
        let ours = participant.did();
        let (_, agreed) = self.agreement(ours, &agreed.id, &agreed.peer).await?;
        if let Some(ended) = &agreed.ended {
            let words = ended_words(ended);
            return Err(EngineError::peer(AGREEMENT_ENDED, words));
        }
        let now = self.clock.now();
        if self.heads.lag_ms(ours, now) > self.limits.checkpoint_lag_max_ms {
            return Err(EngineError::Busy { reason: "log-lags" });
        }
        let decision = self.judge_agreement(ours, &standing, &agreed, now).await?;
        let decision = decision.into_permit().map_err(|denied| refused(&denied))?;
        let granted = Granted {
            delivery,
            dataset: agreed.dataset.clone(),
            agreement: agreed.id.clone(),
            peer: agreed.peer.clone(),
            process,
            transfer,
            role: agreed.role,
            decision,
            started: now,
            trust_over,
        };
        self.note(participant, standing, &granted, &Step::Started).await?;
        Ok(Permit { admission, granted })
    }

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
        for _ in 0..super::negotiation::TRIES_MAX {
            let mut draft = Draft::new(self, participant, standing.clone());
            draft.count_for(&granted.agreement, &granted.peer).await?;
            let about = About {
                process: granted.process.clone(),
                counterparty: Some(granted.peer.clone()),
                role: Some(granted.role),
                reasons: step.reasons(),
                actor: None,
            };
            draft.record(about, step.body(granted))?;
            if let Some(pid) = &granted.transfer {
                let flow = step.flow(granted, draft.at());
                draft.put(Kind::Delivery, &delivery::flow_id(pid), &flow)?;
                if let (Step::Started, Some(due)) = (step, granted.trust_over) {
                    let process = ProcessRef { machine: Machine::Transfer, pid: pid.clone() };
                    let row = TimerRow { due, errand: TimerErrand::Reconsider { process } };
                    draft.timer(row.id(), &row)?;
                }
                draft.changed(pid.as_str());
            }
            match draft.commit().await {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok((_, errands)) => {
                    errands.release(self);
                    return Ok(());
                }
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }
}

/// What is recorded of a delivery.
enum Step {
    Started,
    Window { bytes: u64, digest: Digest },
    Ended { code: Option<String>, bytes: u64, digest: Digest },
}

impl Step {
    fn reasons(&self) -> Vec<String> {
        match self {
            Self::Ended { code, .. } => code.iter().cloned().collect(),
            Self::Started | Self::Window { .. } => Vec::new(),
        }
    }

    fn body(&self, granted: &Granted) -> Body {
        let delivery = granted.delivery.clone();
        let between = granted.transfer.is_some();
        match self {
            Self::Started if between => Body::DeliveryStarted { delivery },
            Self::Started => Body::HandoverStarted { delivery },
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

    /// The row by which the delivery is found again.
    fn flow(&self, granted: &Granted, at: Timestamp) -> FlowRecord {
        let ended = match self {
            Self::Started | Self::Window { .. } => None,
            Self::Ended { code, bytes, digest } => {
                Some(FlowEnd { at, bytes: *bytes, digest: *digest, code: code.clone() })
            }
        };
        FlowRecord { delivery: granted.delivery.clone(), started: granted.started, ended }
    }
}

fn refused(denied: &Decision) -> EngineError {
    let code = denied.reasons.first().map_or("rule-refuses", |reason| reason.code.code());
    EngineError::peer(code, told(denied))
}
