//! Policies of plain ODRL 2.2 under the W3C context. The shorthand of a compact policy, what it
//! says once for all its rules, is moved into each of them (ODRL Information Model 2.2, section
//! 2.7.1); how many rules that makes is counted before.

use wire::node::{Expected, Found, Node};

use super::entity::{self, Kind};
use super::object::{Object, Texts, count, each, only, shape};
use super::reader::{Reader, within};
use super::{ATOMIC_RULES_MAX, PARENTS_MAX, action, rule, shared, word};
use crate::context::Context;
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::id::Id;
use crate::model::{PartyFunction, Policy, PolicyKind, Rule};
use crate::shorthand::Shorthand;

/// The Allmende context, which may stand beside the W3C one. It gives no bare word a meaning.
const BESIDE: &str = "https://w3id.org/allmende/v1/context.jsonld";

const MEMBERS: [&str; 12] = [
    "@context",
    "@id",
    "@type",
    "action",
    "conflict",
    "inheritFrom",
    "obligation",
    "output",
    "permission",
    "profile",
    "prohibition",
    "target",
];

/// The types that a policy may have; the last is what an untyped one is.
const TYPES: [(&str, PolicyKind); 8] = [
    ("Agreement", PolicyKind::Agreement),
    ("Assertion", PolicyKind::Assertion),
    ("Offer", PolicyKind::Offer),
    ("Policy", PolicyKind::Set),
    ("Privacy", PolicyKind::Privacy),
    ("Request", PolicyKind::Request),
    ("Ticket", PolicyKind::Ticket),
    ("Set", PolicyKind::Set),
];

/// Reads a policy of plain ODRL 2.2 in JSON-LD under the W3C context.
///
/// # Errors
/// [`ParseError`] with the place and what is wrong there.
pub fn parse_policy(node: &Node<'_>) -> Result<Policy, ParseError> {
    let context = Context::Odrl;
    let known = MEMBERS.into_iter().chain(PartyFunction::ALL.map(PartyFunction::name));
    let known: Vec<&str> = known.collect();
    let object = Object::open(node, context, &known, Texts::Kept)?;
    check_context(&object.required("@context")?)?;
    let mut reader = Reader::new(context);
    let mut policy = shared::policy(&object, kind(&object)?, &mut reader)?;
    policy.inherits = inherits(&object)?;
    let shorthand = Shorthand {
        actions: object
            .all("action")
            .map(|node| action::parse(&node, &mut reader))
            .collect::<Result<_, _>>()?,
        targets: entity::parse_all(&object, "target", Kind::Asset, &mut reader)?,
        outputs: entity::parse_all(&object, "output", Kind::Asset, &mut reader)?,
        parties: rule::parties(&object, &mut reader)?,
    };
    if shorthand.count(&policy) > ATOMIC_RULES_MAX {
        let (what, limit) = (Counted::AtomicRules, ATOMIC_RULES_MAX);
        return Err(ParseError::at(node.pointer().clone(), Problem::TooMany { what, limit }));
    }
    shorthand.move_into(&mut policy);
    policy.shorthand = shorthand;
    let rules = [&policy.permissions, &policy.prohibitions, &policy.obligations];
    if rules.iter().all(|rules| rules.is_empty()) && policy.inherits.is_empty() {
        return Err(ParseError::at(node.pointer().clone(), Problem::NoRule));
    }
    // An heir may take its actions from those that it inherits from.
    if policy.inherits.is_empty() {
        rules.into_iter().try_for_each(|rules| refuse_idle(rules))?;
    }
    Ok(policy)
}

/// The W3C context once, and nothing else but the Allmende one.
fn check_context(node: &Node<'_>) -> Result<(), ParseError> {
    within(count(node), 2, Counted::Contexts, node)?;
    let mut named = 0;
    for entry in each(node.clone()) {
        let text = entry.string()?;
        if text == Context::Odrl.iri() {
            named += 1;
        } else if text != BESIDE {
            let suggestion = Some(Context::Odrl.iri().to_owned());
            return Err(word::unknown(&entry, TermRole::Context, text, suggestion));
        }
    }
    if named == 1 {
        return Ok(());
    }
    Err(shape(node, Expected::Named("the W3C context of ODRL once")))
}

fn kind(object: &Object<'_>) -> Result<PolicyKind, ParseError> {
    let Some(node) = object.optional("@type") else { return Ok(PolicyKind::Set) };
    let name = word::type_of(only(node)?, &TYPES.map(|(name, _)| name), Context::Odrl)?;
    let found = TYPES.iter().find(|(known, _)| *known == name);
    Ok(found.map_or(PolicyKind::Set, |(_, kind)| *kind))
}

fn inherits(object: &Object<'_>) -> Result<Vec<Id>, ParseError> {
    if let Some(node) = object.optional("inheritFrom") {
        within(count(&node), PARENTS_MAX, Counted::Parents, &node)?;
    }
    object.all("inheritFrom").map(|node| word::id(node, "inheritFrom", Context::Odrl)).collect()
}

/// Each rule has an action, its own or the policy's.
pub(crate) fn refuse_idle(rules: &[Rule]) -> Result<(), ParseError> {
    for rule in rules {
        if rule.actions.is_empty() {
            let problem = Problem::Shape { expected: Expected::Present, found: Found::Absent };
            return Err(ParseError::at(rule.pointer.member("action"), problem));
        }
        refuse_idle(&rule.duties)?;
    }
    Ok(())
}
