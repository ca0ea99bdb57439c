//! A data space on this machine for tests: a founded authority whose public listener answers on a
//! real socket, and homes that join it.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use identity::enrol::{Code, Fingerprint};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use wire::did::Did;
use wire::iri::Iri;

use super::{Authority, Guest, Made, Unrecorded};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Limits};
use crate::home::Home;
use crate::http::public;
use crate::ids::SystemIds;
use crate::net::fetch::{Fetcher, Roots};
use crate::net::guard::Guard;
use crate::participant::folder::Folder;
use crate::participant::{Hosted, Participant};
use crate::setup::{self, Addresses, FoundOptions, InitOptions, JoinOptions, Joined, SetupFault};
use crate::store::Embedded;
use crate::trust::{self, Held};

/// The machine's time plus what a test adds: certificates are checked by libraries that ask the
/// machine.
#[derive(Debug)]
pub(crate) struct ShiftedClock {
    ahead_seconds: AtomicI64,
}

impl ShiftedClock {
    pub(crate) fn go_ahead(&self, seconds: i64) {
        self.ahead_seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds.load(Ordering::SeqCst));
        SystemClock::default().now() + ahead
    }

    async fn sleep_until(&self, _: Timestamp) {
        std::future::pending().await
    }
}

pub(crate) type TestAuthority = Authority<Embedded, ShiftedClock, SystemIds, Unrecorded>;

/// A data space.
pub(crate) struct Space {
    folder: TempDir,
    pub(crate) clock: Arc<ShiftedClock>,
    pub(crate) did: Did,
    pub(crate) home: Home,
    pub(crate) authority: Arc<TestAuthority>,
    pub(crate) participant: Arc<Participant>,
    pub(crate) fingerprint: Fingerprint,
}

/// A home that can join.
pub(crate) struct Town {
    pub(crate) did: Did,
    pub(crate) home: Home,
}

pub(crate) fn loopback(mutual_port: u16, public_port: u16) -> Addresses {
    let (management_port, handover_port) = (1, 2);
    Addresses { loopback: true, mutual_port, public_port, management_port, handover_port }
}

/// The participant of a home, without a standing.
pub(crate) fn participant(home: &Home, config: &Config) -> Arc<Participant> {
    let settings = &config.participants[0];
    let keys = Folder::of(home, &settings.did).keys().unwrap();
    let (did, name) = (settings.did.clone(), settings.name.clone());
    Arc::new(Participant::new(did, name, settings.mutual_url.clone(), keys))
}

impl Space {
    /// Founds a data space and starts its public listener.
    pub(crate) async fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("authority"));
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let clock = Arc::new(ShiftedClock { ahead_seconds: 0.into() });
        let options = FoundOptions {
            host: "authority.localhost".into(),
            name: "Test space".into(),
            leaf_days: 60,
            trust_list_hours: 48,
            addresses: loopback(9, port),
        };
        let founded = setup::found(&home, &options, &SystemIds, clock.now()).unwrap();
        let config = setup::config(&home).unwrap();
        let participant = participant(&home, &config);
        let made = Made {
            store: Embedded::memory().unwrap(),
            clock: clock.clone(),
            ids: SystemIds,
            record: Unrecorded,
            participant: participant.clone(),
            settings: config.authority.clone().unwrap(),
            on_change: Arc::new(|_| {}),
        };
        let authority = Arc::new(Authority::open(&home, made).await.unwrap());
        let hosted = Hosted::new([participant.clone()]);
        let server = public::listen(socket, hosted, authority.clone(), &Limits::default()).unwrap();
        tokio::spawn(server);
        let (did, fingerprint) = (founded.did, founded.fingerprint);
        Self { folder, clock, did, home, authority, participant, fingerprint }
    }

    /// A fresh home of a participant.
    pub(crate) fn town(&self, host: &str) -> Town {
        let home = Home::at(self.folder.path().join(host));
        let options = InitOptions {
            host: host.into(),
            name: host.into(),
            gate: None,
            addresses: loopback(9443, 9444),
        };
        let did = setup::init(&home, &options).unwrap().did;
        Town { did, home }
    }

    pub(crate) async fn invite(&self, did: &Did) -> Code {
        let kind = Iri::parse("https://example.org/kind/mobility-service").unwrap();
        let guest =
            Guest { did: did.clone(), name: "A town".into(), vetted_as: BTreeSet::from([kind]) };
        self.authority.invite(guest, "operator").await.unwrap().code
    }

    pub(crate) async fn join(&self, town: &Town, code: Code) -> Result<Joined, SetupFault> {
        self.join_with(town, code, self.fingerprint).await
    }

    pub(crate) async fn join_with(
        &self,
        town: &Town,
        code: Code,
        fingerprint: Fingerprint,
    ) -> Result<Joined, SetupFault> {
        let (did, authority) = (town.did.clone(), self.did.clone());
        let options = JoinOptions { did, authority, fingerprint, code };
        setup::join(&town.home, options, self.clock.now()).await
    }

    /// A participant that has joined, with what it holds.
    pub(crate) async fn member(&self, host: &str) -> (Town, Arc<Participant>, Held) {
        let town = self.town(host);
        let code = self.invite(&town.did).await;
        self.join(&town, code).await.unwrap();
        let config = setup::config(&town.home).unwrap();
        let participant = participant(&town.home, &config);
        let membership = config.participants[0].membership.as_ref();
        let now = self.clock.now();
        let held = trust::load(&town.home, &participant, membership, now).unwrap().unwrap();
        (town, participant, held)
    }

    pub(crate) fn guard(&self) -> Guard {
        Guard::new(&setup::config(&self.home).unwrap().net).unwrap()
    }

    pub(crate) fn fetcher(&self) -> Fetcher {
        let pem = self.authority.root_pem().as_bytes();
        let roots = identity::x509::Der::from_pem(pem).unwrap();
        Fetcher::new(self.guard(), Roots::Only(roots))
    }
}
