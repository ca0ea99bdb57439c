//! `wire::sign::Verify` on josekit and OpenSSL.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use josekit::jws::{ES256, EdDSA, JwsVerifier};
use wire::sign::{Algorithm, PublicKey, Verify, VerifyError};

use super::to_openssl;

/// The length of a signature of both algorithms.
const SIGNATURE_LEN: usize = 64;
/// Keys that are kept ready. One more, and all are read again.
const READY_MAX: usize = 256;

/// Keys as josekit takes them. To read one costs three times what a verification does, and a
/// connector meets few; they are public and never change.
static READY: Mutex<BTreeMap<PublicKey, Arc<dyn JwsVerifier>>> = Mutex::new(BTreeMap::new());

/// Verifies raw ES256 (r‖s) and Ed25519 signatures.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpensslVerify;

impl Verify for OpensslVerify {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        if signature.len() != SIGNATURE_LEN {
            return Err(VerifyError::UnusableSignature);
        }
        ready(key)?.verify(message, signature).map_err(|_| VerifyError::Mismatch)
    }
}

fn ready(key: &PublicKey) -> Result<Arc<dyn JwsVerifier>, VerifyError> {
    let kept = READY.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
    if let Some(verifier) = kept {
        return Ok(verifier);
    }
    let verifier = read(key).ok_or(VerifyError::UnusableKey)?;
    let mut keys = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if keys.len() >= READY_MAX {
        keys.clear();
    }
    keys.insert(key.clone(), verifier.clone());
    Ok(verifier)
}

fn read(key: &PublicKey) -> Option<Arc<dyn JwsVerifier>> {
    let spki = to_openssl(key).and_then(|pkey| pkey.public_key_to_der()).ok()?;
    Some(match key.algorithm() {
        Algorithm::Ed25519 => Arc::new(EdDSA.verifier_from_der(&spki).ok()?),
        Algorithm::Es256 => Arc::new(ES256.verifier_from_der(&spki).ok()?),
    })
}
