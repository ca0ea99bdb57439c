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

#[cfg(test)]
mod tests {
    use protocol::message::VersionResponse;
    use wire::node::Node;

    use super::*;

    #[test]
    fn what_we_send_is_this_and_we_would_take_it_ourselves() {
        let sent = r#"{"protocolVersions":[{"version":"2025-1","path":"/dsp/2025-1",
            "binding":"HTTPS","identifierType":"did:web",
            "auth":{"protocol":"mutual-tls","version":"1.3"}}]}"#;
        assert_eq!(document(), serde_json::from_str::<Value>(sent).unwrap());
        let body = document();
        let read = VersionResponse::parse(&Node::root(&body)).unwrap();
        let chosen = read.choose(|auth| auth.protocol == AUTH_PROTOCOL).unwrap();
        assert_eq!((chosen.path.as_str(), read.versions.len()), (DSP_PATH, 1));
    }
}
