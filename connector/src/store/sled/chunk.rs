//! Long values in short pieces. sled writes whole leaves of some sixteen records, and what exceeds
//! 128 KiB goes to a file of its own that it does not sync; pieces of 4 KiB keep leaves below that.

/// The longest piece, in bytes.
pub(super) const CHUNK_BYTES: usize = 4096;

/// Keys of pieces; keys of records begin with `0x00`, `0x01` or `0xFF`.
const CHUNK: u8 = 0xFE;

/// A value's head (the number of further pieces and the first piece) and its further pieces.
pub(super) fn split(value: &[u8]) -> (Vec<u8>, impl Iterator<Item = &[u8]>) {
    let (first, rest) = value.split_at_checked(CHUNK_BYTES).unwrap_or((value, &[]));
    ([&further(value.len()).to_be_bytes(), first].concat(), rest.chunks(CHUNK_BYTES))
}

/// How many further pieces a value of so many bytes has.
pub(super) fn further(bytes: usize) -> u32 {
    u32::try_from(bytes.saturating_sub(CHUNK_BYTES).div_ceil(CHUNK_BYTES)).unwrap_or(u32::MAX)
}

/// The first piece and the number of further ones.
pub(super) fn read_head(head: &[u8]) -> Option<(&[u8], u32)> {
    let (count, first) = head.split_first_chunk()?;
    Some((first, u32::from_be_bytes(*count)))
}

/// The key of a further piece, counted from 0. The place has a fixed length, so that no two records
/// share a piece's key.
pub(super) fn key(record: &[u8], place: u32) -> Vec<u8> {
    [&[CHUNK], record, &place.to_be_bytes()].concat()
}

/// Whether a key is a piece's.
pub(super) fn is_chunk(key: &[u8]) -> bool {
    key.first() == Some(&CHUNK)
}
