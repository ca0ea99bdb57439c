//! The last head of each shard that may be signed, as the store keeps it: it is written before the
//! head is signed, and only in place of the one that was read.

use audit::entry::Shard;
use audit::merkle::Hash;
use serde::{Deserialize, Serialize};
use wire::did::Did;

use super::error::LogError;
use crate::store::{Key, Kind, ReadError, Span, Store};

/// Size and root of a shard that were, or are about to be, signed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SignedHead {
    /// How many entries it covers.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// The last head of a shard; `None` before the first one.
///
/// # Errors
/// When the store cannot be read.
pub async fn signed_head(
    store: &impl Store,
    participant: &Did,
    shard: Shard,
) -> Result<Option<SignedHead>, ReadError> {
    let found = store.get_json::<SignedHead>(&key(participant, shard)).await?;
    Ok(found.map(|(_, head)| head))
}

/// The shards of a participant that have a head, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn shards(
    store: &impl Store,
    participant: &Did,
) -> Result<Vec<(Shard, SignedHead)>, LogError> {
    let rows = store.range(&Span::new(participant, Kind::LogHead)).await?;
    let mut shards = Vec::new();
    for row in rows {
        // The other records of this kind are not named like a shard.
        let Ok(shard) = row.id.parse::<Shard>() else { continue };
        let head = serde_json::from_slice(&row.value)
            .map_err(|_| ReadError::Unreadable { key: key(participant, shard) })?;
        shards.push((shard, head));
    }
    shards.sort_by_key(|(shard, _)| *shard);
    Ok(shards)
}

/// Where the head of a shard lies.
pub(super) fn key(participant: &Did, shard: Shard) -> Key {
    Key::new(participant, Kind::LogHead, shard.to_string())
}
