//! A gate's process: the mutual and the public listener of an ordinary home, and the outward ones in
//! place of everything that decides, remembers and is asked.

use std::sync::Arc;

use wire::did::Did;

use super::node::{Node, StartError};
use super::parts::Product;
use super::running::Running;
use super::sockets::GateSockets;
use super::start::on_change;
use crate::cli::task::GateListening;
use crate::gate::settings::GateSettings;
use crate::gate::{Gate, Made, Secret};
use crate::home::create_private;
use crate::http::public::NoOffice;
use crate::ids::SystemIds;
use crate::participant::Participant;
use crate::trust::OnChange;

/// The file of the secret, in the gate's folder.
const SECRET_FILE: &str = "secret";

/// Why a gate does not start.
pub(super) enum NoGate {
    /// A listener's address.
    Bind(super::sockets::BindError),
    /// Everything else.
    Start(StartError),
}

impl Node {
    /// Serves the home as a gate, until told to stop; also where it answers.
    ///
    /// # Errors
    /// [`NoGate`] names what cannot be used; nothing runs then.
    pub(super) fn start_gate(self) -> Result<(Running, GateListening), NoGate> {
        let (settings, participant) = self.gate_of()?;
        let io = |source| StartError::GateFile { path: self.home.gate(), source };
        create_private(&self.home.gate()).map_err(io)?;
        let folder = std::fs::canonicalize(self.home.gate()).map_err(io)?;
        let path = folder.join(SECRET_FILE);
        let secret = Secret::read_or_make(&path, &SystemIds)
            .map_err(|source| StartError::GateFile { path: path.clone(), source })?;
        let sockets = GateSockets::bind(&self.config.listen, &settings)?;
        let listening = GateListening {
            participant: participant.did().clone(),
            mutual: self.config.listen.mutual.to_string(),
            public: self.config.listen.public.to_string(),
            to: settings.to.to_string(),
            outward: format!("http://{}", settings.outward),
            proxy: format!("socks5h://{}", settings.socks),
            folder: folder.clone(),
        };
        let gate = Gate::new(Made {
            engine: self.engine.clone(),
            participant,
            peers: self.peers.clone(),
            fetcher: self.fetcher.clone(),
            secret,
            settings,
            folder,
        });
        let gate = Arc::new(gate.map_err(StartError::Gate)?);
        let mut running = Running::new(self.home.clone(), self.engine.clone());
        running.serve(gate.inward(sockets.mutual).map_err(StartError::Listen)?);
        running.serve(self.public(sockets.public, Arc::new(NoOffice))?);
        running.spawn(gate.plain(sockets.outward).map_err(StartError::Local)?);
        running.spawn(gate.proxy(sockets.socks).map_err(StartError::Local)?);
        for socket in sockets.named {
            running.spawn(gate.named(socket).map_err(StartError::Local)?);
        }
        let on_change = with_hosts(on_change(&self.engine, &self.peers), gate);
        self.spawn_refreshers(&mut running, on_change);
        Ok((running, listening))
    }

    /// The settings of the gate, and its one participant, which has joined.
    fn gate_of(&self) -> Result<(GateSettings, Arc<Participant>), StartError> {
        let settings = self.config.gate.clone().ok_or(StartError::OtherKind { gate: false })?;
        let participant = self.engine.hosted().iter().next().cloned();
        let participant = participant.ok_or(StartError::NoParticipant)?;
        if participant.standing().is_none() {
            return Err(StartError::NotJoined { participant: participant.did().clone() });
        }
        Ok((settings, participant))
    }
}

/// When the authority's lists change, the partners' host names may.
fn with_hosts(on_change: OnChange, gate: Arc<Gate<Product>>) -> OnChange {
    Arc::new(move |participant: &Did| {
        on_change(participant);
        if let Err(error) = gate.write_hosts() {
            tracing::warn!(%error, "the partners' host names were not written");
        }
    })
}

impl From<super::sockets::BindError> for NoGate {
    fn from(error: super::sockets::BindError) -> Self {
        Self::Bind(error)
    }
}

impl From<StartError> for NoGate {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<NoGate> for crate::cli::exit::Failure {
    fn from(error: NoGate) -> Self {
        match error {
            NoGate::Bind(error) => error.into(),
            NoGate::Start(error) => error.into(),
        }
    }
}
