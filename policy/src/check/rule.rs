//! Rules of one action, target and assignee each, and the duties that hang on them.

use odrl_parser::{
    Constraint, Entity, Id, Namespace, PartyFunction, Policy, PolicyKind, Role, Rule, Term,
};
use serde::Serialize;
use wire::pointer::Pointer;

use super::condition::{Condition, Recurrence, all_say, conjunction};
use super::error::{PolicyError, PolicyProblem};
use super::{ATOMIC_RULES_MAX, ATOMS_MAX};
use crate::badge::{Badge, RuleBadge};
use crate::fact::{About, RuleKey};
use crate::profile::Profile;
use crate::settings::{Incomplete, Settings};

/// A rule with typed conditions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CheckedRule {
    pub(crate) modality: Modality,
    pub(crate) key: RuleKey,
    /// None: every action, where incomplete rules are taken.
    pub(crate) action: Option<Term>,
    /// All of them must hold of what is done.
    pub(crate) refinements: Vec<Condition>,
    /// None: the policy's own target, or every one.
    pub(crate) target: Option<Matcher>,
    /// None: the policy's own assignee, or everybody.
    pub(crate) assignee: Option<Matcher>,
    /// The other parties.
    pub(crate) parties: Vec<Role>,
    /// All of them must hold.
    pub(crate) conditions: Vec<Condition>,
    /// The duties, remedies or consequences that hang on it.
    pub(crate) duties: Vec<CheckedRule>,
    pub(crate) pointer: Pointer,
}

/// What sort of rule it is: the first three stand in a policy, the others hang on a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modality {
    /// It grants.
    Permission,
    /// It forbids.
    Prohibition,
    /// It must be done.
    Obligation,
    /// It must be done for a permission to hold.
    Duty,
    /// It must be done when a prohibition was infringed.
    Remedy,
    /// It must be done when a duty was not.
    Consequence,
}

/// One asset or party, or the members of a collection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Matcher {
    pub(crate) id: Id,
    pub(crate) is_collection: bool,
    pub(crate) refinements: Vec<Condition>,
    pub(crate) pointer: Pointer,
}

/// An action, none where a rule is about all, and what refines it.
type RefinedAction = (Option<Term>, Vec<Condition>);

/// What is used while a policy is checked.
pub(super) struct Checking<'a> {
    pub(super) policy: &'a Policy,
    pub(super) profile: &'a Profile,
    pub(super) settings: &'a Settings,
    pub(super) rules: usize,
    pub(super) atoms: usize,
}

impl Checking<'_> {
    /// The rule once for each action, target and assignee.
    pub(super) fn expand(
        &mut self,
        rule: &Rule,
        modality: Modality,
    ) -> Result<Vec<CheckedRule>, PolicyError> {
        let refuse = |problem| Err(PolicyError::at(&rule.pointer, problem));
        if let Some(output) = rule.outputs.first() {
            return Err(PolicyError::at(&output.pointer, PolicyProblem::Output));
        }
        let is_assignee = |role: &&Role| role.function == PartyFunction::Assignee;
        let assignees: Vec<&Entity> =
            rule.parties.iter().filter(is_assignee).map(|role| &role.party).collect();
        if let Some(problem) = self.missing(rule, modality) {
            return refuse(problem);
        }
        let parties: Vec<Role> =
            rule.parties.iter().filter(|role| !is_assignee(role)).cloned().collect();
        self.check_parties(&parties, modality)?;
        let or_one = |count: usize| count.max(1);
        let product = or_one(rule.actions.len())
            .saturating_mul(or_one(rule.targets.len()))
            .saturating_mul(or_one(assignees.len()));
        self.rules = self.rules.saturating_add(product);
        self.atoms = self.atoms.saturating_add(atoms_of(rule).saturating_mul(product));
        if self.rules > ATOMIC_RULES_MAX || self.atoms > ATOMS_MAX {
            return refuse(PolicyProblem::TooMany);
        }
        let (payment, constraints) = payment(rule, modality);
        let recurrence = if modality.is_duty() { Recurrence::Allowed } else { Recurrence::Refused };
        let all = |constraints: Vec<&Constraint>, recurrence| {
            conjunction(constraints, self.profile, About::Request, 1, recurrence)
        };
        let (payment, conditions) =
            (all(payment, Recurrence::Refused)?, all(constraints, recurrence)?);
        let targets = self.matchers(&rule.targets.iter().collect::<Vec<_>>(), About::Asset)?;
        let assignees = self.matchers(&assignees, About::Party)?;
        let duties = self.duties(rule, modality)?;
        let key = rule.id.clone().map_or_else(|| RuleKey::Place(rule.pointer.clone()), RuleKey::Id);
        let whole = CheckedRule {
            modality,
            key,
            action: None,
            refinements: payment,
            target: None,
            assignee: None,
            parties,
            conditions,
            duties,
            pointer: rule.pointer.clone(),
        };
        let actions = self.actions(rule)?;
        // One for each turn of the loops, so that the last is not copied.
        let count = actions.len() * targets.len() * assignees.len();
        let mut copies = std::iter::repeat_n(whole, count);
        let mut rules = Vec::with_capacity(count);
        for (action, refinements) in actions {
            for target in &targets {
                for (assignee, rule) in assignees.iter().zip(&mut copies) {
                    rules.push(CheckedRule {
                        action,
                        refinements: refinements.iter().chain(&rule.refinements).cloned().collect(),
                        target: target.clone(),
                        assignee: assignee.clone(),
                        ..rule
                    });
                }
            }
        }
        Ok(rules)
    }

    /// What a rule lacks (rulings 4 and 5).
    fn missing(&self, rule: &Rule, modality: Modality) -> Option<PolicyProblem> {
        let policy = self.policy;
        let lenient = self.settings.incomplete == Incomplete::Any;
        if rule.actions.is_empty() && (!lenient || modality.is_duty()) {
            return Some(PolicyProblem::ActionMissing);
        }
        if modality.is_duty() {
            return None;
        }
        // The dataset around an offer of a catalogue is its target.
        let bound = policy.target.is_some() || policy.kind == PolicyKind::Offer || lenient;
        if rule.targets.is_empty() && !bound {
            return Some(PolicyProblem::TargetMissing);
        }
        let has = |function| rule.parties.iter().any(|role| role.function == function);
        let agreed = policy.kind == PolicyKind::Agreement && !lenient;
        let parties = [
            (PartyFunction::Assigner, policy.assigner.is_some()),
            (PartyFunction::Assignee, policy.assignee.is_some()),
        ];
        let absent = parties.into_iter().find(|(function, bound)| !bound && !has(*function));
        absent.filter(|_| agreed).map(|(function, _)| PolicyProblem::PartyMissing(function))
    }

    /// A party in another function is in no request: in a permission it could narrow something that
    /// nobody sees.
    fn check_parties(&self, parties: &[Role], modality: Modality) -> Result<(), PolicyError> {
        for role in parties {
            let pointer = &role.party.pointer;
            if role.party.id.is_none() {
                return Err(PolicyError::at(pointer, PolicyProblem::Unnamed));
            }
            if !role.party.refinements.is_empty() {
                return Err(PolicyError::at(pointer, PolicyProblem::RefinementMisplaced));
            }
            if role.function != PartyFunction::Assigner && !modality.is_duty() {
                let problem = PolicyProblem::PartyFunction(role.function);
                return Err(PolicyError::at(pointer, problem));
            }
        }
        Ok(())
    }

    fn actions(&self, rule: &Rule) -> Result<Vec<RefinedAction>, PolicyError> {
        if rule.actions.is_empty() {
            return Ok(vec![(None, Vec::new())]);
        }
        let each = rule.actions.iter().map(|action| {
            let (about, recurrence) = (About::Request, Recurrence::Refused);
            let refinements = conjunction(&action.refinements, self.profile, about, 1, recurrence)?;
            Ok((Some(action.term), refinements))
        });
        each.collect()
    }

    fn matchers(
        &self,
        entities: &[&Entity],
        about: About,
    ) -> Result<Vec<Option<Matcher>>, PolicyError> {
        if entities.is_empty() {
            return Ok(vec![None]);
        }
        let each = entities.iter().map(|entity| {
            let refuse = |problem| PolicyError::at(&entity.pointer, problem);
            let id = entity.id.clone().ok_or_else(|| refuse(PolicyProblem::Unnamed))?;
            if !entity.refinements.is_empty() && !entity.is_collection {
                return Err(refuse(PolicyProblem::RefinementMisplaced));
            }
            let recurrence = Recurrence::Refused;
            let refinements = conjunction(&entity.refinements, self.profile, about, 1, recurrence)?;
            let (is_collection, pointer) = (entity.is_collection, entity.pointer.clone());
            Ok(Some(Matcher { id, is_collection, refinements, pointer }))
        });
        each.collect()
    }

    fn duties(&mut self, rule: &Rule, parent: Modality) -> Result<Vec<CheckedRule>, PolicyError> {
        let mut duties = Vec::new();
        for duty in &rule.duties {
            let modality = match parent {
                Modality::Permission => Modality::Duty,
                Modality::Prohibition => Modality::Remedy,
                Modality::Obligation | Modality::Duty => Modality::Consequence,
                Modality::Remedy | Modality::Consequence => {
                    return Err(PolicyError::at(&duty.pointer, PolicyProblem::DutyNested));
                }
            };
            duties.extend(self.expand(duty, modality)?);
        }
        Ok(duties)
    }
}

/// How much is to be paid, and the other constraints. Of a duty the amount says how it is done, not
/// when it counts: who paid another amount has not paid, and still owes (ODRL Information Model 2.2,
/// section 2.6.3).
fn payment(rule: &Rule, modality: Modality) -> (Vec<&Constraint>, Vec<&Constraint>) {
    let is_payment = |constraint: &&Constraint| match constraint {
        Constraint::Atomic { left, .. } => {
            modality.is_duty() && (left.namespace(), left.name()) == (Namespace::Odrl, "payAmount")
        }
        Constraint::Logical { .. } => false,
    };
    rule.constraints.iter().partition(is_payment)
}

fn atoms_of(rule: &Rule) -> usize {
    let of = |constraints: &[Constraint]| constraints.iter().map(atoms_in).sum::<usize>();
    let entities = rule.targets.iter().chain(rule.parties.iter().map(|role| &role.party));
    of(&rule.constraints)
        + rule.actions.iter().map(|action| of(&action.refinements)).sum::<usize>()
        + entities.map(|entity| of(&entity.refinements)).sum::<usize>()
        + rule.duties.iter().map(atoms_of).sum::<usize>()
}

fn atoms_in(constraint: &Constraint) -> usize {
    match constraint {
        Constraint::Atomic { .. } => 1,
        Constraint::Logical { operands, .. } => 1 + operands.iter().map(atoms_in).sum::<usize>(),
    }
}

impl Modality {
    /// Whether it is something to be done.
    #[must_use]
    pub const fn is_duty(self) -> bool {
        match self {
            Self::Permission | Self::Prohibition => false,
            Self::Obligation | Self::Duty | Self::Remedy | Self::Consequence => true,
        }
    }
}

impl CheckedRule {
    /// Whether a rule about this one's action also regulates `other`.
    pub(crate) fn covers(&self, other: Term) -> bool {
        self.action.is_none_or(|action| action.covers(other))
    }

    /// Whether two rules say the same, wherever they stand.
    pub(crate) fn says(&self, other: &Self) -> bool {
        let same = |mine: &Option<Matcher>, its: &Option<Matcher>| match (mine, its) {
            (Some(mine), Some(its)) => mine.says(its),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        self.modality == other.modality
            && self.action == other.action
            && all_say(&self.refinements, &other.refinements)
            && same(&self.target, &other.target)
            && same(&self.assignee, &other.assignee)
            && all_say(&self.conditions, &other.conditions)
            && self.duties.len() == other.duties.len()
            && self.duties.iter().zip(&other.duties).all(|(mine, its)| mine.says(its))
    }

    /// What stands behind the rule and each of its constraints.
    pub(crate) fn badge(&self, profile: &Profile) -> RuleBadge {
        let mut constraints = Vec::new();
        for condition in self.all_conditions() {
            condition.collect_badges(&mut constraints);
        }
        RuleBadge { pointer: self.pointer.clone(), badge: self.weakest(profile), constraints }
    }

    /// What stands behind the rule: the weakest of its action's and its constraints' badges.
    pub(crate) fn weakest(&self, profile: &Profile) -> Badge {
        let action = self.action.map_or(Badge::Promised, |action| profile.action_badge(action));
        let mut weakest = action;
        for condition in self.all_conditions() {
            condition.for_each_atom(&mut |atom| weakest = weakest.max(atom.spec.badge));
        }
        weakest
    }

    /// Its constraints, and all that refines its action, asset and party.
    pub(crate) fn all_conditions(&self) -> impl Iterator<Item = &Condition> {
        let matchers = [&self.target, &self.assignee].into_iter().flatten();
        let matched = matchers.flat_map(|matcher| &matcher.refinements);
        self.conditions.iter().chain(&self.refinements).chain(matched)
    }
}

impl Matcher {
    pub(crate) fn says(&self, other: &Self) -> bool {
        self.id == other.id
            && self.is_collection == other.is_collection
            && all_say(&self.refinements, &other.refinements)
    }
}
