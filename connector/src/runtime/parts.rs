//! The product's choice of parts.

use std::sync::Arc;

use crate::clock::SystemClock;
use crate::engine::decider::Decider;
use crate::engine::parts::Parts;
use crate::ids::SystemIds;
use crate::net::peers::Peers;
use crate::store::Embedded;

/// The parts of the product: embedded store, wall clock, OpenSSL's randomness, mutual TLS, and a
/// decider that is chosen when the node is opened: in the program, the rule.
#[derive(Clone, Copy, Debug)]
pub enum Product {}

impl Parts for Product {
    type Store = Embedded;
    type Clock = SystemClock;
    type Ids = SystemIds;
    type Transport = Peers<SystemClock>;
    type Decider = Arc<dyn Decider>;
}
