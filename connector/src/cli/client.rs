//! Calls to the running connector: plain HTTP to its management listener on this machine, one
//! connection per call.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpStream;
use wire::did::Did;
use wire::json::{self, Limits};

use super::exit::{Exit, Failure};
use crate::management::operation::{Operation, PARTICIPANT_PATH};
use crate::management::problem::Problem;
use crate::management::token::Token;
use crate::management::view::Words;

/// The most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A participant of a running connector, and the token that opens it.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    participant: Did,
    token: Token,
}

/// One call: its `{id}` if it has one, its query, its body.
#[derive(Clone, Debug, Default)]
pub struct Call<'a> {
    /// The `{id}` of the path.
    pub id: &'a str,
    /// The query, by name.
    pub query: Vec<(&'static str, String)>,
    /// The body; `{}` where the method needs one and this is null.
    pub body: Value,
}

impl<'a> Call<'a> {
    /// A call without anything.
    #[must_use]
    pub fn plain() -> Self {
        Self::default()
    }

    /// A call about one thing.
    #[must_use]
    pub fn about(id: &'a str) -> Self {
        Self { id, ..Self::default() }
    }

    /// The call with a member of the query.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// The call with a body.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn sending<T: Serialize>(mut self, body: &T) -> Result<Self, Failure> {
        self.body =
            serde_json::to_value(body).map_err(|error| foreign_answer(&error.to_string()))?;
        Ok(self)
    }
}

impl Client {
    /// A client for `participant` at `address`, a loopback address.
    ///
    /// # Errors
    /// When the address is not loopback: a token is never sent further.
    pub fn new(address: SocketAddr, participant: Did, token: Token) -> Result<Self, Failure> {
        if !address.ip().is_loopback() {
            return Err(Failure::new(
                Exit::Usage,
                "management-not-local",
                Words::new(
                    format!("{address} ist keine Adresse dieses Rechners."),
                    format!("{address} is not an address of this machine"),
                ),
                Words::new(
                    "Den Befehl auf dem Rechner ausführen, auf dem der Konnektor läuft.",
                    "run the command on the machine where the connector runs",
                ),
            ));
        }
        Ok(Self { address, participant, token })
    }

    /// The participant that it speaks for.
    #[must_use]
    pub fn participant(&self) -> &Did {
        &self.participant
    }

    /// Makes a call and reads its answer.
    ///
    /// # Errors
    /// [`Failure`]: the connector's refusal, or that it cannot be reached or understood.
    pub async fn call<T: DeserializeOwned>(
        &self,
        operation: Operation,
        call: Call<'_>,
    ) -> Result<T, Failure> {
        let value = self.exchange(operation, call).await?;
        serde_json::from_value(value).map_err(|error| foreign_answer(&error.to_string()))
    }

    /// Makes a call whose answer has no content.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn tell(&self, operation: Operation, call: Call<'_>) -> Result<(), Failure> {
        self.exchange(operation, call).await.map(|_| ())
    }

    async fn exchange(&self, operation: Operation, call: Call<'_>) -> Result<Value, Failure> {
        let request = self.request(operation, call)?;
        let stream =
            TcpStream::connect(self.address).await.map_err(|error| self.unreachable(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(&error))?;
        let driver = tokio::spawn(connection);
        let answer = self.read(sender.send_request(request).await).await;
        driver.abort();
        answer
    }

    fn request(
        &self,
        operation: Operation,
        call: Call<'_>,
    ) -> Result<http::Request<Full<Bytes>>, Failure> {
        let (method, path) = operation.route();
        let mut target =
            PARTICIPANT_PATH.replace("{participant}", &encode(self.participant.as_str()));
        target.push_str(&path.replace("{id}", &encode(call.id)));
        for (index, (name, value)) in call.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.push_str(&encode(value));
        }
        let mut request = http::Request::builder()
            .method(method.name())
            .uri(target)
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.reveal()));
        let mut body = Bytes::new();
        if method.has_body() {
            request = request.header(header::CONTENT_TYPE, "application/json");
            body = if call.body.is_null() {
                Bytes::from_static(b"{}")
            } else {
                call.body.to_string().into()
            };
        }
        request.body(Full::new(body)).map_err(|error| foreign_answer(&error.to_string()))
    }

    async fn read(
        &self,
        answer: hyper::Result<http::Response<hyper::body::Incoming>>,
    ) -> Result<Value, Failure> {
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX);
        let bytes =
            body.collect().await.map_err(|error| foreign_answer(&error.to_string()))?.to_bytes();
        if bytes.is_empty() && status.is_success() {
            return Ok(Value::Null);
        }
        let value = json::parse(&bytes, &Limits::document())
            .map_err(|error| foreign_answer(&error.to_string()))?;
        if status.is_success() {
            return Ok(value);
        }
        let problem: Problem =
            serde_json::from_value(value).map_err(|error| foreign_answer(&error.to_string()))?;
        Err(problem.into())
    }

    fn unreachable(&self, error: &dyn std::error::Error) -> Failure {
        Failure::new(
            Exit::Unreachable,
            "connector-unreachable",
            Words::new(
                format!("Der Konnektor antwortet nicht unter {}.", self.address),
                format!("the connector does not answer at {}", self.address),
            ),
            Words::new(
                "Prüfen, ob `allmende up` läuft; sonst starten.",
                "check whether `allmende up` is running; start it if not",
            ),
        )
        .because(error.to_string())
    }
}

/// Something answered that is not a connector of this version.
fn foreign_answer(problem: &str) -> Failure {
    Failure::new(
        Exit::Unreachable,
        "answer-not-understood",
        Words::new(
            "Die Antwort des Konnektors ist nicht zu verstehen.",
            "the connector's answer cannot be understood",
        ),
        Words::new(
            "Prüfen, ob Programm und laufender Konnektor dieselbe Version haben (`allmende --version`, `allmende status`).",
            "check that the program and the running connector have the same version (`allmende --version`, `allmende status`)",
        ),
    )
    .because(problem)
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_path_stays_one_segment() {
        assert_eq!(encode("did:web:a.example%3A1"), "did%3Aweb%3Aa.example%253A1");
        assert_eq!(encode("a/../b?c#d ü"), "a%2F..%2Fb%3Fc%23d%20%C3%BC");
    }

    #[test]
    fn a_token_is_not_sent_off_this_machine() {
        let did = Did::parse("did:web:a.example").unwrap();
        let failure = Client::new("192.0.2.1:80".parse().unwrap(), did, Token::of([0; 32]));
        assert_eq!(failure.unwrap_err().code, "management-not-local");
    }
}
