//! From source model to checked policy: each operand is known to the profile, each operator means
//! something for it, each value has its type, each rule stands alone. A policy that is not checked
//! cannot be evaluated; what cannot be judged is refused here, with its place.

mod asked;
mod condition;
mod digest;
mod error;
mod overlap;
mod rule;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use odrl_parser::{Policy, PolicyKind};
use wire::digest::Digest;

pub use asked::Asked;
pub(crate) use condition::{Atom, Condition, recurs};
pub use error::{PolicyError, PolicyProblem};
pub use overlap::Overlap;
pub use rule::Modality;
pub(crate) use rule::{CheckedRule, Matcher};

use crate::badge::RuleBadge;
use crate::evaluate::BOUNDS_TRIED_MAX;
use crate::profile::Profile;
use crate::settings::Settings;
use rule::Checking;

/// Most rules of one action, target and assignee that a policy may stand for.
pub const ATOMIC_RULES_MAX: usize = 4096;
/// Most constraints in all of them.
pub const ATOMS_MAX: usize = 65_536;
/// How deep constraints may be nested.
pub const CONDITION_DEPTH_MAX: usize = 64;

/// A policy that can be evaluated: only [`check`], [`check_against`] and [`check_with`] make one.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedPolicy {
    source: Arc<Policy>,
    profile: Profile,
    settings: Settings,
    /// Permissions and prohibitions.
    rules: Arc<[CheckedRule]>,
    obligations: Arc<[CheckedRule]>,
    overlaps: Vec<Overlap>,
    is_void: bool,
    weight: u64,
    digest: Digest,
}

/// Checks a policy against the Allmende profile version 1. One that is handed over is kept, a borrowed
/// one is copied.
///
/// # Errors
/// [`PolicyError`] with the first place that cannot be judged.
pub fn check<'a>(policy: impl Into<Cow<'a, Policy>>) -> Result<CheckedPolicy, PolicyError> {
    check_against(policy, &Profile::v1())
}

/// Checks a policy against a profile.
///
/// # Errors
/// [`PolicyError`] with the first place that cannot be judged.
pub fn check_against<'a>(
    policy: impl Into<Cow<'a, Policy>>,
    profile: &Profile,
) -> Result<CheckedPolicy, PolicyError> {
    check_with(policy, profile, &Settings::default())
}

/// Checks a policy against a profile, to be judged under these settings.
///
/// # Errors
/// [`PolicyError`] with the first place that cannot be judged.
pub fn check_with<'a>(
    policy: impl Into<Cow<'a, Policy>>,
    profile: &Profile,
    settings: &Settings,
) -> Result<CheckedPolicy, PolicyError> {
    let source = policy.into();
    let policy = source.as_ref();
    if let Some(parent) = policy.inherits.first() {
        let at = wire::pointer::Pointer::root().member("inheritFrom");
        return Err(PolicyError::at(&at, PolicyProblem::Inherits(parent.clone())));
    }
    let mut checking = Checking { policy, profile, settings, rules: 0, atoms: 0 };
    let mut rules = Vec::new();
    for rule in &policy.permissions {
        rules.extend(checking.expand(rule, Modality::Permission)?);
    }
    for rule in &policy.prohibitions {
        rules.extend(checking.expand(rule, Modality::Prohibition)?);
    }
    let mut obligations = Vec::new();
    for rule in &policy.obligations {
        obligations.extend(checking.expand(rule, Modality::Obligation)?);
    }
    one_id_one_rule(policy, rules.iter().chain(&obligations))?;
    let overlaps = overlap::overlaps(&rules);
    let is_void = overlap::is_void(policy.conflict, settings, profile, &rules);
    let weight = rules.iter().chain(&obligations).map(|rule| rule.weight(profile)).sum();
    let digest = digest::of(policy, profile, settings, &rules, &obligations);
    Ok(CheckedPolicy {
        source: Arc::new(source.into_owned()),
        profile: profile.clone(),
        settings: *settings,
        rules: rules.into(),
        obligations: obligations.into(),
        overlaps,
        is_void,
        weight,
        digest,
    })
}

/// The same id twice is refused (ruling 23), but for a duty that several rules share: it says the
/// same wherever it stands.
fn one_id_one_rule<'a>(
    policy: &Policy,
    rules: impl Iterator<Item = &'a CheckedRule>,
) -> Result<(), PolicyError> {
    // Atomic rules of one place share its id, in their order.
    let mut first: BTreeMap<_, Vec<&CheckedRule>> = BTreeMap::new();
    let mut all = Vec::new();
    for rule in rules {
        collect(rule, &mut all);
    }
    for rule in all {
        if let crate::fact::RuleKey::Id(id) = &rule.key {
            let known = first.entry(id).or_default();
            let shares = known.iter().any(|other| {
                other.pointer == rule.pointer || (rule.modality.is_duty() && other.says(rule))
            });
            if !(known.is_empty() || shares) || *id == policy.id {
                return Err(PolicyError::at(&rule.pointer, PolicyProblem::IdTaken(id.clone())));
            }
            known.push(rule);
        }
    }
    Ok(())
}

fn collect<'a>(rule: &'a CheckedRule, all: &mut Vec<&'a CheckedRule>) {
    all.push(rule);
    for duty in &rule.duties {
        collect(duty, all);
    }
}

impl CheckedPolicy {
    /// The policy as it was parsed.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.source
    }

    /// The profile that it was checked against.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// How it is judged where ODRL leaves that open.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Permissions and prohibitions, permissions first, each of one action, target and assignee.
    pub(crate) fn rules(&self) -> &[CheckedRule] {
        &self.rules
    }

    pub(crate) fn obligations(&self) -> &[CheckedRule] {
        &self.obligations
    }

    /// The digest of what is judged: rules, profile and settings. Where it is the same, the same
    /// facts give the same decision.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether a decision about it is about an agreement that does not exist yet.
    #[must_use]
    pub fn is_hypothetical(&self) -> bool {
        self.source.kind != PolicyKind::Agreement
    }

    /// Whether its own conflicts void it (ODRL Information Model 2.2, section 2.10).
    #[must_use]
    pub const fn is_void(&self) -> bool {
        self.is_void
    }

    /// Whether one verdict with facts as wide as this costs more than the settings allow.
    pub(crate) const fn exceeds_fuel(&self, widest: usize) -> bool {
        self.cost(widest) > self.settings.fuel
    }

    const fn cost(&self, widest: usize) -> u64 {
        self.weight.saturating_mul(widest as u64)
    }

    /// How many bounds of time may be tried: as many as cost sixteen times the most that one verdict
    /// may, but no more than [`crate::BOUNDS_TRIED_MAX`].
    pub(crate) fn bounds_tried(&self, widest: usize) -> usize {
        let tried = self.settings.fuel.saturating_mul(16) / self.cost(widest).max(1);
        usize::try_from(tried).unwrap_or(usize::MAX).clamp(1, BOUNDS_TRIED_MAX)
    }

    /// The badge of each rule, permissions first, in the document's order.
    #[must_use]
    pub fn badges(&self) -> Vec<RuleBadge> {
        self.rules
            .iter()
            .chain(self.obligations.iter())
            .map(|rule| rule.badge(&self.profile))
            .collect()
    }

    /// Pairs of a permission and a prohibition that can meet, worth a warning when a policy is
    /// written.
    #[must_use]
    pub fn overlaps(&self) -> Vec<Overlap> {
        self.overlaps.clone()
    }
}

impl CheckedRule {
    /// How many comparisons one judgement of the rule costs at most, for facts of one value.
    fn weight(&self, profile: &Profile) -> u64 {
        let own: u64 = self.all_conditions().map(|condition| condition.weight(profile)).sum();
        // A duty is judged now and at each time at which it was done.
        let duties: u64 = self.duties.iter().map(|duty| duty.weight(profile)).sum();
        own.saturating_add(duties).saturating_add(1)
    }
}

impl Condition {
    fn weight(&self, profile: &Profile) -> u64 {
        let mut weight = 1_u64;
        self.for_each_atom(&mut |atom| {
            let steps = match atom.operator {
                odrl_parser::Operator::IsA | odrl_parser::Operator::IsPartOf => {
                    profile.taxonomy_size().saturating_add(1)
                }
                odrl_parser::Operator::Eq
                | odrl_parser::Operator::Gt
                | odrl_parser::Operator::Gteq
                | odrl_parser::Operator::HasPart
                | odrl_parser::Operator::IsAllOf
                | odrl_parser::Operator::IsAnyOf
                | odrl_parser::Operator::IsNoneOf
                | odrl_parser::Operator::Lt
                | odrl_parser::Operator::Lteq
                | odrl_parser::Operator::Neq => 1,
            };
            let steps = atom.demanded.len().max(1).saturating_mul(steps);
            weight = weight.saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        });
        weight
    }
}
