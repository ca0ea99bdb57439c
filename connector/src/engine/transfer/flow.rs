//! One transfer on its way through one commit: step, effects, decision, and again until it is
//! someone else's turn.

mod hold;

use audit::entry::{Body, Process};
use policy::Decision;
use protocol::Role;
use protocol::fact::Fact;
use protocol::http_path;
use protocol::message::{DataAddress, TransferMessage};
use protocol::transfer::{Command, Effect, Flow as Direction, Input, State, step};
use serde_json::Value;

use super::FoundTransfer;
use super::address::DataPath;
use crate::engine::Engine;
use crate::engine::decider::{Decider, Next, Situation};
use crate::engine::draft::{About, Draft, Errands};
use crate::engine::error::EngineError;
use crate::engine::judge::Exercise;
use crate::engine::judged::Recorded;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::engine::rests;
use crate::record::delivery;
use crate::record::negotiation::By;
use crate::record::outbox::{Machine, OutboxRow, ProcessRef};
use crate::record::timer::{TimerErrand, TimerRow};
use crate::record::transfer::TransferRecord;
use crate::store::{Kind, Version};

/// One transfer within one commit.
pub(super) struct Flow<'e, P: Parts> {
    pub(super) engine: &'e Engine<P>,
    pub(super) draft: Draft<'e, P>,
    pub(super) pid: String,
    version: Option<Version>,
    pub(super) record: Option<TransferRecord>,
    /// What the record is when the first step makes it.
    pub(super) opening: Option<Opening>,
    pub(super) actor: Option<String>,
    /// Why our data path closes, if this commit closes it.
    pub(super) cut: Cut,
    dirty: bool,
    decide: bool,
    /// Whether there is something to commit even if the step changes nothing.
    pub(super) housekeeping: bool,
    /// The acknowledgement of the message that came in: the state that it alone led to.
    pub(super) acknowledged: Option<Value>,
    /// The message that came in says more than we understand.
    pub(super) ignored: bool,
    /// The data address that came in lies at another host than the provider's.
    pub(super) elsewhere: bool,
    /// Whether a person of ours holds back what the peer lets go on.
    held: bool,
}

/// What a new transfer is about.
pub(super) struct Opening {
    pub(super) dataset: protocol::id::DatasetId,
}

impl<'e, P: Parts> Flow<'e, P> {
    pub(super) fn new(
        engine: &'e Engine<P>,
        draft: Draft<'e, P>,
        pid: String,
        found: Option<FoundTransfer>,
    ) -> Self {
        let (pid, version, record) = match found {
            Some(found) => (found.pid, Some(found.version), Some(found.record)),
            None => (pid, None, None),
        };
        Self {
            engine,
            draft,
            pid,
            version,
            record,
            opening: None,
            actor: None,
            cut: Cut::TransferStopped,
            dirty: false,
            decide: false,
            housekeeping: false,
            acknowledged: None,
            ignored: false,
            elsewhere: false,
            held: false,
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

    async fn step(&mut self, input: Input) -> Result<(), EngineError> {
        let now = self.record.as_ref().map(|record| &record.process);
        let made = step(now, self.draft.at(), input)?;
        if made.is_idle() {
            return Ok(());
        }
        if !self.dirty {
            // All that follows is about the agreement: its entries are numbered.
            let (agreement, peer) = (made.next.agreement_id.clone(), made.next.peer.clone());
            self.draft.count_for(&agreement, &peer).await?;
        }
        self.dirty = true;
        match (&mut self.record, self.opening.take()) {
            (Some(record), _) => record.process = made.next,
            (None, Some(opening)) => {
                self.record = Some(TransferRecord {
                    process: made.next,
                    dataset: opening.dataset,
                    opened: self.draft.at(),
                    opened_by: self.actor.clone(),
                    token: None,
                    why: None,
                    suspended_by: None,
                });
            }
            (None, None) => return Err(EngineError::Internal { what: "a transfer" }),
        }
        let process = &self.current()?.process;
        if process.is_over() || (process.state == Some(State::Started) && !self.held) {
            self.suspended_no_more()?;
        }
        for effect in made.effects {
            self.apply(effect)?;
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
                self.draft.write(Kind::Transfer, &self.pid, self.version, record)?;
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

    pub(super) fn current(&self) -> Result<&TransferRecord, EngineError> {
        self.record.as_ref().ok_or(EngineError::NotFound)
    }

    /// Changes what we keep beside the state machine's own record, if the step is taken.
    pub(super) fn set_aside(&mut self, change: impl FnOnce(&mut TransferRecord)) {
        if let Some(record) = &mut self.record {
            change(record);
        }
    }

    pub(super) fn acknowledgement(&self) -> Result<Value, EngineError> {
        let acknowledgement = self.current()?.process.acknowledgement();
        Ok(acknowledgement.ok_or(EngineError::NotFound)?.to_json())
    }

    fn apply(&mut self, effect: Effect) -> Result<(), EngineError> {
        match effect {
            // A stop cuts first and records after.
            Effect::CloseDataPath => {
                let (participant, pid) = (self.draft.participant().did(), &self.pid);
                self.engine.live.cut(self.cut, |grounds| {
                    grounds.participant == *participant && grounds.transfer == *pid
                });
                self.draft.restricting();
                Ok(())
            }
            Effect::Record(fact) => self.note(&fact),
            Effect::Withdraw { number } => {
                let id = self.process_ref().outbox_id(number);
                self.draft.delete(Kind::Outbox, &id);
                Ok(())
            }
            Effect::Send { number, message } => self.send(number, *message),
            Effect::Decide => {
                self.decide = true;
                Ok(())
            }
            Effect::OpenDataPath => self.open_data_path(),
            Effect::AwaitPeer => Ok(()),
            Effect::Close => {
                self.set_aside(|record| record.token = None);
                self.draft.delete(Kind::Delivery, &delivery::refused_id(&self.pid));
                if self.current()?.process.flow == Direction::Push {
                    self.draft.delete(Kind::Delivery, &delivery::push_id(&self.pid));
                }
                Ok(())
            }
        }
    }

    fn note(&mut self, fact: &Fact<State>) -> Result<(), EngineError> {
        let Some(reasons) = rests::reasons(&self.pid, fact, self.ignored) else { return Ok(()) };
        let about = self.about(reasons)?;
        let (message, event, state) = (fact.message, fact.event, fact.after);
        self.draft.record(about, Body::TransferStep { message, event, state })
    }

    /// What entries about this transfer say.
    pub(super) fn about(&self, reasons: Vec<String>) -> Result<About, EngineError> {
        let process = &self.current()?.process;
        Ok(About {
            process: Some(Process {
                consumer_pid: Some(process.consumer_pid.clone()),
                provider_pid: process.provider_pid.clone(),
            }),
            counterparty: Some(process.peer.clone()),
            role: Some(process.role),
            reasons,
            actor: self.actor.clone(),
        })
    }

    pub(super) fn process_ref(&self) -> ProcessRef {
        ProcessRef { machine: Machine::Transfer, pid: self.pid.clone() }
    }

    fn send(&mut self, number: u32, message: TransferMessage) -> Result<(), EngineError> {
        self.keep_reason(&message, By::Us);
        if let TransferMessage::Suspension(_) = &message {
            self.suspended_by_us()?;
        }
        let did = self.draft.participant().did();
        let message = match self.engine.heads.checkpoint(did) {
            Some(checkpoint) => message.with_checkpoint(checkpoint.to_string()),
            None => message,
        };
        let process = &self.current()?.process;
        let path = http_path::transfer(process.role, &message);
        let path = path.ok_or(EngineError::Internal { what: "a message's path" })?;
        let row = OutboxRow {
            process: self.process_ref(),
            peer: process.peer.clone(),
            url: process.peer_address.join(&path),
            message: message.kind().name().to_owned(),
            body: Some(numbered(&message, &self.pid, number).to_string()),
            attempts: 0,
            written: self.draft.at(),
            due: self.draft.at(),
        };
        self.draft.send(number, &row)
    }

    /// As provider, and as whoever gives the address: what the agreement and the decider say about
    /// starting.
    async fn next_command(&mut self) -> Result<Option<Command>, EngineError> {
        let process = &self.current()?.process;
        if process.role == Role::Consumer && !process.own_side().owns_address {
            return Ok(None);
        }
        let decision = self.judge().await?;
        let record = self.current()?;
        let situation = if record.process.state == Some(State::Suspended) {
            let suspended_by_us = record.suspended_by == Some(By::Us);
            Situation::ResumptionRequested { decision: &decision, suspended_by_us }
        } else {
            Situation::TransferRequested { decision: &decision }
        };
        match self.engine.decider.next(&situation) {
            Next::Proceed => self.start_under(&decision).map(Some),
            Next::Refuse { code } => Ok(Some(refused(code, &decision))),
            Next::AskPerson | Next::Stay => Ok(None),
        }
    }

    /// What a person's wish to start or to resume comes to: as provider a start if the agreement
    /// permits it at this moment and else the end; as consumer the question to the provider.
    pub(super) async fn start_command(&mut self) -> Result<Command, EngineError> {
        if self.current()?.process.role == Role::Consumer {
            return self.start();
        }
        let decision = self.judge().await?;
        match decision.verdict {
            policy::Verdict::Deny => Ok(refused(Cut::RuleRefuses.code().to_owned(), &decision)),
            policy::Verdict::Permit => self.start_under(&decision),
        }
    }

    /// Asks the agreement's rule, and records what it says.
    async fn judge(&mut self) -> Result<Decision, EngineError> {
        let process = &self.current()?.process;
        let (agreement, peer) = (process.agreement_id.clone(), process.peer.clone());
        let exercise = Exercise::Another(Some(process.flow));
        let ours = self.draft.participant().did();
        let (_, agreed) = self.engine.agreement(ours, &agreement, &peer).await?;
        let (standing, at) = (self.draft.standing(), self.draft.at());
        let judged = self.engine.judged_agreement(ours, standing, &agreed, at, exercise).await?;
        self.note_decision(&judged.recorded()?).await?;
        Ok(judged.decision)
    }

    fn start_under(&mut self, decision: &Decision) -> Result<Command, EngineError> {
        if let Some(due) = decision.next_change {
            self.reconsider(due)?;
        }
        self.start()
    }

    /// A start, with a fresh address where it is ours to give.
    fn start(&mut self) -> Result<Command, EngineError> {
        let data_address = self.data_address()?;
        Ok(Command::Start { data_address })
    }

    /// A deadline at which the rule may say something else.
    pub(super) fn reconsider(&mut self, due: jiff::Timestamp) -> Result<(), EngineError> {
        let row = TimerRow { due, errand: TimerErrand::Reconsider { process: self.process_ref() } };
        self.draft.timer(&row)
    }

    /// Records what the agreement's rule says, as an entry about the agreement.
    pub(super) async fn note_decision(&mut self, decided: &Recorded) -> Result<(), EngineError> {
        let process = &self.current()?.process;
        let (agreement, peer) = (process.agreement_id.clone(), process.peer.clone());
        self.draft.count_for(&agreement, &peer).await?;
        let about = self.about(vec![])?;
        self.draft.decided(about, decided)
    }

    /// A fresh data address with a fresh token, of which only the digest is kept; none where the
    /// other side gives it.
    fn data_address(&mut self) -> Result<Option<DataAddress>, EngineError> {
        if !self.current()?.process.own_side().owns_address {
            return Ok(None);
        }
        let path = DataPath::fresh(self.engine, self.draft.participant(), &self.pid);
        self.set_aside(|record| record.token = Some(path.token));
        Ok(Some(path.address))
    }
}

/// The end of a transfer that the rule does not permit.
fn refused(code: String, decision: &Decision) -> Command {
    let reason = Some(crate::engine::agreement::told(decision));
    Command::Terminate { code: Some(code), reason }
}

/// The message as it goes over the wire. What may be said more than once in one transfer has a name,
/// so that the second time is never taken for the first one come again.
fn numbered(message: &TransferMessage, pid: &str, number: u32) -> Value {
    let mut body = message.to_json();
    match message {
        TransferMessage::Start(_) | TransferMessage::Suspension(_) => {
            if let Some(members) = body.as_object_mut() {
                members.insert("@id".to_owned(), format!("{pid}#{number}").into());
            }
        }
        TransferMessage::Request(_)
        | TransferMessage::Completion(_)
        | TransferMessage::Termination(_) => {}
    }
    body
}
