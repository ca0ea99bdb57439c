//! Laws that hold of every policy: it renders to what reads as the same policy, its digests see what
//! is said and not how, and no byte of it can change unseen.

use proptest::prelude::*;
use serde_json::Value;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::generate;
use crate::{
    ParseError, Policy, PolicyKind, document_digest, meaning_digest, parse_agreement,
    parse_message_offer, parse_offer, parse_policy, terms_digest, to_json, to_odrl_json,
};

type Read = fn(&Node<'_>) -> Result<Policy, ParseError>;

fn reader(kind: PolicyKind) -> Read {
    match kind {
        PolicyKind::Agreement => parse_agreement,
        PolicyKind::MessageOffer => parse_message_offer,
        PolicyKind::Assertion
        | PolicyKind::Offer
        | PolicyKind::Privacy
        | PolicyKind::Request
        | PolicyKind::Set
        | PolicyKind::Ticket => parse_offer,
    }
}

/// Reads what was rendered, twice: once from the model at random, whose places are made up, and once
/// from what that was read as. Then the whole model must be the same, and each place exist.
fn check_round_trip(policy: &Policy, render: fn(&Policy) -> Value, read: Read) {
    let json = render(policy);
    let first = read(&Node::root(&json)).unwrap_or_else(|error| panic!("{error}\n{json}"));
    assert_eq!(render(&first), json);
    assert_eq!(meaning_digest(&first), meaning_digest(policy), "{json}");
    let again = read(&Node::root(&render(&first))).unwrap();
    assert_eq!(first, again);
    for rule in first.permissions.iter().chain(&first.prohibitions).chain(&first.obligations) {
        assert!(rule.pointer.find(&json).is_some(), "{} {json}", rule.pointer);
    }
}

/// Reverses every array in which order says nothing.
fn shuffle(value: &mut Value) {
    match value {
        Value::Array(elements) => {
            elements.reverse();
            elements.iter_mut().for_each(shuffle);
        }
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if name == "@list" {
                    member.as_array_mut().unwrap().iter_mut().for_each(shuffle);
                } else {
                    shuffle(member);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn check_flips(policy: &Policy, render: fn(&Policy) -> Value, read: Read, seed: usize) {
    let text = render(policy).to_string();
    let digest = |bytes: &[u8]| {
        let value = parse(bytes, &Limits::message()).ok()?;
        read(&Node::root(&value)).ok()?;
        document_digest(&value).ok()
    };
    let document = digest(text.as_bytes()).unwrap();
    let flips = (0..16).map(|step| (seed.wrapping_add(step * 7919) % text.len(), step % 8));
    for (at, bit) in flips {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        assert_ne!(digest(&bytes), Some(document), "byte {at}, bit {bit} of {text}");
    }
}

/// How many policies each law is tried on. Nothing is written beside the sources.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn parse_render_parse_is_the_identity_under_dsp(policy in generate::dsp()) {
        check_round_trip(&policy, to_json, reader(policy.kind));
    }

    #[test]
    fn parse_render_parse_is_the_identity_under_plain_odrl(policy in generate::plain()) {
        check_round_trip(&policy, to_odrl_json, parse_policy);
    }

    #[test]
    fn the_order_of_what_is_a_set_has_no_meaning(policy in generate::plain()) {
        let mut json = to_odrl_json(&policy);
        shuffle(&mut json);
        let shuffled = parse_policy(&Node::root(&json)).unwrap();
        assert_eq!(meaning_digest(&shuffled), meaning_digest(&policy), "{json}");
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        for read in [parse_policy, parse_offer, parse_message_offer, parse_agreement] {
            prop_assert!(crate::parse_bytes(&bytes, read).is_err());
        }
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn any_byte_flip_is_refused_or_changes_the_digest(
        dsp in generate::dsp(),
        plain in generate::plain(),
        seed: u16,
    ) {
        check_flips(&dsp, to_json, reader(dsp.kind), seed.into());
        check_flips(&plain, to_odrl_json, parse_policy, seed.into());
    }
}

/// What must show in the meaning, and what must not.
#[test]
fn the_meaning_sees_what_is_said_and_not_how() {
    let policy = |rules: &str| {
        let text =
            format!(r#"{{"@context":"http://www.w3.org/ns/odrl.jsonld","uid":"urn:p",{rules}}}"#);
        let value = parse(text.as_bytes(), &Limits::message()).unwrap();
        parse_policy(&Node::root(&value)).unwrap_or_else(|error| panic!("{error}: {text}"))
    };
    let atom = r#"{"leftOperand":"count","operator":"lt","rightOperand":5}"#;
    let other =
        r#"{"leftOperand":"purpose","operator":"isAnyOf","rightOperand":["urn:a","urn:b"]}"#;
    let rule = |more: &str| format!(r#""permission":[{{"target":"urn:t","action":"use"{more}}}]"#);
    let base = rule(&format!(r#","constraint":[{atom},{other}]"#));
    let digest = |text: &str| meaning_digest(&policy(text));
    let same = [
        base.replace("\"use\"", "\"http://www.w3.org/ns/odrl/2/use\""),
        base.replace("\"use\"", "[{\"@id\":\"odrl:use\"}]"),
        base.replace("\"count\"", "\"odrl:count\""),
        base.replace(":5", ":{\"@value\":\"5\",\"@type\":\"xsd:integer\"}"),
        base.replace("\"urn:a\",\"urn:b\"", "\"urn:b\",\"urn:a\""),
        rule(&format!(r#","constraint":[{other},{atom}]"#)),
        format!(r#""dct:description":"free use", {base}"#),
        base.replace(r#""target":"urn:t","#, "")
            .replace("\"permission\"", "\"target\":\"urn:t\",\"permission\""),
    ];
    for text in &same {
        assert_eq!(digest(text), digest(&base), "{text}");
        assert_eq!(terms_digest(&policy(text)), terms_digest(&policy(&base)), "{text}");
    }
    let differs = [
        base.replace("\"lt\"", "\"gt\""),
        base.replace(":5", ":\"5\""),
        base.replace(":5", ":6"),
        base.replace("\"urn:b\"", "\"urn:b\",\"urn:c\""),
        base.replace("\"permission\"", "\"prohibition\""),
        base.replace("\"use\"", "\"play\""),
        base.replace("urn:t", "urn:u"),
        rule(&format!(r#","constraint":[{atom}]"#)),
        rule(&format!(r#","constraint":[{{"or":[{atom},{other}]}}]"#)),
        format!(r#""conflict":"perm", {base}"#),
        format!(r#""inheritFrom":"urn:q", {base}"#),
        format!(r#"{base},"obligation":[{{"action":"delete"}}]"#),
    ];
    for text in &differs {
        assert_ne!(terms_digest(&policy(text)), terms_digest(&policy(&base)), "{text}");
    }
    let sequence =
        |one: &str, two: &str| rule(&format!(r#","constraint":[{{"andSequence":[{one},{two}]}}]"#));
    assert_ne!(digest(&sequence(atom, other)), digest(&sequence(other, atom)));
}
