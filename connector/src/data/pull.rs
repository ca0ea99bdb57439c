//! Pulling a dataset into the held copy of a contract.
//!
//! Only what is new is fetched: an unchanged copy costs one request, a broken pull goes on where
//! it is safe, and a source that changed meanwhile is fetched whole. A copy never mixes two
//! versions. Whether pulling is allowed is the caller's to know: it brings the admission.

mod answer;
pub mod client;
pub mod error;
pub mod once;
pub(in crate::data) mod receive;
mod retry;

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, header};
use jiff::SignedDuration;

use crate::clock::Clock;
use crate::engine::live::Admission;

pub use self::client::{ClientError, DataClient, DataResponse};
pub use self::error::PullError;
pub use self::once::Pulls;

use self::answer::Answered;
use self::receive::{Short, Taking};
use self::retry::Retry;
use super::held::part::Part;
use super::held::{HeldCopy, HeldError, Slot};
use super::source::file::blocking;

/// What to pull, and whereto.
#[derive(Clone)]
pub struct Order {
    /// The data address, as the provider's start message gave it.
    pub url: String,
    /// The token that came with it, if any.
    pub bearer: Option<String>,
    /// The contract's place.
    pub slot: Slot,
}

/// How far a pull is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Bytes that are there, with those of earlier attempts.
    pub bytes: u64,
    /// How many there will be, if known.
    pub total: Option<u64>,
}

/// A pull that ended well.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PullOutcome {
    /// The copy that is held now.
    pub copy: HeldCopy,
    /// Whether it is another one than before.
    pub changed: bool,
    /// Where the last answer went on from what was there; 0 when it brought the whole.
    pub resumed_from: u64,
    /// Bytes that came over the network in this pull, over all its attempts.
    pub received: u64,
}

/// Pulls until the copy is whole and current. Broken connections are tried again, with growing
/// pauses, as long as that makes sense. `progress` is told after each 256 KiB or so.
///
/// # Errors
/// [`PullError`]; what came before is kept and continued by the next pull.
pub async fn pull<D: DataClient, C: Clock>(
    client: &D,
    clock: &C,
    order: &Order,
    mut admission: Admission,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<PullOutcome, PullError> {
    let slot = order.slot.clone();
    let part = blocking(move || Part::resume(&slot)).await?;
    let taking = Taking { clock, progress, received: 0 };
    let mut pulling = Pulling { client, order, part, taking };
    let mut retry = Retry::default();
    loop {
        let before = pulling.taking.received;
        let error = match pulling.attempt(&mut admission).await {
            Ok(outcome) => return Ok(outcome),
            Err(error) => error,
        };
        let Some(pause_ms) = retry.pause_ms(&error, pulling.taking.received > before) else {
            return Err(error);
        };
        tracing::debug!(code = error.code(), pause_ms, "a pull is tried again");
        let due = clock.now().saturating_add(SignedDuration::from_millis(pause_ms));
        tokio::select! {
            biased;
            reason = admission.until_cut() => return Err(PullError::Cut { reason }),
            () = clock.sleep_until(due.unwrap_or(jiff::Timestamp::MAX)) => {}
        }
    }
}

/// A pull under way.
struct Pulling<'a, D, C> {
    client: &'a D,
    order: &'a Order,
    part: Option<Part>,
    taking: Taking<'a, C>,
}

impl<D: DataClient, C: Clock> Pulling<'_, D, C> {
    /// One request, and the body that answers it.
    async fn attempt(&mut self, admission: &mut Admission) -> Result<PullOutcome, PullError> {
        let slot = self.order.slot.clone();
        let copy = blocking(move || slot.open()).await?.map(|held| held.copy().clone());
        let headers = self.headers(copy.as_ref());
        let asked = self.client.get(&self.order.url, self.order.bearer.as_deref(), headers);
        let response = tokio::select! {
            biased;
            reason = admission.until_cut() => return Err(PullError::Cut { reason }),
            response = asked => response.map_err(|source| PullError::Unreachable { source })?,
        };
        let answered = match Answered::of(response, self.part.as_ref()).await {
            Err(error @ PullError::Inconsistent { .. }) => {
                // Whatever was there does not fit to what the provider says now.
                self.part = None;
                return Err(error);
            }
            answered => answered?,
        };
        let (part, body, resumed_from) = match (answered, self.part.take(), copy.clone()) {
            (Answered::Unchanged, _, Some(copy)) => return self.unchanged(copy).await,
            (Answered::Continued(body), Some(part), _) => {
                let from = part.bytes();
                (part, body, from)
            }
            (Answered::Whole(head, body), _, _) => {
                let slot = self.order.slot.clone();
                (blocking(move || Part::start(&slot, head)).await?, body, 0)
            }
            (Answered::Unchanged, _, None) | (Answered::Continued(_), None, _) => {
                return Err(PullError::Inconsistent { what: "it answers what was not asked" });
            }
        };
        let whole = match self.taking.receive(part, body, admission).await {
            Ok(whole) => whole,
            Err(Short { error, part }) => {
                self.part = part;
                return Err(error);
            }
        };
        let now = self.taking.clock.now();
        let fresh = blocking(move || whole.finish(now)).await?;
        let changed = copy.is_none_or(|copy| copy.sha256 != fresh.sha256);
        Ok(PullOutcome { copy: fresh, changed, resumed_from, received: self.taking.received })
    }

    fn headers(&self, copy: Option<&HeldCopy>) -> Vec<(HeaderName, String)> {
        let mut headers = vec![(header::ACCEPT_ENCODING, "identity".to_owned())];
        if let Some(part) = self.part.as_ref().filter(|part| part.bytes() > 0)
            && let Some(version) = part.head().version.as_ref().filter(|it| it.is_strong())
        {
            headers.push((header::RANGE, format!("bytes={}-", part.bytes())));
            headers.push((header::IF_RANGE, version.to_string()));
        } else if let Some(version) = copy.and_then(|copy| copy.version.as_ref()) {
            headers.push((header::IF_NONE_MATCH, version.to_string()));
        }
        headers
    }

    async fn unchanged(&self, mut copy: HeldCopy) -> Result<PullOutcome, PullError> {
        copy.fetched = self.taking.clock.now();
        let (slot, confirmed) = (self.order.slot.clone(), copy.clone());
        blocking(move || slot.confirm(&confirmed)).await?;
        Ok(PullOutcome { copy, changed: false, resumed_from: 0, received: self.taking.received })
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The token is a secret.
        f.debug_struct("Order").field("url", &self.url).field("slot", &self.slot).finish()
    }
}

impl From<HeldError> for PullError {
    fn from(source: HeldError) -> Self {
        Self::Held { source }
    }
}

/// What several waiters of one pull share.
pub type SharedOutcome = Result<PullOutcome, Arc<PullError>>;

#[cfg(test)]
mod tests;
