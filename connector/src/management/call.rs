//! From a request whose caller is known to the desk and back: reads path, query and body of each
//! call, strictly, and hands them on.

mod query;

use actix_web::HttpResponse;
use actix_web::http::header;
use protocol::id::DatasetId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::json::{self, Limits};

use super::actor::{AccountName, Actor};
use super::complaint::Complaint;
use super::desk::Desk;
use super::operation::Operation;
use super::refusal::Refusal;
use super::view::contract::WAIT_SECONDS_MAX;
use super::view::{
    AcceptanceInput, ContractId, ContractRequest, DatasetInput, DeliveryId, ExportRequest,
    InvitationInput, KindsInput, NewAccount, PeerName, PersonReason, ProgramInput, Proposal,
    TermsInput, Wait,
};
use query::{
    AnchorsQuery, CatalogQuery, DeliveriesQuery, ExplainQuery, LogQuery, Nothing, WaitQuery,
};

/// The most log entries on one page.
pub const LOG_PAGE_MAX: u16 = 1_000;

/// The parts of a request that a call reads.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The `{id}` of the path, decoded; empty where the route has none.
    pub id: &'a str,
    /// The query, as it was written.
    pub query: &'a str,
    /// The body; empty where the method has none.
    pub body: &'a [u8],
}

/// Does one call.
///
/// # Errors
/// A [`Refusal`] of the reading here, or of the desk.
pub async fn answer<D: Desk>(
    desk: &D,
    operation: Operation,
    actor: &Actor,
    input: Input<'_>,
) -> Result<HttpResponse, Refusal> {
    match operation {
        Operation::AddAccount => json(desk.add_account(actor, input.body::<NewAccount>()?).await?),
        Operation::Anchors => anchors(desk, actor, &input).await,
        Operation::Catalog => catalog(desk, actor, input.query()?).await,
        Operation::Deliveries => {
            let query: DeliveriesQuery = input.query()?;
            json(desk.deliveries(actor, query.contract.as_ref()).await?)
        }
        Operation::Delivery | Operation::ResumeDelivery | Operation::SuspendDelivery => {
            about_delivery(desk, operation, actor, input).await
        }
        Operation::ExportLog => json(desk.export_log(actor, input.body::<ExportRequest>()?).await?),
        Operation::LogEntries => {
            let query: LogQuery = input.query()?;
            let count = query.count.unwrap_or(100).clamp(1, LOG_PAGE_MAX);
            let contract = query.contract.as_ref();
            json(desk.log_entries(actor, query.from.unwrap_or(0), count, contract).await?)
        }
        Operation::RemoveAccount => {
            input.empty()?;
            desk.remove_account(actor, &input.id::<AccountName>()?).await?;
            Ok(done())
        }
        Operation::ChangeAcceptance | Operation::ProposeContract | Operation::RequestContract => {
            begins(desk, operation, actor, input).await
        }
        Operation::AddDataset
        | Operation::DatasetAcceptance
        | Operation::Dataset
        | Operation::ReplaceDataset
        | Operation::WithdrawDataset => about_dataset(desk, operation, actor, input).await,
        Operation::ApproveContract
        | Operation::Contract
        | Operation::CounterContract
        | Operation::EndContract
        | Operation::ExplainContract
        | Operation::OfferContract
        | Operation::Pull
        | Operation::Receive
        | Operation::RejectContract
        | Operation::Serve
        | Operation::Unserve => about_contract(desk, operation, actor, input).await,
        Operation::Acceptance
        | Operation::Contracts
        | Operation::Datasets
        | Operation::Doctor
        | Operation::ListAccounts
        | Operation::ListApprovals
        | Operation::Members
        | Operation::Partners
        | Operation::Status => {
            input.empty()?;
            bare(desk, operation, actor).await
        }
        Operation::InviteMember => {
            json(desk.invite_member(actor, input.body::<InvitationInput>()?).await?)
        }
        Operation::PartnerProgram => {
            let partner = input.id::<PeerName>()?;
            let program = input.body::<ProgramInput>()?;
            json(desk.partner_program(actor, &partner, program).await?)
        }
        Operation::ReinstateMember
        | Operation::RevokeMember
        | Operation::SuspendMember
        | Operation::VetMember => about_member(desk, operation, actor, input).await,
    }
}

async fn catalog<D: Desk>(
    desk: &D,
    actor: &Actor,
    query: CatalogQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = query.filter()?;
    json(desk.catalog(actor, &query.peer, query.page.as_deref(), &filter).await?)
}

/// The calls that need nothing but the actor.
async fn bare<D: Desk>(
    desk: &D,
    operation: Operation,
    actor: &Actor,
) -> Result<HttpResponse, Refusal> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`answer` lists every call and sends these")]
    match operation {
        Operation::Acceptance => json(desk.acceptance(actor).await?),
        Operation::Contracts => json(desk.contracts(actor).await?),
        Operation::Datasets => json(desk.datasets(actor).await?),
        Operation::Doctor => json(desk.doctor(actor).await?),
        Operation::ListAccounts => json(desk.accounts(actor).await?),
        Operation::ListApprovals => json(desk.approvals(actor).await?),
        Operation::Members => json(desk.members(actor).await?),
        Operation::Partners => json(desk.partners(actor).await?),
        Operation::Status => json(desk.status(actor).await?),
        _ => Err(Complaint::RouteUnknown.into()),
    }
}

async fn anchors<D: Desk>(
    desk: &D,
    actor: &Actor,
    input: &Input<'_>,
) -> Result<HttpResponse, Refusal> {
    let query: AnchorsQuery = input.query()?;
    let names: Result<Vec<PeerName>, _> = query.members.split(',').map(str::parse).collect();
    let names =
        names.map_err(|error| Complaint::QueryInvalid { problem: format!("members: {error}") })?;
    json(desk.anchors(actor, &names).await?)
}

/// The calls that begin a talk, and what is accepted in one.
async fn begins<D: Desk>(
    desk: &D,
    operation: Operation,
    actor: &Actor,
    input: Input<'_>,
) -> Result<HttpResponse, Refusal> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`answer` lists every call and sends these")]
    match operation {
        Operation::ChangeAcceptance => {
            json(desk.change_acceptance(actor, input.body::<AcceptanceInput>()?).await?)
        }
        Operation::ProposeContract => {
            json(desk.propose_contract(actor, input.body::<Proposal>()?, input.wait()?).await?)
        }
        Operation::RequestContract => {
            let request = input.body::<ContractRequest>()?;
            json(desk.request_contract(actor, request, input.wait()?).await?)
        }
        _ => Err(Complaint::RouteUnknown.into()),
    }
}

/// The calls about one dataset.
async fn about_dataset<D: Desk>(
    desk: &D,
    operation: Operation,
    actor: &Actor,
    input: Input<'_>,
) -> Result<HttpResponse, Refusal> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`answer` lists every call and sends these")]
    match operation {
        Operation::AddDataset => {
            json(desk.add_dataset(actor, input.body::<DatasetInput>()?).await?)
        }
        Operation::Dataset => {
            input.empty()?;
            json(desk.dataset(actor, &input.id::<DatasetId>()?).await?)
        }
        Operation::DatasetAcceptance => {
            let change = input.body::<AcceptanceInput>()?;
            json(desk.dataset_acceptance(actor, &input.id::<DatasetId>()?, change).await?)
        }
        Operation::ReplaceDataset => {
            let dataset = input.body::<DatasetInput>()?;
            json(desk.replace_dataset(actor, &input.id::<DatasetId>()?, dataset).await?)
        }
        Operation::WithdrawDataset => {
            input.empty()?;
            json(desk.withdraw_dataset(actor, &input.id::<DatasetId>()?).await?)
        }
        _ => Err(Complaint::RouteUnknown.into()),
    }
}

/// The calls about one delivery.
async fn about_delivery<D: Desk>(
    desk: &D,
    operation: Operation,
    actor: &Actor,
    input: Input<'_>,
) -> Result<HttpResponse, Refusal> {
    let id = &input.id::<DeliveryId>()?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "`answer` lists every call and sends these")]
    match operation {
        Operation::Delivery => json(desk.delivery(actor, id, input.wait()?).await?),
        Operation::ResumeDelivery => {
            input.body::<Nothing>()?;
            json(desk.resume_delivery(actor, id).await?)
        }
        Operation::SuspendDelivery => {
            json(desk.suspend_delivery(actor, id, input.body::<PersonReason>()?).await?)
        }
        _ => Err(Complaint::RouteUnknown.into()),
    }
}

/// The calls about one contract.
async fn about_contract<D: Desk>(
    desk: &D,
    operation: Operation,
    actor: &Actor,
    input: Input<'_>,
) -> Result<HttpResponse, Refusal> {
    let id = &input.id::<ContractId>()?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "`answer` lists every call and sends these")]
    match operation {
        Operation::ApproveContract => {
            input.body::<Nothing>()?;
            json(desk.approve_contract(actor, id).await?)
        }
        Operation::Contract => json(desk.contract(actor, id, input.wait()?).await?),
        Operation::CounterContract => {
            json(desk.counter_contract(actor, id, input.body::<TermsInput>()?).await?)
        }
        Operation::OfferContract => {
            json(desk.offer_contract(actor, id, input.body::<TermsInput>()?).await?)
        }
        Operation::EndContract => {
            json(desk.end_contract(actor, id, input.body::<PersonReason>()?).await?)
        }
        Operation::ExplainContract => {
            let query: ExplainQuery = input.query()?;
            json(desk.explain_contract(actor, id, query.at).await?)
        }
        Operation::Pull => {
            input.body::<Nothing>()?;
            json(desk.pull(actor, id).await?)
        }
        Operation::Receive => {
            input.body::<Nothing>()?;
            json(desk.receive(actor, id).await?)
        }
        Operation::RejectContract => {
            json(desk.reject_contract(actor, id, input.body::<PersonReason>()?).await?)
        }
        Operation::Serve => {
            input.body::<Nothing>()?;
            json(desk.serve(actor, id).await?)
        }
        Operation::Unserve => {
            input.empty()?;
            desk.unserve(actor, id).await?;
            Ok(done())
        }
        _ => Err(Complaint::RouteUnknown.into()),
    }
}

/// The calls about one member of the data space.
async fn about_member<D: Desk>(
    desk: &D,
    operation: Operation,
    actor: &Actor,
    input: Input<'_>,
) -> Result<HttpResponse, Refusal> {
    let member = &input.id::<PeerName>()?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "`answer` lists every call and sends these")]
    match operation {
        Operation::ReinstateMember => {
            input.body::<Nothing>()?;
            json(desk.reinstate_member(actor, member).await?)
        }
        Operation::RevokeMember => {
            json(desk.revoke_member(actor, member, input.body::<PersonReason>()?).await?)
        }
        Operation::SuspendMember => {
            json(desk.suspend_member(actor, member, input.body::<PersonReason>()?).await?)
        }
        Operation::VetMember => {
            json(desk.vet_member(actor, member, input.body::<KindsInput>()?).await?)
        }
        _ => Err(Complaint::RouteUnknown.into()),
    }
}

impl Input<'_> {
    fn id<T: std::str::FromStr>(&self) -> Result<T, Complaint> {
        self.id.parse().map_err(|_| Complaint::IdInvalid)
    }

    fn query<T: DeserializeOwned>(&self) -> Result<T, Complaint> {
        actix_web::web::Query::<T>::from_query(self.query)
            .map(actix_web::web::Query::into_inner)
            .map_err(|error| Complaint::QueryInvalid { problem: error.to_string() })
    }

    fn empty(&self) -> Result<(), Complaint> {
        if self.query.is_empty() {
            return Ok(());
        }
        Err(Complaint::QueryInvalid { problem: "this call takes none".to_owned() })
    }

    fn wait(&self) -> Result<Wait, Complaint> {
        let query: WaitQuery = self.query()?;
        let seconds = query.wait.unwrap_or(0);
        if seconds > WAIT_SECONDS_MAX {
            let problem = format!("`wait` is at most {WAIT_SECONDS_MAX} seconds");
            return Err(Complaint::QueryInvalid { problem });
        }
        Ok(Wait { seconds, seen: query.seen })
    }

    fn body<T: DeserializeOwned>(&self) -> Result<T, Complaint> {
        let value = json::parse(self.body, &Limits::message())
            .map_err(|error| Complaint::BodyInvalid { problem: error.to_string() })?;
        serde_json::from_value(value)
            .map_err(|error| Complaint::BodyInvalid { problem: error.to_string() })
    }
}

fn json<T: Serialize>(value: T) -> Result<HttpResponse, Refusal> {
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .json(value))
}

fn done() -> HttpResponse {
    HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
}
