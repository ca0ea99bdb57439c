//! Many measurements as a few figures.

use std::time::Duration;

/// Durations of the same thing.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    millis: Vec<f64>,
}

impl Figures {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.millis.push(duration.as_secs_f64() * 1_000.0);
    }

    /// The value below which `share` of all lie; 0 when there are none.
    pub(crate) fn at(&self, share: f64) -> f64 {
        let mut sorted = self.millis.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank within a few thousand measurements"
        )]
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }

    /// Prints them under `name`, in milliseconds.
    pub(crate) fn print(&self, name: &str) {
        println!(
            "{name}: p50 {:.2} ms, p90 {:.2}, p99 {:.2}, least {:.2}, most {:.2} (n = {})",
            self.at(0.5),
            self.at(0.9),
            self.at(0.99),
            self.at(0.0),
            self.at(1.0),
            self.millis.len(),
        );
    }
}
