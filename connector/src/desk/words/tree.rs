//! The tree behind an answer, line by line in both languages: whether each rule and each of its
//! conditions holds, what was demanded and what was seen.

use std::collections::BTreeSet;

use policy::text::Lang;
use policy::{ConstraintReport, RuleReport, Seen, Truth};

use super::both;
use crate::management::view::Words;

/// The lines of all rules.
pub(in crate::desk) fn lines(rules: &[RuleReport]) -> Vec<Words> {
    let mut lines = Vec::new();
    for rule in rules {
        lines.push(both(|lang| rule_line(rule, lang)));
        rule.constraints.iter().for_each(|constraint| add(constraint, 1, &mut lines));
    }
    lines
}

const fn mark(truth: Truth) -> &'static str {
    match truth {
        Truth::Satisfied => "+",
        Truth::Unknown => "?",
        Truth::Unsatisfied => "-",
    }
}

/// Whether a rule's conditions hold, and what that comes to.
fn rule_line(rule: &RuleReport, lang: Lang) -> String {
    let applies = match (rule.regulates, rule.applies, lang) {
        (false, _, Lang::De) => "hier geht es um etwas anderes",
        (false, _, Lang::En) => "is about something else",
        (true, true, Lang::De) => "gilt",
        (true, true, Lang::En) => "applies",
        (true, false, Lang::De) => "gilt nicht",
        (true, false, Lang::En) => "does not apply",
    };
    let action = rule.action.map(|action| format!(" {action}")).unwrap_or_default();
    format!("{} {}{action}: {applies}", mark(rule.truth), rule.pointer)
}

/// The values that were seen, or why there are none.
fn seen(seen: &Seen, lang: Lang) -> Result<&'static str, &BTreeSet<policy::Value>> {
    let words = match seen {
        Seen::Known { values, .. } if !values.is_empty() => return Err(values),
        Seen::Known { .. } => ("nichts", "nothing"),
        Seen::Absent => ("unbekannt", "not known"),
        Seen::Conflicting => ("widersprüchlich", "contradictory"),
        Seen::Stale { .. } => ("veraltet", "out of date"),
        Seen::Untrusted { .. } => {
            ("aus einer Quelle, der nicht geglaubt wird", "not from a source that is believed")
        }
    };
    Ok(match lang {
        Lang::De => words.0,
        Lang::En => words.1,
    })
}

fn add(report: &ConstraintReport, depth: usize, lines: &mut Vec<Words>) {
    let indent = "  ".repeat(depth);
    match report {
        ConstraintReport::Atom(atom) => {
            let list = |values: &mut dyn Iterator<Item = &policy::Value>| {
                values.map(ToString::to_string).collect::<Vec<_>>().join(", ")
            };
            let demanded = list(&mut atom.demanded.iter());
            let (mark, place) = (mark(atom.truth), &atom.pointer);
            let (operand, operator) = (atom.operand.operand(), atom.operator);
            lines.push(both(|lang| {
                let seen = seen(&atom.seen, lang)
                    .map_or_else(|values| list(&mut values.iter()), ToOwned::to_owned);
                let found = match lang {
                    Lang::De => "gesehen",
                    Lang::En => "seen",
                };
                format!("{indent}{mark} {place} {operand} {operator} {demanded}; {found}: {seen}")
            }));
        }
        ConstraintReport::Joined { pointer, operator, truth, members } => {
            let line = format!("{indent}{} {pointer} {}", mark(*truth), operator.name());
            lines.push(Words::same(line));
            members.iter().for_each(|member| add(member, depth + 1, lines));
        }
    }
}
