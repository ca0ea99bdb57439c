//! Signing certificates for members and for the authority itself.

use identity::Validity;
use identity::authority::{CheckedRequest, LeafNames, build_request};
use identity::enrol::EnrolError;
use identity::x509::{Der, Serial};
use jiff::Timestamp;
use wire::did::Did;

use super::envelope::Certificates;
use super::view::{IssuedRecord, MemberRecord};
use super::{Authority, Record, Refusal, after};
use crate::clock::Clock;
use crate::ids::{Ids, random};
use crate::participant::folder::Side;
use crate::store::Store;
use crate::trust::refresher::public_url;

/// How far certificates and lists begin in the past, in seconds, for clocks that differ.
pub(super) const BACKDATED_SECONDS: i64 = 5 * 60;
/// Days of a certificate where no setting says otherwise.
pub(super) const LEAF_DAYS_USUAL: u32 = 60;
/// Days of a certificate, at least and at most.
const LEAF_DAYS: std::ops::RangeInclusive<u32> = 1..=90;
/// Certificates of one member that hold at once; renewing more often is refused.
const CERTIFICATES_MAX: usize = 12;

/// The names in a member's certificate.
pub(super) fn leaf_names(authority: &Did, member: &Did) -> LeafNames {
    LeafNames { did: member.clone(), crl_url: Some(public_url(authority, "/crl/issuing")) }
}

/// Certificates that were signed, and what is stored of them.
pub(super) struct Issued {
    pub(super) certificates: Certificates,
    pub(super) mutual: IssuedRecord,
    pub(super) public: IssuedRecord,
}

impl Issued {
    /// Adds what was signed to a member's record.
    pub(super) fn enter(&self, member: &mut MemberRecord, now: Timestamp) -> Result<(), Refusal> {
        member.forget_ended(now);
        if member.certificates.len() >= CERTIFICATES_MAX {
            return Err(Refusal::NotItsCertificate);
        }
        member.certificates.push(self.mutual.clone());
        member.public_certificates.push(self.public.clone());
        Ok(())
    }
}

impl<S: Store, C: Clock, I: Ids, R: Record> Authority<S, C, I, R> {
    /// Signs both certificates for requests that were checked.
    pub(super) fn issue(
        &self,
        mutual: &CheckedRequest,
        public_csr: &str,
        now: Timestamp,
    ) -> Result<Issued, Refusal> {
        let public = checked(public_csr, mutual.did())?;
        let validity = self.validity(now)?;
        let (mutual_serial, public_serial) = (self.serial(), self.serial());
        let names = leaf_names(&self.office.authority, mutual.did());
        let issuing = &self.offices.issuing;
        let leaf = issuing.sign_leaf(mutual, &names, &mutual_serial, validity)?;
        let site = issuing.sign_public(&public, &public_serial, validity)?;
        let record = |der: &Der, serial: &Serial| IssuedRecord {
            serial: serial.to_string(),
            fingerprint: der.digest(),
            not_after: validity.not_after,
        };
        let (mutual, public) = (record(&leaf, &mutual_serial), record(&site, &public_serial));
        let above = issuing.certificate();
        let certificates =
            Certificates { mutual: vec![leaf, above.clone()], public: vec![site, above.clone()] };
        Ok(Issued { certificates, mutual, public })
    }

    /// Renews the authority's own certificates when two thirds of their life are over.
    pub(super) async fn renew_own(&self) -> Result<(), Refusal> {
        let now = self.clock.now();
        let due = self.participant.standing().map(|standing| standing.material.leaf().renew_at());
        if due.is_none_or(|due| now < due) {
            return Ok(());
        }
        let _changing = self.changing.lock().await;
        let did = &self.office.authority;
        let tls_key = self.folder.fresh_key(Side::Mutual)?;
        let public_key = self.folder.fresh_key(Side::Public)?;
        let request = checked(&build_request(&tls_key, did)?, did)?;
        let issued = self.issue(&request, &build_request(&public_key, did)?, now)?;
        let Certificates { mutual, public } = issued.certificates;
        self.folder.write_certificate(Side::Public, &public, &public_key)?;
        self.folder.write_certificate(Side::Mutual, &mutual, &tls_key)?;
        Ok(())
    }

    /// When the authority looks after its own certificates next.
    pub(super) fn own_renewal(&self) -> Timestamp {
        let standing = self.participant.standing();
        standing.map_or(Timestamp::MAX, |standing| standing.material.leaf().renew_at())
    }

    fn validity(&self, now: Timestamp) -> Result<Validity, Refusal> {
        let days = self.settings.leaf_days.clamp(*LEAF_DAYS.start(), *LEAF_DAYS.end());
        Validity::days(after(now, -BACKDATED_SECONDS), days).ok_or(Refusal::Unusable)
    }

    fn serial(&self) -> Serial {
        Serial::from_random(random(&self.ids))
    }
}

fn checked(csr: &str, did: &Did) -> Result<CheckedRequest, Refusal> {
    CheckedRequest::read(csr, did).map_err(|source| Refusal::Enrol(EnrolError::Request { source }))
}
