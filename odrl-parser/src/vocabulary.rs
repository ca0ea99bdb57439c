//! The namespaces of the pinned vocabularies. Their terms stand in `vocabulary/terms.txt`, the words
//! of the contexts in `vocabulary/contexts.txt`; nothing is fetched.

/// Namespace of the ODRL vocabulary.
pub const ODRL: &str = "http://www.w3.org/ns/odrl/2/";
/// The core profile of ODRL, which adds nothing.
pub(crate) const ODRL_CORE: &str = "http://www.w3.org/ns/odrl/2/core";
/// `rdf:value`, which names the action of a refined one.
pub(crate) const RDF_VALUE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value";
/// Namespace of the Creative Commons actions that ODRL adopts.
pub const CREATIVE_COMMONS: &str = "http://creativecommons.org/ns#";
/// IRI of the Allmende profile version 1, and the namespace of its terms.
pub const ALLMENDE_V1: &str = "https://w3id.org/allmende/v1/";
/// Namespace of the XML Schema data types.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

/// Prefixes of members that carry information only: they are kept and shown, and bind nobody.
pub(crate) const INFORMATIVE: [&str; 7] = [
    "dct:",
    "rdfs:",
    "schema:",
    "http://purl.org/dc/terms/",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://schema.org/",
    "https://schema.org/",
];
