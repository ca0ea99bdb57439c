//! Rules in their six places.

use super::policy::Budget;
use super::reached::Reached;
use super::{constraint, entity};
use crate::error::{Counted, ParseError, Problem};
use crate::model::{PartyFunction, Rule};
use crate::parse::RULES_MAX;
use crate::place::Place;

/// Reads the rules of one place.
pub(super) fn parse_all(
    reached: &Reached<'_>,
    place: Place,
    budget: &mut Budget,
) -> Result<Vec<Rule>, ParseError> {
    let rules = reached.many(place.member());
    rules.iter().map(|rule| parse(rule, place, budget)).collect()
}

/// A duty with a name that several permissions share is one duty, to be done once (ODRL Information
/// Model 2.2, section 2.6.3): it is read where it is reached first.
fn parse(reached: &Reached<'_>, place: Place, budget: &mut Budget) -> Result<Rule, ParseError> {
    budget.rules += 1;
    if budget.rules > RULES_MAX {
        let problem = Problem::TooMany { what: Counted::Rules, limit: RULES_MAX };
        return Err(reached.refuse(problem));
    }
    if place != Place::Duty || reached.node.as_iri().is_none() {
        return parse_own(reached, place, budget);
    }
    if let Some(known) = budget.duties.get(reached.node) {
        return Ok(known.clone());
    }
    let duty = parse_own(reached, place, budget)?;
    budget.duties.insert(reached.node.clone(), duty.clone());
    Ok(duty)
}

/// Each level is a place below the last, so that the recursion ends at the third.
fn parse_own(reached: &Reached<'_>, place: Place, budget: &mut Budget) -> Result<Rule, ParseError> {
    if !budget.rule_nodes.insert(reached.node.clone()) {
        return Err(reached.refuse(Problem::IdTwice));
    }
    reached.check_classes(&[place.type_name(), "Rule"])?;
    let mut known = vec!["action", "constraint", "output", "target", "uid"];
    known.extend(PartyFunction::ALL.map(PartyFunction::name));
    known.extend(place.duties().map(Place::member));
    Ok(Rule {
        informative: reached.informative(&known)?,
        id: budget.claim(reached)?,
        actions: entity::parse_actions(reached, budget)?,
        targets: entity::parse_assets(reached, "target", budget)?,
        outputs: entity::parse_assets(reached, "output", budget)?,
        parties: entity::parse_roles(reached, budget)?,
        constraints: constraint::parse_all(reached, "constraint", budget)?,
        duties: match place.duties() {
            Some(below) => parse_all(reached, below, budget)?,
            None => Vec::new(),
        },
        pointer: reached.pointer.clone(),
    })
}
