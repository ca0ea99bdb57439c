//! Terms that a policy may use, resolved against the pinned tables. A [`Term`] exists only for a
//! known entry.

use std::fmt;

use crate::context::Context;
use crate::vocabulary::{ALLMENDE_V1, CREATIVE_COMMONS, ODRL};

/// A known term: an action or a left operand. There is a constant for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    namespace: Namespace,
    name: &'static str,
}

/// The vocabulary that defines a [`Term`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// The Allmende profile version 1.
    Allmende,
    /// Creative Commons.
    CreativeCommons,
    /// ODRL 2.2.
    Odrl,
}

impl Namespace {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allmende, Self::CreativeCommons, Self::Odrl];

    /// The IRI that its terms begin with.
    #[must_use]
    pub const fn iri(self) -> &'static str {
        match self {
            Self::Allmende => ALLMENDE_V1,
            Self::CreativeCommons => CREATIVE_COMMONS,
            Self::Odrl => ODRL,
        }
    }
}

/// What a [`Term`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermKind {
    /// An action.
    Action,
    /// A left operand.
    LeftOperand,
}

/// Where a [`Term`] stands in its vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// In the core of ODRL: understood by every processor.
    Core,
    /// In the common vocabulary of ODRL.
    Common,
    /// Deprecated there, but with an exact match: understood, and worth a warning.
    Deprecated,
    /// In a profile.
    Profile,
}

/// One row of the pinned table.
#[derive(Clone, Copy, Debug)]
struct Row {
    term: Term,
    kind: TermKind,
    parent: Option<Term>,
    same: Option<Term>,
    standing: Standing,
}

include!(concat!(env!("OUT_DIR"), "/terms.rs"));

impl Term {
    /// All terms of a kind, by namespace and name.
    pub fn all(kind: TermKind) -> impl Iterator<Item = Self> {
        ROWS.iter().filter(move |row| row.kind == kind).map(|row| row.term)
    }

    /// The absolute IRI.
    #[must_use]
    pub fn iri(self) -> String {
        [self.namespace.iri(), self.name].concat()
    }

    /// The name without its namespace, such as `dateTime`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The vocabulary that defines it.
    #[must_use]
    pub const fn namespace(self) -> Namespace {
        self.namespace
    }

    /// Where it stands in that vocabulary.
    #[must_use]
    pub fn standing(self) -> Standing {
        self.row().map_or(Standing::Profile, |row| row.standing)
    }

    /// The left operand that a member value names under the DSP 2025-1 context.
    ///
    /// # Errors
    /// [`UnknownTerm`] with the right spelling where one can be guessed.
    pub fn left_operand(written: &str) -> Result<Self, UnknownTerm> {
        Self::parse(TermKind::LeftOperand, written, Context::Dsp)
    }

    /// The action that a member value names under the DSP 2025-1 context.
    ///
    /// # Errors
    /// [`UnknownTerm`] with the right spelling where one can be guessed.
    pub fn action(written: &str) -> Result<Self, UnknownTerm> {
        Self::parse(TermKind::Action, written, Context::Dsp)
    }

    /// The term that a member value names under a context.
    ///
    /// # Errors
    /// [`UnknownTerm`] with the right spelling where one can be guessed.
    pub fn parse(kind: TermKind, written: &str, context: Context) -> Result<Self, UnknownTerm> {
        let found = context.split(written).and_then(|(space, name)| named(kind, space, name));
        found.ok_or_else(|| UnknownTerm { suggestion: suggest(kind, written, context) })
    }

    /// The action that includes this one (`odrl:includedIn`); none for `use`, `transfer` and left
    /// operands.
    #[must_use]
    pub fn included_in(self) -> Option<Self> {
        self.row()?.parent
    }

    /// The current term of which a deprecated one is an exact match; itself for any other.
    #[must_use]
    pub fn current(self) -> Self {
        self.row().and_then(|row| row.same).unwrap_or(self)
    }

    /// Whether a rule about this action also regulates `other`: the same action, an exact match, or
    /// one that it includes.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        std::iter::successors(Some(other.current()), |action| action.included_in())
            .any(|action| action == self.current())
    }

    /// Whether the vocabulary deprecates the term: it is understood, but worth a warning.
    #[must_use]
    pub fn is_deprecated(self) -> bool {
        self.standing() == Standing::Deprecated
    }

    /// How we write the term under the DSP 2025-1 context: `use` bare, other ODRL terms as `odrl:`
    /// names, the rest in full.
    #[must_use]
    pub fn spelling(self) -> String {
        self.spelling_under(Context::Dsp)
    }

    /// How we write the term under a context: bare where it can be, else with a prefix, else in
    /// full.
    #[must_use]
    pub fn spelling_under(self, context: Context) -> String {
        context.spell(self.namespace, self.name)
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.get(ROWS.binary_search_by(|row| row.term.cmp(&self)).ok()?)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelling())
    }
}

/// A text that names no term of the pinned tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTerm {
    /// The spelling that was probably meant.
    pub suggestion: Option<String>,
}

fn named(kind: TermKind, namespace: Namespace, name: &str) -> Option<Term> {
    let order = |row: &Row| row.term.namespace.cmp(&namespace).then(row.term.name.cmp(name));
    let row = ROWS.get(ROWS.binary_search_by(order).ok()?)?;
    (row.kind == kind).then_some(row.term)
}

/// The term with the same last part, whatever stands before it and however its first letter is
/// written.
fn suggest(kind: TermKind, written: &str, context: Context) -> Option<String> {
    let name = written.rsplit(['/', '#', ':']).next()?;
    let mut lower_first = name.to_owned();
    if let Some(first) = lower_first.get_mut(0..1) {
        first.make_ascii_lowercase();
    }
    [Namespace::Odrl, Namespace::Allmende, Namespace::CreativeCommons]
        .into_iter()
        .find_map(|space| named(kind, space, name).or_else(|| named(kind, space, &lower_first)))
        .map(|term| term.spelling_under(context))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_resolve_in_the_forms_that_the_context_expands() {
        for (written, iri) in [
            ("use", "http://www.w3.org/ns/odrl/2/use"),
            ("odrl:use", "http://www.w3.org/ns/odrl/2/use"),
            ("http://www.w3.org/ns/odrl/2/distribute", "http://www.w3.org/ns/odrl/2/distribute"),
            ("http://creativecommons.org/ns#Sharing", "http://creativecommons.org/ns#Sharing"),
        ] {
            assert_eq!(Term::action(written).map(Term::iri), Ok(iri.to_owned()), "{written}");
        }
        for written in ["odrl:dateTime", "http://www.w3.org/ns/odrl/2/dateTime"] {
            assert_eq!(Term::left_operand(written), Ok(Term::DATE_TIME));
        }
        let written = "https://w3id.org/allmende/v1/vettedAs";
        assert_eq!(Term::left_operand(written), Ok(Term::VETTED_AS));
    }

    #[test]
    fn near_misses_are_refused_with_the_right_spelling() {
        fn check(result: Result<Term, UnknownTerm>, suggestion: Option<&str>) {
            assert_eq!(result.map(Term::iri).unwrap_err().suggestion.as_deref(), suggestion);
        }
        check(Term::action("distribute"), Some("odrl:distribute"));
        check(Term::action("Use"), Some("use"));
        check(Term::action("odrl:Use"), Some("use"));
        check(Term::action("https://www.w3.org/ns/odrl/2/use"), Some("use"));
        check(Term::action("http://www.w3.org/ns/odrl/2use"), None);
        check(Term::action("us\u{435}"), None);
        check(Term::action("odrl:preview"), None);
        check(Term::left_operand("dateTime"), Some("odrl:dateTime"));
        check(Term::left_operand("vettedAs"), Some("https://w3id.org/allmende/v1/vettedAs"));
        let version_2 = Term::left_operand("https://w3id.org/allmende/v2/vettedAs");
        check(version_2, Some("https://w3id.org/allmende/v1/vettedAs"));
        check(Term::left_operand("odrl:regex"), None);
        check(Term::left_operand("use"), None);
    }

    #[test]
    fn use_covers_what_it_includes_and_not_what_it_does_not() {
        for (rule, asked, covers) in [
            ("use", "use", true),
            ("use", "odrl:distribute", true),
            ("use", "odrl:extract", true),
            ("use", "odrl:write", true),
            ("use", "http://creativecommons.org/ns#Sharing", true),
            ("use", "odrl:sell", false),
            ("odrl:play", "odrl:display", true),
            ("odrl:display", "odrl:play", false),
            ("odrl:read", "use", false),
            ("odrl:modify", "odrl:write", true),
            ("odrl:write", "odrl:modify", true),
            ("http://creativecommons.org/ns#CommercialUse", "odrl:commercialize", true),
        ] {
            let (rule, asked) = (Term::action(rule).unwrap(), Term::action(asked).unwrap());
            assert_eq!(rule.covers(asked), covers, "{rule} {asked}");
        }
    }

    #[test]
    fn every_action_reaches_a_root() {
        for term in Term::all(TermKind::Action) {
            let steps = std::iter::successors(Some(term), |action| action.included_in()).take(10);
            assert!(steps.count() < 10, "{term}");
        }
    }

    #[test]
    fn the_tables_are_whole() {
        let count = |kind, space| Term::all(kind).filter(|term| term.namespace == space).count();
        assert_eq!(count(TermKind::LeftOperand, Namespace::Odrl), 34);
        assert_eq!(count(TermKind::LeftOperand, Namespace::Allmende), 13);
        assert_eq!(count(TermKind::Action, Namespace::Odrl), 42 + 13);
        assert_eq!(count(TermKind::Action, Namespace::CreativeCommons), 9);
        assert_eq!(count(TermKind::Action, Namespace::Allmende), 4);
        for kind in [TermKind::Action, TermKind::LeftOperand] {
            for term in Term::all(kind) {
                for context in [Context::Dsp, Context::Odrl] {
                    let written = term.spelling_under(context);
                    assert_eq!(Term::parse(kind, &written, context), Ok(term), "{written}");
                }
                assert_eq!(Term::parse(kind, &term.iri(), Context::Dsp), Ok(term));
            }
        }
        assert_eq!(Term::ALLMENDE_TRANSFORM.iri(), "https://w3id.org/allmende/v1/transform");
        assert_eq!(Term::SYSTEM.current(), Term::SYSTEM_DEVICE);
    }

    #[test]
    fn the_w3c_context_lets_common_terms_stand_bare() {
        let action = |written| Term::parse(TermKind::Action, written, Context::Odrl);
        assert_eq!(action("distribute"), Ok(Term::DISTRIBUTE));
        assert_eq!(action("cc:Sharing"), Ok(Term::CC_SHARING));
        assert_eq!(action("pay").unwrap_err().suggestion.as_deref(), Some("odrl:pay"));
        assert_eq!(action("odrl:preview").unwrap_err().suggestion, None);
    }
}
