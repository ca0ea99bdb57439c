//! A recorded decision read back, strictly, and made again by both evaluators.

use odrl_parser::{Id, Term};
use serde_json::Value as Json;
use wire::digest::Digest;
use wire::json::{Limits, canonical, parse};
use wire::node::{Expected, Node, ShapeError};

use super::differ::{Difference, differences};
use super::{Basis, CONFLICTS, DUTIES, ENGINE_VERSION, INCOMPLETE, Shape};
use crate::check::check_with;
use crate::compile::Compiled;
use crate::decision::{Decision, Request};
use crate::evaluate::evaluate;
use crate::fact::{Facts, FactsError};
use crate::profile::Profile;
use crate::settings::Settings;

/// A recorded decision, as far as it must be understood to make it again.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    whole: Json,
    basis: Basis,
    request: Request,
    snapshot: Digest,
}

/// Why a recorded decision cannot be made again.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotReplayed {
    /// It was recorded without what it was made with.
    #[error("it was recorded without what it was made with")]
    NoBasis,
    /// It is not of the judgement of a rule: terms were weighed against an acceptance policy.
    #[error("no rule was judged")]
    NoRule,
    /// It was made with another profile than this program has.
    #[error("it was made with the profile {profile}, which this program does not have")]
    OtherProfile {
        /// The digest of that profile.
        profile: Digest,
    },
    /// The policy cannot be judged.
    #[error("the policy cannot be judged: {why}")]
    Policy {
        /// The reason, with its place.
        why: String,
    },
    /// The snapshot of facts is not one.
    #[error(transparent)]
    Snapshot(#[from] FactsError),
    /// The document of the decision is not one.
    #[error("not a recorded decision: {why}")]
    Unreadable {
        /// The reason, with its place.
        why: String,
    },
}

/// What came of making a decision again.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// The decision as it comes out now.
    pub decision: Decision,
    /// Where the recorded one differs; empty if both have the same bytes.
    pub differences: Vec<Difference>,
    /// Where the compiled evaluator says otherwise than the plain one; then the fault is ours.
    pub compiled: Vec<Difference>,
}

impl From<ShapeError> for NotReplayed {
    fn from(error: ShapeError) -> Self {
        Self::Unreadable { why: error.to_string() }
    }
}

impl Recorded {
    /// Reads the document of a decision. Only its canonical bytes are taken.
    ///
    /// # Errors
    /// [`NotReplayed`] if it is no decision of a rule, or does not say what it was made with.
    pub fn read(bytes: &[u8]) -> Result<Self, NotReplayed> {
        let unreadable = |why: String| NotReplayed::Unreadable { why };
        let whole = parse(bytes, &Limits::document()).map_err(|it| unreadable(it.to_string()))?;
        if canonical(&whole).ok().as_deref() != Some(bytes) {
            return Err(unreadable("it is not in its one spelling".to_owned()));
        }
        let node = Node::root(&whole);
        let members = node.object()?;
        if members.has("acceptance") {
            return Err(NotReplayed::NoRule);
        }
        let basis = members.optional("basis").ok_or(NotReplayed::NoBasis)?;
        let basis = read_basis(&basis)?;
        let request = read_request(&members.required("request")?)?;
        let snapshot = members.required("snapshot")?.parse("a digest")?;
        Ok(Self { basis, request, snapshot, whole })
    }

    /// What it was made with.
    #[must_use]
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }

    /// The digest of the snapshot of facts.
    #[must_use]
    pub const fn snapshot(&self) -> Digest {
        self.snapshot
    }

    /// Whether it was made by an evaluator of another version, which may say otherwise.
    #[must_use]
    pub fn is_of_another_engine(&self) -> bool {
        self.basis.engine != ENGINE_VERSION
    }

    /// Makes it again with the documents of the policy and of the facts, whose digests the caller
    /// has compared.
    ///
    /// # Errors
    /// [`NotReplayed`] if the profile is another, or a document cannot be read.
    pub fn replay(&self, document: &Json, snapshot: &Json) -> Result<Replayed, NotReplayed> {
        let profile = Profile::v1();
        if profile.digest() != self.basis.profile {
            return Err(NotReplayed::OtherProfile { profile: self.basis.profile });
        }
        let policy = |why: String| NotReplayed::Policy { why };
        let source = self.basis.shape.parse(document).map_err(|it| policy(it.to_string()))?;
        let checked = check_with(source, &profile, &self.basis.settings)
            .map_err(|it| policy(it.to_string()))?;
        let facts = Facts::from_json(snapshot)?;
        let decision = evaluate(&checked, &self.request, &facts);
        let compiled = Compiled::new(&checked);
        let answer = compiled.decide(&self.request, &facts, &mut compiled.scratch());
        // Under the recorded version: that another one made it is no difference.
        let record = |it: &Decision| self.basis.record(it).map_err(|it| policy(it.to_string()));
        let again = record(&decision)?;
        let fast = record(&compiled.render(&self.request, &facts, answer))?;
        Ok(Replayed {
            differences: differences(&self.whole, &again),
            compiled: differences(&fast, &again),
            decision,
        })
    }
}

fn read_basis(node: &Node<'_>) -> Result<Basis, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["document", "engine", "profile", "settings", "shape"])?;
    let shape = members.required("shape")?;
    Ok(Basis {
        engine: members.required("engine")?.string()?.to_owned(),
        profile: members.required("profile")?.parse("a digest")?,
        settings: read_settings(&members.required("settings")?)?,
        document: members.required("document")?.parse("a digest")?,
        shape: named(&shape, &Shape::ALL.map(|it| (it.name(), it)))?,
    })
}

fn read_settings(node: &Node<'_>) -> Result<Settings, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["conflict", "duties", "fuel", "incomplete"])?;
    Ok(Settings {
        conflict: named(&members.required("conflict")?, &CONFLICTS)?,
        duties: named(&members.required("duties")?, &DUTIES)?,
        incomplete: named(&members.required("incomplete")?, &INCOMPLETE)?,
        fuel: members.required("fuel")?.parse("a number")?,
    })
}

fn read_request(node: &Node<'_>) -> Result<Request, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["action", "assignee", "target"])?;
    let id = |name: &str| {
        let node = members.required(name)?;
        Id::parse(node.string()?).map_err(|_| node.wrong(Expected::Named("an identifier")))
    };
    let action = members.required("action")?;
    let term = Term::action(action.string()?);
    Ok(Request {
        action: term.map_err(|_| action.wrong(Expected::Named("an action")))?,
        assignee: id("assignee")?,
        target: id("target")?,
    })
}

fn named<T: Copy>(node: &Node<'_>, known: &[(&'static str, T)]) -> Result<T, ShapeError> {
    let text = node.string()?;
    let found = known.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| node.wrong(Expected::Named("a known name")))
}
