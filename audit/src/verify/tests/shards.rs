//! A log goes on in a new shard, without gaps and without going back.

use super::{
    super::*,
    world::{FileMap, Side, World, delivered},
};
use crate::{
    anchors::{Anchors, Known, WitnessPolicy},
    entry::{Body, EndCause},
    testing::FakeVerify,
};

/// Ulm's log of 2026, then `2026-2`; `change` may spoil either before they are written.
fn two(change: impl Fn(&mut Side, &mut Side)) -> Report {
    let mut old = World::new().ulm;
    let mut new = old.clone();
    new.shard = old.shard.next();
    new.entries.clear();
    let previous = Some(old.head(old.entries.len()).to_string());
    new.record(Body::LogShardOpened { previous });
    new.record(delivered(5));
    new.record(Body::AgreementEnded { cause: EndCause::Provider });
    change(&mut old, &mut new);
    let mut files = FileMap::new();
    old.write(&mut files, None);
    new.write(&mut files, None);
    let anchors = Anchors {
        participants: vec![Known {
            did: old.did(),
            logs: vec![old.log_key(), new.log_key()],
            agreement_keys: Vec::new(),
        }],
        policy: WitnessPolicy { quorum: 0, tail_max: None },
        ..Anchors::default()
    };
    verify_folder(&files, &anchors, &FakeVerify)
}

fn problems(report: &Report) -> Vec<Problem> {
    report.logs.iter().flat_map(|log| &log.failures).map(|one| one.problem.clone()).collect()
}

#[test]
fn a_shard_goes_on_where_the_one_before_ended() {
    let report = two(|_, _| {});
    assert_eq!(problems(&report), []);
    assert_eq!(report.verdict, Verdict::Proven);
}

#[test]
fn a_shard_that_grew_after_it_was_closed_is_found() {
    let report = two(|old, _| {
        old.record(Body::ApprovalGiven { document: super::world::statement().document })
    });
    assert_eq!(problems(&report), [Problem::ShardContinued { size: 6 }]);
}

#[test]
fn a_shard_that_was_cut_off_after_it_was_closed_is_found() {
    let report = two(|old, _| drop(old.entries.pop()));
    let by = "ulm.example/2026-2".to_owned();
    assert!(problems(&report).contains(&Problem::Truncated { size: 6, by }));
}

#[test]
fn numbers_go_on_across_shards() {
    let report = two(|_, new| drop(new.entries.remove(1)));
    let agreement = "a1".parse().unwrap();
    assert_eq!(problems(&report), [Problem::CounterGap { agreement, expected: 4, found: 5 }]);
}

#[test]
fn an_entry_that_was_left_out_leaves_a_gap() {
    let report = two(|old, new| {
        old.entries.remove(3);
        let previous = Some(old.head(old.entries.len()).to_string());
        new.entries[0].body = Body::LogShardOpened { previous };
    });
    let agreement = "a1".parse().unwrap();
    assert_eq!(problems(&report), [Problem::CounterGap { agreement, expected: 2, found: 3 }]);
}

#[test]
fn a_shard_opens_once_and_first() {
    let report = two(|_, new| new.entries.swap(0, 1));
    assert!(problems(&report).contains(&Problem::OpeningMisplaced));
    let report = two(|_, new| new.entries[0].body = Body::LogShardOpened { previous: None });
    assert!(problems(&report).contains(&Problem::OpeningMisplaced));
}
