//! Terms that a policy may use, resolved against the pinned tables. A [`Term`] exists only for a
//! known entry.

use std::fmt;

use crate::vocabulary::{
    ACTIONS, ALLMENDE_LEFT_OPERANDS, ALLMENDE_V1, CREATIVE_COMMONS, CREATIVE_COMMONS_ACTIONS,
    LEFT_OPERANDS, ODRL,
};

/// A known term: an action or a left operand.
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

impl Term {
    /// `odrl:use`, the one action that DSP 2025-1 lets stand bare.
    pub const USE: Self = Self { namespace: Namespace::Odrl, name: "use" };
    /// `odrl:distribute`: passing on to third parties.
    pub const DISTRIBUTE: Self = Self { namespace: Namespace::Odrl, name: "distribute" };
    /// `odrl:dateTime`: the clock of the enforcing party.
    pub const DATE_TIME: Self = Self { namespace: Namespace::Odrl, name: "dateTime" };
    /// `odrl:purpose`: what the consumer states.
    pub const PURPOSE: Self = Self { namespace: Namespace::Odrl, name: "purpose" };
    /// `participant` of the Allmende profile: the DID of the party that asks.
    pub const PARTICIPANT: Self = Self { namespace: Namespace::Allmende, name: "participant" };
    /// `vettedAs` of the Allmende profile: the kinds that the authority has vetted the party as.
    pub const VETTED_AS: Self = Self { namespace: Namespace::Allmende, name: "vettedAs" };
    /// `sinceAgreement` of the Allmende profile: time since the agreement's timestamp.
    pub const SINCE_AGREEMENT: Self =
        Self { namespace: Namespace::Allmende, name: "sinceAgreement" };

    /// The absolute IRI.
    #[must_use]
    pub fn iri(self) -> String {
        format!("{}{}", self.namespace.iri(), self.name)
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

    /// The left operand that a member value names under the DSP 2025-1 context.
    ///
    /// # Errors
    /// [`UnknownTerm`] with the right spelling where one can be guessed.
    pub fn left_operand(written: &str) -> Result<Self, UnknownTerm> {
        resolve(written, &[], left_operand_named)
    }

    /// The action that a member value names under the DSP 2025-1 context.
    ///
    /// # Errors
    /// [`UnknownTerm`] with the right spelling where one can be guessed.
    pub fn action(written: &str) -> Result<Self, UnknownTerm> {
        resolve(written, &["use"], action_named)
    }

    /// The action that includes this one (`odrl:includedIn`); none for `use`, `transfer` and left
    /// operands.
    #[must_use]
    pub fn included_in(self) -> Option<Self> {
        let name = match self.namespace {
            Namespace::Allmende => None,
            Namespace::CreativeCommons => Some("use"),
            Namespace::Odrl => ACTIONS.iter().find(|row| row.name == self.name)?.parent,
        };
        name.map(|name| Self { namespace: Namespace::Odrl, name })
    }

    /// Whether a rule about this action also regulates `other`: the same action, or one that it
    /// includes.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        std::iter::successors(Some(other), |action| action.included_in())
            .any(|action| action == self)
    }

    /// Whether the vocabulary deprecates the term: it is understood, but worth a warning.
    #[must_use]
    pub fn is_deprecated(self) -> bool {
        self.namespace == Namespace::Odrl
            && (ACTIONS.iter().any(|row| row.name == self.name && row.deprecated)
                || ["device", "system"].contains(&self.name))
    }

    /// How we write the term under the DSP 2025-1 context: `use` bare, other ODRL terms as `odrl:`
    /// names, the rest in full.
    #[must_use]
    pub fn spelling(self) -> String {
        if self == Self::USE {
            return self.name.to_owned();
        }
        match self.namespace {
            Namespace::Odrl => format!("odrl:{}", self.name),
            Namespace::Allmende | Namespace::CreativeCommons => self.iri(),
        }
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

type Lookup = fn(Namespace, &str) -> Option<Term>;

fn resolve(written: &str, bare: &[&str], lookup: Lookup) -> Result<Term, UnknownTerm> {
    let found = match split(written) {
        Some((namespace, name)) => lookup(namespace, name),
        None if bare.contains(&written) => lookup(Namespace::Odrl, written),
        None => None,
    };
    found.ok_or_else(|| UnknownTerm { suggestion: suggest(written, lookup) })
}

/// Reads the forms that the DSP 2025-1 context expands to an absolute IRI.
pub(crate) fn split(written: &str) -> Option<(Namespace, &str)> {
    if let Some(name) = written.strip_prefix("odrl:") {
        return Some((Namespace::Odrl, name));
    }
    [Namespace::Odrl, Namespace::CreativeCommons, Namespace::Allmende]
        .into_iter()
        .find_map(|namespace| Some((namespace, written.strip_prefix(namespace.iri())?)))
}

fn suggest(written: &str, lookup: Lookup) -> Option<String> {
    let name = written.rsplit(['/', '#', ':']).next()?;
    [Namespace::Odrl, Namespace::Allmende, Namespace::CreativeCommons]
        .into_iter()
        .find_map(|namespace| {
            let lower_first: String = name
                .char_indices()
                .map(|(at, c)| if at == 0 { c.to_ascii_lowercase() } else { c })
                .collect();
            lookup(namespace, name).or_else(|| lookup(namespace, &lower_first))
        })
        .map(Term::spelling)
}

fn left_operand_named(namespace: Namespace, name: &str) -> Option<Term> {
    let names: &[&'static str] = match namespace {
        Namespace::Allmende => &ALLMENDE_LEFT_OPERANDS,
        Namespace::CreativeCommons => &[],
        Namespace::Odrl => &LEFT_OPERANDS,
    };
    let name = names.iter().find(|known| **known == name)?;
    Some(Term { namespace, name })
}

fn action_named(namespace: Namespace, name: &str) -> Option<Term> {
    let name = match namespace {
        Namespace::Allmende => None,
        Namespace::CreativeCommons => {
            CREATIVE_COMMONS_ACTIONS.iter().copied().find(|known| *known == name)
        }
        Namespace::Odrl => ACTIONS.iter().map(|row| row.name).find(|known| *known == name),
    }?;
    Some(Term { namespace, name })
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
        ] {
            let (rule, asked) = (Term::action(rule).unwrap(), Term::action(asked).unwrap());
            assert_eq!(rule.covers(asked), covers, "{rule} {asked}");
        }
    }

    #[test]
    fn every_action_reaches_a_root() {
        for row in &ACTIONS {
            let term = Term { namespace: Namespace::Odrl, name: row.name };
            let steps = std::iter::successors(Some(term), |action| action.included_in()).take(10);
            assert!(steps.count() < 10, "{term}");
        }
    }
}
