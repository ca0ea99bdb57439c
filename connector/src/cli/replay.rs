//! `audit replay`: makes every decision in a copied folder again, offline. Needs neither home nor
//! connector.

use std::path::Path;

use audit::replay::{
    Again, Difference, Documents, NotReplayed, Part, Rejudge, Verified, Within, replay_folder,
};
use audit::verify::verify_folder;
use identity::OpensslVerify;
use policy::{ENGINE_VERSION, Recorded, Verdict};
use protocol::id::AgreementId;
use serde_json::Value;
use wire::digest::Digest;
use wire::json::{Limits, parse};

use super::exit::{Exit, Failure};
use super::local;
use super::output::Output;
use super::verify::{Folder, read_anchors, spoken};
use crate::engine::judged::codes;

/// Verifies `folder`, replays it, prints the report, and says how it went. Without anchors, the
/// verifier has nobody to believe, and the report says what that means.
pub(super) fn replay(
    folder: &Path,
    anchors: Option<&Path>,
    only: Option<&AgreementId>,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let known = anchors.map(read_anchors).transpose()?;
    let anchored = known.is_some();
    let files = Folder::open(folder)?;
    let verdict = verify_folder(&files, &known.unwrap_or_default(), &OpensslVerify).verdict;
    let report = replay_folder(&files, &ByPolicy, only, Verified { verdict, anchored });
    let shown = if output.json {
        output.json_line(&report)
    } else {
        output.text(&report.text(spoken(output.lang)))
    };
    shown.map_err(|error| local(&error))?;
    Ok(if report.is_alike() { Exit::Done } else { Exit::VerificationFailed })
}

/// Judges anew with this program's own evaluators.
struct ByPolicy;

impl Rejudge for ByPolicy {
    fn engine(&self) -> &str {
        ENGINE_VERSION
    }

    fn rejudge(&self, decision: &[u8], documents: &Documents<'_>) -> Result<Again, NotReplayed> {
        let recorded =
            Recorded::read(decision).map_err(|error| not_replayed(error, ENGINE_VERSION))?;
        let basis = recorded.basis();
        let policy = document(documents, Part::Policy, basis.document)?;
        let snapshot = document(documents, Part::Snapshot, recorded.snapshot())?;
        let again = recorded
            .replay(&policy, &snapshot)
            .map_err(|error| not_replayed(error, &basis.engine))?;
        let mut differences: Vec<_> =
            again.differences.into_iter().map(|it| difference(it, Within::Decision)).collect();
        differences.extend(again.compiled.into_iter().map(|it| difference(it, Within::Evaluators)));
        let decision = again.decision;
        Ok(Again {
            verdict: match decision.verdict {
                Verdict::Deny => audit::entry::Verdict::Deny,
                Verdict::Permit => audit::entry::Verdict::Permit,
            },
            reasons: codes(&decision),
            assignee: decision.request.assignee.as_str().to_owned(),
            policy: basis.document,
            at: decision.at,
            other_engine: recorded.is_of_another_engine().then(|| basis.engine.clone()),
            differences,
        })
    }
}

fn document(documents: &Documents<'_>, part: Part, digest: Digest) -> Result<Value, NotReplayed> {
    let bytes = documents.part(part, digest)?;
    parse(&bytes, &Limits::document())
        .map_err(|error| NotReplayed::DocumentUnreadable { part, reason: error.to_string() })
}

fn difference(it: policy::Difference, within: Within) -> Difference {
    let policy::Difference { pointer, recorded, replayed } = it;
    Difference { within, pointer, recorded, replayed }
}

/// Why it cannot be made again.
fn not_replayed(error: policy::NotReplayed, engine: &str) -> NotReplayed {
    let unreadable = |part, reason| NotReplayed::DocumentUnreadable { part, reason };
    match error {
        policy::NotReplayed::NoBasis => NotReplayed::NoBasis,
        policy::NotReplayed::NoRule => NotReplayed::NoRule,
        policy::NotReplayed::OtherProfile { profile } => {
            NotReplayed::OtherProfile { profile, engine: engine.to_owned() }
        }
        policy::NotReplayed::Policy { why } => unreadable(Part::Policy, why),
        policy::NotReplayed::Snapshot(error) => unreadable(Part::Snapshot, error.to_string()),
        policy::NotReplayed::Unreadable { why } => unreadable(Part::Decision, why),
    }
}
