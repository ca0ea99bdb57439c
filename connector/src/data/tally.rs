//! Counting and hashing what goes over. Both sides of a delivery cut it at the same places, so
//! that their logs can be laid side by side while it runs and after one of them died over it.

use audit::entry::DELIVERY_WINDOW_BYTES;
use wire::digest::{Digest, Running};

/// How far a delivery is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SoFar {
    /// How many bytes have gone over since its beginning.
    pub bytes: u64,
    /// SHA-256 over exactly these bytes.
    pub sha256: Digest,
}

/// Bytes and their digest so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    bytes: u64,
    sha256: Running,
}

impl Tally {
    /// Counts a chunk. `full` is told of each window that it fills, in order: at each multiple of
    /// [`DELIVERY_WINDOW_BYTES`].
    pub fn add(&mut self, mut chunk: &[u8], mut full: impl FnMut(SoFar)) {
        loop {
            let room = DELIVERY_WINDOW_BYTES - self.bytes % DELIVERY_WINDOW_BYTES;
            let room = usize::try_from(room).unwrap_or(usize::MAX);
            let Some((front, rest)) = chunk.split_at_checked(room) else {
                self.count(chunk);
                return;
            };
            self.count(front);
            full(self.so_far());
            chunk = rest;
        }
    }

    /// How far it is.
    #[must_use]
    pub fn so_far(&self) -> SoFar {
        SoFar { bytes: self.bytes, sha256: self.sha256.so_far() }
    }

    /// How many bytes have gone over.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    fn count(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The windows of `total` bytes that come in pieces of `piece`.
    fn windows(total: usize, piece: usize) -> (Vec<u64>, SoFar) {
        let (body, mut tally, mut full) = (vec![7; total], Tally::default(), Vec::new());
        for chunk in body.chunks(piece) {
            tally.add(chunk, |so_far| {
                let bytes = usize::try_from(so_far.bytes).unwrap();
                assert_eq!(so_far.sha256, Digest::of(&body[..bytes]));
                full.push(so_far.bytes);
            });
        }
        (full, tally.so_far())
    }

    #[test]
    fn however_the_bytes_come_the_windows_are_the_same() {
        let window = usize::try_from(DELIVERY_WINDOW_BYTES).unwrap();
        for (total, expected) in
            [(0, vec![]), (window - 1, vec![1]), (window, vec![1]), (2 * window + 1, vec![1, 2])]
        {
            let expected: Vec<u64> = expected
                .into_iter()
                .map(|count| count * DELIVERY_WINDOW_BYTES)
                .filter(|bytes| *bytes <= total as u64)
                .collect();
            for piece in [window / 3 + 1, window, 3 * window] {
                let (full, so_far) = windows(total, piece);
                assert_eq!(full, expected, "{total} in {piece}");
                assert_eq!(so_far.bytes, total as u64);
            }
        }
    }
}
