//! The program's long-running commands.

use super::failure;
use super::node::{Node, StartError};
use super::running::until_signal;
use super::sockets::Sockets;
use crate::cli::exit::Failure;
use crate::cli::task::{Demo, GateListening, Listening, StoreMoved, Tasks};
use crate::config::Config;
use crate::home::Home;
use crate::store;

/// The product.
#[derive(Clone, Copy, Debug, Default)]
pub struct Program;

impl Tasks for Program {
    async fn up(&self, home: &Home, told: impl FnOnce(Listening) + Send) -> Result<(), Failure> {
        let node = Node::open(home.clone())?;
        if node.config.gate.is_some() {
            return Err(StartError::OtherKind { gate: true }.into());
        }
        let sockets = Sockets::bind(&node.config.listen)?;
        let listening = listening(&node.config);
        let running = node.start(sockets).await?;
        told(listening);
        let ended = until_signal().await;
        running.stop().await;
        ended.map_err(|error| crate::cli::local(&error))
    }

    async fn gate(
        &self,
        home: &Home,
        told: impl FnOnce(GateListening) + Send,
    ) -> Result<(), Failure> {
        let node = Node::open(home.clone())?;
        let (running, listening) = node.start_gate()?;
        told(listening);
        let ended = until_signal().await;
        running.stop().await;
        ended.map_err(|error| crate::cli::local(&error))
    }

    fn migrate(&self, home: &Home, told: impl FnMut(u64)) -> Result<StoreMoved, Failure> {
        let config = Config::read(&home.config()).map_err(StartError::from)?;
        let Some(engine) = config.store.engine.on_disk() else {
            return Err(failure::keeps_nothing());
        };
        let moved = store::migrate(&home.store(), engine, told)?;
        Ok(StoreMoved { engine: engine.name(), moved })
    }

    async fn demo(&self, options: Demo) -> Result<(), Failure> {
        crate::demo::run(options).await
    }
}

fn listening(config: &Config) -> Listening {
    let listen = &config.listen;
    Listening {
        participants: config.participants.iter().map(|ours| ours.did.clone()).collect(),
        mutual: listen.mutual.to_string(),
        public: listen.public.to_string(),
        management: listen.management.to_string(),
        handover: listen.handover.to_string(),
    }
}
