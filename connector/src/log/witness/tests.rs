//! Heads that partners and members show: honest, late, forged, forked and cut off.

use audit::entry::Body;
use audit::merkle::Hash;
use audit::verify::Verdict;
use bytes::Bytes;

use super::keep::{CONFLICT, CONFLICTS_PER_PEER_MAX, conflicts};
use super::*;
use crate::engine::parts::{Answer, Unsent};
use crate::log::export::{Scope, export};
use crate::log::fixture::{SHARD, Space, Twist, did, files};
use crate::log::{LogError, anchors, page};

async fn look(space: &Space, note: &str) -> String {
    match space.witness.look(&did("ulm"), &did("firm"), note).await {
        Ok(looked) => format!("{looked:?}"),
        Err(error) => error.code().to_owned(),
    }
}

/// The heads of the firm that Ulm recorded: sizes, with the reasons of each entry.
async fn recorded(space: &Space) -> Vec<(u64, Vec<String>)> {
    let page = page::page(&space.engine, &did("ulm"), 0, 1_000, |_| true).await.unwrap();
    let rows = page.entries.into_iter().filter_map(|row| {
        let Body::CheckpointReceived { checkpoint } = row.entry.body else { return None };
        let size = checkpoint.lines().nth(1).unwrap().parse().unwrap();
        Some((size, row.entry.reasons.iter().map(ToString::to_string).collect()))
    });
    rows.collect()
}

#[tokio::test]
async fn each_head_of_a_growing_log_is_taken_once() {
    let space = Space::new();
    let first = space.sign("firm", 3).await;
    assert_eq!(look(&space, &first).await, "First");
    assert_eq!(look(&space, &first).await, "Known");
    let second = space.sign("firm", 400).await;
    assert_eq!(look(&space, &second).await, "Grown");
    // A message that was sent again carries an old head: that is no alarm.
    assert_eq!(look(&space, &first).await, "Older");
    assert_eq!(recorded(&space).await, [(4, vec![]), (404, vec![])]);
    let asked = "https://firm.example/witness/consistency?shard=2026&from=4&to=404";
    assert_eq!(*space.engine.transport().calls.lock().unwrap(), [asked; 2]);
}

#[tokio::test]
async fn a_partner_that_shows_ever_more_heads_fills_nothing() {
    let space = Space::new();
    let honest = space.sign("firm", 3).await;
    look(&space, &honest).await;
    for number in 0..CONFLICTS_PER_PEER_MAX + 3 {
        let other = format!("another {number}");
        let forged = space.invent("firm", 3, &[other.as_bytes()], "firm").await;
        assert_eq!(look(&space, &forged).await, "Conflict");
    }
    let found = conflicts(space.engine.store(), &did("ulm")).await.unwrap();
    assert_eq!(found.len(), CONFLICTS_PER_PEER_MAX);
    assert_eq!(recorded(&space).await.len(), 1 + CONFLICTS_PER_PEER_MAX);
    let written = files(&space.folder.path().join("log/ulm.example/conflicts"));
    assert_eq!(written.len(), 2 * CONFLICTS_PER_PEER_MAX);
}

#[tokio::test]
async fn a_fork_is_an_alarm_and_both_heads_are_kept() {
    let space = Space::new();
    let honest = space.sign("firm", 3).await;
    look(&space, &honest).await;
    let same_size = space.invent("firm", 3, &[b"another"], "firm").await;
    assert_eq!(look(&space, &same_size).await, "Conflict");
    assert_eq!(look(&space, &same_size).await, "Conflict");
    let alarm = (4, vec![CONFLICT.to_owned()]);
    assert_eq!(recorded(&space).await, [(4, vec![]), alarm], "one alarm for each pair");
    let found = conflicts(space.engine.store(), &did("ulm")).await.unwrap();
    assert_eq!((&found[0].kept, &found[0].received), (&honest, &same_size));
    let written = files(&space.folder.path().join("log/ulm.example/conflicts"));
    assert!(written.values().any(|note| note == honest.as_bytes()));
    assert!(written.values().any(|note| note == same_size.as_bytes()));
}

#[tokio::test]
async fn a_log_that_grows_from_another_past_is_an_alarm() {
    let space = Space::new();
    let false_past = space.invent("firm", 0, &[b"a", b"b"], "firm").await;
    assert_eq!(look(&space, &false_past).await, "First");
    let honest = space.sign("firm", 3).await;
    assert_eq!(look(&space, &honest).await, "Conflict");
}

#[tokio::test]
async fn a_log_that_was_cut_off_is_an_alarm() {
    let space = Space::new();
    space.sign("firm", 3).await;
    let longer = space.invent("firm", 4, &[b"later cut off"], "firm").await;
    assert_eq!(look(&space, &longer).await, "First");
    let cut = space.note("firm");
    assert_eq!(look(&space, &cut).await, "Conflict");
    assert_eq!(recorded(&space).await.last().unwrap().1, [CONFLICT]);
}

#[tokio::test]
async fn a_head_that_is_not_the_senders_is_not_taken() {
    let space = Space::new();
    let theirs = space.sign("firm", 3).await;
    let ours = space.sign("ulm", 3).await;
    assert_eq!(look(&space, &ours).await, "checkpoint-other-log");
    let other_key = space.invent("firm", 4, &[], "ulm").await;
    assert_eq!(look(&space, &other_key).await, "checkpoint-unsigned");
    let damaged = theirs.replacen("\n4\n", "\n5\n", 1);
    assert_eq!(look(&space, &damaged).await, "checkpoint-unsigned");
    assert_eq!(look(&space, "no head").await, "checkpoint-malformed");
    let stranger = space.witness.look(&did("ulm"), &did("stranger"), &theirs).await;
    assert_eq!(stranger.unwrap_err().code(), "not-a-member");
    assert_eq!(recorded(&space).await, []);
}

#[tokio::test]
async fn without_a_proof_nothing_is_taken_and_with_a_wrong_one_it_is_an_alarm() {
    let space = Space::new();
    look(&space, &space.sign("firm", 3).await).await;
    let next = space.sign("firm", 3).await;
    let twist = |twist: Option<Twist>| {
        *space.engine.transport().twist.lock().unwrap() = twist;
    };
    twist(Some(|_| Err(Unsent { code: "unreachable", words: String::new(), passing: true })));
    assert_eq!(look(&space, &next).await, "unreachable");
    twist(Some(|answer| Ok(Answer { status: 503, ..answer })));
    assert_eq!(look(&space, &next).await, "checkpoint-unproven");
    twist(Some(|answer| Ok(Answer { body: Bytes::from_static(b"{}"), ..answer })));
    assert_eq!(look(&space, &next).await, "checkpoint-unproven");
    assert_eq!(recorded(&space).await, [(4, vec![])]);
    twist(Some(|answer| {
        let proof = br#"{"shard":"2026","from":4,"to":7,"proof":[]}"#;
        Ok(Answer { body: Bytes::from_static(proof), ..answer })
    }));
    assert_eq!(look(&space, &next).await, "Conflict");
    twist(None);
    assert_eq!(look(&space, &next).await, "Grown");
}

#[tokio::test]
async fn a_peer_is_looked_at_once_in_an_interval() {
    let space = Space::new();
    let witness = space.witness.clone();
    let running = tokio::spawn(async move { witness.run().await });
    let clock = space.engine.clock();
    for entry in 0..5 {
        let note = space.sign("firm", 1).await;
        assert!(note.contains(&format!("\n{}\n", entry + 2)));
        let body = serde_json::json!({CHECKPOINT: note}).to_string();
        space.witness.seen_in(&did("ulm"), &did("firm"), body.as_bytes());
        clock.pass(150).await;
    }
    let mut changes = space.sequencer.watch();
    let wait = async |sizes: &[u64]| {
        while recorded(&space).await.iter().map(|(size, _)| *size).ne(sizes.iter().copied()) {
            tokio::task::yield_now().await;
        }
    };
    wait(&[2]).await;
    clock.pass(1_000).await;
    wait(&[2, 6]).await;
    assert!(changes.try_recv().is_err());
    running.abort();
}

#[tokio::test]
async fn the_authority_countersigns_and_the_auditor_finds_it_proven() {
    let space = Space::new();
    space.sign("ulm", 3).await;
    assert_eq!(space.witness.push(&did("ulm")).await.unwrap(), Pushed::Countersigned);
    assert_eq!(space.witness.push(&did("ulm")).await.unwrap(), Pushed::Nothing);
    space.sign("ulm", 300).await;
    space.engine.clock().pass(WITNESS_INTERVAL_MS).await;
    let ulm = did("ulm");
    assert_eq!(space.witness.push(&ulm).await.unwrap(), Pushed::Countersigned);
    let target = tempfile::tempdir().unwrap();
    let exported = export(&space.sequencer, &ulm, &Scope::All, target.path()).await.unwrap();
    assert_eq!(exported.notes, 1);
    let report = space.verify(target.path(), &["ulm"], 1).await;
    assert_eq!(report.verdict, Verdict::Proven, "{report:#?}");
    assert_eq!(report.logs[0].witnessed_to, 304);
    // As the authority itself would hand the anchors out.
    let seen = space.witness.witnessed(&did("authority")).await.unwrap();
    let text = anchors::anchors_of(&space.list, &[did("ulm")].into(), &seen);
    let anchors = audit::anchors::Anchors::parse(text.as_bytes()).unwrap();
    assert_eq!(anchors.seen.len(), 1);
    let report = audit::verify::verify_folder(&files(target.path()), &anchors, &OpensslVerify);
    assert_eq!(report.verdict, Verdict::Proven, "{report:#?}");
}

#[tokio::test]
async fn the_authority_countersigns_no_second_history() {
    let space = Space::new();
    let honest = space.sign("ulm", 3).await;
    let show = async |old: u64, proof: &[Hash], note: &str| {
        let body = json!({"old": old, "proof": proof, "checkpoint": note}).to_string();
        let (authority, ulm) = (did("authority"), did("ulm"));
        let reply = space.witness.serve_checkpoint(&authority, &ulm, body.as_bytes()).await;
        format!("{} {}", reply.status, reply.body.get("code").unwrap_or(&Value::Null))
    };
    assert_eq!(show(0, &[], &honest).await, "200 null");
    assert_eq!(show(4, &[], &honest).await, "200 null", "the same again is countersigned again");
    let forked = space.invent("ulm", 3, &[b"another"], "ulm").await;
    assert_eq!(show(4, &[], &forked).await, "400 \"checkpoint-conflict\"");
    let unproven = space.invent("ulm", 4, &[b"more"], "ulm").await;
    assert_eq!(show(2, &[], &unproven).await, "409 \"checkpoint-behind\"");
    assert_eq!(show(4, &[], &unproven).await, "400 \"checkpoint-conflict\"");
    let older = space.invent("ulm", 2, &[], "ulm").await;
    assert_eq!(show(4, &[], &older).await, "409 \"checkpoint-behind\"");
    let grown = space.sign("ulm", 1).await;
    let proof = space.sequencer.proof(&did("ulm"), SHARD, 4, 5).await.unwrap().hashes;
    assert_eq!(show(4, &proof, &grown).await, "429 \"too-often\"");
    space.engine.clock().pass(WITNESS_INTERVAL_MS).await;
    assert_eq!(show(4, &proof, &grown).await, "200 null");
    let others = space.invent("ulm", 4, &[], "firm").await;
    assert_eq!(show(4, &[], &others).await, "400 \"checkpoint-unsigned\"");
    assert_eq!(show(4, &[], "x").await, "400 \"bad-checkpoint\"");
    let body = json!({"old": 0, "proof": [], "checkpoint": honest}).to_string();
    let reply = space.witness.serve_checkpoint(&did("firm"), &did("ulm"), body.as_bytes()).await;
    assert_eq!(reply.status, 404, "only the data space's witness countersigns");
}

#[tokio::test]
async fn an_authority_that_asks_for_patience_is_asked_a_few_times_only() {
    let space = Space::new();
    space.sign("ulm", 3).await;
    let patience: Twist = |answer| Ok(Answer { status: 429, ..answer });
    *space.engine.transport().twist.lock().unwrap() = Some(patience);
    let ulm = did("ulm");
    let time = async {
        loop {
            space.engine.clock().pass(WITNESS_INTERVAL_MS).await;
        }
    };
    let refused = tokio::select! {
        pushed = space.witness.push(&ulm) => pushed,
        () = time => unreachable!(),
    };
    assert!(matches!(refused, Err(NotPushed::Refused { status: 429 })), "{refused:?}");
    assert_eq!(space.engine.transport().calls.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_log_that_was_put_back_learns_it_from_the_authority() {
    let space = Space::new();
    space.sign("ulm", 3).await;
    let newer = space.invent("ulm", 4, &[b"lost"], "ulm").await;
    let body = json!({"old": 0, "proof": [], "checkpoint": newer}).to_string();
    space.witness.serve_checkpoint(&did("authority"), &did("ulm"), body.as_bytes()).await;
    let refused = space.witness.push(&did("ulm")).await;
    assert!(matches!(refused, Err(NotPushed::RolledBack { seen: 5, size: 4 })), "{refused:?}");
}

#[tokio::test]
async fn proofs_are_served_up_to_the_signed_head() {
    let space = Space::new();
    space.sign("ulm", 300).await;
    space.log("ulm", 5).await;
    let serve = async |query: &str| {
        let reply = space.witness.serve_consistency(&did("ulm"), query).await;
        reply.status
    };
    for (query, expected) in [
        ("shard=2026&from=1&to=301", 200),
        ("to=270&from=7&shard=2026", 200),
        ("shard=2026&from=7&to=302", 404),
        ("shard=2026&from=8&to=7", 404),
        ("shard=2025&from=1&to=2", 404),
        ("shard=2026&from=1", 400),
        ("shard=2026&from=1&to=+2", 400),
        ("shard=2026&from=1&to=2&to=3", 400),
        ("shard=../..&from=1&to=2", 400),
        ("", 400),
    ] {
        assert_eq!(serve(query).await, expected, "{query}");
    }
    let stranger = space.sequencer.proof(&did("stranger"), SHARD, 1, 2).await;
    assert!(matches!(stranger, Err(Unproven::NoSuchHead)));
    assert!(matches!(space.sequencer.catch_up(&did("stranger")).await, Err(LogError::Unknown)));
}
