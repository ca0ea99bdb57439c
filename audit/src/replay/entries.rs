//! The entries of one log in their order, as far as they can be read. What cannot is the verifier's to
//! report.

use crate::{
    checkpoint::SignedCheckpoint,
    entry::Entry,
    tile::{Kind, TILE_WIDTH, TilePath, split_bundle},
    verify::Files,
};

/// Shows each entry that the head of the log in `dir` covers.
pub(super) fn each(files: &dyn Files, dir: &str, mut show: impl FnMut(u64, Entry)) {
    let head = files.read(&format!("{dir}/checkpoint"));
    let head = head.and_then(|bytes| SignedCheckpoint::parse(&bytes).ok());
    let size = head.map_or(0, |note| note.checkpoint().size);
    for bundle in 0..size.div_ceil(TILE_WIDTH) {
        let width = (size - bundle * TILE_WIDTH).min(TILE_WIDTH);
        let path = TilePath::of_width(Kind::Entries, bundle, width);
        let Some(bytes) = path.and_then(|path| files.read(&format!("{dir}/{path}"))) else {
            return;
        };
        let Ok(entries) = split_bundle(&bytes, width) else { return };
        for (index, bytes) in (bundle * TILE_WIDTH..).zip(entries) {
            if let Ok(entry) = Entry::parse(bytes) {
                show(index, entry);
            }
        }
    }
}
