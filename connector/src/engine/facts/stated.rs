//! What a partner states by asking for, or signing, exactly this rule: that it uses the data for a
//! purpose that a permission names, and for none that is forbidden. It is a promise, and no more.

use std::collections::BTreeSet;

use odrl_parser::{Operator, Term};
use policy::{Asked, CheckedPolicy, Fact, FactKey, Facts, Modality, Provenance, Value};
use wire::iri::Iri;

/// The operands of which nothing but the partner's own word is known.
pub(super) const OPERANDS: [Term; 4] =
    [Term::INDUSTRY, Term::PURPOSE, Term::RECIPIENT, Term::SPATIAL];

/// The purposes that a rule permits by name.
#[must_use]
pub fn stated_purposes(rule: &CheckedPolicy) -> Vec<Iri> {
    let purposes: BTreeSet<Value> = wanted(&rule.asked(), Term::PURPOSE).cloned().collect();
    purposes.iter().filter_map(Value::iri).cloned().collect()
}

/// The values with which `operand` fulfils a permission.
pub(super) fn wanted<'a>(asked: &'a [Asked<'_>], operand: Term) -> impl Iterator<Item = &'a Value> {
    let fits = move |asked: &&Asked<'_>| {
        asked.key.operand() == operand
            && matches!(asked.modality, Modality::Permission | Modality::Duty)
            && !matches!(asked.operator, Operator::IsNoneOf | Operator::Neq)
    };
    asked.iter().filter(fits).flat_map(|asked| asked.demanded)
}

/// What is stated of each operand that the rule names.
pub(super) fn state(mut facts: Facts, asked: &[Asked<'_>]) -> Facts {
    for operand in OPERANDS {
        if asked.iter().any(|asked| asked.key.operand() == operand) {
            let values = wanted(asked, operand).cloned().collect();
            let provenance = Provenance::Statement;
            let fact = Fact::Known { values, provenance, valid_until: None };
            facts = facts.with(FactKey::of(operand), fact);
        }
    }
    facts
}
