//! The authority's records, as stored and as shown.

use std::collections::BTreeSet;

use identity::Registration;
use identity::enrol::{Code, CodeHash, Fingerprint, Invitation};
use identity::trust::{Member, Status, is_shown_name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::did::Did;
use wire::digest::Digest;
use wire::iri::Iri;
use wire::sign::PublicKey;

/// A code that was just made, to be handed over by another way than the network.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The one-time code; it is stored only as a hash, so this is the one time to read it.
    pub code: Code,
    /// For whom.
    pub did: Did,
    /// Until when it works.
    pub expires: Timestamp,
    /// The root's fingerprint, to be compared by whoever joins.
    pub fingerprint: Fingerprint,
}

/// Somebody who is to be invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Who.
    pub did: Did,
    /// The name shown to people.
    pub name: String,
    /// As what it was vetted already; it is listed so from its enrolment on.
    pub vetted_as: BTreeSet<Iri>,
}

/// A member that was changed, and the lists that say so first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Altered {
    /// The member.
    pub member: MemberView,
    /// The number of the trust list.
    pub trust_list: u64,
}

/// Whether somebody takes part.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    /// It does.
    Active,
    /// Its certificates were withdrawn.
    Revoked,
    /// Not for the time being.
    Suspended,
}

/// One member as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberView {
    /// Who.
    pub did: Did,
    /// The name shown to people.
    pub name: String,
    /// Whether it takes part.
    pub membership: Membership,
    /// As what it was vetted.
    pub vetted_as: BTreeSet<String>,
    /// Since when it is a member.
    pub joined: Timestamp,
    /// When its newest certificate ends.
    pub certificate_ends: Option<Timestamp>,
}

/// One member as stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberRecord {
    pub(super) did: Did,
    pub(super) name: String,
    pub(super) membership: Membership,
    pub(super) vetted_as: BTreeSet<Iri>,
    pub(super) joined: Timestamp,
    pub(super) agreement_key: PublicKey,
    pub(super) did_key: PublicKey,
    pub(super) log_key: PublicKey,
    pub(super) log_origin: String,
    pub(super) capabilities: BTreeSet<String>,
    /// Certificates of the mutual listener that have not ended.
    pub(super) certificates: Vec<IssuedRecord>,
    /// Certificates of the public listener that have not ended.
    pub(super) public_certificates: Vec<IssuedRecord>,
}

/// One certificate as stored.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssuedRecord {
    pub(super) serial: String,
    pub(super) fingerprint: Digest,
    pub(super) not_after: Timestamp,
}

/// One withdrawn certificate as stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokedRecord {
    pub(super) did: Did,
    pub(super) since: Timestamp,
    pub(super) not_after: Timestamp,
}

/// One open code as stored, under its hash.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationRecord {
    pub(super) code: CodeHash,
    pub(super) did: Did,
    pub(super) name: String,
    pub(super) vetted_as: BTreeSet<Iri>,
    pub(super) expires: Timestamp,
}

/// The number of the lists that were announced last.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditionRecord {
    pub(super) number: u64,
}

impl InvitationRecord {
    pub(super) fn invitation(&self) -> Invitation {
        Invitation { code: self.code, did: self.did.clone(), expires: self.expires }
    }
}

impl MemberRecord {
    /// A new member, as it was invited and as it registers itself.
    pub(super) fn new(
        open: &InvitationRecord,
        registration: Registration,
        joined: Timestamp,
    ) -> Self {
        Self {
            did: open.did.clone(),
            name: open.name.clone(),
            membership: Membership::Active,
            vetted_as: open.vetted_as.clone(),
            joined,
            agreement_key: registration.agreement_key,
            did_key: registration.did_key,
            log_key: registration.log_key,
            log_origin: registration.log_origin,
            capabilities: registration.capabilities,
            certificates: Vec::new(),
            public_certificates: Vec::new(),
        }
    }

    /// Forgets certificates that have ended.
    pub(super) fn forget_ended(&mut self, now: Timestamp) {
        self.certificates.retain(|issued| now <= issued.not_after);
        self.public_certificates.retain(|issued| now <= issued.not_after);
    }

    /// What the trust list says of it.
    pub(super) fn listed(&self) -> Member {
        Member {
            certificates: self.certificates.iter().map(|issued| issued.fingerprint).collect(),
            did: self.did.clone(),
            name: Some(self.name.clone()).filter(|name| is_shown_name(name)),
            registration: Registration {
                agreement_key: self.agreement_key.clone(),
                capabilities: self.capabilities.clone(),
                did_key: self.did_key.clone(),
                log_key: self.log_key.clone(),
                log_origin: self.log_origin.clone(),
            },
            // A revoked member stays listed, because its keys prove what it signed before.
            status: match self.membership {
                Membership::Active => Status::Active,
                Membership::Revoked | Membership::Suspended => Status::Suspended,
            },
            vetted_as: self.vetted_as.clone(),
        }
    }

    pub(super) fn view(&self) -> MemberView {
        MemberView {
            did: self.did.clone(),
            name: self.name.clone(),
            membership: self.membership,
            vetted_as: self.vetted_as.iter().map(|kind| kind.as_str().to_owned()).collect(),
            joined: self.joined,
            certificate_ends: self.certificates.iter().map(|issued| issued.not_after).max(),
        }
    }
}
