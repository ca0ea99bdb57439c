//! Statements that carry information only, under the names that JSON gives them.

use serde_json::{Value, json};
use wire::node::{Expected, Found};

use super::graph::Node;
use super::reached::Reached;
use crate::error::ParseError;
use crate::vocabulary::XSD;

/// Namespaces of informative properties, and the prefixes that the W3C context gives them.
const NAMESPACES: [(&str, &str); 4] = [
    ("http://purl.org/dc/terms/", "dct:"),
    ("http://www.w3.org/2000/01/rdf-schema#", "rdfs:"),
    ("http://schema.org/", "schema:"),
    ("https://schema.org/", "https://schema.org/"),
];

/// The name of an informative member, if the property is one.
pub(super) fn name(predicate: &str) -> Option<String> {
    NAMESPACES.iter().find_map(|(namespace, prefix)| {
        Some(format!("{prefix}{}", predicate.strip_prefix(namespace)?))
    })
}

/// Its value: one, or an array of several in their order.
pub(super) fn value(place: &Reached<'_>, predicate: &str) -> Result<Value, ParseError> {
    let objects = place.graph.objects(place.node, predicate);
    let values = objects.into_iter().map(|node| match node {
        Node::Iri(iri) => Ok(json!({ "@id": iri })),
        Node::Literal { lexical, language: Some(language), .. } => {
            Ok(json!({ "@language": language, "@value": lexical }))
        }
        Node::Literal { lexical, datatype, language: None } => {
            Ok(match datatype.strip_prefix(XSD) {
                Some("string") => json!(lexical),
                Some(name) => json!({ "@type": format!("xsd:{name}"), "@value": lexical }),
                None => json!({ "@type": datatype, "@value": lexical }),
            })
        }
        Node::Blank(_) => Err(place.wrong(Expected::Named("a text or reference"), Found::Object)),
    });
    let mut values = values.collect::<Result<Vec<Value>, ParseError>>()?;
    Ok(if values.len() == 1 { values.remove(0) } else { Value::Array(values) })
}
