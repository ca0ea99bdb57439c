//! A node of the graph together with the path on which it was reached from the policy.

use wire::node::{Expected, Found};
use wire::pointer::Pointer;

use super::context::UNDEFINED;
use super::graph::{Graph, Node};
use super::{RDF, TYPE, informative};
use crate::error::{Counted, ParseError, Problem, TermRole};
use crate::id::Id;
use crate::model::Informative;
use crate::parse::VALUES_MAX;
use crate::vocabulary::ODRL;

/// A node and how it was reached.
#[derive(Clone, Debug)]
pub(super) struct Reached<'g> {
    pub(super) graph: &'g Graph,
    pub(super) node: &'g Node,
    pub(super) pointer: Pointer,
}

impl<'g> Reached<'g> {
    /// The objects of an ODRL property, each at its index.
    pub(super) fn many(&self, name: &str) -> Vec<Self> {
        let objects = self.graph.objects(self.node, &format!("{ODRL}{name}"));
        let at = self.pointer.member(name);
        objects
            .into_iter()
            .enumerate()
            .map(|(index, node)| Self { graph: self.graph, node, pointer: at.element(index) })
            .collect()
    }

    /// As [`Reached::many`], and if the only object is an RDF list its elements in their order.
    pub(super) fn many_or_list(&self, name: &str) -> Result<Vec<Self>, ParseError> {
        let objects = self.many(name);
        match objects.as_slice() {
            [only] if only.is_list() => only.list(&self.pointer.member(name)),
            objects => match objects.iter().find(|object| object.is_list()) {
                Some(list) => Err(list.wrong(Expected::Named("one list, or values"), Found::Array)),
                None => Ok(objects.to_vec()),
            },
        }
    }

    /// The one object of an ODRL property, if there is any.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Self>, ParseError> {
        let mut objects = self.many(name);
        let pointer = self.pointer.member(name);
        match (objects.pop(), objects.is_empty()) {
            (None, _) => Ok(None),
            (Some(only), true) => Ok(Some(Self { pointer, ..only })),
            (Some(_), false) => {
                let (expected, found) = (Expected::Named("one value"), Found::Array);
                Err(ParseError::at(pointer, Problem::Shape { expected, found }))
            }
        }
    }

    /// The one object of an ODRL property.
    pub(super) fn required(&self, name: &str) -> Result<Self, ParseError> {
        self.optional(name)?.ok_or_else(|| {
            let (expected, found) = (Expected::Present, Found::Absent);
            ParseError::at(self.pointer.member(name), Problem::Shape { expected, found })
        })
    }

    /// The IRI of the node.
    pub(super) fn iri(&self) -> Result<&'g str, ParseError> {
        self.node
            .as_iri()
            .ok_or_else(|| self.wrong(Expected::Named("an IRI"), Found::of_node(self.node)))
    }

    /// What the node is called: its IRI or, of a blank node, its `uid`. Both must agree.
    pub(super) fn id(&self) -> Result<Option<Id>, ParseError> {
        let uid = self.optional("uid")?;
        let written = match &uid {
            Some(uid) => Some(uid.name()?),
            None => None,
        };
        let own = self.node.as_iri();
        match (own, written) {
            (Some(own), Some(written)) if own != written => {
                let expected = Expected::Named("the IRI of its subject");
                Err(uid.as_ref().unwrap_or(self).wrong(expected, Found::String))
            }
            (own, written) => own.or(written).map(|name| self.parse_id(name)).transpose(),
        }
    }

    fn parse_id(&self, name: &str) -> Result<Id, ParseError> {
        Id::parse(name).map_err(|error| self.refuse(Problem::Id(error)))
    }

    /// An identifier as an IRI, or as a text, which the W3C context makes of some.
    pub(super) fn name(&self) -> Result<&'g str, ParseError> {
        match self.node {
            Node::Iri(iri) => Ok(iri),
            Node::Literal { lexical, language: None, .. } => Ok(lexical),
            Node::Blank(_) | Node::Literal { language: Some(_), .. } => {
                Err(self.wrong(Expected::Named("an IRI"), Found::of_node(self.node)))
            }
        }
    }

    /// The ODRL classes of the node, by their names.
    pub(super) fn classes(&self) -> Result<Vec<&'g str>, ParseError> {
        let types = self.graph.objects(self.node, TYPE);
        types
            .into_iter()
            .map(|class| {
                let name = class.as_iri().and_then(|iri| iri.strip_prefix(ODRL));
                name.ok_or_else(|| self.unknown_class(class))
            })
            .collect()
    }

    /// Refuses classes other than the `allowed` ones.
    pub(super) fn check_classes(&self, allowed: &[&str]) -> Result<(), ParseError> {
        match self.classes()?.into_iter().find(|class| !allowed.contains(class)) {
            Some(other) => Err(self.unknown_class(&Node::iri(format!("{ODRL}{other}")))),
            None => Ok(()),
        }
    }

    pub(super) fn unknown_class(&self, class: &Node) -> ParseError {
        let written = match class {
            Node::Iri(iri) => iri.strip_prefix(UNDEFINED).unwrap_or(iri).to_owned(),
            Node::Blank(_) | Node::Literal { .. } => class.to_string(),
        };
        let suggestion = suggest(&written, &CLASSES);
        let problem = Problem::UnknownTerm { role: TermRole::Type, written, suggestion };
        ParseError::at(self.pointer.member("@type"), problem)
    }

    /// Refuses ODRL properties other than the `known` ones, and all others besides `rdf:type`.
    pub(super) fn refuse_unknown(&self, known: &[&str]) -> Result<(), ParseError> {
        match self.unknown(known).next() {
            Some(other) => Err(self.unknown_property(other, known)),
            None => Ok(()),
        }
    }

    /// As [`Reached::refuse_unknown`], but keeps what carries information only.
    pub(super) fn informative(&self, known: &[&str]) -> Result<Informative, ParseError> {
        let mut kept = Informative::new();
        for predicate in self.unknown(known) {
            let name = informative::name(predicate);
            let name = name.ok_or_else(|| self.unknown_property(predicate, known))?;
            kept.insert(name, informative::value(self, predicate)?);
        }
        Ok(kept)
    }

    pub(super) fn unknown(&self, known: &[&str]) -> impl Iterator<Item = &'g str> {
        self.graph.predicates(self.node).filter(move |predicate| {
            let is_known = predicate.strip_prefix(ODRL).is_some_and(|name| known.contains(&name));
            !is_known && *predicate != TYPE
        })
    }

    pub(super) fn unknown_property(&self, predicate: &str, known: &[&str]) -> ParseError {
        let written = predicate.strip_prefix(UNDEFINED).unwrap_or(predicate);
        let suggestion = suggest(written, known);
        let written = written.to_owned();
        let at = self.pointer.member(written.strip_prefix(ODRL).unwrap_or(&written));
        let problem = Problem::UnknownTerm { role: TermRole::Property, written, suggestion };
        ParseError::at(at, problem)
    }

    pub(super) fn refuse(&self, problem: Problem) -> ParseError {
        ParseError::at(self.pointer.clone(), problem)
    }

    pub(super) fn wrong(&self, expected: Expected, found: Found) -> ParseError {
        self.refuse(Problem::Shape { expected, found })
    }

    fn is_list(&self) -> bool {
        self.node.as_iri().and_then(|iri| iri.strip_prefix(RDF)) == Some("nil")
            || self.graph.predicates(self.node).any(|p| p.strip_prefix(RDF) == Some("first"))
    }

    /// The elements of the RDF list that begins here. A list that never ends is too long.
    fn list(&self, pointer: &Pointer) -> Result<Vec<Self>, ParseError> {
        let mut elements: Vec<Self> = Vec::new();
        let mut cell = self.node;
        while cell.as_iri().and_then(|iri| iri.strip_prefix(RDF)) != Some("nil") {
            if elements.len() == VALUES_MAX {
                let problem = Problem::TooMany { what: Counted::Values, limit: VALUES_MAX };
                return Err(ParseError::at(pointer.clone(), problem));
            }
            let pointer = pointer.element(elements.len());
            let first = self.graph.object(cell, &format!("{RDF}first"));
            let rest = self.graph.object(cell, &format!("{RDF}rest"));
            let (Some(node), Some(rest)) = (first, rest) else {
                let (expected, found) = (Expected::Named("a well-formed list"), Found::Object);
                return Err(ParseError::at(pointer, Problem::Shape { expected, found }));
            };
            elements.push(Self { graph: self.graph, node, pointer });
            cell = rest;
        }
        Ok(elements)
    }
}

/// The classes that a policy names.
const CLASSES: [&str; 21] = [
    "Action",
    "Agreement",
    "Assertion",
    "Asset",
    "AssetCollection",
    "Constraint",
    "Duty",
    "LogicalConstraint",
    "Offer",
    "Party",
    "PartyCollection",
    "Permission",
    "Policy",
    "Privacy",
    "Prohibition",
    "Request",
    "Rule",
    "Set",
    "Ticket",
    "LeftOperand",
    "Operator",
];

/// The known name that differs in the namespace or in the case of letters alone.
pub(super) fn suggest(written: &str, known: &[&str]) -> Option<String> {
    let name = written.rsplit(['/', '#', ':']).next()?;
    let near = known.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    (written.strip_prefix(ODRL) != Some(near)).then(|| format!("odrl:{near}"))
}

/// What stands where another node was expected, in the words for JSON.
pub(super) trait OfNode {
    fn of_node(node: &Node) -> Self;
}

impl OfNode for Found {
    fn of_node(node: &Node) -> Self {
        match node {
            Node::Blank(_) => Self::Object,
            Node::Iri(_) | Node::Literal { .. } => Self::String,
        }
    }
}
