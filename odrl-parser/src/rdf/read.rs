//! Turtle and JSON-LD into a graph. The readers of others are stopped at their first error, and
//! what they let pass is checked by the graph.

use std::collections::BTreeMap;

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::{BlankNode, GraphName, NamedOrBlankNode, Term};
use oxttl::TurtleParser;
use wire::json::{Limits, parse};

use super::DOCUMENT_BYTES_MAX;
use super::context::{self, BASE};
use super::error::{ImportError, Measured};
use super::graph::{Graph, Node};

/// Reads Turtle, of which N-Triples is a part.
///
/// # Errors
/// [`ImportError`] with line and column where the text is no Turtle.
pub fn read_turtle(document: &[u8]) -> Result<Graph, ImportError> {
    check_length(document)?;
    let mut graph = Numbered::default();
    for triple in TurtleParser::new().for_slice(document) {
        let triple = triple.map_err(|error| {
            let at = error.location().start;
            let message = error.message().to_owned();
            ImportError::Turtle { line: at.line + 1, column: at.column + 1, message }
        })?;
        graph.insert(triple.subject, triple.predicate.as_str(), triple.object)?;
    }
    Ok(graph.graph)
}

/// Reads general JSON-LD: expanded, or under the pinned contexts with plain prefixes beside them.
/// What JSON-LD would drop without a word is refused.
///
/// # Errors
/// [`ImportError`] with the place in the JSON document where there is one.
pub fn read_json_ld(document: &[u8]) -> Result<Graph, ImportError> {
    let limits = Limits::document().with_bytes_max(DOCUMENT_BYTES_MAX);
    let value = parse(document, &limits).map_err(ImportError::Json)?;
    let closed = context::close(value)?.to_string();
    // Lenient: what is not valid is let through instead of dropped, and then refused by the graph.
    let parser = JsonLdParser::new().lenient().with_base_iri(BASE);
    let parser = parser.map_err(|error| ImportError::JsonLd { message: error.to_string() })?;
    let quads = parser.for_slice(closed.as_bytes()).with_load_document_callback(|url, _| {
        let document = context::pinned(url).ok_or("this context is not pinned")?;
        let document = document.as_bytes().to_vec();
        Ok(JsonLdRemoteDocument { document, document_url: url.to_owned() })
    });
    let mut graph = Numbered::default();
    for quad in quads {
        let quad = quad.map_err(|error| ImportError::JsonLd { message: error.to_string() })?;
        if quad.graph_name != GraphName::DefaultGraph {
            return Err(ImportError::NamedGraph);
        }
        graph.insert(quad.subject, quad.predicate.as_str(), quad.object)?;
    }
    Ok(graph.graph)
}

fn check_length(document: &[u8]) -> Result<(), ImportError> {
    if document.len() > DOCUMENT_BYTES_MAX {
        let (what, limit) = (Measured::DocumentBytes, DOCUMENT_BYTES_MAX);
        return Err(ImportError::TooLarge { what, limit });
    }
    Ok(())
}

/// A graph whose blank nodes are numbered as they come: the readers make up random labels.
#[derive(Default)]
struct Numbered {
    graph: Graph,
    labels: BTreeMap<String, Node>,
}

impl Numbered {
    fn insert(
        &mut self,
        subject: NamedOrBlankNode,
        predicate: &str,
        object: Term,
    ) -> Result<(), ImportError> {
        let subject = match subject {
            NamedOrBlankNode::NamedNode(name) => named(name.into_string())?,
            NamedOrBlankNode::BlankNode(blank) => self.blank(blank),
        };
        let object = match object {
            Term::NamedNode(name) => named(name.into_string())?,
            Term::BlankNode(blank) => self.blank(blank),
            Term::Literal(literal) => {
                let datatype = literal.datatype().as_str().to_owned();
                let language = literal.language().map(str::to_owned);
                Node::Literal { lexical: literal.value().to_owned(), datatype, language }
            }
        };
        self.graph.insert(subject, predicate, object)
    }

    fn blank(&mut self, blank: BlankNode) -> Node {
        let graph = &mut self.graph;
        self.labels.entry(blank.into_string()).or_insert_with(|| graph.blank()).clone()
    }
}

fn named(iri: String) -> Result<Node, ImportError> {
    match iri.strip_prefix(BASE) {
        Some(written) => Err(ImportError::Relative { written: written.to_owned() }),
        None => Ok(Node::Iri(iri)),
    }
}
