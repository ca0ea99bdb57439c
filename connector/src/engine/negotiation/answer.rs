//! What a peer answered to a message of ours, given to the state machine.

use protocol::message::ContractNegotiation;
use protocol::negotiation::{Acknowledgement, Compared, GivenUp, Input, RefusedByPeer};
use wire::did::Did;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::TRIES_MAX;
use super::flow::Flow;
use crate::engine::Engine;
use crate::engine::draft::Draft;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::quiet::STATES_COMPARED;
use crate::engine::send::Outcome;
use crate::record::negotiation::{By, Why};
use crate::store::Kind;

impl<P: Parts> Engine<P> {
    /// The outcome of sending message `number` of the negotiation `pid`; its outbox row goes.
    pub(in crate::engine) async fn negotiation_answered(
        &self,
        participant: &Did,
        pid: &str,
        number: u32,
        outcome: &Outcome,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            match self.answered_once(participant, pid, number, outcome).await {
                Err(error) if error.is_lost() => {}
                done => return done,
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    async fn answered_once(
        &self,
        participant: &Did,
        pid: &str,
        number: u32,
        outcome: &Outcome,
    ) -> Result<(), EngineError> {
        let ours = self.hosted.by_did(participant).ok_or(EngineError::NotFound)?;
        let standing = ours.standing().ok_or(EngineError::NotJoined)?;
        let found = self.negotiation(participant, pid).await?;
        let draft = Draft::new(self, ours, standing);
        let record = Some((found.version, found.record));
        let mut flow = Flow::new(self, draft, found.pid, record);
        let id = flow.process_ref().outbox_id(number);
        flow.draft.delete(Kind::Outbox, &id);
        flow.housekeeping = true;
        let input = match outcome {
            Outcome::Acknowledged { body } => {
                let value = parse(body, &Limits::message()).ok();
                let read =
                    value.as_ref().map(|value| ContractNegotiation::parse(&Node::root(value)));
                let process = read.and_then(Result::ok).map(|parsed| parsed.message);
                Input::Acknowledged(Acknowledgement { number, process })
            }
            Outcome::Refused { status, peer_state, .. } => {
                let peer_state = peer_state.as_deref().and_then(|state| state.parse().ok());
                Input::RefusedByPeer(RefusedByPeer { number, status: *status, peer_state })
            }
            Outcome::Told { told, asked } => {
                let since = flow.current()?.process.since;
                let Some(peer_state) = told.read().filter(|_| since < *asked) else {
                    flow.commit().await?.release(self);
                    return Ok(());
                };
                Input::Compared(Compared { peer_state, overdue: self.is_overdue(since) })
            }
            Outcome::GivenUp => Input::GivenUp(GivenUp { number }),
        };
        if let Outcome::Refused { code, words, .. } = outcome {
            let why = Why { code: code.clone(), words: words.clone(), by: By::Peer };
            flow.set_aside(|record| record.why = Some(why));
        }
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
        flow.commit().await?.release(self);
        Ok(())
    }
}
