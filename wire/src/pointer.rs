//! JSON pointers (RFC 6901): where in a document something was found.
//!
//! A pointer is only ever a place to show or compare; it never changes a document.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::text;

/// A JSON pointer in its text form: empty for the whole document, else `/`-led tokens in which
/// `~` is `~0` and `/` is `~1`.
///
/// The tokens may come from a peer: `Display` escapes what would disturb a terminal, `as_str` is raw.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Pointer(String);

/// A text that is no JSON pointer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PointerError {
    /// A pointer that is not empty begins with `/`.
    #[error("a JSON pointer is empty or begins with `/`")]
    Start,
    /// `~` stands only before `0` or `1`.
    #[error("`~` in a JSON pointer must be followed by `0` or `1`")]
    Tilde,
}

impl Pointer {
    /// The whole document.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// When the text does not follow RFC 6901 section 3.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(PointerError::Start);
        }
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            if c == '~' && !matches!(rest.next(), Some('0' | '1')) {
                return Err(PointerError::Tilde);
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Steps into the member `name`.
    pub fn push(&mut self, name: &str) {
        self.0.push('/');
        let mut rest = name;
        while let Some((plain, after)) = rest.split_once(['~', '/']) {
            self.0.push_str(plain);
            let is_tilde = rest.as_bytes().get(plain.len()) == Some(&b'~');
            self.0.push_str(if is_tilde { "~0" } else { "~1" });
            rest = after;
        }
        self.0.push_str(rest);
    }

    /// Steps into the array element `index`, counted from 0.
    pub fn push_index(&mut self, index: usize) {
        use fmt::Write as _;
        // Writing to a `String` cannot fail.
        let _ = write!(self.0, "/{index}");
    }

    /// Steps out of the last token; the root stays the root.
    pub fn pop(&mut self) {
        let end = self.0.rfind('/').unwrap_or(0);
        self.0.truncate(end);
    }

    /// The pointer of the member `name` below this place.
    #[must_use]
    pub fn member(&self, name: &str) -> Self {
        let mut deeper = self.with_room(1 + name.len());
        deeper.push(name);
        deeper
    }

    /// The pointer of the array element `index` below this place.
    #[must_use]
    pub fn element(&self, index: usize) -> Self {
        let mut deeper = self.with_room("/000".len());
        deeper.push_index(index);
        deeper
    }

    /// A copy with room for so many bytes more.
    fn with_room(&self, bytes: usize) -> Self {
        let mut copy = String::with_capacity(self.0.len() + bytes);
        copy.push_str(&self.0);
        Self(copy)
    }

    /// The raw text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands at this place of `document`, if anything.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.pointer(&self.0)
    }

    /// The place in words for a message: "at `/a/b`", or "at the top level".
    pub fn place(&self) -> impl fmt::Display + '_ {
        Place(self)
    }
}

struct Place<'a>(&'a Pointer);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_root() {
            f.write_str("at the top level")
        } else {
            write!(f, "at `{}`", self.0)
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::shown(&self.0).fmt(f)
    }
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_escaped_and_left_again() {
        let mut at = Pointer::root();
        at.push("a/b");
        at.push("m~n");
        at.push_index(3);
        assert_eq!(at.as_str(), "/a~1b/m~0n/3");
        at.pop();
        at.pop();
        assert_eq!(at.as_str(), "/a~1b");
        at.pop();
        at.pop();
        assert!(at.is_root());
    }

    #[test]
    fn only_the_text_form_of_the_rfc_is_read() {
        for good in ["", "/", "/a~1b", "/m~0n/0", "//"] {
            assert_eq!(Pointer::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(Pointer::parse("a"), Err(PointerError::Start));
        assert_eq!(Pointer::parse("/a~2"), Err(PointerError::Tilde));
        assert_eq!(Pointer::parse("/a~"), Err(PointerError::Tilde));
    }

    #[test]
    fn a_hostile_member_name_is_shown_escaped() {
        let at = Pointer::root().member("pay\u{202e}load\n");
        assert_eq!(at.to_string(), "/pay\\u{202e}load\\n");
        assert_eq!(at.place().to_string(), "at `/pay\\u{202e}load\\n`");
    }
}
