//! Permissions and prohibitions.

use wire::node::Node;

use super::{Budget, constraint, informative, parse_id};
use crate::error::{ParseError, Problem, TermRole, Unsupported};
use crate::model::{Action, Rule};
use crate::term::Term;

const RULE_MEMBERS: [&str; 3] = ["@id", "action", "constraint"];

pub(super) fn parse(node: &Node<'_>, budget: &mut Budget) -> Result<Rule, ParseError> {
    let members = node.object()?;
    let informative = informative::take(&members, &RULE_MEMBERS)?;
    let actions = vec![parse_action(&members.required("action")?)?];
    let mut constraints = Vec::new();
    if let Some(node) = members.optional("constraint") {
        for node in node.one_or_many() {
            constraints.push(constraint::parse(&node, 1, budget)?);
        }
    }
    Ok(Rule {
        id: members.optional("@id").map(|node| parse_id(&node)).transpose()?,
        actions,
        targets: Vec::new(),
        outputs: Vec::new(),
        parties: Vec::new(),
        constraints,
        duties: Vec::new(),
        informative,
        pointer: node.pointer().clone(),
    })
}

fn parse_action(node: &Node<'_>) -> Result<Action, ParseError> {
    let node = super::only(node)?;
    let node = match node.object() {
        Ok(members) => {
            if let Some(other) = members.unknown(&["@id"]).first() {
                let at = other.pointer().clone();
                return Err(ParseError::at(at, Problem::Unsupported(Unsupported::ActionObject)));
            }
            members.required("@id")?
        }
        Err(_) => node,
    };
    let written = node.string()?;
    let term = Term::action(written).map_err(|unknown| {
        let problem = Problem::UnknownTerm {
            role: TermRole::Action,
            written: written.to_owned(),
            suggestion: unknown.suggestion,
        };
        ParseError::at(node.pointer().clone(), problem)
    })?;
    Ok(Action { term, refinements: Vec::new(), pointer: node.pointer().clone() })
}
