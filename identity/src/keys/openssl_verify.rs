//! `wire::sign::Verify` on OpenSSL.

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::sign::Verifier;
use wire::sign::{Algorithm, PublicKey, Verify, VerifyError};

use super::to_openssl;

/// Length of a raw signature of both algorithms, in bytes.
const SIGNATURE_LEN: usize = 64;

/// Verifies raw ES256 (r‖s) and Ed25519 signatures.
///
/// The key goes to OpenSSL as the point that it is: written as DER for josekit to read again, it
/// costs three times the verification itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpensslVerify;

impl Verify for OpensslVerify {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        let raw: &[u8; SIGNATURE_LEN] =
            signature.try_into().map_err(|_| VerifyError::UnusableSignature)?;
        let pkey = to_openssl(key).map_err(|_| VerifyError::UnusableKey)?;
        let holds = match key.algorithm() {
            Algorithm::Ed25519 => Verifier::new_without_digest(&pkey)
                .and_then(|mut verifier| verifier.verify_oneshot(raw, message)),
            Algorithm::Es256 => {
                let der = der(raw).map_err(|_| VerifyError::UnusableSignature)?;
                Verifier::new(MessageDigest::sha256(), &pkey)
                    .and_then(|mut verifier| verifier.verify_oneshot(&der, message))
            }
        };
        if matches!(holds, Ok(true)) { Ok(()) } else { Err(VerifyError::Mismatch) }
    }
}

/// The form in which OpenSSL takes r‖s.
fn der(raw: &[u8; SIGNATURE_LEN]) -> Result<Vec<u8>, ErrorStack> {
    let (r, s) = raw.split_at(SIGNATURE_LEN / 2);
    EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.to_der()
}
