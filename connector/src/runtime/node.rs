//! From a home folder to an engine with its participants: everything but sockets and workers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use identity::x509::Der;
use jiff::Timestamp;
use policy::Book;
use wire::did::Did;

use super::parts::Product;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError, MembershipSettings, ParticipantSettings};
use crate::data::source::root::{DataRoot, DataRootError};
use crate::engine::decider::{ByRule, Decider};
use crate::engine::openings::Files;
use crate::engine::{Engine, Made};
use crate::home::Home;
use crate::ids::SystemIds;
use crate::net::documents::Documents;
use crate::net::fetch::{Fetcher, Roots};
use crate::net::guard::Guard;
use crate::net::peers::Peers;
use crate::net::sources::Sources;
use crate::participant::folder::{Folder, FolderError};
use crate::participant::{Hosted, Participant};
use crate::store::{Embedded, OpenError, Settings};
use crate::trust::{self, Held, TrustFault};

/// A process's engine and what it runs on.
#[derive(Debug)]
pub struct Node {
    /// The home folder.
    pub home: Home,
    /// The settings.
    pub config: Config,
    /// The sentences and words that people read.
    pub book: Arc<Book>,
    /// The engine.
    pub engine: Arc<Engine<Product>>,
    /// The way to peers.
    pub peers: Peers<SystemClock>,
    /// Ordinary guarded HTTPS.
    pub fetcher: Fetcher,
    /// Where participants' files lie.
    pub roots: BTreeMap<Did, DataRoot>,
    /// What participants' network sources are read with.
    pub sources: BTreeMap<Did, Sources>,
    /// What each joined participant holds of its data space, for the refresher to go on from.
    pub held: Vec<(Arc<Participant>, Held)>,
}

/// Why a process does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The authority's office.
    #[error("the authority's office cannot be opened")]
    Authority {
        /// Why.
        #[source]
        source: Box<crate::authority::Refusal>,
    },
    /// A loopback listener, or `run/management.json`.
    #[error("the management listener or `run/management.json` cannot be used")]
    Local(#[source] std::io::Error),
    /// A participant's log.
    #[error("the log of `{participant}` cannot be used")]
    Log {
        /// Whose.
        participant: Did,
        /// Why.
        #[source]
        source: Box<crate::log::LogError>,
    },
    /// The home is a gate's, or it is none and was started as one.
    #[error("{}", if *.gate { "this home is a gate's" } else { "this home is no gate's" })]
    OtherKind {
        /// Whether it is a gate's.
        gate: bool,
    },
    /// The gate's own authority, or the files for its foreign connector.
    #[error("the gate cannot be made")]
    Gate(#[from] crate::gate::GateFault),
    /// The gate's own files.
    #[error("`{path}` cannot be used")]
    GateFile {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A gate's participant has not joined.
    #[error("`{participant}` belongs to no data space")]
    NotJoined {
        /// Who.
        participant: Did,
    },
    /// The settings name no participant.
    #[error("the settings name no participant")]
    NoParticipant,
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The sentences that replace those of this version.
    #[error(transparent)]
    Book(#[from] crate::book::BookFault),
    /// An entry of `net.allow` is no network.
    #[error("`net.allow` has an entry that is no network")]
    Network,
    /// Keys or certificates of a participant.
    #[error("the folder of `{participant}` cannot be used")]
    Folder {
        /// Whose.
        participant: Did,
        /// Why.
        #[source]
        source: FolderError,
    },
    /// What a participant holds of its data space.
    #[error("what `{participant}` holds of its data space cannot be used")]
    Trust {
        /// Whose.
        participant: Did,
        /// Why.
        #[source]
        source: TrustFault,
    },
    /// The data root of a participant.
    #[error("the data root of `{participant}` cannot be used")]
    DataRoot {
        /// Whose.
        participant: Did,
        /// Why.
        #[source]
        source: DataRootError,
    },
    /// The roots of public listeners.
    #[error("`{path}` has no certificates")]
    Roots {
        /// The file.
        path: PathBuf,
    },
    /// A listener.
    #[error(transparent)]
    Listen(#[from] crate::http::mutual::ListenError),
    /// The store.
    #[error("the store cannot be opened")]
    Store(#[from] OpenError),
    /// OpenSSL.
    #[error("OpenSSL cannot prepare connections")]
    Tls(#[from] identity::tls::TlsError),
}

impl Node {
    /// Opens the home: settings, store, participants. Nothing listens yet and nothing is sent.
    /// What the standard leaves open is decided by the rule.
    ///
    /// # Errors
    /// [`StartError`] names what cannot be used.
    pub fn open(home: Home) -> Result<Self, StartError> {
        Self::open_with(home, Arc::new(ByRule))
    }

    /// As [`Node::open`], with another decider, as the conformance kits need one: all else is as in
    /// the program.
    ///
    /// # Errors
    /// As [`Node::open`].
    pub fn open_with(home: Home, decider: Arc<dyn Decider>) -> Result<Self, StartError> {
        let config = Config::read(&home.config())?;
        let book = crate::book::of(&home, &config.policy)?;
        let clock = Arc::new(SystemClock::default());
        let store = open_store(&home, &config)?;
        let guard = Guard::new(&config.net).map_err(|_| StartError::Network)?;
        let web = roots(&home, &config)?;
        let fetcher = Fetcher::new(guard.clone(), web.clone());
        let any_source = Sources::new(&guard, &web);
        let listed = config.participants.iter();
        let listed = listed.map(|it| (it.did.clone(), any_source.listing(&it.sources)));
        let sources = listed.collect();

        let mut participants = Vec::new();
        let mut held = Vec::new();
        let mut data_roots = BTreeMap::new();
        for settings in &config.participants {
            let participant = participant(&home, settings)?;
            let foreign = config.gate.is_some();
            let participant = Arc::new(if foreign { participant.foreign() } else { participant });
            let did = settings.did.clone();
            let root = DataRoot::open(&home, &did, &settings.data_root)
                .map_err(|source| StartError::DataRoot { participant: did.clone(), source })?;
            data_roots.insert(did.clone(), root);
            // The authority's office looks after its own standing.
            let of_another = |membership: &&MembershipSettings| membership.authority != did;
            let membership = settings.membership.as_ref().filter(of_another);
            let found = trust::load(&home, &participant, membership, clock.now())
                .map_err(|source| StartError::Trust { participant: did, source })?;
            if let Some(found) = found {
                held.push((participant.clone(), found));
            }
            participants.push(participant);
        }
        let hosted = Hosted::new(participants);
        let documents = Documents::new(fetcher.clone(), clock.clone());
        let answer_timeout = Duration::from_millis(config.limits.answer_timeout_ms);
        let peers = Peers::new(hosted.clone(), documents, guard, clock.clone(), answer_timeout)?;
        let engine = Arc::new(Engine::new(Made {
            store,
            clock,
            ids: SystemIds,
            transport: peers.clone(),
            decider,
            hosted,
            limits: config.limits.clone(),
            openings: Arc::new(Files::new(home.clone())),
        }));
        Ok(Self { home, config, book, engine, peers, fetcher, roots: data_roots, sources, held })
    }

    /// No instant before the latest one in the store is ever shown, whatever the machine's clock
    /// says: what has expired stays expired.
    pub fn hold_time(&self, latest: Timestamp) {
        self.engine.clock().raise_floor(latest);
        let behind = self.engine.clock().behind_seconds();
        if behind > 0 {
            tracing::warn!(behind, "the machine's clock is behind the last entry of the log");
        }
    }
}

fn open_store(home: &Home, config: &Config) -> Result<Embedded, OpenError> {
    let reserve = config.store.disk_reserve_mib.saturating_mul(1024 * 1024);
    match config.store.engine.on_disk() {
        None => Embedded::memory(),
        Some(engine) => {
            let folder = home.store();
            Embedded::open(engine, &folder, Settings::of_folder(&folder, reserve))
        }
    }
}

fn participant(home: &Home, settings: &ParticipantSettings) -> Result<Participant, StartError> {
    let keys = Folder::of(home, &settings.did)
        .keys()
        .map_err(|source| StartError::Folder { participant: settings.did.clone(), source })?;
    let (did, name) = (settings.did.clone(), settings.name.clone());
    let participant = Participant::new(did, name, settings.mutual_url.clone(), keys);
    Ok(participant.with_partner_ids(settings.partner_ids.clone()))
}

fn roots(home: &Home, config: &Config) -> Result<Roots, StartError> {
    let Some(path) = &config.public.roots else { return Ok(Roots::Web) };
    let path = home.path().join(path);
    let pem = std::fs::read(&path).ok();
    let roots = pem.and_then(|pem| Der::from_pem(&pem).ok()).filter(|roots| !roots.is_empty());
    roots.map(Roots::Only).ok_or(StartError::Roots { path })
}
