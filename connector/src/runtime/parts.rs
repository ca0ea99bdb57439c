//! The product's choice of parts.

use crate::clock::SystemClock;
use crate::engine::decider::ByRule;
use crate::engine::parts::Parts;
use crate::ids::SystemIds;
use crate::net::peers::Peers;
use crate::store::Embedded;

/// The parts of the product: embedded store, wall clock, OpenSSL's randomness, mutual TLS, and the
/// rule as decider.
#[derive(Clone, Copy, Debug)]
pub enum Product {}

impl Parts for Product {
    type Store = Embedded;
    type Clock = SystemClock;
    type Ids = SystemIds;
    type Transport = Peers<SystemClock>;
    type Decider = ByRule;
}
