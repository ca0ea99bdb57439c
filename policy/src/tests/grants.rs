//! Which of two policies provably grants no more than the other, as a table.

use serde_json::{Value as Json, json};

use super::{MOBILITY, agreement, atom, parsed, to_use};
use crate::Grant;

/// An agreement under one permission with these constraints.
fn under(constraints: Json) -> Json {
    agreement(json!([to_use(constraints)]), json!([]))
}

fn until(day: &str) -> Json {
    atom("dateTime", "lteq", json!({ "@value": day, "@type": "xsd:date" }))
}

fn kinds(kinds: &[&str]) -> Json {
    atom("vettedAs", "isAnyOf", json!(kinds))
}

/// What `one` grants beside `other`, and the other way round.
fn check(what: &str, one: Json, other: Json, expected: Grant) {
    let read = |policy: &Json| crate::check(parsed(policy)).unwrap();
    let (one, other) = (read(&one), read(&other));
    assert_eq!(one.grant_beside(&other), expected, "{what}");
    let back = match expected {
        Grant::Less => Grant::More,
        Grant::More => Grant::Less,
        Grant::Same | Grant::Open => expected,
    };
    assert_eq!(other.grant_beside(&one), back, "{what}, the other way round");
}

#[test]
fn one_condition_beside_another() {
    let (may, june) = (until("2026-05-31"), until("2026-06-30"));
    let (town, firm) = ("urn:k:town", "urn:k:firm");
    let mobile = || kinds(&[MOBILITY]);
    check("itself", under(json!([may])), under(json!([may])), Grant::Same);
    check(
        "another order",
        under(json!([may, mobile()])),
        under(json!([mobile(), may])),
        Grant::Same,
    );
    check(
        "an `and` more",
        under(json!([{ "and": [may, mobile()] }])),
        under(json!([mobile(), may])),
        Grant::Same,
    );
    check("a condition more", under(json!([may, mobile()])), under(json!([may])), Grant::Less);
    check("no condition", under(json!([may])), under(json!([])), Grant::Less);
    check("an earlier end", under(json!([may])), under(json!([june])), Grant::Less);
    check(
        "fewer kinds",
        under(json!([kinds(&[town])])),
        under(json!([kinds(&[firm, town])])),
        Grant::Less,
    );
    check(
        "other kinds",
        under(json!([kinds(&[town])])),
        under(json!([kinds(&[firm])])),
        Grant::Open,
    );
    check(
        "earlier for others",
        under(json!([may, kinds(&[town])])),
        under(json!([june, kinds(&[firm])])),
        Grant::Open,
    );
    check(
        "one of two",
        under(json!([may])),
        under(json!([{ "or": [mobile(), may] }])),
        Grant::Less,
    );
    check(
        "one of two or exactly one of two",
        under(json!([{ "xone": [mobile(), may] }])),
        under(json!([{ "or": [mobile(), may] }])),
        Grant::Open,
    );
    check("two bounds", under(json!([may, june])), under(json!([may])), Grant::Same);
}

#[test]
fn one_rule_beside_another() {
    let (may, mobile) = (until("2026-05-31"), || kinds(&[MOBILITY]));
    let rule =
        |action: &str, constraints: Json| json!({"action": action, "constraint": constraints});
    let with = |prohibition: Json| agreement(json!([to_use(json!([may]))]), json!([prohibition]));
    check(
        "a prohibition more",
        with(rule("odrl:distribute", json!([]))),
        under(json!([may])),
        Grant::Less,
    );
    check(
        "a prohibition for fewer",
        with(rule("odrl:distribute", json!([mobile()]))),
        with(rule("odrl:distribute", json!([]))),
        Grant::More,
    );
    check(
        "another prohibition",
        with(rule("odrl:distribute", json!([]))),
        with(rule("odrl:transfer", json!([]))),
        Grant::Open,
    );
    check(
        "a second permission",
        agreement(json!([to_use(json!([may])), to_use(json!([mobile()]))]), json!([])),
        under(json!([may])),
        Grant::More,
    );
}
