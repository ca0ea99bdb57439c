//! An object whose member names have been resolved. A term that the context defines is written bare
//! and in no other way, one that it does not define with `odrl:` or in full: so each member has one
//! meaning for every reader, and none can stand there twice in two spellings.

use serde_json::Value;
use wire::node::{Expected, Found, Members, Node};
use wire::pointer::Pointer;

use super::informative;
use crate::context::Context;
use crate::error::{ParseError, Problem, Unsupported};
use crate::model::Informative;
use crate::term::Namespace;
use crate::vocabulary::{ODRL, RDF_VALUE};

/// What becomes of members that carry information only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    Kept,
    Refused,
}

/// The members by their names without prefix; a place is made when it is asked for.
#[derive(Debug)]
pub(super) struct Object<'a> {
    context: Context,
    written: Members<'a>,
    /// What each known member means and how it is written.
    members: Vec<(&'static str, &'a str)>,
    pub(super) informative: Informative,
}

impl<'a> Object<'a> {
    /// Reads an object whose members are among `known`, by their names without prefix.
    pub(super) fn open(
        node: &Node<'a>,
        context: Context,
        known: &[&'static str],
        texts: Texts,
    ) -> Result<Self, ParseError> {
        let written = node.object()?;
        let mut members = Vec::with_capacity(written.map().len());
        let mut kept = Informative::new();
        for name in written.names() {
            if let Some(meant) = resolve(name, context, known) {
                if members.iter().any(|(known, _)| *known == meant) {
                    let problem = Problem::MemberTwice { name: meant };
                    return Err(ParseError::at(written.pointer().member(name), problem));
                }
                members.push((meant, name));
                continue;
            }
            let member = written.required(name)?;
            if texts == Texts::Refused || !informative::is(name) {
                return Err(refuse(&member, name, context, known));
            }
            informative::check(&member)?;
            kept.insert(name.to_owned(), member.value().clone());
        }
        Ok(Self { context, written, members, informative: kept })
    }

    pub(super) fn optional(&self, name: &str) -> Option<Node<'a>> {
        let (_, written) = self.members.iter().find(|(known, _)| *known == name)?;
        self.written.optional(written)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| *known == name)
    }

    pub(super) fn required(&self, name: &'static str) -> Result<Node<'a>, ParseError> {
        self.optional(name).ok_or_else(|| {
            let spelt = spell(name, self.context);
            let problem = Problem::Shape { expected: Expected::Present, found: Found::Absent };
            ParseError::at(self.pointer().member(&spelt), problem)
        })
    }

    /// The elements of a member, none where it is absent.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.optional(name).into_iter().flat_map(each)
    }

    pub(super) const fn pointer(&self) -> &Pointer {
        self.written.pointer()
    }
}

/// How a member is written under a context.
pub(crate) fn spell(name: &str, context: Context) -> String {
    match name {
        "rdf:value" if context == Context::Dsp => RDF_VALUE.to_owned(),
        "rdf:value" | "timestamp" => name.to_owned(),
        keyword if keyword.starts_with('@') => keyword.to_owned(),
        name => context.spell(Namespace::Odrl, name),
    }
}

/// The known member that the name means.
fn resolve(name: &str, context: Context, known: &[&'static str]) -> Option<&'static str> {
    let find = |meant: &str| known.iter().copied().find(|known| *known == meant);
    if name.starts_with('@') {
        return find(name);
    }
    let meant = match context.meaning(name) {
        Some(means) => means.split_once(':').map_or(means, |(_, local)| local),
        None if name == RDF_VALUE => "rdf:value",
        None if name == "rdf:value" && context == Context::Odrl => name,
        None => local(name).filter(|local| !context.defines(local))?,
    };
    find(meant)
}

/// The name of an ODRL term written with its prefix or in full.
fn local(name: &str) -> Option<&str> {
    name.strip_prefix("odrl:").or_else(|| name.strip_prefix(ODRL))
}

/// The refusal of a member that is not read here: a known one in another spelling with the right
/// one, recognised parts of ODRL and JSON-LD by name, the rest as unknown.
fn refuse(node: &Node<'_>, name: &str, context: Context, known: &[&'static str]) -> ParseError {
    let word = local(name).unwrap_or(name);
    let meant = [Context::Dsp, Context::Odrl].into_iter().find_map(|known| known.meaning(word));
    let meant = meant.unwrap_or(word).trim_start_matches("odrl:");
    let problem = if known.contains(&meant) {
        let suggestion = Some(spell(meant, context));
        Problem::UnknownMember { name: name.to_owned(), suggestion }
    } else {
        match unsupported(meant) {
            Some(what) => Problem::Unsupported(what),
            None => Problem::UnknownMember { name: name.to_owned(), suggestion: None },
        }
    };
    ParseError::at(node.pointer().clone(), problem)
}

fn unsupported(name: &str) -> Option<Unsupported> {
    Some(match name {
        "@context" => Unsupported::Context,
        "@graph" | "@included" | "@index" | "@json" | "@language" | "@list" | "@nest" | "@none"
        | "@prefix" | "@reverse" | "@set" | "@vocab" | "@base" => Unsupported::JsonLdKeyword,
        "andSequence" => Unsupported::AndSequence,
        "assigneeOf" | "assignerOf" | "hasPolicy" => Unsupported::FromOutside,
        "consequence" | "duty" | "remedy" => Unsupported::DutyPlace,
        "constraint" => Unsupported::PolicyConstraint,
        "inheritFrom" => Unsupported::Inheritance,
        "refinement" => Unsupported::RefinementPlace,
        "rightOperandReference" => Unsupported::RightOperandReference,
        "assignee" | "assigner" => Unsupported::RuleParty,
        "target" => Unsupported::Target,
        _ => return None,
    })
}

pub(super) fn shape(node: &Node<'_>, expected: Expected) -> ParseError {
    let found = Found::of(node.value());
    ParseError::at(node.pointer().clone(), Problem::Shape { expected, found })
}

/// The elements of an array, or the one value. They are made one by one, so that a limit stops a
/// long array before it costs anything.
pub(super) fn each(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut at = 0;
    let mut node = Some(node);
    std::iter::from_fn(move || {
        let Some(elements) = node.as_ref()?.value().as_array() else { return node.take() };
        let value = elements.get(at)?;
        let element = Node::at(value, node.as_ref()?.pointer().element(at));
        at += 1;
        Some(element)
    })
}

/// A value that JSON-LD may have wrapped into an array of one.
pub(super) fn only(node: Node<'_>) -> Result<Node<'_>, ParseError> {
    match node.value().as_array().map(Vec::as_slice) {
        None => Ok(node),
        Some([value]) => Ok(Node::at(value, node.pointer().element(0))),
        Some(_) => Err(node.wrong(Expected::Named("one value")).into()),
    }
}

/// The array in `{"@list": […]}`, or the value itself; a list keeps its order for every reader. The
/// DSP context is never written with lists.
pub(super) fn listed(node: Node<'_>, context: Context) -> Result<Node<'_>, ParseError> {
    match (context, node.value()) {
        (Context::Odrl, Value::Object(members)) if members.contains_key("@list") => {
            let members = node.object()?;
            members.refuse_unknown(&["@list"])?;
            let list = members.required("@list")?;
            if list.value().is_array() { Ok(list) } else { Err(shape(&list, Expected::Array)) }
        }
        (Context::Dsp | Context::Odrl, _) => Ok(node),
    }
}

/// How many elements [`each`] has.
pub(super) fn count(node: &Node<'_>) -> usize {
    node.value().as_array().map_or(1, Vec::len)
}
