//! For tests: a whole data space in one process, on a memory store, with a clock that is set by
//! hand and a transport that leads back to the same process.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, Weak};

use audit::anchors::{Anchors, WitnessPolicy};
use audit::checkpoint::{Checkpoint, origin};
use audit::entry::Shard;
use audit::log::{Head, append};
use audit::verify::{Report, verify_folder};
use bytes::Bytes;
use identity::keys::{OpensslVerify, PrivateKey};
use identity::testing::World;
use identity::trust::{Member, Status, TrustList, Witness as WitnessEntry};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tokio::sync::watch;
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::sign::Sign;

use super::witness::COUNTERSIGN_PATH;
use super::{Sequencer, Witness, export};
use crate::clock::Clock;
use crate::config::Limits;
use crate::engine::decider::ByRule;
use crate::engine::draft::log_of;
use crate::engine::openings::Forgotten;
use crate::engine::parts::{Answer, Pages, Parts, Request, Transport, Unsent};
use crate::engine::{Engine, Made};
use crate::home::Home;
use crate::http::DSP_PATH;
use crate::ids::CountedIds;
use crate::participant::{Hosted, Keys, Participant, Standing};
use crate::store::{Embedded, Store};

/// A clock that stands still until it is told to go on.
#[derive(Debug)]
pub(super) struct HandClock(watch::Sender<Timestamp>);

impl HandClock {
    pub(super) fn at(text: &str) -> Self {
        Self(watch::channel(text.parse().unwrap()).0)
    }

    /// Goes on by `ms`, and lets everyone do what is due then.
    pub(super) async fn pass(&self, ms: i64) {
        self.0.send_modify(|now| *now += SignedDuration::from_millis(ms));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    async fn sleep_until(&self, at: Timestamp) {
        self.0.subscribe().wait_for(|now| *now >= at).await.unwrap();
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

/// Changes an answer on its way.
pub(super) type Twist = fn(Answer) -> Result<Answer, Unsent>;

/// Leads to the witness endpoints of the same process.
#[derive(Debug, Default)]
pub(super) struct Loop {
    witness: OnceLock<Weak<Witness<TestParts>>>,
    /// Changes the answers on their way.
    pub(super) twist: Mutex<Option<Twist>>,
    pub(super) calls: Mutex<Vec<String>>,
}

impl Transport for Loop {
    async fn exchange(&self, from: &Did, to: &Did, request: Request) -> Result<Answer, Unsent> {
        self.calls.lock().unwrap().push(request.url.clone());
        let witness = self.witness.get().and_then(Weak::upgrade).unwrap();
        let path = request.url.strip_prefix(&format!("https://{}", to.host())).unwrap();
        let reply = match (&request.body, path.split_once('?')) {
            (None, Some((_, query))) => witness.serve_consistency(to, query).await,
            (Some(body), None) => {
                assert_eq!(path, COUNTERSIGN_PATH);
                witness.serve_checkpoint(to, from, body).await
            }
            other => panic!("{other:?}"),
        };
        let body = Bytes::from(reply.body.to_string());
        let answer =
            Answer { status: reply.status, body, pages: Pages::default(), retry_after: None };
        let twist = *self.twist.lock().unwrap();
        twist.map_or(Ok(answer.clone()), |twist| twist(answer))
    }

    async fn dsp_base(&self, _: &Did, to: &Did) -> Result<String, Unsent> {
        Ok(format!("https://{}{DSP_PATH}", to.host()))
    }
}

/// Ulm, a firm and the authority.
pub(super) struct Space {
    pub(super) folder: TempDir,
    pub(super) engine: Arc<Engine<TestParts>>,
    pub(super) sequencer: Arc<Sequencer<TestParts>>,
    pub(super) witness: Arc<Witness<TestParts>>,
    pub(super) list: Arc<TrustList>,
}

pub(super) fn did(name: &str) -> Did {
    Did::parse(&format!("did:web:{name}.example")).unwrap()
}

pub(super) const NOW: &str = "2026-05-01T12:00:00Z";
pub(super) const SHARD: Shard = Shard::first(2026);

impl Space {
    pub(super) fn new() -> Self {
        Self::at(NOW)
    }

    pub(super) fn at(now: &str) -> Self {
        let at: Timestamp = now.parse().unwrap();
        let dataspace = DataspaceId::parse("did:web:authority.example").unwrap();
        let world = World::new(&did("authority"), dataspace.clone(), at).unwrap();
        let all = ["authority", "firm", "ulm"].map(|name| world.participant(&did(name)).unwrap());
        let [authority, members @ ..] = &all;
        let list = Arc::new(TrustList {
            authority: did("authority"),
            authorities: Vec::new(),
            dataspace: dataspace.clone(),
            expires: at + SignedDuration::from_hours(24 * 300),
            issued: at,
            witness: Some(WitnessEntry {
                key: authority.log_key.public_key(),
                name: "authority.example/witness".to_owned(),
            }),
            members: members
                .iter()
                .map(|one| {
                    let mut registration = one.registration();
                    registration.log_origin = one.did.host().to_owned();
                    Member {
                        certificates: [].into(),
                        did: one.did.clone(),
                        name: None,
                        registration,
                        status: Status::Active,
                        vetted_as: [].into(),
                    }
                })
                .collect(),
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
        let folder = tempfile::tempdir().unwrap();
        Self::over(Embedded::memory().unwrap(), hosted, HandClock::at(now), folder, list)
    }

    fn over(
        store: Embedded,
        hosted: Hosted,
        clock: HandClock,
        folder: TempDir,
        list: Arc<TrustList>,
    ) -> Self {
        let first = u64::from(folder.path().join("log").exists()) << 32;
        let engine = Arc::new(Engine::<TestParts>::new(Made {
            store,
            clock: Arc::new(clock),
            ids: CountedIds::starting_at(first),
            transport: Loop::default(),
            decider: ByRule,
            hosted,
            limits: Limits::default(),
            openings: Arc::new(Forgotten),
        }));
        let sequencer = Arc::new(Sequencer::new(engine.clone(), Home::at(folder.path())));
        let witness = Arc::new(Witness::new(sequencer.clone()));
        engine.transport().witness.set(Arc::downgrade(&witness)).unwrap();
        Self { folder, engine, sequencer, witness, list }
    }

    /// The same home and store in a new process.
    pub(super) fn restart(self) -> Self {
        let clock = HandClock::at(&self.engine.clock().now().to_string());
        let (store, hosted) = (self.engine.store().clone(), self.engine.hosted().clone());
        Self::over(store, hosted, clock, self.folder, self.list)
    }

    /// Commits `count` entries.
    pub(super) async fn log(&self, name: &str, count: usize) {
        for _ in 0..count {
            export::record(&self.engine, &did(name), "anna").await.unwrap();
        }
    }

    /// Commits `count` entries and signs them; the signed head.
    pub(super) async fn sign(&self, name: &str, count: usize) -> String {
        self.log(name, count).await;
        self.sequencer.sign_now(&did(name)).await.unwrap();
        self.note(name)
    }

    /// The newest signed head.
    pub(super) fn note(&self, name: &str) -> String {
        self.engine.heads().checkpoint(&did(name)).unwrap().to_string()
    }

    pub(super) fn key(&self, name: &str) -> &PrivateKey {
        &self.engine.hosted().by_did(&did(name)).unwrap().keys().checkpoint
    }

    /// A head of the log of `name` over its own first `size` entries and `more` that it never
    /// committed, signed by the key of `signer`.
    pub(super) async fn invent(
        &self,
        name: &str,
        size: u64,
        more: &[&[u8]],
        signer: &str,
    ) -> String {
        let log = log_of(&did(name), SHARD);
        let limit = usize::try_from(size).unwrap();
        let entries = self.engine.store().entries(&log, 0, limit).await.unwrap();
        let own = entries.iter().map(|entry| &*entry.value);
        let all: Vec<&[u8]> = own.chain(more.iter().copied()).collect();
        let head = append(&Head::empty(), &all).unwrap().head;
        let checkpoint = Checkpoint::of(origin(&did(name), SHARD), &head);
        checkpoint.sign(self.key(signer)).unwrap().to_string()
    }

    /// The folder of the first shard.
    pub(super) fn shard(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("log").join(did(name).host()).join("2026")
    }

    /// All entries of every type in the log of `name`, by what they are called.
    pub(super) async fn types(&self, name: &str) -> Vec<String> {
        let page = super::page::page(&self.engine, &did(name), 0, 1_000, |_| true).await.unwrap();
        page.entries.iter().map(|row| row.entry.entry_type().to_string()).collect()
    }

    /// Verifies what lies beneath `folder`, with the logs that are expected of `names`; no witness
    /// is demanded unless `quorum` says so.
    pub(super) async fn verify(&self, folder: &Path, names: &[&str], quorum: u64) -> Report {
        let mut seen = Vec::new();
        for name in names {
            let note = self.note(name).parse().unwrap();
            seen.push(audit::anchors::Seen { by: "nobody".to_owned(), checkpoint: note });
        }
        let expected = names.iter().map(|name| did(name)).collect();
        let text = super::anchors::anchors_of(&self.list, &expected, &seen);
        let mut anchors = Anchors::parse(text.as_bytes()).unwrap();
        anchors.policy = WitnessPolicy { quorum, tail_max: None };
        anchors.seen.clear();
        verify_folder(&files(folder), &anchors, &OpensslVerify)
    }
}

/// All files beneath a folder.
pub(super) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}
