//! Partners' data over mutual TLS, as it comes.

use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use wire::did::Did;

use crate::clock::SystemClock;
use crate::data::chunks::Chunks;
use crate::data::pull::{ClientError, DataClient, DataResponse};
use crate::net::peers::Peers;
use crate::net::unsent::Failure;

/// The data of one partner, read as one of our participants.
#[derive(Clone, Debug)]
pub struct PeerData {
    /// The client.
    pub peers: Peers<SystemClock>,
    /// Ours.
    pub from: Did,
    /// The partner.
    pub to: Did,
}

impl DataClient for PeerData {
    async fn get(
        &self,
        url: &str,
        bearer: Option<&str>,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<DataResponse, ClientError> {
        let headers = head(bearer, headers).ok_or(ClientError {
            code: "bad-header",
            words: "a header field cannot be sent".to_owned(),
            passing: false,
        })?;
        let answer = self.peers.stream(&self.from, &self.to, url, headers).await;
        let answer = answer.map_err(client_error)?;
        let (status, headers) = (answer.head().status.as_u16(), answer.head().headers.clone());
        let chunks = stream::try_unfold(answer, |mut answer| async move {
            let chunk = answer.chunk().await.map_err(client_error)?;
            Ok(chunk.map(|chunk| (chunk, answer)))
        });
        Ok(DataResponse { status, headers, chunks: Chunks::new(chunks) })
    }
}

fn head(bearer: Option<&str>, fields: Vec<(HeaderName, String)>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    if let Some(bearer) = bearer {
        let mut value = HeaderValue::from_str(&format!("Bearer {bearer}")).ok()?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    for (name, value) in fields {
        headers.insert(name, HeaderValue::from_str(&value).ok()?);
    }
    Some(headers)
}

fn client_error(failure: Failure) -> ClientError {
    let (code, passing) = (failure.code(), failure.is_passing());
    ClientError { code, words: failure.to_string(), passing }
}
