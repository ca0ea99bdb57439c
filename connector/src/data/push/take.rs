//! Taking a pushed body into the held copy of a contract: whole or not at all.

use crate::clock::Clock;
use crate::data::chunks::{Chunks, Misfit};
use crate::data::held::Slot;
use crate::data::held::part::{Part, PartHead};
use crate::data::pull::receive::Taking;
use crate::data::pull::{Progress, PullError, PullOutcome};
use crate::data::source::file::blocking;
use crate::engine::live::Admission;

/// Takes `body` as the contract's copy. The copy that was there stays until the new one is whole.
///
/// # Errors
/// [`PullError`]; an older copy is then still there.
pub async fn take<C: Clock>(
    clock: &C,
    slot: &Slot,
    head: PartHead,
    body: Chunks<PullError>,
    mut admission: Admission,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<PullOutcome, PullError> {
    let body = match head.total {
        Some(total) => body.exactly(total, |misfit| match misfit {
            Misfit::TooLong => {
                PullError::Inconsistent { what: "the body is longer than announced" }
            }
            Misfit::TooShort => PullError::Broken { bytes: 0, source: None },
        }),
        None => body,
    };
    let place = slot.clone();
    let (part, before) = blocking(move || {
        let before = place.open()?.map(|held| held.copy().sha256);
        Part::start(&place, head).map(|part| (part, before))
    })
    .await?;
    let mut taking = Taking { clock, progress, received: 0 };
    let part = match taking.receive(part, body, &mut admission).await {
        Ok(part) => part,
        Err(short) => return Err(short.error),
    };
    let received = taking.received;
    let now = clock.now();
    let copy = blocking(move || part.finish(now)).await?;
    let changed = before != Some(copy.sha256);
    Ok(PullOutcome { copy, changed, resumed_from: 0, received })
}
