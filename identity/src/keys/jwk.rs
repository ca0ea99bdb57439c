//! Public keys as JWK (RFC 7517, RFC 8037), read strictly: exactly the members of the key type,
//! never a private part.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wire::node::{Node, ShapeError};
use wire::sign::{Algorithm, PublicKey};

use super::to_openssl;

/// The JWK of a public key: `kty`, `crv`, `x` and, for P-256, `y`.
#[must_use]
pub fn public_jwk(key: &PublicKey) -> Value {
    match key.algorithm() {
        Algorithm::Ed25519 => json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(key.bytes()),
        }),
        Algorithm::Es256 => {
            let (x, y) =
                key.bytes().get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
            json!({
                "kty": "EC",
                "crv": "P-256",
                "x": URL_SAFE_NO_PAD.encode(x),
                "y": URL_SAFE_NO_PAD.encode(y),
            })
        }
    }
}

/// Reads a public JWK of one of the two kinds. `alg`, `use`, `kid` and `key_ops` may stand in it;
/// `alg` must fit, the others are informative.
///
/// # Errors
/// [`JwkError`] for any other key, a private part, or a point off the curve.
pub fn read_public_jwk(node: &Node<'_>) -> Result<PublicKey, JwkError> {
    let members = node.object()?;
    let (kty, crv) = (members.required("kty")?, members.required("crv")?);
    let (algorithm, bytes) = match (kty.string()?, crv.string()?) {
        ("OKP", "Ed25519") => {
            members.refuse_unknown(&["kty", "crv", "x", "alg", "use", "kid", "key_ops"])?;
            (Algorithm::Ed25519, coordinate(&members.required("x")?)?)
        }
        ("EC", "P-256") => {
            members.refuse_unknown(&["kty", "crv", "x", "y", "alg", "use", "kid", "key_ops"])?;
            let mut bytes = vec![4];
            bytes.extend(coordinate(&members.required("x")?)?);
            bytes.extend(coordinate(&members.required("y")?)?);
            (Algorithm::Es256, bytes)
        }
        _ => return Err(JwkError::Kind),
    };
    if let Some(alg) = members.optional("alg")
        && alg.string()? != algorithm.jose_name()
    {
        return Err(JwkError::Kind);
    }
    let key = PublicKey::new(algorithm, bytes).map_err(|_| JwkError::Key)?;
    to_openssl(&key).map_err(|_| JwkError::Key)?;
    Ok(key)
}

fn coordinate(node: &Node<'_>) -> Result<Vec<u8>, JwkError> {
    let bytes = URL_SAFE_NO_PAD.decode(node.string()?).map_err(|_| JwkError::Key)?;
    if bytes.len() == 32 { Ok(bytes) } else { Err(JwkError::Key) }
}

/// Why a JWK is not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum JwkError {
    /// Coordinates of the wrong length or encoding, or a point off the curve.
    #[error("the key's coordinates are not a point of its curve")]
    Key,
    /// Another key type or curve than P-256 and Ed25519, or `alg` says something else.
    #[error("only P-256 and Ed25519 keys are used")]
    Kind,
    /// A member is missing, unknown or of the wrong type.
    #[error("{0}")]
    Shape(#[from] ShapeError),
}
