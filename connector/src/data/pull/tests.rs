//! Pulls against a scripted provider: whole, unchanged, broken, changed, refused, stalled, cut.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue};
use protocol::id::AgreementId;

use super::*;
use crate::data::chunks::Chunks;
use crate::data::fake::{HandClock, admit, did};
use crate::data::held::{Disk, Held};
use crate::engine::live::{Cut, Live};

/// How a scripted body ends.
#[derive(Clone, Copy)]
enum Then {
    Breaks,
    Ends,
    Hangs,
}

struct Line {
    status: u16,
    headers: Vec<(HeaderName, &'static str)>,
    body: &'static str,
    then: Then,
}

/// Answers in order, and notes what was asked.
struct Provider {
    script: Mutex<VecDeque<Line>>,
    asked: Mutex<Vec<String>>,
}

impl DataClient for Provider {
    async fn get(
        &self,
        _url: &str,
        bearer: Option<&str>,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<DataResponse, ClientError> {
        assert_eq!(bearer, Some("token"));
        let conditions = headers.iter().filter(|(name, _)| name != header::ACCEPT_ENCODING);
        let conditions: Vec<_> = conditions.map(|(name, it)| format!("{name}={it}")).collect();
        self.asked.lock().unwrap().push(conditions.join(" "));
        let broken = |words: &str| ClientError {
            code: "peer-unreachable",
            words: words.to_owned(),
            passing: true,
        };
        let line = self.script.lock().unwrap().pop_front().ok_or(broken("no answer"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in line.headers {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let bytes = stream::iter([Ok(Bytes::from_static(line.body.as_bytes()))]);
        let chunks = match line.then {
            Then::Breaks => Chunks::new(bytes.chain(stream::iter([Err(broken("reset"))]))),
            Then::Ends => Chunks::new(bytes),
            Then::Hangs => Chunks::new(bytes.chain(stream::pending())),
        };
        Ok(DataResponse { status: line.status, headers, chunks })
    }
}

struct Bench {
    _folder: tempfile::TempDir,
    order: Order,
    clock: HandClock,
    live: Live,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let held = Held::at(folder.path().join("held"), Disk::keeping(0));
        let slot = held.slot(&did("ulm.localhost"), &AgreementId::parse("a").unwrap());
        let url = "https://ulm.localhost:9443/data/1".to_owned();
        let order = Order { url, bearer: Some("token".to_owned()), slot };
        Self { _folder: folder, order, clock: HandClock::new(), live: Live::default() }
    }

    /// Pulls with this script; says what came and what was asked, one request per line.
    async fn pull(&self, script: Vec<Line>) -> (Result<PullOutcome, PullError>, String) {
        let provider = Provider { script: Mutex::new(script.into()), asked: Mutex::default() };
        let admission = admit(&self.live);
        let pulled = pull(&provider, &self.clock, &self.order, admission, &|_| {});
        let pauses = async {
            loop {
                self.clock.pass(5).await;
                tokio::task::yield_now().await;
            }
        };
        let outcome = tokio::select! {
            outcome = pulled => outcome,
            () = pauses => unreachable!(),
        };
        let asked = provider.asked.lock().unwrap().join("\n");
        (outcome, asked)
    }

    fn held(&self) -> Option<String> {
        let held = self.order.slot.open().unwrap()?;
        let path = self.order.slot.folder().join(format!("{}.data", held.copy().sha256.hex()));
        Some(std::fs::read_to_string(path).unwrap())
    }
}

fn whole(tag: &'static str, length: &'static str, body: &'static str, then: Then) -> Line {
    let headers = vec![(header::ETAG, tag), (header::CONTENT_LENGTH, length)];
    Line { status: 200, headers, body, then }
}

fn rest(tag: &'static str, range: &'static str, body: &'static str, then: Then) -> Line {
    let headers = vec![(header::ETAG, tag), (header::CONTENT_RANGE, range)];
    Line { status: 206, headers, body, then }
}

fn bare(status: u16, body: &'static str) -> Line {
    Line { status, headers: Vec::new(), body, then: Then::Ends }
}

#[tokio::test]
async fn a_body_comes_whole_and_is_then_only_confirmed() {
    let bench = Bench::new();
    let (outcome, asked) = bench.pull(vec![whole("\"1\"", "6", "abcdef", Then::Ends)]).await;
    let outcome = outcome.unwrap();
    assert_eq!((outcome.changed, outcome.received, asked.as_str()), (true, 6, ""));
    assert_eq!(bench.held().as_deref(), Some("abcdef"));
    let (outcome, asked) = bench.pull(vec![bare(304, "")]).await;
    let outcome = outcome.unwrap();
    assert_eq!((outcome.changed, outcome.received), (false, 0));
    assert_eq!(asked, "if-none-match=\"1\"");
    assert_eq!(outcome.copy.sha256, wire::digest::Digest::of(b"abcdef"));
}

#[tokio::test]
async fn a_broken_body_goes_on_where_it_broke_off() {
    for then in [Then::Breaks, Then::Ends, Then::Hangs] {
        let bench = Bench::new();
        let script = vec![
            whole("\"1\"", "6", "abc", then),
            rest("\"1\"", "bytes 3-5/6", "d", then),
            rest("\"1\"", "bytes 4-5/6", "ef", Then::Ends),
        ];
        let (outcome, asked) = bench.pull(script).await;
        let outcome = outcome.unwrap();
        assert_eq!((outcome.resumed_from, outcome.received), (4, 6));
        assert_eq!(bench.held().as_deref(), Some("abcdef"));
        let expected = "\nrange=bytes=3- if-range=\"1\"\nrange=bytes=4- if-range=\"1\"";
        assert_eq!(asked, expected);
    }
}

#[tokio::test]
async fn a_later_pull_goes_on_after_our_process_died() {
    let bench = Bench::new();
    let (outcome, _) = bench.pull(vec![whole("\"1\"", "6", "abc", Then::Breaks)]).await;
    assert_eq!(outcome.unwrap_err().code(), "peer-unreachable");
    let (outcome, asked) = bench.pull(vec![rest("\"1\"", "bytes 3-5/6", "def", Then::Ends)]).await;
    assert_eq!(
        (outcome.unwrap().resumed_from, asked.as_str()),
        (3, "range=bytes=3- if-range=\"1\"")
    );
    assert_eq!(bench.held().as_deref(), Some("abcdef"));
}

#[tokio::test]
async fn a_source_that_changed_between_attempts_is_fetched_whole() {
    let bench = Bench::new();
    let script =
        vec![whole("\"1\"", "6", "abc", Then::Breaks), whole("\"2\"", "5", "ABCDE", Then::Ends)];
    let outcome = bench.pull(script).await.0.unwrap();
    assert_eq!((outcome.resumed_from, outcome.copy.bytes), (0, 5));
    assert_eq!(bench.held().as_deref(), Some("ABCDE"));
}

#[tokio::test]
async fn a_provider_that_continues_something_else_is_not_believed() {
    for bad in [
        rest("\"2\"", "bytes 3-5/6", "DEF", Then::Ends),
        rest("\"1\"", "bytes 2-5/6", "cdef", Then::Ends),
        rest("\"1\"", "bytes 3-6/7", "defg", Then::Ends),
        rest("\"1\"", "bytes 3-4/6", "de", Then::Ends),
        rest("\"1\"", "", "def", Then::Ends),
        bare(416, ""),
    ] {
        let bench = Bench::new();
        let script = vec![
            whole("\"1\"", "6", "abc", Then::Breaks),
            bad,
            whole("\"1\"", "6", "abcdef", Then::Ends),
        ];
        let (outcome, asked) = bench.pull(script).await;
        assert_eq!(outcome.unwrap().received, 9);
        assert_eq!(asked, "\nrange=bytes=3- if-range=\"1\"\n");
        assert_eq!(bench.held().as_deref(), Some("abcdef"));
    }
}

#[tokio::test]
async fn a_cut_delivery_ends_with_the_providers_own_reason() {
    let bench = Bench::new();
    let words = r#"{"code":"agreement-ended","reason":"Ulm ended it","remedy":"ask Ulm"}"#;
    let script = vec![whole("\"1\"", "6", "abc", Then::Breaks), bare(410, words)];
    let error = bench.pull(script).await.0.unwrap_err();
    assert_eq!((error.code(), error.remedy()), ("agreement-ended", "ask Ulm"));
    assert_eq!(bench.held(), None);
}

#[tokio::test]
async fn refusals_are_final_and_passing_ones_are_tried_again() {
    for (status, requests) in [(403, 1), (404, 1), (302, 1), (500, 1), (503, 2)] {
        let bench = Bench::new();
        let script = vec![bare(status, ""), bare(403, "")];
        let (outcome, asked) = bench.pull(script).await;
        assert_eq!(outcome.unwrap_err().code(), "refused-by-provider");
        assert_eq!(asked.split('\n').count(), requests, "{status}");
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_given_up() {
    let (outcome, asked) = Bench::new().pull(Vec::new()).await;
    assert_eq!(outcome.unwrap_err().code(), "peer-unreachable");
    assert_eq!(asked.split('\n').count(), 5);
}

#[tokio::test]
async fn an_old_copy_stays_until_the_new_one_is_whole() {
    let bench = Bench::new();
    bench.pull(vec![whole("\"1\"", "3", "old", Then::Ends)]).await.0.unwrap();
    let (outcome, asked) = bench.pull(vec![whole("\"2\"", "3", "ne", Then::Breaks)]).await;
    assert!(outcome.is_err());
    assert!(asked.starts_with("if-none-match=\"1\"\nrange=bytes=2- if-range=\"2\""), "{asked}");
    assert_eq!(bench.held().as_deref(), Some("old"));
}

#[tokio::test]
async fn our_own_cut_ends_a_pull_that_hangs() {
    let bench = Bench::new();
    let script = vec![whole("\"1\"", "6", "abc", Then::Hangs)];
    let provider = Provider { script: Mutex::new(script.into()), asked: Mutex::default() };
    let (order, live) = (bench.order.clone(), bench.live.clone());
    let admission = admit(&live);
    let pulling = tokio::spawn(async move {
        pull(&provider, &HandClock::new(), &order, admission, &|_| {}).await
    });
    tokio::task::yield_now().await;
    live.cut(Cut::AgreementEnded, |_| true);
    assert_eq!(pulling.await.unwrap().unwrap_err().code(), "agreement-ended");
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_lost() {
    let mut bench = Bench::new();
    let (outcome, _) = bench.pull(vec![whole("\"1\"", "6", "abc", Then::Breaks)]).await;
    assert!(outcome.is_err());
    let folder = bench._folder.path().join("held");
    let agreement = AgreementId::parse("a").unwrap();
    let of =
        |reserve| Held::at(&folder, Disk::keeping(reserve)).slot(&did("ulm.localhost"), &agreement);
    bench.order.slot = of(u64::MAX);
    let (outcome, _) = bench.pull(vec![rest("\"1\"", "bytes 3-5/6", "def", Then::Ends)]).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.code(), "disk-full");
    assert!(error.remedy().contains("store.disk_reserve_mib"));
    bench.order.slot = of(0);
    let (outcome, _) = bench.pull(vec![rest("\"1\"", "bytes 3-5/6", "def", Then::Ends)]).await;
    assert_eq!(outcome.unwrap().resumed_from, 3);
}
