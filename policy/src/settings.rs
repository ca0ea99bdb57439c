//! How a policy is judged where ODRL leaves it open (rulings 1, 5 and 7 of the policy reference). A
//! setting is part of what was checked, and of its digest.

use serde::{Serialize, Serializer};

/// Work that one verdict may cost: comparisons of two values.
pub const FUEL_MAX: u64 = 4_000_000;

/// The open points, written by their codes in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Settings {
    /// What happens where permission and prohibition meet and the policy names no strategy.
    pub conflict: ConflictDefault,
    /// What a duty means for its permission before it is fulfilled.
    pub duties: DutyMode,
    /// The most comparisons that one verdict may cost; beyond it the answer is no. Written as a text:
    /// numbers of JSON end at 2^53.
    #[serde(serialize_with = "as_text")]
    pub fuel: u64,
    /// What a rule without action or target means.
    pub incomplete: Incomplete,
}

fn as_text<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
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
