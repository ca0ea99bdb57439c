//! Writing revocation lists: complete, direct, numbered, version 2.

use jiff::Timestamp;
use openssl::bn::BigNum;
use openssl::x509::extension::{AuthorityKeyIdentifier, CrlNumber};
use openssl::x509::{X509, X509Builder, X509CrlBuilder, X509RevokedBuilder};

use super::{AuthorityError, CaKey};
use crate::time::to_asn1;
use crate::x509::Serial;

/// One withdrawn certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number.
    pub serial: Serial,
    /// Since when it no longer counts.
    pub since: Timestamp,
}

/// What a revocation list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// Grows with each list; the caller stores it before publishing.
    pub number: u64,
    /// When it is issued.
    pub this_update: Timestamp,
    /// By when the next one is there; after it, members refuse everyone.
    pub next_update: Timestamp,
    /// All withdrawn certificates that have not ended, in any order.
    pub revoked: Vec<Revocation>,
}

pub(super) fn sign_list(
    list: &RevocationList,
    issuer: &X509,
    key: &CaKey,
) -> Result<Vec<u8>, AuthorityError> {
    let mut builder = X509CrlBuilder::new()?;
    builder.set_issuer_name(issuer.subject_name())?;
    builder.set_last_update(&*to_asn1(list.this_update)?)?;
    builder.set_next_update(&*to_asn1(list.next_update)?)?;
    let holder = X509Builder::new()?;
    let context = holder.x509v3_context(Some(issuer), None);
    builder.append_extension(AuthorityKeyIdentifier::new().keyid(true).build(&context)?)?;
    let number = BigNum::from_slice(&list.number.to_be_bytes())?;
    builder.append_extension(CrlNumber::new(number)?.build()?)?;
    for revocation in &list.revoked {
        let mut entry = X509RevokedBuilder::new()?;
        entry.set_serial_number(&*revocation.serial.to_asn1()?)?;
        entry.set_revocation_date(&*to_asn1(revocation.since)?)?;
        builder.add_revoked(entry.build())?;
    }
    builder.sort()?;
    builder.sign(key.pkey(), key.hash())?;
    Ok(builder.build()?.to_der()?)
}
