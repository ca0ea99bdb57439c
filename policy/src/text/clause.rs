//! A constraint as a clause of its own, term by term: what no better sentence covers is still said
//! in full.

use odrl_parser::{
    Constraint, Literal, LiteralTag, LogicalOperator, Operand, Operator, Term, value_iri,
};
use wire::iri::Iri;
use wire::text::shown;

use super::{Lang, Voice, and, list, mark, or, quote, time};
use crate::book::{Book, Values};
use crate::value::{Phase, Value, ValueType};

impl Voice<'_> {
    /// The constraint as a clause that can follow "provided that".
    pub(super) fn clause(&self, constraint: &Constraint) -> String {
        match constraint {
            Constraint::Atomic { .. } => {
                let badge = self.standing.constraint(constraint).badge;
                format!("{}{}", self.atom(constraint), mark(badge, self.lang))
            }
            Constraint::Logical { operator, operands, .. } => {
                let members: Vec<String> = operands.iter().map(|it| self.clause(it)).collect();
                let (before, between) = self.book.terms.logical(*operator, self.lang);
                match operator {
                    LogicalOperator::And | LogicalOperator::Or => {
                        format!("({})", list(&members, between))
                    }
                    LogicalOperator::AndSequence | LogicalOperator::Xone => {
                        format!("{before}: ({})", members.join("; "))
                    }
                }
            }
        }
    }

    /// Several clauses that must all hold.
    pub(super) fn clauses<'a>(&self, of: impl IntoIterator<Item = &'a Constraint>) -> String {
        let clauses: Vec<String> = of.into_iter().map(|it| self.clause(it)).collect();
        list(&clauses, and(self.lang))
    }

    fn atom(&self, constraint: &Constraint) -> String {
        let Constraint::Atomic { left, operator, right, unit, data_type, status, .. } = constraint
        else {
            return String::new();
        };
        let kind = self.book.terms.values(*left);
        let values = self.operands(kind, right);
        let mut words = demand_words(self.book, *left, *operator, &values, self.lang);
        let mut add = |text: String| words.push_str(&text);
        if let Some(unit) = unit {
            add(format!(" {}", self.book.terms.name(unit.as_str(), self.lang)));
        }
        if let Some(data_type) = data_type {
            let name = self.lang.pick("Datentyp", "data type");
            add(format!(" ({name} {})", shown(data_type.as_str())));
        }
        if let Some(status) = status {
            let claim = self.lang.pick("angeblicher Stand", "claimed state");
            add(format!(" ({claim}: {})", literal_words(self.book, kind, status, self.lang)));
        }
        words
    }

    fn operands(&self, kind: Option<Values>, right: &Operand) -> Vec<String> {
        let values = right.values.iter().map(|it| literal_words(self.book, kind, it, self.lang));
        let references = right.references.iter().map(|iri| {
            let what = self.lang.pick("was dort steht:", "what stands at");
            format!("{what} {}", quote(&self.book.terms.name(iri.as_str(), self.lang), self.lang))
        });
        values.chain(references).collect()
    }
}

/// What an atomic constraint demands, as a clause.
pub(super) fn demand(
    book: &Book,
    term: Term,
    operator: Operator,
    demanded: &[Value],
    lang: Lang,
) -> String {
    let values: Vec<String> = demanded.iter().map(|value| value_words(book, value, lang)).collect();
    demand_words(book, term, operator, &values, lang)
}

fn demand_words(
    book: &Book,
    term: Term,
    operator: Operator,
    values: &[String],
    lang: Lang,
) -> String {
    let operand = book.terms.operand(term, lang);
    let verb = book.terms.operator(operator, book.terms.values(term), lang);
    format!("{operand} {verb} {}", list(values, joining(operator, lang)))
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

/// One typed value in words.
pub(super) fn value_words(book: &Book, value: &Value, lang: Lang) -> String {
    if let Value::Iri(iri) = value {
        return quote(&book.terms.name(iri.as_str(), lang), lang);
    }
    if let Value::Text { text, language } = value {
        let tag = language.as_ref().map(|tag| format!(" [{}]", shown(tag))).unwrap_or_default();
        return format!("{}{tag}", quote(&shown(text).to_string(), lang));
    }
    if let Value::Quantity { number, unit } = value {
        return format!("{number} {}", book.terms.name(unit.as_str(), lang));
    }
    if let Value::Event { event, phase } = value {
        let when = match phase {
            Phase::Before => lang.pick("vor", "before"),
            Phase::During => lang.pick("während", "during"),
            Phase::After => lang.pick("nach", "after"),
        };
        return format!("{when} {}", quote(&book.terms.name(event.as_str(), lang), lang));
    }
    time::value(value, lang).unwrap_or_else(|| shown(&value.to_string()).to_string())
}

/// One value as it is written, read by what its operand's values are. What cannot be read so is
/// shown as it stands.
pub(super) fn literal_words(
    book: &Book,
    kind: Option<Values>,
    literal: &Literal,
    lang: Lang,
) -> String {
    let read = |value_type| Value::read(literal, value_type).ok();
    let value = match (&literal.tag, kind) {
        (LiteralTag::Iri, _) => value_iri(&literal.lexical).map(Value::Iri),
        (_, Some(Values::Instant)) => read(ValueType::Instant),
        (_, Some(Values::Duration)) => read(ValueType::Interval),
        (_, Some(Values::Decimal)) => read(ValueType::Decimal),
        (_, Some(Values::Event | Values::Iri | Values::Set)) => read(ValueType::Iri),
        (LiteralTag::Datatype(_), Some(Values::Text)) => read(ValueType::Decimal),
        (_, Some(Values::Text) | None) => None,
    };
    if let Some(value) = value {
        return value_words(book, &value, lang);
    }
    let text = quote(&shown(&literal.lexical).to_string(), lang);
    match &literal.tag {
        LiteralTag::Language(tag) => format!("{text} [{}]", shown(tag)),
        LiteralTag::Datatype(datatype) => format!("{text} ({})", shown(datatype.as_str())),
        LiteralTag::Boolean | LiteralTag::Iri | LiteralTag::Number | LiteralTag::Plain => text,
    }
}

/// The values of an operand as IRIs, if all are.
pub(super) fn iris(right: &Operand) -> Option<Vec<Iri>> {
    let all: Option<Vec<Iri>> = right.values.iter().map(|it| value_iri(&it.lexical)).collect();
    all.filter(|iris| !iris.is_empty() && right.references.is_empty())
}
