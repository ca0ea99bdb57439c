//! The auditor's questions, answered offline: are these logs whole, did both sides record the same,
//! and what can no log prove?
//!
//! The verifier reads copied files through a trait, calls nobody, and believes only the anchors that
//! the auditor brings. What it cannot read it names; it repairs nothing.

mod agreements;
mod files;
mod finding;
mod judge;
mod log;
mod reconcile;
mod report;
mod shards;
mod sighting;
#[cfg(test)]
mod tests;
mod text;
mod tiles;
mod unmoved;

use wire::sign::Verify;

pub use files::Files;
pub(crate) use files::{Layout, digest_of_name};
pub use finding::{Doubt, Failure, Limit, Place, Problem, Remark, RemarkKind};
pub use report::{
    AgreementReport, Delivered, DeliveryReport, Different, End, LogReport, PairReport, Recorded,
    Report, SharedEvent, SignatureStatus, Standing, Unmatched, Verdict, WitnessReport,
};
pub use text::Lang;

use crate::anchors::Anchors;

/// The most failures that are listed for one log; the rest is counted.
pub const FAILURES_MAX: usize = 1000;

/// Verifies a folder of copied logs against the auditor's anchors.
///
/// The layout of the folder is that of `docs/log-format.md`. Memory grows with the number of entries:
/// about 64 bytes each, and the entries that both sides must have, whole.
pub fn verify_folder(files: &dyn Files, anchors: &Anchors, verify: &dyn Verify) -> Report {
    let layout = Layout::of(files);
    let logs = layout.logs.iter().map(|(dir, tiles)| log::walk(files, dir, tiles)).collect();
    let mut folder = judge::Folder::new(logs, anchors, verify);
    folder.check_expected();
    folder.check_signatures();
    folder.check_shards();
    folder.check_sightings(files, &layout.notes);
    let documents = folder.check_documents(files, &layout.documents);
    folder.check_documents(files, &layout.decisions);
    folder.remark_unknown(&layout.unknown);
    let pairs = reconcile::all(&folder.logs);
    let agreements = agreements::all(&mut folder, &documents);
    folder.report(pairs, agreements)
}
