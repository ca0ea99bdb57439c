//! How a policy is judged where ODRL leaves it open (rulings 1, 5 and 7 of the policy reference). A
//! setting is part of what was checked, and of its digest.

use serde::Serialize;

/// Work that one verdict may cost: comparisons of two values.
pub const FUEL_MAX: u64 = 4_000_000;

/// The open points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Settings {
    /// What happens where permission and prohibition meet and the policy names no strategy.
    pub conflict: ConflictDefault,
    /// What a duty means for its permission before it is fulfilled.
    pub duties: DutyMode,
    /// What a rule without action or target means.
    pub incomplete: Incomplete,
    /// The most comparisons that one verdict may cost; beyond it the answer is no.
    pub fuel: u64,
}

/// What happens where permission and prohibition meet and the policy names no strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictDefault {
    /// The prohibition wins, and only for what it forbids: what offers of the Dataspace Protocol,
    /// which cannot name a strategy, mean.
    Prohibit,
    /// The policy is void, as ODRL has it, but for a narrowing that the profile lets pass.
    Strict,
}

/// What a duty means for its permission before it is fulfilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DutyMode {
    /// It must be fulfilled first.
    Precondition,
    /// It is promised: only its violation takes the permission away.
    Promise,
}

/// What a rule without action or target means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incomplete {
    /// It is refused, as the information model has it.
    Refuse,
    /// It is about every action or target: for suites of test cases.
    Any,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            conflict: ConflictDefault::Prohibit,
            duties: DutyMode::Precondition,
            incomplete: Incomplete::Refuse,
            fuel: FUEL_MAX,
        }
    }
}
