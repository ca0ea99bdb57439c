//! The log as people read it: entries in their order over all shards, parsed.

use audit::entry::{Entry, Shard};
use protocol::id::AgreementId;
use wire::did::Did;

use super::error::LogError;
use super::head::{shards, signed_head};
use crate::engine::Engine;
use crate::engine::draft::log_of;
use crate::engine::openings::{Place, Values};
use crate::engine::parts::Parts;
use crate::store::{Key, ReadError, Store};

/// The most entries of one page.
pub const COUNT_MAX: usize = 1_000;
/// The most entries that are looked through for one page; a filter may find none among them.
const SCAN_MAX: u64 = 10_000;
/// Entries that are read at once.
const CHUNK: u64 = 256;

/// Some entries of a log, oldest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Row>,
    /// The index to ask for next; `None` when the log ends here.
    pub next: Option<u64>,
    /// How many entries the log has, over all shards.
    pub size: u64,
    /// How many of them a signed head covers.
    pub signed_size: u64,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place over all shards, from 0.
    pub index: u64,
    /// Its place within its shard, from 0.
    pub index_in_shard: u64,
    /// What it says.
    pub entry: Entry,
}

/// Up to `count` entries (at most [`COUNT_MAX`]) from index `from` on that `wanted` takes. A page may
/// be shorter, even empty, although there is a next one.
///
/// # Errors
/// When the store cannot be read, or holds something else than an entry.
pub async fn page<P: Parts>(
    engine: &Engine<P>,
    participant: &Did,
    from: u64,
    count: usize,
    wanted: impl Fn(&Entry) -> bool,
) -> Result<Page, LogError> {
    let store = engine.store();
    let mut found = Vec::new();
    let (mut size, mut signed_size) = (0, 0);
    let (mut next, mut looked) = (from, 0);
    let count = count.min(COUNT_MAX);
    for shard in all_shards(engine, participant).await? {
        let log = log_of(participant, shard);
        let (first, entries) = (size, store.log_size(&log).await?);
        size += entries;
        signed_size += signed_head(store, participant, shard).await?.map_or(0, |head| head.size);
        while next < size && next >= first && looked < SCAN_MAX && found.len() < count {
            let chunk = store.entries(&log, next - first, CHUNK as usize).await?;
            if chunk.is_empty() {
                break;
            }
            for row in chunk {
                if found.len() == count {
                    break;
                }
                let entry = Entry::parse(&row.value).map_err(|_| unreadable(participant, shard))?;
                (next, looked) = (next + 1, looked + 1);
                if wanted(&entry) {
                    let (index, index_in_shard) = (first + row.index, row.index);
                    found.push(Row { index, index_in_shard, entry });
                }
            }
        }
    }
    let next = (next < size).then_some(next);
    Ok(Page { entries: found, next, size, signed_size })
}

/// Takes the entries about one agreement with one partner.
pub fn about<'a>(agreement: &'a AgreementId, peer: &'a Did) -> impl Fn(&Entry) -> bool + 'a {
    move |entry| {
        entry.agreement.as_ref().is_some_and(|about| about.id == *agreement)
            && entry.counterparty.as_ref() == Some(peer)
    }
}

/// The account that caused an entry, if a person did and the name was not erased.
#[must_use]
pub fn account_of<'v>(values: &'v Values, entry: &Entry) -> Option<&'v str> {
    let place = Place { random: &entry.random, field: "actor" };
    values.behind(entry.actor.as_ref()?, place)
}

/// All shards that have entries, oldest first.
pub(super) async fn all_shards<P: Parts>(
    engine: &Engine<P>,
    participant: &Did,
) -> Result<Vec<Shard>, LogError> {
    let signed = shards(engine.store(), participant).await?;
    let mut all: Vec<Shard> = signed.into_iter().map(|(shard, _)| shard).collect();
    if let Some(newest) = engine.newest_shard(participant).await?
        && !all.contains(&newest)
    {
        all.push(newest);
    }
    Ok(all)
}

fn unreadable(participant: &Did, shard: Shard) -> LogError {
    let key = Key::new(participant, crate::store::Kind::LogHead, shard.to_string());
    LogError::Read(ReadError::Unreadable { key })
}
