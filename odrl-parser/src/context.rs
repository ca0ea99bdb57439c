//! The two contexts whose words are pinned here: which bare words and prefixes mean something under
//! each. Nothing is fetched; a word that a context does not define means nothing under it.

use crate::term::Namespace;

/// A JSON-LD context that a policy may be written under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The ODRL part of the DSP 2025-1 context. It knows little of ODRL: of actions `use` alone, no
    /// left operand, no refinement. JSON-LD drops what it does not know; here that is refused.
    Dsp,
    /// The W3C context of ODRL 2.2.
    Odrl,
}

/// A word, or a prefix with its colon, and the contexts that define it.
struct Word {
    name: &'static str,
    /// A keyword, a prefixed name, or of a prefix the IRI.
    means: &'static str,
    dsp: bool,
    odrl: bool,
}

include!(concat!(env!("OUT_DIR"), "/contexts.rs"));

impl Context {
    /// The IRI that names it.
    #[must_use]
    pub const fn iri(self) -> &'static str {
        match self {
            Self::Dsp => "https://w3id.org/dspace/2025/1/odrl-profile.jsonld",
            Self::Odrl => "http://www.w3.org/ns/odrl.jsonld",
        }
    }

    const fn has(self, word: &Word) -> bool {
        match self {
            Self::Dsp => word.dsp,
            Self::Odrl => word.odrl,
        }
    }

    /// What a bare word means: a keyword such as `@id`, or a prefixed name such as `odrl:use`.
    pub(crate) fn meaning(self, word: &str) -> Option<&'static str> {
        let order =
            |known: &Word| known.name.len().cmp(&word.len()).then_with(|| known.name.cmp(word));
        let at = WORDS.binary_search_by(order).ok()?;
        WORDS.get(at).filter(|known| self.has(known)).map(|known| known.means)
    }

    /// Whether a bare word is the ODRL term of that name.
    #[must_use]
    pub fn defines(self, word: &str) -> bool {
        self.meaning(word).is_some_and(|means| means.starts_with("odrl:"))
    }

    /// The vocabulary and the name in it that a word, prefixed name or absolute IRI stands for.
    pub(crate) fn split(self, written: &str) -> Option<(Namespace, &str)> {
        let Some((before, name)) = written.split_once(':') else {
            return self.defines(written).then_some((Namespace::Odrl, written));
        };
        let named = |known: &&Word| known.name.strip_suffix(':') == Some(before);
        if let Some(prefix) = PREFIXES.iter().find(named).filter(|known| self.has(known)) {
            let of = Namespace::ALL.into_iter().find(|known| known.iri() == prefix.means)?;
            return Some((of, name));
        }
        Namespace::ALL
            .into_iter()
            .find_map(|namespace| Some((namespace, written.strip_prefix(namespace.iri())?)))
    }

    /// How a name of a vocabulary is written: bare, with a prefix, or in full.
    pub(crate) fn spell(self, namespace: Namespace, name: &str) -> String {
        if namespace == Namespace::Odrl && self.defines(name) {
            return name.to_owned();
        }
        let prefix = prefix(namespace.iri()).filter(|known| self.has(known));
        let before = prefix.map_or_else(|| namespace.iri(), |known| known.name);
        format!("{before}{name}")
    }
}

fn prefix(iri: &str) -> Option<&'static Word> {
    PREFIXES.iter().find(|known| known.means == iri)
}

/// Whether JSON-LD would expand the text as a prefixed name under one of the contexts.
pub(crate) fn is_prefixed(text: &str) -> bool {
    PREFIXES.iter().any(|known| text.starts_with(known.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_w3c_context_has_its_174_terms() {
        let count = PREFIXES.iter().chain(&WORDS).filter(|word| word.odrl).count();
        assert_eq!(count, 174);
    }

    /// The pinned table against the published context, where that is at hand.
    #[test]
    fn the_dsp_context_has_the_words_of_the_published_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/dsp/context/odrl.jsonld");
        let Ok(bytes) = std::fs::read(path) else {
            eprintln!("SKIPPED: the DSP contexts are not at {path}");
            return;
        };
        let published: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let published = published["@context"].as_object().unwrap();
        let names: Vec<&String> = published.keys().filter(|name| *name != "odrl").collect();
        let ours = WORDS.iter().filter(|word| word.dsp && word.means.starts_with("odrl:"));
        assert_eq!(ours.count(), names.len());
        for name in names {
            assert_eq!(Context::Dsp.meaning(name), Some(format!("odrl:{name}")).as_deref());
        }
    }

    #[test]
    fn a_word_means_something_under_its_contexts_alone() {
        for (word, dsp, odrl) in [
            ("use", Some("odrl:use"), Some("odrl:use")),
            ("dateTime", None, Some("odrl:dateTime")),
            ("refinement", None, Some("odrl:refinement")),
            ("uid", None, Some("@id")),
            ("timestamp", Some("dspace:timestamp"), None),
            ("write", None, None),
            ("vettedAs", None, None),
        ] {
            assert_eq!(Context::Dsp.meaning(word), dsp, "{word}");
            assert_eq!(Context::Odrl.meaning(word), odrl, "{word}");
        }
    }
}
