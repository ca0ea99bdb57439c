//! When a pull is tried again, and after which pause.

use super::PullError;

/// Attempts in a row that brought nothing, before a pull gives up.
const FRUITLESS_MAX: u32 = 5;
/// Attempts in all.
const ATTEMPTS_MAX: u32 = 100;
/// The first pause; each fruitless attempt doubles it.
const PAUSE_MS_FIRST: i64 = 200;
/// The longest pause, also of those that a provider asks for.
const PAUSE_MS_MAX: i64 = 5_000;

#[derive(Debug, Default)]
pub(super) struct Retry {
    fruitless: u32,
    attempts: u32,
}

impl Retry {
    /// How long to wait after `error` before the next attempt; nothing when there is no point.
    pub(super) fn pause_ms(&mut self, error: &PullError, brought_something: bool) -> Option<i64> {
        self.attempts += 1;
        self.fruitless = if brought_something { 0 } else { self.fruitless + 1 };
        let asked_ms = worth_trying(error)?;
        if self.attempts >= ATTEMPTS_MAX || self.fruitless >= FRUITLESS_MAX {
            return None;
        }
        let grown_ms = PAUSE_MS_FIRST << self.fruitless.saturating_sub(1);
        let pause_ms = grown_ms.max(asked_ms);
        (pause_ms <= PAUSE_MS_MAX).then_some(pause_ms)
    }
}

/// The pause that the provider asks for, if the error may pass.
fn worth_trying(error: &PullError) -> Option<i64> {
    match error {
        PullError::Broken { .. } | PullError::Inconsistent { .. } | PullError::Stalled { .. } => {
            Some(0)
        }
        PullError::Unreachable { source } => source.passing.then_some(0),
        PullError::Refused { refusal } => match refusal.status {
            429 | 502 | 503 | 504 => {
                Some(i64::from(refusal.retry_after_s.unwrap_or(1)).saturating_mul(1_000))
            }
            _ => None,
        },
        PullError::Cut { .. } | PullError::Held { .. } | PullError::Interrupted => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::refusal::DataRefusal;

    fn broken() -> PullError {
        PullError::Broken { bytes: 0, source: None }
    }

    fn refused(status: u16, seconds: Option<u32>) -> PullError {
        let mut refusal = DataRefusal::new(status, "code", "", "");
        refusal.retry_after_s = seconds;
        PullError::Refused { refusal }
    }

    #[test]
    fn pauses_grow_and_fruitless_attempts_end() {
        let mut retry = Retry::default();
        let pauses: Vec<_> = (0..6).map(|_| retry.pause_ms(&broken(), false)).collect();
        assert_eq!(pauses, [Some(200), Some(400), Some(800), Some(1_600), None, None]);
    }

    #[test]
    fn progress_starts_the_count_anew_but_not_without_end() {
        let mut retry = Retry::default();
        let attempts = std::iter::from_fn(|| retry.pause_ms(&broken(), true)).count();
        assert_eq!(attempts, ATTEMPTS_MAX as usize - 1);
    }

    #[test]
    fn a_refusal_is_final_unless_it_says_later() {
        for (error, expected) in [
            (refused(403, None), None),
            (refused(410, None), None),
            (refused(503, None), Some(1_000)),
            (refused(429, Some(3)), Some(3_000)),
            (refused(503, Some(60)), None),
        ] {
            assert_eq!(Retry::default().pause_ms(&error, false), expected, "{error:?}");
        }
    }
}
