//! What is allowed: one pure three-valued judgement over ODRL policies, with its explanation.
//!
//! A policy is parsed by `odrl-parser`, checked against a profile, and judged with facts that the
//! caller brings. This crate never reads a clock, fetches anything or keeps state; the same inputs
//! give the same bytes.

mod badge;
pub mod book;
mod check;
mod compare;
mod decision;
mod duration;
mod evaluate;
mod fact;
mod grant;
mod profile;
mod reason;
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
    CheckedPolicy, Modality, Overlap, PolicyError, PolicyProblem, check, check_against,
};
pub use compare::compare;
pub use decision::{
    AtomReport, Conflict, ConstraintReport, Decision, Permit, Request, RuleReport, Verdict,
};
pub use duration::DurationError;
pub use evaluate::{BOUNDS_TRIED_MAX, evaluate};
pub use fact::{Fact, FactKey, Facts, Provenance, Seen, Source};
pub use grant::Grant;
pub use profile::{OperandSpec, PROFILE_V1, Profile};
pub use reason::{Reason, ReasonCode, Redacted};
pub use truth::Truth;
pub use value::{Value, ValueError, ValueType};
