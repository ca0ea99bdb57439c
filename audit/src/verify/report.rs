//! What the verifier reports: one serialisable value, the same for the same input.

use std::collections::BTreeMap;

use jiff::Timestamp;
use protocol::{
    id::{AgreementId, ConsumerPid, ProviderPid},
    role::Role,
};
use serde::Serialize;
use wire::{dataspace::DataspaceId, did::Did, digest::Digest};

use super::finding::{Doubt, Failure, Limit, Remark};
use crate::{
    entry::{Code, DeliveryId, EndCause, EntryType},
    merkle::Hash,
};

/// The version of the report's form.
pub(super) const REPORT_VERSION: u32 = 1;

/// All that was found in a folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of this form.
    pub version: u32,
    /// The worst verdict over the logs and the folder; without any log, only self-consistent.
    pub verdict: Verdict,
    /// Whether everything that both sides must have recorded stands in both logs alike, and no
    /// agreement is disputed. It says nothing where only one side's log is here.
    pub agree: bool,
    /// Each log, by name.
    pub logs: Vec<LogReport>,
    /// Each agreement that a log says was signed.
    pub agreements: Vec<AgreementReport>,
    /// Each pair of participants whose logs are both here, laid side by side.
    pub pairs: Vec<PairReport>,
    /// Failures that belong to no log.
    pub failures: Vec<Failure>,
    /// Remarks that belong to no log.
    pub remarks: Vec<Remark>,
    /// What no log, or none of these, can prove.
    pub limits: Vec<Limit>,
}

/// How far a log can be believed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Whole, signed with the key that the auditor expects, and seen by enough others.
    Proven,
    /// Without contradiction, but the anchors do not suffice to say more.
    OnlySelfConsistent,
    /// Changed, incomplete, or in contradiction to itself or to what others saw.
    Broken,
}

/// What was found about one log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogReport {
    /// Its name, which is also its folder.
    pub log: String,
    /// Whose it is, as its entries say.
    pub participant: Option<Did>,
    /// How many entries its head says.
    pub size: u64,
    /// The root that its head says.
    pub root: Option<Hash>,
    /// The log is *whole to* this size: its root there was recomputed from every entry and equals one
    /// that its owner signed.
    pub whole_to: u64,
    /// Up to this size, enough others had seen the log: its owner cannot replace these entries.
    pub witnessed_to: u64,
    /// Who saw it, and up to which size.
    pub witnesses: Vec<WitnessReport>,
    /// How many entries of each type it has.
    pub entries: BTreeMap<EntryType, u64>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is broken.
    pub failures: Vec<Failure>,
    /// Why it is not proven although nothing is wrong.
    pub doubts: Vec<Doubt>,
    /// What else is to be known.
    pub remarks: Vec<Remark>,
}

/// Someone who saw a head of a log.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WitnessReport {
    /// Who.
    pub by: String,
    /// The largest size that they saw.
    pub size: u64,
}

/// What was found about one agreement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AgreementReport {
    /// The agreement.
    pub agreement: AgreementId,
    /// Who gets the data.
    pub consumer: Did,
    /// Who has the data.
    pub provider: Did,
    /// The data space.
    pub dataspace: DataspaceId,
    /// The digest of the document.
    pub document: Digest,
    /// Whether the document is in the folder, with this digest.
    pub document_here: bool,
    /// The consumer's signature.
    pub consumer_signature: SignatureStatus,
    /// The provider's signature.
    pub provider_signature: SignatureStatus,
    /// Where each side recorded it.
    pub recorded: Vec<Recorded>,
    /// How each side recorded its end; none if it holds.
    pub ended: Vec<End>,
    /// What was delivered under it.
    pub deliveries: Vec<DeliveryReport>,
    /// What both logs together say about it.
    pub standing: Standing,
}

/// Where one side recorded an agreement.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// Which side.
    pub role: Role,
    /// Its log.
    pub log: String,
    /// The entry.
    pub entry: u64,
    /// When, by its own clock.
    pub time: Timestamp,
    /// The digest of the document that it recorded.
    pub document: Digest,
    /// The consumer's name for the negotiation.
    pub consumer_pid: Option<ConsumerPid>,
    /// The provider's name for the negotiation.
    pub provider_pid: Option<ProviderPid>,
}

/// How one side recorded the end of an agreement.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct End {
    /// Which side.
    pub role: Role,
    /// When, by its own clock.
    pub time: Timestamp,
    /// Who or what ended it.
    pub cause: EndCause,
    /// Why.
    pub reasons: Vec<Code>,
}

/// Whether a signature over an agreement counts.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureStatus {
    /// Made with a key of the signer's that the anchors name.
    Valid,
    /// The anchors name no key of the signer.
    KeyUnknown,
    /// There is none: the signer's connector signs nothing.
    Missing,
    /// It was not made with a key of the signer's over this agreement.
    Invalid,
}

/// What both logs together say about an agreement.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Both logs say the same, and both signatures count.
    Agreed,
    /// Nothing contradicts it, but a log, a signature or a key is not here.
    OneSided,
    /// The logs contradict each other, or a signature does not match.
    Disputed,
}

/// What each side recorded about one delivery.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryReport {
    /// The delivery.
    pub delivery: DeliveryId,
    /// What the consumer recorded as its end.
    pub consumer: Option<Delivered>,
    /// What the provider recorded as its end.
    pub provider: Option<Delivered>,
    /// Whether both say the same. A stopped delivery may have lost bytes on the way, and one that
    /// moved nothing may be known to one side only.
    pub matches: bool,
}

/// The end of a delivery as one side recorded it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivered {
    /// The entry.
    pub entry: u64,
    /// When, by its own clock.
    pub time: Timestamp,
    /// Whether all bytes were handed over; if not, it was stopped.
    pub whole: bool,
    /// How many bytes.
    pub bytes: u64,
    /// The digest of those bytes.
    pub digest: Digest,
    /// Why it was stopped.
    pub reasons: Vec<Code>,
}

/// The logs of two participants, laid side by side.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PairReport {
    /// The first participant, by name.
    pub here: Did,
    /// The second.
    pub there: Did,
    /// How many entries stand in both logs alike.
    pub matched: u64,
    /// Entries that only the first participant's log has.
    pub only_here: Vec<Unmatched>,
    /// Entries that only the second participant's log has.
    pub only_there: Vec<Unmatched>,
    /// Entries about the same event that say different things.
    pub different: Vec<Different>,
}

/// An entry that the other side should have too.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unmatched {
    /// The log.
    pub log: String,
    /// The entry.
    pub entry: u64,
    /// The number among the participant's entries about the agreement, if it is about one.
    pub counter: Option<u64>,
    /// What it is about.
    pub event: SharedEvent,
}

/// Two entries about the same event that say different things.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Different {
    /// The first participant's entry.
    pub here: Unmatched,
    /// The second participant's entry.
    pub there: Unmatched,
}

/// What both sides must have recorded, as far as it names the event.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub entry_type: EntryType,
    /// The agreement, if there is one yet.
    pub agreement: Option<AgreementId>,
    /// The negotiation or transfer.
    pub process: Option<String>,
    /// The message, delivery or window.
    pub detail: Option<String>,
}

impl Report {
    /// Whether all logs are proven and agree with each other.
    pub fn is_proven(&self) -> bool {
        self.verdict == Verdict::Proven && self.agree
    }
}
