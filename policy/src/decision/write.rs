//! How instants, terms and operators are written. The shapes are given by serde's `serialize_with`:
//! values by reference.

use std::sync::Arc;

use jiff::Timestamp;
use odrl_parser::{LogicalOperator, Operator, Term};
use serde::{Serialize, Serializer};

use crate::value::Value;

pub(super) fn timestamp<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[expect(clippy::ref_option, reason = "serde passes a field by reference")]
pub(super) fn optional_timestamp<S: Serializer>(
    at: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}

pub(super) fn term<S: Serializer>(term: &Term, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&term.iri())
}

#[expect(clippy::ref_option, reason = "serde passes a field by reference")]
pub(super) fn optional_term<S: Serializer>(
    term: &Option<Term>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match term {
        Some(term) => serializer.serialize_str(&term.iri()),
        None => serializer.serialize_none(),
    }
}

pub(super) fn logical<S: Serializer>(
    operator: &LogicalOperator,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(operator.name())
}

pub(super) fn operator<S: Serializer>(
    operator: &Operator,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(operator.name())
}

pub(super) fn values<S: Serializer>(
    values: &Arc<[Value]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    values.as_ref().serialize(serializer)
}
