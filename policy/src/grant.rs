//! Two policies side by side: whether one provably grants no more than the other, whatever the
//! facts are. What cannot be proven here is not said; a person may still see that it holds.

use odrl_parser::{LogicalOperator, Operator};

use crate::check::{CheckedPolicy, CheckedRule, Condition, Matcher, Modality};
use crate::value::Value;

/// How the rules of one policy stand to those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// They grant the same, in whatever order and wherever it is written.
    Same,
    /// It grants less, or what cannot be told from less.
    Less,
    /// It grants more, or what cannot be told from more.
    More,
    /// Neither is proven to grant no more than the other.
    Open,
}

impl CheckedPolicy {
    /// How the rules of this policy stand to those of `other`. Ids, parties, target, time and what
    /// is only informative are not looked at.
    #[must_use]
    pub fn grant_beside(&self, other: &Self) -> Grant {
        match (self.grants_no_more_than(other), other.grants_no_more_than(self)) {
            (true, true) => Grant::Same,
            (true, false) => Grant::Less,
            (false, true) => Grant::More,
            (false, false) => Grant::Open,
        }
    }

    /// Whether whatever these rules permit, those of `other` permit too: each permission is within
    /// one of theirs, and each prohibition of theirs is within one of these.
    #[must_use]
    pub fn grants_no_more_than(&self, other: &Self) -> bool {
        let of = |policy: &'_ Self, modality| -> Vec<CheckedRule> {
            policy.rules().iter().filter(|rule| rule.modality == modality).cloned().collect()
        };
        let within = |one: &CheckedRule, wide: &[CheckedRule]| wide.iter().any(|it| it.holds(one));
        let (permissions, theirs) =
            (of(self, Modality::Permission), of(other, Modality::Permission));
        let (prohibitions, kept) =
            (of(self, Modality::Prohibition), of(other, Modality::Prohibition));
        self.profile() == other.profile()
            && self.settings() == other.settings()
            && self.policy().conflict == other.policy().conflict
            && !other.is_void()
            && same_duties(self.obligations(), other.obligations())
            && permissions.iter().all(|rule| within(rule, &theirs))
            && kept.iter().all(|rule| within(rule, &prohibitions))
    }
}

impl CheckedRule {
    /// Whether `narrow` applies only where this rule does.
    fn holds(&self, narrow: &Self) -> bool {
        let within = |wide: &[Condition], narrow: &[Condition]| {
            let narrow = flat(narrow);
            flat(wide).iter().all(|demanded| narrow.iter().any(|given| given.implies(demanded)))
        };
        let named = |wide: &Option<Matcher>, narrow: &Option<Matcher>| match (wide, narrow) {
            (None, _) => true,
            (Some(wide), Some(narrow)) => wide.says(narrow),
            (Some(_), None) => false,
        };
        let covers = match (self.action, narrow.action) {
            (None, _) => true,
            (Some(wide), Some(narrow)) => wide.covers(narrow),
            (Some(_), None) => false,
        };
        covers
            && named(&self.target, &narrow.target)
            && named(&self.assignee, &narrow.assignee)
            && within(&self.refinements, &narrow.refinements)
            && within(&self.conditions, &narrow.conditions)
            && same_duties(&self.duties, &narrow.duties)
    }
}

/// Whether the same is to be done. A duty too many is as much a change as one too few, and what is
/// known of a duty is known under its name.
fn same_duties(some: &[CheckedRule], others: &[CheckedRule]) -> bool {
    some.len() == others.len()
        && some.iter().all(|one| others.iter().any(|it| it.key == one.key && it.says(one)))
}

/// Conditions that must all hold, without an `and` around any of them.
fn flat(conditions: &[Condition]) -> Vec<&Condition> {
    let mut flat = Vec::new();
    for condition in conditions {
        match condition {
            Condition::Joined { operator: LogicalOperator::And, members, .. } => {
                flat.extend(self::flat(members));
            }
            Condition::Joined { .. } | Condition::Atom { .. } => flat.push(condition),
        }
    }
    flat
}

impl Condition {
    /// Whether `other` holds wherever this does, and fails only where this does. Each pair of parts
    /// is looked at once, so that a stranger's policy costs no more than its length.
    fn implies(&self, other: &Self) -> bool {
        use LogicalOperator::{And, AndSequence, Or, Xone};
        match (self, other) {
            (Self::Atom { .. }, Self::Atom { .. }) => self.says(other) || self.bounds(other),
            (
                Self::Joined { operator: And, members, .. },
                Self::Joined { operator: And, members: demanded, .. },
            ) => demanded.iter().all(|its| members.iter().any(|mine| mine.implies(its))),
            (
                Self::Joined { operator: Or, members, .. },
                Self::Joined { operator: Or, members: allowed, .. },
            ) => members.iter().all(|mine| allowed.iter().any(|its| mine.implies(its))),
            (Self::Atom { .. }, Self::Joined { operator: Or, members, .. }) => {
                members.iter().any(|its| self.implies(its))
            }
            (Self::Joined { operator: And, members, .. }, Self::Atom { .. }) => {
                members.iter().any(|mine| mine.implies(other))
            }
            (
                Self::Joined { operator: And | AndSequence | Or | Xone, .. },
                Self::Joined { operator: And | AndSequence | Or | Xone, .. },
            ) => self.says(other),
            (Self::Atom { .. }, Self::Joined { operator: And | AndSequence | Xone, .. })
            | (Self::Joined { operator: AndSequence | Or | Xone, .. }, Self::Atom { .. }) => false,
        }
    }

    /// Whether this is the same bound as `other`, or a tighter one.
    fn bounds(&self, other: &Self) -> bool {
        let (
            Self::Atom { key, operator, demanded, .. },
            Self::Atom { key: key_2, operator: operator_2, demanded: demanded_2, .. },
        ) = (self, other)
        else {
            return false;
        };
        if key != key_2 || operator != operator_2 {
            return false;
        }
        let within = |some: &[Value], all: &[Value]| some.iter().all(|value| all.contains(value));
        match operator {
            Operator::Lt | Operator::Lteq => no_later(demanded, demanded_2),
            Operator::Gt | Operator::Gteq => no_later(demanded_2, demanded),
            Operator::IsAnyOf | Operator::IsPartOf => within(demanded, demanded_2),
            Operator::IsNoneOf | Operator::IsAllOf | Operator::HasPart => {
                within(demanded_2, demanded)
            }
            Operator::Eq | Operator::IsA | Operator::Neq => false,
        }
    }
}

/// Whether a bound of one value is no later or greater than another of the same sort.
fn no_later(one: &[Value], other: &[Value]) -> bool {
    match (one, other) {
        ([Value::Instant(one)], [Value::Instant(other)]) => one <= other,
        ([Value::Day { start, end, .. }], [Value::Day { start: start_2, end: end_2, .. }]) => {
            start <= start_2 && end <= end_2
        }
        ([Value::DayTime(one)], [Value::DayTime(other)]) => one <= other,
        ([Value::Decimal(one)], [Value::Decimal(other)]) => one <= other,
        ([Value::YearMonth(one)], [Value::YearMonth(other)]) => one <= other,
        (_, _) => false,
    }
}
