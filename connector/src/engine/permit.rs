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
use super::agreement::{AGREEMENT_ENDED, told};
use super::draft::{About, Draft};
use super::error::EngineError;
use super::live::{Admission, Grounds};
use super::parts::Parts;
use crate::clock::Clock;
use crate::ids::urn;
use crate::participant::{Participant, Standing};
use crate::record::agreement::AgreementRecord;

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
    process: Process,
    role: Role,
    decision: policy::Permit,
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
        self.permit(participant, standing, &agreed, grounds, delivery, about).await
    }

    /// As consumer: the permit to take delivery `delivery` and hold it, or to hand it over to our
    /// own programs.
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
        self.permit(&participant, standing, agreed, grounds, delivery, about).await
    }

    async fn permit(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        agreed: &AgreementRecord,
        grounds: Grounds,
        delivery: DeliveryId,
        process: Process,
    ) -> Result<Permit, EngineError> {
        // Registered before anything is asked, so that a stop that comes meanwhile is not missed.
        let admission = self.live.admit(grounds);
        let ours = participant.did();
        let (_, agreed) = self.agreement(ours, &agreed.id, &agreed.peer).await?;
        if let Some(ended) = &agreed.ended {
            let words = format!("the contract has ended: {}", ended.reason);
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
            role: agreed.role,
            decision,
        };
        self.note(participant, standing, &granted, vec![], |delivery| Body::DeliveryStarted {
            delivery,
        })
        .await?;
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
        match end {
            DeliveryEnd::Finished => {
                self.note(&participant, standing, granted, vec![], |delivery| {
                    Body::DeliveryFinished { delivery, bytes, digest }
                })
                .await
            }
            DeliveryEnd::Stopped { code } => {
                self.note(&participant, standing, granted, vec![code.clone()], |delivery| {
                    Body::DeliveryStopped { delivery, bytes, digest }
                })
                .await
            }
        }
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
        self.note(&participant, standing, granted, vec![], |delivery| Body::DeliveryWindow {
            delivery,
            bytes,
            digest,
        })
        .await
    }

    async fn note(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        granted: &Granted,
        reasons: Vec<String>,
        body: impl Fn(DeliveryId) -> Body,
    ) -> Result<(), EngineError> {
        for _ in 0..super::negotiation::TRIES_MAX {
            let mut draft = Draft::new(self, participant, standing.clone());
            draft.count_for(&granted.agreement, &granted.peer).await?;
            let about = About {
                process: Some(granted.process.clone()),
                counterparty: Some(granted.peer.clone()),
                role: Some(granted.role),
                reasons: reasons.clone(),
                actor: None,
            };
            draft.record(about, body(granted.delivery.clone()))?;
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

fn refused(denied: &Decision) -> EngineError {
    let code = denied.reasons.first().map_or("rule-refuses", |reason| reason.code.code());
    EngineError::peer(code, told(denied))
}
