//! What the management API asks for, done by the engine.
//!
//! Every call belongs to one participant: each reads and changes what lies under the actor's own
//! participant, and nothing here takes another one from a caller. Nothing here decides about data:
//! the engine's permit does.

mod account;
mod approval;
mod catalog;
mod contract;
mod dataset;
mod delivery;
mod doctor;
mod erase;
pub(crate) mod explain;
mod find;
mod handover;
mod log;
mod made;
mod negotiate;
pub mod office;
mod partner;
mod program;
pub mod pull;
mod refusal;
mod rule;
mod serve;
mod source;
mod status;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use policy::Book;
use protocol::id::DatasetId;
use serde_json::Value;
use wire::did::Did;

use crate::clock::Clock;
use crate::config::Config;
use crate::data::pull::Pulls;
use crate::engine::Engine;
use crate::engine::catalog::filter::Filter;
use crate::engine::parts::Parts;
use crate::home::Home;
use crate::log::Sequencer;
use crate::management::actor::{AccountName, AccountRole, Actor};
use crate::management::desk::{Answer, Desk};
use crate::management::token::TokenHash;
use crate::management::view::{
    AcceptanceInput, AcceptanceView, AccountAdded, AccountView, ApprovalView, CatalogView,
    ContractId, ContractRequest, ContractView, DatasetInput, DatasetView, DeliveryId, DeliveryView,
    DoctorView, ExplainedView, ExportRequest, ExportView, HandoverView, InvitationInput,
    InvitationView, KindsInput, LogPage, MemberChanged, MembersView, NewAccount, PartnerView,
    PeerName, PersonReason, ProgramInput, Proposal, StatusView, TermsInput, Wait,
};

pub use handover::Ticket;
pub use made::Made;
pub use office::Office;
pub use pull::Partners;

/// The desk of a process. Clones are the same desk.
pub struct Connector<P: Parts, D> {
    inner: Arc<Inner<P, D>>,
}

/// What all calls share.
struct Inner<P: Parts, D> {
    engine: Arc<Engine<P>>,
    home: Home,
    config: Arc<Config>,
    partners: D,
    sequencer: Arc<Sequencer<P>>,
    office: Option<Arc<dyn Office>>,
    book: Arc<Book>,
    pulls: Pulls,
    running: pull::Running,
    started: Timestamp,
}

impl<P: Parts, D: Partners> Connector<P, D> {
    /// A desk that has begun nothing yet. Needs a tokio runtime once it is called.
    #[must_use]
    pub fn new(made: Made<P, D>) -> Self {
        let started = made.engine.clock().now();
        let inner = Inner {
            engine: made.engine,
            home: made.home,
            config: made.config,
            partners: made.partners,
            sequencer: made.sequencer,
            office: made.office,
            book: made.book,
            pulls: Pulls::default(),
            running: pull::Running::default(),
            started,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Goes on with the pulls that a stop of the process interrupted. To be called once, when the
    /// workers run.
    pub async fn resume(&self) {
        self.inner.resume_pulls().await;
    }
}

impl<P: Parts, D: Partners> Desk for Connector<P, D> {
    fn serves(&self, participant: &Did) -> bool {
        self.inner.engine.hosted().by_did(participant).is_some()
    }

    async fn account_of(
        &self,
        participant: &Did,
        token: &TokenHash,
    ) -> Answer<Option<(AccountName, BTreeSet<AccountRole>)>> {
        self.inner.account_of(participant, token).await
    }

    async fn add_dataset(&self, actor: &Actor, dataset: DatasetInput) -> Answer<DatasetView> {
        self.inner.add_dataset(actor, dataset).await
    }

    async fn replace_dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
        dataset: DatasetInput,
    ) -> Answer<DatasetView> {
        self.inner.replace_dataset(actor, id, dataset).await
    }

    async fn withdraw_dataset(&self, actor: &Actor, id: &DatasetId) -> Answer<DatasetView> {
        self.inner.withdraw_dataset(actor, id).await
    }

    async fn datasets(&self, actor: &Actor) -> Answer<Vec<DatasetView>> {
        self.inner.datasets(actor).await
    }

    async fn dataset(&self, actor: &Actor, id: &DatasetId) -> Answer<DatasetView> {
        self.inner.dataset(actor, id).await
    }

    async fn catalog(
        &self,
        actor: &Actor,
        peer: &PeerName,
        page: Option<&str>,
        filter: &Filter,
    ) -> Answer<CatalogView> {
        self.inner.catalog(actor, peer, page, filter).await
    }

    async fn request_contract(
        &self,
        actor: &Actor,
        request: ContractRequest,
        wait: Wait,
    ) -> Answer<ContractView> {
        self.inner.request_contract(actor, request, wait).await
    }

    async fn contracts(&self, actor: &Actor) -> Answer<Vec<ContractView>> {
        self.inner.contracts(actor).await
    }

    async fn contract(&self, actor: &Actor, id: &ContractId, wait: Wait) -> Answer<ContractView> {
        self.inner.contract(actor, id, wait).await
    }

    async fn explain_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        at: Option<Timestamp>,
    ) -> Answer<ExplainedView> {
        self.inner.explain_contract(actor, id, at).await
    }

    async fn counter_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        terms: TermsInput,
    ) -> Answer<ContractView> {
        self.inner.counter_contract(actor, id, terms).await
    }

    async fn offer_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        terms: TermsInput,
    ) -> Answer<ContractView> {
        self.inner.offer_contract(actor, id, terms).await
    }

    async fn propose_contract(
        &self,
        actor: &Actor,
        proposal: Proposal,
        wait: Wait,
    ) -> Answer<ContractView> {
        self.inner.propose_contract(actor, proposal, wait).await
    }

    async fn acceptance(&self, actor: &Actor) -> Answer<AcceptanceView> {
        self.inner.acceptance(actor).await
    }

    async fn change_acceptance(
        &self,
        actor: &Actor,
        change: AcceptanceInput,
    ) -> Answer<AcceptanceView> {
        self.inner.change_acceptance(actor, change).await
    }

    async fn dataset_acceptance(
        &self,
        actor: &Actor,
        id: &DatasetId,
        change: AcceptanceInput,
    ) -> Answer<DatasetView> {
        self.inner.dataset_acceptance(actor, id, change).await
    }

    async fn approvals(&self, actor: &Actor) -> Answer<Vec<ApprovalView>> {
        self.inner.approvals(actor).await
    }

    async fn approve_contract(&self, actor: &Actor, id: &ContractId) -> Answer<ContractView> {
        self.inner.approve_contract(actor, id).await
    }

    async fn reject_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        reason: PersonReason,
    ) -> Answer<ContractView> {
        self.inner.reject_contract(actor, id, reason).await
    }

    async fn end_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        reason: PersonReason,
    ) -> Answer<ContractView> {
        self.inner.end_contract(actor, id, reason).await
    }

    async fn pull(&self, actor: &Actor, contract: &ContractId) -> Answer<DeliveryView> {
        self.inner.pull(actor, contract).await
    }

    async fn receive(&self, actor: &Actor, contract: &ContractId) -> Answer<DeliveryView> {
        self.inner.receive(actor, contract).await
    }

    async fn delivery(&self, actor: &Actor, id: &DeliveryId, wait: Wait) -> Answer<DeliveryView> {
        self.inner.delivery(actor, id, wait).await
    }

    async fn deliveries(
        &self,
        actor: &Actor,
        contract: Option<&ContractId>,
    ) -> Answer<Vec<DeliveryView>> {
        self.inner.deliveries(actor, contract).await
    }

    async fn suspend_delivery(
        &self,
        actor: &Actor,
        id: &DeliveryId,
        reason: PersonReason,
    ) -> Answer<DeliveryView> {
        self.inner.suspend_delivery(actor, id, reason).await
    }

    async fn resume_delivery(&self, actor: &Actor, id: &DeliveryId) -> Answer<DeliveryView> {
        self.inner.resume_delivery(actor, id).await
    }

    async fn serve(&self, actor: &Actor, contract: &ContractId) -> Answer<HandoverView> {
        self.inner.serve(actor, contract).await
    }

    async fn unserve(&self, actor: &Actor, contract: &ContractId) -> Answer<()> {
        self.inner.unserve(actor, contract).await
    }

    async fn log_entries(
        &self,
        actor: &Actor,
        from: u64,
        count_max: u16,
        contract: Option<&ContractId>,
    ) -> Answer<LogPage> {
        self.inner.log_entries(actor, from, count_max, contract).await
    }

    async fn export_log(&self, actor: &Actor, export: ExportRequest) -> Answer<ExportView> {
        self.inner.export_log(actor, export).await
    }

    async fn accounts(&self, actor: &Actor) -> Answer<Vec<AccountView>> {
        self.inner.accounts(actor).await
    }

    async fn add_account(&self, actor: &Actor, account: NewAccount) -> Answer<AccountAdded> {
        self.inner.add_account(actor, account).await
    }

    async fn remove_account(&self, actor: &Actor, name: &AccountName) -> Answer<()> {
        self.inner.remove_account(actor, name).await
    }

    async fn members(&self, actor: &Actor) -> Answer<MembersView> {
        self.inner.members(actor).await
    }

    async fn partners(&self, actor: &Actor) -> Answer<Vec<PartnerView>> {
        self.inner.partners(actor).await
    }

    async fn partner_program(
        &self,
        actor: &Actor,
        partner: &PeerName,
        program: ProgramInput,
    ) -> Answer<PartnerView> {
        self.inner.partner_program(actor, partner, program).await
    }

    async fn anchors(&self, actor: &Actor, members: &[PeerName]) -> Answer<Value> {
        self.inner.anchors(actor, members).await
    }

    async fn invite_member(&self, actor: &Actor, guest: InvitationInput) -> Answer<InvitationView> {
        self.inner.invite_member(actor, guest).await
    }

    async fn vet_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        kinds: KindsInput,
    ) -> Answer<MemberChanged> {
        self.inner.vet_member(actor, member, kinds).await
    }

    async fn suspend_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        reason: PersonReason,
    ) -> Answer<MemberChanged> {
        self.inner.suspend_member(actor, member, reason).await
    }

    async fn reinstate_member(&self, actor: &Actor, member: &PeerName) -> Answer<MemberChanged> {
        self.inner.reinstate_member(actor, member).await
    }

    async fn revoke_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        reason: PersonReason,
    ) -> Answer<MemberChanged> {
        self.inner.revoke_member(actor, member, reason).await
    }

    async fn doctor(&self, actor: &Actor) -> Answer<DoctorView> {
        self.inner.doctor(actor).await
    }

    async fn status(&self, actor: &Actor) -> Answer<StatusView> {
        self.inner.status(actor).await
    }
}
