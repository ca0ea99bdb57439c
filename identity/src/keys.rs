//! Key pairs of participants: ES256 (TLS, agreements, tokens, the DID key) and Ed25519
//! (checkpoints). OpenSSL makes and holds them; josekit computes the raw signatures. A private key
//! leaves only as PEM, into a buffer that is wiped. Never reads or writes a file.

mod jwk;
mod openssl_verify;
mod secret;

pub use jwk::{JwkError, public_jwk, read_public_jwk};
pub use openssl_verify::OpensslVerify;
pub use secret::SecretPem;

use std::fmt;

use josekit::jws::{ES256, EdDSA, JwsSigner};
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private, Public};
use wire::digest::Digest;
use wire::sign::{Algorithm, KeyId, PublicKey, Sign, SignError};

/// A private key with its name. Dropping it lets OpenSSL wipe the key.
pub struct PrivateKey {
    key_id: KeyId,
    algorithm: Algorithm,
    public: PublicKey,
    pkey: PKey<Private>,
    signer: Box<dyn JwsSigner>,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, {})", self.key_id, self.public)
    }
}

impl PrivateKey {
    /// A new key; the randomness is OpenSSL's.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn generate(algorithm: Algorithm, key_id: KeyId) -> Result<Self, KeyError> {
        let pkey = match algorithm {
            Algorithm::Ed25519 => PKey::generate_ed25519().map_err(openssl)?,
            Algorithm::Es256 => generate_ec(Nid::X9_62_PRIME256V1).map_err(openssl)?,
        };
        Self::of(pkey, key_id)
    }

    /// Reads an unencrypted PKCS#8 key.
    ///
    /// # Errors
    /// If it cannot be read or is of another kind.
    pub fn from_pem(pem: &[u8], key_id: KeyId) -> Result<Self, KeyError> {
        let pkey = PKey::private_key_from_pem(pem).map_err(|_| KeyError::Unreadable)?;
        Self::of(pkey, key_id)
    }

    fn of(pkey: PKey<Private>, key_id: KeyId) -> Result<Self, KeyError> {
        let der = SecretPem::new(pkey.private_key_to_pkcs8().map_err(openssl)?);
        let (algorithm, signer): (_, Box<dyn JwsSigner>) = match pkey.id() {
            Id::ED25519 => {
                let signer = EdDSA.signer_from_der(der.as_bytes());
                (Algorithm::Ed25519, Box::new(signer.map_err(|_| KeyError::Kind)?))
            }
            Id::EC => {
                let signer = ES256.signer_from_der(der.as_bytes());
                (Algorithm::Es256, Box::new(signer.map_err(|_| KeyError::Kind)?))
            }
            _ => return Err(KeyError::Kind),
        };
        let public = public_of(&pkey, algorithm)?;
        Ok(Self { key_id, algorithm, public, pkey, signer })
    }

    /// The PKCS#8 PEM form, for a file of mode 0600.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn to_pem(&self) -> Result<SecretPem, KeyError> {
        Ok(SecretPem::new(self.pkey.private_key_to_pem_pkcs8().map_err(openssl)?))
    }

    /// SHA-256 over the SubjectPublicKeyInfo, as certificates and DID documents name it.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn spki(&self) -> Result<Digest, KeyError> {
        Ok(Digest::of(&self.pkey.public_key_to_der().map_err(openssl)?))
    }

    pub(crate) fn pkey(&self) -> &PKey<Private> {
        &self.pkey
    }
}

impl Sign for PrivateKey {
    fn key_id(&self) -> KeyId {
        self.key_id.clone()
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.signer.sign(message).map_err(|_| SignError::Failed { key: self.key_id.clone() })
    }
}

/// A new key on a named curve.
pub(crate) fn generate_ec(curve: Nid) -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(curve)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

fn public_of(pkey: &PKey<Private>, algorithm: Algorithm) -> Result<PublicKey, KeyError> {
    let bytes = match algorithm {
        Algorithm::Ed25519 => pkey.raw_public_key().map_err(openssl)?,
        Algorithm::Es256 => {
            let ec = pkey.ec_key().map_err(openssl)?;
            point_bytes(ec.group(), ec.public_key()).map_err(openssl)?
        }
    };
    PublicKey::new(algorithm, bytes).map_err(|_| KeyError::Kind)
}

fn point_bytes(
    group: &openssl::ec::EcGroupRef,
    point: &openssl::ec::EcPointRef,
) -> Result<Vec<u8>, ErrorStack> {
    let mut context = BigNumContext::new()?;
    point.to_bytes(group, PointConversionForm::UNCOMPRESSED, &mut context)
}

/// The OpenSSL form of a public key; refuses a point off the curve.
pub(crate) fn to_openssl(key: &PublicKey) -> Result<PKey<Public>, ErrorStack> {
    match key.algorithm() {
        Algorithm::Ed25519 => PKey::public_key_from_raw_bytes(key.bytes(), Id::ED25519),
        Algorithm::Es256 => {
            let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
            let mut context = BigNumContext::new()?;
            // Refuses points off the curve; with the cofactor 1 that is enough.
            let point = EcPoint::from_bytes(&group, key.bytes(), &mut context)?;
            PKey::from_ec_key(EcKey::from_public_key(&group, &point)?)
        }
    }
}

/// SHA-256 over the SubjectPublicKeyInfo of a public key.
///
/// # Errors
/// If the key is no usable point.
pub fn spki_digest(key: &PublicKey) -> Result<Digest, KeyError> {
    let der = to_openssl(key).and_then(|pkey| pkey.public_key_to_der());
    Ok(Digest::of(&der.map_err(|_| KeyError::Unreadable)?))
}

fn openssl(source: ErrorStack) -> KeyError {
    KeyError::Openssl { source }
}

/// Why a key cannot be used; the operator's fault, or ours.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Neither P-256 nor Ed25519 (nor P-384 where an authority may have it).
    #[error("the key is of a kind that is not used here")]
    Kind,
    /// OpenSSL failed.
    #[error("OpenSSL failed on a key")]
    Openssl {
        /// Its own words.
        source: ErrorStack,
    },
    /// Not an unencrypted private key in PEM.
    #[error("the key cannot be read")]
    Unreadable,
}
