//! A partner's catalogue: offers, each with its rule in words.

use std::str::FromStr;

use protocol::id::{DatasetId, OfferId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use utoipa::ToSchema;
use wire::did::{self, Did};

use super::{IgnoredView, ProgramView, Words};

/// How a person names a partner: by its DID or by its host name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PeerName {
    /// A DID.
    Did(Did),
    /// A host name, looked up among the members of the data space.
    Host(String),
}

/// A text that names no partner.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a partner is named by its host name or its DID (`did:web:…`)")]
pub struct PeerNameError;

impl FromStr for PeerName {
    type Err = PeerNameError;

    fn from_str(text: &str) -> Result<Self, PeerNameError> {
        if text.starts_with("did:") {
            return Did::parse(text).map(Self::Did).map_err(|_| PeerNameError);
        }
        did::check_host(text).map_err(|_| PeerNameError)?;
        Ok(Self::Host(text.to_owned()))
    }
}

impl std::fmt::Display for PeerName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Did(did) => f.write_str(did.as_str()),
            Self::Host(host) => f.write_str(host),
        }
    }
}

impl Serialize for PeerName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PeerName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// One page of a partner's catalogue.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogView {
    /// The partner.
    #[schema(value_type = String)]
    pub peer: Did,
    /// Its name in the data space's member list, if it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_name: Option<String>,
    /// Its program, as far as it is known.
    pub program: ProgramView,
    /// The offers of this page.
    pub offers: Vec<OfferView>,
    /// Catalogues inside this one. Their datasets are not among the offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalogs: Vec<CatalogReference>,
    /// Whether the partner did not take the filter: what it sent was filtered here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filtered_here: bool,
    /// What to ask for to get the next page; absent on the last one. A partner may lead in a circle:
    /// whoever follows must look whether it has been there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What to ask for to get the page before; many partners do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// A catalogue inside a partner's catalogue, which nobody has looked at: all of it is the partner's
/// word.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogReference {
    /// Its id.
    pub id: String,
    /// What it is called; its id where it has no title.
    pub title: String,
    /// Where the partner says that it is had. It may be anywhere, and is not called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How many datasets of it the partner has listed.
    pub datasets: usize,
}

/// One offer for one dataset.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    /// The dataset.
    #[schema(value_type = String)]
    pub dataset: DatasetId,
    /// The offer.
    #[schema(value_type = String)]
    pub offer: OfferId,
    /// The dataset's name, as the partner wrote it.
    pub title: String,
    /// What it holds, as the partner wrote it.
    pub description: String,
    /// The media type, if it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The rule as one sentence.
    pub sentence: Words,
    /// The rule line by line, each with its badge: what our program and the partner's can keep.
    pub rules: Vec<RuleLine>,
    /// What of the rule the partner's program is known to ignore, or to read otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<IgnoredView>,
    /// What we would promise: what our own program cannot keep by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<RuleLine>,
    /// Whether our own evaluation, with what we know of ourselves, expects a contract.
    pub expected: bool,
    /// Why not, if not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Words>,
    /// What would have to hold for a contract, all of it, by our own evaluation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Words>,
    /// What the partner's catalogue says is missing, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_says: Option<Words>,
    /// The policy as the partner wrote it.
    #[schema(value_type = Object)]
    pub policy: Value,
}

/// One line of a rule in words.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleLine {
    /// What it says.
    pub sentence: Words,
    /// What stands behind it.
    pub badge: BadgeName,
    /// Where it stands in the policy, as a JSON pointer.
    pub pointer: String,
}

/// What stands behind a rule; the weakest comes last.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BadgeName {
    /// Technically prevented.
    Enforced,
    /// Seen in the log if broken.
    Evidenced,
    /// A person's word.
    Promised,
}
