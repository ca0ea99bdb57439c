//! Strangers in great numbers, who open a handshake and say nothing: a good partner comes in all the
//! same.

use std::time::Duration;

use allmende_tests::cast::Who;
use allmende_tests::raw::Client;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{VERSION, listening};

/// Clients that say nothing.
const SILENT: usize = 1000;
/// Longest that a good partner waits beside them.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_thousand_silent_clients_do_not_stop_a_good_one() {
    let (_space, listener) = listening();
    let mut silent = Vec::new();
    for number in 0..SILENT {
        let mut socket = TcpStream::connect(listener.address).await.unwrap();
        // Every other one begins a record of a handshake and leaves it there.
        if number % 2 == 0 {
            socket.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
        }
        silent.push(socket);
    }
    let good = async {
        loop {
            let client = Client::of(Who::Company, Who::Ulm, listener.address).await;
            if let Ok(mut client) = client {
                return client.get(VERSION).await.status;
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, good).await.expect("in time"), 200);
    assert_eq!(silent.len(), SILENT);
}
