//! Running code that panics where it should return an error.
//!
//! The panic hook belongs to the whole process, so it is changed once, and only keeps silent about
//! panics of threads that are inside [`quietly`] and of sled's own threads while one is.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// The code gave up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Panicked;

static INSTALL: Once = Once::new();
static INSIDE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`; a panic becomes an error and prints nothing.
pub(super) fn quietly<T>(f: impl FnOnce() -> T) -> Result<T, Panicked> {
    INSTALL.call_once(install);
    INSIDE.fetch_add(1, Ordering::SeqCst);
    let outer = QUIET.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(f));
    QUIET.set(outer);
    INSIDE.fetch_sub(1, Ordering::SeqCst);
    outcome.map_err(|_| Panicked)
}

fn install() {
    let former = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let of_sled = || thread::current().name().is_some_and(|name| name.starts_with("sled-"));
        let silent = QUIET.get() || (INSIDE.load(Ordering::SeqCst) > 0 && of_sled());
        if !silent {
            former(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        assert_eq!(quietly(|| 1), Ok(1));
        assert_eq!(quietly(|| -> u8 { panic!("torn") }), Err(Panicked));
        assert!(!QUIET.get());
    }
}
