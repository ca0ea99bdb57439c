//! What a consumer promises with a rule: the parts that its own program cannot keep by itself, so
//! that people must.

use odrl_parser::{Constraint, Policy};
use policy::{Badge, Standing};
use serde_json::Value;
use wire::pointer::Pointer;

use super::facts::capabilities;

/// Where such parts stand: what a permission asks for, forbids or demands. That something beside the
/// use is permitted is no promise.
pub(crate) fn of(policy: &Policy) -> Vec<Pointer> {
    let standing = Standing { ours: capabilities(), partner: None };
    let is_word = |badge| badge == Badge::Promised;
    let constraint = |it: &&Constraint| is_word(standing.constraint(it).badge);
    let mut found = Vec::new();
    for rule in &policy.permissions {
        let refinements = rule.actions.iter().flat_map(|action| &action.refinements);
        let asked = rule.constraints.iter().chain(refinements).filter(constraint);
        found.extend(asked.map(|it| it.pointer().clone()));
        let duties = rule.duties.iter().filter(|it| is_word(standing.duty(it).badge));
        found.extend(duties.map(|it| it.pointer.clone()));
    }
    let forbidden = policy.prohibitions.iter();
    let forbidden = forbidden.filter(|it| is_word(standing.prohibition(it).badge));
    found.extend(forbidden.map(|it| it.pointer.clone()));
    let owed = policy.obligations.iter().filter(|it| is_word(standing.obligation(it).badge));
    found.extend(owed.map(|it| it.pointer.clone()));
    found
}

/// Whether `terms` ask for a promise that none of `given` contains word for word. What is written
/// otherwise counts as another promise: a person sees whether it is one.
pub(crate) fn asks_more(terms: (&Policy, &Value), given: &[(&Policy, &Value)]) -> bool {
    let all = |(policy, document): (&Policy, &Value)| -> Vec<(String, Value)> {
        let at = |pointer: Pointer| {
            let kind = pointer.as_str().split('/').nth(1).unwrap_or_default().to_owned();
            Some((kind, document.pointer(pointer.as_str())?.clone()))
        };
        of(policy).into_iter().filter_map(at).collect()
    };
    let given: Vec<_> = given.iter().flat_map(|it| all(*it)).collect();
    all(terms).iter().any(|promise| !given.contains(promise))
}

#[cfg(test)]
mod tests {
    use odrl_parser::parse_offer;
    use serde_json::json;
    use wire::node::Node;

    use super::*;

    fn offer(rules: Value) -> Value {
        let mut offer = json!({"@type": "Offer", "@id": "urn:x"});
        offer.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        offer
    }

    fn read(offer: &Value) -> Policy {
        parse_offer(&Node::root(offer)).unwrap()
    }

    fn purpose(right: &str) -> Value {
        let purpose =
            json!({"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": right});
        json!({"permission": [{"action": "use", "constraint": [purpose]}]})
    }

    #[test]
    fn a_promise_is_what_the_own_program_cannot_keep() {
        let day = json!({"leftOperand": "odrl:dateTime", "operator": "lteq",
            "rightOperand": {"@value": "2026-12-31", "@type": "xsd:date"}});
        let free = json!([{"action": "use"}]);
        for (rules, expected) in [
            (json!({"permission": [{"action": "use", "constraint": [day]}]}), ""),
            (json!({"permission": [{"action": "use"}, {"action": "odrl:distribute"}]}), ""),
            (purpose("urn:a"), "/permission/0/constraint/0"),
            (
                json!({"permission": free, "prohibition": [{"action": "odrl:distribute"}]}),
                "/prohibition/0",
            ),
            (
                json!({"permission": free, "obligation": [{"action": "odrl:delete"}]}),
                "/obligation/0",
            ),
            (
                json!({"permission": [{"action": "use", "duty": [{"action": "odrl:inform"}]}]}),
                "/permission/0/duty/0",
            ),
        ] {
            let found: Vec<String> =
                of(&read(&offer(rules.clone()))).iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), expected, "{rules}");
        }
    }

    #[test]
    fn only_what_was_asked_for_word_for_word_is_promised_already() {
        let (asked, other) = (offer(purpose("urn:a")), offer(purpose("urn:b")));
        let free = offer(json!({"permission": [{"action": "use"}]}));
        let forbidden = offer(json!({"permission": [{"action": "use"}],
            "prohibition": [{"action": "odrl:distribute"}]}));
        for (terms, expected) in
            [(&asked, false), (&free, false), (&other, true), (&forbidden, true)]
        {
            let given = read(&asked);
            assert_eq!(asks_more((&read(terms), terms), &[(&given, &asked)]), expected, "{terms}");
        }
    }
}
