//! The validation rules of ODRL 2.2, as its working group tested them: each is checked once, here or
//! by the shape of the source model, and named by its number.

use std::fmt;

use wire::iri::Iri;
use wire::pointer::Pointer;

use crate::error::{ParseError, Problem, TermRole, Unsupported};
use crate::id::Id;
use crate::model::{Constraint, Entity, PartyFunction, Policy, PolicyKind, Rule};
use crate::place::Place;
use crate::term::{Standing, Term};
use crate::vocabulary::ODRL_CORE;

/// How much a policy must say itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The rules to the letter: without a profile, core terms alone (V11 to V15).
    Core,
    /// Terms of the common vocabulary need no profile.
    Common,
    /// As DSP 2025-1 has it: common terms need no profile, the catalogue around an offer names its
    /// target and assigner, and identifiers may be names that are no IRIs.
    Dsp,
}

/// A validation rule of ODRL 2.2, in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValidationRule {
    /// V1: there is a policy.
    Policy,
    /// V2: it has a rule.
    HasRule,
    /// V3: it has an IRI.
    PolicyIri,
    /// V4: each rule of an offer has an assigner.
    OfferAssigner,
    /// V5: each rule of an agreement has an assigner.
    AgreementAssigner,
    /// V6: each rule of an agreement has an assignee.
    AgreementAssignee,
    /// V7: each permission and prohibition has a target.
    Target,
    /// V8: a remedy has no consequence.
    RemedyWithoutConsequence,
    /// V9: a refined asset collection has a source.
    AssetSource,
    /// V10: a refined party collection has a source.
    PartySource,
    /// V11: without a profile, a conflict strategy of the core.
    CoreConflict,
    /// V12: without a profile, actions of the core.
    CoreAction,
    /// V13: without a profile, left operands of the core; it has none.
    CoreLeftOperand,
    /// V14: without a profile, operators of the core.
    CoreOperator,
    /// V15: without a profile, logical operands of the core.
    CoreLogicalOperand,
    /// V16: a constraint has one right operand or reference to one.
    OneRightOperand,
    /// V17: a constraint has one left operand.
    OneLeftOperand,
    /// V18: a constraint has one operator.
    OneOperator,
    /// V19: what a logical constraint joins are constraints.
    JoinsConstraints,
    /// V20: what is named is named by an IRI.
    References,
    /// V21: a data type is one.
    DataType,
    /// V22: a prohibition is neither a permission nor an obligation.
    ProhibitionApart,
    /// V23: there is at most one conflict strategy.
    OneConflict,
    /// V24: no policy inherits itself.
    NoInheritanceCycle,
}

impl ValidationRule {
    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }
}

/// A rule that a policy breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: ValidationRule,
    /// The place in the policy's document.
    pub pointer: Pointer,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self.rule {
            ValidationRule::Policy => "there is no policy",
            ValidationRule::HasRule => "the policy has no rule",
            ValidationRule::PolicyIri => "the policy has no IRI",
            ValidationRule::OfferAssigner => "a rule of an offer has no assigner",
            ValidationRule::AgreementAssigner => "a rule of an agreement has no assigner",
            ValidationRule::AgreementAssignee => "a rule of an agreement has no assignee",
            ValidationRule::Target => "the rule has no target",
            ValidationRule::RemedyWithoutConsequence => "a remedy has a consequence",
            ValidationRule::AssetSource => "the refined asset collection has no source",
            ValidationRule::PartySource => "the refined party collection has no source",
            ValidationRule::CoreConflict => "the conflict strategy needs a profile",
            ValidationRule::CoreAction => "the action needs a profile",
            ValidationRule::CoreLeftOperand => "the left operand needs a profile",
            ValidationRule::CoreOperator => "the operator needs a profile",
            ValidationRule::CoreLogicalOperand => "the logical operand needs a profile",
            ValidationRule::OneRightOperand => "the constraint has not one right operand",
            ValidationRule::OneLeftOperand => "the constraint has not one left operand",
            ValidationRule::OneOperator => "the constraint has not one operator",
            ValidationRule::JoinsConstraints => "the logical constraint does not join constraints",
            ValidationRule::References => "it is not named by an IRI",
            ValidationRule::DataType => "the data type is none",
            ValidationRule::ProhibitionApart => "a prohibition is another rule too",
            ValidationRule::OneConflict => "there are several conflict strategies",
            ValidationRule::NoInheritanceCycle => "the policy inherits itself",
        };
        write!(f, "V{}: {said} {}", self.rule.number(), self.pointer.place())
    }
}

impl std::error::Error for Violation {}

impl ParseError {
    /// The validation rule that a document breaks which is refused when it is read.
    #[must_use]
    pub fn validation_rule(&self) -> Option<ValidationRule> {
        let names = self.pointer.as_str().rsplit('/');
        let last =
            names.into_iter().find(|name| name.parse::<usize>().is_err()).unwrap_or_default();
        match &self.problem {
            Problem::NoRule => Some(ValidationRule::HasRule),
            Problem::IdTwice => Some(ValidationRule::ProhibitionApart),
            Problem::Id(_) if ["uid", "@id"].contains(&last) => Some(ValidationRule::PolicyIri),
            Problem::Id(_) | Problem::Iri => Some(ValidationRule::References),
            Problem::MixedConstraint { first: "rightOperand", .. } => {
                Some(ValidationRule::OneRightOperand)
            }
            Problem::UnknownTerm { role, .. } => match role {
                TermRole::Action => Some(ValidationRule::CoreAction),
                TermRole::Conflict => Some(ValidationRule::CoreConflict),
                TermRole::Datatype => Some(ValidationRule::DataType),
                TermRole::LeftOperand => Some(ValidationRule::CoreLeftOperand),
                TermRole::Operator => Some(ValidationRule::CoreOperator),
                TermRole::Context | TermRole::Profile | TermRole::Property | TermRole::Type => None,
            },
            Problem::Unsupported(Unsupported::DutyPlace)
                if self.pointer.as_str().contains("/remedy/") =>
            {
                Some(ValidationRule::RemedyWithoutConsequence)
            }
            Problem::Shape { .. } => match last {
                "and" | "andSequence" | "or" | "xone" => Some(ValidationRule::JoinsConstraints),
                "conflict" => Some(ValidationRule::OneConflict),
                "leftOperand" => Some(ValidationRule::OneLeftOperand),
                "operator" => Some(ValidationRule::OneOperator),
                "rightOperand" => Some(ValidationRule::OneRightOperand),
                "@id" | "uid" => Some(ValidationRule::PolicyIri),
                _ => None,
            },
            Problem::Float
            | Problem::MemberTwice { .. }
            | Problem::MixedConstraint { .. }
            | Problem::Timestamp(_)
            | Problem::TooDeep
            | Problem::TooMany { .. }
            | Problem::UnknownMember { .. }
            | Problem::Unsupported(_) => None,
        }
    }
}

/// Checks a policy against the rules that the source model leaves open. Longer circles of
/// inheritance are found where the parents are, by [`crate::resolve`].
///
/// # Errors
/// Every [`Violation`], in the order of the document.
pub fn validate(policy: &Policy, strictness: Strictness) -> Result<(), Vec<Violation>> {
    let is_open = policy.profiles.iter().any(|profile| profile.as_str() != ODRL_CORE);
    let mut found = Found { policy, strictness, is_open, violations: Vec::new() };
    found.check_policy();
    for (place, rules) in [
        (Place::Permission, &policy.permissions),
        (Place::Prohibition, &policy.prohibitions),
        (Place::Obligation, &policy.obligations),
    ] {
        for rule in rules {
            found.check_parties(rule);
            found.check_rule(rule, place);
        }
    }
    if found.violations.is_empty() { Ok(()) } else { Err(found.violations) }
}

struct Found<'a> {
    policy: &'a Policy,
    strictness: Strictness,
    /// Whether a profile opens more than the core.
    is_open: bool,
    violations: Vec<Violation>,
}

impl Found<'_> {
    fn add(&mut self, rule: ValidationRule, pointer: &Pointer) {
        self.violations.push(Violation { rule, pointer: pointer.clone() });
    }

    fn check_policy(&mut self) {
        let (policy, root) = (self.policy, Pointer::root());
        let rules = [&policy.permissions, &policy.prohibitions, &policy.obligations];
        if rules.iter().all(|rules| rules.is_empty()) && policy.inherits.is_empty() {
            self.add(ValidationRule::HasRule, &root);
        }
        self.check_iri(&policy.id, ValidationRule::PolicyIri, &root);
        for parent in &policy.inherits {
            self.check_iri(parent, ValidationRule::References, &root);
        }
        if policy.inherits.contains(&policy.id) {
            self.add(ValidationRule::NoInheritanceCycle, &root);
        }
        let others = policy.permissions.iter().chain(&policy.obligations);
        let others: Vec<&Id> = others.filter_map(|rule| rule.id.as_ref()).collect();
        for rule in &policy.prohibitions {
            if rule.id.as_ref().is_some_and(|id| others.contains(&id)) {
                self.add(ValidationRule::ProhibitionApart, &rule.pointer);
            }
        }
    }

    fn check_iri(&mut self, id: &Id, rule: ValidationRule, pointer: &Pointer) {
        if self.strictness != Strictness::Dsp && Iri::parse(id.as_str()).is_err() {
            self.add(rule, pointer);
        }
    }

    /// Plural parties are so many rules with one party each.
    fn check_parties(&mut self, rule: &Rule) {
        let has = |function| rule.parties.iter().any(|role| role.function == function);
        let assigner = self.policy.assigner.is_some() || has(PartyFunction::Assigner);
        let assignee = self.policy.assignee.is_some() || has(PartyFunction::Assignee);
        let dsp = self.strictness == Strictness::Dsp;
        let broken = match self.policy.kind {
            PolicyKind::Offer | PolicyKind::MessageOffer => {
                [(!assigner && !dsp).then_some(ValidationRule::OfferAssigner), None]
            }
            PolicyKind::Agreement => [
                (!assigner).then_some(ValidationRule::AgreementAssigner),
                (!assignee).then_some(ValidationRule::AgreementAssignee),
            ],
            PolicyKind::Assertion
            | PolicyKind::Privacy
            | PolicyKind::Request
            | PolicyKind::Set
            | PolicyKind::Ticket => [None, None],
        };
        for broken in broken.into_iter().flatten() {
            self.add(broken, &rule.pointer);
        }
    }

    /// Each level is a place below the last; what hangs where nothing may is not followed.
    fn check_rule(&mut self, rule: &Rule, place: Place) {
        let regulates = matches!(place, Place::Permission | Place::Prohibition);
        let said_around = self.policy.target.is_some()
            || (self.strictness == Strictness::Dsp && self.policy.kind == PolicyKind::Offer);
        if regulates && rule.targets.is_empty() && !said_around {
            self.add(ValidationRule::Target, &rule.pointer);
        }
        for action in &rule.actions {
            self.check_term(action.term, ValidationRule::CoreAction, &action.pointer);
            self.check_constraints(&action.refinements);
        }
        for asset in rule.targets.iter().chain(&rule.outputs) {
            self.check_entity(asset, ValidationRule::AssetSource);
        }
        for role in &rule.parties {
            self.check_entity(&role.party, ValidationRule::PartySource);
        }
        self.check_constraints(&rule.constraints);
        match place.duties() {
            Some(below) => {
                for duty in &rule.duties {
                    self.check_rule(duty, below);
                }
            }
            None if rule.duties.is_empty() => {}
            None => self.add(ValidationRule::RemedyWithoutConsequence, &rule.pointer),
        }
    }

    fn check_entity(&mut self, entity: &Entity, source: ValidationRule) {
        if entity.id.is_none() && !entity.refinements.is_empty() {
            self.add(source, &entity.pointer);
        }
        for id in entity.id.iter().chain(&entity.part_of) {
            self.check_iri(id, ValidationRule::References, &entity.pointer);
        }
        self.check_constraints(&entity.refinements);
    }

    fn check_term(&mut self, term: Term, rule: ValidationRule, pointer: &Pointer) {
        let is_core = term.standing() == Standing::Core;
        if self.strictness == Strictness::Core && !self.is_open && !is_core {
            self.add(rule, pointer);
        }
    }

    fn check_constraints(&mut self, constraints: &[Constraint]) {
        for constraint in constraints {
            match constraint {
                Constraint::Atomic { left, operator, right, pointer, .. } => {
                    self.check_term(*left, ValidationRule::CoreLeftOperand, pointer);
                    let count = right.values.len() + right.references.len();
                    let mixed = !right.values.is_empty() && !right.references.is_empty();
                    if count == 0 || mixed || (count > 1 && !operator.takes_list()) {
                        self.add(ValidationRule::OneRightOperand, pointer);
                    }
                }
                Constraint::Logical { operands, pointer, .. } => {
                    if operands.is_empty() {
                        self.add(ValidationRule::JoinsConstraints, pointer);
                    }
                    self.check_constraints(operands);
                }
            }
        }
    }
}
