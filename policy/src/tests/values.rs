//! Literals as typed values, operators over them, and what the check refuses.

use std::collections::BTreeSet;

use odrl_parser::{Literal, LiteralTag, Operator, Term};
use serde_json::{Value as Json, json};
use wire::pointer::Pointer;

use super::{agreement, atom, iri, parsed, to_use};
use crate::Truth::{Satisfied as S, Unknown as U, Unsatisfied as N};
use crate::{Badge, OperandSpec, Profile, Source, Truth, Value, ValueType, check, check_against};

fn literal(tag: &str, text: &str) -> Literal {
    let tag = match (tag, tag.strip_prefix('@')) {
        ("", _) => LiteralTag::Plain,
        ("#", _) => LiteralTag::Number,
        ("?", _) => LiteralTag::Boolean,
        ("@id", _) => LiteralTag::Iri,
        (_, Some(language)) => LiteralTag::Language(language.to_owned()),
        (tag, None) => {
            LiteralTag::Datatype(iri(&format!("http://www.w3.org/2001/XMLSchema#{tag}")))
        }
    };
    Literal { lexical: text.to_owned(), tag, pointer: Pointer::root() }
}

#[test]
fn literals_are_read_by_the_type_of_the_operand() {
    use ValueType::{Decimal, Duration, Instant, Iri, Text, YearMonth};
    for (value_type, tag, text, expected) in [
        (Decimal, "", "10", Some("10")),
        (Decimal, "#", "10", Some("10")),
        (Decimal, "integer", "10", Some("10")),
        (Decimal, "decimal", "10.0", Some("10")),
        (Decimal, "decimal", "-0.0", Some("0")),
        (Decimal, "decimal", "+1.50", Some("1.5")),
        (Decimal, "", "1e1", None),
        (Decimal, "", "NaN", None),
        (Decimal, "", "INF", None),
        (Decimal, "", ".5", None),
        (Decimal, "", "5.", None),
        (Decimal, "", " 5", None),
        (Decimal, "", "1_000", None),
        (Decimal, "", "123456789012345678901234567890", None),
        (Decimal, "", "0.00000000000000000000000000001", None),
        (Decimal, "string", "10", None),
        (Decimal, "?", "true", None),
        (Instant, "", "2026-12-31T00:00:00+01:00", Some("2026-12-30T23:00:00Z")),
        (Instant, "dateTime", "2026-12-31T00:00:00Z", Some("2026-12-31T00:00:00Z")),
        (Instant, "date", "2026-12-31", Some("2026-12-31")),
        (Instant, "", "2026-12-31+01:00", Some("2026-12-31+01:00")),
        (Instant, "dateTime", "2026-12-31", None),
        (Instant, "date", "2026-12-31T00:00:00Z", None),
        (Instant, "", "2026-12-31T00:00:00", None),
        (Instant, "", "2024-02-30", None),
        (Instant, "#", "2026", None),
        (Instant, "string", "2026-12-31T00:00:00Z", None),
        (Duration, "", "P30D", Some("PT720H")),
        (Duration, "dayTimeDuration", "PT90M", Some("PT1H30M")),
        (Duration, "duration", "P60M", None),
        (YearMonth, "duration", "P1Y2M", Some("P14M")),
        (YearMonth, "duration", "P30D", None),
        (Iri, "", "urn:a", Some("urn:a")),
        (Iri, "@id", "urn:a", Some("urn:a")),
        (Iri, "anyURI", "urn:a", Some("urn:a")),
        (Iri, "", "odrl:policyUsage", None),
        (Iri, "", "EU", None),
        (Iri, "string", "urn:a", None),
        (Iri, "@de", "urn:a", None),
        (Text, "", ".*", Some(".*")),
        (Text, "string", "' or 1=1", Some("' or 1=1")),
        (Text, "@de-ch", "x", Some("x@de-ch")),
        (Text, "@id", "urn:a", None),
        (Text, "#", "1", None),
    ] {
        let value = Value::read(&literal(tag, text), value_type).ok();
        let found = value.map(|value| value.to_string());
        assert_eq!(found.as_deref(), expected, "{value_type:?} {tag} {text}");
    }
}

fn values(value_type: ValueType, texts: &str) -> Vec<Value> {
    let texts = texts.split_whitespace();
    texts.map(|text| Value::read(&literal("", text), value_type).unwrap()).collect()
}

/// A taxonomy in which `urn:bike` and `urn:bus` are kinds of `urn:mobility`, with a harmless cycle.
fn taxonomy() -> Profile {
    Profile::of([])
        .with_broader(iri("urn:bike"), iri("urn:mobility"))
        .with_broader(iri("urn:bus"), iri("urn:mobility"))
        .with_broader(iri("urn:mobility"), iri("urn:bus"))
        .with_broader(iri("urn:bus"), iri("urn:public"))
}

fn check_operators(value_type: ValueType, rows: &[(&str, &str, &str, Truth)]) {
    for (left, operator, right, expected) in rows {
        let operator = Operator::parse(operator).unwrap();
        assert!(value_type.gives_meaning_to(operator), "{operator}");
        let left_values: BTreeSet<Value> = values(value_type, left).into_iter().collect();
        let right_values = values(value_type, right);
        let found = crate::compare(&taxonomy(), &left_values, operator, &right_values);
        assert_eq!(found, *expected, "{left} {operator} {right}");
    }
}

#[test]
fn ordered_values_are_compared_on_their_line() {
    for (value_type, low, high, same) in [
        (ValueType::Decimal, "9.9", "10", "10.0"),
        (ValueType::Duration, "PT23H", "P1D", "PT24H"),
        (ValueType::YearMonth, "P11M", "P1Y", "P12M"),
        (
            ValueType::Instant,
            "2026-12-31T00:00:00+14:00",
            "2026-12-31T00:00:00-12:00",
            "2026-12-31T12:00:00Z",
        ),
    ] {
        let rows = [
            (low, "lt", high, S),
            (high, "lt", same, N),
            (high, "lteq", same, S),
            (high, "eq", same, S),
            (high, "neq", same, N),
            (high, "gteq", same, S),
            (high, "gt", same, N),
            (high, "gt", low, S),
            (low, "gteq", high, N),
            (low, "isAnyOf", &format!("{high} {low}"), S),
            (low, "isNoneOf", &format!("{high} {low}"), N),
            (low, "isAnyOf", high, N),
        ];
        check_operators(value_type, &rows);
    }
}

/// Ruling 10: a day is an interval in its zone.
#[test]
fn instants_are_compared_with_days_as_intervals() {
    let (before, first, last, after) = (
        "2026-12-30T22:59:59.999999999Z",
        "2026-12-30T23:00:00Z",
        "2026-12-31T22:59:59.999999999Z",
        "2026-12-31T23:00:00Z",
    );
    for (at, [lt, lteq, eq, gteq, gt, neq]) in [
        (before, [S, S, N, N, N, S]),
        (first, [N, S, S, S, N, N]),
        (last, [N, S, S, S, N, N]),
        (after, [N, N, N, S, S, S]),
    ] {
        let day = "2026-12-31+01:00";
        let rows = [
            (at, "lt", day, lt),
            (at, "lteq", day, lteq),
            (at, "eq", day, eq),
            (at, "gteq", day, gteq),
            (at, "gt", day, gt),
            (at, "neq", day, neq),
        ];
        check_operators(ValueType::Instant, &rows);
    }
}

#[test]
fn iris_and_texts_are_compared_by_their_characters() {
    check_operators(
        ValueType::Iri,
        &[
            ("urn:a", "eq", "urn:a", S),
            ("urn:a", "eq", "urn:A", N),
            ("http://a/%7e", "eq", "http://a/~", N),
            ("urn:a", "neq", "urn:b", S),
            ("urn:a", "isAnyOf", "urn:b urn:a", S),
            ("urn:a", "isNoneOf", "urn:b urn:c", S),
            ("urn:bike", "isA", "urn:mobility", S),
            ("urn:bike", "isA", "urn:public", S),
            ("urn:bike", "isA", "urn:bike", S),
            ("urn:public", "isA", "urn:bike", N),
            ("urn:new", "isA", "urn:mobility", U),
            ("urn:bike", "isPartOf", "urn:new urn:mobility", S),
            ("urn:public", "isPartOf", "urn:bike", N),
            ("urn:public", "isPartOf", "urn:bike urn:new", U),
        ],
    );
    check_operators(
        ValueType::IriSet,
        &[
            ("urn:a urn:b", "hasPart", "urn:a", S),
            ("urn:a urn:b", "hasPart", "urn:a urn:c", N),
            ("urn:a urn:b", "isAllOf", "urn:b urn:a", S),
            ("urn:a", "isAllOf", "urn:a urn:b", N),
            ("urn:a urn:b", "isAnyOf", "urn:b urn:c", S),
            ("", "isAnyOf", "urn:a", N),
            ("", "isNoneOf", "urn:a", S),
            ("", "isA", "urn:a", N),
            ("urn:x urn:bike", "isA", "urn:mobility", S),
            ("urn:bus urn:bike", "isPartOf", "urn:mobility", S),
            ("", "isPartOf", "urn:a", N),
        ],
    );
    check_operators(
        ValueType::Text,
        &[
            ("abc", "eq", "abc", S),
            ("abc", "eq", ".*", N),
            ("ABC", "neq", "abc", S),
            ("abc", "isAnyOf", "x abc", S),
            ("a", "isNoneOf", "b c", S),
        ],
    );
    let german = Value::read(&literal("@de", "x"), ValueType::Text).unwrap();
    let swiss = Value::read(&literal("@de-ch", "x"), ValueType::Text).unwrap();
    assert_eq!(german.equals(&swiss), Some(false));
}

#[test]
fn what_cannot_be_compared_is_unknown() {
    let number = values(ValueType::Decimal, "1");
    let text = values(ValueType::Text, "1");
    let left = number.into_iter().collect();
    for operator in Operator::ALL {
        assert_eq!(crate::compare(&taxonomy(), &left, operator, &text), U, "{operator}");
    }
}

fn refused(constraint: Json) -> String {
    let policy = parsed(&agreement(json!([to_use(json!([constraint]))]), json!([])));
    let error = check(&policy).unwrap_err();
    format!("{} {}", error.code(), error.pointer)
}

#[test]
fn what_cannot_be_judged_is_refused_at_its_place() {
    let place = |rest: &str| format!("/permission/0/constraint/0/{rest}");
    for (constraint, code, rest) in [
        (atom("delayPeriod", "lt", "P5D"), "policy-operand-unavailable", "leftOperand"),
        (atom("absoluteSize", "eq", 5), "policy-operand-unavailable", "leftOperand"),
        (atom("dateTime", "isA", "2026-12-31"), "policy-operator-meaningless", "operator"),
        (atom("participant", "lt", "did:web:a"), "policy-operator-meaningless", "operator"),
        (atom("vettedAs", "eq", "urn:a"), "policy-operator-meaningless", "operator"),
        (atom("purpose", "hasPart", "urn:a"), "policy-operator-meaningless", "operator"),
        (
            atom("dateTime", "lt", json!(["2026-12-31", "2027-12-31"])),
            "policy-list-refused",
            "rightOperand",
        ),
        (atom("purpose", "isA", json!(["urn:a", "urn:b"])), "policy-list-refused", "rightOperand"),
        (atom("dateTime", "lt", "2026-12-31T00:00:00"), "policy-value-refused", "rightOperand"),
        (atom("dateTime", "lt", "tomorrow"), "policy-value-refused", "rightOperand"),
        (atom("dateTime", "lt", 2026), "policy-value-refused", "rightOperand"),
        (atom("sinceAgreement", "lteq", "P60M"), "policy-value-refused", "rightOperand"),
        (atom("sinceAgreement", "lteq", "-P1D"), "policy-value-refused", "rightOperand"),
        (
            atom("purpose", "isAnyOf", json!(["urn:a", "traffic"])),
            "policy-value-refused",
            "rightOperand/1",
        ),
        (
            atom("participant", "eq", json!({"@value": "x", "@language": "de"})),
            "policy-value-refused",
            "rightOperand",
        ),
    ] {
        let shown = constraint.to_string();
        assert_eq!(refused(constraint), format!("{code} {}", place(rest)), "{shown}");
    }
}

#[test]
fn a_profile_takes_only_operators_that_mean_something() {
    let spec = |value_type| OperandSpec {
        term: Term::left_operand("odrl:resolution").unwrap(),
        value_type,
        operators: Operator::ALL.into_iter().collect(),
        source: Source::Statement,
        badge: Badge::Promised,
        units: BTreeSet::new(),
    };
    for (value_type, count) in [
        (ValueType::Decimal, 8),
        (ValueType::Duration, 8),
        (ValueType::Instant, 8),
        (ValueType::Iri, 6),
        (ValueType::IriSet, 6),
        (ValueType::Text, 4),
        (ValueType::YearMonth, 8),
    ] {
        let profile = Profile::of([spec(value_type)]);
        let operators = &profile.operand(spec(value_type).term).unwrap().operators;
        assert_eq!(operators.len(), count, "{value_type:?}");
    }
    let policy =
        parsed(&agreement(json!([to_use(json!([atom("resolution", "eq", "1.0")]))]), json!([])));
    assert!(check_against(&policy, &Profile::of([spec(ValueType::Text)])).is_ok());
    assert!(check(&policy).is_err());
}
