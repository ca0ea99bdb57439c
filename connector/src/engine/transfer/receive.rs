//! Messages of a transfer that a peer sends us.

use identity::guard::Target;
use protocol::Role;
use protocol::id::ProviderPid;
use protocol::message::{Parsed, TransferMessage, TransferRequestMessage};
use protocol::status;
use protocol::transfer::{Input, Opening as Opened, Received};
use serde_json::Value;
use wire::did::Did;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::SUSPENDED;
use super::address::{OTHER_HOST, OTHER_HOST_WORDS};
use super::flow::{Flow, Opening};
use super::load::{opened_by, under};
use crate::engine::Engine;
use crate::engine::agreement::{AGREEMENT_ENDED, ended_words};
use crate::engine::draft::Draft;
use crate::engine::error::EngineError;
use crate::engine::live::Cut;
use crate::engine::negotiation::{Incoming, Reply, TRIES_MAX, callback_of, why};
use crate::engine::parts::Parts;
use crate::engine::rests::Read;
use crate::record::agreement::EndedBy;
use crate::record::dataset::{FORMAT_PULL, FORMAT_PUSH};
use crate::record::negotiation::By;
use crate::store::Kind;

impl<P: Parts> Engine<P> {
    /// Takes a message of a transfer.
    ///
    /// # Errors
    /// [`EngineError`]; the stored transfer then stands as it is.
    pub async fn receive_transfer(&self, incoming: Incoming<'_>) -> Result<Reply, EngineError> {
        let value = parse(incoming.body, &Limits::message())?;
        let Parsed { message, ignored } = TransferMessage::parse(&Node::root(&value))?;
        if message.kind() != incoming.expected {
            return Err(EngineError::peer("wrong-message", "another message belongs to this path"));
        }
        let read = Read::of(incoming.body, incoming.peer, message.kind(), &ignored);
        for _ in 0..TRIES_MAX {
            let taken = match (incoming.pid, &message) {
                (None, TransferMessage::Request(request)) => {
                    self.open_transfer(&incoming, request.clone(), read).await
                }
                (Some(pid), _) => self.take_transfer(&incoming, pid, message.clone(), read).await,
                (None, _) => Err(EngineError::NotFound),
            };
            match taken {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok(reply) => {
                    let checkpoint = message.checkpoint().map(str::to_owned);
                    return Ok(Reply { checkpoint, ..reply });
                }
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    async fn open_transfer(
        &self,
        incoming: &Incoming<'_>,
        message: TransferRequestMessage,
        read: Read,
    ) -> Result<Reply, EngineError> {
        let (ours, peer) = (incoming.participant.did(), incoming.peer);
        callback_of(&message.callback_address, peer)?;
        let index = opened_by(peer, &message.consumer_pid);
        let found = self.transfer_opened_by(ours, &index).await?;
        let pid = self.fresh_urn();
        let draft = Draft::new(self, incoming.participant, incoming.standing.clone());
        let fresh = found.is_none();
        let mut flow = Flow::new(self, draft, pid.clone(), found);
        flow.ignored = read.ignored;
        if fresh {
            self.check_room(ours, peer)?;
            let dataset = self.check_transfer(ours, peer, &message).await?;
            flow.draft.write(Kind::Index, &index, None, &pid)?;
            let listed = under(&message.agreement_id, peer, &pid);
            flow.draft.write(Kind::Index, &listed, None, &pid)?;
            flow.opening = Some(Opening { dataset });
        }
        let input = Input::RequestOpened(Opened {
            from: peer.clone(),
            data_space: incoming.standing.dataspace.clone(),
            message,
            digest: read.digest,
            own_pid: ProviderPid::parse(&pid)
                .map_err(|_| EngineError::Internal { what: "a process id" })?,
        });
        self.finish_transfer(flow, input, status::CREATED).await
    }

    /// The agreement is ours with this peer, stands, and the format is one we deliver.
    async fn check_transfer(
        &self,
        ours: &Did,
        peer: &Did,
        message: &TransferRequestMessage,
    ) -> Result<protocol::id::DatasetId, EngineError> {
        let unknown = || EngineError::peer("unknown-agreement", "there is no such agreement");
        let agreement = match self.agreement_in_use(ours, &message.agreement_id, peer).await {
            Ok((_, agreement)) if agreement.role == Role::Provider => agreement,
            Ok(_) | Err(EngineError::NotFound) => return Err(unknown()),
            Err(error) => return Err(error),
        };
        if let Some(ended) = &agreement.ended {
            let words = ended_words(ended);
            return Err(EngineError::peer(AGREEMENT_ENDED, words));
        }
        if self.has_suspended(ours, &message.agreement_id, peer).await? {
            let words = "the provider has suspended the data of this contract";
            return Err(EngineError::peer(SUSPENDED, words));
        }
        if ![FORMAT_PULL, FORMAT_PUSH].contains(&message.format.as_str()) {
            let words =
                format!("this dataset is delivered as `{FORMAT_PULL}` or `{FORMAT_PUSH}` only");
            return Err(EngineError::peer("format-not-offered", words));
        }
        if message.format == FORMAT_PUSH
            && let Some(address) = &message.data_address
        {
            check_address(address.endpoint.as_deref(), peer)?;
        }
        Ok(agreement.dataset)
    }

    async fn take_transfer(
        &self,
        incoming: &Incoming<'_>,
        pid: &str,
        message: TransferMessage,
        read: Read,
    ) -> Result<Reply, EngineError> {
        let found = self.transfer(incoming.participant.did(), pid).await?;
        let process = &found.record.process;
        if process.peer != *incoming.peer {
            return Err(EngineError::NotFound);
        }
        let agreement = process.agreement_id.clone();
        let elsewhere = match &message {
            TransferMessage::Start(start) if process.peer_side().owns_address => start
                .data_address
                .as_ref()
                .is_some_and(|address| !is_of(address.endpoint.as_deref(), incoming.peer)),
            TransferMessage::Start(_)
            | TransferMessage::Request(_)
            | TransferMessage::Completion(_)
            | TransferMessage::Suspension(_)
            | TransferMessage::Termination(_) => false,
        };
        let draft = Draft::new(self, incoming.participant, incoming.standing.clone());
        let mut flow = Flow::new(self, draft, pid.to_owned(), Some(found));
        let mut ended = None;
        if let TransferMessage::Termination(termination) = &message {
            let why = why(termination.code.as_deref(), &termination.reason, By::Peer);
            if why.code == AGREEMENT_ENDED {
                flow.cut = Cut::AgreementEnded;
                ended = Some(why.words.join(" "));
            }
        }
        flow.keep_reason(&message, By::Peer);
        let input = Input::Received(Received {
            from: incoming.peer.clone(),
            data_space: incoming.standing.dataspace.clone(),
            message,
            digest: read.digest,
        });
        (flow.elsewhere, flow.ignored) = (elsewhere, read.ignored);
        let reply = self.finish_transfer(flow, input, status::OK).await?;
        if let Some(words) = ended {
            let participant = incoming.participant.did();
            self.agreement_is_over(participant, &agreement, incoming.peer, EndedBy::Peer, &words)
                .await?;
        }
        Ok(reply)
    }

    async fn finish_transfer(
        &self,
        mut flow: Flow<'_, P>,
        input: Input,
        status: u16,
    ) -> Result<Reply, EngineError> {
        flow.receive(input).await?;
        flow.forget_address_elsewhere();
        let body = match flow.acknowledged.take() {
            Some(acknowledged) => acknowledged,
            None => flow.acknowledgement()?,
        };
        let errands = flow.commit().await?;
        Ok(Reply { status, body, errands, checkpoint: None })
    }

    /// What `GET` of a transfer answers to `peer`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for unknown transfers and for strangers alike.
    pub async fn transfer_for(
        &self,
        participant: &Did,
        peer: &Did,
        pid: &str,
    ) -> Result<Value, EngineError> {
        let found = self.transfer(participant, pid).await?;
        if found.record.process.peer != *peer {
            return Err(EngineError::NotFound);
        }
        let acknowledgement = found.record.process.acknowledgement();
        Ok(acknowledgement.ok_or(EngineError::NotFound)?.to_json())
    }
}

/// A data address lies under the own verified host of whoever gives it.
fn check_address(endpoint: Option<&str>, peer: &Did) -> Result<(), EngineError> {
    if is_of(endpoint, peer) {
        Ok(())
    } else {
        Err(EngineError::peer(OTHER_HOST, OTHER_HOST_WORDS))
    }
}

/// Whether a data address lies under the verified host of whoever gives it.
fn is_of(endpoint: Option<&str>, peer: &Did) -> bool {
    let target = endpoint.and_then(|url| Target::parse(url).ok());
    target.is_some_and(|target| target.host() == peer.host())
}
