//! A data space in one process for tests: Ulm, Neu-Ulm, a vetted company and one that is not. The
//! transport leads back into the same engine, and data passes both gates.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use audit::entry::{Body, Entry, Verdict};
use bytes::Bytes;
use identity::testing::World;
use identity::trust::{Member, Status, TrustList};
use jiff::{SignedDuration, Timestamp};
use policy::book::kind;
use protocol::message::MessageKind;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::watch;
use wire::dataspace::DataspaceId;
use wire::did::Did;

use super::super::{Connector, Made};
use super::flow::{Flow, LocalData};
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::catalog::filter::Filter;
use crate::engine::catalog::{Place, Wanted, service};
use crate::engine::decider::ByRule;
use crate::engine::negotiation::Incoming;
use crate::engine::openings::Files;
use crate::engine::parts::{Answer, Pages, Parts, Request, Transport, Unsent};
use crate::engine::{self, Engine};
use crate::home::Home;
use crate::http::DSP_PATH;
use crate::ids::CountedIds;
use crate::log::Sequencer;
use crate::management::actor::{AccountRole, Actor};
use crate::management::desk::{Answer as Said, Desk as _};
use crate::management::view::{CatalogView, PeerName};
use crate::participant::{Hosted, Keys, Participant, Standing};
use crate::store::Embedded;

pub(super) const NOW: &str = "2026-05-01T12:00:00Z";

/// What is published.
pub(super) const DATA: &[u8] = b"place,free\nMarkt,17\nDonau,4\n";

/// What counts as a pause, in seconds; every limit on who sends nothing is longer.
const PAUSE_S_MAX: i64 = 5;

/// A clock that is set by hand.
#[derive(Debug)]
pub(super) struct HandClock {
    now: watch::Sender<Timestamp>,
    /// Until when those who sleep want to.
    sleeps: watch::Sender<Vec<Timestamp>>,
}

impl HandClock {
    fn at(now: Timestamp) -> Self {
        Self { now: watch::channel(now).0, sleeps: watch::channel(Vec::new()).0 }
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.now.send_modify(|now| *now += SignedDuration::from_secs(seconds));
    }

    /// Waits until somebody pauses, and lets the pause be over. No other time passes: whoever works
    /// is not overtaken by the clock, however slowly it works.
    pub(super) async fn pass_pause(&self) {
        let now = self.now();
        let last = now + SignedDuration::from_secs(PAUSE_S_MAX);
        let pause = |sleeps: &[Timestamp]| {
            sleeps.iter().filter(|due| **due > now && **due <= last).min().copied()
        };
        let mut sleeps = self.sleeps.subscribe();
        let due = pause(&sleeps.wait_for(|sleeps| pause(sleeps).is_some()).await.unwrap());
        self.now.send_replace(due.unwrap());
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn sleep_until(&self, at: Timestamp) {
        self.sleeps.send_modify(|sleeps| sleeps.push(at));
        let _sleep = Sleep { sleeps: &self.sleeps, at };
        self.now.subscribe().wait_for(|now| *now >= at).await.unwrap();
    }
}

/// One that sleeps, for as long as it lives.
struct Sleep<'a> {
    sleeps: &'a watch::Sender<Vec<Timestamp>>,
    at: Timestamp,
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.sleeps.send_modify(|sleeps| {
            let at = sleeps.iter().position(|at| *at == self.at).unwrap();
            sleeps.swap_remove(at);
        });
    }
}

#[derive(Debug)]
pub(super) struct TestParts;

impl Parts for TestParts {
    type Store = Embedded;
    type Clock = HandClock;
    type Ids = CountedIds;
    type Transport = Loop;
    type Decider = ByRule;
}

/// Leads back into the same engine.
#[derive(Debug, Default)]
pub(super) struct Loop {
    engine: OnceLock<Weak<Engine<TestParts>>>,
    pub(super) is_down: AtomicBool,
}

impl Transport for Loop {
    async fn exchange(&self, from: &Did, to: &Did, request: Request) -> Result<Answer, Unsent> {
        if self.is_down.load(Ordering::SeqCst) {
            let words = "nobody is there".to_owned();
            return Err(Unsent { code: "connection-broken", words, passing: true });
        }
        let engine = self.engine.get().and_then(Weak::upgrade).unwrap();
        let base = format!("https://{}{DSP_PATH}", to.host());
        let path = request.url.strip_prefix(&base).expect("an address under the partner's base");
        Ok(answer(&engine, from, to, path, request.body.as_deref()).await)
    }

    async fn dsp_base(&self, _: &Did, to: &Did) -> Result<String, Unsent> {
        Ok(format!("https://{}{DSP_PATH}", to.host()))
    }
}

async fn answer(
    engine: &Engine<TestParts>,
    from: &Did,
    to: &Did,
    path: &str,
    body: Option<&[u8]>,
) -> Answer {
    let (ours, standing) = engine.member(to).unwrap();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let incoming = |expected, pid| Incoming {
        participant: &ours,
        standing: standing.clone(),
        peer: from,
        expected,
        pid,
        body: body.unwrap(),
    };
    let done = match segments.as_slice() {
        ["catalog", ..] => return catalog(engine, from, to, &segments).await,
        ["negotiations", rest @ ..] => {
            let (pid, kind) = match rest {
                ["request"] => (None, MessageKind::ContractRequestMessage),
                ["offers"] => (None, MessageKind::ContractOfferMessage),
                [pid, "request"] => (Some(*pid), MessageKind::ContractRequestMessage),
                [pid, "offers"] => (Some(*pid), MessageKind::ContractOfferMessage),
                [pid, "agreement"] => (Some(*pid), MessageKind::ContractAgreementMessage),
                [pid, "agreement", "verification"] => {
                    (Some(*pid), MessageKind::ContractAgreementVerificationMessage)
                }
                [pid, "events"] => (Some(*pid), MessageKind::ContractNegotiationEventMessage),
                [pid, "termination"] => {
                    (Some(*pid), MessageKind::ContractNegotiationTerminationMessage)
                }
                other => panic!("{other:?}"),
            };
            engine.receive_negotiation(incoming(kind, pid)).await
        }
        ["transfers", rest @ ..] => {
            let (pid, kind) = match rest {
                ["request"] => (None, MessageKind::TransferRequestMessage),
                [pid, "start"] => (Some(*pid), MessageKind::TransferStartMessage),
                [pid, "completion"] => (Some(*pid), MessageKind::TransferCompletionMessage),
                [pid, "termination"] => (Some(*pid), MessageKind::TransferTerminationMessage),
                other => panic!("{other:?}"),
            };
            engine.receive_transfer(incoming(kind, pid)).await
        }
        ["agreements", id, "termination"] => {
            let kind = MessageKind::TransferTerminationMessage;
            engine.receive_agreement_end(&incoming(kind, Some(*id))).await
        }
        other => panic!("{other:?}"),
    };
    match done {
        Ok(reply) => {
            let answer = told(reply.status, &reply.body);
            reply.errands.release(engine);
            answer
        }
        Err(error) => {
            let told_by = error.problem();
            told(told_by.status, &told_by.negotiation_body(None, None))
        }
    }
}

/// What a catalogue request is answered.
async fn catalog(engine: &Engine<TestParts>, from: &Did, to: &Did, segments: &[&str]) -> Answer {
    let (ours, standing) = engine.member(to).unwrap();
    match segments {
        ["catalog", "request"] => {
            let (place, filter) = (Place::Start, Filter::default());
            let wanted = Wanted { place: &place, limit: 50, filter: &filter };
            let page = engine.catalog_page(&ours, &standing, from, wanted).await.unwrap();
            let mut catalog = json!({
                "@context": [protocol::context::DSP], "@id": "urn:c", "@type": "Catalog",
                "participantId": to.as_str(), "service": [service(&ours)],
            });
            if !page.datasets.is_empty() {
                let datasets = page.datasets.iter().map(|it| parsed(&it.json()));
                catalog["dataset"] = datasets.collect();
            }
            told(200, &catalog)
        }
        ["catalog", "datasets", id] => {
            match engine.catalog_dataset(&ours, &standing, from, id).await {
                Ok(dataset) => {
                    let mut dataset = parsed(&dataset.json());
                    dataset["@context"] = json!([protocol::context::DSP]);
                    told(200, &dataset)
                }
                Err(error) => told(error.problem().status, &json!({})),
            }
        }
        other => panic!("{other:?}"),
    }
}

fn parsed(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

fn told(status: u16, body: &serde_json::Value) -> Answer {
    let body = Bytes::from(body.to_string());
    Answer { status, body, pages: Pages::default(), retry_after: None }
}

/// How the desk reads partners' data.
pub(super) type Reach = Box<dyn Fn(&Did, &Did) -> LocalData + Send + Sync>;

/// The data space.
pub(super) struct Space {
    pub(super) folder: TempDir,
    pub(super) engine: Arc<Engine<TestParts>>,
    pub(super) desk: Connector<TestParts, Reach>,
    pub(super) flow: Arc<Flow>,
    pub(super) config: Arc<Config>,
    pub(super) sequencer: Arc<Sequencer<TestParts>>,
}

pub(super) fn did(name: &str) -> Did {
    Did::parse(&format!("did:web:{name}.example")).unwrap()
}

/// An account of a participant with every role.
pub(super) fn actor(name: &str, account: &str) -> Actor {
    Actor::for_test(did(name), account, &AccountRole::ALL)
}

impl Space {
    pub(super) fn new() -> Self {
        let at: Timestamp = NOW.parse().unwrap();
        let dataspace = DataspaceId::parse("did:web:authority.example").unwrap();
        let world = World::new(&did("authority"), dataspace.clone(), at).unwrap();
        let names = ["firm", "neu-ulm", "other", "ulm"];
        let all = names.map(|name| world.participant(&did(name)).unwrap());
        let members = all.iter().map(|one| Member {
            certificates: [].into(),
            did: one.did.clone(),
            name: None,
            registration: one.registration(),
            status: Status::Active,
            vetted_as: (one.did == did("firm"))
                .then(|| kind("mobility-service").unwrap())
                .into_iter()
                .collect(),
        });
        let list = Arc::new(TrustList {
            authority: did("authority"),
            authorities: Vec::new(),
            dataspace: dataspace.clone(),
            expires: at + SignedDuration::from_hours(24 * 700),
            issued: at,
            witness: None,
            members: members.collect(),
            number: 1,
        });
        let trust = world.trust().unwrap();
        let hosted = Hosted::new(all.into_iter().map(|one| {
            let material = one.material(trust.clone()).unwrap();
            let url = format!("https://{}", one.did.host());
            let keys =
                Keys { agreement: one.agreement_key, checkpoint: one.log_key, did: one.did_key };
            let ours = Participant::new(one.did.clone(), one.did.to_string(), url, keys);
            let (dataspace, list) = (dataspace.clone(), list.clone());
            ours.set_standing(Standing { dataspace, material, list });
            Arc::new(ours)
        }));
        let config: Config = toml::from_str(
            "[listen]\nmutual = \"127.0.0.1:1\"\npublic = \"127.0.0.1:1\"\n\
             management = \"127.0.0.1:1\"\nhandover = \"127.0.0.1:8181\"\n\
             [store]\nengine = \"memory\"\ndisk_reserve_mib = 0\n",
        )
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let engine = Arc::new(Engine::<TestParts>::new(engine::Made {
            store: Embedded::memory().unwrap(),
            clock: Arc::new(HandClock::at(at)),
            ids: CountedIds::default(),
            transport: Loop::default(),
            decider: ByRule,
            hosted,
            limits: config.limits.clone(),
            openings: Arc::new(Files::new(home)),
        }));
        engine.transport().engine.set(Arc::downgrade(&engine)).unwrap();
        tokio::spawn(crate::worker::run_outbox(engine.clone(), crate::worker::spawn));
        let (flow, config) = (Arc::new(Flow::default()), Arc::new(config));
        let sequencer = Arc::new(Sequencer::new(engine.clone(), Home::at(folder.path())));
        let desk = desk(&engine, &flow, &config, &folder, &sequencer);
        Self { folder, engine, desk, flow, config, sequencer }
    }

    /// Another desk over the same engine, which knows nothing of what the first one has running.
    pub(super) fn another_desk(&self) -> Connector<TestParts, Reach> {
        desk(&self.engine, &self.flow, &self.config, &self.folder, &self.sequencer)
    }

    /// A page of a partner's whole catalogue.
    pub(super) async fn catalog(
        &self,
        actor: &Actor,
        peer: &PeerName,
        page: Option<&str>,
    ) -> Said<CatalogView> {
        self.desk.catalog(actor, peer, page, &Filter::default()).await
    }

    /// A participant's log.
    pub(super) async fn log(&self, name: &str) -> Vec<Entry> {
        let page = crate::log::page::page(&self.engine, &did(name), 0, 1_000, |_| true).await;
        page.unwrap().entries.into_iter().map(|row| row.entry).collect()
    }

    /// The first reason of each decision in a participant's log that denies something.
    pub(super) async fn denials(&self, name: &str) -> Vec<String> {
        let log = self.log(name).await;
        let denied = log.iter().filter(|entry| {
            matches!(entry.body, Body::DecisionMade { verdict: Verdict::Deny, .. })
        });
        denied.filter_map(|entry| Some(entry.reasons.first()?.as_str().to_owned())).collect()
    }

    /// How many entries of each type stand in a participant's log.
    pub(super) async fn types(&self, name: &str) -> BTreeMap<String, usize> {
        let mut types = BTreeMap::new();
        for entry in self.log(name).await {
            *types.entry(entry.entry_type().to_string()).or_default() += 1;
        }
        types
    }
}

fn desk(
    engine: &Arc<Engine<TestParts>>,
    flow: &Arc<Flow>,
    config: &Arc<Config>,
    folder: &TempDir,
    sequencer: &Arc<Sequencer<TestParts>>,
) -> Connector<TestParts, Reach> {
    let home = Home::at(folder.path());
    let (read, flow) = (engine.clone(), flow.clone());
    let partners: Reach = Box::new(move |from: &Did, to: &Did| LocalData {
        engine: read.clone(),
        flow: flow.clone(),
        from: from.clone(),
        to: to.clone(),
    });
    let sequencer = sequencer.clone();
    let (engine, config) = (engine.clone(), config.clone());
    let book = Arc::new(policy::Book::shipped().clone());
    Connector::new(Made { engine, home, config, partners, sequencer, office: None, book })
}
