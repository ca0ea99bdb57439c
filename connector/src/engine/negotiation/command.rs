//! What people of ours want: ask for a contract, approve or reject one, end a negotiation.

use protocol::Role;
use protocol::address::CallbackAddress;
use protocol::id::ConsumerPid;
use protocol::id::DatasetId;
use protocol::message::CatalogOffer;
use protocol::negotiation::{Begin, Command, Input, State};
use serde_json::Value;
use wire::did::Did;
use wire::node::Node;

use audit::entry::Body;

use super::flow::Flow;
use super::{Found, TRIES_MAX};
use crate::engine::Engine;
use crate::engine::draft::Draft;
use crate::engine::error::EngineError;
use crate::engine::parts::{Parts, Transport};
use crate::engine::rule::{self, Shape};
use crate::record::dataset::{ApprovalRule, DatasetRecord};
use crate::record::negotiation::NegotiationRecord;
use crate::store::Kind;

/// What a consumer asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The provider.
    pub peer: Did,
    /// The dataset.
    pub dataset: DatasetId,
    /// The offer as the provider's catalogue shows it.
    pub offer: Value,
    /// The account that asks.
    pub account: String,
}

/// How a person ends a negotiation or refuses a request.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The account.
    pub account: String,
    /// The reason code for the peer.
    pub code: &'static str,
    /// The reason in words.
    pub words: Option<String>,
}

impl<P: Parts> Engine<P> {
    /// Asks a provider for a contract; returns our own pid of the negotiation.
    ///
    /// # Errors
    /// When the offer cannot be read, the provider cannot be found, or nothing can be committed.
    pub async fn ask(&self, participant: &Did, asked: Asked) -> Result<String, EngineError> {
        let (participant, standing) = self.member(participant)?;
        let offer = CatalogOffer::parse(&Node::root(&asked.offer))?;
        let offer = offer.to_message_offer(&asked.dataset)?;
        // A rule that we cannot read is one that we cannot keep: nothing is asked for under it.
        rule::read(&asked.offer, Shape::Offer)?;
        let base = self.transport.dsp_base(participant.did(), &asked.peer).await?;
        let pid = self.fresh_urn();
        let begin = Begin {
            own_pid: ConsumerPid::parse(&pid)
                .map_err(|_| EngineError::Internal { what: "a process id" })?,
            peer: asked.peer.clone(),
            peer_address: address(&base)?,
            data_space: standing.dataspace.clone(),
            callback_address: address(&participant.dsp_base())?,
            offer,
        };
        let draft = Draft::new(self, &participant, standing);
        let mut flow = Flow::new(self, draft, pid.clone(), None);
        flow.actor = Some(asked.account);
        flow.run(Input::Command(Command::Request(begin))).await?;
        flow.commit().await?.release(self);
        Ok(pid)
    }

    /// A person approves what waits for one: as provider the contract, as consumer the offer.
    /// Nobody approves what they published or asked for themselves.
    ///
    /// # Errors
    /// When nothing waits, or the account may not approve it.
    pub async fn approve(
        &self,
        participant: &Did,
        pid: &str,
        account: &str,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            match self.approve_once(participant, pid, account).await {
                Err(error) if error.is_lost() => {}
                done => return done,
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    pub(super) async fn approve_once(
        &self,
        participant: &Did,
        pid: &str,
        account: &str,
    ) -> Result<(), EngineError> {
        let found = self.negotiation(participant, pid).await?;
        if !found.record.awaits_person {
            return Err(EngineError::operator("nothing-to-approve", "nothing waits for approval"));
        }
        let process = &found.record.process;
        let (role, document) = (process.role, process.offer.digest);
        let author = match role {
            Role::Provider => {
                let dataset = self.dataset(participant, &process.offer.target).await?.1;
                check_stands(&found.record, &dataset)?;
                let second = dataset.approval == ApprovalRule::SecondPerson;
                second.then_some(dataset.published_by)
            }
            Role::Consumer => found.record.asked_by().map(str::to_owned),
        };
        if author.as_deref() == Some(account) {
            let words = "a second person must approve it: you published it or asked for it";
            return Err(EngineError::operator("own-approval", words));
        }
        let mut flow = self.flow_for(participant, found, Some(account))?;
        let about = flow.about(vec![])?;
        flow.draft.record(about, Body::ApprovalGiven { document })?;
        flow.change(|record| (record.awaits_person, record.asked) = (false, None));
        let command = match role {
            Role::Provider => match flow.still_permitted().await? {
                true => flow.agree().await?,
                false => Command::Terminate { code: Some("rule-refuses".into()), reason: None },
            },
            Role::Consumer => Command::Accept,
        };
        flow.run(Input::Command(command)).await?;
        flow.commit().await?.release(self);
        Ok(())
    }

    /// A person refuses a request, or ends a negotiation that is under way.
    ///
    /// # Errors
    /// When there is none, or it is over.
    pub async fn break_off(
        &self,
        participant: &Did,
        pid: &str,
        ending: &Ending,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            let found = self.negotiation(participant, pid).await?;
            let document = found.record.process.offer.digest;
            let awaited = found.record.awaits_person;
            let mut flow = self.flow_for(participant, found, Some(&ending.account))?;
            flow.draft.restricting();
            if awaited {
                let about = flow.about(vec![ending.code.to_owned()])?;
                flow.draft.record(about, Body::ApprovalRefused { document })?;
            }
            let code = Some(ending.code.to_owned());
            let command = Command::Terminate { code, reason: ending.words.clone() };
            flow.run(Input::Command(command)).await?;
            match flow.commit().await {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok(errands) => {
                    errands.release(self);
                    return Ok(());
                }
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    pub(super) fn flow_for(
        &self,
        participant: &Did,
        found: Found,
        account: Option<&str>,
    ) -> Result<Flow<'_, P>, EngineError> {
        let ours = self.hosted.by_did(participant).ok_or(EngineError::NotFound)?;
        let standing = ours.standing().ok_or(EngineError::NotJoined)?;
        let draft = Draft::new(self, ours, standing);
        let found_record = Some((found.version, found.record));
        let mut flow = Flow::new(self, draft, found.pid, found_record);
        flow.actor = account.map(str::to_owned);
        Ok(flow)
    }

    /// All negotiations of a participant, newest last; a page after `after`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn negotiations(
        &self,
        participant: &Did,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Found>, EngineError> {
        use crate::store::{Span, Store};
        let mut span = Span::new(participant, Kind::Negotiation).limit(limit);
        if let Some(after) = after {
            span = span.after(after);
        }
        let rows = self.store.range_json(&span).await?;
        Ok(rows.into_iter().map(|(pid, version, record)| Found { pid, version, record }).collect())
    }
}

/// An address of a connector, ours or a peer's.
pub(super) fn address(text: &str) -> Result<CallbackAddress, EngineError> {
    CallbackAddress::parse(text)
        .map_err(|error| EngineError::operator("bad-address", error.to_string()))
}

/// As provider: the dataset is still the version that the negotiation is about.
pub(super) fn check_stands(
    record: &NegotiationRecord,
    dataset: &DatasetRecord,
) -> Result<(), EngineError> {
    let stands = match record.dataset_version {
        Some(version) => dataset.withdrawn.is_none() && dataset.version == version,
        None => dataset.still_offers(&record.process.offer.id),
    };
    if stands {
        return Ok(());
    }
    let words = "the dataset was withdrawn or its rule replaced since it was asked for: reject the \
                 request";
    Err(EngineError::operator("offer-withdrawn", words))
}

impl<P: Parts> Flow<'_, P> {
    /// As provider, asked when a person approves: the rule must still permit it at this moment.
    pub(super) async fn still_permitted(&mut self) -> Result<bool, EngineError> {
        if !matches!(self.current()?.process.state, Some(State::Requested | State::Accepted)) {
            return Ok(true);
        }
        let judged = self.judge_terms().await?.judged;
        self.note_decision(&judged)?;
        Ok(judged.decision.verdict == policy::Verdict::Permit)
    }
}
