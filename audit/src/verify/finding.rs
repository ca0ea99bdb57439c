//! What the verifier can find: failures, remarks, doubts, and what no log can prove. Each is a closed
//! list with values and a code; the words for people are elsewhere.

use protocol::id::AgreementId;
use serde::Serialize;
use wire::did::Did;

use crate::checkpoint::KeyName;

/// Something that must not be: the record was changed, or is not what it says it is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What.
    #[serde(flatten)]
    pub problem: Problem,
}

/// A place in the folder.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The file.
    pub file: String,
    /// The index of the entry in its log, from 0, if it is one entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), entry: None }
    }

    /// One entry in a file.
    pub fn entry(file: impl Into<String>, entry: u64) -> Self {
        Self { file: file.into(), entry: Some(entry) }
    }
}

/// What is wrong at a place.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "problem", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Problem {
    /// The entry does not end where its bundle says, or entries are missing or too many.
    BundleUnreadable,
    /// The signature of the log itself does not match its head.
    CheckpointForged,
    /// There is no signed head.
    CheckpointMissing,
    /// The signed head cannot be read.
    CheckpointUnreadable,
    /// The log did not sign its head with the key that the auditor expects.
    CheckpointUnsigned,
    /// A countersignature does not match.
    CosignatureForged {
        /// Whose it pretends to be.
        name: KeyName,
    },
    /// The participant's entries about an agreement are not numbered without gaps.
    CounterGap {
        /// The agreement.
        agreement: AgreementId,
        /// The number that should stand there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// A document does not have the digest that its name says.
    DocumentChanged,
    /// The same entry stands in the log twice.
    DuplicateEntry {
        /// The first of the two.
        first: u64,
    },
    /// The entry does not have the hash that the tree has in its place.
    EntryChanged,
    /// The entry is not in the form of entries.
    EntryMalformed,
    /// The entry names another participant or shard than the log's.
    EntryOfAnotherLog,
    /// A type of entry that this verifier does not know; a newer one may.
    EntryTypeUnknown {
        /// Its name.
        name: String,
    },
    /// A version of entry that this verifier does not know; a newer one may.
    EntryVersionUnknown {
        /// Its number.
        version: i64,
    },
    /// A file that the size of the log demands is not there.
    FileMissing,
    /// Another head of the same log exists, which these entries do not lead to: its owner showed two
    /// histories or changed the past.
    Forked {
        /// The size of the other head.
        size: u64,
        /// Who saw it.
        by: String,
    },
    /// A log that the auditor expects is not in the folder.
    LogMissing {
        /// Its name.
        log: KeyName,
    },
    /// The head is that of another log than the folder's name says.
    NameDiffers {
        /// The name in the head.
        name: KeyName,
    },
    /// A shard must begin with the entry that opens it, and only there may one stand.
    OpeningMisplaced,
    /// The log recorded a head of another that this other did not sign.
    ReceivedCheckpointForged {
        /// Whose head it pretends to be.
        name: KeyName,
    },
    /// The log recorded something as a head that is none.
    ReceivedCheckpointUnreadable,
    /// The entries do not lead to the root that was signed.
    RootDiffers,
    /// The shard before this one has another size than when this one was opened.
    ShardContinued {
        /// The size that this shard's first entry says.
        size: u64,
    },
    /// A signature over an agreement does not match.
    SignatureInvalid {
        /// Whose it pretends to be.
        by: Did,
    },
    /// A tile does not hold the hashes of the entries.
    TileChanged,
    /// The log was longer: a larger head of it was seen.
    Truncated {
        /// The size that was seen.
        size: u64,
        /// Who saw it.
        by: String,
    },
}

/// Something that the auditor should know and that is no failure.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Remark {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What.
    #[serde(flatten)]
    pub kind: RemarkKind,
}

/// What is remarkable at a place.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "remark", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum RemarkKind {
    /// A file of entries beyond the signed head; it was not looked at.
    BeyondCheckpoint,
    /// The document of an agreement is not in the folder.
    DocumentMissing,
    /// A document that no agreement in these logs names.
    DocumentUnused,
    /// A kept head of a log whose key the anchors do not name: it says nothing.
    HeadUnknown {
        /// The name in the head.
        name: KeyName,
    },
    /// More failures than are listed.
    MoreFailures {
        /// How many more.
        count: u64,
    },
    /// A smaller head of another's log was received after a larger one.
    OlderCheckpoint,
    /// A head in the anchors is not signed by the log that the anchors name.
    SeenNotSigned,
    /// A signature on a head by a key that the anchors do not name; it counts for nothing.
    SignatureUnknown {
        /// The name at the signature.
        name: KeyName,
    },
    /// The times of entries go back: the clock was set.
    TimeWentBack,
    /// A file that belongs to no log; it was not looked at.
    UnknownFile,
}

/// Why a log without failures is still not proven.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "doubt", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Doubt {
    /// The anchors do not name this log's key: anyone could have written it.
    KeyUnknown,
    /// More entries than the policy allows follow the last head that enough others saw.
    TailTooLong {
        /// How many follow.
        entries: u64,
        /// How many may.
        allowed: u64,
    },
    /// Fewer others than the policy demands saw a head of this log.
    TooFewWitnesses {
        /// How many saw one.
        have: u64,
        /// How many must.
        need: u64,
    },
}

/// What these logs cannot prove, however whole they are.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "limit", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Limit {
    /// An entry that both sides left out.
    BothLeftOut,
    /// Whether what was said is true: the content of data, and stated purposes.
    ContentIsTrue,
    /// The other side's log is not here, so what it recorded is not known.
    OtherLogMissing {
        /// The participant whose log is here.
        of: Did,
        /// The participant whose log is not.
        other: Did,
    },
    /// The last entries of a log, which nobody else had seen: its owner could still replace them.
    TailUnseen {
        /// The log.
        log: KeyName,
        /// How many entries.
        entries: u64,
    },
    /// The exact time: each log tells the time by its own clock.
    TimeIsExact,
    /// What happened to the data after it was handed over.
    UseAfterHandover,
}
