//! Signed statements (RFC 7515), compact and detached. Header and claims are read by us, strictly;
//! only the raw signature passes through the signing traits. The algorithm is the key's, the type
//! must be the expected one, and a header with any member that we do not know is refused.

mod error;
mod header;
mod times;

pub use error::JwsError;
pub use times::{LEEWAY_SECONDS, check_times, seconds};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use wire::json::{self, Limits};
use wire::sign::{KeyId, PublicKey, Sign, Verify};

use crate::x509::Der;
use header::Header;

/// Longest compact statement, in bytes.
pub const COMPACT_LEN_MAX: usize = 64 * 1024;

/// Longest statement that carries its signer's certificate (a trust list), in bytes.
pub const CERTIFIED_LEN_MAX: usize = 16 * 1024 * 1024;

/// Longest header, in bytes of base64url.
const HEADER_LEN_MAX: usize = 32 * 1024;

/// Whether a statement may carry the certificate of its signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carries {
    Certificate,
    Nothing,
}

/// Signs claims. `typ` names the kind of statement and must be unique to it.
///
/// # Errors
/// If the claims have no canonical form or the key fails.
pub fn sign_compact(key: &dyn Sign, typ: &str, claims: &Value) -> Result<String, JwsError> {
    compact(key, &Header::new(key, typ, None), claims)
}

/// Like [`sign_compact`], with the signer's certificate in `x5c`.
pub(crate) fn sign_certified(
    key: &dyn Sign,
    typ: &str,
    certificate: &Der,
    claims: &Value,
) -> Result<String, JwsError> {
    compact(key, &Header::new(key, typ, Some(certificate.clone())), claims)
}

fn compact(key: &dyn Sign, header: &Header, claims: &Value) -> Result<String, JwsError> {
    let payload = json::canonical(claims).map_err(|_| JwsError::Claims)?;
    let signed = format!("{}.{}", header.encode(), URL_SAFE_NO_PAD.encode(payload));
    let signature = key.sign(signed.as_bytes()).map_err(|_| JwsError::Key)?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Verifies a statement and gives its claims: an object without duplicate members. What the claims
/// mean, and whether they hold now, is for the caller.
///
/// # Errors
/// [`JwsError`], the first reason found.
pub fn verify_compact(
    token: &str,
    typ: &str,
    key: &PublicKey,
    verify: &dyn Verify,
) -> Result<Value, JwsError> {
    let parts = split(token, COMPACT_LEN_MAX)?;
    let header = Header::decode(parts.header, typ, Carries::Nothing)?;
    parts.check(&header, key, verify)?;
    claims(parts.payload)
}

/// A statement whose form is right, but whose signature nobody has checked yet: for choosing the
/// key by its id or by the certificate it carries.
pub(crate) struct Unverified<'a> {
    parts: Parts<'a>,
    header: Header,
}

impl<'a> Unverified<'a> {
    pub(crate) fn read(token: &'a str, typ: &str, carries: Carries) -> Result<Self, JwsError> {
        let len_max = match carries {
            Carries::Certificate => CERTIFIED_LEN_MAX,
            Carries::Nothing => COMPACT_LEN_MAX,
        };
        let parts = split(token, len_max)?;
        let header = Header::decode(parts.header, typ, carries)?;
        Ok(Self { parts, header })
    }

    pub(crate) fn certificate(&self) -> Option<&Der> {
        self.header.certificate.as_ref()
    }

    pub(crate) fn verify(self, key: &PublicKey, verify: &dyn Verify) -> Result<Value, JwsError> {
        self.parts.check(&self.header, key, verify)?;
        claims(self.parts.payload)
    }
}

/// The key id in the header of a statement, verified or not: for choosing the key.
///
/// # Errors
/// If the statement is malformed or not of the type expected.
pub fn key_id(token: &str, typ: &str) -> Result<KeyId, JwsError> {
    let header = token.split('.').next().unwrap_or_default();
    Ok(Header::decode(header, typ, Carries::Nothing)?.kid)
}

/// Signs bytes that travel elsewhere: `header..signature` (RFC 7515, appendix F).
///
/// # Errors
/// If the key fails.
pub fn sign_detached(key: &dyn Sign, typ: &str, payload: &[u8]) -> Result<String, JwsError> {
    let header = Header::new(key, typ, None).encode();
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let signature = key.sign(signed.as_bytes()).map_err(|_| JwsError::Key)?;
    Ok(format!("{header}..{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Verifies a detached signature over `payload`.
///
/// # Errors
/// [`JwsError`], the first reason found.
pub fn verify_detached(
    token: &str,
    typ: &str,
    payload: &[u8],
    key: &PublicKey,
    verify: &dyn Verify,
) -> Result<(), JwsError> {
    let parts = split(token, COMPACT_LEN_MAX)?;
    if !parts.payload.is_empty() {
        return Err(JwsError::Form);
    }
    let header = Header::decode(parts.header, typ, Carries::Nothing)?;
    let encoded = URL_SAFE_NO_PAD.encode(payload);
    Parts { payload: &encoded, ..parts }.check(&header, key, verify)
}

/// The three parts as they stand.
struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl Parts<'_> {
    fn check(&self, header: &Header, key: &PublicKey, verify: &dyn Verify) -> Result<(), JwsError> {
        if header.algorithm != key.algorithm() {
            return Err(JwsError::Algorithm);
        }
        let signature = decode(self.signature)?;
        let signed = format!("{}.{}", self.header, self.payload);
        verify
            .verify(key, signed.as_bytes(), &signature)
            .map_err(|source| JwsError::Signature { source })
    }
}

fn split(token: &str, len_max: usize) -> Result<Parts<'_>, JwsError> {
    if token.len() > len_max {
        return Err(JwsError::TooLarge);
    }
    let parts: Vec<&str> = token.splitn(4, '.').collect();
    let [header, payload, signature] = parts.as_slice() else { return Err(JwsError::Form) };
    Ok(Parts { header, payload, signature })
}

/// Unpadded base64url whose unused bits are zero; anything else has a twin and is refused.
fn decode(text: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JwsError::Form)
}

fn claims(payload: &str) -> Result<Value, JwsError> {
    let limits = Limits::document();
    let value =
        json::parse(&decode(payload)?, &limits).map_err(|source| JwsError::Json { source })?;
    if value.is_object() { Ok(value) } else { Err(JwsError::Claims) }
}

#[cfg(test)]
mod tests;
