//! A participant's did:web document: its DID key, where it is called, and which certificates and
//! root its mutual listener uses. Built and read here, never fetched. Members that we do not know
//! are left alone when reading, since others write documents too; those that we use are strict.

mod build;
mod parse;

pub use build::build;
pub use parse::{DOCUMENT_LEN_MAX, DocumentError, parse};

use std::collections::BTreeSet;

use wire::did::Did;
use wire::digest::Digest;
use wire::sign::{KeyId, PublicKey};

use crate::guard::Target;

/// `@context` of a document (DID core 1.0).
pub(crate) const DID_CONTEXT: &str = "https://www.w3.org/ns/did/v1";

/// `@context` of JsonWebKey2020.
pub(crate) const KEY_CONTEXT: &str = "https://w3id.org/security/suites/jws-2020/v1";

/// Our extension: digests of the certificates that the mutual listener may show.
pub(crate) const TRANSPORT_CERTIFICATES: &str = "transportCertsSha256";

/// Our extension: digest of the root that the mutual listener's chain ends in.
pub(crate) const MUTUAL_ROOT: &str = "mutualRootSha256";

/// What a document says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DidDocument {
    /// Whose it is.
    pub did: Did,
    /// Keys with which it signs for itself (`capabilityInvocation`): id and key.
    pub keys: Vec<(KeyId, PublicKey)>,
    /// Digest of its mutual root's certificate, if it says so.
    pub mutual_root: Option<Digest>,
    /// Where to begin: the catalogue service's and the data service's addresses.
    pub services: Vec<Service>,
    /// Digests of its transport certificates; empty where it lists none.
    pub transport_certificates: BTreeSet<Digest>,
}

/// One service of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its address.
    pub endpoint: Target,
    /// What it is.
    pub kind: ServiceKind,
}

/// The services that DSP names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceKind {
    /// Its catalogue: a DSP base.
    Catalog,
    /// Its version document (`/.well-known/dspace-version`).
    Data,
}

impl DidDocument {
    /// The key with this id.
    #[must_use]
    pub fn key(&self, id: &KeyId) -> Option<&PublicKey> {
        self.keys.iter().find(|(known, _)| known == id).map(|(_, key)| key)
    }

    /// The address of a service.
    #[must_use]
    pub fn endpoint(&self, kind: ServiceKind) -> Option<&Target> {
        self.services.iter().find(|service| service.kind == kind).map(|service| &service.endpoint)
    }

    /// Whether the document allows this certificate: it lists none, or this one among them.
    #[must_use]
    pub fn allows(&self, certificate: &Digest) -> bool {
        self.transport_certificates.is_empty() || self.transport_certificates.contains(certificate)
    }
}

impl ServiceKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Catalog => "CatalogService",
            Self::Data => "DataService",
        }
    }

    pub(crate) fn fragment(self) -> &'static str {
        match self {
            Self::Catalog => "#catalog",
            Self::Data => "#data",
        }
    }
}

#[cfg(test)]
mod tests;
