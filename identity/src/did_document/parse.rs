//! Reading a document that was fetched from a did:web address.

use std::collections::BTreeSet;

use wire::did::Did;
use wire::json::{self, JsonError, Limits};
use wire::node::{Expected, Members, Node, ShapeError};
use wire::sign::{KeyId, PublicKey};

use super::{DidDocument, MUTUAL_ROOT, Service, ServiceKind, TRANSPORT_CERTIFICATES};
use crate::keys::{JwkError, read_public_jwk};

/// Longest document, in bytes.
pub const DOCUMENT_LEN_MAX: usize = 64 * 1024;

/// Most verification methods, services or certificates.
const LIST_LEN_MAX: usize = 64;

/// Reads the document of `did`. A key counts only if it is this DID's own, stands in the document
/// once, and is named by `capabilityInvocation`.
///
/// # Errors
/// [`DocumentError`], the first reason found.
pub fn parse(bytes: &[u8], did: &Did) -> Result<DidDocument, DocumentError> {
    let value = json::parse(bytes, &Limits::message().with_bytes_max(DOCUMENT_LEN_MAX))?;
    let node = Node::root(&value);
    let members = node.object()?;
    if members.required("id")?.string()? != did.as_str() {
        return Err(DocumentError::OtherId);
    }
    Ok(DidDocument {
        did: did.clone(),
        keys: keys(&members, did)?,
        mutual_root: members
            .optional(MUTUAL_ROOT)
            .map(|root| root.parse("a digest"))
            .transpose()?,
        services: services(&members)?,
        transport_certificates: certificates(&members)?,
    })
}

fn bounded<'a>(members: &Members<'a>, name: &str) -> Result<Vec<Node<'a>>, ShapeError> {
    let Some(list) = members.optional(name) else { return Ok(Vec::new()) };
    let nodes = list.array()?;
    if nodes.len() > LIST_LEN_MAX {
        return Err(list.wrong(Expected::Named("a list of at most 64")));
    }
    Ok(nodes)
}

fn keys(members: &Members<'_>, did: &Did) -> Result<Vec<(KeyId, PublicKey)>, DocumentError> {
    let mut invoked = BTreeSet::new();
    for reference in bounded(members, "capabilityInvocation")? {
        // An embedded method belongs to one purpose alone; only references are used.
        if let Some(id) = reference.value().as_str() {
            invoked.insert(absolute(id, did));
        }
    }
    let mut seen = BTreeSet::new();
    let mut keys = Vec::new();
    for method in bounded(members, "verificationMethod")? {
        let method = method.object()?;
        let id = absolute(method.required("id")?.string()?, did);
        if !seen.insert(id.clone()) {
            return Err(DocumentError::KeyTwice);
        }
        let ours = method.required("controller")?.string()? == did.as_str()
            && id.strip_prefix(did.as_str()).is_some_and(|rest| rest.starts_with('#'));
        if !invoked.contains(&id) {
            continue;
        }
        if !ours {
            return Err(DocumentError::ForeignKey);
        }
        let Some(jwk) = method.optional("publicKeyJwk") else { continue };
        match read_public_jwk(&jwk) {
            Ok(key) => keys.push((KeyId::parse(&id).map_err(|_| DocumentError::ForeignKey)?, key)),
            // Another kind of key is somebody else's business; a broken one is not.
            Err(JwkError::Kind) => {}
            Err(source @ (JwkError::Key | JwkError::Shape(_))) => {
                return Err(DocumentError::Key { source });
            }
        }
    }
    Ok(keys)
}

fn absolute(id: &str, did: &Did) -> String {
    if id.starts_with('#') { format!("{did}{id}") } else { id.to_owned() }
}

fn services(members: &Members<'_>) -> Result<Vec<Service>, DocumentError> {
    let mut services: Vec<Service> = Vec::new();
    for service in bounded(members, "service")? {
        let service = service.object()?;
        let Some(kind) = service.required("type")?.value().as_str().and_then(kind) else {
            continue;
        };
        if services.iter().any(|known| known.kind == kind) {
            return Err(DocumentError::ServiceTwice);
        }
        let endpoint = service.required("serviceEndpoint")?.parse("an https address")?;
        services.push(Service { endpoint, kind });
    }
    Ok(services)
}

fn kind(name: &str) -> Option<ServiceKind> {
    [ServiceKind::Catalog, ServiceKind::Data].into_iter().find(|kind| kind.name() == name)
}

fn certificates(members: &Members<'_>) -> Result<BTreeSet<wire::digest::Digest>, DocumentError> {
    let list = bounded(members, TRANSPORT_CERTIFICATES)?;
    Ok(list.iter().map(|item| item.parse("a digest")).collect::<Result<_, _>>()?)
}

/// Why a document is not taken; the fault of whoever serves it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DocumentError {
    /// A key that it invokes belongs to another DID.
    #[error("the DID document uses a key of another DID")]
    ForeignKey,
    /// Not strict JSON.
    #[error("the DID document is bad JSON: {source}")]
    Json {
        /// Where and what.
        #[from]
        source: JsonError,
    },
    /// A key that cannot be one.
    #[error("a key in the DID document cannot be used: {source}")]
    Key {
        /// Why.
        source: JwkError,
    },
    /// Two keys with one id.
    #[error("the DID document holds two keys with the same id")]
    KeyTwice,
    /// Its `id` is not the DID that was asked for.
    #[error("the DID document is that of another DID")]
    OtherId,
    /// Two services of a kind.
    #[error("the DID document holds two services of the same kind")]
    ServiceTwice,
    /// A member is missing or of the wrong type.
    #[error("the DID document is malformed: {source}")]
    Shape {
        /// Where and what.
        #[from]
        source: ShapeError,
    },
}

impl DocumentError {
    /// What can be done about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        "the participant must correct the document that its public listener serves"
    }

    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ForeignKey => "did-document-foreign-key",
            Self::Json { .. } => "did-document-json",
            Self::Key { .. } => "did-document-key",
            Self::KeyTwice => "did-document-key-twice",
            Self::OtherId => "did-document-other-id",
            Self::ServiceTwice => "did-document-service-twice",
            Self::Shape { .. } => "did-document-shape",
        }
    }
}
