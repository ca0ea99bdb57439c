//! Atomic and logical constraints. The recursion is bounded by [`NESTING_MAX`].

use wire::node::{Expected, Members, Node};

use super::{Budget, CONSTRAINTS_MAX, NESTING_MAX, only, operand, refuse_member, shape};
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::model::Constraint;
use crate::operator::{LogicalOperator, Operator};
use crate::term::Term;

const ATOMIC_MEMBERS: [&str; 3] = ["leftOperand", "operator", "rightOperand"];

pub(super) fn parse(
    node: &Node<'_>,
    depth: usize,
    budget: &mut Budget,
) -> Result<Constraint, ParseError> {
    budget.constraints += 1;
    if budget.constraints > CONSTRAINTS_MAX {
        let problem = Problem::TooMany { what: Counted::Constraints, limit: CONSTRAINTS_MAX };
        return Err(ParseError::at(node.pointer().clone(), problem));
    }
    if depth > NESTING_MAX {
        return Err(ParseError::at(node.pointer().clone(), Problem::TooDeep));
    }
    let members = node.object()?;
    for name in members.names() {
        let logical = LogicalOperator::DSP.iter().any(|known| known.name() == name);
        if !logical && !ATOMIC_MEMBERS.contains(&name) {
            return Err(refuse_member(&members.required(name)?, name));
        }
    }
    match joined_by(node, &members)? {
        Some(operator) => parse_logical(node, &members, operator, depth, budget),
        None => parse_atomic(node, &members),
    }
}

/// The one logical operator of the object, or none if it is atomic.
fn joined_by(
    node: &Node<'_>,
    members: &Members<'_>,
) -> Result<Option<LogicalOperator>, ParseError> {
    let logical = LogicalOperator::DSP.into_iter().filter(|known| members.has(known.name()));
    let logical: Vec<LogicalOperator> = logical.collect();
    let atomic = ATOMIC_MEMBERS.into_iter().find(|name| members.has(name));
    let mixed = match (logical.as_slice(), atomic) {
        ([], _) => return Ok(None),
        ([only], None) => return Ok(Some(*only)),
        ([first, ..], Some(second)) => (first.name(), second),
        ([first, second, ..], None) => (first.name(), second.name()),
    };
    let problem = Problem::MixedConstraint { first: mixed.0, second: mixed.1 };
    Err(ParseError::at(node.pointer().clone(), problem))
}

fn parse_logical(
    node: &Node<'_>,
    members: &Members<'_>,
    operator: LogicalOperator,
    depth: usize,
    budget: &mut Budget,
) -> Result<Constraint, ParseError> {
    let joined = members.required(operator.name())?;
    let mut operands = Vec::new();
    for node in joined.one_or_many() {
        operands.push(parse(&node, depth + 1, budget)?);
    }
    if operands.is_empty() {
        return Err(shape(&joined, Expected::NonEmptyArray));
    }
    Ok(Constraint::Logical { id: None, operator, operands, pointer: node.pointer().clone() })
}

fn parse_atomic(node: &Node<'_>, members: &Members<'_>) -> Result<Constraint, ParseError> {
    let left = parse_left(&members.required("leftOperand")?)?;
    let operator = parse_operator(&members.required("operator")?)?;
    let right = operand::parse(&members.required("rightOperand")?)?;
    Ok(Constraint::Atomic {
        id: None,
        left,
        operator,
        right,
        unit: None,
        data_type: None,
        status: None,
        pointer: node.pointer().clone(),
    })
}

/// A term as a string or as `{"@id": …}`.
fn term_text<'a>(node: &Node<'a>) -> Result<Node<'a>, ParseError> {
    let node = only(node)?;
    match node.object() {
        Ok(members) => {
            members.refuse_unknown(&["@id"])?;
            Ok(members.required("@id")?)
        }
        Err(_) => Ok(node),
    }
}

fn parse_left(node: &Node<'_>) -> Result<Term, ParseError> {
    let node = term_text(node)?;
    let written = node.string()?;
    Term::left_operand(written).map_err(|unknown| {
        let (role, written) = (TermRole::LeftOperand, written.to_owned());
        let problem = Problem::UnknownTerm { role, written, suggestion: unknown.suggestion };
        ParseError::at(node.pointer().clone(), problem)
    })
}

fn parse_operator(node: &Node<'_>) -> Result<Operator, ParseError> {
    let node = term_text(node)?;
    let written = node.string()?;
    Operator::parse(written).map_err(|unknown| {
        let (role, written) = (TermRole::Operator, written.to_owned());
        let problem = Problem::UnknownTerm { role, written, suggestion: unknown.suggestion };
        ParseError::at(node.pointer().clone(), problem)
    })
}
