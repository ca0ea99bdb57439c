//! Every decision of a story is made again by `audit replay`, from what the sides export and nothing
//! else; and whatever was changed in it is found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use allmende_tests::cast::{Says, Who, cast};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::program::{Ran, read_by_a_person, run};
use allmende_tests::story::{described, rule, rule_end};
use audit::anchors::{Anchors, Known, WitnessPolicy};
use audit::checkpoint::{Checkpoint, KeyKind, VerifierKey, origin};
use audit::entry::{Body, Entry, EntryType, Shard, Verdict};
use audit::log::{Head, append};
use connector::engine::permit::DeliveryEnd;
use connector::home::Home;
use connector::log::Sequencer;
use connector::log::export::{Scope, export};
use serde_json::{Value, json};
use tempfile::TempDir;
use wire::digest::Digest;
use wire::json::canonical;
use wire::sign::Sign;

const BOTH: [Who; 2] = [Who::Ulm, Who::Company];

/// A story with decisions of every sort: a contract, one that is refused, deliveries on both sides,
/// readers that come too late, and the end of a transfer by the rule's own time.
async fn story() -> Dataspace {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    let refused = space.publish(Who::Ulm, described(&rule())).await;
    space.ask(Who::Firm, Who::Ulm, &refused).await.unwrap();
    space.settle().await;
    let pid = space.transfer(&agreement).await;
    let (token, ulm, company) = (space.token().await, Who::Ulm.did(), Who::Company.did());
    let (engine, digest) = (space.at(Who::Ulm), Digest::of(b"all of it"));
    for _ in 0..2 {
        let (granted, _) = space.read(Who::Company, &token).await.unwrap().split();
        let end = DeliveryEnd::Finished;
        engine.delivery_ended(&granted, &ulm, &end, 9, digest).await.unwrap();
        let consumer = space.at(Who::Company);
        let taken = consumer
            .permit_receipt(&company, &agreement, &pid, granted.delivery().clone())
            .await
            .unwrap();
        consumer.delivery_ended(&taken.split().0, &company, &end, 9, digest).await.unwrap();
        let read = consumer.permit_handover(&company, &agreement).await.unwrap();
        consumer.delivery_ended(&read.split().0, &company, &end, 9, digest).await.unwrap();
    }
    space.clock.advance_to(rule_end());
    for who in BOTH {
        space.at(who).heads().signed(&who.did(), "a signed note", None);
    }
    for _ in 0..3 {
        let late = space.read(Who::Company, &token).await.unwrap_err();
        assert_eq!(late.code(), "time-over");
        let own = space.at(Who::Company).permit_handover(&company, &agreement).await.unwrap_err();
        assert_eq!(own.code(), "time-over");
    }
    engine.do_what_is_due(&ulm).await.unwrap();
    space.settle().await;
    space
}

/// The folder that an auditor gets of both sides, and the file of keys to believe.
async fn taken_along(space: &Dataspace) -> (TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let (folder, anchors) = (home.path().join("audit"), home.path().join("anchors.json"));
    for who in BOTH {
        let own = Home::at(home.path().join(who.host()));
        let sequencer = Sequencer::new(space.at(who), own);
        export(&sequencer, &who.did(), &Scope::All, &folder).await.unwrap();
    }
    let participants = BOTH.map(|who| {
        let member = cast().member(who);
        let name = origin(&who.did(), Shard::first(2041));
        let key = VerifierKey::new(name, KeyKind::Log, member.log_key.public_key()).unwrap();
        let agreement_keys = vec![member.agreement_key.public_key()];
        Known { did: who.did(), logs: vec![key], agreement_keys }
    });
    let policy = WitnessPolicy { quorum: 0, tail_max: None };
    let (witnesses, seen) = (Vec::new(), Vec::new());
    let known = Anchors { participants: participants.into(), witnesses, policy, seen };
    std::fs::write(&anchors, known.to_json().to_string()).unwrap();
    (home, folder, anchors)
}

fn replay(folder: &Path, anchors: Option<&Path>) -> Ran {
    let mut words = vec!["audit", "replay", folder.to_str().unwrap()];
    if let Some(anchors) = anchors {
        words.extend(["--anchors", anchors.to_str().unwrap()]);
    }
    run(folder.parent().unwrap(), &words)
}

/// The findings of a replay that must have found something.
fn findings(folder: &Path) -> Vec<Value> {
    let ran = replay(folder, None);
    assert_eq!(ran.exit, Some(4), "{}", ran.stderr);
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    report["findings"].as_array().unwrap().clone()
}

fn decisions(log: &[Entry]) -> Vec<(usize, Verdict)> {
    let verdict = |entry: &Entry| {
        let Body::DecisionMade { verdict, .. } = entry.body else { return None };
        Some(verdict)
    };
    let all = log.iter().enumerate();
    all.filter_map(|(index, entry)| Some((index, verdict(entry)?))).collect()
}

#[tokio::test]
async fn every_decision_comes_out_alike_again() {
    let space = story().await;
    let (_home, folder, anchors) = taken_along(&space).await;
    let report = replay(&folder, Some(&anchors)).done();
    assert_eq!(report["verified"], json!({ "verdict": "proven", "anchored": true }));
    assert_eq!(report["findings"], json!([]));
    let mut expected = Vec::new();
    for who in BOTH {
        let log = space.kept(who).await.log;
        let made = decisions(&log);
        let denied = made.iter().filter(|(_, verdict)| *verdict == Verdict::Deny).count();
        // Ulm: the firm's request, one late reader of three, the end. The company: its own program.
        assert_eq!(denied, if who == Who::Ulm { 3 } else { 1 }, "{who:?}");
        for (index, entry) in log.iter().enumerate() {
            let begins = matches!(
                entry.entry_type(),
                EntryType::DeliveryStarted | EntryType::HandoverStarted
            );
            assert!(!begins || made.contains(&(index - 1, Verdict::Permit)), "{who:?} {index}");
        }
        expected.push(made.len() as u64);
    }
    let counted: Vec<_> =
        report["logs"].as_array().unwrap().iter().map(|it| it["alike"].as_u64()).collect();
    expected.reverse();
    assert_eq!(counted, expected.into_iter().map(Some).collect::<Vec<_>>());
    // Without anchors it is consistency alone that is shown, and said so.
    let report = replay(&folder, None).done();
    assert_eq!(report["verified"]["verdict"], "only-self-consistent");
}

#[tokio::test]
async fn a_person_reads_what_came_of_it_in_both_languages() {
    let space = story().await;
    let (_home, folder, anchors) = taken_along(&space).await;
    let said = |lang: &str, believes: bool| {
        let (folder, anchors) = (folder.to_str().unwrap(), anchors.to_str().unwrap());
        let mut words = vec!["audit", "replay", folder, "--lang", lang];
        words.extend(believes.then_some(["--anchors", anchors]).into_iter().flatten());
        let ran = read_by_a_person(folder.as_ref(), &words);
        (ran.exit.unwrap(), digests_hidden(&String::from_utf8(ran.stdout).unwrap()))
    };
    let (exit, text) = said("en", true);
    insta::assert_snapshot!(text, @r"
    Result: all 12 decisions come out alike again.
    The logs are proven.
      - company.localhost/2041: 5 decisions, 5 alike
      - ulm.localhost/2041: 7 decisions, 7 alike

    What is shown: each decision follows from the facts that the connector wrote down; not that these were true.
    ");
    let (_, german) = said("de", true);
    insta::assert_snapshot!(german, @r"
    Ergebnis: Alle 12 Entscheidungen kommen wieder genau so heraus.
    Die Protokolle sind bewiesen.
      - company.localhost/2041: 5 Entscheidungen, 5 gleich
      - ulm.localhost/2041: 7 Entscheidungen, 7 gleich

    Gezeigt ist, dass jede Entscheidung aus den Tatsachen folgt, die der Konnektor aufgeschrieben hat; nicht, dass sie wahr waren.
    ");
    assert_eq!(exit, 0);
    let last = decisions(&space.kept(Who::Ulm).await.log).pop().unwrap().0;
    let entry = space.kept(Who::Ulm).await.log.remove(last);
    let Body::DecisionMade { decision, .. } = entry.body else { unreachable!() };
    for who in BOTH {
        let name = format!("{}/decisions/{}.json", who.host(), decision.hex());
        std::fs::write(folder.join(name), "{}").unwrap();
    }
    let (exit, text) = said("en", true);
    insta::assert_snapshot!(text, @r"
    Result: 9 of 12 decisions come out alike again; 3 entries want an explanation.
    The logs are BROKEN: do not rely on this. For where, see allmende audit verify.
      - company.localhost/2041: 5 decisions, 4 alike, 1 not replayed
      - ulm.localhost/2041: 7 decisions, 5 alike, 2 not replayed

    company.localhost/2041, entry 20 (2041-03-04T17:06:07Z, did:web:ulm.localhost%3A9444): not replayed: the decision's document was changed (ulm.localhost/decisions/….json)
    ulm.localhost/2041, entry 21 (2041-03-04T17:06:07Z, did:web:company.localhost%3A9444): not replayed: the decision's document was changed (ulm.localhost/decisions/….json)
    ulm.localhost/2041, entry 22 (2041-03-04T17:06:07Z, did:web:company.localhost%3A9444): not replayed: the decision's document was changed (ulm.localhost/decisions/….json)

    What is shown: each decision follows from the facts that the connector wrote down; not that these were true.
    ");
    let (_, german) = said("de", false);
    insta::assert_snapshot!(german, @r"
    Ergebnis: 9 von 12 Entscheidungen kommen wieder genau so heraus; 3 Einträge sind zu klären.
    Die Protokolle sind GEBROCHEN: Verlassen Sie sich nicht darauf. Wo, sagt allmende audit verify.
      - company.localhost/2041: 5 Entscheidungen, 4 gleich, 1 nicht wiederholbar
      - ulm.localhost/2041: 7 Entscheidungen, 5 gleich, 2 nicht wiederholbar

    company.localhost/2041, Eintrag 20 (2041-03-04T17:06:07Z, did:web:ulm.localhost%3A9444): nicht wiederholbar: das Dokument der Entscheidung wurde verändert (ulm.localhost/decisions/….json)
    ulm.localhost/2041, Eintrag 21 (2041-03-04T17:06:07Z, did:web:company.localhost%3A9444): nicht wiederholbar: das Dokument der Entscheidung wurde verändert (ulm.localhost/decisions/….json)
    ulm.localhost/2041, Eintrag 22 (2041-03-04T17:06:07Z, did:web:company.localhost%3A9444): nicht wiederholbar: das Dokument der Entscheidung wurde verändert (ulm.localhost/decisions/….json)

    Gezeigt ist, dass jede Entscheidung aus den Tatsachen folgt, die der Konnektor aufgeschrieben hat; nicht, dass sie wahr waren.
    ");
    assert_eq!(exit, 4);
}

/// A text with each digest's digits left out.
fn digests_hidden(text: &str) -> String {
    let hidden = |word: &str| {
        let digits = word.chars().all(|c| c.is_ascii_hexdigit());
        if digits && word.len() == 64 { "…".to_owned() } else { word.to_owned() }
    };
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else {
            out += &hidden(&std::mem::take(&mut word));
            out.push(c);
        }
    }
    out + &hidden(&word)
}

#[tokio::test]
async fn a_change_of_facts_that_ends_a_transfer_is_recorded_with_its_decision() {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let token = space.token().await;
    let _running = space.read(Who::Company, &token).await.unwrap();
    let says = Says { number: 1, unvetted: vec![Who::Company], ..Says::default() };
    space.node(Who::Ulm).learn(&says).await;
    let log = space.kept(Who::Ulm).await.log;
    let last = &log[log.len() - 2..];
    assert!(matches!(last[0].body, Body::DecisionMade { verdict: Verdict::Deny, .. }), "{last:?}");
    assert_eq!(last[0].agreement.as_ref().unwrap().id, agreement.id);
    assert_eq!(last[1].entry_type(), EntryType::TransferStep);
    let (_home, folder, anchors) = taken_along(&space).await;
    assert_eq!(replay(&folder, Some(&anchors)).done()["findings"], json!([]));
}

#[tokio::test]
async fn whatever_is_changed_or_missing_in_the_folder_is_found() {
    let space = story().await;
    let (_home, folder, _) = taken_along(&space).await;
    let last = decisions(&space.kept(Who::Ulm).await.log).pop().unwrap().0;
    let entry = space.kept(Who::Ulm).await.log.remove(last);
    let Body::DecisionMade { decision, policy, .. } = entry.body else { unreachable!() };
    let under = |place: &str, digest: Digest| {
        folder.join(format!("{}/{place}/{}.json", Who::Ulm.host(), digest.hex()))
    };
    let recorded: Value =
        serde_json::from_slice(&std::fs::read(under("decisions", decision)).unwrap()).unwrap();
    let snapshot = recorded["snapshot"].as_str().unwrap().parse().unwrap();
    // What both sides have is found with the other one.
    std::fs::remove_dir_all(folder.join(Who::Company.host())).unwrap();
    for (part, path) in [
        ("decision", under("decisions", decision)),
        ("snapshot", under("decisions", snapshot)),
        ("policy", under("agreements", policy)),
    ] {
        let bytes = std::fs::read(&path).unwrap();
        let found = |why: &str| {
            let findings = findings(&folder);
            let of_entry = findings.iter().find(|it| it["entry"] == json!(last));
            let of_entry = of_entry.unwrap_or_else(|| panic!("{part} {why}: {findings:#?}"));
            assert_eq!(of_entry["why"], why, "{part}: {of_entry}");
            assert_eq!(of_entry["part"], part, "{of_entry}");
        };
        let text = String::from_utf8(bytes.clone()).unwrap();
        std::fs::write(&path, text.replacen("2041", "2042", 1)).unwrap();
        found("document-changed");
        std::fs::remove_file(&path).unwrap();
        found("document-missing");
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(replay(&folder, None).exit, Some(0));
}

/// The owner itself rewrites its log, signs it, and keeps every digest right: what does not follow
/// from what was recorded is found all the same.
#[tokio::test]
async fn a_log_whose_owner_writes_other_decisions_into_it_is_found() {
    let space = story().await;
    let (_home, folder, anchors) = taken_along(&space).await;
    let log = space.kept(Who::Ulm).await.log;
    let (last, _) = decisions(&log).pop().unwrap();
    let Body::DecisionMade { decision, policy, .. } = log[last].body else { unreachable!() };
    let path = |digest: Digest| {
        folder.join(format!("{}/decisions/{}.json", Who::Ulm.host(), digest.hex()))
    };
    let recorded: Value = serde_json::from_slice(&std::fs::read(path(decision)).unwrap()).unwrap();
    let forge = |change: &dyn Fn(&mut Value, &mut Entry)| {
        let (mut document, mut entry) = (recorded.clone(), log[last].clone());
        change(&mut document, &mut entry);
        let bytes = canonical(&document).unwrap();
        let digest = Digest::of(&bytes);
        std::fs::write(path(digest), bytes).unwrap();
        if let Body::DecisionMade { decision, .. } = &mut entry.body {
            *decision = digest;
        }
        let mut log = log.clone();
        log[last] = entry;
        write_log(&folder, &log);
        let ran = replay(&folder, Some(&anchors));
        let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!((ran.exit, &report["verified"]["verdict"]), (Some(4), &json!("proven")));
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings[0].clone()
    };
    let places = |finding: &Value| -> Vec<String> {
        let all = finding["differences"].as_array().unwrap().iter();
        all.map(|it| {
            format!("{} {}", it["within"].as_str().unwrap(), it["pointer"].as_str().unwrap())
        })
        .collect()
    };
    // It says now that it had permitted it.
    let permitted = forge(&|document, entry| {
        document["verdict"] = json!("permit");
        document["reasons"] = json!([]);
        entry.reasons = Vec::new();
        entry.body = Body::DecisionMade { verdict: Verdict::Permit, decision, policy };
    });
    assert_eq!(permitted["outcome"], "differs");
    for place in ["decision /verdict", "entry /body/verdict", "entry /reasons"] {
        assert!(places(&permitted).iter().any(|it| it == place), "{place}: {permitted:#}");
    }
    // Or that it was made at another time: then the facts are others than it names.
    let facts = json!({ "duties": [], "facts": [], "memberships": [], "now": "2041-03-04T05:06:07Z", "performances": [] });
    let facts_digest = Digest::of_canonical(&facts).unwrap();
    std::fs::write(path(facts_digest), canonical(&facts).unwrap()).unwrap();
    let earlier = forge(&|document, _| document["snapshot"] = json!(facts_digest));
    assert_eq!(earlier["outcome"], "differs");
    for place in ["decision /at", "entry /time"] {
        assert!(places(&earlier).iter().any(|it| it == place), "{place}: {earlier:#}");
    }
    // What another version of the evaluator says is told apart.
    let older = forge(&|document, _| {
        document["basis"]["engine"] = json!("allmende-policy/0");
        document["depends_on"] = json!([]);
    });
    assert_eq!(
        (&older["outcome"], &older["engine"]),
        (&json!("other-engine"), &json!("allmende-policy/0"))
    );
    // The decision is left out before a delivery.
    let begun = log.iter().position(|it| it.entry_type() == EntryType::DeliveryStarted).unwrap();
    let mut silent = log.clone();
    silent.swap(begun, begun + 1);
    write_log(&folder, &silent);
    assert!(findings(&folder).iter().any(|it| it["outcome"] == "undecided"));
}

/// Writes Ulm's log anew, signed with its own key.
fn write_log(folder: &Path, log: &[Entry]) {
    let name = origin(&Who::Ulm.did(), Shard::first(2041));
    let bytes: Vec<_> = log.iter().map(|entry| entry.to_bytes().unwrap()).collect();
    let writes = append(&Head::empty(), &bytes).unwrap();
    let key = &cast().member(Who::Ulm).log_key;
    let head = Checkpoint::of(name.clone(), &writes.head).sign(key).unwrap();
    let mut files: BTreeMap<_, _> =
        writes.files.into_iter().map(|it| (it.path.to_string(), it.bytes)).collect();
    files.insert("checkpoint".to_owned(), head.to_string().into_bytes());
    for (path, bytes) in files {
        std::fs::write(folder.join(name.as_str()).join(path), bytes).unwrap();
    }
}
