//! The auditor, who gets everybody's log and documents at the end and lays them side by side with
//! the verifier of `allmende audit verify`.

use std::collections::BTreeMap;

use audit::anchors::{Anchors, Known, WitnessPolicy};
use audit::checkpoint::{Checkpoint, KeyKind, VerifierKey, origin};
use audit::entry::{Entry, Shard};
use audit::log::{Head, append};
use audit::verify::{Report, Verdict, verify_folder};
use connector::store::{Embedded, Kind, Span, Store};
use identity::OpensslVerify;
use wire::sign::Sign;

use super::executor::wait;
use crate::cast::{Who, cast};
use crate::judge::Kept;

/// Verifies all logs together. Panics where one is broken or two do not agree.
pub fn audit(all: &[(Who, Kept, Embedded)]) {
    let report = report(all);
    assert_eq!(report.failures, [], "what the auditor finds of the folder");
    for log in &report.logs {
        assert_eq!(log.failures, [], "what the auditor finds of {}", log.log);
        // Nobody countersigns here, so that no log is proven against its own owner.
        assert_ne!(log.verdict, Verdict::Broken, "{}", log.log);
    }
    for pair in &report.pairs {
        assert!(
            pair.only_here.is_empty() && pair.only_there.is_empty() && pair.different.is_empty(),
            "the logs do not agree: {pair:#?}"
        );
    }
}

fn report(all: &[(Who, Kept, Embedded)]) -> Report {
    let mut files = BTreeMap::new();
    let mut participants = Vec::new();
    for (who, kept, store) in all {
        let mut shards: BTreeMap<Shard, Vec<&Entry>> = BTreeMap::new();
        for entry in &kept.log {
            shards.entry(entry.shard).or_default().push(entry);
        }
        let member = cast().member(*who);
        let mut logs = Vec::new();
        for (shard, entries) in shards {
            let name = origin(&kept.did, shard);
            let bytes: Vec<_> = entries.iter().map(|entry| entry.to_bytes().unwrap()).collect();
            let writes = append(&Head::empty(), &bytes).unwrap();
            let head = Checkpoint::of(name.clone(), &writes.head).sign(&member.log_key).unwrap();
            files.insert(format!("{name}/checkpoint"), head.to_string().into_bytes());
            let written = writes.files.into_iter();
            files.extend(written.map(|file| (format!("{name}/{}", file.path), file.bytes)));
            logs.push(VerifierKey::new(name, KeyKind::Log, member.log_key.public_key()).unwrap());
        }
        for (id, value) in documents(store, kept) {
            files.insert(format!("{}/agreements/{id}.json", kept.did.host()), value);
        }
        let agreement_keys = vec![member.agreement_key.public_key()];
        participants.push(Known { did: kept.did.clone(), logs, agreement_keys });
    }
    let policy = WitnessPolicy { quorum: 0, tail_max: None };
    let anchors = Anchors { participants, witnesses: Vec::new(), policy, seen: Vec::new() };
    verify_folder(&files, &anchors, &OpensslVerify)
}

/// The documents of a participant's contracts, under their digests.
fn documents(store: &Embedded, kept: &Kept) -> BTreeMap<String, Vec<u8>> {
    let named: Vec<String> =
        kept.agreements.iter().map(|agreed| agreed.document.to_string()).collect();
    let all = wait(store.range(&Span::new(&kept.did, Kind::Document))).unwrap();
    let wanted = all.into_iter().filter(|entry| named.contains(&entry.id));
    wanted
        .map(|entry| (entry.id.trim_start_matches("sha256:").to_owned(), entry.value.into()))
        .collect()
}
