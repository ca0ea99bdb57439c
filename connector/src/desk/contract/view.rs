//! A contract in a person's words: from the negotiation, the agreement and their documents.

use audit::agreement::{Statement, verify};
use identity::OpensslVerify;
use policy::{CheckedPolicy, Decision, Verdict};
use protocol::Role;
use protocol::negotiation::State;
use wire::did::Did;
use wire::sign::{PublicKey, Sign};

use super::super::Inner;
use super::super::find::Contract;
use super::super::words::{Told, lines, of_code, of_decision, of_why, sentence};
use super::{stage, talk};
use crate::clock::Clock;
use crate::engine::error::EngineError;
use crate::engine::judge::Exercise;
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::management::desk::Answer;
use crate::management::view::{
    ContractId, ContractStage, ContractView, SignatureView, Turn, Words,
};
use crate::record::agreement::{AgreementRecord, Ended, EndedBy, Notice};
use crate::record::negotiation::{By, NegotiationRecord};

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
        let said = said(stage, contract, decision.as_ref());
        let permitted = stage == ContractStage::InForce
            && decision.as_ref().is_some_and(|decision| decision.verdict == Verdict::Permit);
        let (sentence, rules) = match &rule {
            Ok(rule) => (sentence(rule), lines(rule)),
            Err(error) => (cannot_be_judged(error), Vec::new()),
        };
        let served_at = match &contract.agreement {
            Some(agreed) => self.served_at(ours, agreed).await?,
            None => None,
        };
        let offers = match with_deliveries {
            true => self.offers_of(ours, contract).await?,
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
            offers,
            permitted_now: permitted,
            next_change: match (&rule, &contract.agreement) {
                (Ok(_), Some(agreed)) if stage == ContractStage::InForce => {
                    self.next_change(ours, agreed).await?
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
    async fn rule_of(&self, ours: &Did, contract: &Contract) -> Result<CheckedPolicy, EngineError> {
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

    /// When the rule's answer changes by its own times. That the authority's list must be renewed
    /// before is our program's business and nobody else's.
    async fn next_change(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
    ) -> Answer<Option<jiff::Timestamp>> {
        let (_, standing) = self.engine.member(ours)?;
        let now = self.engine.clock().now();
        let case = self.engine.case(ours, agreed).await?;
        let exercise = Exercise::Another(None);
        let decision = case.judge(&standing, now, None, exercise)?.decision;
        let by_meter = match decision.verdict {
            Verdict::Permit => None,
            Verdict::Deny => case.again(&standing, now, exercise),
        };
        Ok(decision.next_change.into_iter().chain(by_meter).min())
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

/// Why a contract stands where it stands.
struct Said {
    why: Words,
    code: Option<String>,
    remedy: Option<Words>,
}

impl Said {
    fn plain(de: &str, en: &str) -> Self {
        Self { why: Words::new(de, en), code: None, remedy: None }
    }

    fn told(code: &str, told: Told) -> Self {
        Self { why: told.reason, code: Some(code.to_owned()), remedy: Some(told.remedy) }
    }
}

fn said(stage: ContractStage, contract: &Contract, decision: Option<&Decision>) -> Said {
    let record = &contract.negotiation.record;
    match stage {
        ContractStage::Ended => {
            match contract.agreement.as_ref().and_then(|it| it.ended.as_ref()) {
                Some(ended) => said_of_end(ended),
                None => Said::plain("Der Vertrag ist beendet.", "the contract has ended"),
            }
        }
        ContractStage::InForce => match decision {
            Some(decision) if decision.verdict == Verdict::Deny => {
                let code = decision.reasons.first().map_or("rule-refuses", |it| it.code.code());
                Said::told(code, of_decision(decision))
            }
            Some(_) => Said::plain(
                "Beide Seiten haben zugestimmt; Daten dürfen fließen.",
                "both sides have agreed; data may flow",
            ),
            None => Said::plain(
                "Der Vertrag gilt, aber seine Regel kann hier nicht beurteilt werden.",
                "the contract is in force, but its rule cannot be judged here",
            ),
        },
        ContractStage::Negotiating if record.process.state.is_none() => Said::plain(
            "Die Anfrage ist unterwegs; der Partner hat noch nicht geantwortet.",
            "the request is on its way; the partner has not answered yet",
        ),
        ContractStage::Negotiating => Said::plain(
            "Die beiden Programme verhandeln, oder beim Partner entscheidet ein Mensch.",
            "the two programs are negotiating, or a person at the partner's decides",
        ),
        ContractStage::WaitingForApproval => {
            let code = record.asked.clone().unwrap_or_else(|| "second-person".to_owned());
            Said { why: talk::asked(&code), code: Some(code), remedy: None }
        }
        ContractStage::Refused => said_of_refusal(record),
    }
}

fn said_of_refusal(record: &NegotiationRecord) -> Said {
    let Some(why) = &record.why else {
        return Said::plain(
            "Die Verhandlung wurde ohne Angabe von Gründen beendet.",
            "the negotiation was ended without a reason",
        );
    };
    if record.process.role == Role::Provider && why.by == By::Us && of_code(&why.code).is_none() {
        let remedy = Words::new("Der Partner kann neu anfragen.", "the partner may request again");
        return Said::told(&why.code, Told { remedy, ..of_why(why) });
    }
    Said::told(&why.code, of_why(why))
}

/// An end of ours, and whether the partner knows of it.
fn with_notice(why: &Words, notice: Notice) -> Words {
    let (de, en) = match notice {
        Notice::OnItsWay => ("Der Partner erfährt es gerade.", "the partner is being told"),
        Notice::Taken => ("Der Partner weiß es.", "the partner knows"),
        Notice::Refused => (
            "Sein Programm nahm die Nachricht nicht an; bei der nächsten Anfrage erfährt er es.",
            "its program did not take the message; it will learn when it asks again",
        ),
        Notice::GivenUp => (
            "Der Partner war nicht zu erreichen; bei der nächsten Anfrage erfährt er es.",
            "the partner was not reached; it will learn when it asks again",
        ),
    };
    Words::new(format!("{} ({de})", why.de), format!("{} ({en})", why.en))
}

fn said_of_end(ended: &Ended) -> Said {
    let words = &ended.reason;
    let why = match ended.by {
        EndedBy::Us => Words::new(
            format!("Wir haben den Vertrag beendet: {words}"),
            format!("we ended the contract: {words}"),
        ),
        EndedBy::Peer => Words::new(
            format!("Der Partner hat den Vertrag beendet: {words}"),
            format!("the partner ended the contract: {words}"),
        ),
        EndedBy::Rule => Words::new(
            "Die Zeit, die die Regel nennt, ist abgelaufen.",
            "the time that the rule names is over",
        ),
    };
    let why = match ended.notice {
        None => why,
        Some(notice) => with_notice(&why, notice),
    };
    let remedy = Words::new("Einen neuen Vertrag anfragen.", "request a new contract");
    let code = crate::engine::agreement::AGREEMENT_ENDED.to_owned();
    Said { why, code: Some(code), remedy: Some(remedy) }
}
