//! For tests only: signatures that are keyed hashes. Whoever knows the public key can forge them,
//! which is why this exists in tests only.

use sha2::{Digest as _, Sha256};
use wire::sign::{Algorithm, KeyId, PublicKey, Sign, SignError, Verify, VerifyError};

/// A key whose "signature" is the hash of its public half and the message, twice.
#[derive(Clone, Debug)]
pub(crate) struct FakeKey(PublicKey);

impl FakeKey {
    pub(crate) fn ed25519(seed: &str) -> Self {
        Self(PublicKey::new(Algorithm::Ed25519, Sha256::digest(seed).to_vec()).unwrap())
    }

    pub(crate) fn es256(seed: &str) -> Self {
        let half = Sha256::digest(seed).to_vec();
        Self(PublicKey::new(Algorithm::Es256, [&[4][..], &half, &half].concat()).unwrap())
    }
}

fn keyed(key: &PublicKey, message: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(key.bytes()).chain_update(message).finalize().repeat(2)
}

impl Sign for FakeKey {
    fn key_id(&self) -> KeyId {
        KeyId::parse("did:web:test.example#key").unwrap()
    }

    fn algorithm(&self) -> Algorithm {
        self.0.algorithm()
    }

    fn public_key(&self) -> PublicKey {
        self.0.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(keyed(&self.0, message))
    }
}

/// Checks what [`FakeKey`] made.
#[derive(Debug)]
pub(crate) struct FakeVerify;

impl Verify for FakeVerify {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        if signature == keyed(key, message) { Ok(()) } else { Err(VerifyError::Mismatch) }
    }
}
