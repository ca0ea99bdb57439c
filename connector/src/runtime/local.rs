//! The two loopback listeners: management, and the local hand-over.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::{App, HttpServer};
use wire::did::Did;

use super::authority::ProductAuthority;
use super::node::{Node, StartError};
use super::parts::Product;
use super::peer_data::PeerData;
use crate::clock::SystemClock;
use crate::data::handover::{self, Handover};
use crate::data::stream::Pace;
use crate::desk::{Connector, Made, Office};
use crate::ids::SystemIds;
use crate::log::Sequencer;
use crate::management::login::LocalTokens;
use crate::management::run_file::RunFile;
use crate::management::server::server;
use crate::net::peers::Peers;

/// Connections of a participant's own programs at once.
const HANDOVER_CONNECTIONS_MAX: usize = 256;

/// Reads partners' data over the process's own client.
#[derive(Clone, Debug)]
pub(super) struct ByPeers(Peers<SystemClock>);

impl crate::desk::Partners for ByPeers {
    type Client = PeerData;

    fn client(&self, from: &Did, to: &Did) -> PeerData {
        PeerData { peers: self.0.clone(), from: from.clone(), to: to.clone() }
    }
}

/// The product's desk.
pub(super) type ProductDesk = Connector<Product, ByPeers>;

impl Node {
    /// The desk of this process.
    pub(super) fn desk(
        &self,
        sequencer: Arc<Sequencer<Product>>,
        office: Option<&Arc<ProductAuthority>>,
    ) -> ProductDesk {
        let office = office.cloned().map(|office| office as Arc<dyn Office>);
        Connector::new(Made {
            engine: self.engine.clone(),
            home: self.home.clone(),
            config: Arc::new(self.config.clone()),
            partners: ByPeers(self.peers.clone()),
            sequencer,
            office,
            book: self.book.clone(),
        })
    }

    /// The management listener. Its address and fresh tokens go to `run/management.json`.
    pub(super) fn management(
        &self,
        socket: TcpListener,
        desk: Arc<ProductDesk>,
    ) -> Result<Server, StartError> {
        let address = socket.local_addr().map_err(StartError::Local)?;
        let dids = self.config.participants.iter().map(|ours| ours.did.clone());
        let file = RunFile::fresh(address, dids, &SystemIds);
        let server = server(desk, LocalTokens::of(&file.participants), socket);
        file.write(&self.home).map_err(StartError::Local)?;
        server.map_err(StartError::Local)
    }

    /// The local hand-over.
    pub(super) fn handover(
        &self,
        socket: TcpListener,
        desk: Arc<ProductDesk>,
    ) -> Result<Server, StartError> {
        let pace = Pace::of(&self.config.limits);
        let handover = Arc::new(Handover::new(desk, self.engine.shared_clock(), pace));
        let server = HttpServer::new(move || {
            let handover = handover.clone();
            App::new().configure(move |config| handover.configure(config))
        })
        .on_connect(handover::on_connect)
        .workers(1)
        .max_connections(HANDOVER_CONNECTIONS_MAX)
        .shutdown_timeout(1)
        .disable_signals()
        .listen(socket)
        .map_err(StartError::Local)?;
        Ok(server.run())
    }
}
