//! What was written last, as it is durable: most steps of a process read what the step before wrote.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::store::engine::Op;

/// Bytes of keys and values after which what was kept before is let go; so much may be kept twice.
const YOUNG_BYTES_MAX: usize = 1024 * 1024;

/// Values by key in two ages; nothing where a record was deleted. Every write passes here, so what is
/// found is what the engine holds.
#[derive(Debug, Default)]
pub(super) struct Recent {
    young: BTreeMap<Vec<u8>, Option<Bytes>>,
    old: BTreeMap<Vec<u8>, Option<Bytes>>,
    young_bytes: usize,
}

impl Recent {
    /// The value under a key, or nothing when it is not known here.
    pub(super) fn find(&self, key: &[u8]) -> Option<&Option<Bytes>> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// Keeps what a group has written.
    pub(super) fn keep(&mut self, ops: Vec<Op>) {
        for Op { key, value, .. } in ops {
            if self.young_bytes > YOUNG_BYTES_MAX {
                self.old = std::mem::take(&mut self.young);
                self.young_bytes = 0;
            }
            self.young_bytes += key.len() + value.as_ref().map_or(0, Bytes::len);
            self.young.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(key: &str, value: Option<usize>) -> Op {
        let value = value.map(|length| Bytes::from(vec![0; length]));
        Op { key: key.as_bytes().to_vec(), value, former_bytes: 0 }
    }

    #[test]
    fn the_last_write_is_found_and_what_is_old_is_let_go() {
        let mut recent = Recent::default();
        let found = |recent: &Recent, key: &str| {
            recent.find(key.as_bytes()).map(|value| value.as_ref().map(Bytes::len))
        };
        recent.keep(vec![op("a", Some(1)), op("b", Some(1)), op("a", Some(2))]);
        recent.keep(vec![op("b", None), op("long", Some(YOUNG_BYTES_MAX))]);
        assert_eq!(found(&recent, "a"), Some(Some(2)));
        assert_eq!(found(&recent, "b"), Some(None));
        assert_eq!(found(&recent, "c"), None);
        recent.keep(vec![op("b", Some(3)), op("longer", Some(YOUNG_BYTES_MAX))]);
        assert_eq!((found(&recent, "a"), found(&recent, "b")), (Some(Some(2)), Some(Some(3))));
        recent.keep(vec![op("c", Some(1))]);
        assert_eq!((found(&recent, "a"), found(&recent, "b")), (None, Some(Some(3))));
    }
}
