//! Opening and closing the local hand-over of a contract's data.

use wire::did::Did;

use super::Inner;
use super::contract::contract_id;
use super::pull::Partners;
use crate::clock::Clock;
use crate::data::handover;
use crate::engine::administer::Action;
use crate::engine::error::EngineError;
use crate::engine::judge::Exercise;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::token::Token;
use crate::management::view::{ContractId, HandoverView};
use crate::record::agreement::{self, AgreementRecord};
use crate::record::serve::ServeRecord;
use crate::store::{Batch, Key, Kind, Store};

impl<P: Parts, D: Partners> Inner<P, D> {
    pub(super) async fn serve(&self, actor: &Actor, id: &ContractId) -> Answer<HandoverView> {
        let ours = actor.participant();
        let agreed = self.usable(ours, id, Exercise::Ongoing(None)).await?;
        let token = handover::Token::fresh(self.engine.ids());
        let record = ServeRecord {
            agreement: agreed.id.clone(),
            provider: agreed.peer.clone(),
            token: token.hash(),
            opened: self.engine.clock().now(),
            opened_by: actor.account().as_str().to_owned(),
        };
        let mut changes = Batch::new();
        changes.put_json(key(ours, &agreed), &record).map_err(EngineError::from)?;
        let action = Action {
            account: actor.account().as_str(),
            code: "handover-opened",
            subject: Some(agreed.id.as_str()),
        };
        self.engine.administer(ours, action, changes).await?;
        // Whoever reads with the old token reads no further.
        self.cut_handover(ours, &agreed);
        let token = Token::presented(token.reveal());
        Ok(HandoverView {
            contract: contract_id(&agreed.negotiation)?,
            url: self.url(&agreed),
            token: token.ok_or(EngineError::Internal { what: "a token" })?,
        })
    }
}

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn unserve(&self, actor: &Actor, id: &ContractId) -> Answer<()> {
        let ours = actor.participant();
        let contract = self.find_contract(ours, id).await?;
        let Some(agreed) = contract.agreement else { return Ok(()) };
        if !self.is_served(ours, &agreed).await? {
            return Ok(());
        }
        self.cut_handover(ours, &agreed);
        let mut changes = Batch::new();
        changes.delete(key(ours, &agreed)).restricting();
        let action = Action {
            account: actor.account().as_str(),
            code: "handover-closed",
            subject: Some(agreed.id.as_str()),
        };
        self.engine.administer(ours, action, changes).await?;
        // Who came in between closing and recording goes too.
        self.cut_handover(ours, &agreed);
        Ok(())
    }

    /// Whether our own programs can read a contract's data.
    pub(super) async fn is_served(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
    ) -> Result<bool, EngineError> {
        Ok(self.engine.store().get(&key(ours, agreed)).await?.is_some())
    }

    /// Where our own programs read a contract's data, if they can.
    pub(super) async fn served_at(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
    ) -> Answer<Option<String>> {
        let served = agreed.stands() && self.is_served(ours, agreed).await?;
        Ok(served.then(|| self.url(agreed)))
    }

    /// The address of a contract's hand-over: the same as long as the contract stands.
    fn url(&self, agreed: &AgreementRecord) -> String {
        let id = protocol::http_path::segment(agreed.id.as_str());
        format!("http://{}/contracts/{id}/data", self.config.listen.handover)
    }

    fn cut_handover(&self, ours: &Did, agreed: &AgreementRecord) {
        self.engine.live().cut(Cut::TransferStopped, |grounds| {
            grounds.is_handover()
                && grounds.participant == *ours
                && grounds.agreement == agreed.id
                && grounds.peer == agreed.peer
        });
    }
}

fn key(ours: &Did, agreed: &AgreementRecord) -> Key {
    Key::new(ours, Kind::Serve, agreement::id(&agreed.id, &agreed.peer))
}
