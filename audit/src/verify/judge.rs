//! All logs of a folder together with the anchors: signatures, shards, what others saw, and the
//! verdict.

use std::collections::{BTreeMap, BTreeSet};

use wire::{digest::Digest, sign::Verify};

use super::{
    Files,
    files::digest_of_name,
    finding::{Doubt, Failure, Limit, Place, Problem, Remark, RemarkKind},
    log::Log,
    report::{
        AgreementReport, LogReport, PairReport, REPORT_VERSION, Report, Standing, Verdict,
        WitnessReport,
    },
    shards::{Counted, opening_problems},
    sighting::{self, Sighting, Weight},
};
use crate::{
    anchors::Anchors,
    checkpoint::{KeyName, NoteError, SignedCheckpoint},
};

/// What is known of a folder so far.
pub(super) struct Folder<'a> {
    pub(super) logs: Vec<Log>,
    pub(super) anchors: &'a Anchors,
    pub(super) verify: &'a dyn Verify,
    failures: Vec<Failure>,
    remarks: Vec<Remark>,
    sightings: BTreeMap<KeyName, Vec<Sighting>>,
    /// For each log, the largest size below its head at which a head of its own agrees.
    agrees_to: Vec<u64>,
}

impl<'a> Folder<'a> {
    pub(super) fn new(logs: Vec<Log>, anchors: &'a Anchors, verify: &'a dyn Verify) -> Self {
        Self {
            logs,
            anchors,
            verify,
            failures: Vec::new(),
            remarks: Vec::new(),
            sightings: BTreeMap::new(),
            agrees_to: Vec::new(),
        }
    }

    fn fail(&mut self, place: Place, problem: Problem) {
        self.failures.push(Failure { place, problem });
    }

    fn remark(&mut self, place: Place, kind: RemarkKind) {
        self.remarks.push(Remark { place, kind });
    }

    /// Every log that the anchors name must be here.
    pub(super) fn check_expected(&mut self) {
        for key in self.anchors.participants.iter().flat_map(|known| &known.logs) {
            let log = key.name().clone();
            if !self.logs.iter().any(|here| here.dir == log.as_str()) {
                self.fail(Place::file(log.to_string()), Problem::LogMissing { log });
            }
        }
    }

    /// Each head must be signed with the key that the anchors name for its log.
    pub(super) fn check_signatures(&mut self) {
        for log in &mut self.logs {
            let Some(note) = log.note.clone() else { continue };
            let name = note.checkpoint().origin.clone();
            let found = sighting::signatures(&note, self.anchors, self.verify);
            match found.own {
                None => {}
                Some(Ok(())) => log.signed = true,
                Some(Err(NoteError::Forged { .. })) => {
                    log.fail(log.head_place(), Problem::CheckpointForged);
                }
                Some(Err(_)) => log.fail(log.head_place(), Problem::CheckpointUnsigned),
            }
            let owner = self.anchors.log(&name).map(|(did, _)| did);
            if owner.is_some_and(|did| log.participant.as_ref().is_some_and(|here| here != did)) {
                log.fail(log.head_place(), Problem::EntryOfAnotherLog);
            }
            found.problems.into_iter().for_each(|problem| log.fail(log.head_place(), problem));
            found.remarks.into_iter().for_each(|kind| log.remark(log.head_place(), kind));
            let head = note.checkpoint();
            let seen = found.cosigned.into_iter().map(|by| Sighting {
                head: head.clone(),
                by,
                place: log.head_place(),
                weight: Weight::Anchored,
            });
            self.sightings.entry(name).or_default().extend(seen);
        }
    }

    /// Each shard begins with the last head of the one before, and goes on counting.
    pub(super) fn check_shards(&mut self) {
        let mut order: Vec<usize> = (0..self.logs.len()).collect();
        order.sort_by_key(|i| self.logs.get(*i).map(|log| (log.participant.clone(), log.shard)));
        let mut before: Option<usize> = None;
        let mut counted = Counted::default();
        for index in order {
            let older = before.and_then(|i| self.logs.get(i));
            let Some(log) = self.logs.get(index) else { continue };
            let older = older.filter(|old| old.participant == log.participant);
            if older.is_none() {
                counted = Counted::new(log);
            }
            let mut found = opening_problems(older, log);
            found.extend(counted.go_on(log));
            if let Some(log) = self.logs.get_mut(index) {
                found.into_iter().for_each(|failure| log.fail(failure.place, failure.problem));
            }
            before = Some(index);
            self.see_previous(index);
        }
    }

    fn see_previous(&mut self, index: usize) {
        let Some(log) = self.logs.get_mut(index) else { return };
        let Some(text) = log.previous.clone() else { return };
        let place = log.entry_place(0);
        let Ok(note) = text.parse::<SignedCheckpoint>() else {
            return log.fail(place, Problem::ReceivedCheckpointUnreadable);
        };
        let by = log.dir.clone();
        if let Some(problem) = self.see(&note, by, place.clone(), Weight::Evidence)
            && let Some(log) = self.logs.get_mut(index)
        {
            log.fail(place, problem);
        }
    }

    /// Takes a head that someone saw. A head that its log did not sign is a problem of who kept it.
    fn see(
        &mut self,
        note: &SignedCheckpoint,
        by: String,
        place: Place,
        weight: Weight,
    ) -> Option<Problem> {
        let found = sighting::signatures(note, self.anchors, self.verify);
        let head = note.checkpoint().clone();
        if matches!(found.own, Some(Err(_))) {
            return Some(Problem::ReceivedCheckpointForged { name: head.origin });
        }
        let list = self.sightings.entry(head.origin.clone()).or_default();
        for by in found.cosigned {
            let weight = Weight::Anchored;
            list.push(Sighting { head: head.clone(), by, place: place.clone(), weight });
        }
        list.push(Sighting { head, by, place, weight });
        found.problems.into_iter().next()
    }

    /// Collects what others saw of each log, and lays it beside the log.
    pub(super) fn check_sightings(&mut self, files: &dyn Files, notes: &BTreeSet<String>) {
        for index in 0..self.logs.len() {
            self.see_received(index);
        }
        for path in notes {
            let place = Place::file(path.clone());
            let note = files.read(path).and_then(|bytes| SignedCheckpoint::parse(&bytes).ok());
            let name = note.as_ref().map(|note| note.checkpoint().origin.clone());
            if let Some(name) = name.filter(|name| self.anchors.log(name).is_none()) {
                self.remark(place.clone(), RemarkKind::HeadUnknown { name });
            }
            let problem = match note {
                Some(note) => self.see(&note, path.clone(), place.clone(), Weight::Evidence),
                None => Some(Problem::CheckpointUnreadable),
            };
            if let Some(problem) = problem {
                self.fail(place, problem);
            }
        }
        let anchors = self.anchors;
        for (index, seen) in (0..).zip(&anchors.seen) {
            let place = Place::entry("anchors", index);
            let known = anchors.log(&seen.checkpoint.checkpoint().origin).is_some();
            let forged = self
                .see(&seen.checkpoint, seen.by.clone(), place.clone(), Weight::Anchored)
                .is_some();
            if forged || !known {
                self.remark(place, RemarkKind::SeenNotSigned);
            }
        }
        self.compare();
    }

    fn see_received(&mut self, index: usize) {
        let Some(log) = self.logs.get_mut(index) else { return };
        let received = std::mem::take(&mut log.received);
        let by = log.participant.as_ref().map_or_else(|| log.dir.clone(), ToString::to_string);
        let mut last: BTreeMap<KeyName, u64> = BTreeMap::new();
        for (entry, text) in received {
            let Some(log) = self.logs.get_mut(index) else { return };
            let place = log.entry_place(entry);
            let Ok(note) = text.parse::<SignedCheckpoint>() else {
                log.fail(place, Problem::ReceivedCheckpointUnreadable);
                continue;
            };
            let head = note.checkpoint();
            let before = last.insert(head.origin.clone(), head.size);
            if before.is_some_and(|before| before > head.size) {
                log.remark(place.clone(), RemarkKind::OlderCheckpoint);
            }
            let weight = Weight::Recorded(index);
            if let Some(problem) = self.see(&note, by.clone(), place.clone(), weight)
                && let Some(log) = self.logs.get_mut(index)
            {
                log.fail(place, problem);
            }
        }
    }

    fn compare(&mut self) {
        for log in &mut self.logs {
            let name = log.note.as_ref().map(|note| note.checkpoint().origin.clone());
            let seen = name.and_then(|name| self.sightings.get(&name));
            let agrees_to = sighting::compare(log, seen.map_or(&[], Vec::as_slice));
            self.agrees_to.push(agrees_to);
        }
        // Two heads of one size and unlike roots convict a log even where it is not here.
        let mut forks = Vec::new();
        for (name, seen) in &self.sightings {
            if self.logs.iter().any(|log| log.dir == name.as_str()) {
                continue;
            }
            let mut roots = BTreeMap::new();
            for one in seen {
                if *roots.entry(one.head.size).or_insert(one.head.root) != one.head.root {
                    let problem = Problem::Forked { size: one.head.size, by: one.by.clone() };
                    forks.push(Failure { place: one.place.clone(), problem });
                }
            }
        }
        self.failures.extend(forks);
    }

    /// Documents lie under their digests. Gives the digests of those that are here.
    pub(super) fn check_documents(
        &mut self,
        files: &dyn Files,
        paths: &BTreeSet<String>,
    ) -> BTreeMap<Digest, String> {
        let mut here = BTreeMap::new();
        for path in paths {
            let name = digest_of_name(path);
            let found = files.read(path).map(|bytes| Digest::of(&bytes));
            if let Some(digest) = found.filter(|_| found == name) {
                here.insert(digest, path.clone());
            } else {
                self.fail(Place::file(path.clone()), Problem::DocumentChanged);
            }
        }
        here
    }

    pub(super) fn remark_unknown(&mut self, paths: &BTreeSet<String>) {
        for path in paths {
            self.remark(Place::file(path.clone()), RemarkKind::UnknownFile);
        }
    }

    pub(super) fn remark_unused(&mut self, path: &str) {
        self.remark(Place::file(path), RemarkKind::DocumentUnused);
    }

    /// Who saw a log, and up to which size. Nobody is a witness for themselves.
    fn witnesses(&self, log: &Log) -> BTreeMap<String, u64> {
        let name = log.note.as_ref().map(|note| note.checkpoint().origin.clone());
        let seen = name.and_then(|name| self.sightings.get(&name));
        let owner = log.participant.as_ref().map(ToString::to_string);
        let mut largest = BTreeMap::new();
        for one in seen.map_or(&[][..], Vec::as_slice) {
            let counts = match one.weight {
                Weight::Anchored => true,
                Weight::Evidence => false,
                Weight::Recorded(index) => {
                    self.logs.get(index).is_some_and(|log| log.signed && log.failures.is_empty())
                }
            };
            if counts && owner.as_ref() != Some(&one.by) {
                let size = largest.entry(one.by.clone()).or_insert(one.head.size);
                *size = one.head.size.max(*size);
            }
        }
        largest
    }

    /// The report on everything.
    pub(super) fn report(self, pairs: Vec<PairReport>, agreements: Vec<AgreementReport>) -> Report {
        let logs: Vec<LogReport> = self
            .logs
            .iter()
            .zip(&self.agrees_to)
            .map(|(log, to)| self.log_report(log, *to))
            .collect();
        let worst = logs.iter().map(|log| log.verdict).max();
        let verdict = match worst {
            _ if !self.failures.is_empty() => Verdict::Broken,
            Some(worst) => worst,
            None => Verdict::OnlySelfConsistent,
        };
        let disputed = agreements.iter().any(|one| one.standing == Standing::Disputed);
        let alike = |pair: &PairReport| {
            pair.only_here.is_empty() && pair.only_there.is_empty() && pair.different.is_empty()
        };
        let agree = !disputed && pairs.iter().all(alike);
        let limits = self.limits(&logs);
        let (failures, remarks) = (self.failures, self.remarks);
        let version = REPORT_VERSION;
        Report { version, verdict, agree, logs, agreements, pairs, failures, remarks, limits }
    }

    fn log_report(&self, log: &Log, agrees_to: u64) -> LogReport {
        let policy = self.anchors.policy;
        let size = log.size();
        let seen = self.witnesses(log);
        let mut sizes: Vec<u64> = seen.values().map(|seen| (*seen).min(size)).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let witnessed_to = match usize::try_from(policy.quorum) {
            Ok(0) => size,
            Ok(quorum) => sizes.get(quorum - 1).copied().unwrap_or(0),
            Err(_) => 0,
        };
        let mut doubts = Vec::new();
        if log.note.is_some() && !log.signed {
            doubts.push(Doubt::KeyUnknown);
        }
        let have = seen.len() as u64;
        if have < policy.quorum {
            doubts.push(Doubt::TooFewWitnesses { have, need: policy.quorum });
        }
        let entries = size - witnessed_to;
        if let Some(allowed) = policy.tail_max.filter(|allowed| entries > *allowed) {
            doubts.push(Doubt::TailTooLong { entries, allowed });
        }
        let verdict = match (log.failures.is_empty(), doubts.is_empty()) {
            (false, _) => Verdict::Broken,
            (true, false) => Verdict::OnlySelfConsistent,
            (true, true) => Verdict::Proven,
        };
        let mut remarks = log.remarks.clone();
        if log.unlisted > 0 {
            let kind = RemarkKind::MoreFailures { count: log.unlisted };
            remarks.push(Remark { place: log.head_place(), kind });
        }
        LogReport {
            log: log.dir.clone(),
            participant: log.participant.clone(),
            size,
            root: log.note.as_ref().map(|note| note.checkpoint().root),
            whole_to: if log.root_matches { size } else { agrees_to },
            witnessed_to,
            witnesses: seen.into_iter().map(|(by, size)| WitnessReport { by, size }).collect(),
            entries: log.types.clone(),
            verdict,
            failures: log.failures.clone(),
            doubts,
            remarks,
        }
    }

    fn limits(&self, logs: &[LogReport]) -> Vec<Limit> {
        let mut limits = vec![
            Limit::BothLeftOut,
            Limit::UseAfterHandover,
            Limit::ContentIsTrue,
            Limit::TimeIsExact,
        ];
        let mut missing = BTreeSet::new();
        for log in &self.logs {
            let others = log.shared.iter().filter_map(|(_, entry)| entry.counterparty.clone());
            for other in others {
                let here = self.logs.iter().any(|log| log.participant.as_ref() == Some(&other));
                if let Some(of) = log.participant.clone().filter(|_| !here) {
                    missing.insert((of, other));
                }
            }
        }
        let missing = missing.into_iter().map(|(of, other)| Limit::OtherLogMissing { of, other });
        limits.extend(missing);
        for log in logs.iter().filter(|log| log.witnessed_to < log.size) {
            if let Ok(name) = log.log.parse() {
                let entries = log.size - log.witnessed_to;
                limits.push(Limit::TailUnseen { log: name, entries });
            }
        }
        limits
    }
}
