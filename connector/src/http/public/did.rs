//! A participant's own DID document, made from what is in force at the moment.

use std::collections::BTreeSet;

use identity::did_document::{DidDocument, Service, ServiceKind, build};
use identity::guard::Target;
use serde_json::Value;
use wire::sign::Sign;

use crate::participant::Participant;

/// Where it lies.
pub(super) const PATH: &str = "/.well-known/did.json";

/// How it is called (DID core 1.0, 6.2).
pub(super) const MEDIA_TYPE: &str = "application/did+json";

/// The document; `None` before the participant has joined, or if its address cannot be called.
pub(super) fn document(participant: &Participant) -> Option<Value> {
    let standing = participant.standing()?;
    let target = |url: String| Target::parse(&url).ok();
    let versions = format!("{}{}", participant.mutual_url(), protocol::http_path::VERSION);
    let catalog = format!("{}/catalog", participant.dsp_base());
    let mut services = vec![Service { endpoint: target(versions)?, kind: ServiceKind::Data }];
    if !participant.is_foreign() {
        let endpoint = target(catalog)?;
        services.insert(0, Service { endpoint, kind: ServiceKind::Catalog });
    }
    let key = &participant.keys().did;
    let anchors = standing.material.trust().anchors.list();
    Some(build(&DidDocument {
        did: participant.did().clone(),
        keys: vec![(key.key_id(), key.public_key())],
        mutual_root: anchors.first().map(|anchor| anchor.root.digest()),
        services,
        transport_certificates: BTreeSet::from([standing.material.leaf().fingerprint()]),
    }))
}
