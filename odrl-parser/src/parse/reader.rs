//! What goes along while a policy is read: the context whose words mean something, and how much was
//! read already.

use std::collections::BTreeSet;

use wire::node::Node;

use super::object::Object;
use super::{CONSTRAINTS_MAX, ENTITIES_MAX, RULES_MAX, word};
use crate::context::Context;
use crate::error::{Counted, ParseError, Problem};
use crate::id::Id;

#[derive(Debug)]
pub(super) struct Reader {
    pub(super) context: Context,
    rules: usize,
    constraints: usize,
    entities: usize,
    /// The identifiers that stand for something already.
    ids: BTreeSet<Id>,
}

impl Reader {
    pub(super) fn new(context: Context) -> Self {
        Self { context, rules: 0, constraints: 0, entities: 0, ids: BTreeSet::new() }
    }

    /// Reads the identifier of a policy, rule or constraint. None stands for two of them: a graph
    /// would merge them.
    pub(super) fn claim(&mut self, node: &Node<'_>) -> Result<Id, ParseError> {
        let id = word::id(node, "@id", self.context)?;
        if self.ids.insert(id.clone()) {
            return Ok(id);
        }
        Err(ParseError::at(node.pointer().clone(), Problem::IdTwice))
    }

    /// The identifier of an object, if it has one.
    pub(super) fn own_id(&mut self, object: &Object<'_>) -> Result<Option<Id>, ParseError> {
        object.optional("@id").map(|node| self.claim(&node)).transpose()
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
