//! What one participant brings to a connection: its certificate, chain and key, and whom it trusts.
//! A value that is replaced whole when certificate or revocation list change; looked up anew for
//! each connection, so that a change needs no restart.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};
use openssl::ssl::SslRef;
use openssl::x509::X509;
use wire::did::Did;

use super::TlsError;
use crate::Distrust;
use crate::anchors::Anchors;
use crate::chain::{self, Usage, VerifiedPeer};
use crate::crls::Crls;
use crate::keys::PrivateKey;
use crate::x509::{Der, Leaf};

/// Whom a participant believes, at this moment.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Its data spaces' roots.
    pub anchors: Anchors,
    /// The revocation lists that it holds.
    pub crls: Crls,
}

impl Trust {
    /// [`VerifiedPeer::recheck`] against this trust.
    ///
    /// # Errors
    /// [`Distrust`], the first reason found.
    pub fn recheck(&self, peer: &VerifiedPeer, now: Timestamp) -> Result<(), Distrust> {
        peer.recheck(&self.anchors, &self.crls, now)
    }
}

/// One participant's side of its connections.
pub struct Material {
    leaf: Leaf,
    chain: Vec<Der>,
    certificate: X509,
    others: Vec<X509>,
    key: PKey<Private>,
    trust: Arc<Trust>,
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Material({}, {})", self.leaf.did(), self.leaf.fingerprint())
    }
}

impl Material {
    /// Takes the participant's chain (its certificate first, then the issuing authority's), its
    /// TLS key and its trust.
    ///
    /// # Errors
    /// If the chain cannot be read, the leaf breaks the profile, or the key is another one.
    pub fn new(chain: Vec<Der>, key: &PrivateKey, trust: Arc<Trust>) -> Result<Self, TlsError> {
        let (first, rest) = chain.split_first().ok_or(Distrust::NoCertificate)?;
        let leaf = Leaf::read(first)?;
        let unreadable = |_| Distrust::CertificateUnreadable;
        let certificate = first.to_openssl().map_err(unreadable)?;
        if !certificate.public_key()?.public_eq(key.pkey()) {
            return Err(TlsError::KeyMismatch);
        }
        let others = rest
            .iter()
            .map(|der| der.to_openssl().map_err(unreadable))
            .collect::<Result<_, _>>()?;
        Ok(Self { leaf, certificate, others, key: key.pkey().clone(), trust, chain })
    }

    /// The same participant with other trust: after a new revocation list or root.
    #[must_use]
    pub fn with_trust(&self, trust: Arc<Trust>) -> Self {
        Self {
            leaf: self.leaf.clone(),
            chain: self.chain.clone(),
            certificate: self.certificate.clone(),
            others: self.others.clone(),
            key: self.key.clone(),
            trust,
        }
    }

    /// The participant.
    #[must_use]
    pub fn did(&self) -> &Did {
        self.leaf.did()
    }

    /// Its certificate as read.
    #[must_use]
    pub fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// Whom it believes.
    #[must_use]
    pub fn trust(&self) -> &Arc<Trust> {
        &self.trust
    }

    /// Whether others with the same trust would believe it: for `doctor` and start-up.
    ///
    /// # Errors
    /// [`Distrust`], the first reason found.
    pub fn check_itself(&self, now: Timestamp) -> Result<VerifiedPeer, Distrust> {
        let Trust { anchors, crls } = self.trust.as_ref();
        chain::verify(&self.chain, anchors, crls, now, Usage::Server)
    }

    /// Sets certificate, chain and key on one connection.
    pub(super) fn present(&self, ssl: &mut SslRef) -> Result<(), openssl::error::ErrorStack> {
        ssl.set_certificate(&self.certificate)?;
        ssl.set_private_key(&self.key)?;
        for certificate in &self.others {
            ssl.add_chain_cert(certificate.clone())?;
        }
        Ok(())
    }
}
