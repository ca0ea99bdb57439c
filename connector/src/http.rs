//! The listeners: mutual (everything between connectors) and public (what anyone may read).

/// Where the Dataspace Protocol lives on the mutual listener.
pub const DSP_PATH: &str = "/dsp/2025-1";
