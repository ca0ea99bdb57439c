//! The end of a contract is told to the partner, whether or not data flows: by a message of ours,
//! since the Dataspace Protocol has none (`docs/divergences.md`, The end of an agreement). It goes
//! through the outbox like every other message.

use protocol::http_path;
use protocol::id::AgreementId;
use protocol::message::{AgreementTerminationMessage, Parsed};
use protocol::status;
use serde_json::{Value, json};
use wire::json::{Limits, parse};
use wire::node::Node;

use super::agreement::{AGREEMENT_ENDED, ENDED_WORDS};
use super::draft::{Draft, Errands};
use super::error::EngineError;
use super::negotiation::{Incoming, Reply, TRIES_MAX, why};
use super::parts::Parts;
use super::rests;
use super::send::Outcome;
use super::{Engine, OutboxKey};
use crate::record::agreement::{self, AgreementRecord, EndedBy, Notice};
use crate::record::negotiation::By;
use crate::record::outbox::{Machine, OutboxRow, ProcessRef};
use crate::store::Kind;

/// The number of the message among those of the negotiation that the agreement came from: it leaves
/// behind FINALIZED.
const LAST: u32 = u32::MAX - 1;

impl<P: Parts> Engine<P> {
    /// Writes the message that tells the partner of an end.
    pub(super) async fn tell_of_end(
        &self,
        draft: &mut Draft<'_, P>,
        agreed: &AgreementRecord,
        words: &str,
    ) -> Result<(), EngineError> {
        let ours = draft.participant().did();
        let base = self.negotiation(ours, &agreed.negotiation).await?.record.process.peer_address;
        let checkpoint = self.heads.checkpoint(ours);
        let message = AgreementTerminationMessage {
            agreement_id: agreed.id.clone(),
            code: Some(AGREEMENT_ENDED.to_owned()),
            reason: vec![Value::from(words)],
            checkpoint: checkpoint.map(|checkpoint| checkpoint.to_string()),
        };
        let pid = agreed.negotiation.clone();
        let process = ProcessRef { machine: Machine::Negotiation, pid };
        let row = OutboxRow {
            process,
            peer: agreed.peer.clone(),
            url: base.join(&http_path::agreement_termination(&agreed.id)),
            message: AgreementTerminationMessage::NAME.to_owned(),
            body: Some(message.to_json().to_string()),
            attempts: 0,
            written: draft.at(),
            due: draft.at(),
        };
        draft.send(LAST, &row)
    }

    /// What became of that message: kept with the contract, so that a person can see it.
    pub(super) async fn agreement_end_told(
        &self,
        key: &OutboxKey,
        row: &OutboxRow,
        outcome: &Outcome,
    ) -> Result<(), EngineError> {
        let notice = match outcome {
            Outcome::Acknowledged { .. } => Notice::Taken,
            // A connector that knows no such message answers as it does to any unknown path.
            Outcome::Refused { .. } | Outcome::Told { .. } => Notice::Refused,
            Outcome::GivenUp => Notice::GivenUp,
        };
        let named = told_of(row).ok_or(EngineError::Internal { what: "a message's agreement" })?;
        for _ in 0..TRIES_MAX {
            let (ours, standing) = self.member(&key.0)?;
            let mut draft = Draft::new(self, &ours, standing);
            draft.delete(Kind::Outbox, &key.1);
            let id = &agreement::id(&named, &row.peer);
            if let Some((version, mut agreed)) = self.agreement_record(&key.0, id).await? {
                if let Some(ended) = &mut agreed.ended {
                    ended.notice = Some(notice);
                }
                draft.write(Kind::Agreement, id, Some(version), &agreed)?;
                draft.changed(agreed.id.as_str());
                draft.changed(&*agreed.negotiation);
            }
            match draft.commit().await {
                Err(error) if error.is_lost() => {}
                done => return done.map(|_| ()),
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    /// Takes a partner's word that an agreement has ended.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for agreements that are unknown or somebody else's; else when the
    /// message cannot be read or nothing can be committed. What was running is cut all the same.
    pub async fn receive_agreement_end(
        &self,
        incoming: &Incoming<'_>,
    ) -> Result<Reply, EngineError> {
        let value = parse(incoming.body, &Limits::message())?;
        let Parsed { message, ignored } = AgreementTerminationMessage::parse(&Node::root(&value))?;
        rests::ignored(incoming.peer, AgreementTerminationMessage::NAME, &ignored);
        let named = incoming.pid.and_then(|id| AgreementId::parse(id).ok());
        if named.is_none_or(|named| named != message.agreement_id) {
            return Err(EngineError::peer("wrong-message", "it names another agreement"));
        }
        let (ours, peer, id) = (incoming.participant.did(), incoming.peer, &message.agreement_id);
        self.agreement_in_use(ours, id, peer).await?;
        let words = why(message.code.as_deref(), &message.reason, By::Peer).words.join(" ");
        let words = words.strip_prefix(ENDED_WORDS).unwrap_or(&words);
        self.agreement_is_over(ours, id, peer, EndedBy::Peer, words).await?;
        Ok(Reply {
            status: status::OK,
            body: json!({}),
            errands: Errands::default(),
            checkpoint: message.checkpoint,
        })
    }
}

/// The agreement of whose end a message tells.
fn told_of(row: &OutboxRow) -> Option<AgreementId> {
    let body = parse(row.body.as_ref()?.as_bytes(), &Limits::message()).ok()?;
    let message = AgreementTerminationMessage::parse(&Node::root(&body)).ok()?.message;
    Some(message.agreement_id)
}
