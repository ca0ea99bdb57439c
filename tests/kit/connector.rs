//! The connector under test: everything as in the program, but for who decides and for two
//! addresses at which the kit plays its operator.

use std::path::PathBuf;
use std::sync::Arc;

use connector::clock::Clock as _;
use connector::home::Home;
use connector::runtime::sockets::Sockets;
use connector::runtime::{Node, until_signal};
use connector::store::Store as _;
use tokio::net::TcpListener;
use wire::did::Did;

use crate::script::{Player, Scripted};
use crate::seeds::{Between, Seeds};
use crate::trigger::Trigger;

/// Serves the participant of `home` to the participant `kit` until a signal, and takes triggers on
/// `port`; `told` is called once everything listens.
pub(crate) async fn up(home: PathBuf, kit: Did, port: u16, told: impl FnOnce()) {
    let node = Node::open_with(Home::at(home), Arc::new(Scripted)).expect("the home");
    let engine = node.engine.clone();
    let member = engine.hosted().iter().next().expect("a participant").clone();
    let standing = member.standing().expect("a member of a data space");
    let between = Between {
        ours: member.did().clone(),
        kit,
        dataspace: standing.dataspace.clone(),
        at: engine.clock().now(),
    };
    let seeds = Seeds::read();
    engine.store().commit(seeds.batch(&between)).await.expect("the seeds");
    let sockets = Sockets::bind(&node.config.listen).expect("ports");
    let running = node.start(sockets).await.expect("a connector");

    let Between { ours, kit, .. } = between;
    let player = Player::new(engine.clone(), ours.clone(), seeds);
    tokio::spawn(player.run(engine.watch()));
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
    tokio::spawn(Trigger { engine, ours, kit }.run(listener));
    told();
    until_signal().await.expect("signals");
    running.stop().await;
}
