//! A PKCS#12 file with one trusted certificate, as Java reads it (RFC 7292). It holds no secret and
//! has no password: whoever may change it could change the password beside it as well.

use super::der::{sequence, tlv};
use crate::x509::Der;

/// `pkcs7-data`, 1.2.840.113549.1.7.1.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
/// `pkcs-12-certBag`, 1.2.840.113549.1.12.10.1.3.
const CERT_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x03];
/// `x509Certificate`, 1.2.840.113549.1.9.22.1.
const X509_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01];
/// `friendlyName`, 1.2.840.113549.1.9.20.
const FRIENDLY_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x14];
/// Oracle's `trustedKeyUsage`, 2.16.840.1.113894.746875.1.1: without it Java trusts no entry.
const TRUSTED_KEY_USAGE: &[u8] =
    &[0x60, 0x86, 0x48, 0x01, 0x86, 0xf9, 0x66, 0xad, 0xca, 0x7b, 0x01, 0x01];
/// `anyExtendedKeyUsage`, 2.5.29.37.0.
const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];

/// The file, with `certificate` under `name`.
#[must_use]
pub fn java_trust_store(name: &str, certificate: &Der) -> Vec<u8> {
    let oid = |content: &[u8]| tlv(0x06, content);
    let octets = |content: &[u8]| tlv(0x04, content);
    let explicit = |content: &[u8]| tlv(0xa0, content);
    let attribute = |name: &[u8], value: &[u8]| sequence(&[oid(name), tlv(0x31, value)].concat());
    let data = |content: &[u8]| sequence(&[oid(DATA), explicit(&octets(content))].concat());

    let certificate = explicit(&octets(certificate.as_bytes()));
    let bag = sequence(&[oid(X509_CERTIFICATE), certificate].concat());
    let shown: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let attributes = [
        attribute(FRIENDLY_NAME, &tlv(0x1e, &shown)),
        attribute(TRUSTED_KEY_USAGE, &oid(ANY_USAGE)),
    ];
    let safe = sequence(&[oid(CERT_BAG), explicit(&bag), tlv(0x31, &attributes.concat())].concat());
    let version = [0x02, 0x01, 0x03];
    sequence(&[&version[..], &data(&sequence(&data(&sequence(&safe))))].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_pkcs12_with_the_certificate_in_it() {
        // Content is carried as it is; that Java takes the file is tested with Java.
        let certificate = Der::new(vec![7; 600]);
        let file = java_trust_store("gate", &certificate);
        assert!(file.windows(600).any(|window| window == certificate.as_bytes()));
        let parsed = openssl::pkcs12::Pkcs12::from_der(&file);
        assert!(parsed.is_ok(), "{:?}", parsed.err());
    }
}
