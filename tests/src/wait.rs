//! Waiting for another process: the one place where tests look again and again. What is waited for
//! is always a condition, never a time.

use std::time::Duration;

/// How long anything may take on a loaded machine, in looks.
const LOOKS_MAX: usize = 12_000;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks until there is something; after two minutes or more of nothing the test ends.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS_MAX {
        if let Some(found) = look() {
            return found;
        }
        pause();
    }
    panic!("in vain: {what}");
}

/// Looks until it is so.
pub fn until_so(what: &str, mut look: impl FnMut() -> bool) {
    until(what, || look().then_some(()));
}

#[expect(clippy::disallowed_methods, reason = "another process gives no event to wait for")]
fn pause() {
    std::thread::sleep(PAUSE);
}
