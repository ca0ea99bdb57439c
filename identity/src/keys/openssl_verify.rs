//! `wire::sign::Verify` on josekit and OpenSSL.

use josekit::jws::{ES256, EdDSA, JwsVerifier};
use wire::sign::{Algorithm, PublicKey, Verify, VerifyError};

use super::to_openssl;

/// Length of a raw signature of both algorithms, in bytes.
const SIGNATURE_LEN: usize = 64;

/// Verifies raw ES256 (r‖s) and Ed25519 signatures.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpensslVerify;

impl Verify for OpensslVerify {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        if signature.len() != SIGNATURE_LEN {
            return Err(VerifyError::UnusableSignature);
        }
        let spki = to_openssl(key)
            .and_then(|pkey| pkey.public_key_to_der())
            .map_err(|_| VerifyError::UnusableKey)?;
        let verifier: Box<dyn JwsVerifier> = match key.algorithm() {
            Algorithm::Ed25519 => {
                Box::new(EdDSA.verifier_from_der(&spki).map_err(|_| VerifyError::UnusableKey)?)
            }
            Algorithm::Es256 => {
                Box::new(ES256.verifier_from_der(&spki).map_err(|_| VerifyError::UnusableKey)?)
            }
        };
        verifier.verify(message, signature).map_err(|_| VerifyError::Mismatch)
    }
}
