//! Sets of points of a line, as the places where one goes in and out of them.

use odrl_parser::{LogicalOperator, Operator};

/// A place between points: before a point, or after it.
pub(super) type Cut<T> = (T, bool);

/// A set of points: whether it holds at the very beginning, and where that turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Intervals<T> {
    start: bool,
    cuts: Vec<Cut<T>>,
}

impl<T: Ord + Copy> Intervals<T> {
    /// What an operator lets through beside a stretch from before `first` to the cut `end`.
    pub(super) fn beside(operator: Operator, first: T, end: Cut<T>) -> Option<Self> {
        let begin = (first, false);
        Some(match operator {
            Operator::Eq | Operator::IsAnyOf => Self { start: false, cuts: vec![begin, end] },
            Operator::Neq | Operator::IsNoneOf => Self { start: true, cuts: vec![begin, end] },
            Operator::Lt => Self { start: true, cuts: vec![begin] },
            Operator::Lteq => Self { start: true, cuts: vec![end] },
            Operator::Gt => Self { start: false, cuts: vec![end] },
            Operator::Gteq => Self { start: false, cuts: vec![begin] },
            Operator::HasPart | Operator::IsA | Operator::IsAllOf | Operator::IsPartOf => {
                return None;
            }
        })
    }

    /// Joins sets: the points that are in all, some or exactly one of them.
    pub(super) fn join(operator: LogicalOperator, sets: &[&Self]) -> Option<Self> {
        let holds = |inside: usize| match operator {
            LogicalOperator::And => Some(inside == sets.len()),
            LogicalOperator::Or => Some(inside > 0),
            LogicalOperator::Xone => Some(inside == 1),
            LogicalOperator::AndSequence => None,
        };
        let mut now: Vec<bool> = sets.iter().map(|set| set.start).collect();
        let mut inside = now.iter().filter(|is| **is).count();
        let mut turns: Vec<(Cut<T>, usize)> = Vec::new();
        for (at, set) in sets.iter().enumerate() {
            turns.extend(set.cuts.iter().map(|cut| (*cut, at)));
        }
        turns.sort_unstable();
        let start = holds(inside)?;
        let (mut last, mut cuts) = (start, Vec::new());
        let mut turns = turns.into_iter().peekable();
        while let Some((cut, at)) = turns.next() {
            let is = now.get_mut(at)?;
            *is = !*is;
            inside = if *is { inside + 1 } else { inside.saturating_sub(1) };
            // What turns at the same place turns at once.
            if turns.peek().is_none_or(|(next, _)| *next != cut) && holds(inside)? != last {
                last = !last;
                cuts.push(cut);
            }
        }
        Some(Self { start, cuts })
    }

    pub(super) fn contains(&self, point: T) -> bool {
        let passed = self.cuts.partition_point(|cut| *cut <= (point, false));
        self.start ^ (passed % 2 == 1)
    }

    pub(super) fn cuts(&self) -> &[Cut<T>] {
        &self.cuts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LogicalOperator::{And, Or, Xone};

    fn set(operator: Operator, first: i64, last: i64) -> Intervals<i64> {
        Intervals::beside(operator, first, (last, true)).unwrap()
    }

    #[test]
    fn joined_sets_hold_where_their_members_do() {
        let sets = [
            set(Operator::Gteq, 2, 2),
            set(Operator::Lt, 7, 7),
            set(Operator::Eq, 4, 5),
            set(Operator::Neq, 4, 4),
            set(Operator::Gt, 7, 7),
        ];
        for mask in 1_usize..32 {
            let chosen: Vec<&Intervals<i64>> = sets
                .iter()
                .enumerate()
                .filter(|(at, _)| mask >> at & 1 == 1)
                .map(|(_, set)| set)
                .collect();
            for (operator, expected) in [
                (And, (|inside, all| inside == all) as fn(usize, usize) -> bool),
                (Or, |inside, _| inside > 0),
                (Xone, |inside, _| inside == 1),
            ] {
                let joined = Intervals::join(operator, &chosen).unwrap();
                assert!(joined.cuts().is_sorted());
                for point in -1..10 {
                    let inside = chosen.iter().filter(|set| set.contains(point)).count();
                    let expected = expected(inside, chosen.len());
                    assert_eq!(joined.contains(point), expected, "{operator:?} {mask} {point}");
                }
            }
        }
    }
}
