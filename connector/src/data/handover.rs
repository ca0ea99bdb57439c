//! The local hand-over: a participant's own programs read what it holds under a contract.
//!
//! The one place where data leaves mutual TLS, and so only ever on a loopback address or a Unix
//! socket, with a token per contract, never to a browser, and only after the desk has permitted
//! it anew for each request.
//!
//! `GET|HEAD /contracts/{agreement}/data`, the agreement's id percent-encoded.

mod door;
pub mod token;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::os::fd::AsFd;
use std::sync::Arc;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use actix_web::{HttpRequest, HttpResponse, web};
use protocol::id::AgreementId;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::live::Admission;

pub use self::token::{Token, TokenHash};

use super::held::{HeldError, HeldFile};
use super::refusal::DataRefusal;
use super::reply::{Reply, demand, reply};
use super::stream::{Control, DeliveryEnd, Line, Meter, Pace, SocketLine, deliver};

/// A contract that can be read locally by whoever has its token.
#[derive(Clone, Debug)]
pub struct HandoverContract {
    /// The participant that holds the data.
    pub participant: Did,
    /// The partner that provides it; two partners may use one agreement id.
    pub provider: Did,
    /// The agreement.
    pub agreement: AgreementId,
    /// The hash of its token.
    pub token: TokenHash,
}

/// Who decides about a local reader, fetches what is new, and records what left.
pub trait HandoverDesk: Send + Sync + 'static {
    /// What the desk wants to know again when the delivery has ended.
    type Ticket: Send + 'static;

    /// All contracts under this agreement id, of all participants and partners. Looks only; the
    /// caller has not shown a token yet.
    fn contracts(
        &self,
        agreement: &AgreementId,
    ) -> impl Future<Output = Result<Vec<HandoverContract>, DataRefusal>> + Send;

    /// Decides whether the contract allows reading now, and records that. The delivery is to be
    /// admitted *before* the decision is made, so that a cut between both is not missed.
    fn permit(
        &self,
        contract: &HandoverContract,
    ) -> impl Future<Output = Result<(Admission, Self::Ticket), DataRefusal>> + Send;

    /// The current copy: pulls what is new. With [`DataRefusal`] 403 when the contract does not
    /// allow it, 410 when it has ended, 503 with a time to try again when the provider cannot be
    /// reached.
    fn fresh(
        &self,
        contract: &HandoverContract,
        ticket: &Self::Ticket,
    ) -> impl Future<Output = Result<HeldFile, DataRefusal>> + Send;

    /// Records what left. Must not wait.
    fn ended(&self, ticket: Self::Ticket, end: DeliveryEnd);
}

/// The hand-over as actix-web serves it.
pub struct Handover<D, C> {
    desk: Arc<D>,
    clock: Arc<C>,
    pace: Pace,
}

impl<D: HandoverDesk, C: Clock> Handover<D, C> {
    /// A hand-over at `desk`.
    #[must_use]
    pub fn new(desk: Arc<D>, clock: Arc<C>, pace: Pace) -> Self {
        Self { desk, clock, pace }
    }

    /// Adds the routes to an application that is bound to loopback or to a Unix socket only.
    pub fn configure(self: &Arc<Self>, config: &mut web::ServiceConfig) {
        let data = web::resource("/contracts/{agreement}/data")
            .route(web::get().to(serve::<D, C>))
            .route(web::head().to(serve::<D, C>))
            .default_service(web::to(wrong_method));
        config.app_data(web::Data::from(Arc::clone(self))).service(data);
        config.default_service(web::to(unknown));
    }

    async fn answer(
        &self,
        request: &HttpRequest,
        agreement: &str,
    ) -> Result<HttpResponse, DataRefusal> {
        let token = door::enter(request.headers())?;
        let contract = self.contract(agreement, &token).await?;
        let (mut admission, ticket) = self.desk.permit(&contract).await?;
        let held = tokio::select! {
            biased;
            reason = admission.until_cut() => return Err(door::cut(reason)),
            held = self.desk.fresh(&contract, &ticket) => held?,
        };
        match reply(request.method(), held.answer(&demand(request))) {
            Reply::Bare(response) => Ok(response),
            Reply::Body(head, opened) => {
                let desk = Arc::clone(&self.desk);
                let control = Control {
                    clock: Arc::clone(&self.clock),
                    pace: self.pace,
                    meter: Meter::default(),
                    lender: None,
                    line: request.conn_data::<SocketLine>().cloned().map(boxed),
                    end: Box::new(move |end| desk.ended(ticket, end)),
                };
                Ok(head.respond(deliver(opened, admission, control)))
            }
        }
    }

    /// The contract whose token this is. A wrong token and an unknown contract look the same.
    async fn contract(
        &self,
        agreement: &str,
        token: &Token,
    ) -> Result<HandoverContract, DataRefusal> {
        let agreement = AgreementId::parse(agreement).map_err(|_| door::unauthorised())?;
        let contracts = self.desk.contracts(&agreement).await?;
        let hash = token.hash();
        let mut fitting = contracts.into_iter().filter(|contract| contract.token.is_same(&hash));
        fitting.next().ok_or_else(door::unauthorised)
    }
}

/// For `HttpServer::on_connect` of the hand-over's listener: lets a cut break the connection.
pub fn on_connect(connection: &dyn Any, data: &mut Extensions) {
    let stream = connection.downcast_ref::<TcpStream>();
    let line = stream.and_then(|stream| SocketLine::new(stream.as_fd()).ok());
    if let Some(line) = line {
        data.insert(line);
    }
}

fn boxed(line: SocketLine) -> Box<dyn Line> {
    Box::new(line)
}

async fn serve<D: HandoverDesk, C: Clock>(
    request: HttpRequest,
    agreement: web::Path<String>,
    handover: web::Data<Handover<D, C>>,
) -> HttpResponse {
    match handover.answer(&request, &agreement).await {
        Ok(response) => response,
        Err(refusal) => door::refuse(&refusal.in_lang(door::lang(request.headers()))),
    }
}

async fn wrong_method() -> HttpResponse {
    let reason = "only GET and HEAD are answered here";
    DataRefusal::new(405, "method-not-allowed", reason, "read with GET").respond()
}

async fn unknown() -> HttpResponse {
    let remedy = "read /contracts/{agreement}/data; `allmende serve` prints the address";
    DataRefusal::new(404, "no-such-address", "there is nothing at this address", remedy).respond()
}

impl DataRefusal {
    /// What a local reader is told when the held copy cannot be used.
    #[must_use]
    pub fn held(error: &HeldError) -> Self {
        Self::new(503, error.code(), &error.to_string(), error.remedy()).retry_after(30)
    }

    /// What a local reader is told when the copy cannot be brought up to date.
    #[must_use]
    pub fn pull(error: &super::pull::PullError) -> Self {
        use super::pull::PullError;
        let status = match error {
            PullError::Cut { reason } => return door::cut(*reason),
            PullError::Held { source } => return Self::held(source),
            PullError::Refused { refusal } => return door::passed_on(refusal),
            PullError::Inconsistent { .. } => 502,
            PullError::Broken { .. }
            | PullError::Interrupted
            | PullError::Stalled { .. }
            | PullError::Unreachable { .. } => 503,
        };
        let refusal = Self::new(status, error.code(), &error.to_string(), error.remedy());
        if status == 503 { refusal.retry_after(5) } else { refusal }
    }
}

impl<D, C> fmt::Debug for Handover<D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handover").field("pace", &self.pace).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
