//! Which roots a participant believes, for which data space, and for whom each may speak.
//! Never a process-wide setting: each participant has its own.

use std::collections::{BTreeMap, BTreeSet};

use openssl::x509::X509;
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;

use crate::Distrust;
use crate::x509::{Certificate, Der};

/// For which participants a root may speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For everyone: the data space's own root.
    Everyone,
    /// For these alone: a root of another data space, or of a trust service, that is let in.
    Only {
        /// Participants by name.
        dids: BTreeSet<Did>,
        /// Hosts that are, or end in a dot and, one of these names (lower-case, no leading dot).
        host_suffixes: BTreeSet<String>,
    },
}

impl Scope {
    /// Whether the root may speak for this participant.
    #[must_use]
    pub fn covers(&self, did: &Did) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only { dids, host_suffixes } => {
                dids.contains(did)
                    || host_suffixes.iter().any(|suffix| lies_under(did.host(), suffix))
            }
        }
    }
}

fn lies_under(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        && !suffix.is_empty()
}

/// One root as one data space lists it.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The data space that lists it.
    pub dataspace: DataspaceId,
    /// The self-signed root certificate.
    pub root: Der,
    /// For whom it may speak there.
    pub scope: Scope,
}

/// All roots that one participant believes.
#[derive(Clone)]
pub struct Anchors {
    anchors: Vec<Anchor>,
    /// Of the anchors' roots, in the same order.
    fingerprints: Vec<Digest>,
    roots: BTreeMap<Digest, X509>,
}

impl std::fmt::Debug for Anchors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Anchors").field("anchors", &self.anchors).finish_non_exhaustive()
    }
}

impl Anchors {
    /// Reads the roots. An empty list is allowed and refuses everyone.
    ///
    /// # Errors
    /// If a root is unreadable, has a key that is not allowed, or is no authority.
    pub fn new(anchors: Vec<Anchor>) -> Result<Self, Distrust> {
        let mut roots = BTreeMap::new();
        let mut fingerprints = Vec::new();
        for anchor in &anchors {
            let certificate = Certificate::read(&anchor.root)?;
            if !certificate.ca {
                return Err(Distrust::NotAuthority);
            }
            let root = anchor.root.to_openssl().map_err(|_| Distrust::CertificateUnreadable)?;
            fingerprints.push(certificate.fingerprint);
            roots.insert(certificate.fingerprint, root);
        }
        Ok(Self { anchors, fingerprints, roots })
    }

    /// The data spaces in which this root may speak for this participant, in the order listed.
    #[must_use]
    pub fn dataspaces(&self, root: &Digest, did: &Did) -> Vec<DataspaceId> {
        let mut found = Vec::new();
        for (anchor, fingerprint) in self.anchors.iter().zip(&self.fingerprints) {
            let fits = fingerprint == root && anchor.scope.covers(did);
            if fits && !found.contains(&anchor.dataspace) {
                found.push(anchor.dataspace.clone());
            }
        }
        found
    }

    /// The list as given.
    #[must_use]
    pub fn list(&self) -> &[Anchor] {
        &self.anchors
    }

    pub(crate) fn roots(&self) -> impl Iterator<Item = &X509> {
        self.roots.values()
    }
}
