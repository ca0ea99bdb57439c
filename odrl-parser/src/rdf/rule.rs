//! Rules in their six places.

use wire::node::{Expected, Found};

use super::place::Place;
use super::policy::{Budget, Rules, Shared};
use super::{constraint, entity};
use crate::error::{Counted, ParseError, Problem};
use crate::model::{PartyFunction, Rule};
use crate::parse::RULES_MAX;

/// Where a rule stands: what it is, and which duties may hang on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Consequence,
    Duty,
    Obligation,
    Permission,
    Prohibition,
    Remedy,
}

impl Standing {
    /// The property that leads to the rule.
    const fn property(self) -> &'static str {
        match self {
            Self::Consequence => "consequence",
            Self::Duty => "duty",
            Self::Obligation => "obligation",
            Self::Permission => "permission",
            Self::Prohibition => "prohibition",
            Self::Remedy => "remedy",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Consequence | Self::Duty | Self::Obligation | Self::Remedy => "Duty",
            Self::Permission => "Permission",
            Self::Prohibition => "Prohibition",
        }
    }

    /// The duties that may hang on the rule: consequences and remedies have none (ODRL Information
    /// Model 2.2, sections 2.6.6 and 2.6.7).
    const fn duties(self) -> Option<Self> {
        match self {
            Self::Consequence | Self::Remedy => None,
            Self::Duty | Self::Obligation => Some(Self::Consequence),
            Self::Permission => Some(Self::Duty),
            Self::Prohibition => Some(Self::Remedy),
        }
    }
}

/// Reads the rules of one standing; `shared` is what a compact policy says for all of its rules.
pub(super) fn parse_all(
    place: &Place<'_>,
    standing: Standing,
    shared: &Shared,
    budget: &mut Budget,
) -> Result<Vec<Rule>, ParseError> {
    let places = place.many(standing.property());
    places.iter().map(|place| parse(place, standing, shared, budget)).collect()
}

fn parse(
    place: &Place<'_>,
    standing: Standing,
    shared: &Shared,
    budget: &mut Budget,
) -> Result<Rule, ParseError> {
    budget.rules += 1;
    if budget.rules > RULES_MAX {
        let problem = Problem::TooMany { what: Counted::Rules, limit: RULES_MAX };
        return Err(place.refuse(problem));
    }
    if !budget.rule_nodes.insert(place.node.clone()) {
        return Err(place.refuse(Problem::IdTwice));
    }
    place.check_classes(&[standing.class(), "Rule"])?;
    let mut known = vec!["action", "constraint", "output", "target", "uid"];
    known.extend(PartyFunction::ALL.map(PartyFunction::name));
    known.extend(standing.duties().map(Standing::property));
    let informative = place.informative(&known)?;
    let rule = Rule {
        id: budget.claim(place)?,
        actions: with(entity::parse_actions(place, budget)?, &shared.actions),
        targets: with(entity::parse_assets(place, "target", budget)?, &shared.targets),
        outputs: with(entity::parse_assets(place, "output", budget)?, &shared.outputs),
        parties: {
            let mut parties = with(entity::parse_roles(place, budget)?, &shared.parties);
            parties.sort_by_key(|role| role.function);
            parties
        },
        constraints: constraint::parse_all(place, "constraint", budget)?,
        duties: match standing.duties() {
            Some(duties) => parse_all(place, duties, &Shared::default(), budget)?,
            None => Vec::new(),
        },
        informative,
        pointer: place.pointer.clone(),
    };
    if rule.actions.is_empty() && budget.wanted == Rules::Complete {
        let (expected, found) = (Expected::Present, Found::Absent);
        let at = place.pointer.member("action");
        return Err(ParseError::at(at, Problem::Shape { expected, found }));
    }
    Ok(rule)
}

/// What a rule says itself, then what is said for all rules.
fn with<T: Clone>(mut own: Vec<T>, shared: &[T]) -> Vec<T> {
    own.extend_from_slice(shared);
    own
}
