//! The two roles of a process. A participant may be consumer in one process and provider in the
//! next; nothing here knows who it is.

use serde::{Deserialize, Serialize};

/// The part that a participant plays in one negotiation or transfer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Asks for data.
    Consumer,
    /// Has the data.
    Provider,
}

impl Role {
    /// Both roles, in the standard's order.
    pub const ALL: [Self; 2] = [Self::Consumer, Self::Provider];

    /// The other side.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Consumer => Self::Provider,
            Self::Provider => Self::Consumer,
        }
    }

    /// The word for it: `consumer` or `provider`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Provider => "provider",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
