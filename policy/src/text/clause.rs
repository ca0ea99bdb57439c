//! A constraint as a clause of its own, term by term: what no better sentence covers is still said
//! in full.

use odrl_parser::{LogicalOperator, Operator, Term};
use wire::text::shown;

use super::{Lang, and, badge, label, list, or, time};
use crate::badge::Badge;
use crate::check::Condition;
use crate::profile::OperandSpec;
use crate::value::Value;

/// The condition as a clause that can follow "provided that".
pub(super) fn clause(condition: &Condition, lang: Lang) -> String {
    match condition {
        Condition::Atom { spec, operator, demanded, .. } => atom(spec, *operator, demanded, lang),
        Condition::Joined { operator, members, .. } => {
            let members: Vec<String> = members.iter().map(|member| clause(member, lang)).collect();
            match (operator, lang) {
                (LogicalOperator::And, _) => format!("({})", list(&members, and(lang))),
                (LogicalOperator::AndSequence, Lang::De) => {
                    format!("nacheinander gilt: ({})", members.join("; "))
                }
                (LogicalOperator::AndSequence, Lang::En) => {
                    format!("these hold one after another: ({})", members.join("; "))
                }
                (LogicalOperator::Or, _) => format!("({})", list(&members, or(lang))),
                (LogicalOperator::Xone, Lang::De) => {
                    format!("genau eines davon gilt: ({})", members.join("; "))
                }
                (LogicalOperator::Xone, Lang::En) => {
                    format!("exactly one of these holds: ({})", members.join("; "))
                }
            }
        }
    }
}

fn atom(spec: &OperandSpec, operator: Operator, demanded: &[Value], lang: Lang) -> String {
    let words = demand(spec.term, operator, demanded, lang);
    match spec.badge {
        Badge::Enforced => words,
        Badge::Evidenced | Badge::Promised => format!("{words} ({})", badge(spec.badge, lang)),
    }
}

/// What an atomic constraint demands, as a clause.
pub(super) fn demand(term: Term, operator: Operator, demanded: &[Value], lang: Lang) -> String {
    let values: Vec<String> = demanded.iter().map(|value| value_words(value, lang)).collect();
    let in_time = matches!(demanded.first(), Some(Value::Day { .. } | Value::Instant(_)));
    let verb = relation(operator, in_time, term == Term::VETTED_AS, lang);
    format!("{} {verb} {}", operand(term, lang), list(&values, joining(operator, lang)))
}

/// The word between the values: all of them are demanded, or one.
pub(super) const fn joining(operator: Operator, lang: Lang) -> &'static str {
    match operator {
        Operator::HasPart | Operator::IsAllOf => and(lang),
        Operator::Eq
        | Operator::Gt
        | Operator::Gteq
        | Operator::IsA
        | Operator::IsAnyOf
        | Operator::IsNoneOf
        | Operator::IsPartOf
        | Operator::Lt
        | Operator::Lteq
        | Operator::Neq => or(lang),
    }
}

/// One value in words.
pub(super) fn value_words(value: &Value, lang: Lang) -> String {
    match value {
        Value::Iri(iri) => label::quoted(iri, lang),
        Value::Decimal(number) => number.to_string(),
        Value::Event { .. } | Value::Quantity { .. } => shown(&value.to_string()).to_string(),
        Value::Text { text, language } => {
            let tag = language.as_ref().map(|tag| format!(" [{tag}]")).unwrap_or_default();
            match lang {
                Lang::De => format!("„{}“{tag}", shown(text)),
                Lang::En => format!("“{}”{tag}", shown(text)),
            }
        }
        Value::Day { .. } | Value::DayTime(_) | Value::Instant(_) | Value::YearMonth(_) => {
            time::value(value, lang).unwrap_or_else(|| shown(&value.to_string()).to_string())
        }
    }
}

fn operand(term: Term, lang: Lang) -> String {
    let (german, english) = if term == Term::DATE_TIME {
        ("der Zeitpunkt", "the time")
    } else if term == Term::SINCE_AGREEMENT {
        ("die Zeit seit Vertragsschluss", "the time since the agreement")
    } else if term == Term::PARTICIPANT {
        ("der Partner", "the partner")
    } else if term == Term::VETTED_AS {
        (
            "die Anerkennung durch die Vertrauensstelle",
            "what the authority has vetted the member as",
        )
    } else if term == Term::PURPOSE {
        ("der angegebene Zweck", "the stated purpose")
    } else {
        return format!("`{term}`");
    };
    match lang {
        Lang::De => german.to_owned(),
        Lang::En => english.to_owned(),
    }
}

fn relation(operator: Operator, in_time: bool, is_set: bool, lang: Lang) -> &'static str {
    let (german, english) = match operator {
        Operator::Eq if in_time => ("ist der", "is"),
        Operator::Neq if in_time => ("ist nicht der", "is not"),
        Operator::Eq => ("ist", "is"),
        Operator::Neq => ("ist nicht", "is not"),
        Operator::Lt if in_time => ("liegt vor dem", "is before"),
        Operator::Lteq if in_time => ("liegt nicht nach dem", "is not after"),
        Operator::Gt if in_time => ("liegt nach dem", "is after"),
        Operator::Gteq if in_time => ("liegt nicht vor dem", "is not before"),
        Operator::Lt => ("ist kleiner als", "is less than"),
        Operator::Lteq => ("ist höchstens", "is at most"),
        Operator::Gt => ("ist größer als", "is more than"),
        Operator::Gteq => ("ist mindestens", "is at least"),
        Operator::HasPart | Operator::IsAllOf => ("umfasst", "includes"),
        Operator::IsA if is_set => ("umfasst eine Art von", "includes a kind of"),
        Operator::IsA => ("ist eine Art von", "is a kind of"),
        Operator::IsAnyOf if is_set => ("umfasst", "includes"),
        Operator::IsAnyOf => ("ist", "is"),
        Operator::IsNoneOf if is_set => ("umfasst nicht", "does not include"),
        Operator::IsNoneOf => ("ist nicht", "is not"),
        Operator::IsPartOf => ("liegt innerhalb von", "lies within"),
    };
    match lang {
        Lang::De => german,
        Lang::En => english,
    }
}
