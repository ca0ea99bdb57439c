//! What a partner's catalogue says is missing for a contract: codes and operands, without values. It
//! is the partner's word, shown beside our own evaluation and never in its place.

use odrl_parser::Term;
use policy::text;
use policy::{Book, Explanation, FactKey, Missing, ReasonCode, Redacted, Truth, Verdict};
use protocol::message::Properties;
use protocol::message::extension::{MISSING, REFUSED_NOW};
use serde_json::Value;
use wire::pointer::Pointer;

use super::super::words::both;
use crate::management::view::Words;

/// The most codes or operands that are read.
const TOLD_MAX: usize = 64;

/// What is said of a dataset, in words; nothing where nothing is said.
pub(super) fn told(book: &Book, properties: &Properties) -> Option<Words> {
    let codes = texts(properties.get(REFUSED_NOW)?);
    let known = codes
        .iter()
        .filter_map(|code| ReasonCode::ALL.into_iter().find(|known| known.code() == *code));
    let redacted = Redacted { verdict: Verdict::Deny, codes: known.collect() };
    if redacted.codes.is_empty() {
        let de = "Der Partner gibt jetzt keinen Vertrag; warum, sagt er in keiner Form, die hier bekannt ist.";
        let en = "the partner gives no contract now, and says why in no form that is known here";
        return Some(Words::new(de, en));
    }
    let operands = properties.get(MISSING).map(texts).unwrap_or_default();
    let missing = operands.iter().filter_map(|iri| Term::left_operand(iri).ok());
    let missing = missing.map(|operand| Missing {
        pointer: Pointer::root(),
        rule: Pointer::root(),
        must_be: Truth::Satisfied,
        is: Truth::Unknown,
        operand: Some(FactKey::of(operand)),
    });
    let explanation = Explanation { missing: Some(missing.collect()), otherwise: Vec::new() };
    Some(both(|lang| {
        let reason = text::redacted_reason(&redacted, lang);
        let depends = text::redacted_explanation(book, &explanation, lang);
        format!("{reason} {depends}").trim_end().to_owned()
    }))
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().take(TOLD_MAX).filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(said: Value, expected: Option<&str>) {
        let properties = said.as_object().unwrap().clone();
        let told = told(Book::shipped(), &properties);
        assert_eq!(told.as_ref().map(|words| words.en.as_str()), expected, "{said}");
    }

    #[test]
    fn what_a_partner_says_is_told_in_our_words_and_what_it_invents_is_not() {
        check(json!({"dct:title": "a"}), None);
        let vetted = "https://w3id.org/allmende/v1/vettedAs";
        check(
            json!({REFUSED_NOW: ["not-vetted", "send-money"], MISSING: [vetted, "urn:x", 7]}),
            Some(
                "The vetting that is demanded is missing. It depends on: what the authority has \
                 vetted the member as.",
            ),
        );
        for nothing_known in [json!([]), json!(7), json!(["send-money"])] {
            check(
                json!({REFUSED_NOW: nothing_known}),
                Some(
                    "the partner gives no contract now, and says why in no form that is known here",
                ),
            );
        }
    }
}
