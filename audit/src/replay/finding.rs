//! What becomes of one decision when it is made again.

use jiff::Timestamp;
use protocol::id::AgreementId;
use serde::Serialize;
use serde_json::Value;
use wire::{did::Did, digest::Digest, pointer::Pointer};

use super::Lost;
use crate::entry::{Entry, Verdict};

/// A decision as it comes out now.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The answer.
    pub verdict: Verdict,
    /// The reason codes, in order.
    pub reasons: Vec<String>,
    /// Who asked to use the data.
    pub assignee: String,
    /// The digest of the policy's document.
    pub policy: Digest,
    /// The instant for which it was decided.
    pub at: Timestamp,
    /// The evaluator that made the recorded one, if it is of another version.
    pub other_engine: Option<String>,
    /// Where the recorded decision is another.
    pub differences: Vec<Difference>,
}

/// A place at which what was recorded is not what comes out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// In which of the records.
    pub within: Within,
    /// The place in it.
    pub pointer: Pointer,
    /// What was recorded; absent if there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Value>,
    /// What comes out; absent if there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Value>,
}

/// Where a difference stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// In the document of the decision.
    Decision,
    /// In the entry of the log, which says something else than the decision that it names.
    Entry,
    /// Between our two evaluators: the fault is this program's.
    Evaluators,
}

/// A document behind a decision.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The decision with its explanation.
    Decision,
    /// The policy.
    Policy,
    /// The facts.
    Snapshot,
}

/// Why a decision cannot be made again.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum NotReplayed {
    /// What lies under the digest of a document is something else.
    DocumentChanged {
        /// Which document.
        part: Part,
        /// Its file.
        file: String,
    },
    /// A document is not in the folder.
    DocumentMissing {
        /// Which document.
        part: Part,
        /// Its digest.
        digest: Digest,
    },
    /// A document cannot be read as what it should be.
    DocumentUnreadable {
        /// Which document.
        part: Part,
        /// The reason.
        reason: String,
    },
    /// It was recorded without what it was made with.
    NoBasis,
    /// It is no judgement of a rule. This is no fault.
    NoRule,
    /// It was made with a profile that this program does not have.
    OtherProfile {
        /// The digest of the profile.
        profile: Digest,
        /// The evaluator that made it.
        engine: String,
    },
}

/// What becomes of a recorded decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// It has the same bytes again, and its entry says the same.
    Alike,
    /// It comes out otherwise.
    Differs {
        /// Where.
        differences: Vec<Difference>,
    },
    /// A person decided, or an acceptance policy: there is nothing to judge again.
    NotOfARule,
    /// It cannot be made again.
    NotReplayed {
        /// Why.
        #[serde(flatten)]
        why: NotReplayed,
    },
    /// It comes out otherwise, and an evaluator of another version made it: that may be the reason.
    OtherEngine {
        /// That version.
        engine: String,
        /// Where it differs.
        differences: Vec<Difference>,
    },
    /// A delivery or hand-over began without a decision of the rule right before it.
    Undecided,
}

/// Something that is not alike, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The log.
    pub log: String,
    /// The entry, from 0.
    pub entry: u64,
    /// The time of the entry, by its owner's clock.
    pub time: Timestamp,
    /// The agreement that it is about, if there is one yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementId>,
    /// The other party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Did>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl Part {
    pub(super) fn lost(self, digest: Digest, lost: Lost) -> NotReplayed {
        match lost {
            Lost::Changed { file } => NotReplayed::DocumentChanged { part: self, file },
            Lost::Missing => NotReplayed::DocumentMissing { part: self, digest },
        }
    }
}

impl super::Documents<'_> {
    /// The document with this digest, which is that part of a decision.
    ///
    /// # Errors
    /// [`NotReplayed`] if it is not there as it should be.
    pub fn part(&self, part: Part, digest: Digest) -> Result<Vec<u8>, NotReplayed> {
        self.read(digest).map_err(|lost| part.lost(digest, lost))
    }
}

impl Finding {
    /// What is worth telling of an entry.
    pub(super) fn of(log: &str, index: u64, entry: &Entry, outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Alike | Outcome::NotOfARule => None,
            Outcome::Differs { .. }
            | Outcome::NotReplayed { .. }
            | Outcome::OtherEngine { .. }
            | Outcome::Undecided => Some(Self {
                log: log.to_owned(),
                entry: index,
                time: entry.time,
                agreement: entry.agreement.as_ref().map(|about| about.id.clone()),
                counterparty: entry.counterparty.clone(),
                outcome,
            }),
        }
    }
}
