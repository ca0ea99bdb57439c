//! Heads of logs that others saw, and whether a log still leads to them.

use std::collections::{BTreeMap, BTreeSet};

use wire::sign::Verify;

use super::{
    finding::{Place, Problem, RemarkKind},
    log::Log,
};
use crate::{
    anchors::Anchors,
    checkpoint::{Checkpoint, NoteError, SignedCheckpoint},
    merkle::{Frontier, Hash},
};

/// A head that someone saw.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) head: Checkpoint,
    pub(super) by: String,
    pub(super) place: Place,
    pub(super) weight: Weight,
}

/// What a sighting says beyond that the head exists.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Weight {
    /// Someone whom the anchors name saw it: counts as a witness.
    Anchored,
    /// The log with this number recorded it: counts as a witness if that log can be believed.
    Recorded(usize),
    /// Nobody stands for when it was seen: it only must not contradict.
    Evidence,
}

/// What the signatures of a note say.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    /// Whether the log's own key signed it; absent where the anchors do not name that key.
    pub(super) own: Option<Result<(), NoteError>>,
    /// Who countersigned it.
    pub(super) cosigned: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
    pub(super) remarks: Vec<RemarkKind>,
}

/// Checks all signatures of a note against the anchors.
pub(super) fn signatures(
    note: &SignedCheckpoint,
    anchors: &Anchors,
    verify: &dyn Verify,
) -> Signatures {
    let mut found = Signatures::default();
    let own = anchors.log(&note.checkpoint().origin);
    found.own = own.map(|(_, key)| note.check(key, verify).map(|_| ()));
    let owner = own.map(|(did, _)| did.to_string());
    for line in note.signatures() {
        let known = |name: &_, id| *name == line.name && id == line.id;
        if own.is_some_and(|(_, key)| known(key.name(), key.id())) {
            continue;
        }
        let witness = anchors.witnesses.iter().find(|w| known(w.key.name(), w.key.id()));
        let name = line.name.clone();
        match witness.map(|witness| (note.check(&witness.key, verify), &witness.owner)) {
            Some((Ok(_), by)) if owner.as_ref() != Some(by) => {
                found.cosigned.insert(by.clone());
            }
            Some((Ok(_), _)) => {}
            Some((Err(_), _)) => found.problems.push(Problem::CosignatureForged { name }),
            // Without anchors for the log, its own line cannot be told from a stranger's.
            None if own.is_none() && line.name == note.checkpoint().origin => {}
            None => found.remarks.push(RemarkKind::SignatureUnknown { name }),
        }
    }
    found
}

/// The largest size, not above `most`, at which a sighting agrees with the log.
pub(super) fn compare(log: &mut Log, sightings: &[Sighting]) -> u64 {
    let Some(head) = log.note.as_ref().map(|note| note.checkpoint().clone()) else { return 0 };
    let sizes = sightings.iter().map(|sighting| sighting.head.size).collect();
    let roots = roots_at(&log.leaves, &sizes);
    let mut agrees_to = 0;
    for sighting in sightings {
        let (size, by) = (sighting.head.size, sighting.by.clone());
        let here = match roots.get(&size) {
            Some(root) if log.root_matches => Some(*root),
            Some(root) if *root == sighting.head.root => Some(*root),
            // Entries that do not lead to the head are a failure already; only heads are compared.
            Some(_) | None if size == head.size => Some(head.root),
            Some(_) | None => None,
        };
        if size > head.size {
            log.fail(log.head_place(), Problem::Truncated { size, by });
        } else if here.is_some_and(|root| root != sighting.head.root) {
            log.fail(log.head_place(), Problem::Forked { size, by });
        } else if roots.get(&size) == Some(&sighting.head.root) {
            agrees_to = agrees_to.max(size);
        }
    }
    agrees_to
}

/// The roots of the log at some of its earlier sizes.
fn roots_at(leaves: &[Hash], sizes: &BTreeSet<u64>) -> BTreeMap<u64, Hash> {
    let mut roots = BTreeMap::new();
    let mut frontier = Frontier::new();
    let mut wanted = sizes.iter().copied().peekable();
    let mut rest = leaves.iter();
    while let Some(size) = wanted.peek().copied() {
        if size == frontier.size() {
            roots.insert(size, frontier.root());
            wanted.next();
        } else if let Some(leaf) = rest.next() {
            frontier.push(*leaf);
        } else {
            break;
        }
    }
    roots
}
