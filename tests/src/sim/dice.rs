//! Chance from a seed: the same rolls each time.

use std::sync::{Arc, Mutex};

/// Dice. Clones roll on where the others are.
#[derive(Clone, Debug)]
pub struct Dice(Arc<Mutex<u64>>);

impl Dice {
    /// Dice that roll what follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds must not roll alike.
        Self(Arc::new(Mutex::new(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x5851_F42D_4C95_7F2D)))
    }

    /// Any number (SplitMix64; Steele, Lea, Flood 2014).
    #[must_use]
    pub fn any(&self) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    #[must_use]
    pub fn below(&self, end: usize) -> usize {
        assert!(end > 0, "nothing to choose from");
        usize::try_from(self.any() % end as u64).unwrap()
    }

    /// True in `per_mille` of a thousand rolls.
    #[must_use]
    pub fn chance(&self, per_mille: u32) -> bool {
        self.any() % 1000 < u64::from(per_mille)
    }

    /// One of several.
    #[must_use]
    pub fn choose<'a, T>(&self, several: &'a [T]) -> &'a T {
        &several[self.below(several.len())]
    }

    /// A span of at most `most` milliseconds, short ones more often than long ones.
    #[must_use]
    pub fn ms(&self, most: u64) -> i64 {
        let reach = most >> self.below(8);
        i64::try_from(self.any() % (reach + 1)).unwrap()
    }
}
