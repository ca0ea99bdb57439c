//! The product's mutual listener on a real socket, over an engine of the data space.

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use connector::data::source::http::{Fetch, FetchError, Fetched};
use connector::data::source::root::DataRoot;
use connector::engine::Engine;
use connector::home::Home;
use connector::http::mutual::intake::NoIntake;
use connector::http::mutual::{Served, listen};
use http::HeaderName;
use tempfile::TempDir;
use wire::did::Did;

use crate::cast::Who;
use crate::dataspace::Dataspace;
use crate::kit::Kit;

/// A running listener. Its port is free again when the test's runtime is gone.
#[derive(Debug)]
pub struct Listener {
    /// Where it listens.
    pub address: SocketAddr,
    /// The engine behind it.
    pub engine: Arc<Engine<Kit>>,
    /// The checkpoints that partners sent along.
    pub seen: Seen,
    folder: TempDir,
    members: Vec<Who>,
}

/// Ours, the partner, the signed note.
pub type Seen = Arc<Mutex<Vec<(Did, Did, String)>>>;

/// A source that is never asked: these tests publish files.
#[derive(Debug)]
struct NoSource;

impl Fetch for NoSource {
    async fn get(&self, url: &str, _: Vec<(HeaderName, String)>) -> Result<Fetched, FetchError> {
        panic!("nobody publishes `{url}`")
    }
}

impl Listener {
    /// Listens for the process of `who`, on a port of the system's choice.
    #[must_use]
    pub fn start(space: &Dataspace, who: Who) -> Self {
        let node = space.node(who);
        let engine = node.engine();
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let (mut roots, mut sources) = (BTreeMap::new(), BTreeMap::new());
        for member in &node.members {
            let data = home.participant(&member.did()).join("data");
            fs::create_dir_all(&data).unwrap();
            let root = DataRoot::open(&home, &member.did(), "data".as_ref()).unwrap();
            roots.insert(member.did(), root);
            sources.insert(member.did(), NoSource);
        }
        let seen = Seen::default();
        let noted = seen.clone();
        let served = Served {
            engine: engine.clone(),
            roots,
            sources,
            intake: Arc::new(NoIntake),
            neighbours: vec![],
            seen: Arc::new(move |ours: &Did, peer: &Did, note: &str| {
                noted.lock().unwrap().push((ours.clone(), peer.clone(), note.to_owned()));
            }),
        };
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(listen(socket, Arc::new(served)).unwrap());
        Self { address, engine, seen, folder, members: node.members.clone() }
    }

    /// Puts a file where `who` publishes from.
    pub fn write(&self, who: Who, name: &str, bytes: &[u8]) {
        assert!(self.members.contains(&who));
        let home = Home::at(self.folder.path());
        fs::write(home.participant(&who.did()).join("data").join(name), bytes).unwrap();
    }
}
