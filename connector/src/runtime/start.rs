//! From a node to a running process: listeners, workers, refreshers.

use std::sync::Arc;

use wire::did::Did;

use super::node::{Node, StartError};
use super::parts::Product;
use super::running::Running;
use super::sockets::Sockets;
use super::authority;
use crate::engine::Engine;
use crate::http::mutual::neighbour::Neighbour;
use crate::http::mutual::{self, Served};
use crate::http::public::{self, NoOffice, Office};
use crate::net::peers::Peers;
use crate::clock::SystemClock;
use crate::trust::{OnChange, Refresher};
use crate::worker;

impl Node {
    /// Serves on `sockets` until told to stop. The log is caught up before anything is served.
    ///
    /// # Errors
    /// [`StartError`] names what cannot be used; nothing runs then.
    pub async fn start(self, sockets: Sockets) -> Result<Running, StartError> {
        let mut running = Running::new(self.home.clone(), self.engine.clone());
        let on_change = on_change(&self.engine, &self.peers);
        let office = authority::open(&self, on_change.clone()).await?.map(Arc::new);
        let mut neighbours: Vec<Arc<dyn Neighbour>> = Vec::new();
        if let Some(office) = &office {
            neighbours.push(office.clone());
        }
        let served = Served {
            engine: self.engine.clone(),
            roots: self.roots.clone(),
            fetch: self.fetcher.clone(),
            neighbours,
            seen: Arc::new(|_: &Did, _: &Did, _: &str| {}),
        };
        running.serve(mutual::listen(sockets.mutual, Arc::new(served))?);
        match office {
            Some(office) => {
                running.serve(self.public(sockets.public, office.clone())?);
                running.with_office(office.clone());
                running.spawn(async move { office.run().await });
            }
            None => running.serve(self.public(sockets.public, Arc::new(NoOffice))?),
        }
        self.spawn_workers(&mut running, on_change);
        Ok(running)
    }

    fn public<O: Office>(
        &self,
        socket: std::net::TcpListener,
        office: Arc<O>,
    ) -> Result<actix_web::dev::Server, StartError> {
        let hosted = self.engine.hosted().clone();
        Ok(public::listen(socket, hosted, office, &self.config.limits)?)
    }

    fn spawn_workers(self, running: &mut Running, on_change: OnChange) {
        running.spawn(worker::run_outbox(self.engine.clone()));
        running.spawn(worker::run_timers(self.engine.clone()));
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
fn on_change(engine: &Arc<Engine<Product>>, peers: &Peers<SystemClock>) -> OnChange {
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
