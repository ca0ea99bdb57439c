//! A few sentences that a person can choose, and the rules that they stand for. Sentence → rule →
//! sentence loses nothing; a rule that is none of these sentences is not recognised as one.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use odrl_parser::{
    InstantError, Operator, Term, parse_day, parse_instant, parse_offset, value_iri,
};
use serde_json::{Map, Value as Json, json};
use wire::did::Did;
use wire::iri::Iri;

use crate::check::{CheckedPolicy, Condition, Modality};
use crate::profile::PROFILE_V1;
use crate::value::Value;

/// Namespace of the kinds of members that the profile names.
pub const KIND_NAMESPACE: &str = "https://w3id.org/allmende/v1/kind/";
/// Namespace of the purposes that the profile names.
pub const PURPOSE_NAMESPACE: &str = "https://w3id.org/allmende/v1/purpose/";

/// What a person chose; whatever is filled in must hold together. Nothing filled in: every member,
/// without end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Only for members that the authority has vetted as one of these kinds.
    pub kinds: Vec<Iri>,
    /// Only for these partners.
    pub partners: Vec<Did>,
    /// Only until then.
    pub until: Option<Until>,
    /// Only for one of these purposes: a promise.
    pub purposes: Vec<Iri>,
}

/// The end of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To the end of a day at an offset from UTC.
    Day {
        /// The last day.
        day: Date,
        /// Whose midnight ends it.
        offset: Offset,
    },
    /// Up to an instant, which is no longer included.
    Instant(Timestamp),
}

/// A text that is neither a short name nor an absolute IRI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a short name such as `mobility-service`, or an absolute IRI")]
pub struct NameError;

/// The kind of member that a person names: a short name of the profile's namespace, or an IRI.
///
/// # Errors
/// [`NameError`].
pub fn kind(text: &str) -> Result<Iri, NameError> {
    named(text, KIND_NAMESPACE)
}

/// The purpose that a person names: a short name of the profile's namespace, or an IRI.
///
/// # Errors
/// [`NameError`].
pub fn purpose(text: &str) -> Result<Iri, NameError> {
    named(text, PURPOSE_NAMESPACE)
}

fn named(text: &str, namespace: &str) -> Result<Iri, NameError> {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_letter) {
        return Iri::parse(&format!("{namespace}{text}")).map_err(|_| NameError);
    }
    value_iri(text).ok_or(NameError)
}

/// Reads `2026-12-31`, `2026-12-31+01:00` or an instant.
impl FromStr for Until {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        if text.contains('T') {
            return parse_instant(text).map(Self::Instant);
        }
        let (day, offset) = text.split_at_checked(10).ok_or(InstantError::Form)?;
        let offset = parse_offset(offset)?.unwrap_or(Offset::UTC);
        Ok(Self::Day { day: parse_day(day)?, offset })
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day { day, offset } if *offset == Offset::UTC => write!(f, "{day}"),
            Self::Day { day, offset } => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.abs();
                write!(f, "{day}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Self::Instant(at) => write!(f, "{at}"),
        }
    }
}

/// The offer that the template stands for, without its `@id`.
#[must_use]
pub fn build(template: &Template) -> Json {
    let mut constraints = Vec::new();
    let mut constrain = |left: Term, operator: Operator, right: Json| {
        constraints.push(json!({
            "leftOperand": left.spelling(),
            "operator": operator.name(),
            "rightOperand": right,
        }));
    };
    if !template.kinds.is_empty() {
        constrain(Term::VETTED_AS, Operator::IsAnyOf, texts(&template.kinds));
    }
    if !template.partners.is_empty() {
        let partners = template.partners.iter().map(|did| json!(did.as_str())).collect();
        constrain(Term::PARTICIPANT, Operator::IsAnyOf, partners);
    }
    if let Some(until) = &template.until {
        let (operator, datatype) = match until {
            Until::Day { .. } => (Operator::Lteq, "xsd:date"),
            Until::Instant(_) => (Operator::Lt, "xsd:dateTime"),
        };
        let right = json!({ "@value": until.to_string(), "@type": datatype });
        constrain(Term::DATE_TIME, operator, right);
    }
    if !template.purposes.is_empty() {
        constrain(Term::PURPOSE, Operator::IsAnyOf, texts(&template.purposes));
    }
    let mut permission = Map::new();
    permission.insert("action".to_owned(), json!(Term::USE.spelling()));
    if !constraints.is_empty() {
        permission.insert("constraint".to_owned(), Json::Array(constraints));
    }
    json!({ "@type": "Offer", "profile": PROFILE_V1, "permission": [permission] })
}

fn texts(iris: &[Iri]) -> Json {
    iris.iter().map(|iri| json!(iri.as_str())).collect()
}

/// The template that the policy is, if it is one: exactly one permission to use, with at most one
/// constraint of each sort.
#[must_use]
pub fn recognise(policy: &CheckedPolicy) -> Option<Template> {
    let [rule] = policy.rules() else {
        return None;
    };
    if !policy.obligations().is_empty() {
        return None;
    }
    if rule.modality != Modality::Permission
        || rule.action != Some(Term::USE)
        || rule.is_more_than_template()
    {
        return None;
    }
    let mut template = Template::default();
    for condition in &rule.conditions {
        let Condition::Atom { spec, operator, demanded, .. } = condition else {
            return None;
        };
        if spec.term == Term::DATE_TIME && template.until.is_none() {
            template.until = Some(until(*operator, demanded)?);
            continue;
        }
        if *operator != Operator::IsAnyOf {
            return None;
        }
        let iris: Vec<Iri> = demanded.iter().map(iri).collect::<Option<_>>()?;
        if spec.term == Term::VETTED_AS && template.kinds.is_empty() {
            template.kinds = iris;
        } else if spec.term == Term::PURPOSE && template.purposes.is_empty() {
            template.purposes = iris;
        } else if spec.term == Term::PARTICIPANT && template.partners.is_empty() {
            let dids = iris.iter().map(|iri| Did::parse(iri.as_str()).ok());
            template.partners = dids.collect::<Option<_>>()?;
        } else {
            return None;
        }
    }
    Some(template)
}

fn until(operator: Operator, demanded: &[Value]) -> Option<Until> {
    match (operator, demanded) {
        (Operator::Lteq, [Value::Day { written, .. }]) => written.parse().ok(),
        (Operator::Lt, [Value::Instant(at)]) => Some(Until::Instant(*at)),
        (_, _) => None,
    }
}

fn iri(value: &Value) -> Option<Iri> {
    match value {
        Value::Iri(iri) => Some(iri.clone()),
        Value::Day { .. }
        | Value::DayTime(_)
        | Value::Decimal(_)
        | Value::Event { .. }
        | Value::Instant(_)
        | Value::Quantity { .. }
        | Value::Text { .. }
        | Value::YearMonth(_) => None,
    }
}
