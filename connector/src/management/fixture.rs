//! A desk of fixed answers for tests: two participants, and a note of who called what.

mod partner;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use jiff::Timestamp;
use protocol::id::DatasetId;
use serde_json::{Value, json};
use wire::did::Did;

use super::actor::{AccountName, AccountRole, Actor};
use super::desk::{Answer, Desk};
use super::refusal::{Fault, Refusal};
use super::token::{Token, TokenHash};
use super::view::*;
use crate::engine::catalog::filter::Filter;
pub(crate) use partner::*;
pub(crate) use views::*;

/// A desk of fixed answers.
#[derive(Debug, Default)]
pub(crate) struct FixtureDesk {
    accounts: BTreeMap<(Did, TokenHash), (AccountName, BTreeSet<AccountRole>)>,
    calls: Mutex<Vec<String>>,
}

impl FixtureDesk {
    /// A token of a fresh account with exactly these roles.
    pub(crate) fn with_account(&mut self, of: Did, number: u8, roles: &[AccountRole]) -> Token {
        let token = Token::of([number; 32]);
        let name = AccountName::parse(&format!("account-{number}")).unwrap();
        let _ = self.accounts.insert((of, token.hash()), (name, roles.iter().copied().collect()));
        token
    }

    /// What was called since the last look, as `participant account call`.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    fn note<T>(&self, actor: &Actor, call: &str, answer: T) -> Answer<T> {
        let line = format!("{} {} {call}", actor.participant().host(), actor.account());
        self.calls.lock().unwrap().push(line);
        Ok(answer)
    }
}

/// A refusal of the desk.
pub(crate) fn refusal() -> Refusal {
    Refusal::new(
        Fault::Conflict,
        "contract-ended",
        Words::new("Der Nutzungsvertrag ist beendet.", "the contract has ended"),
        Words::new("Einen neuen Nutzungsvertrag anfragen.", "request a new contract"),
    )
}

impl Desk for FixtureDesk {
    fn serves(&self, participant: &Did) -> bool {
        *participant == ulm() || *participant == neu_ulm()
    }
    async fn account_of(
        &self,
        participant: &Did,
        token: &TokenHash,
    ) -> Answer<Option<(AccountName, BTreeSet<AccountRole>)>> {
        Ok(self.accounts.get(&(participant.clone(), *token)).cloned())
    }
    async fn add_dataset(&self, actor: &Actor, _: DatasetInput) -> Answer<DatasetView> {
        self.note(actor, "addDataset", dataset())
    }
    async fn replace_dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
        _: DatasetInput,
    ) -> Answer<DatasetView> {
        self.note(actor, "replaceDataset", DatasetView { id: id.clone(), ..dataset() })
    }
    async fn withdraw_dataset(&self, actor: &Actor, _: &DatasetId) -> Answer<DatasetView> {
        let withdrawn = Some(at("2026-02-01T08:00:00Z"));
        self.note(actor, "withdrawDataset", DatasetView { withdrawn, ..dataset() })
    }
    async fn datasets(&self, actor: &Actor) -> Answer<Vec<DatasetView>> {
        self.note(actor, "datasets", vec![dataset()])
    }
    async fn dataset(&self, actor: &Actor, _: &DatasetId) -> Answer<DatasetView> {
        self.note(actor, "dataset", dataset())
    }
    async fn catalog(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: Option<&str>,
        _: &Filter,
    ) -> Answer<CatalogView> {
        self.note(actor, "catalog", catalog())
    }
    async fn request_contract(
        &self,
        actor: &Actor,
        request: ContractRequest,
        _: Wait,
    ) -> Answer<ContractView> {
        let refused = request.dataset.as_str() == "refused";
        let view = if refused { refused_contract() } else { contract() };
        self.note(actor, "requestContract", view)
    }
    async fn contracts(&self, actor: &Actor) -> Answer<Vec<ContractView>> {
        self.note(actor, "contracts", vec![contract(), refused_contract()])
    }
    async fn contract(&self, actor: &Actor, id: &ContractId, _: Wait) -> Answer<ContractView> {
        let deliveries = vec![delivery()];
        self.note(actor, "contract", ContractView { id: id.clone(), deliveries, ..contract() })
    }
    async fn explain_contract(
        &self,
        actor: &Actor,
        _: &ContractId,
        _: Option<Timestamp>,
    ) -> Answer<ExplainedView> {
        self.note(actor, "explainContract", explained())
    }
    async fn counter_contract(
        &self,
        actor: &Actor,
        _: &ContractId,
        _: TermsInput,
    ) -> Answer<ContractView> {
        self.note(actor, "counterContract", haggled_contract())
    }
    async fn offer_contract(
        &self,
        actor: &Actor,
        _: &ContractId,
        _: TermsInput,
    ) -> Answer<ContractView> {
        self.note(actor, "offerContract", haggled_contract())
    }
    async fn propose_contract(&self, actor: &Actor, _: Proposal, _: Wait) -> Answer<ContractView> {
        self.note(actor, "proposeContract", haggled_contract())
    }
    async fn acceptance(&self, actor: &Actor) -> Answer<AcceptanceView> {
        self.note(actor, "acceptance", acceptance())
    }
    async fn change_acceptance(&self, actor: &Actor, _: AcceptanceInput) -> Answer<AcceptanceView> {
        self.note(actor, "changeAcceptance", acceptance())
    }
    async fn dataset_acceptance(
        &self,
        actor: &Actor,
        _: &DatasetId,
        _: AcceptanceInput,
    ) -> Answer<DatasetView> {
        self.note(actor, "datasetAcceptance", dataset())
    }
    async fn approvals(&self, actor: &Actor) -> Answer<Vec<ApprovalView>> {
        let view = ApprovalView { contract: contract(), published_by: "anna".into(), yours: true };
        self.note(actor, "listApprovals", vec![view])
    }
    async fn approve_contract(&self, actor: &Actor, _: &ContractId) -> Answer<ContractView> {
        self.note(actor, "approveContract", contract())
    }
    async fn reject_contract(
        &self,
        actor: &Actor,
        _: &ContractId,
        _: PersonReason,
    ) -> Answer<ContractView> {
        self.note(actor, "rejectContract", refused_contract())
    }
    async fn end_contract(
        &self,
        actor: &Actor,
        _: &ContractId,
        _: PersonReason,
    ) -> Answer<ContractView> {
        self.note(actor, "endContract", ContractView { stage: ContractStage::Ended, ..contract() })
    }
    async fn pull(&self, actor: &Actor, contract: &ContractId) -> Answer<DeliveryView> {
        self.note(actor, "pull", ())?;
        if contract.as_str().ends_with("ended") { Err(refusal()) } else { Ok(delivery()) }
    }

    async fn suspend_delivery(
        &self,
        actor: &Actor,
        _: &DeliveryId,
        _: PersonReason,
    ) -> Answer<DeliveryView> {
        self.note(actor, "suspendDelivery", delivery())
    }
    async fn resume_delivery(&self, actor: &Actor, _: &DeliveryId) -> Answer<DeliveryView> {
        self.note(actor, "resumeDelivery", delivery())
    }
    async fn receive(&self, actor: &Actor, contract: &ContractId) -> Answer<DeliveryView> {
        self.note(actor, "receive", ())?;
        if contract.as_str().ends_with("ended") { Err(refusal()) } else { Ok(delivery()) }
    }
    async fn delivery(&self, actor: &Actor, _: &DeliveryId, _: Wait) -> Answer<DeliveryView> {
        self.note(actor, "delivery", delivery())
    }
    async fn deliveries(&self, actor: &Actor, _: Option<&ContractId>) -> Answer<Vec<DeliveryView>> {
        self.note(actor, "deliveries", vec![delivery()])
    }
    async fn serve(&self, actor: &Actor, contract: &ContractId) -> Answer<HandoverView> {
        let url = "http://127.0.0.1:8181/contracts/c0ffee00".to_owned();
        let view = HandoverView { contract: contract.clone(), url, token: Token::of([9; 32]) };
        self.note(actor, "serve", view)
    }
    async fn unserve(&self, actor: &Actor, _: &ContractId) -> Answer<()> {
        self.note(actor, "unserve", ())
    }
    async fn log_entries(
        &self,
        actor: &Actor,
        _: u64,
        _: u16,
        _: Option<&ContractId>,
    ) -> Answer<LogPage> {
        self.note(actor, "logEntries", log_page())
    }
    async fn export_log(&self, actor: &Actor, export: ExportRequest) -> Answer<ExportView> {
        let path = format!("/srv/allmende/export/ulm.example/{}", export.name.as_str());
        let view = ExportView { path, entries: 42, signed_size: 42, bytes: 81_920 };
        self.note(actor, "exportLog", view)
    }
    async fn accounts(&self, actor: &Actor) -> Answer<Vec<AccountView>> {
        self.note(actor, "listAccounts", vec![account()])
    }
    async fn add_account(&self, actor: &Actor, _: NewAccount) -> Answer<AccountAdded> {
        let added = AccountAdded { account: account(), token: Token::of([8; 32]) };
        self.note(actor, "addAccount", added)
    }
    async fn remove_account(&self, actor: &Actor, _: &AccountName) -> Answer<()> {
        self.note(actor, "removeAccount", ())
    }
    async fn partners(&self, actor: &Actor) -> Answer<Vec<PartnerView>> {
        self.note(actor, "partners", partners())
    }
    async fn partner_program(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: ProgramInput,
    ) -> Answer<PartnerView> {
        self.note(actor, "partnerProgram", partners().remove(0))
    }
    async fn members(&self, actor: &Actor) -> Answer<MembersView> {
        self.note(actor, "members", members())
    }
    async fn invite_member(&self, actor: &Actor, _: InvitationInput) -> Answer<InvitationView> {
        let invitation = InvitationView {
            authority: Did::parse("did:web:authority.localhost%3A9344").unwrap(),
            fingerprint: "abcd-abcd".into(),
            code: "the-code".into(),
            expires: at("2026-01-16T08:00:00Z"),
        };
        self.note(actor, "inviteMember", invitation)
    }
    async fn vet_member(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: KindsInput,
    ) -> Answer<MemberChanged> {
        self.note(actor, "vetMember", changed())
    }
    async fn suspend_member(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: PersonReason,
    ) -> Answer<MemberChanged> {
        self.note(actor, "suspendMember", changed())
    }
    async fn reinstate_member(&self, actor: &Actor, _: &PeerName) -> Answer<MemberChanged> {
        self.note(actor, "reinstateMember", changed())
    }
    async fn revoke_member(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: PersonReason,
    ) -> Answer<MemberChanged> {
        self.note(actor, "revokeMember", changed())
    }
    async fn anchors(&self, actor: &Actor, members: &[PeerName]) -> Answer<Value> {
        assert_eq!(members.len(), 2);
        self.note(actor, "anchors", json!({"version": 1}))
    }
    async fn doctor(&self, actor: &Actor) -> Answer<DoctorView> {
        self.note(actor, "doctor", doctor())
    }
    async fn status(&self, actor: &Actor) -> Answer<StatusView> {
        self.note(actor, "status", status())
    }
}
