//! What the management API can ask of the engine: the one seam between them.
//!
//! Every call but the login's look-ups takes an [`Actor`], and concerns that actor's participant
//! alone. The role was checked before the call; that nobody approves what they published
//! themselves is checked by the desk, which knows who published.

use std::future::Future;

use jiff::Timestamp;
use protocol::id::DatasetId;
use serde_json::Value;
use wire::did::Did;

use super::actor::{AccountName, AccountRole, Actor};
use super::refusal::{Fault, Refusal};
use super::token::TokenHash;
use super::view::{
    AcceptanceInput, AcceptanceView, AccountAdded, AccountView, ApprovalView, CatalogView,
    ContractId, ContractRequest, ContractView, DatasetInput, DatasetView, DeliveryId, DeliveryView,
    DoctorView, ExplainedView, ExportRequest, ExportView, HandoverView, InvitationInput,
    InvitationView, KindsInput, LogPage, MemberChanged, MembersView, NewAccount, PartnerView,
    PeerName, PersonReason, ProgramInput, Proposal, StatusView, TermsInput, Wait, Words,
};
use crate::engine::catalog::filter::Filter;

/// What a call gives back.
pub type Answer<T> = Result<T, Refusal>;

/// The engine as seen from the management API. Each call either did what it says, with its log
/// entry durable, or returns a [`Refusal`] and changed nothing.
pub trait Desk: Send + Sync + 'static {
    /// Whether this process serves the participant. For the login check.
    fn serves(&self, participant: &Did) -> bool;

    /// The account of `participant` that has this token. For the login check only, and the one
    /// call without an actor.
    fn account_of(
        &self,
        participant: &Did,
        token: &TokenHash,
    ) -> impl Future<Output = Answer<Option<(AccountName, std::collections::BTreeSet<AccountRole>)>>>
    + Send;

    /// Publishes a dataset under a fresh id.
    fn add_dataset(
        &self,
        actor: &Actor,
        dataset: DatasetInput,
    ) -> impl Future<Output = Answer<DatasetView>> + Send;

    /// Replaces a dataset: next version, same id; contracts in force keep their agreement.
    fn replace_dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
        dataset: DatasetInput,
    ) -> impl Future<Output = Answer<DatasetView>> + Send;

    /// Withdraws a dataset: nothing is offered any more; contracts in force stay.
    fn withdraw_dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
    ) -> impl Future<Output = Answer<DatasetView>> + Send;

    /// Every dataset, those withdrawn included, by title.
    fn datasets(&self, actor: &Actor) -> impl Future<Output = Answer<Vec<DatasetView>>> + Send;

    /// One dataset.
    fn dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
    ) -> impl Future<Output = Answer<DatasetView>> + Send;

    /// One page of a partner's catalogue, as far as it passes the filter; `page` is the
    /// [`CatalogView::next`] of the page before, asked for with the same filter.
    fn catalog(
        &self,
        actor: &Actor,
        peer: &PeerName,
        page: Option<&str>,
        filter: &Filter,
    ) -> impl Future<Output = Answer<CatalogView>> + Send;

    /// Asks a partner for a contract. The request is committed before `wait` begins.
    fn request_contract(
        &self,
        actor: &Actor,
        request: ContractRequest,
        wait: Wait,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Every contract of both roles, newest first, without deliveries.
    fn contracts(&self, actor: &Actor) -> impl Future<Output = Answer<Vec<ContractView>>> + Send;

    /// One contract with its deliveries.
    fn contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        wait: Wait,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Judges a contract's rule with what is known, now or at another instant, and says why.
    fn explain_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        at: Option<Timestamp>,
    ) -> impl Future<Output = Answer<ExplainedView>> + Send;

    /// Asks for other terms than those that the provider offers (consumer).
    fn counter_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        terms: TermsInput,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Offers other terms than those that the consumer asks for (provider).
    fn offer_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        terms: TermsInput,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Offers a contract to a partner that has not asked. The offer is committed before `wait`
    /// begins.
    fn propose_contract(
        &self,
        actor: &Actor,
        proposal: Proposal,
        wait: Wait,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Which offers of partners are accepted without a person, as consumer.
    fn acceptance(&self, actor: &Actor) -> impl Future<Output = Answer<AcceptanceView>> + Send;

    /// Changes which offers of partners are accepted without a person, as consumer.
    fn change_acceptance(
        &self,
        actor: &Actor,
        change: AcceptanceInput,
    ) -> impl Future<Output = Answer<AcceptanceView>> + Send;

    /// Changes which other terms for a dataset of ours are accepted without a person.
    fn dataset_acceptance(
        &self,
        actor: &Actor,
        id: &DatasetId,
        change: AcceptanceInput,
    ) -> impl Future<Output = Answer<DatasetView>> + Send;

    /// The contracts that wait for a person's decision.
    fn approvals(&self, actor: &Actor) -> impl Future<Output = Answer<Vec<ApprovalView>>> + Send;

    /// Agrees to a contract that waits for approval. Refused with `own-approval` for the account
    /// that published the dataset.
    fn approve_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Says no to a contract that waits for approval.
    fn reject_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        reason: PersonReason,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Ends a contract in force: running deliveries are cut first, then it is recorded and told.
    fn end_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        reason: PersonReason,
    ) -> impl Future<Output = Answer<ContractView>> + Send;

    /// Starts a delivery under a contract (consumer).
    fn pull(
        &self,
        actor: &Actor,
        contract: &ContractId,
    ) -> impl Future<Output = Answer<DeliveryView>> + Send;

    /// Asks the provider to send a contract's data to us (consumer).
    fn receive(
        &self,
        actor: &Actor,
        contract: &ContractId,
    ) -> impl Future<Output = Answer<DeliveryView>> + Send;

    /// One delivery. With a wait and `seen` bytes it answers when there are more, but not before
    /// 200 ms have gone by; when it is over, at once.
    fn delivery(
        &self,
        actor: &Actor,
        id: &DeliveryId,
        wait: Wait,
    ) -> impl Future<Output = Answer<DeliveryView>> + Send;

    /// The deliveries of both roles, newest first, of one contract or of all; at most 1,000.
    fn deliveries(
        &self,
        actor: &Actor,
        contract: Option<&ContractId>,
    ) -> impl Future<Output = Answer<Vec<DeliveryView>>> + Send;

    /// Stops a delivery for now: what runs is cut first, then it is recorded and told.
    fn suspend_delivery(
        &self,
        actor: &Actor,
        id: &DeliveryId,
        reason: PersonReason,
    ) -> impl Future<Output = Answer<DeliveryView>> + Send;

    /// Lets a suspended delivery go on, or asks the partner for it where that one gives the address.
    fn resume_delivery(
        &self,
        actor: &Actor,
        id: &DeliveryId,
    ) -> impl Future<Output = Answer<DeliveryView>> + Send;

    /// Opens the local hand-over of a contract's data and makes its token; ends an earlier token.
    fn serve(
        &self,
        actor: &Actor,
        contract: &ContractId,
    ) -> impl Future<Output = Answer<HandoverView>> + Send;

    /// Closes the local hand-over of a contract.
    fn unserve(
        &self,
        actor: &Actor,
        contract: &ContractId,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// Log entries from index `from`, at most `count_max` (1 to 1,000), of one contract or of all.
    fn log_entries(
        &self,
        actor: &Actor,
        from: u64,
        count_max: u16,
        contract: Option<&ContractId>,
    ) -> impl Future<Output = Answer<LogPage>> + Send;

    /// Writes an auditor's folder to `export/<host>/<name>` beneath the home. Itself a log entry.
    fn export_log(
        &self,
        actor: &Actor,
        export: ExportRequest,
    ) -> impl Future<Output = Answer<ExportView>> + Send;

    /// The named accounts.
    fn accounts(&self, actor: &Actor) -> impl Future<Output = Answer<Vec<AccountView>>> + Send;

    /// Adds an account and makes its token.
    fn add_account(
        &self,
        actor: &Actor,
        account: NewAccount,
    ) -> impl Future<Output = Answer<AccountAdded>> + Send;

    /// Removes an account; its token is worthless at once.
    fn remove_account(
        &self,
        actor: &Actor,
        name: &AccountName,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// The other members of the data space, each with its program.
    fn partners(&self, actor: &Actor) -> impl Future<Output = Answer<Vec<PartnerView>>> + Send;

    /// Says which program a partner runs, or that it is unknown again.
    fn partner_program(
        &self,
        actor: &Actor,
        partner: &PeerName,
        program: ProgramInput,
    ) -> impl Future<Output = Answer<PartnerView>> + Send;

    /// The members of the data space.
    fn members(&self, actor: &Actor) -> impl Future<Output = Answer<MembersView>> + Send;

    /// Makes a one-time code for somebody who may join the data space (authority).
    fn invite_member(
        &self,
        actor: &Actor,
        guest: InvitationInput,
    ) -> impl Future<Output = Answer<InvitationView>> + Send {
        let _ = (actor, guest);
        async { Err(no_authority()) }
    }

    /// Says as what a member was vetted (authority).
    fn vet_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        kinds: KindsInput,
    ) -> impl Future<Output = Answer<MemberChanged>> + Send {
        let _ = (actor, member, kinds);
        async { Err(no_authority()) }
    }

    /// Keeps a member out for the time being (authority).
    fn suspend_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        reason: PersonReason,
    ) -> impl Future<Output = Answer<MemberChanged>> + Send {
        let _ = (actor, member, reason);
        async { Err(no_authority()) }
    }

    /// Lets a suspended member take part again (authority).
    fn reinstate_member(
        &self,
        actor: &Actor,
        member: &PeerName,
    ) -> impl Future<Output = Answer<MemberChanged>> + Send {
        let _ = (actor, member);
        async { Err(no_authority()) }
    }

    /// Withdraws a member's certificates for good (authority).
    fn revoke_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        reason: PersonReason,
    ) -> impl Future<Output = Answer<MemberChanged>> + Send {
        let _ = (actor, member, reason);
        async { Err(no_authority()) }
    }

    /// An anchors file for an auditor to whom the logs of `members` are handed: their registered
    /// keys, and the heads that the authority saw (authority).
    fn anchors(
        &self,
        actor: &Actor,
        members: &[PeerName],
    ) -> impl Future<Output = Answer<Value>> + Send {
        let _ = (actor, members);
        async { Err(no_authority()) }
    }

    /// Looks for what is wrong, within five seconds.
    fn doctor(&self, actor: &Actor) -> impl Future<Output = Answer<DoctorView>> + Send;

    /// How the participant and its machine are doing.
    fn status(&self, actor: &Actor) -> impl Future<Output = Answer<StatusView>> + Send;
}

/// The participant is not the authority of a data space.
#[must_use]
pub fn no_authority() -> Refusal {
    Refusal::new(
        Fault::Conflict,
        "no-authority",
        Words::new(
            "Dieser Teilnehmer ist nicht die Vertrauensstelle eines Datenraums.",
            "this participant is not the authority of a data space",
        ),
        Words::new(
            "Den Ordner der Vertrauensstelle mit `--home` nennen.",
            "name the authority's folder with `--home`",
        ),
    )
}
