//! A second person's decisions.

use protocol::Role;

use super::Inner;
use super::contract::{awaits_person, check_reason};
use super::find::Contract;
use super::refusal::conflict;
use crate::engine::error::EngineError;
use crate::engine::negotiation::Ending;
use crate::engine::parts::Parts;
use crate::management::actor::{AccountRole, Actor};
use crate::management::desk::Answer;
use crate::management::view::{ApprovalView, ContractId, ContractView, PersonReason};

/// The reason code that tells a partner that a person said no.
const REJECTED: &str = "rejected-by-person";

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn approvals(&self, actor: &Actor) -> Answer<Vec<ApprovalView>> {
        let ours = actor.participant();
        let mut approvals = Vec::new();
        for contract in self.all_contracts(ours).await? {
            if !awaits_person(&contract) {
                continue;
            }
            let author = self.author(actor, &contract).await?;
            let is_approver = actor.roles().contains(&AccountRole::Approver);
            approvals.push(ApprovalView {
                yours: is_approver && author != actor.account().as_str(),
                published_by: author,
                contract: self.contract_view(ours, &contract, false).await?,
            });
        }
        Ok(approvals)
    }

    pub(super) async fn approve_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
    ) -> Answer<ContractView> {
        let ours = actor.participant();
        let contract = self.find_contract(ours, id).await?;
        let pid = &contract.negotiation.pid;
        self.engine.approve(ours, pid, actor.account().as_str()).await?;
        self.shown_again(actor, pid).await
    }

    pub(super) async fn reject_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        reason: PersonReason,
    ) -> Answer<ContractView> {
        check_reason(&reason)?;
        let ours = actor.participant();
        let contract = self.find_contract(ours, id).await?;
        if !awaits_person(&contract) {
            return Err(conflict(
                "nothing-to-approve",
                ("Hier wartet nichts auf eine Entscheidung.", "nothing waits for a decision here"),
                ("Die offenen Entscheidungen ansehen.", "look at what waits for a decision"),
            ));
        }
        let ending = Ending {
            account: actor.account().as_str().to_owned(),
            code: REJECTED,
            words: Some(reason.reason),
        };
        let pid = &contract.negotiation.pid;
        self.engine.break_off(ours, pid, &ending).await?;
        self.shown_again(actor, pid).await
    }

    /// The account that published the dataset, or that asked: it may not decide.
    async fn author(&self, actor: &Actor, contract: &Contract) -> Answer<String> {
        let record = &contract.negotiation.record;
        let process = &record.process;
        match process.role {
            Role::Consumer => Ok(record.opened_by.clone().unwrap_or_default()),
            Role::Provider => {
                match self.engine.dataset(actor.participant(), &process.offer.target).await {
                    Ok((_, dataset)) => Ok(dataset.published_by),
                    Err(EngineError::NotFound) => Ok(String::new()),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }
}
