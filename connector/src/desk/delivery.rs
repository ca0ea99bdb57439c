//! Deliveries as people follow them: from the transfer, what was recorded of it, and the pull that
//! runs now.

mod cut;
mod suspend;

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use policy::Verdict;
use protocol::Role;
use protocol::transfer::{Flow as Direction, State};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use wire::did::Did;
use wire::digest::Digest;

use self::cut::cut_words;
use super::Inner;
use super::contract::{contract_id, duration};
use super::words::of_why;
use crate::clock::Clock;
use crate::data::pull::Progress;
use crate::engine::error::EngineError;
use crate::engine::judge::Exercise;
use crate::engine::parts::Parts;
use crate::engine::transfer::FoundTransfer;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{ContractId, DeliveryId, DeliveryOutcome, DeliveryView, Wait, Words};
use crate::record::agreement::AgreementRecord;
use crate::record::delivery::{self, FlowRecord, PullRecord, PullResult};
use crate::store::{Key, Kind, Store};

/// The most deliveries of one answer.
const DELIVERIES_MAX: usize = 1_000;
/// Transfers that are read from the store at once.
const PAGE: usize = 1_000;
/// More bytes alone do not answer a wait before this time has gone by, in milliseconds.
const NEWS_MS_MIN: i64 = 200;

/// How a delivery went, as far as it is known.
#[derive(Default)]
struct Course {
    bytes: u64,
    bytes_total: Option<u64>,
    media_type: Option<String>,
    finished: Option<Timestamp>,
    outcome: Option<DeliveryOutcome>,
    code: Option<String>,
    why: Option<Words>,
    remedy: Option<Words>,
    digest: Option<Digest>,
}

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn delivery(
        &self,
        actor: &Actor,
        id: &DeliveryId,
        wait: Wait,
    ) -> Answer<DeliveryView> {
        let ours = actor.participant();
        let mut watch = self.engine.watch();
        let pid = self.find_transfer(ours, id).await?.pid;
        let mut news = std::pin::pin!(self.news_due());
        let mut may_answer = false;
        let waiting = async {
            loop {
                let mut progress = self.running.watch(ours, &pid);
                let found = self.engine.transfer(ours, &pid).await?;
                let view = self.delivery_view(ours, &found).await?;
                let more = wait.seen.is_some_and(|seen| seen != view.bytes);
                if view.outcome.is_some() || (more && may_answer) {
                    return Ok(view);
                }
                tokio::select! {
                    () = &mut news, if !may_answer => may_answer = true,
                    () = advanced(&mut progress) => {}
                    change = watch.recv() => match change {
                        Ok(_) | Err(RecvError::Lagged(_)) => {}
                        Err(RecvError::Closed) => return Ok(view),
                    },
                }
            }
        };
        match tokio::time::timeout(duration(wait), waiting).await {
            Ok(view) => view,
            Err(_) => {
                let found = self.engine.transfer(ours, &pid).await?;
                self.delivery_view(ours, &found).await
            }
        }
    }

    pub(super) async fn deliveries(
        &self,
        actor: &Actor,
        contract: Option<&ContractId>,
    ) -> Answer<Vec<DeliveryView>> {
        let ours = actor.participant();
        if let Some(id) = contract {
            let found = self.find_contract(ours, id).await?;
            return match &found.agreement {
                Some(agreed) => self.deliveries_under(ours, agreed).await,
                None => Ok(Vec::new()),
            };
        }
        let mut transfers = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.engine.transfers(ours, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.pid.clone());
            transfers.extend(page);
        }
        self.views(ours, transfers).await
    }

    /// The deliveries under an agreement, newest first.
    pub(super) async fn deliveries_under(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
    ) -> Answer<Vec<DeliveryView>> {
        let transfers = self.engine.transfers_under(ours, &agreed.id, &agreed.peer).await?;
        self.views(ours, transfers).await
    }

    async fn views(
        &self,
        ours: &Did,
        mut transfers: Vec<FoundTransfer>,
    ) -> Answer<Vec<DeliveryView>> {
        transfers.sort_by(|one, other| {
            let by_id = || one.pid.cmp(&other.pid);
            other.record.opened.cmp(&one.record.opened).then_with(by_id)
        });
        let mut views = Vec::new();
        for found in transfers.iter().take(DELIVERIES_MAX) {
            views.push(self.delivery_view(ours, found).await?);
        }
        Ok(views)
    }

    /// One delivery as it stands now.
    pub(super) async fn delivery_view(
        &self,
        ours: &Did,
        found: &FoundTransfer,
    ) -> Answer<DeliveryView> {
        let process = &found.record.process;
        let agreed = self.engine.agreement(ours, &process.agreement_id, &process.peer).await?.1;
        let course = match process.role {
            Role::Consumer => self.received(ours, found).await?,
            Role::Provider => self.sent(ours, found).await?,
        };
        let held_at = match (&course.outcome, &course.digest) {
            (Some(DeliveryOutcome::Complete), Some(digest)) if process.role == Role::Consumer => {
                self.held_at(ours, &agreed, digest).await
            }
            (_, _) => None,
        };
        let id = DeliveryId::parse(&found.pid);
        Ok(DeliveryView {
            id: id.map_err(|_| EngineError::Internal { what: "a delivery's id" })?,
            contract: contract_id(&agreed.negotiation)?,
            role: process.role,
            protocol_state: process.state.map_or("", State::name).to_owned(),
            bytes: course.bytes,
            bytes_total: course.bytes_total,
            media_type: match course.media_type {
                Some(media_type) => Some(media_type),
                None => self.media_type(ours, found).await?,
            },
            started: found.record.opened,
            finished: course.finished,
            outcome: course.outcome,
            code: course.code,
            why: course.why,
            remedy: course.remedy,
            digest: course.digest.map(|digest| digest.to_string()),
            held_at,
        })
    }

    /// What came of a transfer that we asked for.
    async fn received(&self, ours: &Did, found: &FoundTransfer) -> Answer<Course> {
        let pull = self.row::<PullRecord>(ours, delivery::pull_id(&found.pid)).await?;
        if let Some(progress) = self.running.watch(ours, &found.pid) {
            let Progress { bytes, total } = *progress.borrow();
            return Ok(Course { bytes, bytes_total: total, ..Course::default() });
        }
        let Some(pull) = pull else {
            let course = self.sent(ours, found).await?;
            return Ok(match found.record.process.flow {
                // A hand-over reads through it.
                Direction::Pull => course,
                Direction::Push => pushed(course, found),
            });
        };
        let Some(end) = pull.end else {
            // The process died over it, and nobody goes on with it yet.
            let result = PullResult::Failed {
                code: "pull-interrupted".to_owned(),
                reason: "the connector stopped in the middle".to_owned(),
                remedy: "pull again: it goes on where it broke off".to_owned(),
            };
            return Ok(course_of(result, Course::default()));
        };
        let course = Course { bytes: end.bytes, finished: Some(end.at), ..Course::default() };
        // Who ended the transfer said why; what was cut knows only that it was.
        let ended = found.record.process.state == Some(State::Terminated);
        Ok(match (end.result, found.record.why.as_ref().filter(|_| ended)) {
            (PullResult::Cut { .. }, Some(why)) => {
                let (told, outcome) = (of_why(why), Some(DeliveryOutcome::Cut));
                let (code, reason) = (Some(why.code.clone()), Some(told.reason));
                Course { outcome, code, why: reason, remedy: Some(told.remedy), ..course }
            }
            (result, _) => course_of(result, course),
        })
    }

    /// What came of a transfer, by its latest delivery and its state.
    async fn sent(&self, ours: &Did, found: &FoundTransfer) -> Answer<Course> {
        let flow = self.row::<FlowRecord>(ours, delivery::flow_id(&found.pid)).await?;
        let end = flow.as_ref().and_then(|flow| flow.ended.as_ref());
        // What is pushed is always the whole.
        let is_push = found.record.process.flow == Direction::Push;
        let mut course = Course {
            digest: end.filter(|end| end.code.is_none() && is_push).map(|end| end.digest),
            bytes: end.map_or(0, |end| end.bytes),
            finished: end.map(|end| end.at),
            ..Course::default()
        };
        let process = &found.record.process;
        let stopped = end.and_then(|end| end.code.clone());
        match process.state {
            Some(State::Terminated) => {
                let told = found.record.why.as_ref().map(|why| (why.code.clone(), of_why(why)));
                course.outcome = Some(match (&flow, &end) {
                    (None, _) => DeliveryOutcome::Refused,
                    (Some(_), Some(end)) if end.code.is_none() => DeliveryOutcome::Complete,
                    (Some(_), _) => DeliveryOutcome::Cut,
                });
                course.finished.get_or_insert(process.since);
                if course.outcome != Some(DeliveryOutcome::Complete) {
                    course.code = told.as_ref().map(|(code, _)| code.clone()).or(stopped);
                    course.why = told.as_ref().map(|(_, told)| told.reason.clone());
                    course.remedy = told.map(|(_, told)| told.remedy);
                }
            }
            Some(State::Completed) => {
                course.outcome = Some(DeliveryOutcome::Complete);
                course.finished.get_or_insert(process.since);
            }
            Some(State::Requested | State::Started | State::Suspended) | None => {
                if let Some(code) = stopped {
                    course.outcome = Some(DeliveryOutcome::Cut);
                    course.why = Some(cut_words(&code));
                    course.code = Some(code);
                } else if end.is_some() {
                    course.outcome = Some(DeliveryOutcome::Complete);
                }
            }
        }
        Ok(course)
    }

    async fn media_type(&self, ours: &Did, found: &FoundTransfer) -> Answer<Option<String>> {
        let (process, dataset) = (&found.record.process, &found.record.dataset);
        match process.role {
            Role::Consumer => {
                Ok(self.known(ours, &process.peer, dataset).await?.and_then(|it| it.media_type))
            }
            Role::Provider => match self.engine.dataset(ours, dataset).await {
                Ok((_, dataset)) => Ok(Some(dataset.media_type)),
                Err(EngineError::NotFound) => Ok(None),
                Err(error) => Err(error.into()),
            },
        }
    }

    /// Where the bytes lie, while they do and the contract permits reading them.
    async fn held_at(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
        digest: &Digest,
    ) -> Option<String> {
        if !agreed.stands() {
            return None;
        }
        let (_, standing) = self.engine.member(ours).ok()?;
        let now = self.engine.clock().now();
        let exercise = Exercise::Ongoing(None);
        let decision = self.engine.judge_agreement(ours, &standing, agreed, now, exercise).await;
        let decision = decision.ok()?;
        if decision.verdict != Verdict::Permit {
            return None;
        }
        let path = self.held(ours).slot(&agreed.peer, &agreed.id).data(digest);
        let path: PathBuf = std::path::absolute(path).ok()?;
        path.exists().then(|| path.display().to_string())
    }

    async fn row<T: serde::de::DeserializeOwned + Send>(
        &self,
        ours: &Did,
        id: String,
    ) -> Answer<Option<T>> {
        let found = self.engine.store().get_json(&Key::new(ours, Kind::Delivery, id)).await;
        Ok(found.map_err(EngineError::from)?.map(|(_, row)| row))
    }

    async fn news_due(&self) {
        let clock = self.engine.clock();
        let due = clock.now().saturating_add(SignedDuration::from_millis(NEWS_MS_MIN));
        clock.sleep_until(due.unwrap_or(Timestamp::MAX)).await;
    }
}

/// Resolves when a running pull has come on or has ended; never when none runs.
async fn advanced(progress: &mut Option<watch::Receiver<Progress>>) {
    match progress {
        Some(progress) => {
            // An error says that it has ended.
            let _ = progress.changed().await;
        }
        None => std::future::pending().await,
    }
}

/// What is sent to us is over with its transfer: an attempt that broke off is made again.
fn pushed(course: Course, found: &FoundTransfer) -> Course {
    if found.record.process.is_over() {
        return course;
    }
    Course { bytes: course.bytes, ..Course::default() }
}

fn course_of(result: PullResult, course: Course) -> Course {
    let said = |outcome, code, reason: String, remedy: String| (outcome, code, reason, remedy);
    let (outcome, code, reason, remedy) = match result {
        PullResult::Complete { digest, media_type } => {
            return Course {
                outcome: Some(DeliveryOutcome::Complete),
                bytes_total: Some(course.bytes),
                digest: Some(digest),
                media_type: Some(media_type),
                ..course
            };
        }
        PullResult::Cut { code } => {
            let why = Some(cut_words(&code));
            let remedy = Some(Words::new(
                "Den Vertrag ansehen: dort steht der Grund.",
                "look at the contract: it says why",
            ));
            let outcome = Some(DeliveryOutcome::Cut);
            return Course { outcome, code: Some(code), why, remedy, ..course };
        }
        PullResult::Failed { code, reason, remedy } => {
            said(DeliveryOutcome::Failed, code, reason, remedy)
        }
        PullResult::Refused { code, reason, remedy } => {
            said(DeliveryOutcome::Refused, code, reason, remedy)
        }
    };
    let told = super::words::of_code(&code);
    let (why, remedy) = match told {
        Some(told) => (told.reason, told.remedy),
        None => match crate::data::words::of_code(&code) {
            Some((why, next)) => (theirs(reason, why), theirs(remedy, next)),
            None => (Words::same(reason), Words::same(remedy)),
        },
    };
    let (why, remedy) = (Some(why), Some(remedy));
    Course { outcome: Some(outcome), code: Some(code), why, remedy, ..course }
}

/// Our German beside the English words that came, which may say more than ours.
fn theirs(said: String, ours: Words) -> Words {
    if said.is_empty() { ours } else { Words::new(ours.de, said) }
}
