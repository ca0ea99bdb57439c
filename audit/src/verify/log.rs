//! One log by itself: every entry read and hashed, the tree recomputed, and compared with the files
//! and the signed head. Other logs and the anchors play no part here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use protocol::id::AgreementId;
use wire::did::Did;

use super::{
    FAILURES_MAX, Files,
    finding::{Failure, Place, Problem, Remark, RemarkKind},
    tiles,
};
use crate::{
    checkpoint::{SignedCheckpoint, origin},
    entry::{Body, Entry, EntryError, EntryType, Shard},
    merkle::{Hash, root},
    tile::{BundleError, Kind, TILE_WIDTH, TilePath, split_bundle},
};

/// How far the times of neighbouring entries may go back before a clock was set, in seconds: what
/// happens at the same time is recorded in the order of the commits, which can wait for the disk.
const DISORDER_SECONDS_MAX: i64 = 10;

/// What one log says, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) dir: String,
    pub(super) note: Option<SignedCheckpoint>,
    pub(super) participant: Option<Did>,
    pub(super) shard: Option<Shard>,
    /// The hashes of all entries that could be read, in order.
    pub(super) leaves: Vec<Hash>,
    /// Whether these lead to the root of the head.
    pub(super) root_matches: bool,
    /// The entries that another participant should have too, or that are about an agreement.
    pub(super) shared: Vec<(u64, Entry)>,
    /// The heads of others that it recorded.
    pub(super) received: Vec<(u64, String)>,
    /// The head of the shard before, as the first entry has it.
    pub(super) previous: Option<String>,
    /// The first and last number of the entries about each agreement, and the entry of the first.
    pub(super) counters: BTreeMap<(Did, AgreementId), Counted>,
    pub(super) types: BTreeMap<EntryType, u64>,
    pub(super) failures: Vec<Failure>,
    pub(super) unlisted: u64,
    pub(super) remarks: Vec<Remark>,
    /// Whether the head is signed with the key that the anchors name for this log.
    pub(super) signed: bool,
    latest: Option<Timestamp>,
}

/// The numbers of a participant's entries about one agreement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) entry: u64,
}

/// Reads and recomputes one log.
pub(super) fn walk(files: &dyn Files, dir: &str, tiles: &BTreeSet<TilePath>) -> Log {
    let mut log = Log::new(dir);
    log.read_head(files);
    let size = log.size();
    for bundle in 0..size.div_ceil(TILE_WIDTH) {
        let width = (size - bundle * TILE_WIDTH).min(TILE_WIDTH);
        let Some(path) = TilePath::of_width(Kind::Entries, bundle, width) else { break };
        if !log.read_bundle(files, path) {
            break;
        }
    }
    log.check_duplicates();
    log.check_tree(files, tiles);
    log
}

impl Log {
    fn new(dir: &str) -> Self {
        Self {
            dir: dir.to_owned(),
            note: None,
            participant: None,
            shard: None,
            leaves: Vec::new(),
            root_matches: false,
            shared: Vec::new(),
            received: Vec::new(),
            previous: None,
            counters: BTreeMap::new(),
            types: BTreeMap::new(),
            failures: Vec::new(),
            unlisted: 0,
            remarks: Vec::new(),
            signed: false,
            latest: None,
        }
    }

    /// The path of a file of this log.
    pub(super) fn path(&self, file: impl std::fmt::Display) -> String {
        format!("{}/{file}", self.dir)
    }

    /// The size that the head says; 0 without a head.
    pub(super) fn size(&self) -> u64 {
        self.note.as_ref().map_or(0, |note| note.checkpoint().size)
    }

    /// The place of one entry.
    pub(super) fn entry_place(&self, entry: u64) -> Place {
        let before = entry / TILE_WIDTH * TILE_WIDTH;
        let width = self.size().saturating_sub(before).min(TILE_WIDTH);
        match TilePath::of_width(Kind::Entries, entry / TILE_WIDTH, width) {
            Some(path) => Place::entry(self.path(path), entry),
            None => Place::entry(self.dir.clone(), entry),
        }
    }

    /// The place of the signed head.
    pub(super) fn head_place(&self) -> Place {
        Place::file(self.path("checkpoint"))
    }

    pub(super) fn fail(&mut self, place: Place, problem: Problem) {
        if self.failures.len() < FAILURES_MAX {
            self.failures.push(Failure { place, problem });
        } else {
            self.unlisted = self.unlisted.saturating_add(1);
        }
    }

    pub(super) fn remark(&mut self, place: Place, kind: RemarkKind) {
        if self.remarks.len() < FAILURES_MAX {
            self.remarks.push(Remark { place, kind });
        }
    }

    fn read_head(&mut self, files: &dyn Files) {
        let place = self.head_place();
        let Some(bytes) = files.read(&place.file) else {
            return self.fail(place, Problem::CheckpointMissing);
        };
        let Ok(note) = SignedCheckpoint::parse(&bytes) else {
            return self.fail(place, Problem::CheckpointUnreadable);
        };
        let name = note.checkpoint().origin.clone();
        if name.as_str() != self.dir {
            self.fail(place, Problem::NameDiffers { name });
        }
        self.note = Some(note);
    }

    /// Reads one bundle; says whether the log goes on after it.
    fn read_bundle(&mut self, files: &dyn Files, path: TilePath) -> bool {
        let file = self.path(path);
        let first = path.index() * TILE_WIDTH;
        let Some(bytes) = files.read(&file) else {
            self.fail(Place::file(file), Problem::FileMissing);
            return false;
        };
        let entries = match split_bundle(&bytes, path.width()) {
            Ok(entries) => entries,
            Err(error) => {
                let within = match error {
                    BundleError::Cut { entry } => entry,
                    BundleError::Few { entries } => entries,
                    BundleError::Long => path.width(),
                };
                self.fail(Place::entry(file, first + within), Problem::BundleUnreadable);
                return false;
            }
        };
        for (index, bytes) in (first..).zip(entries) {
            self.leaves.push(Hash::leaf(bytes));
            match Entry::parse(bytes) {
                Ok(entry) => self.take(index, entry),
                Err(error) => self.fail(self.entry_place(index), unreadable(error)),
            }
        }
        true
    }

    /// Things that happen at the same time are recorded in any order; a clock that was set stands out.
    fn look_at_time(&mut self, place: &Place, time: Timestamp) {
        let disorder = SignedDuration::from_secs(DISORDER_SECONDS_MAX);
        let latest = self.latest.get_or_insert(time);
        let went_back = latest.duration_since(time) > disorder;
        *latest = if went_back { time } else { time.max(*latest) };
        if went_back {
            self.remark(place.clone(), RemarkKind::TimeWentBack);
        }
    }

    fn take(&mut self, index: u64, entry: Entry) {
        let place = self.entry_place(index);
        let opening = entry.entry_type() == EntryType::LogShardOpened;
        if opening != (index == 0) {
            self.fail(place.clone(), Problem::OpeningMisplaced);
        }
        if origin(&entry.participant, entry.shard).as_str() != self.dir {
            self.fail(place.clone(), Problem::EntryOfAnotherLog);
        }
        if index == 0 {
            (self.participant, self.shard) = (Some(entry.participant.clone()), Some(entry.shard));
        }
        self.look_at_time(&place, entry.time);
        *self.types.entry(entry.entry_type()).or_default() += 1;
        self.count(&place, index, &entry);
        match &entry.body {
            Body::LogShardOpened { previous } => self.previous.clone_from(previous),
            Body::CheckpointReceived { checkpoint } => {
                self.received.push((index, checkpoint.clone()));
            }
            Body::AdministratorAction { .. }
            | Body::AgreementEnded { .. }
            | Body::AgreementSigned { .. }
            | Body::ApprovalGiven { .. }
            | Body::ApprovalRefused { .. }
            | Body::CertificateChanged { .. }
            | Body::CopyErased { .. }
            | Body::DecisionMade { .. }
            | Body::DatasetPublished { .. }
            | Body::DatasetReplaced { .. }
            | Body::DatasetWithdrawn { .. }
            | Body::DeliveryFinished { .. }
            | Body::DeliveryStarted { .. }
            | Body::DeliveryStopped { .. }
            | Body::DeliveryWindow { .. }
            | Body::Erasure { .. }
            | Body::HandoverEnded { .. }
            | Body::HandoverStarted { .. }
            | Body::KeyChanged { .. }
            | Body::NegotiationStep { .. }
            | Body::TransferStep { .. }
            | Body::TrustListAccepted { .. } => {}
        }
        if !entry.entry_type().needs().is_empty() {
            self.shared.push((index, entry));
        }
    }

    fn count(&mut self, place: &Place, index: u64, entry: &Entry) {
        let (Some(about), Some(other)) = (&entry.agreement, &entry.counterparty) else { return };
        let found = about.counter;
        let new = Counted { first: found, last: found, entry: index };
        let counted = self.counters.entry((other.clone(), about.id.clone())).or_insert(new);
        if counted.entry == index {
            return;
        }
        let expected = counted.last.saturating_add(1);
        counted.last = found;
        if found != expected {
            let agreement = about.id.clone();
            self.fail(place.clone(), Problem::CounterGap { agreement, expected, found });
        }
    }

    /// Random bits make each entry unlike every other: the same one twice was copied.
    fn check_duplicates(&mut self) {
        let mut sorted: Vec<(Hash, u64)> = self.leaves.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        let twice = sorted.windows(2).filter_map(|pair| match pair {
            [(one, first), (other, second)] if one == other => Some((*first, *second)),
            _ => None,
        });
        for (first, second) in twice.collect::<Vec<_>>() {
            self.fail(self.entry_place(second), Problem::DuplicateEntry { first });
        }
    }

    fn check_tree(&mut self, files: &dyn Files, tiles: &BTreeSet<TilePath>) {
        let Some(head) = self.note.as_ref().map(|note| note.checkpoint().clone()) else { return };
        let complete = self.leaves.len() as u64 == head.size;
        self.root_matches = complete && root(&self.leaves) == head.root;
        if complete && !self.root_matches {
            self.fail(self.head_place(), Problem::RootDiffers);
        }
        let found = tiles::check(files, &self.dir, tiles, &self.leaves, self.root_matches);
        found.failures.into_iter().for_each(|failure| self.fail(failure.place, failure.problem));
        if complete {
            found.remarks.into_iter().for_each(|remark| self.remark(remark.place, remark.kind));
        }
    }
}

fn unreadable(error: EntryError) -> Problem {
    match error {
        EntryError::UnknownType { name } => Problem::EntryTypeUnknown { name },
        EntryError::UnknownVersion { version } => Problem::EntryVersionUnknown { version },
        EntryError::Canonical(_)
        | EntryError::Fields { .. }
        | EntryError::Incomplete { .. }
        | EntryError::Json(_)
        | EntryError::NotCanonical
        | EntryError::Shape(_)
        | EntryError::TooLong { .. }
        | EntryError::TooManyReasons => Problem::EntryMalformed,
    }
}
