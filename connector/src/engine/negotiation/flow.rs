//! One negotiation on its way through one commit: step, effects, decision, and again until it is
//! someone else's turn.

use audit::entry::{Body, Process};
use protocol::Role;
use protocol::fact::Fact;
use protocol::http_path;
use protocol::message::MessageKind;
use protocol::message::{
    Agreement, ContractAgreementMessage, EventType, MessageOffer, NegotiationMessage,
};
use protocol::negotiation::{Effect, Input, State, step};
use serde_json::Value;
use wire::digest::Digest;

use super::early;
use crate::engine::Engine;
use crate::engine::draft::{About, Draft, Errands};
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::rests;
use crate::record::agreement::{self, AgreementRecord};
use crate::record::negotiation::{By, NegotiationRecord, Why};
use crate::record::outbox::{Machine, OutboxRow, ProcessRef};
use crate::store::{Kind, Version};

/// One negotiation within one commit.
pub(super) struct Flow<'e, P: Parts> {
    pub(super) engine: &'e Engine<P>,
    pub(super) draft: Draft<'e, P>,
    /// Our own pid.
    pub(super) pid: String,
    pub(super) version: Option<Version>,
    pub(super) record: Option<NegotiationRecord>,
    /// The offer on the table, when this commit brought it.
    pub(super) offer: Option<MessageOffer>,
    /// The agreement, when this commit brought it.
    pub(super) agreement: Option<Agreement>,
    /// The account behind a command.
    pub(super) actor: Option<String>,
    /// Why the next message of ours is sent, as a reason code.
    pub(super) because: Option<String>,
    /// The version of our dataset that a fresh negotiation is about.
    pub(super) dataset_version: Option<u32>,
    /// Whether anything has changed.
    dirty: bool,
    decide: bool,
    /// Whether there is something to commit even if the step changes nothing.
    pub(super) housekeeping: bool,
    /// The acknowledgement of the message that came in: the state that it alone led to.
    pub(super) acknowledged: Option<Value>,
    /// The message that came in says more than we understand.
    pub(super) ignored: bool,
}

impl<'e, P: Parts> Flow<'e, P> {
    pub(super) fn new(
        engine: &'e Engine<P>,
        draft: Draft<'e, P>,
        pid: String,
        found: Option<(Version, NegotiationRecord)>,
    ) -> Self {
        let (version, record) = found.unzip();
        Self {
            engine,
            draft,
            pid,
            version,
            record,
            offer: None,
            agreement: None,
            actor: None,
            because: None,
            dataset_version: None,
            dirty: false,
            decide: false,
            housekeeping: false,
            acknowledged: None,
            ignored: false,
        }
    }

    /// Makes one step and every step that we can decide right away.
    pub(super) async fn run(&mut self, input: Input) -> Result<(), EngineError> {
        self.step(input).await?;
        self.acknowledged = self.acknowledgement().ok();
        while std::mem::take(&mut self.decide) {
            if let Some(command) = self.next_command().await? {
                self.step(Input::Command(command)).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn step(&mut self, input: Input) -> Result<(), EngineError> {
        let now = self.record.as_ref().map(|record| &record.process);
        let made = step(now, self.draft.at(), input)?;
        if made.is_idle() {
            return Ok(());
        }
        self.dirty = true;
        match &mut self.record {
            Some(record) => record.process = made.next,
            None => self.record = Some(self.opened(made.next)),
        }
        self.note_offer();
        for effect in made.effects {
            self.apply(effect).await?;
        }
        Ok(())
    }

    /// Writes the record and makes everything durable.
    pub(super) async fn commit(mut self) -> Result<Errands, EngineError> {
        match self.record.as_ref().filter(|_| self.dirty) {
            Some(record) => {
                match (self.version, record.process.is_over()) {
                    (None, false) => self.draft.watch_silence(self.process_ref())?,
                    (Some(_), true) => {
                        self.draft.silence_matters_no_more(self.process_ref(), record.opened);
                    }
                    (None, true) | (Some(_), false) => {}
                }
                self.draft.write(Kind::Negotiation, &self.pid, self.version, record)?;
                self.draft.changed(&*self.pid);
            }
            None if self.housekeeping => {}
            None => return Ok(Errands::default()),
        }
        let (ours, fresh) = (self.draft.participant().did(), self.version.is_none());
        let (_, errands) = self.draft.commit().await?;
        if let Some(record) = self.record.filter(|_| self.dirty) {
            let (peer, over) = (&record.process.peer, record.process.is_over());
            match (fresh, over) {
                (true, false) => self.engine.open.opened(ours, peer),
                (false, true) => self.engine.open.closed(ours, peer),
                (true, true) | (false, false) => {}
            }
        }
        Ok(errands)
    }

    /// Changes what we keep beside the state machine's own record.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut NegotiationRecord)) {
        if let Some(record) = &mut self.record {
            change(record);
            self.dirty = true;
        }
    }

    /// As [`Flow::change`], for what comes with a message that the state machine has yet to take:
    /// a replay or a refusal leaves nothing behind.
    pub(super) fn set_aside(&mut self, change: impl FnOnce(&mut NegotiationRecord)) {
        if let Some(record) = &mut self.record {
            change(record);
        }
    }

    /// What the peer is told of the negotiation.
    pub(super) fn acknowledgement(&self) -> Result<Value, EngineError> {
        let acknowledgement = self.current()?.process.acknowledgement();
        Ok(acknowledgement.ok_or(EngineError::NotFound)?.to_json())
    }

    /// The record; there is one after the first step.
    pub(super) fn current(&self) -> Result<&NegotiationRecord, EngineError> {
        self.record.as_ref().ok_or(EngineError::NotFound)
    }

    fn opened(&self, process: protocol::negotiation::Negotiation) -> NegotiationRecord {
        NegotiationRecord {
            process,
            opened: self.draft.at(),
            opened_by: self.actor.clone(),
            dataset_version: self.dataset_version,
            offers: Vec::new(),
            last: None,
            asked: None,
            awaits_person: false,
            why: None,
            provider_signature: None,
            consumer_signature: None,
        }
    }

    async fn apply(&mut self, effect: Effect) -> Result<(), EngineError> {
        match effect {
            Effect::Record(fact) => self.note(&fact),
            Effect::Withdraw { number } => {
                let id = self.process_ref().outbox_id(number);
                self.draft.delete(Kind::Outbox, &id);
                Ok(())
            }
            Effect::Send { number, message } => self.send(number, *message).await,
            Effect::Decide => {
                self.decide = true;
                Ok(())
            }
            Effect::AwaitPeer => Ok(()),
            Effect::Conclude => self.conclude().await,
            Effect::Close => {
                self.finalizing_no_more();
                self.change(|record| record.awaits_person = false);
                Ok(())
            }
        }
    }

    fn note(&mut self, fact: &Fact<State>) -> Result<(), EngineError> {
        self.note_last(fact);
        let Some(reasons) = rests::reasons(&self.pid, fact, self.ignored) else { return Ok(()) };
        let body = Body::NegotiationStep {
            message: fact.message,
            event: fact.event,
            state: fact.after,
            document: self.document_of(fact.message),
        };
        let about = self.about(reasons)?;
        self.draft.record(about, body)
    }

    /// What a message carries or is about. The end of a negotiation is about none: the parties may
    /// not have come equally far.
    fn document_of(&self, message: MessageKind) -> Option<Digest> {
        if message == MessageKind::ContractNegotiationTerminationMessage {
            return None;
        }
        let process = &self.record.as_ref()?.process;
        Some(process.agreement.as_ref().map_or(process.offer.digest, |agreement| agreement.digest))
    }

    /// What entries about this negotiation say.
    pub(super) fn about(&self, reasons: Vec<String>) -> Result<About, EngineError> {
        let process = &self.current()?.process;
        Ok(About {
            process: Some(Process {
                consumer_pid: process.consumer_pid.clone(),
                provider_pid: process.provider_pid.clone(),
            }),
            counterparty: Some(process.peer.clone()),
            role: Some(process.role),
            reasons,
            actor: self.actor.clone(),
        })
    }

    pub(super) fn process_ref(&self) -> ProcessRef {
        ProcessRef { machine: Machine::Negotiation, pid: self.pid.clone() }
    }

    async fn send(&mut self, number: u32, message: NegotiationMessage) -> Result<(), EngineError> {
        self.keep(&message)?;
        if let NegotiationMessage::Event(event) = &message
            && event.event == EventType::Finalized
        {
            // The consumer may use the agreement as soon as it has read this message.
            self.finalizing()?;
        }
        let did = self.draft.participant().did();
        let message = match self.engine.heads.checkpoint(did) {
            Some(checkpoint) => message.with_checkpoint(checkpoint.to_string()),
            None => message,
        };
        let process = &self.current()?.process;
        let path = http_path::negotiation(process.role, &message);
        let path = path.ok_or(EngineError::Internal { what: "a message's path" })?;
        let row = OutboxRow {
            process: self.process_ref(),
            peer: process.peer.clone(),
            url: process.peer_address.join(&path),
            message: message.kind().name().to_owned(),
            body: Some(message.to_json().to_string()),
            attempts: 0,
            written: self.draft.at(),
            due: self.draft.at(),
        };
        self.draft.send(number, &row)
    }

    /// Keeps what a message of ours brings: documents, signatures, reasons.
    fn keep(&mut self, message: &NegotiationMessage) -> Result<(), EngineError> {
        match message {
            NegotiationMessage::Request(request) => {
                self.draft.document(&request.offer.digest(), request.offer.document())?;
            }
            NegotiationMessage::Offer(offer) => {
                self.draft.document(&offer.offer.digest(), offer.offer.document())?;
            }
            NegotiationMessage::Agreement(message) => self.keep_agreement(message)?,
            NegotiationMessage::Verification(message) => {
                let signature = message.signature.clone();
                self.change(|record| record.consumer_signature = signature);
            }
            NegotiationMessage::Termination(message) => {
                let why = why(message.code.as_deref(), &message.reason, By::Us);
                self.change(|record| record.why = Some(why));
            }
            NegotiationMessage::Event(_) => {}
        }
        Ok(())
    }

    pub(super) fn keep_agreement(
        &mut self,
        message: &ContractAgreementMessage,
    ) -> Result<(), EngineError> {
        let agreement = &message.agreement;
        self.draft.document(&agreement.digest(), agreement.document())?;
        let signature = message.signature.clone();
        self.set_aside(|record| record.provider_signature = signature);
        Ok(())
    }

    fn finalizing(&mut self) -> Result<(), EngineError> {
        let process = &self.current()?.process;
        let Some(agreed) = &process.agreement else { return Ok(()) };
        let index = early::finalizing(&agreed.id, &process.peer);
        let pid = self.pid.clone();
        self.draft.put(Kind::Index, &index, &pid)
    }

    fn finalizing_no_more(&mut self) {
        let process = self.record.as_ref().map(|record| &record.process);
        let index = process.filter(|process| process.role == Role::Provider).and_then(|process| {
            Some(early::finalizing(&process.agreement.as_ref()?.id, &process.peer))
        });
        if let Some(index) = index {
            self.draft.delete(Kind::Index, &index);
        }
    }

    /// The agreement is in force: from here on transfers under it may be asked for.
    async fn conclude(&mut self) -> Result<(), EngineError> {
        let record = self.current()?.clone();
        let process = &record.process;
        let Some(agreed) = &process.agreement else {
            return Err(EngineError::Internal { what: "an agreement" });
        };
        let id = agreement::id(&agreed.id, &process.peer);
        self.draft.count_for(&agreed.id, &process.peer).await?;
        let about = self.about(vec![])?;
        self.draft.record(
            about,
            Body::AgreementSigned {
                document: agreed.digest,
                consumer_signature: record.consumer_signature.clone(),
                provider_signature: record.provider_signature.clone(),
            },
        )?;
        let concluded = AgreementRecord {
            id: agreed.id.clone(),
            role: process.role,
            peer: process.peer.clone(),
            dataspace: process.data_space.clone(),
            dataset: process.offer.target.clone(),
            document: agreed.digest,
            negotiation: self.pid.clone(),
            provider_signature: record.provider_signature.clone(),
            consumer_signature: record.consumer_signature.clone(),
            concluded: self.draft.at(),
            ended: None,
            erased: None,
        };
        self.draft.write(Kind::Agreement, &id, None, &concluded)?;
        self.draft.changed(agreed.id.as_str());
        Ok(())
    }
}

/// A termination's reason as we keep it.
pub(in crate::engine) fn why(code: Option<&str>, reason: &[Value], by: By) -> Why {
    let words = reason.iter().map(|value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    });
    Why { code: code.unwrap_or("no-reason-given").to_owned(), words: words.collect(), by }
}
