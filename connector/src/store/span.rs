//! What a range read asks for: one scope, one kind, and where within it to begin and end.

use super::engine::Raw;
use super::key::{Key, Kind, Log, Scope, prefix};

/// The most records that one read returns.
pub const RANGE_MAX: usize = 10_000;

/// A part of one kind of one scope, in the order of ids.
///
/// To page forwards, read again `after` the last id; to page backwards, `before` it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Span {
    scope: Scope,
    kind: Kind,
    id_prefix: String,
    after: Option<String>,
    before: Option<String>,
    direction: Direction,
    limit: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Direction {
    Backwards,
    Forwards,
}

impl Span {
    /// All records of a kind of a scope, at most [`RANGE_MAX`] per read.
    pub fn new(scope: impl Into<Scope>, kind: Kind) -> Self {
        Self {
            scope: scope.into(),
            kind,
            id_prefix: String::new(),
            after: None,
            before: None,
            direction: Direction::Forwards,
            limit: RANGE_MAX,
        }
    }

    /// Only ids that begin with `id_prefix`.
    #[must_use]
    pub fn prefix(self, id_prefix: impl Into<String>) -> Self {
        Self { id_prefix: id_prefix.into(), ..self }
    }

    /// Only ids greater than `id`.
    #[must_use]
    pub fn after(self, id: impl Into<String>) -> Self {
        Self { after: Some(id.into()), ..self }
    }

    /// Only ids less than `id`.
    #[must_use]
    pub fn before(self, id: impl Into<String>) -> Self {
        Self { before: Some(id.into()), ..self }
    }

    /// Greatest id first.
    #[must_use]
    pub fn backwards(self) -> Self {
        Self { direction: Direction::Backwards, ..self }
    }

    /// At most `limit` records, and never more than [`RANGE_MAX`].
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: limit.min(RANGE_MAX), ..self }
    }

    /// The key of a record of this span.
    pub fn key(&self, id: impl Into<String>) -> Key {
        Key::new(self.scope.clone(), self.kind, id)
    }

    /// The length of what precedes the id in a key's bytes.
    pub(super) fn id_start(&self) -> usize {
        prefix(&self.scope, self.kind as u8).len()
    }

    pub(super) fn raw(&self) -> RawSpan {
        let kind = prefix(&self.scope, self.kind as u8);
        let with = |id: &str| [kind.as_slice(), id.as_bytes()].concat();
        let first = with(&self.id_prefix);
        let end = after_all_of(&first);
        let start = match &self.after {
            Some(id) if with(id) >= first => [with(id), vec![0]].concat(),
            Some(_) | None => first,
        };
        let end = match &self.before {
            Some(id) if with(id) <= end => with(id),
            Some(_) | None => end,
        };
        RawSpan { start, end, direction: self.direction, limit: self.limit }
    }
}

/// The least byte string that is greater than all that begin with `bytes`.
fn after_all_of(bytes: &[u8]) -> Vec<u8> {
    let mut end = bytes.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    // Keys begin with 0x00 or 0x01, so this is greater than every key.
    vec![u8::MAX]
}

/// Keys of records and entries begin with 0x00 or 0x01.
const FIRST_OF_NO_KEY: u8 = 2;

/// A span in the bytes of an engine, from `start` on, before `end`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct RawSpan {
    start: Vec<u8>,
    end: Vec<u8>,
    pub(super) direction: Direction,
    pub(super) limit: usize,
}

impl RawSpan {
    /// The entries of a log from `index` on.
    pub(super) fn of_log(log: &Log, index: u64, limit: usize) -> Self {
        Self {
            start: log.entry_key(index),
            end: [log.entry_key(u64::MAX), vec![0]].concat(),
            direction: Direction::Forwards,
            limit: limit.min(RANGE_MAX),
        }
    }

    /// What comes after a key, of all records and all entries of logs.
    pub(super) fn all_after(key: Option<&[u8]>, limit: usize) -> Self {
        Self {
            start: key.map_or_else(Vec::new, |key| [key, &[0]].concat()),
            end: vec![FIRST_OF_NO_KEY],
            direction: Direction::Forwards,
            limit,
        }
    }

    /// Reads what lies between the bounds: in the span's direction, at most its limit, passing over
    /// those of which `read` makes nothing.
    pub(super) fn read<T, E>(
        &self,
        mut records: impl DoubleEndedIterator<Item = T>,
        mut read: impl FnMut(T) -> Result<Option<Raw>, E>,
    ) -> Result<Vec<Raw>, E> {
        let mut found = Vec::new();
        while found.len() < self.limit {
            let next = match self.direction {
                Direction::Backwards => records.next_back(),
                Direction::Forwards => records.next(),
            };
            let Some(record) = next else { break };
            found.extend(read(record)?);
        }
        Ok(found)
    }

    /// The first key and the one before which it ends, or nothing when no key can lie between them.
    pub(super) fn bounds(&self) -> Option<(&[u8], &[u8])> {
        (self.start < self.end).then_some((self.start.as_slice(), self.end.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_just_after_it() {
        assert_eq!(after_all_of(b"ab"), b"ac");
        assert_eq!(after_all_of(&[1, 255]), [2]);
        assert_eq!(after_all_of(&[255]), [255]);
    }

    #[test]
    fn a_span_never_leaves_its_scope_and_kind() {
        let span = Span::new(Scope::Process, Kind::Offer);
        for odd in [span.clone().after(""), span.clone().prefix("b").after("a"), span.clone()] {
            let raw = odd.raw();
            let (start, end) = raw.bounds().unwrap();
            let low = prefix(&Scope::Process, Kind::Offer as u8);
            let high = prefix(&Scope::Process, Kind::Outbox as u8);
            assert!(low.as_slice() <= start && end <= high.as_slice());
        }
        assert!(span.clone().after("b").before("a").raw().bounds().is_none());
        assert!(span.prefix("a").before("").raw().bounds().is_none());
    }
}
