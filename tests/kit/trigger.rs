//! The two addresses at which the kit tells the connector what to ask it for. Plain HTTP on
//! loopback, beside the connector: it is an operator's click that is played here.

use std::sync::Arc;

use connector::engine::Engine;
use connector::engine::error::EngineError;
use connector::engine::negotiation::Asked;
use connector::runtime::Product;
use protocol::id::{AgreementId, DatasetId};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wire::did::Did;

use crate::script::ACCOUNT;
use crate::seeds::offer;

/// Where negotiations are triggered.
pub(crate) const NEGOTIATIONS: &str = "/tck/negotiations/requests";
/// Where transfers are triggered.
pub(crate) const TRANSFERS: &str = "/tck/transfers/requests";

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Asks the kit for what it says.
#[derive(Clone)]
pub(crate) struct Trigger {
    pub(crate) engine: Arc<Engine<Product>>,
    pub(crate) ours: Did,
    pub(crate) kit: Did,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Negotiation {
    offer_id: String,
    dataset_id: DatasetId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transfer {
    agreement_id: AgreementId,
}

impl Trigger {
    /// Answers until the process ends.
    pub(crate) async fn run(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let trigger = self.clone();
            tokio::spawn(async move {
                let pulled = match read(stream).await {
                    Ok((path, body)) => trigger.pull(&path, &body).await,
                    Err(error) => return tracing::warn!(%error, "a trigger was not read"),
                };
                if let Err(error) = pulled {
                    tracing::warn!(%error, "a trigger came to nothing");
                }
            });
        }
    }

    async fn pull(&self, path: &str, body: &[u8]) -> Result<(), EngineError> {
        let unread = |_| EngineError::Internal { what: "what the kit says" };
        match path {
            NEGOTIATIONS => {
                let said: Negotiation = serde_json::from_slice(body).map_err(unread)?;
                let asked = Asked {
                    peer: self.kit.clone(),
                    dataset: said.dataset_id,
                    offer: offer(&said.offer_id),
                    account: ACCOUNT.to_owned(),
                };
                self.engine.ask(&self.ours, asked).await.map(drop)
            }
            TRANSFERS => {
                let said: Transfer = serde_json::from_slice(body).map_err(unread)?;
                let agreed =
                    self.engine.agreement(&self.ours, &said.agreement_id, &self.kit).await?.1;
                self.engine.ask_for_data(&self.ours, &agreed, ACCOUNT).await.map(drop)
            }
            _ => Err(EngineError::NotFound),
        }
    }
}

/// Reads one request and answers it at once; what it asks for is done afterwards.
async fn read(mut stream: TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = lengths.next().and_then(|(_, length)| length.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body).await?;
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    Ok((path, body))
}
