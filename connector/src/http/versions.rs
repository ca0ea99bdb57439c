//! The version document: what we speak, where, and how we prove who we are (DSP 2025-1, version
//! metadata). The same on the public and on the mutual listener.

use serde_json::{Value, json};

use super::DSP_PATH;

/// `auth.protocol` of an entry whose callers prove who they are by their certificate.
pub const AUTH_PROTOCOL: &str = "mutual-tls";

/// The document.
#[must_use]
pub fn document() -> Value {
    json!({
        "protocolVersions": [{
            "version": "2025-1",
            "path": DSP_PATH,
            "binding": "HTTPS",
            "identifierType": "did:web",
            "auth": { "protocol": AUTH_PROTOCOL, "version": "1.3" },
        }],
    })
}
