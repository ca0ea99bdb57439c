//! The one check of a peer's certificate chain, in memory: `verify(chain, anchors, crls, now,
//! usage)`. The handshake calls it and nothing else decides. Never asks a clock, never fetches.

mod openssl_store;
mod peer;

pub(crate) use openssl_store::{MAX_DEPTH, SECURITY_LEVEL, distrust_of, flags, store};
pub use peer::VerifiedPeer;

use jiff::Timestamp;
use openssl::x509::X509;

use crate::Distrust;
use crate::anchors::Anchors;
use crate::crls::{Crls, Standing};
use crate::x509::{Certificate, Der, Leaf};

/// Most certificates that a peer may show: leaf, issuing authority, and the root, which is not
/// needed.
pub const CHAIN_LEN_MAX: usize = 3;

/// In which role the peer shows its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// It opened the connection.
    Client,
    /// It was called.
    Server,
}

/// Says who the peer is, or why it is not believed. `chain` is what the peer showed, leaf first.
///
/// OpenSSL builds and checks the path (strict, purpose, security level 2, depth); then the leaf is
/// held against the profile, the root against the data spaces, and both certificates below the
/// root against revocation lists that must be there and fresh.
///
/// # Errors
/// [`Distrust`], the first reason found.
pub fn verify(
    chain: &[Der],
    anchors: &Anchors,
    crls: &Crls,
    now: Timestamp,
    usage: Usage,
) -> Result<VerifiedPeer, Distrust> {
    let (leaf_der, others) = chain.split_first().ok_or(Distrust::NoCertificate)?;
    if chain.len() > CHAIN_LEN_MAX {
        return Err(Distrust::ChainLength);
    }
    for der in chain {
        Certificate::read(der)?;
    }
    let path = openssl_store::build_path(leaf_der, others, anchors, now, usage)?;
    let [_, issuing, root] = path.as_slice() else { return Err(Distrust::ChainLength) };
    let leaf = Leaf::read(leaf_der)?;
    let issuing = Certificate::read(&der_of(issuing)?)?;
    let root = Certificate::read(&der_of(root)?)?;
    let dataspaces = anchors.dataspaces(&root.fingerprint, leaf.did());
    if dataspaces.is_empty() {
        return Err(Distrust::DataspaceScope { did: Box::new(leaf.did().clone()) });
    }
    let peer = VerifiedPeer::new(&leaf, &issuing, &root, dataspaces);
    peer.recheck(anchors, crls, now)?;
    Ok(peer)
}

fn der_of(certificate: &X509) -> Result<Der, Distrust> {
    certificate.to_der().map(Der::new).map_err(|_| Distrust::CertificateUnreadable)
}

/// Refuses where a list is missing, stale, or names one of the two certificates.
fn check_revocation(peer: &VerifiedPeer, crls: &Crls, now: Timestamp) -> Result<(), Distrust> {
    if crls.check(peer.root_spki(), peer.issuing_serial(), now)? == Standing::Revoked {
        return Err(Distrust::IssuerRevoked);
    }
    if crls.check(peer.issuing_spki(), peer.serial(), now)? == Standing::Revoked {
        return Err(Distrust::Revoked);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
