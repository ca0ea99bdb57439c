//! What is allowed: one pure three-valued judgement over ODRL policies, with its explanation.
//!
//! A policy is parsed by `odrl-parser`, checked against a profile, and judged with facts that the
//! caller brings. This crate never reads a clock, fetches anything or keeps state; the same inputs
//! give the same bytes.

mod badge;
pub mod book;
mod check;
mod compare;
mod compile;
mod decision;
mod duration;
mod evaluate;
mod explain;
mod fact;
mod grant;
mod profile;
mod reason;
mod replay;
mod settings;
#[cfg(test)]
mod tests;
pub mod text;
mod truth;
mod value;

pub use badge::{
    Badge, Capabilities, ConstraintBadge, Ignored, Judged, Point, RuleBadge, Standing, Why,
    before_signing,
};
pub use book::Book;
pub use check::{
    ATOMIC_RULES_MAX, ATOMS_MAX, Asked, CONDITION_DEPTH_MAX, CheckedPolicy, Modality, Overlap,
    PolicyError, PolicyProblem, check, check_against, check_with,
};
pub use compare::compare;
pub use compile::{Answer, Compiled, Scratch};
pub use decision::{
    Activation, AtomReport, Attempt, Conflict, ConstraintReport, Decision, Deontic, Dependency,
    DutyReport, EntityReport, Owed, Performed, Permit, Request, RuleReport, Verdict,
};
pub use duration::DurationError;
pub use evaluate::{BOUNDS_TRIED_MAX, DutyState, Joint, evaluate, evaluate_all};
pub use explain::{CHANGES_TRIED_MAX, Change, Explanation, Missing, explain};
pub use fact::{
    About, DutyFact, Event, EventLog, Fact, FactKey, Facts, FactsError, Interval, Membership,
    Performance, Provenance, RuleKey, SNAPSHOT_VALUES_MAX, Seen, Source, Told,
};
pub use grant::Grant;
pub use profile::{OperandSpec, PROFILE_V1, PROFILE_V1_TABLE, Profile, ProfileError, Window};
pub use reason::{Reason, ReasonCode, Redacted};
pub use replay::{
    Basis, DIFFERENCES_MAX, Difference, ENGINE_VERSION, NotReplayed, Recorded, Replayed, Shape,
};
pub use settings::{ConflictDefault, DutyMode, FUEL_MAX, Incomplete, Settings};
pub use truth::Truth;
pub use value::{Phase, Value, ValueError, ValueType};
