//! One attempt to push: a connection whose peer is proven, then the permit, then the body, then the
//! consumer's word that it has all of it, in the log.

use std::sync::Arc;

use tokio::sync::oneshot;
use wire::did::Did;
use wire::digest::Digest;

use super::Plane;
use crate::data::demand::Demand;
use crate::data::push::{PushAnswer, PushClient, PushHead, PushLine};
use crate::data::refusal::DataRefusal;
use crate::data::source::http::Fetch;
use crate::data::source::{Answer, Opened, open};
use crate::data::stream::{
    Control, DeliveryEnd as StreamEnd, EndSink, Meter, Outcome, Pace, deliver,
};
use crate::data::tally::SoFar;
use crate::engine::Engine;
use crate::engine::agreement::AGREEMENT_ENDED;
use crate::engine::error::EngineError;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::engine::permit::{DeliveryEnd, Permit};
use crate::engine::push::{Destination, PushKey};
use crate::engine::recorder::Recorder;

/// What came of one attempt.
#[derive(Debug)]
pub(super) enum Attempt {
    /// The consumer has all of it.
    Delivered,
    /// There is no point in trying again.
    Hopeless { cut: Cut, words: String },
    /// There is nothing to send, or not any more.
    Idle,
    /// Trying again may help.
    Passing { words: String, retry_after_s: Option<u32> },
}

/// Sends once, if the transfer runs.
pub(super) async fn attempt<P: Parts, F: Fetch, C: PushClient>(
    engine: &Arc<Engine<P>>,
    plane: &Plane<F, C>,
    key: &PushKey,
) -> Attempt {
    let (ours, pid) = key;
    let made = match engine.destination(ours, pid).await {
        Ok(None) => return Attempt::Idle,
        Ok(Some(destination)) => send(engine, plane, key, destination).await,
        Err(error) => Err(error),
    };
    let attempt = made.unwrap_or_else(|error| of_error(&error));
    // Whoever stopped it has said so already.
    match (&attempt, engine.destination(ours, pid).await) {
        (Attempt::Passing { .. } | Attempt::Hopeless { .. }, Ok(None)) => Attempt::Idle,
        _ => attempt,
    }
}

async fn send<P: Parts, F: Fetch, C: PushClient>(
    engine: &Arc<Engine<P>>,
    plane: &Plane<F, C>,
    (ours, pid): &PushKey,
    to: Destination,
) -> Result<Attempt, EngineError> {
    let passing = |words: String| Attempt::Passing { words, retry_after_s: None };
    let line = match plane.client.connect(ours, &to.peer, &to.url).await {
        Ok(line) => line,
        Err(error) if error.passing => return Ok(passing(error.to_string())),
        Err(error) => {
            return Ok(Attempt::Hopeless { cut: Cut::PushFailed, words: error.to_string() });
        }
    };
    let participant = engine.hosted().by_did(ours).ok_or(EngineError::NotFound)?.clone();
    let permit = engine.permit_push(&participant, line.peer(), pid).await?;
    let (root, fetch) = (plane.roots.get(ours), plane.sources.get(ours));
    let (Some(root), Some(fetch)) = (root, fetch) else { return Err(EngineError::NotFound) };
    let (_, dataset) = engine.dataset(ours, permit.dataset()).await?;
    let opened = open(&dataset.source, &dataset.media_type, &Demand::default(), root, fetch).await;
    let opened = match opened {
        Ok(Answer::Opened(opened)) => opened,
        Ok(Answer::NotModified { .. } | Answer::Unsatisfiable { .. }) => {
            return Err(EngineError::Internal { what: "a whole body" });
        }
        Err(error) => {
            tracing::error!(%error, code = error.code(), "a source cannot be read");
            let (granted, _admission) = permit.split();
            let recorder = Recorder::new(engine.clone(), ours.clone(), granted);
            let end = DeliveryEnd::Stopped { code: error.code().to_owned() };
            recorder.ended(end, 0, Digest::of(&[])).await;
            return Ok(passing("the source cannot be read at present".to_owned()));
        }
    };
    Ok(deliver_through(engine, line, (ours, permit), opened, to).await)
}

async fn deliver_through<P: Parts, L: PushLine>(
    engine: &Arc<Engine<P>>,
    line: L,
    (ours, permit): (&Did, Permit),
    opened: Opened,
    to: Destination,
) -> Attempt {
    let (granted, admission) = permit.split();
    let head = PushHead {
        url: to.url,
        bearer: to.bearer,
        delivery: granted.delivery().to_string(),
        media_type: opened.media_type.clone(),
        length: opened.length(),
        version: opened.version.clone(),
    };
    let recorder = Recorder::new(engine.clone(), ours.clone(), granted);
    let (sender, ended) = oneshot::channel();
    let control = Control {
        clock: engine.shared_clock(),
        pace: Pace::of(engine.limits()),
        meter: Meter::default(),
        line: line.breaker(),
        lender: recorder.loan().map(|loan| Box::new(loan) as _),
        end: Box::new(Sink { recorder: Some(recorder), sender: Some(sender) }),
    };
    let delivery = deliver(opened, admission, control);
    let answer = line.send(head, delivery).await;
    // The delivery is gone with the call, so its end is known.
    let Ok((recorder, end)) = ended.await else {
        return Attempt::Passing { words: "the process is ending".to_owned(), retry_after_s: None };
    };
    let (attempt, code) = judge(&end.outcome, answer);
    let how = match code {
        None => DeliveryEnd::Finished,
        Some(code) => DeliveryEnd::Stopped { code },
    };
    recorder.ended(how, end.bytes, end.sha256).await;
    attempt
}

/// What the delivery's end and the consumer's answer mean, and the code for the log unless all has
/// come over.
fn judge(
    outcome: &Outcome,
    answer: Result<PushAnswer, crate::data::pull::ClientError>,
) -> (Attempt, Option<String>) {
    let passing = |words: &str, code: &str| {
        let words = words.to_owned();
        (Attempt::Passing { words, retry_after_s: None }, Some(code.to_owned()))
    };
    match (outcome, answer) {
        (Outcome::Cut { reason: Cut::ShuttingDown }, _) => {
            (Attempt::Idle, Some(Cut::ShuttingDown.code().to_owned()))
        }
        (Outcome::Cut { reason }, _) => passing("it was cut", reason.code()),
        (Outcome::SourceFailed { code }, _) => passing("the source broke off", code),
        (Outcome::Finished, Ok(answer)) if (200..300).contains(&answer.status) => {
            (Attempt::Delivered, None)
        }
        (Outcome::Finished | Outcome::ReaderGone, Ok(answer)) => refused(&answer),
        (Outcome::Finished | Outcome::ReaderGone, Err(error)) => {
            let words = error.to_string();
            let attempt = if error.passing {
                Attempt::Passing { words, retry_after_s: None }
            } else {
                Attempt::Hopeless { cut: Cut::PushFailed, words }
            };
            (attempt, Some(error.code.to_owned()))
        }
    }
}

/// The consumer does not take it.
fn refused(answer: &PushAnswer) -> (Attempt, Option<String>) {
    let refusal = DataRefusal::read(answer.status, answer.retry_after_s, &answer.body);
    let words = format!("the consumer refused: {} ({})", refusal.reason, refusal.code);
    let attempt = match answer.status {
        408 | 429 | 500..=599 => Attempt::Passing { words, retry_after_s: answer.retry_after_s },
        // It took the head of the answer before all had been sent: a success that makes no sense.
        200..=299 => Attempt::Passing { words, retry_after_s: None },
        _ => Attempt::Hopeless { cut: Cut::PushFailed, words },
    };
    (attempt, Some("refused-by-consumer".to_owned()))
}

fn of_error(error: &EngineError) -> Attempt {
    let words = error.to_string();
    match error {
        EngineError::Denied { code: AGREEMENT_ENDED, .. } => {
            Attempt::Hopeless { cut: Cut::AgreementEnded, words }
        }
        EngineError::Denied { .. } => Attempt::Hopeless { cut: Cut::RuleRefuses, words },
        EngineError::NotFound | EngineError::Internal { .. } => {
            Attempt::Hopeless { cut: Cut::PushFailed, words }
        }
        EngineError::Busy { .. }
        | EngineError::Commit(_)
        | EngineError::Json(_)
        | EngineError::Message(_)
        | EngineError::NotJoined
        | EngineError::Read(_)
        | EngineError::Refused(_)
        | EngineError::Unsent(_) => Attempt::Passing { words, retry_after_s: None },
    }
}

/// Hands the recorder back at the end; the consumer's answer decides how it ended.
struct Sink<P: Parts> {
    recorder: Option<Recorder<P>>,
    sender: Option<oneshot::Sender<(Recorder<P>, StreamEnd)>>,
}

impl<P: Parts> EndSink for Sink<P> {
    fn window(&mut self, so_far: SoFar) {
        if let Some(recorder) = &mut self.recorder {
            recorder.window(so_far.bytes, so_far.sha256);
        }
    }

    fn ended(mut self: Box<Self>, end: StreamEnd) {
        let (Some(recorder), Some(sender)) = (self.recorder.take(), self.sender.take()) else {
            return;
        };
        // Nobody waits when the process stops: the next start records the end.
        let _ = sender.send((recorder, end));
    }
}
