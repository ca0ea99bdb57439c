//! A foreign connector behind a gate, in a data space of real processes: both directions, and
//! everything that must not pass.

mod inward;
mod named;
mod outward;
mod whole;

use allmende_tests::foreign::Foreign;
use allmende_tests::machines::{Machine, Machines};

/// The gate's host.
const GATE: &str = "tck.localhost";
/// An ordinary member.
const TOWN: &str = "ulm.localhost";

/// A data space with a town and a gate, whose foreign connector is `foreign`.
fn space(foreign: &Foreign) -> (Machines, Machine, Machine) {
    let machines = Machines::found();
    let town = machines.join("ulm", &[TOWN]);
    let gate = machines.gate(GATE, &foreign.url());
    (machines, town, gate)
}

/// The secret of a gate.
fn secret(gate: &Machine) -> String {
    std::fs::read_to_string(gate.home.join("gate/secret")).unwrap().trim().to_owned()
}
