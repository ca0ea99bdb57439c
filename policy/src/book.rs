//! The phrase book: the sentences that a rule can be made of, the words for every term, and what
//! other programs are known to ignore. All three are data that somebody else may write: they are
//! read strictly, and a fault in them has a place.

mod blank;
mod build;
mod choose;
mod name;
mod pattern;
mod peer;
mod raw;
mod recognise;
mod sentence;
mod terms;
mod wording;

use std::fmt;
use std::sync::LazyLock;

use odrl_parser::ParseError;
use wire::json::JsonError;
use wire::text::shown;

pub use blank::BlankError;
pub use build::Built;
pub use choose::{ChoiceError, Chosen, TYPED_BYTES_MAX};
pub use name::{KIND_NAMESPACE, NameError, PURPOSE_NAMESPACE, kind, purpose};
pub use peer::{Gap, Peer};
pub use recognise::{Covered, Recognised, legal_texts};
pub use sentence::{Beside, LegalText, Sentence};

pub(crate) use blank::Day;
pub(crate) use pattern::{Part, flatten, main, parts};
pub(crate) use terms::{Relation, Terms, Values};

/// Sentences, words and peers.
#[derive(Clone, Debug, Default)]
pub struct Book {
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) terms: Terms,
    pub(crate) peers: Vec<Peer>,
}

/// Never changes once it is read. That its files can be read is proven by a test; were they not, it
/// would be empty, and every rule be shown by its bare terms.
static SHIPPED: LazyLock<Book> = LazyLock::new(|| Book::read(&Files::SHIPPED).unwrap_or_default());

/// The texts of the three files of a book.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// `sentences.toml`.
    pub sentences: &'a str,
    /// `terms.toml`.
    pub terms: &'a str,
    /// `peers.toml`.
    pub peers: &'a str,
}

impl Files<'static> {
    /// The files of this version.
    pub const SHIPPED: Self = Self {
        sentences: include_str!("../sentences/sentences.toml"),
        terms: include_str!("../sentences/terms.toml"),
        peers: include_str!("../sentences/peers.toml"),
    };
}

/// One of the files of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum File {
    /// `peers.toml`.
    Peers,
    /// `sentences.toml`.
    Sentences,
    /// `terms.toml`.
    Terms,
}

/// A fault in a file of a book, and where it is. The fault is the file's author's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookError {
    /// The file.
    pub file: File,
    /// The line and column, or the key of the entry.
    pub place: String,
    /// What is wrong there.
    pub problem: BookProblem,
}

/// What is wrong with a book.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BookProblem {
    /// A blank stands more than once in the wording, or not at all.
    #[error("the blank `{{{}}}` must stand once in each wording, as a word of its own", shown(.0))]
    BlankInWording(String),
    /// A blank does not stand in the rule.
    #[error("the blank `{{{}}}` stands nowhere in the rule", shown(.0))]
    BlankUnused(String),
    /// A blank of no known type.
    #[error("`{}` is no type of blanks", shown(.0))]
    BlankType(String),
    /// A blank that is not declared.
    #[error("the blank `{{{}}}` has no type", shown(.0))]
    BlankUnknown(String),
    /// Not the form of the file.
    #[error("{0}")]
    Form(String),
    /// The rule is no JSON.
    #[error("the rule is no JSON: {0}")]
    Json(JsonError),
    /// The permission to use has more than conditions and duties.
    #[error(
        "a permission to use has conditions and duties only, since it joins that of the policy"
    )]
    Joined,
    /// The key is not made of lower-case letters, digits and hyphens, or stands twice.
    #[error("a key is made of lower-case letters, digits and hyphens, and stands once")]
    Key,
    /// The legal text is given in part, or its digest is none.
    #[error("a legal text has an IRI, a version and a digest `sha256:` of 64 hexadecimal digits")]
    LegalText,
    /// Something that must have words has none.
    #[error("`{}` has no words", shown(.0))]
    Missing(String),
    /// Not exactly one of a rule and a setting.
    #[error(
        "a sentence stands for a rule (`odrl`) or for a setting (`beside`), and for one of them"
    )]
    Neither,
    /// The rule is no policy of DSP 2025-1.
    #[error("the rule cannot be read: {0}")]
    Policy(ParseError),
    /// Two sentences cannot be told apart.
    #[error("its wording or rule is also that of `{}`", shown(.0))]
    SameAs(String),
    /// A key that is no known term.
    #[error("`{}` is no known term", shown(.0))]
    Term(String),
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Peers => "peers.toml",
            Self::Sentences => "sentences.toml",
            Self::Terms => "terms.toml",
        })
    }
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: {}", self.file, shown(&self.place), self.problem)
    }
}

impl std::error::Error for BookError {}

impl Book {
    /// The book of this version.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads the files of a book.
    ///
    /// # Errors
    /// [`BookError`] with the first fault and its place.
    pub fn read(files: &Files<'_>) -> Result<Self, BookError> {
        let terms = Terms::read(files.terms)?;
        let sentences = sentence::read(files.sentences)?;
        Ok(Self { sentences, terms, peers: peer::read(files.peers)? })
    }

    /// All sentences, in the order of the book.
    #[must_use]
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// The sentence with the key.
    #[must_use]
    pub fn sentence(&self, key: &str) -> Option<&Sentence> {
        self.sentences.iter().find(|sentence| sentence.key == key)
    }

    /// Programs of which it is known what they ignore.
    #[must_use]
    pub fn peers(&self) -> &[Peer] {
        &self.peers
    }
}
