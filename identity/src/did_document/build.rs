//! Writing our own document.

use serde_json::{Value, json};

use super::{DID_CONTEXT, DidDocument, KEY_CONTEXT, MUTUAL_ROOT, TRANSPORT_CERTIFICATES};
use crate::keys::public_jwk;

/// The JSON of a document. Its keys stand in `capabilityInvocation`, `assertionMethod` and
/// `authentication`.
#[must_use]
pub fn build(document: &DidDocument) -> Value {
    let did = document.did.as_str();
    let methods: Vec<Value> = document
        .keys
        .iter()
        .map(|(id, key)| {
            json!({
                "id": id.as_str(),
                "type": "JsonWebKey2020",
                "controller": did,
                "publicKeyJwk": public_jwk(key),
            })
        })
        .collect();
    let ids: Vec<&str> = document.keys.iter().map(|(id, _)| id.as_str()).collect();
    let services: Vec<Value> = document
        .services
        .iter()
        .map(|service| {
            json!({
                "id": format!("{did}{}", service.kind.fragment()),
                "type": service.kind.name(),
                "serviceEndpoint": service.endpoint.to_string(),
            })
        })
        .collect();
    let mut value = json!({
        "@context": [DID_CONTEXT, KEY_CONTEXT],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": ids,
        "authentication": ids,
        "capabilityInvocation": ids,
        "service": services,
    });
    if let Some(members) = value.as_object_mut() {
        if let Some(root) = &document.mutual_root {
            members.insert(MUTUAL_ROOT.into(), json!(root));
        }
        if !document.transport_certificates.is_empty() {
            members.insert(TRANSPORT_CERTIFICATES.into(), json!(document.transport_certificates));
        }
    }
    value
}
