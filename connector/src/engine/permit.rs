//! The one gate before data: no byte leaves or is handed over without a [`Permit`], and a permit
//! exists only once its log entry is durable.

mod caller;
mod meter;
mod note;
mod refused;

use std::sync::Arc;

use audit::entry::{DeliveryId, Process};
use identity::chain::VerifiedPeer;
use policy::{Decision, Verdict};
use protocol::Role;
use protocol::id::{AgreementId, DatasetId};
use protocol::transfer::Flow;
use wire::did::Did;

pub use self::meter::{Lender, Lending, Loan};

use self::caller::check_caller;
use self::meter::Metered;
use self::note::Step;
use super::Engine;
use super::agreement::{AGREEMENT_ENDED, ended_words};
use super::error::EngineError;
use super::judge::Exercise;
use super::live::{Admission, Grounds, HANDOVER};
use super::negotiation::TRIES_MAX;
use super::parts::Parts;
use super::transfer::FoundTransfer;
use crate::clock::Clock;
use crate::ids::{is_urn, urn};
use crate::participant::{Participant, Standing};
use crate::record::agreement::AgreementRecord;
use crate::record::delivery;
use crate::store::{Key, Kind, Store};
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
    /// Whether the peer chose its name, which must then be fresh.
    keeps_name: bool,
    /// What it counts for, where the rule asks for a meter.
    metered: Option<Metered>,
}

/// What is about to be permitted.
struct Wanted {
    grounds: Grounds,
    delivery: DeliveryId,
    process: Option<Process>,
    keeps_name: bool,
    exercise: Exercise,
}

/// Who names a delivery between the parties.
enum Naming<'a> {
    /// Whoever asked for it, or sends it to us, if it says a name that fits.
    ByPeer(Option<&'a str>),
    /// We, who send.
    ByUs,
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

    /// When a delivery that runs must be looked at again: when its reader, or our list, may not be
    /// believed any longer, or when a rule that counts from the first use says something else.
    fn look_again(&self) -> Option<Timestamp> {
        let by_rule = self.metered.as_ref().and_then(|_| self.decision().next_change);
        self.trust_over.into_iter().chain(by_rule).min()
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
    /// It has the name that the consumer `asked` for, if that has the form of ours and is fresh.
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
        asked: Option<&str>,
    ) -> Result<Permit, EngineError> {
        let found = self.transfer(participant.did(), pid).await?;
        check_caller(&found.record, peer, token, (Role::Provider, Flow::Pull))?;
        self.permit_with(participant, standing, peer, found, Naming::ByPeer(asked)).await
    }

    /// As consumer of a push: the permit to take what a verified peer sends that shows the
    /// transfer's token. It has the name that the provider gave it, if that has the form of ours
    /// and is fresh.
    ///
    /// # Errors
    /// Not found for strangers and wrong tokens alike; else the rule's own reason.
    pub async fn permit_intake(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        peer: &VerifiedPeer,
        pid: &str,
        token: &str,
        name: Option<&str>,
    ) -> Result<Permit, EngineError> {
        let found = self.transfer(participant.did(), pid).await?;
        check_caller(&found.record, peer, token, (Role::Consumer, Flow::Push))?;
        self.permit_with(participant, standing, peer, found, Naming::ByPeer(name)).await
    }

    /// As provider of a push: the permit to send to the verified peer at the other end of a
    /// connection that is open already.
    ///
    /// # Errors
    /// Not found when the transfer is another's; else why nothing may be sent.
    pub async fn permit_push(
        &self,
        participant: &Participant,
        peer: &VerifiedPeer,
        pid: &str,
    ) -> Result<Permit, EngineError> {
        let standing = self.believe(participant, peer).map_err(|unbelieved| {
            // It may come back, with a renewed certificate or on a newer list.
            EngineError::Busy { reason: unbelieved.code() }
        })?;
        let found = self.transfer(participant.did(), pid).await?;
        let process = &found.record.process;
        let ours = process.role == Role::Provider && process.flow == Flow::Push;
        if !ours || process.peer != *peer.did() {
            return Err(EngineError::NotFound);
        }
        if !process.may_flow() {
            return Err(EngineError::peer("transfer-not-started", "the transfer is not running"));
        }
        self.permit_with(participant, standing, peer, found, Naming::ByUs).await
    }

    /// The permit for a delivery over a connection whose peer is verified.
    async fn permit_with(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        peer: &VerifiedPeer,
        found: FoundTransfer,
        naming: Naming<'_>,
    ) -> Result<Permit, EngineError> {
        let (ours, process) = (participant.did(), &found.record.process);
        let (_, agreed) = self.agreement(ours, &process.agreement_id, peer.did()).await?;
        if self.live.count(ours, peer.did()) >= self.limits.deliveries_per_peer_max {
            return Err(EngineError::Busy { reason: "too-many-deliveries" });
        }
        let about = Process {
            consumer_pid: Some(process.consumer_pid.clone()),
            provider_pid: process.provider_pid.clone(),
        };
        let (delivery, names) = match naming {
            Naming::ByPeer(asked) => (self.name(ours, asked).await?, true),
            Naming::ByUs => (self.new_name()?, false),
        };
        let grounds = Grounds {
            participant: ours.clone(),
            peer: peer.did().clone(),
            verified: Some(peer.clone()),
            agreement: agreed.id.clone(),
            transfer: found.pid,
        };
        let exercise = Exercise::Another(Some(process.flow));
        let wanted =
            Wanted { grounds, delivery, process: Some(about), keeps_name: names, exercise };
        self.permit(participant, standing, &agreed, wanted).await
    }

    /// A name for a delivery that begins.
    ///
    /// # Errors
    /// None that can be mended: a name of ours is one.
    pub fn new_name(&self) -> Result<DeliveryId, EngineError> {
        let name = DeliveryId::parse(&urn(&self.ids));
        name.map_err(|_| EngineError::Internal { what: "a delivery id" })
    }

    /// The name that the consumer asked for, unless a delivery of this provider had it before.
    async fn name(&self, ours: &Did, asked: Option<&str>) -> Result<DeliveryId, EngineError> {
        let formed = asked.filter(|text| is_urn(text)).map(DeliveryId::parse);
        let Some(Ok(name)) = formed else { return self.new_name() };
        let key = Key::new(ours, Kind::Delivery, delivery::name_id(&name));
        if self.store.get(&key).await?.is_some() { self.new_name() } else { Ok(name) }
    }

    /// As consumer: the permit to take delivery `delivery` and hold it. To be asked for before the
    /// request leaves, so that no provider knows of a delivery that our log does not.
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
        let exercise = Exercise::Another(Some(process.flow));
        let wanted =
            Wanted { grounds, delivery, process: Some(about), keeps_name: false, exercise };
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
        let delivery = self.new_name()?;
        let grounds = Grounds {
            participant: participant.did().clone(),
            peer: agreed.peer.clone(),
            verified: None,
            agreement: agreed.id.clone(),
            transfer: format!("{HANDOVER}{delivery}"),
        };
        let exercise = Exercise::Ongoing(None);
        let wanted = Wanted { grounds, delivery, process: None, keeps_name: false, exercise };
        self.permit(&participant, standing, agreed, wanted).await
    }

    async fn permit(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        agreed: &AgreementRecord,
        wanted: Wanted,
    ) -> Result<Permit, EngineError> {
        // Registered before anything is asked, so that a stop that comes meanwhile is not missed.
        let admission = self.live.admit(wanted.grounds.clone());
        for _ in 0..TRIES_MAX {
            match self.try_permit(participant, &standing, agreed, &wanted).await {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok(granted) => return Ok(Permit { admission, granted }),
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    /// Asks and records once; lost where a meter or a counter has moved meanwhile.
    async fn try_permit(
        &self,
        participant: &Participant,
        standing: &Arc<Standing>,
        agreed: &AgreementRecord,
        wanted: &Wanted,
    ) -> Result<Granted, EngineError> {
        let Wanted { grounds, delivery, process, keeps_name, exercise } = wanted;
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
        let case = self.case(ours, &agreed).await?;
        let judged = case.judge(standing, now, Some(standing.list.expires), *exercise)?;
        let transfer = process.is_some().then(|| grounds.transfer.clone());
        let again = match judged.decision.verdict {
            Verdict::Permit => None,
            Verdict::Deny => {
                let of = (&agreed, process.clone(), transfer.as_deref());
                self.note_refusal(participant, standing.clone(), of, &judged).await;
                case.again(standing, now, *exercise)
            }
        };
        let decided = judged.recorded()?;
        let decision = judged.decision.into_permit();
        let decision = decision.map_err(|denied| meter::refused(&denied, now, again))?;
        let (usage, metered) = case.begin(now, *exercise, agreed.role).unzip();
        let trust_over = grounds.verified.as_ref().map(|peer| {
            let end = peer.not_after().min(standing.list.expires);
            end.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX)
        });
        let granted = Granted {
            delivery: delivery.clone(),
            dataset: agreed.dataset.clone(),
            agreement: agreed.id.clone(),
            peer: agreed.peer.clone(),
            process: process.clone(),
            transfer,
            role: agreed.role,
            decision,
            started: now,
            trust_over,
            keeps_name: *keeps_name,
            metered,
        };
        self.try_note(participant, standing.clone(), &granted, &Step::Started { decided }, usage)
            .await?;
        Ok(granted)
    }
}
