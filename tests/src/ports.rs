//! Ports for processes that are stopped and started again. They lie below those that the system gives
//! to whoever wants just any: nobody takes one while its process is down.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// The first port that is given.
const FIRST: u16 = 12_000;
/// How many there are; Linux gives away those from 32768 on (`ip_local_port_range`).
const COUNT: u16 = 20_000;

/// Ports that nobody listens on, each given once by this process.
#[must_use]
pub fn free<const N: usize>() -> [u16; N] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Test programs that run at the same time begin at places of their own.
    let begin = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or(0);
    std::array::from_fn(|_| {
        let ports = (0..COUNT).map(|_| {
            let place = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
            FIRST + place % COUNT
        });
        let mut free = ports.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
        free.next().expect("a port")
    })
}
