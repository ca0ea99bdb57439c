//! The listeners: mutual (everything between connectors) and public (what anyone may read).

pub mod coding;
pub mod mutual;
pub mod problem;
pub mod public;
pub mod versions;

/// Where the Dataspace Protocol lives on the mutual listener.
pub const DSP_PATH: &str = "/dsp/2025-1";
