//! Atomic and logical constraints, and refinements, which are the same in another place. The
//! recursion is bounded by [`NESTING_MAX`].

use wire::node::{Expected, Node};

use super::object::{Object, Texts, each, listed, only, shape};
use super::reader::Reader;
use super::{NESTING_MAX, operand, word};
use crate::context::Context;
use crate::error::{ParseError, Problem, TermRole};
use crate::model::Constraint;
use crate::operator::{LogicalOperator, Operator};
use crate::term::TermKind;

/// What is in an atomic constraint alone.
const ATOMIC: [&str; 7] = [
    "leftOperand",
    "operator",
    "rightOperand",
    "rightOperandReference",
    "unit",
    "dataType",
    "status",
];

/// The members under the W3C context.
const ODRL: [&str; 13] = [
    "leftOperand",
    "operator",
    "rightOperand",
    "and",
    "or",
    "xone",
    "andSequence",
    "@id",
    "@type",
    "unit",
    "dataType",
    "status",
    "rightOperandReference",
];

/// The members under the DSP context, which can say neither an order nor a value that is elsewhere.
const DSP: [&str; 11] = [
    "leftOperand",
    "operator",
    "rightOperand",
    "and",
    "or",
    "xone",
    "@id",
    "@type",
    "unit",
    "dataType",
    "status",
];

/// Reads constraints that must all hold.
pub(super) fn parse_all<'a>(
    nodes: impl Iterator<Item = Node<'a>>,
    reader: &mut Reader,
) -> Result<Vec<Constraint>, ParseError> {
    nodes.map(|node| parse(&node, 1, reader)).collect()
}

fn parse(node: &Node<'_>, depth: usize, reader: &mut Reader) -> Result<Constraint, ParseError> {
    reader.count_constraint(node)?;
    if depth > NESTING_MAX {
        return Err(ParseError::at(node.pointer().clone(), Problem::TooDeep));
    }
    let context = reader.context;
    let known: &[&str] = match context {
        Context::Dsp => &DSP,
        Context::Odrl => &ODRL,
    };
    let object = Object::open(node, context, known, Texts::Refused)?;
    let joined = joined_by(&object)?;
    if let Some(node) = object.optional("@type") {
        let name = if joined.is_some() { "LogicalConstraint" } else { "Constraint" };
        word::type_of(node, &[name], context)?;
    }
    match joined {
        Some(operator) => parse_logical(&object, operator, depth, reader),
        None => parse_atomic(&object, reader),
    }
}

/// The one logical operator of the object, or none if it is atomic.
fn joined_by(object: &Object<'_>) -> Result<Option<LogicalOperator>, ParseError> {
    let mut logical = LogicalOperator::ALL.into_iter().filter(|known| object.has(known.name()));
    let atomic = ATOMIC.into_iter().find(|name| object.has(name));
    let mixed = match (logical.next(), logical.next(), atomic) {
        (None, _, _) => return Ok(None),
        (Some(only), None, None) => return Ok(Some(only)),
        (Some(first), _, Some(second)) => (first.name(), second),
        (Some(first), Some(second), None) => (first.name(), second.name()),
    };
    let problem = Problem::MixedConstraint { first: mixed.0, second: mixed.1 };
    Err(ParseError::at(object.pointer().clone(), problem))
}

fn parse_logical(
    object: &Object<'_>,
    operator: LogicalOperator,
    depth: usize,
    reader: &mut Reader,
) -> Result<Constraint, ParseError> {
    let id = reader.own_id(object)?;
    let joined = object.required(operator.name())?;
    let mut operands = Vec::new();
    for node in each(listed(joined.clone(), reader.context)?) {
        operands.push(parse(&node, depth + 1, reader)?);
    }
    if operands.is_empty() {
        return Err(shape(&joined, Expected::NonEmptyArray));
    }
    Ok(Constraint::Logical { id, operator, operands, pointer: object.pointer().clone() })
}

fn parse_atomic(object: &Object<'_>, reader: &mut Reader) -> Result<Constraint, ParseError> {
    let context = reader.context;
    let left = object.required("leftOperand")?;
    let left = word::term(left, "leftOperand", TermKind::LeftOperand, context)?;
    let operator = parse_operator(object.required("operator")?, context)?;
    let unit = object.optional("unit").map(|node| word::iri(node, "unit", context));
    let data_type = object.optional("dataType").map(|node| operand::data_type(node, context));
    let status = object.optional("status").map(|node| operand::parse_literal(only(node)?));
    Ok(Constraint::Atomic {
        id: reader.own_id(object)?,
        left,
        operator,
        right: operand::parse(object, context)?,
        unit: unit.transpose()?,
        data_type: data_type.transpose()?,
        status: status.transpose()?,
        pointer: object.pointer().clone(),
    })
}

fn parse_operator(node: Node<'_>, context: Context) -> Result<Operator, ParseError> {
    if let Some(operator) = node.value().as_str().and_then(|text| Operator::parse(text).ok()) {
        return Ok(operator);
    }
    let (at, name) = word::odrl(node, "operator", context)?;
    let found = Operator::ALL.into_iter().find(|operator| operator.name() == name);
    found.ok_or_else(|| {
        let text = at.value().as_str().unwrap_or_default();
        let suggestion = match Operator::parse(text) {
            Ok(operator) => Some(format!("odrl:{operator}")),
            Err(unknown) => unknown.suggestion,
        };
        word::unknown(&at, TermRole::Operator, text, suggestion)
    })
}
