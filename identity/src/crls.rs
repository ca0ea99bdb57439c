//! The revocation lists that are held, one per authority. Updating gives a new set, so that a
//! running check never sees half a change. Never fetches; absence refuses.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use wire::digest::Digest;

use crate::Distrust;
use crate::x509::{Crl, CrlFault, Der, Serial};

/// The newest revocation list of each authority.
#[derive(Clone, Debug, Default)]
pub struct Crls {
    by_issuer: BTreeMap<Digest, Arc<Crl>>,
}

impl Crls {
    /// None held: everyone is refused.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The set with this list in it, if `issuer` signed it, it holds now, and it is not older than
    /// the one held for the same key.
    ///
    /// # Errors
    /// [`CrlFault`]; the set at hand stays as it is.
    pub fn update(&self, crl: &[u8], issuer: &Der, now: Timestamp) -> Result<Self, CrlFault> {
        let crl = Crl::read(crl, issuer)?;
        check_times(&crl, now)?;
        if let Some(held) = self.by_issuer.get(&crl.issuer_spki) {
            if crl.number < held.number {
                return Err(CrlFault::Rollback { number: crl.number, seen: held.number });
            }
            if crl.number == held.number && crl.digest != held.digest {
                return Err(CrlFault::NumberReused { number: crl.number });
            }
        }
        let mut next = self.clone();
        next.by_issuer.insert(crl.issuer_spki, Arc::new(crl));
        Ok(next)
    }

    /// The list held for an authority, by the digest of its SubjectPublicKeyInfo.
    #[must_use]
    pub fn of(&self, issuer_spki: &Digest) -> Option<&Crl> {
        self.by_issuer.get(issuer_spki).map(AsRef::as_ref)
    }

    /// The earliest instant at which a held list stops counting.
    #[must_use]
    pub fn stale_at(&self) -> Option<Timestamp> {
        self.by_issuer.values().map(|crl| crl.next_update).min()
    }

    /// Whether `serial`, issued by the key with this digest, is free of revocation at `now`.
    pub(crate) fn check(
        &self,
        issuer_spki: &Digest,
        serial: &Serial,
        now: Timestamp,
    ) -> Result<Standing, Distrust> {
        let crl = self.of(issuer_spki).ok_or(Distrust::CrlMissing)?;
        check_times(crl, now)?;
        Ok(if crl.revokes(serial) { Standing::Revoked } else { Standing::Good })
    }
}

/// What a revocation list that counts says of one serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    Revoked,
}

fn check_times(crl: &Crl, now: Timestamp) -> Result<(), CrlFault> {
    if now < crl.this_update {
        return Err(CrlFault::Future { this_update: crl.this_update });
    }
    if crl.next_update < now {
        return Err(CrlFault::Stale { next_update: crl.next_update });
    }
    Ok(())
}
