//! The three truth values and the strong Kleene rules that join them. Unknown is never taken for
//! either of the others.

use odrl_parser::LogicalOperator;
use serde::Serialize;

/// Whether a constraint holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truth {
    /// It holds.
    Satisfied,
    /// It cannot be said.
    Unknown,
    /// It does not hold.
    Unsatisfied,
}

impl Truth {
    /// Joins the members of a logical constraint.
    pub fn join(operator: LogicalOperator, members: impl IntoIterator<Item = Self>) -> Self {
        let (mut satisfied, mut unknown, mut unsatisfied) = (0_usize, 0_usize, 0_usize);
        for member in members {
            match member {
                Self::Satisfied => satisfied += 1,
                Self::Unknown => unknown += 1,
                Self::Unsatisfied => unsatisfied += 1,
            }
        }
        match operator {
            LogicalOperator::And if unsatisfied > 0 => Self::Unsatisfied,
            LogicalOperator::And if unknown > 0 => Self::Unknown,
            LogicalOperator::And => Self::Satisfied,
            // In which order they came to hold, no fact says.
            LogicalOperator::AndSequence if unsatisfied > 0 => Self::Unsatisfied,
            LogicalOperator::AndSequence => Self::Unknown,
            LogicalOperator::Or if satisfied > 0 => Self::Satisfied,
            LogicalOperator::Or if unknown > 0 => Self::Unknown,
            LogicalOperator::Or => Self::Unsatisfied,
            // More than one that holds can never become exactly one, whatever the unknown ones are.
            LogicalOperator::Xone if satisfied > 1 => Self::Unsatisfied,
            LogicalOperator::Xone if unknown > 0 => Self::Unknown,
            LogicalOperator::Xone if satisfied == 1 => Self::Satisfied,
            LogicalOperator::Xone => Self::Unsatisfied,
        }
    }

    /// A known answer, or unknown where there is none.
    #[must_use]
    pub const fn of(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Satisfied,
            Some(false) => Self::Unsatisfied,
            None => Self::Unknown,
        }
    }

    /// The opposite; unknown stays unknown.
    #[must_use]
    pub const fn negated(self) -> Self {
        match self {
            Self::Satisfied => Self::Unsatisfied,
            Self::Unknown => Self::Unknown,
            Self::Unsatisfied => Self::Satisfied,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_join_by_strong_kleene() {
        use LogicalOperator::{And, AndSequence, Or, Xone};
        use Truth::{Satisfied as S, Unknown as U, Unsatisfied as N};
        for (operator, members, expected) in [
            (And, &[S, S][..], S),
            (And, &[S, U], U),
            (And, &[U, N], N),
            (Or, &[N, N], N),
            (Or, &[N, U], U),
            (Or, &[U, S], S),
            (Xone, &[S, N], S),
            (Xone, &[S, U], U),
            (Xone, &[U, N], U),
            (Xone, &[S, S], N),
            (Xone, &[S, S, U], N),
            (Xone, &[N, N], N),
            (AndSequence, &[S, S], U),
            (AndSequence, &[S, U], U),
            (AndSequence, &[S, N], N),
            (AndSequence, &[N, N], N),
            (AndSequence, &[U, N], N),
        ] {
            let mut members = members.to_vec();
            assert_eq!(
                Truth::join(operator, members.clone()),
                expected,
                "{operator:?} {members:?}"
            );
            members.reverse();
            assert_eq!(Truth::join(operator, members), expected);
        }
    }
}
