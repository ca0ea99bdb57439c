//! What a peer answered to a transfer message of ours, given to the state machine.

use jiff::Timestamp;
use protocol::message::TransferProcess;
use protocol::transfer::{Acknowledgement, Compared, GivenUp, Input, RefusedByPeer};
use wire::did::Did;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::flow::Flow;
use crate::engine::Engine;
use crate::engine::agreement::AGREEMENT_ENDED;
use crate::engine::draft::Draft;
use crate::engine::error::EngineError;
use crate::engine::negotiation::TRIES_MAX;
use crate::engine::parts::Parts;
use crate::engine::quiet::STATES_COMPARED;
use crate::engine::send::Outcome;
use crate::record::agreement::EndedBy;
use crate::record::negotiation::{By, Why};
use crate::store::Kind;

impl<P: Parts> Engine<P> {
    /// The outcome of sending message `number` of the transfer `pid`; its outbox row goes.
    pub(in crate::engine) async fn transfer_answered(
        &self,
        participant: &Did,
        pid: &str,
        number: u32,
        outcome: &Outcome,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            match self.transfer_answered_once(participant, pid, number, outcome).await {
                Err(error) if error.is_lost() => {}
                done => return done,
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    async fn transfer_answered_once(
        &self,
        participant: &Did,
        pid: &str,
        number: u32,
        outcome: &Outcome,
    ) -> Result<(), EngineError> {
        let (ours, standing) = self.member(participant)?;
        let found = self.transfer(participant, pid).await?;
        let (agreement, peer) =
            (found.record.process.agreement_id.clone(), found.record.process.peer.clone());
        let draft = Draft::new(self, &ours, standing);
        let mut flow = Flow::new(self, draft, pid.to_owned(), Some(found));
        let id = flow.process_ref().outbox_id(number);
        flow.draft.delete(Kind::Outbox, &id);
        flow.housekeeping = true;
        if let Outcome::Refused { code, words, .. } = outcome {
            let why = Why { code: code.clone(), words: words.clone(), by: By::Peer };
            flow.set_aside(|record| record.why = Some(why));
        }
        let since = flow.current()?.process.since;
        let Some(input) = self.input_of(number, outcome, since) else {
            flow.commit().await?.release(self);
            return Ok(());
        };
        if let Outcome::Told { .. } = outcome {
            let why = Why { code: STATES_COMPARED.to_owned(), words: vec![], by: By::Peer };
            flow.set_aside(|record| record.why = Some(why));
        }
        match flow.run(input).await {
            // An acknowledgement that makes no sense is the peer's fault: treated as a refusal.
            Err(EngineError::Refused(refusal)) => {
                tracing::warn!(%refusal, pid, "a peer's acknowledgement was refused");
                let refused = RefusedByPeer { number, status: 0, peer_state: None };
                flow.run(Input::RefusedByPeer(refused)).await?;
            }
            other => other?,
        }
        // First, so that it is not forgotten should this process die between the two: the message
        // is then sent again, and refused again.
        if let Outcome::Refused { code, words, .. } = outcome
            && code == AGREEMENT_ENDED
        {
            let words = words.join(" ");
            self.agreement_is_over(participant, &agreement, &peer, EndedBy::Peer, &words).await?;
        }
        flow.commit().await?.release(self);
        Ok(())
    }

    /// The outcome as the state machine takes it; nothing where it says nothing.
    fn input_of(&self, number: u32, outcome: &Outcome, since: Timestamp) -> Option<Input> {
        Some(match outcome {
            Outcome::Acknowledged { body } => {
                let value = parse(body, &Limits::message()).ok();
                let read = value.as_ref().map(|value| TransferProcess::parse(&Node::root(value)));
                let process = read.and_then(Result::ok).map(|parsed| parsed.message);
                Input::Acknowledged(Acknowledgement { number, process })
            }
            Outcome::Refused { status, peer_state, .. } => {
                let peer_state = peer_state.as_deref().and_then(|state| state.parse().ok());
                Input::RefusedByPeer(RefusedByPeer { number, status: *status, peer_state })
            }
            Outcome::Told { told, asked } => {
                let peer_state = told.read().filter(|_| since < *asked)?;
                Input::Compared(Compared { peer_state, overdue: self.is_overdue(since) })
            }
            Outcome::GivenUp => Input::GivenUp(GivenUp { number }),
        })
    }
}
