//! The authority's own calls: who is invited, vetted, suspended and revoked. They exist where the
//! process is a data space's authority, for that one participant.

use std::collections::BTreeSet;

use futures_util::future::BoxFuture;
use policy::book::kind;
use serde_json::Value;
use wire::did::Did;
use wire::iri::Iri;

use super::Inner;
use super::contract::check_reason;
use super::refusal::{input, unknown};
use crate::authority::{self, Altered, Authority, Guest, Invited, Membership, Record};
use crate::clock::Clock;
use crate::engine::parts::Parts;
use crate::ids::Ids;
use crate::log::LogError;
use crate::log::anchors::of_authority;
use crate::management::actor::Actor;
use crate::management::desk::{Answer, no_authority};
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::{
    InvitationInput, InvitationView, KindsInput, MemberChanged, MemberView, PeerName, PersonReason,
    Words,
};
use crate::store::Store;

/// What an authority does.
type Done<'a, T> = BoxFuture<'a, Result<T, authority::Refusal>>;

/// The authority of a data space as the desk needs it; `by` is always an account of it.
pub trait Office: Send + Sync + 'static {
    /// The authority's own participant.
    fn did(&self) -> &Did;
    /// Makes a one-time code.
    fn invite<'a>(&'a self, guest: Guest, by: &'a str) -> Done<'a, Invited>;
    /// Says as what a member is vetted.
    fn vet<'a>(&'a self, did: &'a Did, kinds: BTreeSet<Iri>, by: &'a str) -> Done<'a, Altered>;
    /// Keeps a member out for the time being.
    fn suspend<'a>(&'a self, did: &'a Did, reason: &'a str, by: &'a str) -> Done<'a, Altered>;
    /// Lets it take part again.
    fn reinstate<'a>(&'a self, did: &'a Did, by: &'a str) -> Done<'a, Altered>;
    /// Withdraws its certificates.
    fn revoke<'a>(&'a self, did: &'a Did, reason: &'a str, by: &'a str) -> Done<'a, Altered>;
    /// All members.
    fn members(&self) -> Done<'_, Vec<authority::MemberView>>;
}

impl<S: Store, C: Clock, I: Ids, R: Record> Office for Authority<S, C, I, R> {
    fn did(&self) -> &Did {
        &self.office().authority
    }

    fn invite<'a>(&'a self, guest: Guest, by: &'a str) -> Done<'a, Invited> {
        Box::pin(Self::invite(self, guest, by))
    }

    fn vet<'a>(&'a self, did: &'a Did, kinds: BTreeSet<Iri>, by: &'a str) -> Done<'a, Altered> {
        Box::pin(Self::vet(self, did, kinds, by))
    }

    fn suspend<'a>(&'a self, did: &'a Did, reason: &'a str, by: &'a str) -> Done<'a, Altered> {
        Box::pin(Self::suspend(self, did, reason, by))
    }

    fn reinstate<'a>(&'a self, did: &'a Did, by: &'a str) -> Done<'a, Altered> {
        Box::pin(Self::reinstate(self, did, by))
    }

    fn revoke<'a>(&'a self, did: &'a Did, reason: &'a str, by: &'a str) -> Done<'a, Altered> {
        Box::pin(Self::revoke(self, did, reason, by))
    }

    fn members(&self) -> Done<'_, Vec<authority::MemberView>> {
        Box::pin(Self::members(self))
    }
}

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn invite_member(
        &self,
        actor: &Actor,
        guest: InvitationInput,
    ) -> Answer<InvitationView> {
        let office = self.office(actor)?;
        let vetted_as = kinds(&guest.vetted_as)?;
        if !identity::trust::is_shown_name(&guest.name) {
            let most = identity::trust::NAME_CHARS_MAX;
            let de = format!("Der Name braucht 1 bis {most} sichtbare Zeichen.");
            let en = format!("the name needs 1 to {most} visible characters");
            return Err(input("text-invalid", de, en));
        }
        let guest = Guest { did: guest.did, name: guest.name, vetted_as };
        let invited = office.invite(guest, actor.account().as_str()).await?;
        Ok(InvitationView {
            authority: office.did().clone(),
            fingerprint: invited.fingerprint.to_string(),
            code: invited.code.to_text(),
            expires: invited.expires,
        })
    }

    pub(super) async fn vet_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        given: KindsInput,
    ) -> Answer<MemberChanged> {
        let office = self.office(actor)?;
        let did = named(office, member).await?;
        let kinds = kinds(&given.kinds)?;
        Ok(changed(office.vet(&did, kinds, actor.account().as_str()).await?))
    }

    pub(super) async fn suspend_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        reason: PersonReason,
    ) -> Answer<MemberChanged> {
        let office = self.office(actor)?;
        check_reason(&reason)?;
        let did = named(office, member).await?;
        let by = actor.account().as_str();
        Ok(changed(office.suspend(&did, &reason.reason, by).await?))
    }

    pub(super) async fn reinstate_member(
        &self,
        actor: &Actor,
        member: &PeerName,
    ) -> Answer<MemberChanged> {
        let office = self.office(actor)?;
        let did = named(office, member).await?;
        Ok(changed(office.reinstate(&did, actor.account().as_str()).await?))
    }

    pub(super) async fn revoke_member(
        &self,
        actor: &Actor,
        member: &PeerName,
        reason: PersonReason,
    ) -> Answer<MemberChanged> {
        let office = self.office(actor)?;
        check_reason(&reason)?;
        let did = named(office, member).await?;
        let by = actor.account().as_str();
        Ok(changed(office.revoke(&did, &reason.reason, by).await?))
    }

    /// What an auditor of these members' logs may believe.
    pub(super) async fn anchors(&self, actor: &Actor, members: &[PeerName]) -> Answer<Value> {
        let office = self.office(actor)?;
        let mut expected = BTreeSet::new();
        for member in members {
            let _ = expected.insert(named(office, member).await?);
        }
        let text = of_authority(&self.sequencer, office.did(), &expected).await?;
        serde_json::from_str(&text).map_err(|_| Refusal::from(LogError::Unknown))
    }

    /// All members with their names, for the authority itself.
    pub(super) async fn office_members(&self, actor: &Actor) -> Answer<Option<Vec<MemberView>>> {
        match self.office(actor) {
            Ok(office) => Ok(Some(office.members().await?.into_iter().map(view).collect())),
            Err(_) => Ok(None),
        }
    }

    /// The authority's office, if the actor's participant is the authority.
    fn office(&self, actor: &Actor) -> Answer<&dyn Office> {
        let office = self.office.as_deref().filter(|office| office.did() == actor.participant());
        office.ok_or_else(no_authority)
    }
}

/// The member that a person named, among those that the authority knows.
async fn named(office: &dyn Office, name: &PeerName) -> Answer<Did> {
    match name {
        PeerName::Did(did) => Ok(did.clone()),
        PeerName::Host(host) => {
            let members = office.members().await?;
            let found = members.into_iter().find(|member| member.did.host() == host);
            found.map(|member| member.did).ok_or_else(|| unknown("Dieses Mitglied", "member"))
        }
    }
}

fn kinds(texts: &[String]) -> Answer<BTreeSet<Iri>> {
    let kinds = texts.iter().map(|text| kind(text)).collect::<Result<_, _>>();
    kinds.map_err(|error| {
        let de = "Einen Kurznamen wie `mobility-service` oder eine vollständige IRI schreiben.";
        input("name-invalid", de, error.to_string())
    })
}

fn changed(altered: Altered) -> MemberChanged {
    MemberChanged { member: view(altered.member), trust_list: altered.trust_list }
}

fn view(member: authority::MemberView) -> MemberView {
    let status = match member.membership {
        Membership::Active => "active",
        Membership::Revoked => "revoked",
        Membership::Suspended => "suspended",
    };
    MemberView {
        did: member.did,
        name: Some(member.name),
        status: status.to_owned(),
        vetted_as: member.vetted_as.into_iter().collect(),
    }
}

impl From<authority::Refusal> for Refusal {
    fn from(refusal: authority::Refusal) -> Self {
        let fault = match (refusal.fault(), &refusal) {
            (_, authority::Refusal::NotAMember { .. }) => Fault::NotFound,
            (authority::Fault::Asker, _) => Fault::Caller,
            (authority::Fault::Conflict, _) => Fault::Conflict,
            (authority::Fault::Ours, _) => Fault::Ours,
        };
        let reason = Words::new(
            format!("Die Vertrauensstelle kann das nicht tun: {refusal}"),
            format!("the authority cannot do this: {refusal}"),
        );
        Self::new(fault, refusal.code(), reason, Words::same(refusal.remedy()))
    }
}
