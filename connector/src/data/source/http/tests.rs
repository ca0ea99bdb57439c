//! The upstream's answers, good and bad, against a scripted fetcher.

use std::sync::Mutex;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::HeaderValue;

use super::*;

const URL: &str = "https://data.example/parking?town=ulm";

/// The address and the header fields.
type Asked = (String, Vec<(HeaderName, String)>);

/// Answers once, and keeps what was asked.
struct Upstream {
    answer: Mutex<Option<Fetched>>,
    asked: Mutex<Option<Asked>>,
}

impl Upstream {
    fn of(status: u16, headers: &[(HeaderName, &str)], body: &'static [&str]) -> Self {
        let chunks = body.iter().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())));
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        let fetched = Fetched {
            status,
            headers: headers.collect(),
            chunks: Chunks::new(stream::iter(chunks)),
        };
        Self { answer: Mutex::new(Some(fetched)), asked: Mutex::default() }
    }

    fn asked(&self, name: &HeaderName) -> Option<String> {
        let asked = self.asked.lock().unwrap();
        let (url, headers) = asked.as_ref().unwrap();
        assert_eq!(url, URL);
        headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone())
    }
}

impl Fetch for Upstream {
    async fn get(
        &self,
        url: &str,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<Fetched, FetchError> {
        *self.asked.lock().unwrap() = Some((url.to_owned(), headers));
        self.answer.lock().unwrap().take().ok_or(FetchError::TimedOut)
    }
}

fn ours(tag: &str) -> String {
    let digest: String = Digest::of(URL.as_bytes()).hex().chars().take(16).collect();
    Version::parse(tag).unwrap().under(&format!("{digest}-")).unwrap().to_string()
}

async fn ask(upstream: &Upstream, demand: &Demand) -> Result<Answer, SourceError> {
    open(upstream, URL, "text/csv", demand).await
}

/// The answer in one line.
async fn check(upstream: Upstream, demand: &Demand) -> String {
    match ask(&upstream, demand).await {
        Err(error) => error.code().to_owned(),
        Ok(Answer::NotModified { .. }) => "not modified".to_owned(),
        Ok(Answer::Unsatisfiable { length }) => format!("unsatisfiable of {length:?}"),
        Ok(Answer::Opened(opened)) => {
            let (span, total) = (opened.span.map(|span| (span.first, span.length)), opened.total);
            let mut line = format!("{span:?} of {total:?}:");
            let chunks: Vec<_> = opened.chunks.collect().await;
            for chunk in chunks {
                line.push(' ');
                match chunk {
                    Ok(bytes) => line.push_str(std::str::from_utf8(&bytes).unwrap()),
                    Err(error) => line.push_str(error.code()),
                }
            }
            line
        }
    }
}

#[tokio::test]
async fn a_whole_body_is_passed_through() {
    let length = |value| (header::CONTENT_LENGTH, value);
    let coding = |value| (header::CONTENT_ENCODING, value);
    let huge = (BODY_BYTES_MAX + 1).to_string();
    for (status, headers, body, expected) in [
        (200, vec![], ["ab", "c"].as_slice(), "None of None: ab c"),
        (200, vec![length("3")], &["ab", "c"], "None of Some(3): ab c"),
        (200, vec![length("4")], &["ab", "c"], "None of Some(4): ab c source-truncated"),
        (200, vec![length("2")], &["ab", "c"], "None of Some(2): ab source-too-long"),
        (200, vec![length(&huge)], &[], "source-too-long"),
        (200, vec![coding("gzip")], &["x"], "source-encoded"),
        (206, vec![(header::CONTENT_RANGE, "bytes 0-1/3")], &["ab"], "source-inconsistent"),
        (304, vec![], &[], "source-inconsistent"),
        (302, vec![(header::LOCATION, "http://127.0.0.1/")], &[], "source-refused"),
        (204, vec![], &[], "source-refused"),
        (404, vec![], &["not here"], "source-refused"),
        (500, vec![], &[], "source-refused"),
    ] {
        let upstream = Upstream::of(status, &headers, body);
        assert_eq!(check(upstream, &Demand::default()).await, expected, "{status} {headers:?}");
    }
}

#[tokio::test]
async fn a_part_is_passed_through_only_as_it_was_asked_for() {
    let demand = Demand::parse(Some("bytes=2-4"), Some(&ours("\"v1\"")), None);
    for (status, range, expected) in [
        (206, "bytes 2-4/9", "Some((2, 3)) of Some(9): cde"),
        (206, "bytes 2-4/*", "Some((2, 3)) of None: cde"),
        (206, "bytes 0-4/9", "source-inconsistent"),
        (206, "bytes 2-5/9", "source-inconsistent"),
        (206, "bytes 2-4/4", "source-inconsistent"),
        (206, "bytes 4-2/9", "source-inconsistent"),
        (206, "", "source-inconsistent"),
        (416, "bytes */9", "unsatisfiable of Some(9)"),
        (200, "", "None of None: cde"),
    ] {
        let upstream = Upstream::of(status, &[(header::CONTENT_RANGE, range)], &["cde"]);
        assert_eq!(check(upstream, &demand).await, expected, "{status} {range}");
    }
}

#[tokio::test]
async fn versions_travel_both_ways_and_keep_their_address() {
    let upstream = Upstream::of(304, &[(header::ETAG, "\"v1\"")], &[]);
    let demand = Demand::parse(None, None, Some(&ours("\"v1\"")));
    let answer = ask(&upstream, &demand).await.unwrap();
    let Answer::NotModified { version } = answer else { panic!("{answer:?}") };
    assert_eq!(version.to_string(), ours("\"v1\""));
    assert_eq!(upstream.asked(&header::IF_NONE_MATCH).as_deref(), Some("\"v1\""));
    assert_eq!(upstream.asked(&header::ACCEPT_ENCODING).as_deref(), Some("identity"));
}

#[tokio::test]
async fn what_a_reader_makes_up_is_not_passed_on() {
    let upstream = Upstream::of(200, &[(header::ETAG, "\"v1\"")], &["a"]);
    let demand = Demand::parse(Some("bytes=1-"), Some("\"v1\""), Some("\"v1\", \"x\", *"));
    let answer = ask(&upstream, &demand).await.unwrap();
    assert!(matches!(answer, Answer::Opened(_)), "{answer:?}");
    for name in [header::IF_NONE_MATCH, header::IF_RANGE, header::RANGE] {
        assert_eq!(upstream.asked(&name), None, "{name}");
    }
}
