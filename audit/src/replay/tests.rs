//! A log of a few decisions before a judge that answers what a test says.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use protocol::role::Role;
use serde_json::json;
use wire::{digest::Digest, pointer::Pointer};

use super::*;
use crate::{
    checkpoint::{Checkpoint, origin},
    entry::{AgreementRef, Body, Entry, Process, Random, Shard, Verdict as Said},
    log::{Head, append},
    testing::FakeKey,
    verify::Verdict,
};

const FIRM: &str = "did:web:firm.example";

/// A judge that finds everything as it was recorded, but where the document says otherwise.
struct Judge;

impl Rejudge for Judge {
    fn engine(&self) -> &str {
        "judge/1"
    }

    fn rejudge(&self, decision: &[u8], documents: &Documents<'_>) -> Result<Again, NotReplayed> {
        let text = std::str::from_utf8(decision).unwrap();
        let differ = |within| {
            let (recorded, replayed) = (Some(json!("permit")), Some(json!("deny")));
            let pointer = Pointer::root().member("verdict");
            vec![Difference { within, pointer, recorded, replayed }]
        };
        let _ = documents.part(Part::Policy, policy())?;
        let mut again = Again {
            verdict: Said::Permit,
            reasons: Vec::new(),
            assignee: FIRM.to_owned(),
            policy: policy(),
            at: start(),
            other_engine: None,
            differences: Vec::new(),
        };
        match text {
            "weighed" => return Err(NotReplayed::NoRule),
            "no basis" => return Err(NotReplayed::NoBasis),
            "unread" => {
                let reason = "no instant at `/now`".to_owned();
                return Err(NotReplayed::DocumentUnreadable { part: Part::Snapshot, reason });
            }
            "profile" => {
                let (profile, engine) = (policy(), "judge/0".to_owned());
                return Err(NotReplayed::OtherProfile { profile, engine });
            }
            "other" => again.differences = differ(Within::Decision),
            "bug" => again.differences = differ(Within::Evaluators),
            "older" => again.other_engine = Some("judge/0".to_owned()),
            "older and other" => {
                again.other_engine = Some("judge/0".to_owned());
                again.differences = differ(Within::Decision);
            }
            "denied" => again.reasons = vec!["time-over".to_owned()],
            "of another" => again.assignee = "did:web:other.example".to_owned(),
            "earlier" => again.at = start() - SignedDuration::from_mins(2),
            _ => {}
        }
        Ok(again)
    }
}

fn start() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn policy() -> Digest {
    Digest::of(b"policy")
}

fn decided(document: &str) -> Body {
    let decision = Digest::of(document.as_bytes());
    Body::DecisionMade { verdict: Said::Permit, decision, policy: policy() }
}

fn began() -> Body {
    Body::DeliveryStarted { delivery: "d-1".parse().unwrap() }
}

/// The folder of a log of these entries, with the documents that they name.
fn folder(bodies: &[Body], documents: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let did: wire::did::Did = "did:web:ulm.example".parse().unwrap();
    let shard = Shard::first(2026);
    let opened = Body::LogShardOpened { previous: None };
    let entries =
        (0..).zip([opened].into_iter().chain(bodies.iter().cloned())).map(|(drawn, body)| Entry {
            participant: did.clone(),
            dataspace: "urn:allmende:demo".parse().unwrap(),
            shard,
            time: start() + SignedDuration::from_secs(i64::from(drawn)),
            random: Random::new([drawn; 16]),
            retention: body.entry_type().retention(),
            agreement: Some(AgreementRef { id: "a1".parse().unwrap(), counter: u64::from(drawn) }),
            process: Some(Process {
                consumer_pid: Some("c1".parse().unwrap()),
                provider_pid: None,
            }),
            counterparty: Some(FIRM.parse().unwrap()),
            role: Some(Role::Provider),
            actor: None,
            reasons: Vec::new(),
            body,
        });
    let bytes: Vec<_> = entries.map(|entry| entry.to_bytes().unwrap()).collect();
    let writes = append(&Head::empty(), &bytes).unwrap();
    let name = origin(&did, shard);
    let mut files: BTreeMap<_, _> =
        writes.files.into_iter().map(|it| (format!("{name}/{}", it.path), it.bytes)).collect();
    let head = Checkpoint::of(name.clone(), &writes.head).sign(&FakeKey::ed25519("ulm")).unwrap();
    files.insert(format!("{name}/checkpoint"), head.to_string().into_bytes());
    for (place, document) in
        documents.iter().map(|it| ("decisions", it)).chain([("agreements", &"policy")])
    {
        let digest = Digest::of(document.as_bytes()).hex();
        files.insert(format!("ulm.example/{place}/{digest}.json"), document.as_bytes().to_vec());
    }
    files
}

fn replayed(files: &BTreeMap<String, Vec<u8>>) -> Report {
    replay_folder(files, &Judge, None, Verified { verdict: Verdict::Proven, anchored: true })
}

#[test]
fn a_log_whose_decisions_come_out_again_is_alike() {
    let approved = Body::ApprovalGiven { document: policy() };
    let bodies = [decided("fine"), began(), decided("weighed"), approved, decided("older")];
    let files = folder(&bodies, &["fine", "weighed", "older"]);
    let report = replayed(&files);
    assert_eq!(report.findings, []);
    assert!(report.is_alike());
    assert_snapshot!(report.text(Lang::En), @r"
    Result: all 2 decisions come out alike again.
    The logs are proven.
      - ulm.example/2026: 2 decisions, 2 alike, 2 not of a rule

    What is shown: each decision follows from the facts that the connector wrote down; not that these were true.
    ");
    assert_snapshot!(report.text(Lang::De), @r"
    Ergebnis: Alle 2 Entscheidungen kommen wieder genau so heraus.
    Die Protokolle sind bewiesen.
      - ulm.example/2026: 2 Entscheidungen, 2 gleich, 2 nicht von einer Regel

    Gezeigt ist, dass jede Entscheidung aus den Tatsachen folgt, die der Konnektor aufgeschrieben hat; nicht, dass sie wahr waren.
    ");
    let broken = Verified { verdict: Verdict::Broken, anchored: true };
    assert!(!replay_folder(&files, &Judge, None, broken).is_alike());
    let none = replay_folder(&files, &Judge, Some(&"a2".parse().unwrap()), report.verified);
    assert_eq!(none.counts, Counts::default(), "that is another agreement");
}

#[test]
fn whatever_is_not_alike_is_told_with_its_place() {
    let documents =
        ["other", "bug", "older and other", "no basis", "denied", "of another", "earlier"];
    let mut bodies: Vec<_> = documents.iter().map(|it| decided(it)).collect();
    bodies.extend([decided("missing"), decided("fine"), decided("fine"), began(), began()]);
    let mut files = folder(&bodies, &[&documents[..], &["fine"]].concat());
    let name = format!("ulm.example/decisions/{}.json", Digest::of(b"fine").hex());
    files.insert(name, b"forged".to_vec());
    let report = replayed(&files);
    assert!(!report.is_alike());
    assert_snapshot!(report.text(Lang::En), @r#"
    Result: 0 of 10 decisions come out alike again; 11 entries want an explanation.
    The logs are proven.
      - ulm.example/2026: 10 decisions, 0 alike, 5 DIFFERENT, 1 unlike an engine of another version, 4 not replayed, 1 begun WITHOUT a decision

    ulm.example/2026, entry 1 (2026-11-23T12:00:01Z, did:web:firm.example): DIFFERENT from what was recorded:
      - decision /verdict: recorded "permit", now "deny"
    ulm.example/2026, entry 2 (2026-11-23T12:00:02Z, did:web:firm.example): DIFFERENT from what was recorded:
      - this program itself /verdict: recorded "permit", now "deny"
    ulm.example/2026, entry 3 (2026-11-23T12:00:03Z, did:web:firm.example): different, but decided by another version (judge/0); replay it with the program of that version:
      - decision /verdict: recorded "permit", now "deny"
    ulm.example/2026, entry 4 (2026-11-23T12:00:04Z, did:web:firm.example): not replayed: recorded before decisions could be made again
    ulm.example/2026, entry 5 (2026-11-23T12:00:05Z, did:web:firm.example): DIFFERENT from what was recorded:
      - entry /reasons: recorded [], now ["time-over"]
    ulm.example/2026, entry 6 (2026-11-23T12:00:06Z, did:web:firm.example): DIFFERENT from what was recorded:
      - entry /counterparty: recorded "did:web:firm.example", now "did:web:other.example"
    ulm.example/2026, entry 7 (2026-11-23T12:00:07Z, did:web:firm.example): DIFFERENT from what was recorded:
      - entry /time: recorded "2026-11-23T12:00:07Z", now "2026-11-23T11:58:00Z"
    ulm.example/2026, entry 8 (2026-11-23T12:00:08Z, did:web:firm.example): not replayed: the decision's document is missing (sha256:ffa63583dfa6706b87d284b86b0d693a161e4840aad2c5cf6b5d27c3b9621f7d)
    ulm.example/2026, entry 9 (2026-11-23T12:00:09Z, did:web:firm.example): not replayed: the decision's document was changed (ulm.example/decisions/d14a58bae804a2b80b5b76a010239c88ffca1fc7951a90f8e9131beda1e23c1b.json)
    ulm.example/2026, entry 10 (2026-11-23T12:00:10Z, did:web:firm.example): not replayed: the decision's document was changed (ulm.example/decisions/d14a58bae804a2b80b5b76a010239c88ffca1fc7951a90f8e9131beda1e23c1b.json)
    ulm.example/2026, entry 12 (2026-11-23T12:00:12Z, did:web:firm.example): a delivery began WITHOUT a decision of the rule

    What is shown: each decision follows from the facts that the connector wrote down; not that these were true.
    "#);
    assert_snapshot!(report.text(Lang::De), @r#"
    Ergebnis: 0 von 10 Entscheidungen kommen wieder genau so heraus; 11 Einträge sind zu klären.
    Die Protokolle sind bewiesen.
      - ulm.example/2026: 10 Entscheidungen, 0 gleich, 5 ANDERS, 1 anders als eine andere Version, 4 nicht wiederholbar, 1 OHNE Entscheidung begonnen

    ulm.example/2026, Eintrag 1 (2026-11-23T12:00:01Z, did:web:firm.example): ANDERS als aufgeschrieben:
      - Entscheidung /verdict: aufgeschrieben "permit", jetzt "deny"
    ulm.example/2026, Eintrag 2 (2026-11-23T12:00:02Z, did:web:firm.example): ANDERS als aufgeschrieben:
      - dieses Programm selbst /verdict: aufgeschrieben "permit", jetzt "deny"
    ulm.example/2026, Eintrag 3 (2026-11-23T12:00:03Z, did:web:firm.example): anders, aber von einer anderen Version entschieden (judge/0); mit dem Programm jener Version wiederholen:
      - Entscheidung /verdict: aufgeschrieben "permit", jetzt "deny"
    ulm.example/2026, Eintrag 4 (2026-11-23T12:00:04Z, did:web:firm.example): nicht wiederholbar: aufgeschrieben, bevor Entscheidungen wiederholbar waren
    ulm.example/2026, Eintrag 5 (2026-11-23T12:00:05Z, did:web:firm.example): ANDERS als aufgeschrieben:
      - Eintrag /reasons: aufgeschrieben [], jetzt ["time-over"]
    ulm.example/2026, Eintrag 6 (2026-11-23T12:00:06Z, did:web:firm.example): ANDERS als aufgeschrieben:
      - Eintrag /counterparty: aufgeschrieben "did:web:firm.example", jetzt "did:web:other.example"
    ulm.example/2026, Eintrag 7 (2026-11-23T12:00:07Z, did:web:firm.example): ANDERS als aufgeschrieben:
      - Eintrag /time: aufgeschrieben "2026-11-23T12:00:07Z", jetzt "2026-11-23T11:58:00Z"
    ulm.example/2026, Eintrag 8 (2026-11-23T12:00:08Z, did:web:firm.example): nicht wiederholbar: das Dokument der Entscheidung fehlt (sha256:ffa63583dfa6706b87d284b86b0d693a161e4840aad2c5cf6b5d27c3b9621f7d)
    ulm.example/2026, Eintrag 9 (2026-11-23T12:00:09Z, did:web:firm.example): nicht wiederholbar: das Dokument der Entscheidung wurde verändert (ulm.example/decisions/d14a58bae804a2b80b5b76a010239c88ffca1fc7951a90f8e9131beda1e23c1b.json)
    ulm.example/2026, Eintrag 10 (2026-11-23T12:00:10Z, did:web:firm.example): nicht wiederholbar: das Dokument der Entscheidung wurde verändert (ulm.example/decisions/d14a58bae804a2b80b5b76a010239c88ffca1fc7951a90f8e9131beda1e23c1b.json)
    ulm.example/2026, Eintrag 12 (2026-11-23T12:00:12Z, did:web:firm.example): Eine Lieferung begann OHNE Entscheidung der Regel.

    Gezeigt ist, dass jede Entscheidung aus den Tatsachen folgt, die der Konnektor aufgeschrieben hat; nicht, dass sie wahr waren.
    "#);
    let first = serde_json::to_string(&report.findings[0]).unwrap();
    assert_snapshot!(first, @r#"{"log":"ulm.example/2026","entry":1,"time":"2026-11-23T12:00:01Z","agreement":"a1","counterparty":"did:web:firm.example","outcome":"differs","differences":[{"within":"decision","pointer":"/verdict","recorded":"permit","replayed":"deny"}]}"#);
    let last = serde_json::to_string(&report.findings[7]).unwrap();
    assert_snapshot!(last, @r#"{"log":"ulm.example/2026","entry":8,"time":"2026-11-23T12:00:08Z","agreement":"a1","counterparty":"did:web:firm.example","outcome":"not-replayed","why":"document-missing","part":"decision","digest":"sha256:ffa63583dfa6706b87d284b86b0d693a161e4840aad2c5cf6b5d27c3b9621f7d"}"#);
}

#[test]
fn why_it_cannot_be_made_again_is_said_in_both_languages() {
    let report =
        replayed(&folder(&[decided("unread"), decided("profile")], &["unread", "profile"]));
    let lines = |lang| report.text(lang).lines().skip(4).take(2).collect::<Vec<_>>().join("\n");
    assert_snapshot!(lines(Lang::En), @r#"
    ulm.example/2026, entry 1 (2026-11-23T12:00:01Z, did:web:firm.example): not replayed: the document of facts cannot be read: no instant at "/now"
    ulm.example/2026, entry 2 (2026-11-23T12:00:02Z, did:web:firm.example): not replayed: decided with a profile that this program does not have (sha256:823412d1eacb67956220e532959f0104603057c88704863ca38e7cd188fda812, judge/0)
    "#);
    assert_snapshot!(lines(Lang::De), @r#"
    ulm.example/2026, Eintrag 1 (2026-11-23T12:00:01Z, did:web:firm.example): nicht wiederholbar: das Dokument der Tatsachen ist nicht lesbar: no instant at "/now"
    ulm.example/2026, Eintrag 2 (2026-11-23T12:00:02Z, did:web:firm.example): nicht wiederholbar: mit einem Profil entschieden, das dieses Programm nicht hat (sha256:823412d1eacb67956220e532959f0104603057c88704863ca38e7cd188fda812, judge/0)
    "#);
    let consistent = Verified { verdict: Verdict::OnlySelfConsistent, anchored: false };
    let files = folder(&[decided("fine")], &["fine"]);
    for anchored in [false, true] {
        let report = replay_folder(&files, &Judge, None, Verified { anchored, ..consistent });
        assert!(report.is_alike());
        let said = report.text(Lang::En).lines().nth(1).unwrap().to_owned();
        assert!(said.contains("consistency"), "{said}");
    }
}

#[test]
fn without_the_policy_nothing_is_made_again() {
    let mut files = folder(&[decided("fine")], &["fine"]);
    files.retain(|path, _| !path.contains("/agreements/"));
    let counts = replayed(&files).counts;
    assert_eq!((counts.decisions, counts.not_replayed), (1, 1));
}

#[test]
fn findings_are_bounded_and_the_rest_is_counted() {
    let report = replayed(&folder(&vec![decided("other"); 250], &["other"]));
    assert_eq!((report.findings.len(), report.counts.differ), (250, 250));
    let mut full = report.clone();
    let one = report.findings[0].clone();
    (0..FINDINGS_MAX).for_each(|_| full.take(one.clone()));
    assert_eq!((full.findings.len(), full.unlisted), (FINDINGS_MAX, 250));
    assert!(full.text(Lang::En).contains("and 1230 more"), "{}", full.text(Lang::En));
}
