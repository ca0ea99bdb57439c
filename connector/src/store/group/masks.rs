//! What readers see in place of a group that is being written: the values that it replaces.

use std::{cmp::Ordering, collections::BTreeMap, ops::Bound};

use bytes::Bytes;

use crate::store::{
    engine::Raw,
    span::{Direction, RawSpan},
};

/// Durable values by key; nothing where no record was. Empty while no group is under way.
#[derive(Debug, Default)]
pub(super) struct Masks(pub(super) BTreeMap<Vec<u8>, Option<Bytes>>);

impl Masks {
    /// The durable value of a key that is being written, or nothing when it is not.
    pub(super) fn find(&self, key: &[u8]) -> Option<&Option<Bytes>> {
        self.0.get(key)
    }

    /// Puts the masked records of a span among those that the engine `found` beside them.
    pub(super) fn merge(&self, found: Vec<Raw>, span: &RawSpan) -> Vec<Raw> {
        let Some((start, end)) = span.bounds() else { return found };
        let masked = self.0.range::<[u8], _>((Bound::Included(start), Bound::Excluded(end)));
        let mut merged = found;
        let before = merged.len();
        merged.extend(masked.filter_map(|(key, durable)| {
            durable.clone().map(|value| Raw { key: key.clone(), value })
        }));
        if merged.len() > before {
            merged.sort_by(|one, other| compare(&one.key, &other.key, span.direction));
            merged.truncate(span.limit);
        }
        merged
    }
}

fn compare(one: &[u8], other: &[u8], direction: Direction) -> Ordering {
    match direction {
        Direction::Forwards => one.cmp(other),
        Direction::Backwards => other.cmp(one),
    }
}
