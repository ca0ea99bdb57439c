//! A small bounded set of statements, which remembers the order in which they came.

use std::collections::BTreeMap;
use std::fmt;

use wire::iri::Iri;

use super::error::{ImportError, Measured};
use super::{LITERAL_BYTES_MAX, RDF, STATEMENTS_MAX};
use crate::vocabulary::XSD;

/// A node of a graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A node without a name, numbered in the order of its first occurrence.
    Blank(usize),
    /// An absolute ASCII IRI.
    Iri(String),
    /// A literal.
    Literal {
        /// The text as written.
        lexical: String,
        /// The IRI of its data type.
        datatype: String,
        /// Its language tag, if it has one.
        language: Option<String>,
    },
}

/// Statements, each once. At most [`STATEMENTS_MAX`].
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Subject, predicate, object, and the number of the statement.
    statements: BTreeMap<Node, BTreeMap<String, BTreeMap<Node, usize>>>,
    count: usize,
    blanks: usize,
}

impl Node {
    /// The node with this IRI.
    #[must_use]
    pub fn iri(iri: impl Into<String>) -> Self {
        Self::Iri(iri.into())
    }

    /// A literal with a data type of XML Schema, by its local name.
    #[must_use]
    pub fn typed(lexical: impl Into<String>, xsd: &str) -> Self {
        Self::Literal { lexical: lexical.into(), datatype: format!("{XSD}{xsd}"), language: None }
    }

    /// A text in a language, by its tag.
    #[must_use]
    pub fn tagged(lexical: impl Into<String>, language: impl Into<String>) -> Self {
        let (lexical, language) = (lexical.into(), Some(language.into()));
        Self::Literal { lexical, datatype: format!("{RDF}langString"), language }
    }

    /// The IRI, if the node has one.
    #[must_use]
    pub fn as_iri(&self) -> Option<&str> {
        match self {
            Self::Iri(iri) => Some(iri),
            Self::Blank(_) | Self::Literal { .. } => None,
        }
    }
}

impl Graph {
    /// A blank node that is in no statement yet.
    pub fn blank(&mut self) -> Node {
        self.blanks += 1;
        Node::Blank(self.blanks)
    }

    /// Adds a statement, unless it is there.
    ///
    /// # Errors
    /// [`ImportError`] for a literal as subject, a name that is no absolute ASCII IRI, a literal
    /// that is too long, or one statement too many.
    pub fn insert(
        &mut self,
        subject: Node,
        predicate: &str,
        object: Node,
    ) -> Result<(), ImportError> {
        check_node(&subject)?;
        check_iri(predicate)?;
        check_node(&object)?;
        if matches!(subject, Node::Literal { .. }) {
            return Err(ImportError::LiteralSubject);
        }
        let order = self.count;
        let objects = self.statements.entry(subject).or_default();
        let objects = objects.entry(predicate.to_owned()).or_default();
        objects.entry(object).or_insert_with(|| {
            self.count += 1;
            order
        });
        if self.count > STATEMENTS_MAX {
            let (what, limit) = (Measured::Statements, STATEMENTS_MAX);
            return Err(ImportError::TooLarge { what, limit });
        }
        Ok(())
    }

    /// How many statements there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no statement.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What the statements with this subject and predicate say, in the order in which they came.
    #[must_use]
    pub fn objects(&self, subject: &Node, predicate: &str) -> Vec<&Node> {
        let objects = self.statements.get(subject).and_then(|known| known.get(predicate));
        let mut ordered: Vec<(&Node, &usize)> = objects.into_iter().flatten().collect();
        ordered.sort_unstable_by_key(|(_, order)| **order);
        ordered.into_iter().map(|(node, _)| node).collect()
    }

    /// The only object for this subject and predicate: none where there is none, or more than one.
    #[must_use]
    pub fn object(&self, subject: &Node, predicate: &str) -> Option<&Node> {
        match self.objects(subject, predicate).as_slice() {
            [only] => Some(only),
            [] | [_, _, ..] => None,
        }
    }

    /// Whether the graph holds the statement.
    #[must_use]
    pub fn holds(&self, subject: &Node, predicate: &str, object: &Node) -> bool {
        let objects = self.statements.get(subject).and_then(|known| known.get(predicate));
        objects.is_some_and(|known| known.contains_key(object))
    }

    /// The predicates that are stated of a subject, sorted.
    pub fn predicates(&self, subject: &Node) -> impl Iterator<Item = &str> + use<'_> {
        self.statements.get(subject).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// All statements, in the order in which they came.
    pub fn statements(&self) -> impl Iterator<Item = (&Node, &str, &Node)> + use<'_> {
        let mut numbered: Vec<(usize, (&Node, &str, &Node))> = Vec::with_capacity(self.count);
        for (subject, known) in &self.statements {
            for (predicate, objects) in known {
                for (object, order) in objects {
                    numbered.push((*order, (subject, predicate, object)));
                }
            }
        }
        numbered.sort_unstable_by_key(|(order, _)| *order);
        numbered.into_iter().map(|(_, statement)| statement)
    }

    /// Subject and object of all statements with this predicate, in the order in which they came.
    #[must_use]
    pub fn with_predicate(&self, predicate: &str) -> Vec<(&Node, &Node)> {
        let with = self.statements().filter(|(_, other, _)| *other == predicate);
        with.map(|(subject, _, object)| (subject, object)).collect()
    }
}

fn check_node(node: &Node) -> Result<(), ImportError> {
    match node {
        Node::Blank(_) => Ok(()),
        Node::Iri(iri) => check_iri(iri),
        Node::Literal { lexical, datatype, .. } => {
            if lexical.len() > LITERAL_BYTES_MAX {
                let (what, limit) = (Measured::LiteralBytes, LITERAL_BYTES_MAX);
                return Err(ImportError::TooLarge { what, limit });
            }
            check_iri(datatype)
        }
    }
}

fn check_iri(iri: &str) -> Result<(), ImportError> {
    let checked = Iri::parse(iri).map(drop);
    checked.map_err(|problem| ImportError::Iri { written: iri.to_owned(), problem })
}

/// N-Triples (RDF 1.1 N-Triples), one statement a line.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (subject, predicate, object) in self.statements() {
            writeln!(f, "{subject} <{predicate}> {object} .")?;
        }
        Ok(())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank(number) => write!(f, "_:b{number}"),
            Self::Iri(iri) => write!(f, "<{iri}>"),
            Self::Literal { lexical, datatype, language } => {
                f.write_str("\"")?;
                for c in lexical.chars() {
                    match c {
                        '"' | '\\' => write!(f, "\\{c}")?,
                        c if wire::text::is_deceptive(c) => write!(f, "\\U{:08X}", u32::from(c))?,
                        c => write!(f, "{c}")?,
                    }
                }
                match language {
                    Some(language) => write!(f, "\"@{language}"),
                    None if datatype.strip_prefix(XSD) == Some("string") => f.write_str("\""),
                    None => write!(f, "\"^^<{datatype}>"),
                }
            }
        }
    }
}
