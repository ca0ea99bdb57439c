//! Contracts as people follow them: from the request over the agreement to its end.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use protocol::Role;
use protocol::id::{AgreementId, DatasetId, IdError, OfferId};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;
use wire::did::Did;

use super::{
    DeliveryView, IgnoredView, PeerName, ProgramView, RuleInput, RuleLine, StepView, TermsView,
    Words,
};

/// The longest wait that a request may ask for, in seconds.
pub const WAIT_SECONDS_MAX: u16 = 60;

/// A contract as its participant names it: our own pid of its negotiation. The desk also finds a
/// contract by its agreement's id, and by the first eight or more characters of the pid's UUID.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(transparent)]
pub struct ContractId(String);

impl ContractId {
    /// Takes a text as it stands.
    ///
    /// # Errors
    /// [`IdError`] when it is empty, too long or has characters that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        AgreementId::parse(text).map(|id| Self(id.as_str().to_owned()))
    }

    /// The id as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ContractId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for ContractId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// How long an answer may be held back, and for what.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Wait {
    /// Seconds to wait at most, up to [`WAIT_SECONDS_MAX`]; 0 answers at once.
    pub seconds: u16,
    /// The revision that the caller has seen: any other one answers at once. Without it, only what
    /// is settled (see [`ContractStage::is_settled`] and [`DeliveryView::outcome`]) answers early.
    pub seen: Option<u64>,
}

/// A contract to ask a partner for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractRequest {
    /// The partner, by DID or host name.
    #[schema(value_type = String)]
    pub peer: PeerName,
    /// The dataset.
    #[schema(value_type = String)]
    pub dataset: DatasetId,
    /// The offer; absent when the dataset has exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub offer: Option<OfferId>,
    /// The purpose that we state, if the rule asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Other terms than the offer's; the partner's program or a person there decides about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<RuleInput>,
}

/// A person's reason for rejecting or ending a contract; the partner may see it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonReason {
    /// In the person's own words, at most 1,000 characters.
    pub reason: String,
}

/// Where a contract stands, in a person's words.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContractStage {
    /// It was in force and has ended.
    Ended,
    /// Both sides have agreed; data may flow while the rule permits.
    InForce,
    /// The two programs are still talking.
    Negotiating,
    /// One side said no.
    Refused,
    /// A person on our side must decide.
    WaitingForApproval,
}

impl ContractStage {
    /// Whether nothing more will happen without somebody asking for it.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Ended | Self::InForce | Self::Refused => true,
            Self::Negotiating | Self::WaitingForApproval => false,
        }
    }
}

/// Who has to act next.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// Nobody: it is settled.
    Nobody,
    /// Our own program.
    Ours,
    /// A person on our side.
    Person,
    /// The partner.
    Theirs,
    /// A message of ours is under way; the partner's program has not confirmed it yet.
    UnderWay,
}

/// A contract.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractView {
    /// Its id on our side.
    pub id: ContractId,
    /// Counts changes of this view; see [`Wait::seen`].
    pub revision: u64,
    /// Our side of it.
    #[schema(value_type = String)]
    pub role: Role,
    /// The partner.
    #[schema(value_type = String)]
    pub peer: Did,
    /// The partner's name in the data space's member list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_name: Option<String>,
    /// The dataset.
    #[schema(value_type = String)]
    pub dataset: DatasetId,
    /// The dataset's name, as its provider wrote it.
    pub title: String,
    /// Where it stands.
    pub stage: ContractStage,
    /// The state of the standard (`REQUESTED` … `TERMINATED`).
    pub protocol_state: String,
    /// Who has to act next.
    pub turn: Turn,
    /// Why it stands where it stands: what is waited for, or why it was refused or ended.
    pub why: Words,
    /// The reason code, if it was refused or ended, or waits for a person of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What can be done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Words>,
    /// The last step of the negotiation, and why it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_step: Option<StepView>,
    /// The rule as one sentence.
    pub sentence: Words,
    /// The legal texts that the rule cites: IRI, version and digest of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_texts: Vec<String>,
    /// The rule line by line, each with its badge: what our program and the partner's can keep.
    pub rules: Vec<RuleLine>,
    /// The partner's program, as far as it is known.
    pub program: ProgramView,
    /// What of the rule the partner's program is known to ignore, or to read otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<IgnoredView>,
    /// As consumer: what our own program cannot keep by itself, so that people of ours must.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<RuleLine>,
    /// The terms so far, those on the table last; in lists of contracts left empty.
    #[serde(default)]
    pub offers: Vec<TermsView>,
    /// Whether data may flow at this moment, by the rule.
    pub permitted_now: bool,
    /// When that can change next by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_change: Option<Timestamp>,
    /// The agreement, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub agreement: Option<AgreementId>,
    /// SHA-256 of the agreement's canonical bytes, which both sides sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_digest: Option<String>,
    /// The signatures under the agreement.
    pub signatures: Vec<SignatureView>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested: Timestamp,
    /// When it was concluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub concluded: Option<Timestamp>,
    /// When it ended or was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended: Option<Timestamp>,
    /// When the copy that we held under it was erased, after its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub erased: Option<Timestamp>,
    /// Our account that requested, approved, rejected or ended it last, if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The local address where our own programs read its data, while it is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_at: Option<String>,
    /// The deliveries under it, newest first; in lists of contracts left empty.
    #[serde(default)]
    pub deliveries: Vec<DeliveryView>,
}

/// One party's signature under an agreement.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignatureView {
    /// Whose it is.
    #[schema(value_type = String)]
    pub by: Did,
    /// Whether there is one, and it verifies under the key that the data space lists for that party.
    pub verified: bool,
}

/// A contract that waits for a person's decision.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// The contract.
    pub contract: ContractView,
    /// The account that published the dataset, and so may not decide.
    pub published_by: String,
    /// Whether the asking account may decide.
    pub yours: bool,
}
