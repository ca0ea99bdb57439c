//! Constraints and refinements. The recursion is bounded by [`NESTING_MAX`], which also ends
//! cycles.

use wire::node::{Expected, Found};

use super::policy::Budget;
use super::reached::Reached;
use super::value;
use crate::error::{Counted, ParseError, Problem, TermRole, Unsupported};
use crate::model::{Constraint, Operand};
use crate::operator::{LogicalOperator, Operator};
use crate::parse::{CONSTRAINTS_MAX, NESTING_MAX, VALUES_MAX};
use crate::term::Term;

const ATOMIC: [&str; 9] = [
    "dataType",
    "datatype",
    "leftOperand",
    "operator",
    "rightOperand",
    "rightOperandReference",
    "status",
    "uid",
    "unit",
];

/// The constraints that a property of `place` joins.
pub(super) fn parse_all(
    place: &Reached<'_>,
    name: &str,
    budget: &mut Budget,
) -> Result<Vec<Constraint>, ParseError> {
    place.many(name).iter().map(|place| parse(place, 1, budget)).collect()
}

fn parse(place: &Reached<'_>, depth: usize, budget: &mut Budget) -> Result<Constraint, ParseError> {
    budget.constraints += 1;
    if budget.constraints > CONSTRAINTS_MAX {
        let problem = Problem::TooMany { what: Counted::Constraints, limit: CONSTRAINTS_MAX };
        return Err(place.refuse(problem));
    }
    if depth > NESTING_MAX {
        return Err(place.refuse(Problem::TooDeep));
    }
    match joined_by(place)? {
        Some(operator) => parse_logical(place, operator, depth, budget),
        None => parse_atomic(place, budget),
    }
}

/// The one logical operator of the constraint, or none if it is atomic.
fn joined_by(place: &Reached<'_>) -> Result<Option<LogicalOperator>, ParseError> {
    let has = |name: &str| !place.many(name).is_empty();
    let mut logical = LogicalOperator::ALL.into_iter().filter(|known| has(known.name()));
    let Some(operator) = logical.next() else {
        return Ok(None);
    };
    let second = logical.next().map(LogicalOperator::name);
    let second = second
        .or_else(|| ["leftOperand", "operator", "rightOperand"].into_iter().find(|name| has(name)));
    match second {
        Some(second) => {
            let first = operator.name();
            Err(place.refuse(Problem::MixedConstraint { first, second }))
        }
        None => Ok(Some(operator)),
    }
}

fn parse_logical(
    place: &Reached<'_>,
    operator: LogicalOperator,
    depth: usize,
    budget: &mut Budget,
) -> Result<Constraint, ParseError> {
    place.check_classes(&["LogicalConstraint"])?;
    place.refuse_unknown(&[operator.name(), "uid"])?;
    let id = budget.claim(place)?;
    // Several values are no sequence: a graph has no order but that of its lists.
    if operator == LogicalOperator::AndSequence && place.many(operator.name()).len() > 1 {
        let problem = Problem::Unsupported(Unsupported::AndSequence);
        return Err(ParseError::at(place.pointer.member(operator.name()), problem));
    }
    let joined = place.many_or_list(operator.name())?;
    if joined.is_empty() {
        let (expected, found) = (Expected::NonEmptyArray, Found::EmptyArray);
        return Err(ParseError::at(
            place.pointer.member(operator.name()),
            Problem::Shape { expected, found },
        ));
    }
    let operands = joined.iter().map(|place| parse(place, depth + 1, budget));
    let operands = operands.collect::<Result<_, _>>()?;
    Ok(Constraint::Logical { id, operator, operands, pointer: place.pointer.clone() })
}

fn parse_atomic(place: &Reached<'_>, budget: &mut Budget) -> Result<Constraint, ParseError> {
    place.check_classes(&["Constraint"])?;
    place.refuse_unknown(&ATOMIC)?;
    let left = place.required("leftOperand")?;
    let operator = place.required("operator")?;
    let data_type = place.optional("dataType")?.or(place.optional("datatype")?);
    Ok(Constraint::Atomic {
        id: budget.claim(place)?,
        left: value::term(&left, TermRole::LeftOperand, Term::left_operand)?,
        operator: value::term(&operator, TermRole::Operator, Operator::parse)?,
        right: parse_right(place)?,
        unit: place.optional("unit")?.map(|place| value::iri(&place)).transpose()?,
        data_type: data_type.map(|place| value::data_type(&place)).transpose()?,
        status: place.optional("status")?.map(|place| value::literal(&place)).transpose()?,
        pointer: place.pointer.clone(),
    })
}

/// Values, or references to them, but not both.
fn parse_right(place: &Reached<'_>) -> Result<Operand, ParseError> {
    let values = place.many_or_list("rightOperand")?;
    let references = place.many_or_list("rightOperandReference")?;
    let pointer = place.pointer.member("rightOperand");
    if values.len().max(references.len()) > VALUES_MAX {
        let problem = Problem::TooMany { what: Counted::Values, limit: VALUES_MAX };
        return Err(ParseError::at(pointer, problem));
    }
    match (values.is_empty(), references.is_empty()) {
        (false, false) => Err(place.refuse(Problem::MixedConstraint {
            first: "rightOperand",
            second: "rightOperandReference",
        })),
        (true, true) => {
            let is_list = !place.many("rightOperand").is_empty();
            let (expected, found) = if is_list {
                (Expected::NonEmptyArray, Found::EmptyArray)
            } else {
                (Expected::Present, Found::Absent)
            };
            Err(ParseError::at(pointer, Problem::Shape { expected, found }))
        }
        (true, false) | (false, true) => Ok(Operand {
            values: values.iter().map(value::literal).collect::<Result<_, _>>()?,
            references: references.iter().map(value::iri).collect::<Result<_, _>>()?,
            pointer,
        }),
    }
}
