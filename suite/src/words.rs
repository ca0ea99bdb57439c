//! The vocabularies of the suite: its cases, and the Compliance Report Model that its reports are
//! written in.

use odrl_parser::rdf::{Graph, Node};

/// Namespace of the words about cases.
pub(crate) const EX: &str = "http://example.org/";
/// Namespace of the words about states of the world.
pub(crate) const TEMP: &str = "http://example.com/request/";
/// Namespace of the Compliance Report Model.
pub(crate) const REPORT: &str = "https://w3id.org/force/compliance-report#";
/// Namespace of Dublin Core terms.
pub(crate) const DCT: &str = "http://purl.org/dc/terms/";

/// The node of a word of the report model.
pub(crate) fn report(name: &str) -> Node {
    Node::iri(format!("{REPORT}{name}"))
}

/// The name of a node in the report model, if it has one.
pub(crate) fn report_name(node: &Node) -> Option<&str> {
    node.as_iri()?.strip_prefix(REPORT)
}

/// Everything with a class of the report model, in the order in which it came.
pub(crate) fn reports<'g>(graph: &'g Graph, class: &str) -> Vec<&'g Node> {
    let class = report(class);
    let typed = graph.with_predicate(odrl_parser::rdf::TYPE).into_iter();
    typed.filter(|(_, object)| **object == class).map(|(subject, _)| subject).collect()
}

/// The object of a word of the report model, if there is exactly one.
pub(crate) fn stated<'g>(graph: &'g Graph, subject: &Node, name: &str) -> Option<&'g Node> {
    graph.object(subject, &format!("{REPORT}{name}"))
}
