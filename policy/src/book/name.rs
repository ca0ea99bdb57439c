//! Kinds and purposes as a person names them: a short name of the profile, the words of the book,
//! or an IRI in full.

use odrl_parser::value_iri;
use wire::iri::Iri;

use super::terms::Terms;

/// Namespace of the kinds of members that the profile names.
pub const KIND_NAMESPACE: &str = "https://w3id.org/allmende/v1/kind/";
/// Namespace of the purposes that the profile names.
pub const PURPOSE_NAMESPACE: &str = "https://w3id.org/allmende/v1/purpose/";

/// A text that is neither a short name nor an absolute IRI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a short name such as `mobility-service`, or an absolute IRI")]
pub struct NameError;

/// The kind of member that a person names: a short name of the profile's namespace, or an IRI.
///
/// # Errors
/// [`NameError`].
pub fn kind(text: &str) -> Result<Iri, NameError> {
    named(text, KIND_NAMESPACE)
}

/// The purpose that a person names: a short name of the profile's namespace, or an IRI.
///
/// # Errors
/// [`NameError`].
pub fn purpose(text: &str) -> Result<Iri, NameError> {
    named(text, PURPOSE_NAMESPACE)
}

fn named(text: &str, namespace: &str) -> Result<Iri, NameError> {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_letter) {
        return Iri::parse(&format!("{namespace}{text}")).map_err(|_| NameError);
    }
    value_iri(text).ok_or(NameError)
}

/// The IRI behind a name: the words of the book, a short name where there is a namespace, or the
/// IRI itself. Words that mean several things mean none.
pub(super) fn resolve(text: &str, namespace: Option<&str>, terms: &Terms) -> Option<Iri> {
    let fits = |iri: &&str| namespace.is_none_or(|namespace| iri.starts_with(namespace));
    let labelled: Vec<&str> = terms.labelled(text).filter(fits).collect();
    match (labelled.as_slice(), namespace) {
        ([only], _) => value_iri(only),
        ([], Some(namespace)) => named(text, namespace).ok(),
        ([], None) => value_iri(text),
        (_, _) => None,
    }
}

/// Splits a list such as `“a”, b und “c”`: at commas, semicolons and the words between, but not
/// inside quotation marks.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut rest = text.chars().peekable();
    let mut word = String::new();
    while let Some(c) = rest.next() {
        let ends = |next: Option<&char>| next.is_none_or(|next| next.is_whitespace());
        match c {
            '"' | '„' | '“' | '«' | '»' if word.is_empty() => {
                let closing: &[char] = match c {
                    '„' => &['“', '”'],
                    '“' => &['”'],
                    '«' => &['»'],
                    '»' => &['«'],
                    _ => &['"'],
                };
                let quoted: String = rest.by_ref().take_while(|c| !closing.contains(c)).collect();
                put(&mut items, &quoted);
            }
            ',' | ';' if ends(rest.peek()) => {
                put(&mut items, &std::mem::take(&mut word));
                items.push(String::new());
            }
            c if c.is_whitespace() => end_word(&mut items, &mut word),
            c => word.push(c),
        }
    }
    end_word(&mut items, &mut word);
    items.retain(|item| !item.is_empty());
    items
}

fn end_word(items: &mut Vec<String>, word: &mut String) {
    let word = std::mem::take(word);
    match word.to_lowercase().as_str() {
        "and" | "oder" | "or" | "und" => items.push(String::new()),
        _ => put(items, &word),
    }
}

fn put(items: &mut [String], word: &str) {
    if let Some(last) = items.last_mut().filter(|_| !word.is_empty()) {
        if !last.is_empty() {
            last.push(' ');
        }
        last.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_at_commas_and_the_last_word() {
        for (text, expected) in [
            ("a", &["a"][..]),
            ("a, b und c", &["a", "b", "c"]),
            ("“a or b”, „c, d“ oder \"e\"", &["a or b", "c, d", "e"]),
            ("mobility service or tourism", &["mobility service", "tourism"]),
            ("urn:a,b;c, urn:d;", &["urn:a,b;c", "urn:d"]),
            ("«x» and »y«", &["x", "y"]),
            (" , ", &[]),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
