//! The digest of what is judged: the rules as they are understood, wherever and however they were
//! written. It is that of the canonical JSON (RFC 8785), which is written at once: the fields of
//! each structure below stand in the order of their names, and hold no numbers.

use odrl_parser::{ConflictStrategy, Id, Policy, Role, Term};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use wire::digest::Digest;

use super::condition::Condition;
use super::rule::{CheckedRule, Matcher, Modality};
use crate::fact::RuleKey;
use crate::profile::Profile;
use crate::settings::Settings;
use crate::value::Value;

pub(super) fn of(
    policy: &Policy,
    profile: &Profile,
    settings: &Settings,
    rules: &[CheckedRule],
    obligations: &[CheckedRule],
) -> Digest {
    let whole = Whole::of(policy, profile, settings, rules, obligations);
    // Texts, lists and objects can always be written.
    Digest::of(&serde_json::to_vec(&whole).unwrap_or_default())
}

#[derive(Serialize)]
pub(super) struct Whole<'a> {
    assignee: Option<&'a str>,
    assigner: Option<&'a str>,
    conflict: Option<&'static str>,
    id: &'a str,
    kind: &'static str,
    obligation: Vec<Written<'a>>,
    profile: Digest,
    rule: Vec<Written<'a>>,
    settings: &'a Settings,
    target: Option<&'a str>,
}

#[derive(Serialize)]
struct Written<'a> {
    action: Option<String>,
    assignee: Option<Named<'a>>,
    constraint: Conditions<'a>,
    duty: Vec<Self>,
    key: &'a RuleKey,
    modality: Modality,
    party: Vec<(&'static str, Option<&'a str>)>,
    place: &'a str,
    refinement: Conditions<'a>,
    target: Option<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a>(&'a str, bool, Conditions<'a>);

struct Conditions<'a>(&'a [Condition]);

struct Demanded<'a>(&'a Value);

impl<'a> Whole<'a> {
    pub(super) fn of(
        policy: &'a Policy,
        profile: &Profile,
        settings: &'a Settings,
        rules: &'a [CheckedRule],
        obligations: &'a [CheckedRule],
    ) -> Self {
        Self {
            assignee: policy.assignee.as_ref().map(Id::as_str),
            assigner: policy.assigner.as_ref().map(Id::as_str),
            conflict: policy.conflict.map(strategy),
            id: policy.id.as_str(),
            kind: policy.kind.type_name(),
            obligation: obligations.iter().map(Written::of).collect(),
            profile: profile.digest(),
            rule: rules.iter().map(Written::of).collect(),
            settings,
            target: policy.target.as_ref().map(Id::as_str),
        }
    }
}

const fn strategy(strategy: ConflictStrategy) -> &'static str {
    match strategy {
        ConflictStrategy::Invalid => "invalid",
        ConflictStrategy::Perm => "perm",
        ConflictStrategy::Prohibit => "prohibit",
    }
}

impl<'a> Written<'a> {
    fn of(rule: &'a CheckedRule) -> Self {
        let party = |role: &'a Role| (role.function.name(), role.party.id.as_ref().map(Id::as_str));
        Self {
            action: rule.action.map(Term::iri),
            assignee: rule.assignee.as_ref().map(Named::of),
            constraint: Conditions(&rule.conditions),
            duty: rule.duties.iter().map(Self::of).collect(),
            key: &rule.key,
            modality: rule.modality,
            party: rule.parties.iter().map(party).collect(),
            place: rule.pointer.as_str(),
            refinement: Conditions(&rule.refinements),
            target: rule.target.as_ref().map(Named::of),
        }
    }
}

impl<'a> Named<'a> {
    fn of(matcher: &'a Matcher) -> Self {
        Self(matcher.id.as_str(), matcher.is_collection, Conditions(&matcher.refinements))
    }
}

impl Serialize for Conditions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Atom { key, operator, demanded, pointer, .. } => {
                let demanded: Vec<Demanded<'_>> = demanded.iter().map(Demanded).collect();
                (pointer.as_str(), key, operator.name(), demanded).serialize(serializer)
            }
            Self::Joined { operator, members, pointer } => {
                (pointer.as_str(), operator.name(), Conditions(members)).serialize(serializer)
            }
        }
    }
}

impl Serialize for Demanded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (text, language) = self.0.written();
        let mut object = serializer.serialize_map(None)?;
        if let Some(language) = language {
            object.serialize_entry("language", language)?;
        }
        object.serialize_entry("type", self.0.type_name())?;
        object.serialize_entry("value", &text)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::{agreement, atom, checked};

    /// Were a field out of its order, or a number among them, the two would differ.
    #[test]
    fn what_is_written_at_once_is_the_canonical_form() {
        let constraints = json!([
            atom("dateTime", "neq", "2026-12-24"),
            {"or": [atom("purpose", "isA", "urn:p"), atom("dateTime", "lt", "2027-01-01T00:00:00Z")]},
        ]);
        let duty =
            json!([{"action": "odrl:attribute", "odrl:attributedParty": {"@id": "did:web:a"}}]);
        let rule = json!([{"action": "use", "constraint": constraints, "duty": duty}]);
        let policy = checked(&agreement(rule, json!([])));
        let (rules, obligations) = (policy.rules(), policy.obligations());
        let (source, profile) = (policy.policy(), policy.profile());
        let whole = Whole::of(source, profile, policy.settings(), rules, obligations);
        let mut tree = serde_json::to_value(&whole).unwrap();
        assert_eq!(Digest::of_canonical(&tree), Ok(policy.digest()), "{tree}");
        // Recorded decisions name it: another form raises `ENGINE_VERSION`.
        tree["profile"].take();
        insta::assert_snapshot!(Digest::of_canonical(&tree).unwrap(), @"sha256:61ff541435692534236a311e2c9314e66460b004245dc190c9e0c1fbe5051ca0");
        for language in [None, Some("de".to_owned())] {
            let value = Value::Text { text: "\u{7}ä\u{2028}".to_owned(), language };
            let canonical = wire::json::canonical_of(&value).unwrap();
            assert_eq!(serde_json::to_vec(&Demanded(&value)).unwrap(), canonical);
        }
    }
}
