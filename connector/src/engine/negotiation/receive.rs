//! Messages of a negotiation that a peer sends us.

use std::sync::Arc;

use protocol::id::{ConsumerPid, ProviderPid};
use protocol::message::{ContractOfferMessage, OfferForm};
use protocol::message::{
    ContractRequestMessage, MessageKind, MessageOffer, NegotiationMessage, Parsed, RequestForm,
};
use protocol::negotiation::{Input, Opening, Received};
use protocol::status;
use serde_json::Value;
use wire::did::Did;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::flow::{Flow, why};
use super::load::{opened_by_consumer, opened_by_provider};
use super::{Found, Reply, TRIES_MAX, check, command};
use crate::clock::Clock as _;
use crate::engine::Engine;
use crate::engine::draft::Draft;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::rests::Read;
use crate::engine::rule::{self, Shape};
use crate::participant::{Participant, Standing};
use crate::record::negotiation::By;
use crate::store::Kind;

/// The most offers and requests of one negotiation, of both sides together.
const OFFERS_MAX: usize = 64;

/// One message of a verified peer.
#[derive(Clone, Debug)]
pub struct Incoming<'a> {
    /// Ours, to whom it was sent.
    pub participant: &'a Participant,
    /// Our standing when the peer was looked at.
    pub standing: Arc<Standing>,
    /// The verified sender.
    pub peer: &'a Did,
    /// The message that the path takes.
    pub expected: MessageKind,
    /// Our own pid, where the path names one.
    pub pid: Option<&'a str>,
    /// The body as it arrived.
    pub body: &'a [u8],
}

impl<P: Parts> Engine<P> {
    /// Takes a message of a negotiation.
    ///
    /// # Errors
    /// [`EngineError`]; the stored negotiation then stands as it is.
    pub async fn receive_negotiation(&self, incoming: Incoming<'_>) -> Result<Reply, EngineError> {
        let value = parse(incoming.body, &Limits::message())?;
        let Parsed { message, ignored } = NegotiationMessage::parse(&Node::root(&value))?;
        if message.kind() != incoming.expected {
            return Err(EngineError::peer("wrong-message", "another message belongs to this path"));
        }
        let read = Read::of(incoming.body, incoming.peer, message.kind(), &ignored);
        for _ in 0..TRIES_MAX {
            let taken = match (incoming.pid, &message) {
                (None, NegotiationMessage::Request(request)) => {
                    self.open_by_request(&incoming, request.clone(), read).await
                }
                (None, NegotiationMessage::Offer(offer)) => {
                    self.open_by_offer(&incoming, offer.clone(), read).await
                }
                (Some(pid), _) => self.take(&incoming, pid, message.clone(), read).await,
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

    async fn open_by_request(
        &self,
        incoming: &Incoming<'_>,
        message: ContractRequestMessage,
        read: Read,
    ) -> Result<Reply, EngineError> {
        let ours = incoming.participant.did();
        if let RequestForm::Initial { callback_address } = &message.form {
            check::callback_of(callback_address, incoming.peer)?;
        }
        let index = opened_by_consumer(incoming.peer, &message.consumer_pid);
        let found = self.negotiation_opened_by(ours, &index).await?;
        let fresh = found.is_none();
        let own_pid = self.fresh_urn();
        let mut version = None;
        if fresh {
            self.check_room(ours, incoming.peer)?;
            version = Some(self.check_request(incoming, &message.offer).await?);
        }
        let offer = message.offer.clone();
        let input = Input::RequestOpened(Opening {
            from: incoming.peer.clone(),
            data_space: incoming.standing.dataspace.clone(),
            message,
            digest: read.digest,
            own_pid: ProviderPid::parse(&own_pid)
                .map_err(|_| EngineError::Internal { what: "a process id" })?,
        });
        let mut flow = self.flow_of(incoming, own_pid, found);
        if fresh {
            flow.draft.write(Kind::Index, &index, None, &flow.pid)?;
            flow.draft.document(&offer.digest(), offer.document())?;
        }
        flow.offer = Some(offer);
        flow.ignored = read.ignored;
        flow.dataset_version = version;
        self.finish(flow, input, status::CREATED).await
    }

    async fn open_by_offer(
        &self,
        incoming: &Incoming<'_>,
        message: ContractOfferMessage,
        read: Read,
    ) -> Result<Reply, EngineError> {
        let ours = incoming.participant.did();
        if let OfferForm::Initial { callback_address } = &message.form {
            check::callback_of(callback_address, incoming.peer)?;
        }
        let index = opened_by_provider(incoming.peer, &message.provider_pid);
        let found = self.negotiation_opened_by(ours, &index).await?;
        let fresh = found.is_none();
        let own_pid = self.fresh_urn();
        if fresh {
            self.check_room(ours, incoming.peer)?;
            rule::read(message.offer.document(), Shape::Request)?;
        }
        let offer = message.offer.clone();
        let input = Input::OfferOpened(Opening {
            from: incoming.peer.clone(),
            data_space: incoming.standing.dataspace.clone(),
            message,
            digest: read.digest,
            own_pid: ConsumerPid::parse(&own_pid)
                .map_err(|_| EngineError::Internal { what: "a process id" })?,
        });
        let mut flow = self.flow_of(incoming, own_pid, found);
        if fresh {
            flow.draft.write(Kind::Index, &index, None, &flow.pid)?;
            flow.draft.document(&offer.digest(), offer.document())?;
        }
        flow.offer = Some(offer);
        flow.ignored = read.ignored;
        self.finish(flow, input, status::CREATED).await
    }

    /// A message about a negotiation that is there.
    async fn take(
        &self,
        incoming: &Incoming<'_>,
        pid: &str,
        message: NegotiationMessage,
        read: Read,
    ) -> Result<Reply, EngineError> {
        let found = self.negotiation(incoming.participant.did(), pid).await?;
        if found.record.process.peer != *incoming.peer {
            return Err(EngineError::NotFound);
        }
        // What was taken before is answered as before, whatever holds by now.
        if !found.record.process.seen.has(message.kind(), read.digest) {
            self.check_message(incoming, &found, &message).await?;
        }
        let mut flow = self.flow_of(incoming, pid.to_owned(), Some(found));
        self.keep_received(&mut flow, &message)?;
        flow.ignored = read.ignored;
        let input = Input::Received(Received {
            from: incoming.peer.clone(),
            data_space: incoming.standing.dataspace.clone(),
            message,
            digest: read.digest,
        });
        self.finish(flow, input, status::OK).await
    }

    /// What must hold before the message may count: signatures, terms.
    async fn check_message(
        &self,
        incoming: &Incoming<'_>,
        found: &Found,
        message: &NegotiationMessage,
    ) -> Result<(), EngineError> {
        let ours = incoming.participant.did();
        let (standing, process) = (&incoming.standing, &found.record.process);
        match message {
            NegotiationMessage::Agreement(agreed) => {
                let offer = self.stored_offer(ours, &process.offer.digest).await?;
                let now = self.clock.now();
                let known_as = incoming.participant.partner_id(&process.peer);
                let dates = (found.record.opened, now);
                check::agreement(ours, standing, process, &offer, (agreed, known_as), dates)
            }
            NegotiationMessage::Verification(verification) => match &process.agreement {
                Some(agreed) => {
                    let agreement = self.stored_agreement(ours, &agreed.digest).await?;
                    check::verification(ours, standing, process, &agreement, verification)
                }
                // The state machine refuses it with the right words.
                None => Ok(()),
            },
            NegotiationMessage::Request(_) | NegotiationMessage::Offer(_)
                if found.record.offers.len() >= OFFERS_MAX =>
            {
                let words = format!("more than {OFFERS_MAX} offers in one negotiation");
                Err(EngineError::peer("too-many-offers", words))
            }
            NegotiationMessage::Request(request) => {
                let dataset = self.dataset(ours, &process.offer.target).await?.1;
                let known = *request.offer.id() == process.offer.id
                    || dataset.still_offers(request.offer.id());
                if !known || command::check_stands(&found.record, &dataset).is_err() {
                    return Err(unknown_offer());
                }
                check::terms(&process.offer, &request.offer)
            }
            NegotiationMessage::Offer(offered) => check::terms(&process.offer, &offered.offer),
            NegotiationMessage::Event(_) | NegotiationMessage::Termination(_) => Ok(()),
        }
    }

    fn keep_received(
        &self,
        flow: &mut Flow<'_, P>,
        message: &NegotiationMessage,
    ) -> Result<(), EngineError> {
        match message {
            NegotiationMessage::Request(request) => {
                flow.draft.document(&request.offer.digest(), request.offer.document())?;
                flow.offer = Some(request.offer.clone());
            }
            NegotiationMessage::Offer(offered) => {
                flow.draft.document(&offered.offer.digest(), offered.offer.document())?;
                flow.offer = Some(offered.offer.clone());
            }
            NegotiationMessage::Agreement(agreed) => {
                flow.keep_agreement(agreed)?;
                flow.agreement = Some(agreed.agreement.clone());
            }
            NegotiationMessage::Verification(verification) => {
                let signature = verification.signature.clone();
                flow.set_aside(|record| record.consumer_signature = signature);
            }
            NegotiationMessage::Termination(ended) => {
                let why = why(ended.code.as_deref(), &ended.reason, By::Peer);
                flow.set_aside(|record| record.why = Some(why));
            }
            NegotiationMessage::Event(_) => {}
        }
        Ok(())
    }

    fn flow_of<'a>(
        &'a self,
        incoming: &Incoming<'a>,
        fresh_pid: String,
        found: Option<Found>,
    ) -> Flow<'a, P> {
        let draft = Draft::new(self, incoming.participant, incoming.standing.clone());
        match found {
            Some(found) => Flow::new(self, draft, found.pid, Some((found.version, found.record))),
            None => Flow::new(self, draft, fresh_pid, None),
        }
    }

    async fn finish(
        &self,
        mut flow: Flow<'_, P>,
        input: Input,
        status: u16,
    ) -> Result<Reply, EngineError> {
        flow.run(input).await?;
        let acknowledged = flow.acknowledged.clone();
        let body = match acknowledged {
            Some(acknowledged) => acknowledged,
            None => flow.acknowledgement()?,
        };
        let errands = flow.commit().await?;
        Ok(Reply { status, body, errands, checkpoint: None })
    }

    /// The peer has not too many processes open with us already.
    pub(in crate::engine) fn check_room(&self, ours: &Did, peer: &Did) -> Result<(), EngineError> {
        if self.open.count(ours, peer) < self.limits.open_processes_per_peer_max {
            Ok(())
        } else {
            Err(EngineError::Busy { reason: "too-many-processes" })
        }
    }

    /// The request is about an offer of ours that stands, in terms that we can read; the version
    /// of the dataset that it is about.
    async fn check_request(
        &self,
        incoming: &Incoming<'_>,
        asked: &MessageOffer,
    ) -> Result<u32, EngineError> {
        let ours = incoming.participant.did();
        let dataset = match self.dataset(ours, asked.target()).await {
            Ok((_, dataset)) => dataset,
            Err(EngineError::NotFound) => return Err(unknown_offer()),
            Err(error) => return Err(error),
        };
        let hidden = self.hides(&dataset, incoming.peer, &incoming.standing)?;
        if hidden || !dataset.still_offers(asked.id()) {
            return Err(unknown_offer());
        }
        rule::read(asked.document(), Shape::Request)?;
        Ok(dataset.version)
    }

    /// What `GET` of a negotiation answers to `peer`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for unknown negotiations and for strangers alike.
    pub async fn negotiation_for(
        &self,
        participant: &Did,
        peer: &Did,
        pid: &str,
    ) -> Result<Value, EngineError> {
        let found = self.negotiation(participant, pid).await?;
        if found.record.process.peer != *peer {
            return Err(EngineError::NotFound);
        }
        let acknowledgement = found.record.process.acknowledgement();
        Ok(acknowledgement.ok_or(EngineError::NotFound)?.to_json())
    }
}

/// Offers that never were, stand no longer or are others' look the same.
fn unknown_offer() -> EngineError {
    EngineError::peer("unknown-offer", "there is no such offer")
}
