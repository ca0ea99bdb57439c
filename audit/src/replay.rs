//! The auditor's question whether each decision was right, answered offline: every recorded decision
//! is made again from what was recorded with it, and one that comes out otherwise is flagged.
//!
//! What a policy means is not known here: whoever asks brings the judge, as the verifier is brought
//! the check of signatures. Whether the log itself is whole is the verifier's question
//! ([`crate::verify`]); over a log that is not proven a replay shows consistency only.

mod documents;
mod entries;
mod finding;
mod look;
#[cfg(test)]
mod tests;
mod text;

use protocol::id::AgreementId;
use serde::Serialize;

pub use documents::{Documents, Lost};
pub use finding::{Again, Difference, Finding, NotReplayed, Outcome, Part, Within};
pub use text::Lang;

use crate::verify::{Files, Layout, Verdict};

/// The most findings that are listed; the rest is counted.
pub const FINDINGS_MAX: usize = 1000;
/// How far the time of a decision may be from that of its entry, in seconds: a commit that was lost
/// to another is tried again.
pub const DECIDED_APART_SECONDS_MAX: i64 = 60;
/// The version of the report's form.
const REPORT_VERSION: u32 = 1;

/// Makes a recorded decision again.
pub trait Rejudge {
    /// The version of the evaluator that judges.
    fn engine(&self) -> &str;

    /// Judges anew what the document of a decision says was judged.
    ///
    /// # Errors
    /// Why it cannot be judged.
    fn rejudge(&self, decision: &[u8], documents: &Documents<'_>) -> Result<Again, NotReplayed>;
}

/// What came of a replay.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of this form.
    pub version: u32,
    /// What the verifier says of the same folder.
    pub verified: Verified,
    /// The version of the evaluator that judged anew.
    pub engine: String,
    /// Of all logs together.
    pub counts: Counts,
    /// Of each log, by name.
    pub logs: Vec<LogReport>,
    /// Whatever is not alike, by log and entry, at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub unlisted: u64,
}

/// What the verifier says of the folder that is replayed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Its verdict.
    pub verdict: Verdict,
    /// Whether the auditor brought keys to believe.
    pub anchored: bool,
}

/// How many entries came out how.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Decisions of a rule.
    pub decisions: u64,
    /// Those that come out with the same bytes.
    pub alike: u64,
    /// Those that come out otherwise.
    pub differ: u64,
    /// Those that come out otherwise and were made by an evaluator of another version.
    pub other_engine: u64,
    /// Those that cannot be made again.
    pub not_replayed: u64,
    /// Deliveries and hand-overs that began without a decision of the rule right before them.
    pub undecided: u64,
    /// Decisions of people and of acceptance policies: there is no rule to judge again.
    pub not_of_a_rule: u64,
}

/// How the entries of one log came out.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogReport {
    /// Its name, which is also its folder.
    pub log: String,
    /// How many came out how.
    #[serde(flatten)]
    pub counts: Counts,
}

impl Report {
    /// Whether every decision came out alike, and the folder is not broken.
    pub fn is_alike(&self) -> bool {
        self.counts.flawless() && self.verified.verdict != Verdict::Broken
    }
}

impl Counts {
    const fn flawless(&self) -> bool {
        self.alike == self.decisions && self.undecided == 0
    }

    const fn add(&mut self, outcome: &Outcome) {
        let count = match outcome {
            Outcome::Alike => &mut self.alike,
            Outcome::Differs { .. } => &mut self.differ,
            Outcome::NotOfARule => return self.not_of_a_rule += 1,
            Outcome::NotReplayed { .. } => &mut self.not_replayed,
            Outcome::OtherEngine { .. } => &mut self.other_engine,
            Outcome::Undecided => return self.undecided += 1,
        };
        *count += 1;
        self.decisions += 1;
    }

    const fn join(&mut self, other: &Self) {
        self.decisions += other.decisions;
        self.alike += other.alike;
        self.differ += other.differ;
        self.other_engine += other.other_engine;
        self.not_replayed += other.not_replayed;
        self.undecided += other.undecided;
        self.not_of_a_rule += other.not_of_a_rule;
    }
}

/// Makes every decision in a folder of copied logs again; with `only`, those about one agreement. The
/// folder is that of [`crate::verify::verify_folder`], whose word about it is `verified`.
pub fn replay_folder(
    files: &dyn Files,
    judge: &dyn Rejudge,
    only: Option<&AgreementId>,
    verified: Verified,
) -> Report {
    let layout = Layout::of(files);
    let documents = Documents::new(files, &layout);
    let mut report = Report {
        version: REPORT_VERSION,
        verified,
        engine: judge.engine().to_owned(),
        counts: Counts::default(),
        logs: Vec::new(),
        findings: Vec::new(),
        unlisted: 0,
    };
    for log in layout.logs.keys() {
        let mut counts = Counts::default();
        let mut look = look::Look::new(judge, &documents, only);
        entries::each(files, log, |index, entry| {
            let Some(outcome) = look.at(&entry) else { return };
            counts.add(&outcome);
            if let Some(finding) = Finding::of(log, index, &entry, outcome) {
                report.take(finding);
            }
        });
        report.counts.join(&counts);
        report.logs.push(LogReport { log: log.clone(), counts });
    }
    report
}

impl Report {
    fn take(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.unlisted += 1;
        }
    }
}
