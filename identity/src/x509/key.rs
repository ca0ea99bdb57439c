//! Which public keys may stand in a certificate: P-256, P-384, RSA of 2048 to 8192 bits with the
//! exponent 65537. Looked at before any signature is computed, since a huge key costs time.

use x509_parser::oid_registry::OID_KEY_TYPE_EC_PUBLIC_KEY;
use x509_parser::oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::Distrust;

const RSA_BITS_MIN: usize = 2048;
const RSA_BITS_MAX: usize = 8192;

/// Refuses every key outside of the list above.
pub(super) fn check(info: &SubjectPublicKeyInfo<'_>) -> Result<(), Distrust> {
    let algorithm = &info.algorithm.algorithm;
    if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
        let known = curve.is_some_and(|oid| oid == OID_EC_P256 || oid == OID_NIST_EC_P384);
        return if known { Ok(()) } else { Err(Distrust::KeyCurve) };
    }
    if *algorithm != OID_PKCS1_RSAENCRYPTION {
        return Err(Distrust::KeyKind);
    }
    let Ok(PublicKey::RSA(rsa)) = info.parsed() else { return Err(Distrust::KeyKind) };
    let modulus: &[u8] = rsa.modulus;
    let digits = modulus.iter().skip_while(|octet| **octet == 0);
    let leading = digits.clone().next().map_or(8, |octet| octet.leading_zeros());
    let bits = (digits.count() * 8).saturating_sub(usize::try_from(leading).unwrap_or(8));
    if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
        return Err(Distrust::KeySize { bits });
    }
    if rsa.try_exponent() != Ok(65_537) {
        return Err(Distrust::KeyExponent);
    }
    Ok(())
}
