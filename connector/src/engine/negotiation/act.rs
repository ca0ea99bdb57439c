//! One move of a negotiation, made by a person of ours or by a script. The state machine says
//! whether it is ours to make now; the rule and the second person are asked as always.

use protocol::Role;
use protocol::id::OfferId;
use protocol::message::MessageOffer;
use protocol::negotiation::{Command, Input};
use serde_json::Value;
use wire::did::Did;

use super::TRIES_MAX;
use super::flow::Flow;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::ids::urn;

/// A move.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// As consumer: ask for other terms than those of the provider's offer. An ODRL offer; without
    /// an `@id` it takes that of the offer on the table.
    Counter(Value),
    /// As provider: offer terms. An ODRL offer; without an `@id` it gets a fresh one.
    Offer(Value),
    /// As consumer: accept the offer on the table.
    Accept,
    /// As provider: agree to the terms on the table.
    Agree,
    /// As consumer: confirm the agreement.
    Verify,
    /// As provider: put the agreement in force.
    Finalize,
    /// End the negotiation.
    Terminate {
        /// A reason code in kebab-case, for the peer.
        code: String,
        /// The reason in words, as far as the peer may know it.
        words: Option<String>,
    },
}

impl<P: Parts> Engine<P> {
    /// Makes one move of the negotiation `pid`, for `account` or, without one, for a script.
    ///
    /// What waits for a person of ours waits no longer; to accept or agree to it is an approval, as
    /// by [`Engine::approve`].
    ///
    /// # Errors
    /// When there is no such negotiation, the move is not ours to make now, the terms cannot be
    /// read, the rule does not permit the contract, or the account may not approve it.
    pub async fn negotiate(
        &self,
        participant: &Did,
        pid: &str,
        act: &Act,
        account: Option<&str>,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            match self.act_once(participant, pid, act, account).await {
                Err(error) if error.is_lost() => {}
                done => return done,
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    async fn act_once(
        &self,
        participant: &Did,
        pid: &str,
        act: &Act,
        account: Option<&str>,
    ) -> Result<(), EngineError> {
        let found = self.negotiation(participant, pid).await?;
        if let (true, Act::Accept | Act::Agree, Some(account)) =
            (found.record.awaits_person, act, account)
        {
            return self.approve_once(participant, pid, account).await;
        }
        let mut flow = self.flow_for(participant, found, account)?;
        let command = flow.command_of(act).await?;
        flow.run(Input::Command(command)).await?;
        flow.change(|record| (record.awaits_person, record.asked) = (false, None));
        flow.commit().await?.release(self);
        Ok(())
    }

    /// Terms of ours as they leave: under the given id, about the given dataset, and readable.
    pub(super) fn terms(
        &self,
        document: &Value,
        id: Option<&OfferId>,
        target: &protocol::id::DatasetId,
    ) -> Result<MessageOffer, EngineError> {
        let unreadable = || EngineError::operator("offer-unreadable", "the offer has no usable id");
        let id = match (document.get("@id").and_then(Value::as_str), id) {
            (Some(own), _) => OfferId::parse(own).map_err(|_| unreadable())?,
            (None, Some(id)) => id.clone(),
            (None, None) => OfferId::parse(&urn(&self.ids)).map_err(|_| unreadable())?,
        };
        let offer = MessageOffer::build(&id, target, document)
            .map_err(|error| EngineError::operator(error.code(), error.to_string()))?;
        // Terms that we cannot read are terms that we cannot keep.
        rule::read(offer.document(), Shape::Request).map_err(EngineError::into_operators)?;
        Ok(offer)
    }
}

impl<P: Parts> Flow<'_, P> {
    async fn command_of(&mut self, act: &Act) -> Result<Command, EngineError> {
        let process = &self.current()?.process;
        let on_table = &process.offer;
        Ok(match act {
            Act::Counter(document) => {
                let id = Some(&on_table.id);
                Command::Counter { offer: self.engine.terms(document, id, &on_table.target)? }
            }
            Act::Offer(_) if process.role == Role::Consumer => {
                return Err(EngineError::operator("wrong-role", "only the provider offers"));
            }
            Act::Offer(document) => {
                let offer = self.engine.terms(document, None, &on_table.target)?;
                let ours = self.draft.participant().did();
                let dataset = self.engine.dataset(ours, &on_table.target).await?.1;
                if dataset.withdrawn.is_some() {
                    let words = "the dataset is withdrawn";
                    return Err(EngineError::operator("dataset-withdrawn", words));
                }
                self.set_aside(|record| record.dataset_version = Some(dataset.version));
                Command::Offer { offer }
            }
            Act::Accept => Command::Accept,
            Act::Agree if process.role == Role::Consumer => {
                return Err(EngineError::operator("wrong-role", "only the provider agrees"));
            }
            Act::Agree => {
                if !self.still_permitted().await? {
                    let words = "the rule does not permit this partner a contract now";
                    return Err(EngineError::operator("rule-refuses", words));
                }
                self.agree().await?
            }
            Act::Verify if process.role == Role::Consumer && process.agreement.is_some() => {
                self.verify().await?
            }
            // The state machine refuses it with the right words.
            Act::Verify => Command::Verify { signature: None },
            Act::Finalize => Command::Finalize,
            Act::Terminate { code, words } => {
                self.draft.restricting();
                Command::Terminate { code: Some(code.clone()), reason: words.clone() }
            }
        })
    }
}
