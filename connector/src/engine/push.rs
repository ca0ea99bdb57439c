//! Pushes of ours: what the data plane has to send, for which it needs a permit like any delivery.

use protocol::Role;
use protocol::message::data_address::AUTHORIZATION;
use protocol::transfer::{Flow, State};
use wire::did::Did;

use super::Engine;
use super::error::EngineError;
use super::parts::Parts;
use super::wake::Wake;
use crate::record::delivery::{self, PushRecord};
use crate::store::{Key, Kind, Span, Store};

/// A push: whose, and our own pid of its transfer.
pub type PushKey = (Did, String);

/// Where a push goes.
#[derive(Clone, Eq, PartialEq)]
pub struct Destination {
    /// The consumer.
    pub peer: Did,
    /// Its data address.
    pub url: String,
    /// The token that came with it, if any.
    pub bearer: Option<String>,
}

impl<P: Parts> Engine<P> {
    /// What the push worker waits on.
    #[must_use]
    pub fn pushes(&self) -> &Wake<PushKey> {
        &self.pushes
    }

    /// The pushes of a participant that are not over.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_pushes(&self, participant: &Did) -> Result<Vec<String>, EngineError> {
        let mut open = Vec::new();
        let mut span = Span::new(participant, Kind::Delivery).prefix(delivery::PUSHES);
        loop {
            let rows = self.store.range_json::<PushRecord>(&span).await?;
            let Some((last, _, _)) = rows.last() else { return Ok(open) };
            span = span.after(last.clone());
            let pids = rows.iter().filter_map(|(id, ..)| id.strip_prefix(delivery::PUSHES));
            open.extend(pids.map(str::to_owned));
        }
    }

    /// When the push was asked for, if it is not over.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_push(
        &self,
        participant: &Did,
        pid: &str,
    ) -> Result<Option<PushRecord>, EngineError> {
        let key = Key::new(participant, Kind::Delivery, delivery::push_id(pid));
        Ok(self.store.get_json::<PushRecord>(&key).await?.map(|(_, row)| row))
    }

    /// Where a push goes now; nothing while its transfer does not run.
    ///
    /// # Errors
    /// When the store cannot be read, or the consumer named no address.
    pub async fn destination(
        &self,
        participant: &Did,
        pid: &str,
    ) -> Result<Option<Destination>, EngineError> {
        let process = match self.transfer(participant, pid).await {
            Ok(found) => found.record.process,
            Err(EngineError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_push = process.role == Role::Provider && process.flow == Flow::Push;
        if !is_push || process.state != Some(State::Started) || !process.may_flow() {
            return Ok(None);
        }
        let address = process.data_address.as_ref();
        let url = address.and_then(|address| address.endpoint.clone()).ok_or_else(|| {
            EngineError::peer("no-data-address", "the consumer did not say where the data goes")
        })?;
        let token = address.and_then(|address| address.property(AUTHORIZATION));
        let bearer = token.map(|token| token.strip_prefix("Bearer ").unwrap_or(token).to_owned());
        Ok(Some(Destination { peer: process.peer, url, bearer }))
    }
}

impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is a secret.
        f.debug_struct("Destination").field("peer", &self.peer).field("url", &self.url).finish()
    }
}
