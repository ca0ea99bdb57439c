//! One shard after the other: each opens with the last head of the one before, and goes on counting.

use std::collections::BTreeMap;

use protocol::id::AgreementId;
use wire::did::Did;

use super::{
    finding::{Failure, Problem},
    log::Log,
};
use crate::checkpoint::SignedCheckpoint;

/// The numbers of a participant's entries about its agreements, over its shards.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Whether the participant's first shard is here; if not, its last numbers are not known.
    from_start: bool,
    last: BTreeMap<(Did, AgreementId), u64>,
}

impl Counted {
    /// Starts counting at the oldest shard that is here.
    pub(super) fn new(oldest: &Log) -> Self {
        Self { from_start: oldest.previous.is_none(), last: BTreeMap::new() }
    }

    /// The numbers of one more shard must go on where the ones before ended.
    pub(super) fn go_on(&mut self, log: &Log) -> Vec<Failure> {
        let mut found = Vec::new();
        for (key, counted) in &log.counters {
            let before = self.last.insert(key.clone(), counted.last);
            let expected = before.or(self.from_start.then_some(0)).map(|n| n.saturating_add(1));
            if let Some(expected) = expected.filter(|expected| *expected != counted.first) {
                let (agreement, number) = (key.1.clone(), counted.first);
                let problem = Problem::CounterGap { agreement, expected, found: number };
                found.push(Failure { place: log.entry_place(counted.entry), problem });
            }
        }
        found
    }
}

/// What is wrong between the opening of a shard and the shard before it.
pub(super) fn opening_problems(older: Option<&Log>, log: &Log) -> Vec<Failure> {
    let Some(older) = older else { return Vec::new() };
    let place = log.entry_place(0);
    let previous = log.previous.as_ref().and_then(|text| text.parse::<SignedCheckpoint>().ok());
    match previous.as_ref().map(SignedCheckpoint::checkpoint) {
        Some(head) if head.origin.as_str() == older.dir => {
            let problem = Problem::ShardContinued { size: head.size };
            let grew = head.size < older.size();
            grew.then_some(Failure { place, problem }).into_iter().collect()
        }
        Some(_) | None => vec![Failure { place, problem: Problem::OpeningMisplaced }],
    }
}
