//! A relay on the way to a machine: it carries bytes, understands none of them, and tells the moment
//! at which a connection ends.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use crate::machines::Machine;

/// Connections whose end nobody has asked about yet.
const ENDED_MAX: usize = 1_024;

/// A relay in front of a machine's mutual listener.
#[derive(Debug)]
pub struct Relay {
    ended: Receiver<()>,
}

impl Relay {
    /// Stands in front of `machine`, which starts anew behind it. It tells of connections that have
    /// carried `bytes_min` towards the machine.
    #[must_use]
    pub fn before(machine: &mut Machine, bytes_min: u64) -> Self {
        machine.kill();
        let place = machine.mutual();
        let behind = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        machine.set(&format!("mutual = \"{place}\""), &format!("mutual = \"{behind}\""));
        let listener = TcpListener::bind(place).unwrap();
        let (tell, ended) = sync_channel(ENDED_MAX);
        thread::spawn(move || {
            for from in listener.incoming().flatten() {
                let Ok(to) = TcpStream::connect(behind) else { continue };
                let tell = tell.clone();
                thread::spawn(move || {
                    if carry_both(&from, &to) >= bytes_min {
                        let _ = tell.try_send(());
                    }
                });
            }
        });
        machine.up();
        Self { ended }
    }

    /// Whether such a connection has ended that was not told of before.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended.try_recv().is_ok()
    }

    /// Whether one ends within `bound`.
    #[must_use]
    pub fn ends_within(&self, bound: Duration) -> bool {
        self.ended.recv_timeout(bound).is_ok()
    }
}

/// Carries until one side ends; then both have ended. How many bytes went from the first to the other.
fn carry_both(from: &TcpStream, to: &TcpStream) -> u64 {
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = carry(to, from);
            end(from, to);
        });
        let carried = carry(from, to);
        end(from, to);
        carried
    })
}

/// How many bytes were carried from `one` to `other`.
fn carry(mut one: &TcpStream, mut other: &TcpStream) -> u64 {
    let (mut bytes, mut carried) = (vec![0; 64 * 1024], 0);
    loop {
        match one.read(&mut bytes) {
            Ok(count) if count > 0 && other.write_all(&bytes[..count]).is_ok() => {
                carried += count as u64;
            }
            Ok(_) | Err(_) => return carried,
        }
    }
}

fn end(one: &TcpStream, other: &TcpStream) {
    let _ = one.shutdown(Shutdown::Both);
    let _ = other.shutdown(Shutdown::Both);
}
