//! Whether the certificate in a trust list's header is one that the root signed for statements.

use jiff::Timestamp;
use openssl::asn1::Asn1Object;
use openssl::bn::BigNumContext;
use openssl::ec::PointConversionForm;
use openssl::nid::Nid;
use openssl::x509::X509;
use wire::sign::{Algorithm, PublicKey};
use x509_parser::oid_registry::Oid;

use super::TrustError;
use crate::Distrust;
use crate::authority::STATEMENT_USAGE;
use crate::crls::{Crls, Standing};
use crate::x509::{Certificate, Der};

/// The key of the certificate, if one of the roots signed it directly, for statements alone, it
/// holds, and the root's revocation list does not name it.
pub(super) fn verify(
    der: &Der,
    roots: &[Der],
    crls: &Crls,
    now: Timestamp,
) -> Result<PublicKey, TrustError> {
    let certificate = Certificate::read(der)?;
    if certificate.ca || !made_for_statements(der)? {
        return Err(TrustError::SignerUsage);
    }
    let signed = der.to_openssl().map_err(|_| Distrust::CertificateUnreadable)?;
    let root = find_root(&signed, roots)?;
    let validities = [(certificate.validity, false), (root.validity, true)];
    for (validity, authority) in validities {
        if !validity.holds(now) {
            return Err(TrustError::SignerEnded { authority });
        }
    }
    if crls.check(&root.spki, &certificate.serial, now)? == Standing::Revoked {
        return Err(Distrust::Revoked.into());
    }
    public_key(&signed).ok_or(TrustError::SignerUsage)
}

fn find_root(signed: &X509, roots: &[Der]) -> Result<Certificate, TrustError> {
    for der in roots {
        let root = der.to_openssl().map_err(|_| Distrust::CertificateUnreadable)?;
        let key = root.public_key().map_err(|_| Distrust::CertificateUnreadable)?;
        let named = root.issued(signed) == openssl::x509::X509VerifyResult::OK;
        if named && matches!(signed.verify(&key), Ok(true)) {
            let root = Certificate::read(der)?;
            return if root.ca { Ok(root) } else { Err(Distrust::NotAuthority.into()) };
        }
    }
    Err(Distrust::RootUnknown.into())
}

/// Exactly one extended usage: ours.
fn made_for_statements(der: &Der) -> Result<bool, Distrust> {
    // The arc is too long for x509-parser's text form: compare the encoded identifier.
    let expected =
        Asn1Object::from_str(STATEMENT_USAGE).map_err(|_| Distrust::CertificateUnreadable)?;
    crate::x509::extended_usages(der, |usage| {
        let ours = |oid: &Oid<'_>| oid.as_bytes() == expected.as_slice();
        let others = usage.any
            || usage.client_auth
            || usage.server_auth
            || usage.code_signing
            || usage.email_protection
            || usage.time_stamping
            || usage.ocsp_signing;
        !others && usage.other.len() == 1 && usage.other.iter().all(ours)
    })
}

fn public_key(certificate: &X509) -> Option<PublicKey> {
    let ec = certificate.public_key().ok()?.ec_key().ok()?;
    if ec.group().curve_name() != Some(Nid::X9_62_PRIME256V1) {
        return None;
    }
    let mut context = BigNumContext::new().ok()?;
    let form = PointConversionForm::UNCOMPRESSED;
    let bytes = ec.public_key().to_bytes(ec.group(), form, &mut context).ok()?;
    PublicKey::new(Algorithm::Es256, bytes).ok()
}
