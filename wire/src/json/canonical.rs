//! RFC 8785: the one byte string of a document, under every digest and signature.

use std::cmp::Ordering;
use std::io;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::ser::Formatter;
use serde_json::{Number, Value};

use super::{INTEGER_MAX, numbers::has_canonical_form};
use crate::pointer::Pointer;

/// How deep a document may nest and still be written.
pub const CANONICAL_DEPTH_MAX: usize = 128;

/// Why a document has no canonical form. Documents read by [`parse`](super::parse) always have one.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CanonicalError {
    /// A number that is written as an integer outside ±(2^53 − 1) would share its canonical form
    /// with its neighbour.
    #[error("the number {} has no exact canonical form", .pointer.place())]
    NumberOutOfRange {
        /// Where it stands.
        pointer: Pointer,
    },
    /// Deeper than [`CANONICAL_DEPTH_MAX`].
    #[error("the document nests deeper than {CANONICAL_DEPTH_MAX} {}", .pointer.place())]
    TooDeep {
        /// Where the limit was reached.
        pointer: Pointer,
    },
    /// The value cannot be written as JSON at all, for example a map whose keys are not strings.
    #[error("the value cannot be written as JSON")]
    Unwritable,
}

/// The RFC 8785 bytes of `document`.
///
/// # Errors
/// When a number would be written as an integer outside ±(2^53 − 1), or the document nests too deep.
pub fn canonical(document: &Value) -> Result<Vec<u8>, CanonicalError> {
    if !has_form(document, 0) {
        return Err(flaw(document, Pointer::root(), 0));
    }
    let mut bytes = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, Numbers);
    Ordered(document).serialize(&mut writer).map_err(|_| CanonicalError::Unwritable)?;
    Ok(bytes)
}

/// The RFC 8785 bytes of anything that serde can write.
///
/// # Errors
/// As [`canonical`], and when the value cannot be written as JSON.
pub fn canonical_of<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    canonical(&serde_json::to_value(value).map_err(|_| CanonicalError::Unwritable)?)
}

fn has_form(value: &Value, depth: usize) -> bool {
    depth <= CANONICAL_DEPTH_MAX
        && match value {
            Value::Null | Value::Bool(_) | Value::String(_) => true,
            Value::Number(number) => is_exact(number),
            Value::Array(elements) => elements.iter().all(|element| has_form(element, depth + 1)),
            Value::Object(members) => members.values().all(|member| has_form(member, depth + 1)),
        }
}

/// The first place of a value without a canonical form at which it has none.
fn flaw(value: &Value, at: Pointer, depth: usize) -> CanonicalError {
    let lacks = |part: &Value| !has_form(part, depth + 1);
    match value {
        _ if depth > CANONICAL_DEPTH_MAX => CanonicalError::TooDeep { pointer: at },
        Value::Array(elements) => {
            let mut elements = elements.iter().enumerate();
            let found = elements.find(|(_, element)| lacks(element));
            found.map_or(CanonicalError::Unwritable, |(index, element)| {
                flaw(element, at.element(index), depth + 1)
            })
        }
        Value::Object(members) => {
            let found = members.iter().find(|(_, member)| lacks(member));
            found.map_or(CanonicalError::Unwritable, |(name, member)| {
                flaw(member, at.member(name), depth + 1)
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            CanonicalError::NumberOutOfRange { pointer: at }
        }
    }
}

fn is_exact(number: &Number) -> bool {
    match (number.as_u64(), number.as_i64()) {
        (Some(positive), _) => positive <= INTEGER_MAX.unsigned_abs(),
        (None, Some(negative)) => negative >= -INTEGER_MAX,
        (None, None) => number.as_f64().is_some_and(has_canonical_form),
    }
}

/// A value whose members are written in the order of their names' UTF-16 code units (section
/// 3.2.3). Strings need nothing: serde_json escapes what section 3.2.2.2 escapes, and no more.
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.0.serialize(serializer)
            }
            Value::Array(elements) => {
                let mut writer = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    writer.serialize_element(&Ordered(element))?;
                }
                writer.end()
            }
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_unstable_by(|(one, _), (other, _)| in_utf16(one, other));
                let mut writer = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    writer.serialize_entry(name, &Ordered(member))?;
                }
                writer.end()
            }
        }
    }
}

/// The order of UTF-16 code units, which for ASCII is that of the bytes.
fn in_utf16(one: &str, other: &str) -> Ordering {
    if one.is_ascii() && other.is_ascii() {
        one.cmp(other)
    } else {
        one.encode_utf16().cmp(other.encode_utf16())
    }
}

/// Writes the numbers that are no integers as ECMAScript does (section 3.2.2.3).
struct Numbers;

impl Formatter for Numbers {
    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(&serde_json_canonicalizer::to_vec(&value)?)
    }
}
