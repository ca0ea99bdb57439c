//! From a node to a running process: the log caught up, listeners, workers, refreshers.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use jiff::Timestamp;
use wire::did::Did;

use super::authority::{self, ProductAuthority};
use super::node::{Node, StartError};
use super::parts::Product;
use super::running::Running;
use super::sockets::Sockets;
use super::witness_door::WitnessDoor;
use crate::clock::SystemClock;
use crate::engine::Engine;
use crate::http::mutual::intake::Intake;
use crate::http::mutual::neighbour::Neighbour;
use crate::http::mutual::{self, Served};
use crate::http::public::{self, NoOffice, Office};
use crate::log::{Sequencer, Witness};
use crate::net::peers::Peers;
use crate::trust::{OnChange, Refresher};
use crate::worker;

impl Node {
    /// Serves on `sockets` until told to stop. The log is caught up before anything is served.
    ///
    /// # Errors
    /// [`StartError`] names what cannot be used; nothing runs then.
    pub async fn start(self, sockets: Sockets) -> Result<Running, StartError> {
        let sequencer = Arc::new(Sequencer::new(self.engine.clone(), self.home.clone()));
        self.catch_up(&sequencer).await?;
        self.end_what_died().await;
        let witness = Arc::new(Witness::new(sequencer.clone()));
        let mut running = Running::new(self.home.clone(), self.engine.clone());
        let on_change = on_change(&self.engine, &self.peers);
        let office = authority::open(&self, on_change.clone()).await?.map(Arc::new);

        let desk = Arc::new(self.desk(sequencer.clone(), office.as_ref()));
        running.serve(self.mutual(sockets.mutual, &witness, office.as_ref(), desk.clone())?);
        running.serve(self.handover(sockets.handover, desk.clone())?);
        running.serve(self.management(sockets.management, desk.clone())?);
        match office {
            Some(office) => {
                running.serve(self.public(sockets.public, office.clone())?);
                running.with_office(office.clone());
                running.spawn(async move { office.run().await });
            }
            None => running.serve(self.public(sockets.public, Arc::new(NoOffice))?),
        }
        running.spawn(async move { sequencer.run().await });
        running.spawn(async move { witness.run().await });
        self.spawn_workers(&mut running, on_change);
        let eraser = desk.clone();
        running.spawn(async move { eraser.erase_ended().await });
        running.spawn(async move { desk.resume().await });
        Ok(running)
    }

    /// Brings every log's files up to the store's entries, and holds the clock at the latest entry.
    async fn catch_up(&self, sequencer: &Sequencer<Product>) -> Result<(), StartError> {
        let mut latest = Timestamp::UNIX_EPOCH;
        for participant in self.engine.hosted().iter() {
            let did = participant.did();
            sequencer.catch_up(did).await.map_err(|source| StartError::Log {
                participant: did.clone(),
                source: Box::new(source),
            })?;
            if let Ok(Some(last)) = self.engine.last_entry_time(did).await {
                latest = latest.max(last);
            }
        }
        self.hold_time(latest);
        Ok(())
    }

    /// Closes in the logs what was under way when the process died. What cannot be written then is
    /// written at the next start.
    async fn end_what_died(&self) {
        for participant in self.engine.hosted().iter() {
            let participant = participant.did();
            if let Err(error) = self.engine.end_what_died(participant).await {
                tracing::warn!(%error, %participant, "a delivery that died is not closed yet");
            }
        }
    }

    fn mutual(
        &self,
        socket: TcpListener,
        witness: &Arc<Witness<Product>>,
        office: Option<&Arc<ProductAuthority>>,
        intake: Arc<dyn Intake>,
    ) -> Result<Server, StartError> {
        let mut neighbours: Vec<Arc<dyn Neighbour>> = vec![Arc::new(WitnessDoor(witness.clone()))];
        if let Some(office) = office {
            neighbours.push(office.clone());
        }
        let seer = witness.clone();
        let served = Served {
            engine: self.engine.clone(),
            roots: self.roots.clone(),
            sources: self.sources.clone(),
            intake,
            neighbours,
            seen: Arc::new(move |ours, peer, note| seer.seen(ours, peer, note)),
        };
        Ok(mutual::listen(socket, Arc::new(served))?)
    }

    pub(super) fn public<O: Office>(
        &self,
        socket: TcpListener,
        office: Arc<O>,
    ) -> Result<Server, StartError> {
        let hosted = self.engine.hosted().clone();
        Ok(public::listen(socket, hosted, office, &self.config.limits)?)
    }

    fn spawn_workers(self, running: &mut Running, on_change: OnChange) {
        running.spawn(worker::run_outbox(self.engine.clone(), worker::spawn));
        running.spawn(worker::run_timers(self.engine.clone()));
        let (roots, sources, client) =
            (self.roots.clone(), self.sources.clone(), self.peers.clone());
        let plane = worker::push::Plane { roots, sources, client };
        running.spawn(worker::run_pushes(self.engine.clone(), plane));
        self.spawn_refreshers(running, on_change);
    }

    /// Keeps what the participants hold of their data spaces fresh.
    pub(super) fn spawn_refreshers(self, running: &mut Running, on_change: OnChange) {
        let every = self.config.limits.trust_refresh_s;
        let clock = self.engine.shared_clock();
        let (fetcher, peers) = (self.fetcher.clone(), self.peers.clone());
        let refresher = Arc::new(Refresher::new(fetcher, peers, clock, every, on_change));
        let (engine, looker) = (self.engine.clone(), refresher.clone());
        running.spawn(async move {
            loop {
                engine.lists_wanted().next().await;
                looker.look_now();
            }
        });
        for (participant, held) in self.held {
            let refresher = refresher.clone();
            running.spawn(async move { refresher.run(participant, held).await });
        }
    }
}

/// What happens when a participant's certificate, revocation lists or trust list change: kept
/// connections close, and everything that runs is looked at anew.
pub(super) fn on_change(engine: &Arc<Engine<Product>>, peers: &Peers<SystemClock>) -> OnChange {
    let (engine, peers) = (engine.clone(), peers.clone());
    Arc::new(move |participant: &Did| {
        peers.close(participant);
        let (engine, participant) = (engine.clone(), participant.clone());
        tokio::spawn(async move {
            if let Err(error) = engine.reconsider_all(&participant).await {
                tracing::error!(%error, "what runs could not be looked at anew");
            }
        });
    })
}
