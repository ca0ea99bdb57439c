//! A snapshot read back, strictly: only what [`Facts::to_json`] writes is taken.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use odrl_parser::{Id, Term, parse_instant};
use serde_json::Value as Json;
use wire::digest::Digest;
use wire::iri::Iri;
use wire::node::{Expected, Members, Node, ShapeError};
use wire::pointer::Pointer;

use super::{
    About, DutyFact, Event, EventLog, Fact, FactKey, Facts, Interval, Membership, Performance,
    Provenance, RuleKey, Told,
};
use crate::value::Value;

/// Most values, members and rows of a list that are read.
pub const SNAPSHOT_VALUES_MAX: usize = 65_536;

/// Why a document is no snapshot, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a snapshot of facts {}", .0.pointer.place())]
pub struct FactsError(pub ShapeError);

impl From<ShapeError> for FactsError {
    fn from(error: ShapeError) -> Self {
        Self(error)
    }
}

impl Facts {
    /// Reads back what [`Facts::to_json`] wrote.
    ///
    /// # Errors
    /// [`FactsError`] with the first place that is not as it was written, also where a key is named
    /// twice or the order is another.
    pub fn from_json(document: &Json) -> Result<Self, FactsError> {
        let node = Node::root(document);
        let facts = read(&node)?;
        // One snapshot has one spelling: what is doubled, out of order or written otherwise is not
        // it.
        if facts.to_json() == *document {
            Ok(facts)
        } else {
            Err(FactsError(node.wrong(Expected::Named("a snapshot in its one spelling"))))
        }
    }
}

fn read(node: &Node<'_>) -> Result<Facts, ShapeError> {
    let members = node.object()?;
    let known = [
        "agreedAt",
        "duties",
        "endedAt",
        "facts",
        "firstExercise",
        "log",
        "memberships",
        "now",
        "performances",
    ];
    members.refuse_unknown(&known)?;
    let mut facts = Facts::at(instant(&members.required("now")?)?);
    facts.agreed_at = optional_instant(&members, "agreedAt")?;
    facts.ended_at = optional_instant(&members, "endedAt")?;
    facts.first_exercise = match members.optional("firstExercise") {
        None => None,
        Some(node) if node.value().is_null() => Some(None),
        Some(node) => Some(Some(instant(&node)?)),
    };
    for row in list(&members, "facts")? {
        let (key, fact) = fact(&row)?;
        facts.facts.insert(key, fact);
    }
    for row in list(&members, "memberships")? {
        let (collection, list) = membership(&row)?;
        facts.memberships.insert(collection, list);
    }
    for row in list(&members, "duties")? {
        let (duty, fact) = duty(&row)?;
        facts.duties.insert(duty, fact);
    }
    for row in list(&members, "performances")? {
        let (rule, performance) = performance(&row)?;
        facts.performances.entry(rule).or_default().push(performance);
    }
    facts.log = members.optional("log").map(|node| log(&node)).transpose()?;
    Ok(facts)
}

fn list<'a>(members: &Members<'a>, name: &str) -> Result<Vec<Node<'a>>, ShapeError> {
    let node = members.required(name)?;
    let rows = node.array()?;
    if rows.len() > SNAPSHOT_VALUES_MAX {
        return Err(node.wrong(Expected::Named("a shorter list")));
    }
    Ok(rows)
}

fn named<T>(
    node: &Node<'_>,
    expected: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, ShapeError> {
    read(node.string()?).ok_or_else(|| node.wrong(Expected::Named(expected)))
}

fn instant(node: &Node<'_>) -> Result<Timestamp, ShapeError> {
    named(node, "an instant", |text| parse_instant(text).ok())
}

fn optional_instant(members: &Members<'_>, name: &str) -> Result<Option<Timestamp>, ShapeError> {
    members.optional(name).map(|node| instant(&node)).transpose()
}

fn operand(node: &Node<'_>) -> Result<Term, ShapeError> {
    named(node, "a left operand", |text| Term::left_operand(text).ok())
}

fn id(node: &Node<'_>) -> Result<Id, ShapeError> {
    named(node, "an identifier", |text| Id::parse(text).ok())
}

fn digest(node: &Node<'_>) -> Result<Digest, ShapeError> {
    node.parse("a digest")
}

fn values(node: &Node<'_>) -> Result<BTreeSet<Value>, ShapeError> {
    node.array()?.iter().map(value).collect()
}

fn value(node: &Node<'_>) -> Result<Value, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["language", "type", "value"])?;
    let kind = members.required("type")?;
    let text = members.required("value")?;
    let language = members.optional("language").map(|node| node.string()).transpose()?;
    let found = Value::restore(kind.string()?, text.string()?, language);
    found.ok_or_else(|| node.wrong(Expected::Named("a value")))
}

fn provenance(members: &Members<'_>) -> Result<Provenance, ShapeError> {
    let node = members.required("provenance")?;
    let members = node.object()?;
    let number = |name: &str| -> Result<u64, ShapeError> {
        members.refuse_unknown(&["source", name])?;
        members.required(name)?.parse("a number")
    };
    let signed = || -> Result<Digest, ShapeError> {
        members.refuse_unknown(&["digest", "source"])?;
        digest(&members.required("digest")?)
    };
    let source = members.required("source")?;
    Ok(match source.string()? {
        "attestation" => Provenance::Attestation { digest: signed()? },
        "credential" => Provenance::Credential { digest: signed()? },
        "log" => Provenance::Log { size: number("size")? },
        "meter" => Provenance::Meter { reading: number("reading")? },
        "trust-list" => Provenance::TrustList { number: number("number")? },
        other => {
            members.refuse_unknown(&["source"])?;
            match other {
                "agreement" => Provenance::Agreement,
                "catalogue" => Provenance::Catalogue,
                "certificate" => Provenance::Certificate,
                "operator" => Provenance::Operator,
                "own-clock" => Provenance::OwnClock,
                "statement" => Provenance::Statement,
                "transfer" => Provenance::Transfer,
                _ => return Err(source.wrong(Expected::Named("a source of facts"))),
            }
        }
    })
}

fn fact(node: &Node<'_>) -> Result<(FactKey, Fact), ShapeError> {
    let members = node.object()?;
    let known = ["about", "fact", "interval", "operand", "provenance", "validUntil", "values"];
    members.refuse_unknown(&known)?;
    let about = named(&members.required("about")?, "what a fact is about", |text| {
        About::ALL.into_iter().find(|about| about.name() == text)
    })?;
    let mut key = FactKey::of(operand(&members.required("operand")?)?).about(about);
    if let Some(node) = members.optional("interval") {
        let interval = named(&node, "a duration", |text| {
            Interval::of(&Value::restore("duration", text, None)?)
        })?;
        key = key.over(interval);
    }
    let sort = members.required("fact")?;
    let fact = match sort.string()? {
        "conflicting" => Fact::Conflicting,
        "known" => Fact::Known {
            values: values(&members.required("values")?)?,
            provenance: provenance(&members)?,
            valid_until: optional_instant(&members, "validUntil")?,
        },
        "stale" => Fact::Stale { provenance: provenance(&members)? },
        _ => return Err(sort.wrong(Expected::Named("a sort of fact"))),
    };
    Ok((key, fact))
}

fn membership(node: &Node<'_>) -> Result<(Id, Membership), ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["collection", "members", "provenance", "validUntil"])?;
    let collection = id(&members.required("collection")?)?;
    let list = list(&members, "members")?.iter().map(id).collect::<Result<_, _>>()?;
    let (provenance, valid_until) =
        (provenance(&members)?, optional_instant(&members, "validUntil")?);
    Ok((collection, Membership { members: list, provenance, valid_until }))
}

fn rule(node: &Node<'_>) -> Result<RuleKey, ShapeError> {
    named(node, "a rule", RuleKey::parse)
}

fn duty(node: &Node<'_>) -> Result<(RuleKey, DutyFact), ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["duty", "provenance", "told", "validUntil"])?;
    let told = named(&members.required("told")?, "a state of a duty", |text| {
        Told::ALL.into_iter().find(|told| told.name() == text)
    })?;
    let (provenance, valid_until) =
        (provenance(&members)?, optional_instant(&members, "validUntil")?);
    Ok((rule(&members.required("duty")?)?, DutyFact { told, provenance, valid_until }))
}

fn performance(node: &Node<'_>) -> Result<(RuleKey, Performance), ShapeError> {
    let members = node.object()?;
    let known = ["action", "assignee", "at", "evidence", "provenance", "rule", "target", "values"];
    members.refuse_unknown(&known)?;
    let mut how = BTreeMap::new();
    for row in list(&members, "values")? {
        let members = row.object()?;
        members.refuse_unknown(&["operand", "values"])?;
        how.insert(operand(&members.required("operand")?)?, values(&members.required("values")?)?);
    }
    let performance = Performance {
        action: named(&members.required("action")?, "an action", |text| Term::action(text).ok())?,
        assignee: id(&members.required("assignee")?)?,
        target: members.optional("target").map(|node| id(&node)).transpose()?,
        at: instant(&members.required("at")?)?,
        values: how,
        evidence: digest(&members.required("evidence")?)?,
        provenance: provenance(&members)?,
    };
    Ok((rule(&members.required("rule")?)?, performance))
}

fn log(node: &Node<'_>) -> Result<EventLog, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["events", "firstHeld", "provenance", "validUntil"])?;
    let mut events = BTreeMap::new();
    for row in list(&members, "events")? {
        let members = row.object()?;
        members.refuse_unknown(&["event", "since", "until"])?;
        let event = named(&members.required("event")?, "an IRI", |text| Iri::parse(text).ok())?;
        let since = instant(&members.required("since")?)?;
        let until = optional_instant(&members, "until")?;
        events.insert(event, Event { since, until });
    }
    let mut first_held = BTreeMap::new();
    for row in list(&members, "firstHeld")? {
        let members = row.object()?;
        members.refuse_unknown(&["at", "place"])?;
        let place =
            named(&members.required("place")?, "a place", |text| Pointer::parse(text).ok())?;
        first_held.insert(place, instant(&members.required("at")?)?);
    }
    let (provenance, valid_until) =
        (provenance(&members)?, optional_instant(&members, "validUntil")?);
    Ok(EventLog { events, first_held, provenance, valid_until })
}
