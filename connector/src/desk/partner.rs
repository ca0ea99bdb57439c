//! Partners by name, and the members of the data space, from the authority's list that we hold.

use std::sync::Arc;

use identity::trust::{Member, Status};
use wire::did::Did;

use super::Inner;
use super::refusal::ambiguous;
use crate::engine::parts::Parts;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::{MemberView, MembersView, PeerName, Words};
use crate::participant::{Participant, Standing};

impl<P: Parts, D> Inner<P, D> {
    /// The actor's participant and its standing.
    pub(super) fn member(&self, actor: &Actor) -> Answer<(Arc<Participant>, Arc<Standing>)> {
        Ok(self.engine.member(actor.participant())?)
    }

    /// The partner that a person named.
    pub(super) fn partner(&self, actor: &Actor, name: &PeerName) -> Answer<Did> {
        let (_, standing) = self.member(actor)?;
        let did = match name {
            PeerName::Did(did) => {
                let listed = standing.list.member(did).map(|member| member.did.clone());
                listed.ok_or_else(not_a_member)?
            }
            PeerName::Host(host) => {
                let members = standing.list.members.iter();
                let mut fitting = members.filter(|member| member.did.host() == host);
                match (fitting.next(), fitting.next()) {
                    (Some(member), None) => member.did.clone(),
                    (Some(_), Some(_)) => return Err(ambiguous()),
                    (None, _) => return Err(not_a_member()),
                }
            }
        };
        if did == *actor.participant() {
            return Err(Refusal::new(
                Fault::Caller,
                "partner-is-yourself",
                Words::new("Das ist der eigene Teilnehmer.", "this is your own participant"),
                Words::new(
                    "Eigene Datensätze zeigt `allmende dataset list`.",
                    "your own datasets are in `allmende dataset list`",
                ),
            ));
        }
        Ok(did)
    }

    /// The name under which the authority lists a partner; for eyes alone.
    pub(super) fn name_of(&self, ours: &Did, peer: &Did) -> Option<String> {
        let (_, standing) = self.engine.member(ours).ok()?;
        standing.list.member(peer)?.name.clone()
    }

    pub(super) async fn members(&self, actor: &Actor) -> Answer<MembersView> {
        let (_, standing) = self.member(actor)?;
        let members = self.office_members(actor).await?;
        let list = &standing.list;
        Ok(MembersView {
            dataspace: list.dataspace.as_str().to_owned(),
            number: list.number,
            issued: list.issued,
            expires: list.expires,
            members: members.unwrap_or_else(|| list.members.iter().map(listed).collect()),
        })
    }
}

fn not_a_member() -> Refusal {
    Refusal::new(
        Fault::NotFound,
        "not-a-member",
        Words::new(
            "Diesen Partner führt der Datenraum nicht als Mitglied, soweit die Liste reicht.",
            "the data space has no such member, as far as the list says",
        ),
        Words::new(
            "Die Mitglieder zeigt `allmende members`; neue kommen mit der nächsten Liste der Vertrauensstelle.",
            "`allmende members` shows the members; new ones come with the authority's next list",
        ),
    )
}

/// A member as the authority's list shows it to everybody.
fn listed(member: &Member) -> MemberView {
    let status = match member.status {
        Status::Active => "active",
        Status::Suspended => "suspended",
    };
    MemberView {
        did: member.did.clone(),
        name: member.name.clone(),
        status: status.to_owned(),
        vetted_as: member.vetted_as.iter().map(|kind| kind.as_str().to_owned()).collect(),
    }
}
