//! What of a rule this program could never find out. A permission that hangs on it would never hold,
//! so the rule is refused before anybody offers or signs it.

use std::fmt;

use odrl_parser::{Action, Constraint, Operand, Policy, Rule, Term};
use policy::{Capabilities, Profile};
use wire::iri::Iri;
use wire::pointer::Pointer;

use super::facts::{capabilities, is_known_channel, is_known_window};

/// A part of a rule about use that nobody here can judge: what it reads, or demands first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Unknowable {
    /// Where it stands.
    pub(crate) pointer: Pointer,
    /// The operand without a source, or the duty without a receipt.
    pub(crate) term: Term,
}

impl fmt::Display for Unknowable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (term, place) = (self.term, self.pointer.place());
        write!(f, "nobody here can find out `{term}` {place}; the rule would never permit anything")
    }
}

/// The first such part of what is asked here, use and seeing the offer; permissions first. Obligations hold nothing back and are not looked at.
pub(crate) fn unknowable(policy: &Policy) -> Option<Unknowable> {
    let rules = policy.permissions.iter().chain(&policy.prohibitions);
    let asked = |term: Term| term.covers(Term::USE) || term == Term::SEE;
    let about_use = |rule: &&Rule| rule.actions.iter().any(|it| asked(it.term));
    rules.filter(about_use).find_map(|rule| in_rule(rule, capabilities()))
}

fn in_rule(rule: &Rule, ours: &Capabilities) -> Option<Unknowable> {
    let refinements = rule.actions.iter().flat_map(|Action { refinements, .. }| refinements);
    let constraint = rule.constraints.iter().chain(refinements);
    constraint.into_iter().find_map(|it| in_constraint(it, ours)).or_else(|| {
        rule.duties.iter().find_map(|duty| {
            let undone = |action: &&Action| {
                !ours.transforms.contains(&action.term)
                    && !ours.receipts_before.contains(&action.term)
            };
            let action = duty.actions.iter().find(undone)?;
            Some(Unknowable { pointer: action.pointer.clone(), term: action.term })
        })
    })
}

fn in_constraint(constraint: &Constraint, ours: &Capabilities) -> Option<Unknowable> {
    match constraint {
        Constraint::Atomic { left, right, pointer, .. } => {
            let known = ours.operands.contains_key(left) || ours.claims.contains(left);
            let place = if known { "rightOperand" } else { "leftOperand" };
            let unknown = !known || !are_known(*left, right);
            unknown.then(|| Unknowable { pointer: pointer.member(place), term: *left })
        }
        Constraint::Logical { operands, .. } => {
            operands.iter().find_map(|it| in_constraint(it, ours))
        }
    }
}

/// Whether what an operand is compared with can ever be, where only some things can.
fn are_known(left: Term, right: &Operand) -> bool {
    let mut values = right.values.iter().map(|value| Iri::parse(&value.lexical));
    match left {
        Term::TIME_WINDOW => {
            values.all(|name| name.is_ok_and(|name| is_known_window(&Profile::v1(), &name)))
        }
        Term::DELIVERY_CHANNEL => values.all(|name| name.is_ok_and(|name| is_known_channel(&name))),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use odrl_parser::parse_offer;
    use serde_json::{Value, json};
    use wire::node::Node;

    use super::*;

    fn found(rules: Value) -> Option<(String, String)> {
        let mut offer = json!({"@type": "Offer", "@id": "urn:x"});
        offer.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        let policy = parse_offer(&Node::root(&offer)).unwrap();
        let part = unknowable(&policy)?;
        Some((part.pointer.to_string(), part.term.to_string()))
    }

    fn atom(left: &str, right: &str) -> Value {
        json!({"leftOperand": left, "operator": "lteq", "rightOperand": right})
    }

    #[test]
    fn what_nobody_here_can_find_out_is_found_where_it_decides_about_use() {
        let use_if = |constraint: Value| json!([{"action": "use", "constraint": [constraint]}]);
        let (day, share) = (atom("odrl:dateTime", "2026-12-31"), atom("odrl:percentage", "9"));
        let at = |place: &str, term: &str| Some((place.to_owned(), term.to_owned()));
        let first = at("/permission/0/constraint/0/leftOperand", "odrl:percentage");
        let nested = at("/permission/0/constraint/0/or/1/leftOperand", "odrl:percentage");
        let within = |name: &str| {
            let left = format!("{}timeWindow", policy::PROFILE_V1);
            let right = format!("{}window/{name}", policy::PROFILE_V1);
            json!({"leftOperand": left, "operator": "isPartOf", "rightOperand": [right]})
        };
        let by = |name: &str| {
            let right = format!("{}channel/{name}", policy::PROFILE_V1);
            json!({"leftOperand": "odrl:deliveryChannel", "operator": "eq", "rightOperand": right})
        };
        let window = format!("{}timeWindow", policy::PROFILE_V1);
        let never = at("/permission/0/constraint/0/rightOperand", &window);
        let nowhere = at("/permission/0/constraint/0/rightOperand", "odrl:deliveryChannel");
        let see = format!("{}see", policy::PROFILE_V1);
        let free = json!([{"action": "use"}]);
        let paid = json!([{"action": "use", "duty": [{"action": "odrl:compensate"}]}]);
        let handed_on = json!([{"action": "odrl:distribute", "constraint": [share.clone()]}]);
        for (rules, expected) in [
            (json!({"permission": use_if(day.clone())}), None),
            (json!({"permission": use_if(atom("odrl:count", "9"))}), None),
            (json!({"permission": use_if(within("office-hours-de"))}), None),
            (json!({"permission": use_if(within("tea-time"))}), never),
            (json!({"permission": use_if(by("http-push"))}), None),
            (json!({"permission": use_if(by("pigeon"))}), nowhere),
            (json!({"permission": use_if(share.clone())}), first),
            (json!({"permission": use_if(json!({"or": [day, share.clone()]}))}), nested),
            (
                json!({"permission": free.clone(), "prohibition": use_if(share.clone())}),
                at("/prohibition/0/constraint/0/leftOperand", "odrl:percentage"),
            ),
            (json!({"permission": paid}), at("/permission/0/duty/0/action", "odrl:compensate")),
            (
                json!({"permission": [{"action": "use"}, {"action": see, "constraint": [share.clone()]}]}),
                at("/permission/1/constraint/0/leftOperand", "odrl:percentage"),
            ),
            // Others' doing is not asked for here, and what is owed besides holds nothing back.
            (json!({"permission": free.clone(), "prohibition": handed_on}), None),
            (json!({"permission": free, "obligation": [{"action": "odrl:attribute"}]}), None),
        ] {
            assert_eq!(found(rules.clone()), expected, "{rules}");
        }
    }
}
