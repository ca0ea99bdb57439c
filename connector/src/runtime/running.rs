//! A node at work: its log caught up, its listeners serving, its workers waiting; and its end in
//! order.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::engine::live::Cut;
use crate::home::Home;
use crate::management::run_file::RunFile;

use super::authority::ProductAuthority;
use super::parts::Product;

/// A process that runs until it is told to stop.
#[derive(Debug)]
pub struct Running {
    home: Home,
    engine: Arc<Engine<Product>>,
    servers: Vec<ServerHandle>,
    tasks: JoinSet<()>,
    office: Option<Arc<ProductAuthority>>,
}

impl Running {
    /// Nothing runs yet.
    pub(super) fn new(home: Home, engine: Arc<Engine<Product>>) -> Self {
        Self { home, engine, servers: Vec::new(), tasks: JoinSet::new(), office: None }
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine<Product>> {
        &self.engine
    }

    /// The authority's office, if this process has one.
    #[must_use]
    pub fn office(&self) -> Option<&Arc<ProductAuthority>> {
        self.office.as_ref()
    }

    pub(super) fn with_office(&mut self, office: Arc<ProductAuthority>) {
        self.office = Some(office);
    }

    /// Runs a worker until the end.
    pub(super) fn spawn(&mut self, worker: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(worker);
    }

    /// Runs a listener until the end.
    pub(super) fn serve(&mut self, server: Server) {
        self.servers.push(server.handle());
        let server: Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>> = Box::pin(server);
        self.tasks.spawn(async move {
            if let Err(error) = server.await {
                tracing::error!(%error, "a listener ended");
            }
        });
    }

    /// Stops in order: running deliveries are cut, requests under way get a moment, the log is
    /// signed to its end, and only then does the store close.
    pub async fn stop(mut self) {
        self.engine.live().cut(Cut::ShuttingDown, |_| true);
        let stopping = self.servers.iter().map(|server| server.stop(true));
        futures_util::future::join_all(stopping).await;
        self.tasks.shutdown().await;
        if let Err(error) = RunFile::remove(&self.home) {
            tracing::warn!(%error, "run/management.json was not removed");
        }
    }
}

/// Resolves at the first signal to end: interrupt or terminate.
///
/// # Errors
/// When signals cannot be watched.
pub async fn until_signal() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
