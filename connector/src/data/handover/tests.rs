//! The hand-over as a local program sees it.

use std::sync::Mutex;

use actix_web::body::to_bytes;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, http::Method};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use wire::digest::Digest;

use super::*;
use crate::data::fake::{HandClock, admit, did};
use crate::data::held::part::{Part, PartHead};
use crate::data::held::{Disk, Held, Slot};
use crate::data::stream::Outcome;
use crate::engine::live::{Cut, Live};
use crate::ids::SystemIds;

const CONTENT: &[u8] = b"place,free\nstation,12\n";

/// Permits until told otherwise, and holds one copy.
struct Desk {
    _folder: tempfile::TempDir,
    slot: Slot,
    live: Live,
    contract: HandoverContract,
    refusal: Mutex<Option<DataRefusal>>,
    ends: Mutex<Vec<DeliveryEnd>>,
    /// Whether bringing the copy up to date takes for ever.
    hangs: bool,
}

impl HandoverDesk for Desk {
    type Ticket = ();

    async fn contracts(&self, id: &AgreementId) -> Result<Vec<HandoverContract>, DataRefusal> {
        let mut other = self.contract.clone();
        other.token = Token::fresh(&SystemIds).hash();
        let all = [other, self.contract.clone()];
        Ok(all.into_iter().filter(|contract| contract.agreement == *id).collect())
    }

    async fn permit(&self, contract: &HandoverContract) -> Result<(Admission, ()), DataRefusal> {
        assert!(contract.token.is_same(&self.contract.token));
        match self.refusal.lock().unwrap().clone() {
            Some(refusal) => Err(refusal),
            None => Ok((admit(&self.live), ())),
        }
    }

    async fn fresh(&self, _: &HandoverContract, (): &()) -> Result<HeldFile, DataRefusal> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        self.slot.open().map(|held| held.unwrap()).map_err(|error| DataRefusal::held(&error))
    }

    fn ended(&self, (): (), end: DeliveryEnd) {
        self.ends.lock().unwrap().push(end);
    }
}

struct Bench {
    desk: Arc<Desk>,
    token: Token,
}

/// A request in the making.
struct Ask<'a> {
    method: Method,
    path: &'a str,
    headers: Vec<(&'a str, String)>,
}

impl Bench {
    fn new(content: &[u8], hangs: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let agreement = AgreementId::parse("urn:uuid:a1").unwrap();
        let held = Held::at(folder.path().join("held"), Disk::keeping(0));
        let slot = held.slot(&did("ulm.localhost"), &agreement);
        let media_type = "text/csv".to_owned();
        let mut part =
            Part::start(&slot, PartHead { version: None, media_type, total: None }).unwrap();
        part.write(&[Bytes::copy_from_slice(content)]).unwrap();
        part.finish(Timestamp::UNIX_EPOCH).unwrap();
        let token = Token::fresh(&SystemIds);
        let contract = HandoverContract {
            participant: did("firm.localhost"),
            provider: did("ulm.localhost"),
            agreement,
            token: token.hash(),
        };
        let desk = Desk {
            _folder: folder,
            slot,
            live: Live::default(),
            contract,
            refusal: Mutex::default(),
            ends: Mutex::default(),
            hangs,
        };
        Self { desk: Arc::new(desk), token }
    }

    fn ask(&self) -> Ask<'static> {
        let authorization = format!("Bearer {}", self.token.reveal());
        Ask {
            method: Method::GET,
            path: "/contracts/urn%3Auuid%3Aa1/data",
            headers: vec![("host", "127.0.0.1:8181".to_owned()), ("authorization", authorization)],
        }
    }

    async fn respond(&self, ask: Ask<'_>) -> HttpResponse {
        let pace = Pace { window: SignedDuration::from_secs(60), bytes_min: 1 };
        let clock = Arc::new(HandClock::new());
        let handover = Arc::new(Handover::new(Arc::clone(&self.desk), clock, pace));
        let app = App::new().configure(|config| handover.configure(config));
        let app = init_service(app).await;
        let mut request = TestRequest::with_uri(ask.path).method(ask.method);
        for (name, value) in ask.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request = request.append_header((name, HeaderValue::from_str(&value).unwrap()));
        }
        call_service(&app, request.to_request()).await.into_parts().1
    }

    /// Status, the named header fields, and the body.
    async fn check(&self, ask: Ask<'_>, fields: &[&str]) -> String {
        let response = self.respond(ask).await;
        let mut line = response.status().as_u16().to_string();
        for field in fields {
            let value = response.headers().get(*field).map(|value| value.to_str().unwrap());
            line.push_str(&format!(" {field}={}", value.unwrap_or("none")));
        }
        let body = to_bytes(response.into_body()).await.unwrap();
        format!("{line} {}", String::from_utf8_lossy(&body).trim_end())
    }
}

impl Ask<'_> {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(found, _)| *found != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| *found != name);
        self
    }
}

#[actix_web::test]
async fn the_copy_is_served_whole_in_parts_and_only_when_new() {
    let bench = Bench::new(CONTENT, false);
    let tag = format!("\"{}\"", Digest::of(CONTENT).hex());
    let fields = ["content-type", "accept-ranges", "etag"];
    let whole = bench.check(bench.ask(), &fields).await;
    assert_eq!(
        whole,
        format!("200 content-type=text/csv accept-ranges=bytes etag={tag} place,free\nstation,12")
    );
    let part = bench.ask().with("range", "bytes=0-4").with("if-range", &tag);
    let part = bench.check(part, &["content-range"]).await;
    assert_eq!(part, "206 content-range=bytes 0-4/22 place");
    let beyond = bench.check(bench.ask().with("range", "bytes=99-"), &["content-range"]).await;
    assert_eq!(beyond, "416 content-range=bytes */22 ");
    assert_eq!(bench.check(bench.ask().with("if-none-match", &tag), &[]).await, "304 ");
    let ends = bench.desk.ends.lock().unwrap();
    let counts: Vec<_> = ends.iter().map(|end| (end.outcome, end.bytes)).collect();
    assert_eq!(counts, [(Outcome::Finished, 22), (Outcome::Finished, 5)]);
    assert_eq!(ends[0].sha256, Digest::of(CONTENT));
}

#[actix_web::test]
async fn a_head_says_the_length_and_delivers_nothing() {
    let bench = Bench::new(CONTENT, false);
    let mut ask = bench.ask();
    ask.method = Method::HEAD;
    let response = bench.respond(ask).await;
    use actix_web::body::{BodySize, MessageBody};
    assert_eq!(response.body().size(), BodySize::Sized(CONTENT.len() as u64));
    assert!(bench.desk.ends.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn strangers_and_browsers_are_refused_before_the_desk_is_asked() {
    let bench = Bench::new(CONTENT, false);
    *bench.desk.refusal.lock().unwrap() =
        Some(DataRefusal::new(500, "desk-was-asked", "the desk was asked", ""));
    let other = Token::fresh(&SystemIds);
    let mut unknown = bench.ask();
    unknown.path = "/contracts/urn%3Auuid%3Aa2/data";
    let mut elsewhere = bench.ask();
    elsewhere.path = "/contracts";
    let mut post = bench.ask();
    post.method = Method::POST;
    let mut in_query = bench.ask().without("authorization");
    let query = format!("{}?token={}", in_query.path, bench.token.reveal());
    in_query.path = &query;
    for (ask, expected) in [
        (bench.ask().with("host", "ulm.example"), "421 host-not-local"),
        (bench.ask().without("host"), "421 host-not-local"),
        (bench.ask().with("origin", "http://127.0.0.1:8181"), "403 browser-refused"),
        (bench.ask().with("sec-fetch-site", "none"), "403 browser-refused"),
        (bench.ask().without("authorization"), "401 token-refused"),
        (bench.ask().with("authorization", "Basic abc"), "401 token-refused"),
        (
            bench.ask().with("authorization", &format!("Bearer {}", other.reveal())),
            "401 token-refused",
        ),
        (unknown, "401 token-refused"),
        (in_query, "401 token-refused"),
        (elsewhere, "404 no-such-address"),
        (post, "405 method-not-allowed"),
    ] {
        let response = bench.respond(ask).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.unwrap();
        let refusal: DataRefusal = serde_json::from_slice(&body).unwrap();
        assert_eq!(format!("{status} {}", refusal.code), expected);
        assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty(), "{refusal:?}");
    }
}

#[actix_web::test]
async fn a_refusal_says_status_reason_and_remedy() {
    let bench = Bench::new(CONTENT, false);
    let refusal = DataRefusal::new(503, "peer-unreachable", "Ulm does not answer", "try later");
    *bench.desk.refusal.lock().unwrap() = Some(refusal.retry_after(7));
    let answer = bench.check(bench.ask(), &["content-type", "retry-after"]).await;
    insta::assert_snapshot!(answer, @r#"503 content-type=application/problem+json retry-after=7 {"code":"peer-unreachable","reason":"Ulm does not answer","remedy":"try later"}"#);
}

#[actix_web::test]
async fn a_running_local_delivery_is_cut() {
    let bench = Bench::new(&vec![7; 1 << 20], false);
    let response = bench.respond(bench.ask()).await;
    let mut body = std::pin::pin!(response.into_body());
    use actix_web::body::MessageBody;
    let first = std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await.unwrap();
    assert!(first.is_ok_and(|chunk| !chunk.is_empty()));
    bench.desk.live.cut(Cut::AgreementEnded, |_| true);
    let next = std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await.unwrap();
    assert!(next.is_err_and(|error| error.to_string().contains("agreement-ended")));
    let ends = bench.desk.ends.lock().unwrap();
    assert_eq!(ends[0].outcome, Outcome::Cut { reason: Cut::AgreementEnded });
}

#[actix_web::test]
async fn a_reader_that_waits_for_the_provider_is_told_of_the_end() {
    let bench = Bench::new(CONTENT, true);
    let live = bench.desk.live.clone();
    let cut = async {
        while live.cut(Cut::AgreementEnded, |_| true) == 0 {
            tokio::task::yield_now().await;
        }
    };
    let (answer, ()) = tokio::join!(bench.check(bench.ask(), &[]), cut);
    assert!(answer.starts_with(r#"410 {"code":"agreement-ended""#), "{answer}");
}

#[test]
fn a_pulls_failure_becomes_a_plain_answer() {
    use crate::data::pull::{ClientError, PullError};
    let passing = |passing| ClientError { code: "peer-unreachable", words: String::new(), passing };
    let refused = |status| PullError::Refused {
        refusal: DataRefusal::new(status, "provider-code", "its reason", "its remedy"),
    };
    for (error, status, code) in [
        (refused(403), 403, "provider-code"),
        (refused(401), 403, "provider-code"),
        (refused(410), 410, "provider-code"),
        (refused(302), 502, "provider-code"),
        (refused(503), 503, "provider-code"),
        (PullError::Cut { reason: Cut::RuleRefuses }, 403, "rule-refuses"),
        (PullError::Unreachable { source: passing(true) }, 503, "peer-unreachable"),
        (PullError::Inconsistent { what: "x" }, 502, "answer-inconsistent"),
    ] {
        let refusal = DataRefusal::pull(&error);
        assert_eq!((refusal.status, refusal.code.as_str()), (status, code));
        assert_eq!(refusal.retry_after_s.is_some(), status == 503, "{error}");
        assert!(!refusal.remedy.is_empty());
    }
}

#[actix_web::test]
async fn a_cut_reaches_a_reader_that_has_stopped_reading() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let bench = Bench::new(&vec![7; 32 << 20], false);
    let pace = Pace { window: SignedDuration::from_secs(60), bytes_min: 1 };
    let clock = Arc::new(HandClock::new());
    let handover = Arc::new(Handover::new(Arc::clone(&bench.desk), clock, pace));
    let server = actix_web::HttpServer::new(move || {
        let handover = Arc::clone(&handover);
        App::new().configure(move |config| handover.configure(config))
    });
    let server = server.workers(1).disable_signals().on_connect(on_connect);
    let server = server.bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    let mut reader = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n",
        bench.ask().path,
        bench.token.reveal()
    );
    reader.write_all(request.as_bytes()).await.unwrap();
    let mut begin = [0; 64];
    reader.read_exact(&mut begin).await.unwrap();
    assert!(begin.starts_with(b"HTTP/1.1 200 OK"));
    assert_eq!(bench.desk.live.cut(Cut::AgreementEnded, |_| true), 1);
    let mut taken = Vec::new();
    let error = reader.read_to_end(&mut taken).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(taken.len() < 32 << 20);
    // The connection is broken first, and the end recorded right after.
    while bench.desk.ends.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    handle.stop(false).await;
    assert_eq!(bench.desk.ends.lock().unwrap().len(), 1);
}
