//! The authority's trust list: who belongs to the data space, as what they were vetted, and with
//! which keys they are registered. A numbered, expiring statement, signed with a key whose
//! certificate the root itself signed for this one purpose ([`crate::authority::STATEMENT_USAGE`])
//! and can withdraw; it travels in the statement's header. Never fetched here.

mod authority_key;
mod error;
mod member;
mod read;

pub use error::TrustError;
pub use member::{Member, NAME_CHARS_MAX, Status, is_shown_name};

use jiff::Timestamp;
use serde_json::{Value, json};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::sign::{PublicKey, Sign, Verify};

use crate::crls::Crls;
use crate::jws::{self, Carries, JwsError, Unverified};
use crate::x509::Der;

/// The type of the statement.
pub const TRUST_LIST_TYP: &str = "allmende-trust-list+jwt";

/// Most members of one list.
pub const MEMBERS_MAX: usize = 20_000;

/// A certificate authority of the data space, and where its revocation list lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAuthority {
    /// Its certificate: whoever reads the revocation list needs it.
    pub certificate: Der,
    /// Address of its revocation list.
    pub crl_url: String,
}

/// What the authority says of its data space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustList {
    /// Who says it.
    pub authority: Did,
    /// Root and issuing authorities.
    pub authorities: Vec<ListedAuthority>,
    /// Of which data space.
    pub dataspace: DataspaceId,
    /// Until when it counts.
    pub expires: Timestamp,
    /// Since when.
    pub issued: Timestamp,
    /// The key of the authority's own log and countersignatures, if it keeps one.
    pub witness: Option<Witness>,
    /// Everyone, by DID; each once.
    pub members: Vec<Member>,
    /// Grows with each list.
    pub number: u64,
}

/// The log key with which the authority countersigns members' checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Ed25519.
    pub key: PublicKey,
    /// The name in its signature lines.
    pub name: String,
}

impl TrustList {
    /// Signs the list. `certificate` is the one that the root signed for `key`.
    ///
    /// # Errors
    /// If the key fails.
    pub fn sign(&self, key: &dyn Sign, certificate: &Der) -> Result<String, JwsError> {
        jws::sign_certified(key, TRUST_LIST_TYP, certificate, &self.to_json())
    }

    /// Verifies and reads a list: the signer's certificate must come from one of `roots`, be made
    /// for statements alone, and be free of revocation by the root's list in `crls`; the list must
    /// be of `dataspace` and hold at `now`.
    ///
    /// # Errors
    /// [`TrustError`], the first reason found.
    pub fn verify(
        token: &str,
        dataspace: &DataspaceId,
        roots: &[Der],
        crls: &Crls,
        now: Timestamp,
        verify: &dyn Verify,
    ) -> Result<Self, TrustError> {
        let statement = Unverified::read(token, TRUST_LIST_TYP, Carries::Certificate)?;
        let certificate = statement.certificate().ok_or(TrustError::SignerMissing)?;
        let key = authority_key::verify(certificate, roots, crls, now)?;
        let claims = statement.verify(&key, verify)?;
        let list = read::list(&claims)?;
        if list.dataspace != *dataspace {
            return Err(TrustError::Dataspace { found: list.dataspace });
        }
        list.check_time(now)?;
        Ok(list)
    }

    /// Refuses a list that is older than the one held, or another one with the same number.
    ///
    /// # Errors
    /// [`TrustError::Rollback`], [`TrustError::NumberReused`], or another authority.
    pub fn accept(self, previous: Option<&Self>) -> Result<Self, TrustError> {
        let Some(held) = previous else { return Ok(self) };
        if held.authority != self.authority {
            return Err(TrustError::Authority);
        }
        if held.dataspace != self.dataspace {
            return Err(TrustError::Dataspace { found: self.dataspace });
        }
        if self.number < held.number {
            return Err(TrustError::Rollback { number: self.number, seen: held.number });
        }
        if self.number == held.number && self != *held {
            return Err(TrustError::NumberReused { number: self.number });
        }
        Ok(self)
    }

    /// Whether the list counts at `now`; asked again each time a cached list is used.
    ///
    /// # Errors
    /// [`TrustError::Expired`] or [`TrustError::Future`].
    pub fn check_time(&self, now: Timestamp) -> Result<(), TrustError> {
        if self.expires < now {
            return Err(TrustError::Expired { expires: self.expires });
        }
        if now.as_second().saturating_add(jws::LEEWAY_SECONDS) < self.issued.as_second() {
            return Err(TrustError::Future { issued: self.issued });
        }
        Ok(())
    }

    /// What the list says of a participant, if anything.
    #[must_use]
    pub fn member(&self, did: &Did) -> Option<&Member> {
        let position = self.members.binary_search_by(|member| member.did.cmp(did)).ok()?;
        self.members.get(position)
    }

    /// The claims as they are signed. Members are sorted.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members: Vec<&Member> = self.members.iter().collect();
        members.sort_by(|one, other| one.did.cmp(&other.did));
        let mut claims = json!({
            "authority": self.authority.as_str(),
            "authorities": self.authorities.iter().map(read::authority_json).collect::<Vec<_>>(),
            "dataspace": self.dataspace.as_str(),
            "exp": self.expires.as_second(),
            "iat": self.issued.as_second(),
            "members": members.into_iter().map(Member::to_json).collect::<Vec<_>>(),
            "number": self.number,
        });
        if let (Some(witness), Some(claims)) = (&self.witness, claims.as_object_mut()) {
            claims.insert("witness".into(), read::witness_json(witness));
        }
        claims
    }
}

#[cfg(test)]
mod tests;
