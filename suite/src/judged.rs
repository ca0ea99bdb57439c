//! What a report has to tell of a decision, and nothing more.

use odrl_parser::rdf::Node;
use odrl_parser::{Id, LogicalOperator, Operator};

/// What became of the rules of a policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    /// Permissions and prohibitions, in the order of the policy.
    pub(crate) rules: Vec<JudgedRule>,
}

/// What became of a rule.
#[derive(Clone, Debug)]
pub(crate) struct JudgedRule {
    /// Its IRI, if it has one.
    pub(crate) id: Option<Id>,
    /// The class of its report: `PermissionReport` or `ProhibitionReport`.
    pub(crate) class: &'static str,
    /// Whether it is active.
    pub(crate) is_active: bool,
    /// Whether the target is the rule's; none if the rule names none.
    pub(crate) target: Option<bool>,
    /// Whether the party is the rule's; none if the rule names none.
    pub(crate) party: Option<bool>,
    /// Whether the action is the rule's; none if the rule names none.
    pub(crate) action: Option<bool>,
    /// Its constraints.
    pub(crate) constraints: Vec<JudgedConstraint>,
    /// The reports of the world on its duties.
    pub(crate) conditions: Vec<Node>,
}

/// What became of a constraint.
#[derive(Clone, Debug)]
pub(crate) enum JudgedConstraint {
    /// `leftOperand operator rightOperand`.
    Atomic {
        /// Its IRI, if it has one.
        id: Option<Id>,
        /// The value of the left operand that was seen, as the world writes it.
        left: Option<Node>,
        /// Its operator.
        operator: Operator,
        /// Its right operand, as the policy writes it.
        right: Vec<Node>,
        /// Whether it holds.
        is_satisfied: bool,
    },
    /// Constraints that are joined.
    Logical {
        /// Its IRI, if it has one.
        id: Option<Id>,
        /// How they are joined.
        operator: LogicalOperator,
        /// The joined constraints.
        operands: Vec<JudgedConstraint>,
        /// Whether it holds.
        is_satisfied: bool,
    },
}
