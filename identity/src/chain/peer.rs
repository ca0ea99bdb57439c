//! The proof that a peer is who it says: made by the chain check alone, and asked again, cheaply,
//! for every request. Never serialised, never built from parts.

use jiff::Timestamp;
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;

use super::check_revocation;
use crate::Distrust;
use crate::anchors::Anchors;
use crate::crls::Crls;
use crate::time::Validity;
use crate::x509::{Certificate, Leaf, Serial};

/// A participant whose certificate chain was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPeer {
    did: Did,
    dataspaces: Vec<DataspaceId>,
    fingerprint: Digest,
    spki: Digest,
    serial: Serial,
    validity: Validity,
    issuing_validity: Validity,
    issuing_spki: Digest,
    issuing_serial: Serial,
    root_validity: Validity,
    root_spki: Digest,
    root_fingerprint: Digest,
}

impl VerifiedPeer {
    pub(super) fn new(
        leaf: &Leaf,
        issuing: &Certificate,
        root: &Certificate,
        dataspaces: Vec<DataspaceId>,
    ) -> Self {
        Self {
            did: leaf.did().clone(),
            dataspaces,
            fingerprint: leaf.fingerprint(),
            spki: leaf.spki(),
            serial: leaf.serial().clone(),
            validity: leaf.validity(),
            issuing_validity: issuing.validity,
            issuing_spki: issuing.spki,
            issuing_serial: issuing.serial.clone(),
            root_validity: root.validity,
            root_spki: root.spki,
            root_fingerprint: root.fingerprint,
        }
    }

    /// The participant.
    #[must_use]
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The data spaces in which its root may speak for it: at least one, in the anchors' order.
    #[must_use]
    pub fn dataspaces(&self) -> &[DataspaceId] {
        &self.dataspaces
    }

    /// Whether it was verified for this data space.
    #[must_use]
    pub fn belongs_to(&self, dataspace: &DataspaceId) -> bool {
        self.dataspaces.contains(dataspace)
    }

    /// SHA-256 over its certificate: `x5t#S256`.
    #[must_use]
    pub fn fingerprint(&self) -> &Digest {
        &self.fingerprint
    }

    /// SHA-256 over its SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> &Digest {
        &self.spki
    }

    /// Serial number of its certificate.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.serial
    }

    /// The last instant at which its whole chain holds.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.validity
            .not_after
            .min(self.issuing_validity.not_after)
            .min(self.root_validity.not_after)
    }

    /// SHA-256 over the root certificate that its chain ends in.
    #[must_use]
    pub fn root_fingerprint(&self) -> &Digest {
        &self.root_fingerprint
    }

    pub(super) fn issuing_spki(&self) -> &Digest {
        &self.issuing_spki
    }

    pub(super) fn issuing_serial(&self) -> &Serial {
        &self.issuing_serial
    }

    pub(super) fn root_spki(&self) -> &Digest {
        &self.root_spki
    }

    /// Whether the peer is still believed: times of the chain, revocation, and that its root may
    /// still speak for it in every data space that it was verified for. No signature is computed;
    /// it costs microseconds and belongs before every request and into every long stream.
    ///
    /// # Errors
    /// [`Distrust`], the first reason found.
    pub fn recheck(&self, anchors: &Anchors, crls: &Crls, now: Timestamp) -> Result<(), Distrust> {
        if now < self.validity.not_before {
            return Err(Distrust::NotYetValid { not_before: self.validity.not_before });
        }
        if self.validity.not_after < now {
            return Err(Distrust::Expired { not_after: self.validity.not_after });
        }
        for authority in [self.issuing_validity, self.root_validity] {
            if now < authority.not_before {
                return Err(Distrust::IssuerNotYetValid);
            }
            if authority.not_after < now {
                return Err(Distrust::IssuerExpired);
            }
        }
        let listed = anchors.dataspaces(&self.root_fingerprint, &self.did);
        if !self.dataspaces.iter().all(|dataspace| listed.contains(dataspace)) {
            return Err(Distrust::DataspaceScope { did: Box::new(self.did.clone()) });
        }
        check_revocation(self, crls, now)
    }

    /// [`Self::recheck`] as a yes or no.
    #[must_use]
    pub fn still_valid(&self, anchors: &Anchors, crls: &Crls, now: Timestamp) -> bool {
        self.recheck(anchors, crls, now).is_ok()
    }

    /// Refuses unless it is the participant that was meant.
    ///
    /// # Errors
    /// [`Distrust::DidOther`].
    pub fn expect(&self, did: &Did) -> Result<(), Distrust> {
        if self.did == *did {
            Ok(())
        } else {
            Err(Distrust::DidOther {
                expected: Box::new(did.clone()),
                found: Box::new(self.did.clone()),
            })
        }
    }
}
