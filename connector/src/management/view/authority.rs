//! What the authority of a data space does about its members.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::did::Did;

use super::MemberView;

/// Somebody to invite into the data space.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvitationInput {
    /// Its DID, as its `init` printed it.
    #[schema(value_type = String)]
    pub did: Did,
    /// The name shown to people.
    pub name: String,
    /// The kinds that it was vetted as already, as IRIs or the profile's short names.
    #[serde(default)]
    pub vetted_as: Vec<String>,
}

/// An invitation: all that its receiver needs for `join`.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    /// The authority.
    #[schema(value_type = String)]
    pub authority: Did,
    /// SHA-256 of the root certificate, in groups of four digits.
    pub fingerprint: String,
    /// The one-time code, shown this once. To be handed over by another way than the network.
    pub code: String,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    pub expires: Timestamp,
}

impl std::fmt::Debug for InvitationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitationView").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The kinds of member that somebody was vetted as.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KindsInput {
    /// The kinds, which replace those before; none at all takes every kind away.
    pub kinds: Vec<String>,
}

/// A member that was changed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberChanged {
    /// The member, as it stands now.
    pub member: MemberView,
    /// The number of the trust list that says so first.
    pub trust_list: u64,
}
