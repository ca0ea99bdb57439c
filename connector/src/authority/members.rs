//! What people do with members: invite, vet, suspend, reinstate, revoke, list.

use std::collections::BTreeSet;

use identity::enrol::Code;
use identity::trust::MEMBERS_MAX;
use jiff::Timestamp;
use wire::did::Did;
use wire::iri::Iri;

use super::view::{
    Altered, EditionRecord, Guest, InvitationRecord, Invited, MemberRecord, MemberView, Membership,
    RevokedRecord,
};
use super::{Authority, Change, Record, Refusal, after};
use crate::clock::Clock;
use crate::ids::{Ids, random};
use crate::store::{Batch, CommitError, Key, Kind, RANGE_MAX, Span, Store, Version};

/// Seconds that a code works.
const CODE_SECONDS: i64 = 86_400;

/// How often a change is tried whose log entry collides with another's.
const COMMIT_TRIES_MAX: u32 = 8;

/// The id of the record that counts the lists.
const EDITION: &str = "edition";

impl<S: Store, C: Clock, I: Ids, R: Record> Authority<S, C, I, R> {
    /// Makes a one-time code for `guest`; an earlier one for the same participant ends. For a
    /// member that enrols again, the kinds given here are added to those it has.
    ///
    /// # Errors
    /// [`Refusal`] for the authority itself and for a host name that another member has.
    pub async fn invite(&self, guest: Guest, by: &str) -> Result<Invited, Refusal> {
        let Guest { did, name, vetted_as } = guest;
        let did = &did;
        let now = self.clock.now();
        let _changing = self.changing.lock().await;
        self.check_name(did).await?;
        let code = Code::from_random(random(&self.ids));
        let expires = after(now, CODE_SECONDS);
        let mut batch = Batch::new();
        for (id, version, open) in self.open_codes().await? {
            if open.did == *did || open.expires < now {
                batch.remove(self.key_of(Kind::Enrolment, id), version);
            }
        }
        let record =
            InvitationRecord { code: code.hash(), did: did.clone(), name, vetted_as, expires };
        batch.create_json(self.key_of(Kind::Enrolment, record.code.to_string()), &record)?;
        let change = Change::Invited { member: did.clone(), expires, by: by.to_owned() };
        self.commit(batch, &change).await?;
        Ok(Invited { code, did: did.clone(), expires, fingerprint: self.fingerprint() })
    }

    /// Says as what `did` is vetted from now on: exactly these kinds.
    ///
    /// # Errors
    /// [`Refusal`] if it is no member.
    pub async fn vet(&self, did: &Did, kinds: BTreeSet<Iri>, by: &str) -> Result<Altered, Refusal> {
        let listed = kinds.iter().cloned().collect();
        let change = Change::Vetted { member: did.clone(), kinds: listed, by: by.to_owned() };
        self.alter(did, change, move |_, member, _| {
            member.vetted_as = kinds;
            Ok(())
        })
        .await
    }

    /// Excludes `did` for the time being: its certificates stay, but nobody takes them.
    ///
    /// # Errors
    /// [`Refusal`] if it is no member, or revoked.
    pub async fn suspend(&self, did: &Did, reason: &str, by: &str) -> Result<Altered, Refusal> {
        let (reason, by) = (reason.to_owned(), by.to_owned());
        let change = Change::Suspended { member: did.clone(), reason, by };
        self.alter(did, change, |batch, member, _| {
            batch.restricting();
            set_membership(member, Membership::Suspended)
        })
        .await
    }

    /// Lets a suspended member take part again.
    ///
    /// # Errors
    /// [`Refusal`] if it is no member, or revoked: then it needs a new code.
    pub async fn reinstate(&self, did: &Did, by: &str) -> Result<Altered, Refusal> {
        let change = Change::Reinstated { member: did.clone(), by: by.to_owned() };
        self.alter(did, change, |_, member, _| set_membership(member, Membership::Active)).await
    }

    /// Withdraws all certificates of `did` and its vetting. To take part again it needs a new code.
    ///
    /// # Errors
    /// [`Refusal`] if it is no member.
    pub async fn revoke(&self, did: &Did, reason: &str, by: &str) -> Result<Altered, Refusal> {
        let (reason, by) = (reason.to_owned(), by.to_owned());
        let change = Change::Revoked { member: did.clone(), reason, by };
        self.alter(did, change, |batch, member, now| {
            batch.restricting();
            self.withdraw(batch, member, now)?;
            member.membership = Membership::Revoked;
            member.vetted_as.clear();
            Ok(())
        })
        .await
    }

    /// All members, by DID.
    ///
    /// # Errors
    /// [`Refusal`] if the store cannot be read.
    pub async fn members(&self) -> Result<Vec<MemberView>, Refusal> {
        Ok(self.member_records().await?.iter().map(MemberRecord::view).collect())
    }

    /// Loads a member, changes it, records and commits, and publishes.
    async fn alter(
        &self,
        did: &Did,
        change: Change,
        with: impl FnOnce(&mut Batch, &mut MemberRecord, Timestamp) -> Result<(), Refusal> + Send,
    ) -> Result<Altered, Refusal> {
        if *did == self.office.authority {
            return Err(Refusal::Itself { did: Box::new(did.clone()) });
        }
        let _changing = self.changing.lock().await;
        let (version, mut member) = self.member(did).await?;
        let mut batch = Batch::new();
        with(&mut batch, &mut member, self.clock.now())?;
        batch.replace_json(self.key_of(Kind::Member, did.as_str()), version, &member)?;
        let trust_list = self.make(batch, &change).await?;
        Ok(Altered { member: member.view(), trust_list })
    }

    /// Commits a change with its log entry and the next number of the lists, and publishes them.
    /// The change stands even if signing the lists fails: the timer signs them again.
    pub(super) async fn make(&self, batch: Batch, change: &Change) -> Result<u64, Refusal> {
        let mut batch = batch;
        let number = self.next_edition(&mut batch).await?;
        self.commit(batch, change).await?;
        if let Err(refusal) = self.publish(number).await {
            tracing::error!(code = refusal.code(), "a change is not yet in the lists: {refusal}");
            self.republish.notify_one();
        }
        Ok(number)
    }

    /// Commits a change with its log entry. Where only the log has moved on meanwhile, because the
    /// participant did something else at the same moment, the entry is made anew.
    async fn commit(&self, batch: Batch, change: &Change) -> Result<(), Refusal> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut batch = batch.clone();
            self.record.record(&mut batch, change).await?;
            match self.store.commit(batch).await {
                Err(CommitError::Lost { key }) if tries < COMMIT_TRIES_MAX && !is_ours(&key) => {}
                committed => return Ok(committed.map(|_| ())?),
            }
        }
    }

    /// Puts every certificate of a member that has not ended onto the revocation list.
    pub(super) fn withdraw(
        &self,
        batch: &mut Batch,
        member: &mut MemberRecord,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        member.forget_ended(now);
        let issued = member.certificates.drain(..).chain(member.public_certificates.drain(..));
        for issued in issued {
            let record =
                RevokedRecord { did: member.did.clone(), since: now, not_after: issued.not_after };
            batch.put_json(self.key_of(Kind::Certificate, issued.serial), &record)?;
        }
        Ok(())
    }

    pub(super) fn put_member(
        &self,
        batch: &mut Batch,
        member: &MemberRecord,
    ) -> Result<(), Refusal> {
        batch.put_json(self.key_of(Kind::Member, member.did.as_str()), member)?;
        Ok(())
    }

    pub(super) async fn member(&self, did: &Did) -> Result<(Version, MemberRecord), Refusal> {
        let found = self.store.get_json(&self.key_of(Kind::Member, did.as_str())).await?;
        found.ok_or_else(|| Refusal::NotAMember { did: Box::new(did.clone()) })
    }

    /// All members, by DID.
    pub(super) async fn member_records(&self) -> Result<Vec<MemberRecord>, Refusal> {
        let found = self.all::<MemberRecord>(Kind::Member).await?;
        Ok(found.into_iter().map(|(_, _, member)| member).collect())
    }

    async fn open_codes(&self) -> Result<Vec<(String, Version, InvitationRecord)>, Refusal> {
        self.all(Kind::Enrolment).await
    }

    pub(super) async fn all<T: serde::de::DeserializeOwned + Send>(
        &self,
        kind: Kind,
    ) -> Result<Vec<(String, Version, T)>, Refusal> {
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut span = Span::new(&self.office.authority, kind);
            if let Some(after) = &after {
                span = span.after(after.as_str());
            }
            let page: Vec<(String, Version, T)> = self.store.range_json(&span).await?;
            let whole = page.len() < RANGE_MAX;
            after = page.last().map(|(id, _, _)| id.clone());
            all.extend(page);
            if whole {
                return Ok(all);
            }
        }
    }

    /// Raises the number of the lists within a commit.
    pub(super) async fn next_edition(&self, batch: &mut Batch) -> Result<u64, Refusal> {
        let key = self.key_of(Kind::Trust, EDITION);
        let found = self.store.get_json::<EditionRecord>(&key).await?;
        let number = found.map_or(0, |(_, edition)| edition.number).saturating_add(1);
        let next = EditionRecord { number };
        match found {
            Some((version, _)) => batch.replace_json(key, version, &next)?,
            None => batch.create_json(key, &next)?,
        };
        Ok(number)
    }

    /// Nobody is invited under the authority's name or under a host that a member has: a host name
    /// stands for one participant.
    async fn check_name(&self, did: &Did) -> Result<(), Refusal> {
        if *did == self.office.authority {
            return Err(Refusal::Itself { did: Box::new(did.clone()) });
        }
        let taken = |member: &Did| {
            let (did, member) = (Box::new(did.clone()), Box::new(member.clone()));
            Err(Refusal::HostTaken { did, member })
        };
        if did.host() == self.office.authority.host() {
            return taken(&self.office.authority);
        }
        let members = self.member_records().await?;
        let known = members.iter().any(|member| member.did == *did);
        if !known && members.len() >= MEMBERS_MAX {
            return Err(Refusal::Full { members_max: MEMBERS_MAX });
        }
        let same_host = |member: &&MemberRecord| {
            member.did != *did
                && member.did.host() == did.host()
                && member.membership != Membership::Revoked
        };
        match members.iter().find(same_host) {
            Some(member) => taken(&member.did),
            None => Ok(()),
        }
    }

    pub(super) fn key_of(&self, kind: Kind, id: impl Into<String>) -> Key {
        Key::new(&self.office.authority, kind, id)
    }
}

/// Whether a record is one of those that only the authority writes.
fn is_ours(key: &Key) -> bool {
    [Kind::Certificate, Kind::Enrolment, Kind::Member, Kind::Trust].contains(&key.kind())
}

fn set_membership(member: &mut MemberRecord, membership: Membership) -> Result<(), Refusal> {
    if member.membership == Membership::Revoked {
        return Err(Refusal::NotAMember { did: Box::new(member.did.clone()) });
    }
    member.membership = membership;
    Ok(())
}
