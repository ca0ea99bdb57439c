//! What a checked policy asks of the world, so that a host gathers these facts and no others.

use odrl_parser::{Operator, Term};

use super::{CheckedPolicy, CheckedRule, Condition, Modality};
use crate::fact::FactKey;
use crate::value::Value;

/// One atomic constraint or refinement, and the sort of rule in which it stands.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The sort of the innermost rule around it.
    pub modality: Modality,
    /// Which fact it reads.
    pub key: FactKey,
    /// How it compares.
    pub operator: Operator,
    /// With what.
    pub demanded: &'a [Value],
}

impl CheckedPolicy {
    /// All atomic constraints and refinements of all rules, with those of duties, assets and parties.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked<'_>> {
        let mut asked = Vec::new();
        for rule in self.rules.iter().chain(self.obligations.iter()) {
            of_rule(rule, &mut asked);
        }
        asked
    }

    /// Whether some constraint reads a fact about `operand`.
    #[must_use]
    pub fn asks(&self, operand: Term) -> bool {
        self.asked().iter().any(|asked| asked.key.operand() == operand)
    }
}

fn of_rule<'a>(rule: &'a CheckedRule, asked: &mut Vec<Asked<'a>>) {
    let matchers = rule.target.iter().chain(&rule.assignee);
    let of_members = matchers.flat_map(|matcher| &matcher.refinements);
    for condition in rule.conditions.iter().chain(&rule.refinements).chain(of_members) {
        of_condition(condition, rule.modality, asked);
    }
    for duty in &rule.duties {
        of_rule(duty, asked);
    }
}

fn of_condition<'a>(condition: &'a Condition, modality: Modality, asked: &mut Vec<Asked<'a>>) {
    match condition {
        Condition::Atom { key, operator, demanded, .. } => {
            asked.push(Asked { modality, key: *key, operator: *operator, demanded });
        }
        Condition::Joined { members, .. } => {
            for member in members {
                of_condition(member, modality, asked);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::node::Node;

    use super::*;

    #[test]
    fn everything_that_a_policy_reads_is_named_with_the_rule_that_reads_it() {
        let day = json!({"@value": "2027-01-01", "@type": "xsd:date"});
        let atom = |left: &str, right| json!({"leftOperand": left, "operator": "lteq", "rightOperand": right});
        let many = json!({"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": 9});
        let daily =
            json!({"leftOperand": "odrl:timeInterval", "operator": "eq", "rightOperand": "P1D"});
        let purpose = json!({"leftOperand": "odrl:purpose", "operator": "isAnyOf", "rightOperand": ["urn:p"]});
        let offer = json!({
            "@type": "Offer", "@id": "urn:x",
            "permission": [{
                "action": "use",
                "constraint": [{"or": [atom("odrl:dateTime", day), {"and": [many, daily]}]}],
                "duty": [{"action": "odrl:inform", "constraint": [
                    atom("https://w3id.org/allmende/v1/sinceAgreement", json!("P3D")),
                ]}],
            }],
            "prohibition": [{"action": "use", "constraint": [purpose]}],
        });
        let policy = odrl_parser::parse_offer(&Node::root(&offer)).unwrap();
        let policy = crate::check(&policy).unwrap();
        let told = |asked: &Asked<'_>| {
            let (name, every) = (asked.key.operand().name(), asked.key.interval());
            (asked.modality, name, every.map(|it| it.to_string()), asked.demanded.len())
        };
        let asked: Vec<_> = policy.asked().iter().map(told).collect();
        let expected = [
            (Modality::Permission, "dateTime", None, 1),
            (Modality::Permission, "count", Some("PT24H".to_owned()), 1),
            (Modality::Permission, "timeInterval", Some("PT24H".to_owned()), 1),
            (Modality::Duty, "sinceAgreement", None, 1),
            (Modality::Prohibition, "purpose", None, 1),
        ];
        assert_eq!(asked, expected);
        assert!(policy.asks(Term::PURPOSE) && !policy.asks(Term::VOLUME));
    }
}
