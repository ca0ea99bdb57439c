//! What is remembered of a suspension or an end: the reason, and who wanted it.

use protocol::message::TransferMessage;

use super::super::load::suspended;
use super::Flow;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
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
