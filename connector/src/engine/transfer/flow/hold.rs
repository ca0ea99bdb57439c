//! What is remembered of a suspension or an end: the reason, and who wanted it.

use protocol::Role;
use protocol::message::TransferMessage;
use protocol::transfer::{Command, Flow as Direction, Input, State};

use super::super::load::suspended;
use super::Flow;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::transfer::SUSPENDED;
use crate::record::delivery::PushRecord;
use crate::record::negotiation::By;
use crate::store::Kind;

impl<P: Parts> Flow<'_, P> {
    /// Keeps what a suspension or a termination says: the reason, and who suspends. A suspension
    /// of the peer's does not take the place of our own.
    pub(in crate::engine::transfer) fn keep_reason(&mut self, message: &TransferMessage, by: By) {
        let (code, reason, suspends) = match message {
            TransferMessage::Suspension(held) => (held.code.as_deref(), &held.reason, true),
            TransferMessage::Termination(ended) => (ended.code.as_deref(), &ended.reason, false),
            TransferMessage::Request(_)
            | TransferMessage::Start(_)
            | TransferMessage::Completion(_) => return,
        };
        let why = crate::engine::negotiation::why(code, reason, by);
        self.set_aside(|record| {
            record.why = Some(why);
            if suspends && record.suspended_by != Some(By::Us) {
                record.suspended_by = Some(by);
            }
        });
    }

    /// Takes a message of the peer's and what follows from it. In a push it is the consumer's start
    /// that lets a suspended transfer go on. It is taken; but where a person of ours has suspended it
    /// and has not asked for that start, we suspend it again in the same commit, so that no byte
    /// leaves (`docs/divergences.md`, Resuming).
    pub(in crate::engine::transfer) async fn receive(
        &mut self,
        input: Input,
    ) -> Result<(), EngineError> {
        self.held = self.record.as_ref().is_some_and(|record| {
            let process = &record.process;
            let pushes = process.role == Role::Provider && process.flow == Direction::Push;
            let suspended = process.state == Some(State::Suspended);
            pushes && suspended && record.suspended_by == Some(By::Us)
        });
        let code = Some(SUSPENDED.to_owned());
        let words = self.record.as_ref().and_then(|record| record.why.as_ref());
        let reason = words.map(|why| why.words.join(" ")).filter(|words| !words.is_empty());
        self.run(input).await?;
        if self.held && self.current()?.process.state == Some(State::Started) {
            let acknowledged = self.acknowledged.take();
            self.run(Input::Command(Command::Suspend { code, reason })).await?;
            self.acknowledged = acknowledged;
        }
        Ok(())
    }

    /// A person of ours lets it go on; where the other side gives the address, its start is no longer
    /// against our will.
    pub(in crate::engine::transfer) fn held_no_more(&mut self) -> Result<(), EngineError> {
        if self.current()?.process.own_side().owns_address {
            Ok(())
        } else {
            self.suspended_no_more()
        }
    }

    /// As provider of a push, it is ours to send: the worker is told once this is committed.
    pub(super) fn open_data_path(&mut self) -> Result<(), EngineError> {
        let process = &self.current()?.process;
        if process.role != Role::Provider || process.flow != Direction::Push || self.held {
            return Ok(());
        }
        let row = PushRecord { asked: self.draft.at() };
        self.draft.push(&self.pid, &row)
    }

    /// What a person of ours suspended is remembered under its agreement, so that no other transfer
    /// takes its place.
    pub(super) fn suspended_by_us(&mut self) -> Result<(), EngineError> {
        let process = &self.current()?.process;
        let id = suspended(&process.agreement_id, &process.peer, &self.pid);
        self.draft.put(Kind::Index, &id, &self.pid)
    }

    pub(super) fn suspended_no_more(&mut self) -> Result<(), EngineError> {
        let record = self.current()?;
        if record.suspended_by == Some(By::Us) {
            let process = &record.process;
            let id = suspended(&process.agreement_id, &process.peer, &self.pid);
            self.draft.delete(Kind::Index, &id);
        }
        self.set_aside(|record| record.suspended_by = None);
        Ok(())
    }
}
