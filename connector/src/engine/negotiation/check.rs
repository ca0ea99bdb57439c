//! What we look at before a peer's message may change anything: whose addresses it names, whether
//! the agreement is what was asked for, whether the signatures hold.

use audit::agreement::{Statement, verify};
use identity::OpensslVerify;
use jiff::SignedDuration;
use protocol::Role;
use protocol::address::CallbackAddress;
use protocol::id::{ConsumerPid, ParticipantId, ProviderPid};
use protocol::message::{
    Agreement, ContractAgreementMessage, ContractAgreementVerificationMessage, MessageOffer,
    Parties,
};
use protocol::negotiation::{Negotiation, OfferOnTable};
use wire::did::Did;
use wire::digest::Digest;
use wire::node::Node;

use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::participant::Standing;
use crate::store::{Key, Kind, Store};
use jiff::Timestamp;

/// The capability of a participant that signs its agreements: once registered, demanded.
const SIGNS_AGREEMENTS: &str = "agreement-signature";

/// How far a provider's clock may differ from ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// New terms in a negotiation are about the same dataset, and in words that we can read.
pub(super) fn terms(on_table: &OfferOnTable, new: &MessageOffer) -> Result<(), EngineError> {
    if *new.target() != on_table.target {
        let words = "the terms are about another dataset; open another negotiation for it";
        return Err(EngineError::peer("other-dataset", words));
    }
    rule::read(new.document(), Shape::Request).map(|_| ())
}

/// A callback must lie under the peer's own verified host.
pub(in crate::engine) fn callback_of(
    address: &CallbackAddress,
    peer: &Did,
) -> Result<(), EngineError> {
    if address.host() == peer.host() {
        return Ok(());
    }
    let words = "the callback address does not lie under the sender's own host";
    Err(EngineError::peer("callback-other-host", words))
}

/// Both parties as the agreement must name them.
pub(super) fn parties(ours: &Did, process: &Negotiation) -> Result<Parties, EngineError> {
    let id = |did: &Did| {
        ParticipantId::parse(did.as_str())
            .map_err(|_| EngineError::Internal { what: "a participant id" })
    };
    let (provider, consumer) = match process.role {
        Role::Provider => (ours, &process.peer),
        Role::Consumer => (&process.peer, ours),
    };
    Ok(Parties { assigner: id(provider)?, assignee: id(consumer)? })
}

/// What both parties sign.
pub(super) fn statement(
    ours: &Did,
    process: &Negotiation,
    agreement: &Agreement,
) -> Result<Statement, EngineError> {
    let (provider, consumer) = match process.role {
        Role::Provider => (ours, &process.peer),
        Role::Consumer => (&process.peer, ours),
    };
    let pids: (Option<ConsumerPid>, Option<ProviderPid>) =
        (process.consumer_pid.clone(), process.provider_pid.clone());
    let (Some(consumer_pid), Some(provider_pid)) = pids else {
        return Err(EngineError::Internal { what: "the agreement's statement" });
    };
    Ok(Statement {
        dataspace: process.data_space.clone(),
        consumer: consumer.clone(),
        provider: provider.clone(),
        consumer_pid,
        provider_pid,
        agreement: agreement.id().clone(),
        document: agreement.digest(),
    })
}

/// As consumer: the agreement is exactly what we asked for, between us, dated between `opened`, when
/// the negotiation was, and `now`, and signed. The provider names itself by its DID, or as our operator says that it is `known_as`.
pub(super) fn agreement(
    ours: &Did,
    standing: &Standing,
    process: &Negotiation,
    offer: &MessageOffer,
    (message, known_as): (&ContractAgreementMessage, Option<&ParticipantId>),
    (opened, now): (Timestamp, Timestamp),
) -> Result<(), EngineError> {
    let agreement = &message.agreement;
    let mut parties = parties(ours, process)?;
    if let Some(known_as) = known_as.filter(|name| **name == agreement.parties().assigner) {
        parties.assigner = known_as.clone();
    }
    agreement
        .check(offer, &parties)
        .map_err(|mismatch| EngineError::peer(mismatch.code(), mismatch.to_string()))?;
    let (earliest, latest) = (opened.saturating_sub(SKEW), now.saturating_add(SKEW));
    if agreement.timestamp() > latest.unwrap_or(now) {
        return Err(EngineError::peer("agreement-in-the-future", "the agreement is dated ahead"));
    }
    if agreement.timestamp() < earliest.unwrap_or(opened) {
        let words = "the agreement is dated before it was asked for";
        return Err(EngineError::peer("agreement-before-request", words));
    }
    let mut process = process.clone();
    process.provider_pid.get_or_insert_with(|| message.provider_pid.clone());
    signature(ours, standing, &process, agreement, message.signature.as_deref())
}

/// As provider: the consumer's signature over the agreement holds.
pub(super) fn verification(
    ours: &Did,
    standing: &Standing,
    process: &Negotiation,
    agreement: &Agreement,
    message: &ContractAgreementVerificationMessage,
) -> Result<(), EngineError> {
    signature(ours, standing, process, agreement, message.signature.as_deref())
}

/// A signature that is there must hold; one that is missing is accepted only from a partner that
/// is not registered as signing.
fn signature(
    ours: &Did,
    standing: &Standing,
    process: &Negotiation,
    agreement: &Agreement,
    signature: Option<&str>,
) -> Result<(), EngineError> {
    let member = standing.list.member(&process.peer);
    let Some(signature) = signature else {
        let signs = |member: &identity::trust::Member| {
            member.registration.capabilities.contains(SIGNS_AGREEMENTS)
        };
        return if member.is_some_and(signs) {
            Err(EngineError::peer("signature-missing", "the agreement must be signed"))
        } else {
            Ok(())
        };
    };
    let Some(member) = member else {
        return Err(EngineError::peer("signer-unknown", "the signer is not registered"));
    };
    let statement = statement(ours, process, agreement)?;
    verify(&OpensslVerify, &member.registration.agreement_key, &statement, signature)
        .map_err(|error| EngineError::peer("signature-invalid", error.to_string()))
}

impl<P: Parts> Engine<P> {
    /// The offer under `digest`.
    pub(super) async fn stored_offer(
        &self,
        participant: &Did,
        digest: &Digest,
    ) -> Result<MessageOffer, EngineError> {
        let document = self.document(participant, digest).await?;
        MessageOffer::parse(&Node::root(&document)).map_err(EngineError::from)
    }

    /// The agreement under `digest`.
    pub(in crate::engine) async fn stored_agreement(
        &self,
        participant: &Did,
        digest: &Digest,
    ) -> Result<Agreement, EngineError> {
        let document = self.document(participant, digest).await?;
        Agreement::parse(&Node::root(&document)).map_err(EngineError::from)
    }

    /// The document under `digest`.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub async fn document(
        &self,
        participant: &Did,
        digest: &Digest,
    ) -> Result<serde_json::Value, EngineError> {
        let key = Key::new(participant, Kind::Document, crate::record::document::id(digest));
        let found = self.store.get_json(&key).await?;
        found.map(|(_, document)| document).ok_or(EngineError::NotFound)
    }
}
