//! What goes along while a policy is read: the context whose words mean something, and how much was
//! read already.

use std::collections::{BTreeMap, BTreeSet};

use wire::node::Node;

use super::object::Object;
use super::{CONSTRAINTS_MAX, ENTITIES_MAX, RULES_MAX, word};
use crate::context::Context;
use crate::error::{Counted, ParseError, Problem};
use crate::id::Id;
use crate::model::{Constraint, Rule};

#[derive(Debug)]
pub(super) struct Reader {
    pub(super) context: Context,
    rules: usize,
    constraints: usize,
    entities: usize,
    /// The identifiers that stand for something already.
    ids: BTreeSet<Id>,
    /// Duties of permissions by their names, which several permissions may share.
    pub(super) duties: BTreeMap<Id, Rule>,
}

impl Reader {
    pub(super) fn new(context: Context) -> Self {
        let (ids, duties) = (BTreeSet::new(), BTreeMap::new());
        Self { context, rules: 0, constraints: 0, entities: 0, ids, duties }
    }

    /// Reads the identifier of a policy, rule or constraint. None stands for two of them: a graph
    /// would merge them.
    pub(super) fn claim(&mut self, node: &Node<'_>) -> Result<Id, ParseError> {
        let id = word::id(node.clone(), "@id", self.context)?;
        if self.ids.insert(id.clone()) {
            return Ok(id);
        }
        Err(ParseError::at(node.pointer().clone(), Problem::IdTwice))
    }

    /// Remembers a duty that has a name.
    pub(super) fn share(&mut self, duty: &Rule) {
        if let Some(id) = &duty.id {
            self.duties.insert(id.clone(), duty.clone());
        }
    }

    /// Lets the names in a duty stand once more, for the same duty said again.
    pub(super) fn release(&mut self, duty: &Rule) {
        let mut copy = duty.clone();
        copy.each_constraint(&mut |constraint| match constraint {
            Constraint::Atomic { id, .. } | Constraint::Logical { id, .. } => self.forget(id),
        });
        for rule in [duty].into_iter().chain(&duty.duties) {
            self.forget(&rule.id);
        }
    }

    fn forget(&mut self, id: &Option<Id>) {
        if let Some(id) = id {
            self.ids.remove(id);
        }
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
