//! What goes along while a policy is read: the context whose words mean something, and how much was
//! read already.

use wire::node::Node;

use super::{CONSTRAINTS_MAX, ENTITIES_MAX, RULES_MAX};
use crate::context::Context;
use crate::error::{Counted, ParseError, Problem};

#[derive(Debug)]
pub(super) struct Reader {
    pub(super) context: Context,
    rules: usize,
    constraints: usize,
    entities: usize,
}

impl Reader {
    pub(super) const fn new(context: Context) -> Self {
        Self { context, rules: 0, constraints: 0, entities: 0 }
    }

    /// Counts a rule, before it is read.
    pub(super) fn count_rule(&mut self, node: &Node<'_>) -> Result<(), ParseError> {
        self.rules += 1;
        within(self.rules, RULES_MAX, Counted::Rules, node)
    }

    /// Counts a constraint, before it is read.
    pub(super) fn count_constraint(&mut self, node: &Node<'_>) -> Result<(), ParseError> {
        self.constraints += 1;
        within(self.constraints, CONSTRAINTS_MAX, Counted::Constraints, node)
    }

    /// Counts an action, asset or party, before it is read.
    pub(super) fn count_entity(&mut self, node: &Node<'_>) -> Result<(), ParseError> {
        self.entities += 1;
        within(self.entities, ENTITIES_MAX, Counted::Entities, node)
    }
}

pub(super) fn within(
    count: usize,
    limit: usize,
    what: Counted,
    node: &Node<'_>,
) -> Result<(), ParseError> {
    if count <= limit {
        return Ok(());
    }
    Err(ParseError::at(node.pointer().clone(), Problem::TooMany { what, limit }))
}
