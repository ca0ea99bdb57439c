//! A contract in a person's words: from the negotiation, the agreement and their documents.

use audit::agreement::{Statement, verify};
use identity::OpensslVerify;
use policy::book::legal_texts;
use policy::{CheckedPolicy, Decision, Verdict};
use protocol::Role;
use protocol::negotiation::State;
use wire::did::Did;
use wire::sign::{PublicKey, Sign};

use super::super::Inner;
use super::super::find::Contract;
use super::super::words::Speaker;
use super::said::said;
use super::{promised, stage, talk};
use crate::clock::Clock;
use crate::engine::error::EngineError;
use crate::engine::judge::Exercise;
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::management::desk::Answer;
use crate::management::view::{
    ContractId, ContractStage, ContractView, RuleLine, SignatureView, Turn, Words,
};
use crate::record::agreement::AgreementRecord;
use crate::record::negotiation::NegotiationRecord;

impl<P: Parts, D> Inner<P, D> {
    /// The view of a contract; with its deliveries where one is shown alone.
    pub(in crate::desk) async fn contract_view(
        &self,
        ours: &Did,
        contract: &Contract,
        with_deliveries: bool,
    ) -> Answer<ContractView> {
        let record = &contract.negotiation.record;
        let process = &record.process;
        let stage = stage(contract);
        let rule = self.rule_of(ours, contract).await;
        let decision = self.decision_of(ours, contract).await?;
        let program = self.program_of(ours, &process.peer).await?;
        let speaker = self.speaker(&program);
        let said = said(speaker, stage, contract, decision.as_ref());
        let permitted = stage == ContractStage::InForce
            && decision.as_ref().is_some_and(|decision| decision.verdict == Verdict::Permit);
        let (sentence, rules) = match &rule {
            Ok(rule) => (speaker.sentence(rule), speaker.lines(rule)),
            Err(error) => (cannot_be_judged(error), Vec::new()),
        };
        let served_at = match &contract.agreement {
            Some(agreed) => self.served_at(ours, agreed).await?,
            None => None,
        };
        let offers = match with_deliveries {
            true => self.offers_of(speaker, ours, contract).await?,
            false => Vec::new(),
        };
        let deliveries = match &contract.agreement {
            Some(agreed) if with_deliveries => self.deliveries_under(ours, agreed).await?,
            Some(_) | None => Vec::new(),
        };
        Ok(ContractView {
            id: contract_id(&contract.negotiation.pid)?,
            revision: contract.revision,
            role: process.role,
            peer: process.peer.clone(),
            peer_name: self.name_of(ours, &process.peer),
            dataset: process.offer.target.clone(),
            title: self.title_of(ours, contract).await?,
            stage,
            protocol_state: process.state.map_or("", State::name).to_owned(),
            turn: turn(stage, record),
            why: said.why,
            code: said.code,
            remedy: said.remedy,
            last_step: talk::last_step(record),
            sentence,
            rules,
            legal_texts: rule.as_ref().map(|it| legal_texts(it.policy())).unwrap_or_default(),
            program: self.program_view(program),
            ignored: rule.as_ref().map(|rule| speaker.ignored(rule.policy())).unwrap_or_default(),
            promises: self.promises(process.role, stage, rule.as_ref().ok()),
            offers,
            permitted_now: permitted,
            next_change: match (&rule, &contract.agreement) {
                (Ok(_), Some(agreed)) if stage == ContractStage::InForce => {
                    self.engine.next_change_of(ours, agreed).await?
                }
                (Ok(_) | Err(_), _) => None,
            },
            agreement: contract.agreement.as_ref().map(|agreed| agreed.id.clone()),
            document_digest: contract.agreement.as_ref().map(|it| it.document.to_string()),
            signatures: self.signatures(ours, contract),
            requested: record.opened,
            concluded: contract.agreement.as_ref().map(|agreed| agreed.concluded),
            ended: ended_at(contract),
            erased: contract.agreement.as_ref().and_then(|it| it.erased.as_ref()).map(|it| it.at),
            account: record.opened_by.clone(),
            served_at,
            deliveries,
        })
    }

    /// What people of ours must keep; of an offer that was refused, nothing.
    fn promises(
        &self,
        role: Role,
        stage: ContractStage,
        rule: Option<&CheckedPolicy>,
    ) -> Vec<RuleLine> {
        match (role, stage, rule) {
            (Role::Provider, _, _) | (_, ContractStage::Refused, _) | (_, _, None) => Vec::new(),
            (Role::Consumer, _, Some(rule)) => promised::by_us(Speaker::of(&self.book), rule),
        }
    }

    async fn title_of(&self, ours: &Did, contract: &Contract) -> Answer<String> {
        let process = &contract.negotiation.record.process;
        let target = &process.offer.target;
        let title = match process.role {
            Role::Provider => match self.engine.dataset(ours, target).await {
                Ok((_, dataset)) => Some(dataset.title),
                Err(EngineError::NotFound) => None,
                Err(error) => return Err(error.into()),
            },
            Role::Consumer => {
                self.known(ours, &process.peer, target).await?.map(|known| known.title)
            }
        };
        Ok(title.unwrap_or_else(|| target.as_str().to_owned()))
    }

    /// The rule that was agreed, or that is on the table.
    pub(in crate::desk) async fn rule_of(
        &self,
        ours: &Did,
        contract: &Contract,
    ) -> Result<CheckedPolicy, EngineError> {
        let process = &contract.negotiation.record.process;
        let (digest, shape) = match &contract.agreement {
            Some(agreed) => (agreed.document, Shape::Agreement),
            None => (process.offer.digest, Shape::Request),
        };
        let document = self.engine.document(ours, &digest).await?;
        rule::read(&document, shape)
    }

    async fn decision_of(&self, ours: &Did, contract: &Contract) -> Answer<Option<Decision>> {
        let Some(agreed) = contract.agreement.as_ref().filter(|agreed| agreed.stands()) else {
            return Ok(None);
        };
        let (_, standing) = self.engine.member(ours)?;
        let now = self.engine.clock().now();
        // A rule that cannot be read permits nothing; the sentence says so.
        let exercise = Exercise::Another(None);
        Ok(self.engine.judge_agreement(ours, &standing, agreed, now, exercise).await.ok())
    }

    fn signatures(&self, ours: &Did, contract: &Contract) -> Vec<SignatureView> {
        let Some(agreed) = &contract.agreement else { return Vec::new() };
        let (provider, consumer) = parties(ours, agreed);
        let signed = [
            (provider, agreed.provider_signature.as_deref()),
            (consumer, agreed.consumer_signature.as_deref()),
        ];
        let statement = statement(ours, contract, agreed);
        let view = |(by, signature): (&Did, Option<&str>)| {
            let verified =
                self.key_of(ours, by).zip(signature).zip(statement.as_ref()).is_some_and(
                    |((key, signature), statement)| {
                        verify(&OpensslVerify, &key, statement, signature).is_ok()
                    },
                );
            SignatureView { by: by.clone(), verified }
        };
        signed.into_iter().map(view).collect()
    }

    /// The key with which `party` signs agreements, as the data space lists it.
    fn key_of(&self, ours: &Did, party: &Did) -> Option<PublicKey> {
        let participant = self.engine.hosted().by_did(ours)?;
        if party == ours {
            return Some(participant.keys().agreement.public_key());
        }
        let standing = participant.standing()?;
        let member = standing.list.member(party)?;
        Some(member.registration.agreement_key.clone())
    }
}

/// Provider and consumer of an agreement of ours.
fn parties<'a>(ours: &'a Did, agreed: &'a AgreementRecord) -> (&'a Did, &'a Did) {
    match agreed.role {
        Role::Provider => (ours, &agreed.peer),
        Role::Consumer => (&agreed.peer, ours),
    }
}

/// What both parties signed.
fn statement(ours: &Did, contract: &Contract, agreed: &AgreementRecord) -> Option<Statement> {
    let process = &contract.negotiation.record.process;
    let (provider, consumer) = parties(ours, agreed);
    Some(Statement {
        dataspace: agreed.dataspace.clone(),
        consumer: consumer.clone(),
        provider: provider.clone(),
        consumer_pid: process.consumer_pid.clone()?,
        provider_pid: process.provider_pid.clone()?,
        agreement: agreed.id.clone(),
        document: agreed.document,
    })
}

/// A contract's id as people write it.
pub(in crate::desk) fn contract_id(pid: &str) -> Answer<ContractId> {
    let id = ContractId::parse(pid);
    Ok(id.map_err(|_| EngineError::Internal { what: "a contract's id" })?)
}

fn cannot_be_judged(error: &EngineError) -> Words {
    Words::new(
        format!("Diese Regel kann nicht beurteilt werden: {error}"),
        format!("this rule cannot be judged: {error}"),
    )
}

fn ended_at(contract: &Contract) -> Option<jiff::Timestamp> {
    match &contract.agreement {
        Some(agreed) => agreed.ended.as_ref().map(|ended| ended.at),
        None => {
            let refused = stage(contract) == ContractStage::Refused;
            refused.then_some(contract.negotiation.record.process.since)
        }
    }
}

/// Who has to act next.
fn turn(stage: ContractStage, record: &NegotiationRecord) -> Turn {
    let process = &record.process;
    match stage {
        ContractStage::Ended | ContractStage::InForce | ContractStage::Refused => Turn::Nobody,
        ContractStage::WaitingForApproval => Turn::Person,
        ContractStage::Negotiating if process.awaiting.is_some() => Turn::UnderWay,
        ContractStage::Negotiating => match (process.role, process.state) {
            (Role::Consumer, Some(State::Offered | State::Agreed))
            | (Role::Provider, Some(State::Requested | State::Accepted | State::Verified)) => {
                Turn::Ours
            }
            (Role::Consumer | Role::Provider, _) => Turn::Theirs,
        },
    }
}
