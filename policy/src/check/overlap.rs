//! Where a permission and a prohibition of one policy can meet, and whether that voids it (ruling 7
//! of the policy reference).

use odrl_parser::{ConflictStrategy, Operator};
use serde::Serialize;
use wire::pointer::Pointer;

use super::condition::{Atom, Condition};
use super::rule::{CheckedRule, Matcher, Modality};
use crate::profile::Profile;
use crate::settings::{ConflictDefault, Settings};
use crate::value::{Value, ValueType};

/// A permission and a prohibition about a common action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overlap {
    /// The permission.
    pub permission: Pointer,
    /// The prohibition.
    pub prohibition: Pointer,
    /// Whether the prohibition takes away all that the permission grants, whatever the facts are:
    /// the two are contradictory, and the permission is void.
    pub void: bool,
}

/// Pairs that can meet, so far as is not proven that they cannot.
pub(super) fn overlaps(rules: &[CheckedRule]) -> Vec<Overlap> {
    let overlaps = pairs(rules).map(|(permission, prohibition)| Overlap {
        permission: permission.pointer.clone(),
        prohibition: prohibition.pointer.clone(),
        void: prohibition.forbids_whatever(permission),
    });
    let mut all: Vec<Overlap> = overlaps.collect();
    all.dedup();
    all
}

fn pairs(rules: &[CheckedRule]) -> impl Iterator<Item = (&CheckedRule, &CheckedRule)> {
    let of = move |modality| rules.iter().filter(move |rule| rule.modality == modality);
    let pairs = of(Modality::Permission).flat_map(move |permission| {
        of(Modality::Prohibition).map(move |other| (permission, other))
    });
    pairs.filter(|(permission, prohibition)| permission.meets(prohibition))
}

/// Whether the policy's conflicts void it.
pub(super) fn is_void(
    strategy: Option<ConflictStrategy>,
    settings: &Settings,
    profile: &Profile,
    rules: &[CheckedRule],
) -> bool {
    match (strategy, settings.conflict) {
        (Some(ConflictStrategy::Perm | ConflictStrategy::Prohibit), _)
        | (None, ConflictDefault::Prohibit) => false,
        (Some(ConflictStrategy::Invalid), _) => pairs(rules).next().is_some(),
        (None, ConflictDefault::Strict) => pairs(rules)
            .any(|(permission, other)| !(profile.narrows() && other.is_below(permission))),
    }
}

impl CheckedRule {
    /// Whether both can be about the same action, asset and party at the same time.
    fn meets(&self, other: &Self) -> bool {
        let action = match (self.action, other.action) {
            (Some(mine), Some(its)) => mine.covers(its) || its.covers(mine),
            (None, _) | (_, None) => true,
        };
        let target = Matcher::can_meet(self.target.as_ref(), other.target.as_ref());
        let assignee = Matcher::can_meet(self.assignee.as_ref(), other.assignee.as_ref());
        action && target && assignee && !self.excludes(other)
    }

    /// Whether this prohibition forbids only something strictly below what is permitted, of the
    /// same asset and party.
    fn is_below(&self, permission: &Self) -> bool {
        let same = |mine: &Option<Matcher>, its: &Option<Matcher>| match (mine, its) {
            (Some(mine), Some(its)) => mine.says(its),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let strictly = match (permission.action, self.action) {
            (Some(wide), Some(narrow)) => wide != narrow && wide.covers(narrow),
            (None, Some(_)) => true,
            (_, None) => false,
        };
        strictly
            && same(&self.target, &permission.target)
            && same(&self.assignee, &permission.assignee)
    }

    /// Whether this prohibition applies whenever the permission does: it covers action, asset and
    /// party, and each of its conditions is also one of the permission.
    fn forbids_whatever(&self, permission: &Self) -> bool {
        let covers = match (self.action, permission.action) {
            (Some(mine), Some(its)) => mine.covers(its),
            (None, _) => true,
            (Some(_), None) => false,
        };
        let wide = |mine: &Option<Matcher>, its: &Option<Matcher>| match (mine, its) {
            (None, _) => true,
            (Some(mine), Some(its)) => mine.says(its),
            (Some(_), None) => false,
        };
        let among = |mine: &[Condition], its: &[Condition]| {
            mine.iter().all(|mine| its.iter().any(|its| mine.says(its)))
        };
        covers
            && wide(&self.target, &permission.target)
            && wide(&self.assignee, &permission.assignee)
            && among(&self.refinements, &permission.refinements)
            && among(&self.conditions, &permission.conditions)
    }

    /// Whether some condition of this rule cannot hold together with one of the other.
    fn excludes(&self, other: &Self) -> bool {
        let (mut mine, mut its) = (Vec::new(), Vec::new());
        side_by_side(&self.conditions, &mut mine);
        side_by_side(&self.refinements, &mut mine);
        side_by_side(&other.conditions, &mut its);
        side_by_side(&other.refinements, &mut its);
        mine.iter().any(|one| its.iter().any(|other| one.excludes(other)))
    }
}

impl Matcher {
    /// Whether one thing can be meant by both. Who belongs to a collection is not known here.
    fn can_meet(one: Option<&Self>, other: Option<&Self>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => {
                one.id == other.id || one.is_collection || other.is_collection
            }
            (None, _) | (_, None) => true,
        }
    }
}

/// The atoms that must all hold.
fn side_by_side<'a>(conditions: &'a [Condition], atoms: &mut Vec<Atom<'a>>) {
    for condition in conditions {
        match condition {
            Condition::Joined { operator: odrl_parser::LogicalOperator::And, members, .. } => {
                side_by_side(members, atoms);
            }
            Condition::Atom { .. } => condition.for_each_atom(&mut |atom| atoms.push(atom)),
            Condition::Joined { .. } => {}
        }
    }
}

impl Atom<'_> {
    /// Whether no single value of the operand satisfies both. Sets are left out: they can hold
    /// both.
    fn excludes(&self, other: &Self) -> bool {
        if self.key != other.key || self.spec.value_type == ValueType::IriSet {
            return false;
        }
        self.ends_before(other) || other.ends_before(self) || self.names_others(other)
    }

    /// Whether all that this one lets through lies before all that the other does.
    fn ends_before(&self, other: &Self) -> bool {
        let (Some((end, closed)), Some((start, open))) = (self.last(), other.first()) else {
            return false;
        };
        // An instant is equal to the whole day around it: that says nothing of which comes first.
        let is_point = !matches!(start, Value::Day { .. });
        match end.order(start) {
            Some(order) => order.is_lt() || (order.is_eq() && is_point && !(closed && open)),
            None => false,
        }
    }

    /// The last value that it lets through, and whether that itself does.
    fn last(&self) -> Option<(&Value, bool)> {
        match (self.operator, self.demanded) {
            (Operator::Lt, [value]) => Some((value, false)),
            (Operator::Lteq | Operator::Eq, [value]) => Some((value, true)),
            (_, _) => None,
        }
    }

    fn first(&self) -> Option<(&Value, bool)> {
        match (self.operator, self.demanded) {
            (Operator::Gt, [value]) => Some((value, false)),
            (Operator::Gteq | Operator::Eq, [value]) => Some((value, true)),
            (_, _) => None,
        }
    }

    /// Whether both name the one value that there must be, and not the same.
    fn names_others(&self, other: &Self) -> bool {
        let named = |atom: &Self| match (atom.operator, atom.spec.value_type) {
            (Operator::Eq, ValueType::Iri | ValueType::Text) => true,
            (_, _) => false,
        };
        named(self)
            && named(other)
            && !self.demanded.iter().any(|value| other.demanded.contains(value))
    }
}
