//! A request goes out a second time only when the first cannot have been done, or may be done twice.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use identity::tls::server_context;
use openssl::ssl::SslAcceptor;
use tokio::io::{DuplexStream, ReadBuf};

use super::*;
use crate::authority::testing::Space;
use crate::net::connect::tests::{Only, client, get};

/// Long enough for an answer that comes, in seconds.
const ANSWER_S: u64 = 30;
/// For an answer that never comes, in milliseconds.
const NO_ANSWER_MS: u64 = 20;

/// What a peer does with the second request on a connection; the first is always answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Does {
    /// Closes without waiting for it.
    ClosesBefore,
    /// Reads it, and closes without a byte of an answer.
    ClosesUnanswered,
    /// Reads it, and closes in the middle of the answer's head.
    ClosesInTheHead,
    /// Reads it, and says nothing.
    Hangs,
}

/// The first lines of the requests that came, over all connections.
type Came = Arc<Mutex<Vec<String>>>;

/// Serves each connection at once; what it `does` concerns the first one alone.
fn serve(context: SslAcceptor, does: Does) -> (u16, Came) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let came = Came::default();
    let kept = came.clone();
    std::thread::spawn(move || {
        for (number, stream) in socket.incoming().flatten().enumerate() {
            let mut tls = context.accept(stream).unwrap();
            let mut requests = 0;
            while let Some(line) = request(&mut tls) {
                requests += 1;
                kept.lock().unwrap().push(format!("{line} on {number}"));
                if number > 0 || requests == 1 {
                    tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
                }
                if number > 0 {
                    continue;
                }
                match (does, requests) {
                    (Does::ClosesBefore, _) | (Does::ClosesUnanswered, 2) => break,
                    (Does::ClosesInTheHead, 2) => {
                        tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-le").unwrap();
                        break;
                    }
                    (_, _) => {}
                }
            }
            let _ = tls.shutdown();
        }
    });
    (port, came)
}

/// The method of the next request, which is read whole; `None` at the end.
fn request(stream: &mut impl Read) -> Option<String> {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        read.extend(byte);
    }
    let head = String::from_utf8(read).unwrap().to_ascii_lowercase();
    if let Some(length) = head.lines().find_map(|line| line.strip_prefix("content-length: ")) {
        stream.read_exact(&mut vec![0; length.parse().unwrap()]).unwrap();
    }
    head.split(' ').next().map(str::to_owned)
}

fn told(answer: Result<Response<Bytes>, Failure>) -> String {
    answer.map_or_else(|failure| failure.code().to_owned(), |it| it.status().as_u16().to_string())
}

#[tokio::test]
async fn a_request_is_sent_again_only_when_it_cannot_have_been_done_or_may_be_done_twice() {
    let space = Space::found().await;
    let (_, ulm, _) = space.member("ulm.localhost").await;
    let (_, firm, _) = space.member("firm.localhost").await;
    for (does, method, expected, second) in [
        (Does::ClosesBefore, Method::GET, "200", &["get on 1"][..]),
        (Does::ClosesBefore, Method::POST, "200", &["post on 1"]),
        (Does::ClosesUnanswered, Method::GET, "200", &["get on 0", "get on 1"]),
        (Does::ClosesUnanswered, Method::POST, "connection-broken", &["post on 0"]),
        (Does::ClosesInTheHead, Method::GET, "connection-broken", &["get on 0"]),
        (Does::ClosesInTheHead, Method::POST, "connection-broken", &["post on 0"]),
        (Does::Hangs, Method::GET, "answer-timeout", &["get on 0"]),
        (Does::Hangs, Method::POST, "answer-timeout", &["post on 0"]),
    ] {
        for streams in [false, true] {
            let context = server_context(Arc::new(Only(ulm.clone()))).unwrap().build();
            let (port, came) = serve(context, does);
            let mut client = client(&space, &firm);
            client.answer_timeout = Duration::from_secs(ANSWER_S);
            let mut call = get(&ulm, port);
            let (from, to) = (firm.did(), ulm.did());
            assert_eq!(told(client.call(from, to, call.clone(), 16).await), "200");
            if does == Does::ClosesBefore {
                while !client.pool.is_all_closed() {
                    tokio::task::yield_now().await;
                }
            }
            if does == Does::Hangs {
                client.answer_timeout = Duration::from_millis(NO_ANSWER_MS);
            }
            call.method = method.clone();
            call.body = Bytes::from_static(if method == Method::POST { b"{}" } else { b"" });
            let told = match streams {
                true => match client.stream(from, to, call).await {
                    Ok(answer) => answer.head().status.as_u16().to_string(),
                    Err(failure) => failure.code().to_owned(),
                },
                false => told(client.call(from, to, call, 16).await),
            };
            assert_eq!(told, expected, "{does:?} {method} {streams}");
            let came = came.lock().unwrap();
            let came: Vec<&str> = came.iter().skip(1).map(String::as_str).collect();
            // What hangs may not have been read yet when its time is over.
            let is_early = does == Does::Hangs && came.is_empty();
            assert!(is_early || came == second, "{does:?} {method} {streams}: {came:?}");
        }
    }
}

/// The first connection takes one request and fails at writing the next one; others work.
#[derive(Default)]
struct FailsToWrite {
    opened: AtomicUsize,
}

struct Failing {
    inner: DuplexStream,
    /// Requests that can still be written; further ones fail.
    writes_left: usize,
}

impl Connect for FailsToWrite {
    type Stream = Failing;

    async fn connect(&self, _: &Did, _: &Did, _: &str) -> Result<Failing, Failure> {
        let (inner, mut peer) = tokio::io::duplex(64 * 1024);
        let first = self.opened.fetch_add(1, Ordering::SeqCst) == 0;
        tokio::spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut read = [0; 4096];
            while peer.read(&mut read).await.is_ok_and(|read| read > 0) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                peer.write_all(answer).await.unwrap();
            }
        });
        Ok(Failing { inner, writes_left: if first { 1 } else { 9 } })
    }
}

impl AsyncRead for Failing {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for Failing {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let Some(left) = self.writes_left.checked_sub(1) else {
            return Poll::Ready(Err(std::io::ErrorKind::BrokenPipe.into()));
        };
        self.writes_left = left;
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[tokio::test]
async fn a_request_that_could_not_be_written_whole_is_sent_on_a_fresh_connection() {
    for method in [Method::GET, Method::POST] {
        let client = PeerClient::new(FailsToWrite::default(), Duration::from_secs(ANSWER_S));
        let (from, to) = (Did::of_host("a.example", 443), Did::of_host("b.example", 443));
        let (from, to) = (from.unwrap(), to.unwrap());
        let body = Bytes::from_static(if method == Method::POST { b"{}" } else { b"" });
        let uri: Uri = "https://b.example/x".parse().unwrap();
        let call = Call { method: method.clone(), uri, headers: HeaderMap::new(), body };
        for opened in [1, 2] {
            assert_eq!(told(client.call(&from, &to, call.clone(), 16).await), "200", "{method}");
            assert_eq!(client.connect.opened.load(Ordering::SeqCst), opened);
        }
    }
}
