//! Contracts: asked for, watched, and ended.

mod format;
mod known;
pub(super) mod promised;
mod said;
mod talk;
mod view;

pub(super) use view::contract_id;

use policy::CheckedPolicy;
use protocol::id::OfferId;
use protocol::message::{CatalogOffer, Dataset};
use protocol::negotiation::State;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use wire::did::Did;

use super::Inner;
use super::catalog::shown;
use super::find::Contract;
use super::negotiate::terms_of;
use super::refusal::{conflict, input, partner, unknown};
use crate::engine::Change;
use crate::engine::agreement::AGREEMENT_ENDED;
use crate::engine::negotiation::{Asked, Ending};
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::contract::WAIT_SECONDS_MAX;
use crate::management::view::{
    ContractId, ContractRequest, ContractStage, ContractView, PersonReason, Wait,
};

/// The longest reason of a person, in characters.
const REASON_CHARS_MAX: usize = 1_000;
/// Negotiations that are read from the store at once.
const PAGE: usize = 1_000;

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn request_contract(
        &self,
        actor: &Actor,
        request: ContractRequest,
        wait: Wait,
    ) -> Answer<ContractView> {
        let ours = actor.participant();
        let peer = self.partner(actor, &request.peer)?;
        let dataset = self.offered(ours, &peer, &request.dataset).await?;
        let offer = choose(&dataset, request.offer.as_ref())?;
        format::check_formats(&dataset)?;
        let rule = rule::read(offer.document(), Shape::Offer)
            .map_err(|error| partner("rule-not-understood", &error.to_string()))?;
        if let Some(purpose) = &request.purpose {
            check_purpose(&rule, purpose)?;
        }
        // From here on, nothing that happens is missed by the wait.
        let watch = self.engine.watch();
        self.know(ours, &peer, &dataset.id, shown(&dataset)).await?;
        let mut terms = offer.document().clone();
        if let Some(given) = request.terms {
            terms = terms_of(&self.book, given)?;
            if let Value::Object(members) = &mut terms {
                members.insert("@id".to_owned(), offer.id().as_str().into());
            }
        }
        let asked = Asked {
            peer,
            dataset: dataset.id.clone(),
            offer: terms,
            account: actor.account().as_str().to_owned(),
        };
        let pid = self.engine.ask(ours, asked).await?;
        self.settled(actor, &pid, wait, watch).await
    }

    pub(super) async fn contracts(&self, actor: &Actor) -> Answer<Vec<ContractView>> {
        let mut views = Vec::new();
        for contract in self.all_contracts(actor.participant()).await? {
            views.push(self.contract_view(actor.participant(), &contract, false).await?);
        }
        Ok(views)
    }

    pub(super) async fn contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        wait: Wait,
    ) -> Answer<ContractView> {
        let watch = self.engine.watch();
        let contract = self.find_contract(actor.participant(), id).await?;
        self.settled(actor, &contract.negotiation.pid, wait, watch).await
    }

    pub(super) async fn end_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        reason: PersonReason,
    ) -> Answer<ContractView> {
        check_reason(&reason)?;
        let ours = actor.participant();
        let contract = self.find_contract(ours, id).await?;
        let account = actor.account().as_str();
        match &contract.agreement {
            Some(agreed) => {
                let (id, peer) = (&agreed.id, &agreed.peer);
                self.engine.end_agreement(ours, id, peer, account, &reason.reason).await?;
            }
            None if is_refused(&contract) => {
                return Err(conflict(
                    AGREEMENT_ENDED,
                    ("Dieser Vertrag ist schon beendet.", "this contract is over already"),
                    ("Einen neuen Nutzungsvertrag anfragen.", "request a new contract"),
                ));
            }
            None => {
                let ending = Ending {
                    account: account.to_owned(),
                    code: "withdrawn",
                    words: Some(reason.reason),
                };
                self.engine.break_off(ours, &contract.negotiation.pid, &ending).await?;
            }
        }
        self.shown_again(actor, &contract.negotiation.pid).await
    }

    /// The contract as it stands now, with its deliveries.
    pub(super) async fn shown_again(&self, actor: &Actor, pid: &str) -> Answer<ContractView> {
        let found = self.engine.negotiation(actor.participant(), pid).await?;
        let contract = self.with_agreement(actor.participant(), found).await?;
        self.contract_view(actor.participant(), &contract, true).await
    }

    /// Every contract of a participant, newest first.
    pub(super) async fn all_contracts(&self, participant: &Did) -> Answer<Vec<Contract>> {
        let mut contracts = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.engine.negotiations(participant, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.pid.clone());
            for found in page {
                contracts.push(self.with_agreement(participant, found).await?);
            }
        }
        let opened = |contract: &Contract| contract.negotiation.record.opened;
        contracts.sort_by(|one, other| {
            let by_id = || one.negotiation.pid.cmp(&other.negotiation.pid);
            opened(other).cmp(&opened(one)).then_with(by_id)
        });
        Ok(contracts)
    }

    /// The contract once it is settled, has changed, or the wait is over. `watch` was begun before
    /// whatever is waited for.
    pub(super) async fn settled(
        &self,
        actor: &Actor,
        pid: &str,
        wait: Wait,
        mut watch: Receiver<Change>,
    ) -> Answer<ContractView> {
        let ours = actor.participant();
        let waiting = async {
            loop {
                let view = self.shown_again(actor, pid).await?;
                let changed = wait.seen.is_some_and(|seen| seen != view.revision);
                if view.stage.is_settled() || changed {
                    return Ok(view);
                }
                let agreement = view.agreement.as_ref().map(|id| id.as_str());
                if !until_change(&mut watch, ours, pid, agreement).await {
                    return Ok(view);
                }
            }
        };
        match tokio::time::timeout(duration(wait), waiting).await {
            Ok(view) => view,
            Err(_) => self.shown_again(actor, pid).await,
        }
    }
}

/// How long a wait may last.
pub(super) fn duration(wait: Wait) -> Duration {
    Duration::from_secs(wait.seconds.min(WAIT_SECONDS_MAX).into())
}

/// Waits for something about the process or its agreement; `false` when nothing will come.
async fn until_change(
    watch: &mut Receiver<Change>,
    participant: &Did,
    pid: &str,
    agreement: Option<&str>,
) -> bool {
    loop {
        match watch.recv().await {
            Ok(change) if change.participant != *participant => {}
            Ok(change) => {
                if change.subject == pid || agreement == Some(&*change.subject) {
                    return true;
                }
            }
            // More has changed than we could follow: look anew.
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}

/// Whether a contract waits for a person of ours.
pub(super) fn awaits_person(contract: &Contract) -> bool {
    let record = &contract.negotiation.record;
    record.awaits_person && !is_refused(contract)
}

/// Whether one side said no. Our own no counts as soon as it is committed, before the partner knows.
fn is_refused(contract: &Contract) -> bool {
    let process = &contract.negotiation.record.process;
    let ending = process.awaiting.is_some_and(|outgoing| outgoing.leads_to == State::Terminated);
    process.is_over() || ending
}

/// Where a contract stands.
pub(super) fn stage(contract: &Contract) -> ContractStage {
    match &contract.agreement {
        Some(agreed) if agreed.stands() => ContractStage::InForce,
        Some(_) => ContractStage::Ended,
        None if is_refused(contract) => ContractStage::Refused,
        None if awaits_person(contract) => ContractStage::WaitingForApproval,
        None => ContractStage::Negotiating,
    }
}

fn choose<'a>(dataset: &'a Dataset, wanted: Option<&OfferId>) -> Answer<&'a CatalogOffer> {
    match (wanted, dataset.offers.as_slice()) {
        (Some(wanted), offers) => {
            let found = offers.iter().find(|offer| offer.id() == wanted);
            found.ok_or_else(|| unknown("Dieses Angebot", "offer of this dataset"))
        }
        (None, [offer]) => Ok(offer),
        (None, _) => Err(conflict(
            "offer-not-chosen",
            ("Der Datensatz hat mehrere Angebote.", "the dataset has several offers"),
            ("Ein Angebot aus dem Katalog nennen.", "name one of the offers in the catalogue"),
        )),
    }
}

/// A stated purpose must be one that the rule names: we state it by asking for exactly this rule.
fn check_purpose(rule: &CheckedPolicy, purpose: &str) -> Answer<()> {
    let invalid = |de: &str, en: &str| input("purpose-not-in-rule", de, en);
    let stated = policy::book::purpose(purpose).map_err(|_| {
        invalid(
            "Das ist kein Zweck, der sich nennen lässt.",
            "this is no purpose that can be stated",
        )
    })?;
    let named = crate::engine::facts::stated_purposes(rule);
    if named.is_empty() || named.contains(&stated) {
        return Ok(());
    }
    let named: Vec<&str> = named.iter().map(|purpose| purpose.as_str()).collect();
    let named = named.join(", ");
    Err(invalid(
        &format!("Die Regel lässt nur diese Zwecke zu: {named}"),
        &format!("the rule allows only these purposes: {named}"),
    ))
}

pub(super) fn check_reason(reason: &PersonReason) -> Answer<()> {
    let length = reason.reason.chars().count();
    if (1..=REASON_CHARS_MAX).contains(&length) && !reason.reason.trim().is_empty() {
        return Ok(());
    }
    Err(input(
        "reason-invalid",
        format!("Die Begründung braucht 1 bis {REASON_CHARS_MAX} Zeichen."),
        format!("the reason needs 1 to {REASON_CHARS_MAX} characters"),
    ))
}
