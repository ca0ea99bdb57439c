//! The parts of a policy, and whether one is what a sentence stands for.

use std::collections::BTreeMap;

use odrl_parser::{Constraint, Literal, LiteralTag, LogicalOperator, Policy, Rule, Term};
use serde_json::Value as Json;

use super::blank::Blank;
use super::wording::blank;

/// Something in a policy that a sentence can stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// A constraint of the one permission to use.
    Constraint(&'a Constraint),
    /// A duty of the one permission to use.
    Duty(&'a Rule),
    /// An informative member of the policy.
    Note(&'a str, &'a Json),
    /// An obligation.
    Obligation(&'a Rule),
    /// A permission beside the one to use.
    Permission(&'a Rule),
    /// A prohibition.
    Prohibition(&'a Rule),
}

/// Values of blanks, by name.
pub(super) type Values = BTreeMap<String, Vec<String>>;

/// The one permission to use of a policy, to which sentences add; none if there are several, or it
/// is narrowed.
pub(crate) fn main(policy: &Policy) -> Option<&Rule> {
    let mut uses = policy.permissions.iter().filter(|rule| is_use(rule));
    uses.next().filter(|_| uses.next().is_none())
}

fn is_use(rule: &Rule) -> bool {
    match rule.actions.as_slice() {
        [only] => only.term == Term::USE && only.refinements.is_empty(),
        _ => false,
    }
}

/// All parts of a policy. `and` says nothing more than constraints side by side.
pub(crate) fn parts(policy: &Policy) -> Vec<Part<'_>> {
    let main = main(policy);
    let mut parts = Vec::new();
    if let Some(rule) = main {
        flatten(&rule.constraints, &mut |it| parts.push(Part::Constraint(it)));
        parts.extend(rule.duties.iter().map(Part::Duty));
    }
    let is_main = |rule: &&Rule| main.is_some_and(|main| std::ptr::eq(main, *rule));
    parts.extend(policy.permissions.iter().filter(|it| !is_main(it)).map(Part::Permission));
    parts.extend(policy.prohibitions.iter().map(Part::Prohibition));
    parts.extend(policy.obligations.iter().map(Part::Obligation));
    parts.extend(policy.informative.iter().map(|(name, value)| Part::Note(name, value)));
    parts
}

/// Gives each constraint that must hold with the others.
pub(crate) fn flatten<'a>(constraints: &'a [Constraint], see: &mut dyn FnMut(&'a Constraint)) {
    for constraint in constraints {
        match constraint {
            Constraint::Logical { operator: LogicalOperator::And, operands, .. } => {
                flatten(operands, see);
            }
            Constraint::Atomic { .. } | Constraint::Logical { .. } => see(constraint),
        }
    }
}

/// Compares with what a sentence stands for, and finds the values of its blanks.
pub(super) struct Matcher<'a> {
    pub(super) blanks: &'a BTreeMap<String, Blank>,
    pub(super) found: Values,
}

impl Matcher<'_> {
    /// Whether `actual` is what `pattern` stands for.
    pub(super) fn part(&mut self, pattern: Part<'_>, actual: Part<'_>) -> bool {
        match (pattern, actual) {
            (Part::Constraint(pattern), Part::Constraint(actual)) => {
                self.constraint(pattern, actual)
            }
            (Part::Duty(pattern), Part::Duty(actual))
            | (Part::Obligation(pattern), Part::Obligation(actual))
            | (Part::Permission(pattern), Part::Permission(actual))
            | (Part::Prohibition(pattern), Part::Prohibition(actual)) => self.rule(pattern, actual),
            (Part::Note(name, pattern), Part::Note(other, actual)) => {
                name == other && self.note(pattern, actual)
            }
            (
                Part::Constraint(_)
                | Part::Duty(_)
                | Part::Note(..)
                | Part::Obligation(_)
                | Part::Permission(_)
                | Part::Prohibition(_),
                _,
            ) => false,
        }
    }

    /// Rules must say the same in the same order; a rule that says anything more is another.
    fn rule(&mut self, pattern: &Rule, actual: &Rule) -> bool {
        let ([pattern_action], [action]) = (pattern.actions.as_slice(), actual.actions.as_slice())
        else {
            return false;
        };
        let mut constraints = Vec::new();
        flatten(&actual.constraints, &mut |it| constraints.push(it));
        action.term == pattern_action.term
            && action.refinements.is_empty()
            && pattern_action.refinements.is_empty()
            && actual.targets.is_empty()
            && actual.outputs.is_empty()
            && actual.parties.is_empty()
            && pattern.constraints.len() == constraints.len()
            && pattern.constraints.iter().zip(constraints).all(|(its, it)| self.constraint(its, it))
            && pattern.duties.len() == actual.duties.len()
            && pattern.duties.iter().zip(&actual.duties).all(|(its, it)| self.rule(its, it))
    }

    fn constraint(&mut self, pattern: &Constraint, actual: &Constraint) -> bool {
        match (pattern, actual) {
            (
                Constraint::Atomic { left, operator, right, unit, .. },
                Constraint::Atomic {
                    left: left_2,
                    operator: operator_2,
                    right: right_2,
                    unit: unit_2,
                    data_type: None,
                    status: None,
                    ..
                },
            ) => {
                left == left_2
                    && unit == unit_2
                    && operator == operator_2
                    && right_2.references.is_empty()
                    && self.literals(&right.values, &right_2.values)
            }
            (
                Constraint::Logical { operator, operands, .. },
                Constraint::Logical { operator: operator_2, operands: operands_2, .. },
            ) => {
                operator == operator_2
                    && operands.len() == operands_2.len()
                    && operands.iter().zip(operands_2).all(|(its, it)| self.constraint(its, it))
            }
            (Constraint::Atomic { .. } | Constraint::Logical { .. }, _) => false,
        }
    }

    fn literals(&mut self, pattern: &[Literal], actual: &[Literal]) -> bool {
        if let [only] = pattern
            && let Some(("", name, "")) = blank(&only.lexical)
            && let Some(blank) = self.blanks.get(name).filter(|blank| blank.is_many())
        {
            let fits = |literal: &&Literal| is_tagged_alike(&only.tag, &literal.tag);
            let values = actual.iter().filter(fits).map(|it| blank.accept(&it.lexical));
            let values: Vec<String> = values.collect::<Option<_>>().unwrap_or_default();
            return values.len() == actual.len() && !values.is_empty() && self.bind(name, values);
        }
        pattern.len() == actual.len()
            && pattern.iter().zip(actual).all(|(pattern, actual)| {
                is_tagged_alike(&pattern.tag, &actual.tag)
                    && self.text(&pattern.lexical, &actual.lexical)
            })
    }

    /// A text in which at most one blank stands.
    fn text(&mut self, pattern: &str, actual: &str) -> bool {
        let Some((before, name, after)) = blank(pattern) else {
            return pattern == actual;
        };
        let value = actual.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        let accepted = value.zip(self.blanks.get(name)).and_then(|(it, blank)| blank.accept(it));
        accepted.is_some_and(|value| self.bind(name, vec![value]))
    }

    fn note(&mut self, pattern: &Json, actual: &Json) -> bool {
        let actual = actual.get("@id").unwrap_or(actual);
        match (pattern, actual) {
            (Json::String(pattern), Json::String(actual)) => self.text(pattern, actual),
            (_, _) => false,
        }
    }

    /// A blank that stands in two places has the same value in both.
    fn bind(&mut self, name: &str, values: Vec<String>) -> bool {
        let known = self.found.entry(name.to_owned()).or_insert_with(|| values.clone());
        *known == values
    }
}

/// Peers write values with more or less of their types; the operand says what they are.
fn is_tagged_alike(pattern: &LiteralTag, actual: &LiteralTag) -> bool {
    pattern == actual
        || *actual == LiteralTag::Plain
        || matches!(
            (pattern, actual),
            (LiteralTag::Plain, LiteralTag::Iri) | (LiteralTag::Datatype(_), LiteralTag::Number)
        )
}
