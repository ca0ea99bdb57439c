//! For tests: opening what has just been closed in this process. Under load sled's threads let go of
//! its files a little later.

use std::fmt::Debug;

/// How often a store is opened whose last life may not have let go of it.
const OPENINGS_MAX: u32 = 1_000;

/// What `open` gives, at the latest when nobody holds on to the files any more.
pub(super) fn again<T, E: Debug>(mut open: impl FnMut() -> Result<T, E>) -> T {
    for _ in 0..OPENINGS_MAX {
        if let Ok(opened) = open() {
            return opened;
        }
        std::thread::yield_now();
    }
    open().unwrap()
}
