//! How far a rule can be trusted to be kept. No other scale exists.

mod capability;
mod signing;
mod standing;

use std::fmt;

use serde::{Deserialize, Serialize};
use wire::pointer::Pointer;

pub use capability::{Capabilities, Point};
pub use signing::{Ignored, before_signing};
pub use standing::{Judged, Standing, Why};

/// What stands behind a rule; the weakest comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Badge {
    /// Technically prevented.
    Enforced,
    /// Not prevented, but seen in the log if broken.
    Evidenced,
    /// Neither: a person's word.
    Promised,
}

impl Badge {
    /// The kebab-case name, as it is serialised.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Evidenced => "evidenced",
            Self::Promised => "promised",
        }
    }
}

impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The badge of a rule: the weakest of its action's and its constraints' badges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleBadge {
    /// The rule.
    pub pointer: Pointer,
    /// Its badge.
    pub badge: Badge,
    /// The badge of each atomic constraint, in the document's order.
    pub constraints: Vec<ConstraintBadge>,
}

/// The badge of one atomic constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConstraintBadge {
    /// The constraint.
    pub pointer: Pointer,
    /// Its badge.
    pub badge: Badge,
}
