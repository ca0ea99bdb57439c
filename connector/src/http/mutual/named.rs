//! Which process ids an error body names.

use super::Caller;
use super::route::Route;
use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::http::problem::{self, SentPids};

/// The ids that the message itself named; where it names none, or was not read, those of the process
/// in the path, if the caller is a party of it. Strangers learn nothing.
pub(super) async fn named<P: Parts>(
    engine: &Engine<P>,
    caller: &Caller,
    route: &Route,
    body: &[u8],
) -> SentPids {
    let sent = problem::pids(body);
    if sent.consumer.is_some() && sent.provider.is_some() {
        return sent;
    }
    let known = of_process(engine, caller, route).await.unwrap_or_default();
    SentPids {
        consumer: sent.consumer.or(known.consumer),
        provider: sent.provider.or(known.provider),
    }
}

async fn of_process<P: Parts>(
    engine: &Engine<P>,
    caller: &Caller,
    route: &Route,
) -> Option<SentPids> {
    let (ours, peer) = (caller.participant.did(), caller.peer.did());
    match route {
        Route::Negotiation { pid } | Route::NegotiationMessage { pid: Some(pid), .. } => {
            let process = engine.negotiation(ours, pid).await.ok()?.record.process;
            (process.peer == *peer).then_some(SentPids {
                consumer: process.consumer_pid,
                provider: process.provider_pid,
            })
        }
        Route::Transfer { pid } | Route::TransferMessage { pid: Some(pid), .. } => {
            let process = engine.transfer(ours, pid).await.ok()?.record.process;
            (process.peer == *peer).then_some(SentPids {
                consumer: Some(process.consumer_pid),
                provider: process.provider_pid,
            })
        }
        Route::AgreementTermination { .. }
        | Route::Catalog
        | Route::Data { .. }
        | Route::Dataset { .. }
        | Route::Intake { .. }
        | Route::NegotiationMessage { pid: None, .. }
        | Route::Other
        | Route::TransferMessage { pid: None, .. }
        | Route::Version => None,
    }
}
