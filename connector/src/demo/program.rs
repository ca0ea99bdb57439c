//! The company's own program, played: plain HTTP from a loopback address, with a token. It knows
//! nothing of data spaces.

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

use crate::cli::exit::Failure;
use crate::cli::local;
use crate::management::view::HandoverView;

/// What a program got.
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: Bytes,
}

/// A refusal as the hand-over writes it.
#[derive(Deserialize)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) reason: String,
}

impl Answer {
    /// The first lines of the body.
    pub(super) fn first_lines(&self, count: usize) -> Vec<String> {
        let lines = self.body.split(|&byte| byte == b'\n').take(count);
        lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    }

    /// The refusal, if it is one.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Reads everything.
///
/// # Errors
/// When nothing answers, or the answer breaks off.
pub(super) async fn read(view: &HandoverView) -> Result<Answer, Failure> {
    fetch(view).await.map_err(|error| local(&std::io::Error::other(error)))
}

async fn fetch(view: &HandoverView) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let uri: Uri = view.url.parse()?;
    let address = uri.authority().ok_or("no address")?.to_string();
    let path = uri.path_and_query().ok_or("no path")?.to_string();
    let stream = TcpStream::connect(&address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let request = Request::get(path)
        .header(header::HOST, address)
        .header(header::AUTHORIZATION, format!("Bearer {}", view.token.reveal()))
        .body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    driver.abort();
    Ok(Answer { status, body })
}
