//! Entry bundles: entries one after the other, each after its length as a big-endian `u16`.

use super::TILE_WIDTH;

/// The longest entry, in bytes: what the length prefix can say.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Why bytes are no bundle of the expected number of entries.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BundleError {
    /// It ends within an entry or its length.
    #[error("the bundle ends within its entry {entry}")]
    Cut {
        /// The number of the entry within the bundle, from 0.
        entry: u64,
    },
    /// It holds fewer entries than expected.
    #[error("the bundle holds only {entries} entries")]
    Few {
        /// How many there are.
        entries: u64,
    },
    /// Bytes follow the last expected entry.
    #[error("bytes follow the last entry of the bundle")]
    Long,
}

/// Appends an entry to a bundle. Says whether it was short enough; a longer one is not appended.
#[must_use]
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// The `width` entries of a bundle.
///
/// # Errors
/// When it holds another number of entries or is cut off.
pub fn split_bundle(bytes: &[u8], width: u64) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    for entry in 0..width.min(TILE_WIDTH) {
        if rest.is_empty() {
            return Err(BundleError::Few { entries: entry });
        }
        let (one, after) = split_entry(rest).ok_or(BundleError::Cut { entry })?;
        entries.push(one);
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(BundleError::Long) }
}

fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
