//! Which permissions and prohibitions can meet: what is wrongly thought apart would void nothing, and
//! what is wrongly thought to meet would void too much.

use odrl_parser::{LogicalOperator, Rule};

use super::TRAFFIC;
use super::build::{RuleExt, agreed_in_rules, atom, collection, joined, rule, thing};
use crate::check;

const FIRM: &str = "did:web:firm.example";
const OTHER: &str = "did:web:other.example";

fn meet(permission: Rule, prohibition: Rule) -> bool {
    let policy = agreed_in_rules(vec![permission], vec![prohibition]);
    !check(&policy).unwrap().overlaps().is_empty()
}

fn to(target: &str, party: &str) -> Rule {
    rule("use").on(thing(target)).by(thing(party))
}

#[test]
fn rules_about_other_things_or_parties_never_meet() {
    let data = || rule("use").on(thing("urn:d"));
    let many = |id: &str| collection(id, vec![]);
    for (what, permission, prohibition, expected) in [
        ("the same", to("urn:d", FIRM), to("urn:d", FIRM), true),
        ("another thing", to("urn:d", FIRM), to("urn:e", FIRM), false),
        ("another party", to("urn:d", FIRM), to("urn:d", OTHER), false),
        ("perhaps a member", to("urn:d", FIRM), data().by(many("urn:firms")), true),
        ("perhaps of it", data().by(many("urn:firms")), to("urn:d", FIRM), true),
        ("two collections", data().by(many("urn:a")), data().by(many("urn:b")), true),
        (
            "another action",
            to("urn:d", FIRM),
            rule("odrl:sell").on(thing("urn:d")).by(thing(FIRM)),
            false,
        ),
    ] {
        assert_eq!(meet(permission, prohibition), expected, "{what}");
    }
}

#[test]
fn rules_whose_conditions_exclude_each_other_never_meet() {
    let and = |one, other| joined(LogicalOperator::And, vec![one, other]);
    let or = |one, other| joined(LogicalOperator::Or, vec![one, other]);
    let time = |operator: &str, when: &str| atom("dateTime", operator, when);
    let purpose = |operator: &str, name: &str| atom("purpose", operator, name);
    let (new_year, later) = ("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z");
    for (what, one, other, expected) in [
        ("before and after", time("lt", new_year), time("gt", new_year), false),
        ("before and from", time("lt", new_year), time("gteq", new_year), false),
        ("up to and from", time("lteq", new_year), time("gteq", new_year), true),
        ("up to and after", time("lteq", new_year), time("gt", new_year), false),
        ("at and later", time("eq", new_year), time("gteq", later), false),
        ("at and before", time("eq", later), time("lt", new_year), false),
        ("both before", time("lt", new_year), time("lt", later), true),
        ("not at", time("neq", new_year), time("eq", new_year), true),
        ("two purposes", purpose("eq", TRAFFIC), purpose("eq", "urn:ads"), false),
        ("one purpose", purpose("eq", TRAFFIC), purpose("eq", TRAFFIC), true),
        ("a kind of it", purpose("eq", TRAFFIC), purpose("isA", "urn:ads"), true),
        ("another than it", purpose("neq", TRAFFIC), purpose("eq", "urn:ads"), true),
        ("two operands", purpose("eq", TRAFFIC), atom("industry", "eq", "urn:ads"), true),
        ("two versions", atom("version", "eq", "1"), atom("version", "eq", "2"), false),
        ("counts apart", atom("count", "lt", "3"), atom("count", "gt", "5"), false),
        ("counts that meet", atom("count", "lteq", "5"), atom("count", "gteq", "5"), true),
        (
            "sets hold both",
            atom("vettedAs", "isAnyOf", "urn:a"),
            atom("vettedAs", "isAllOf", "urn:b"),
            true,
        ),
        ("deeper", and(time("lt", new_year), purpose("eq", TRAFFIC)), time("gt", later), false),
        ("either", or(time("lt", new_year), purpose("eq", TRAFFIC)), time("gt", later), true),
    ] {
        let with = |constraint| to("urn:d", FIRM).iff(constraint);
        assert_eq!(meet(with(one.clone()), with(other.clone())), expected, "{what}");
        assert_eq!(meet(with(other), with(one)), expected, "{what}, turned round");
    }
}
