//! RFC 8785: the one byte string of a document, under every digest and signature.

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
    check(document, &mut Pointer::root(), 0)?;
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

fn check(value: &Value, at: &mut Pointer, depth: usize) -> Result<(), CanonicalError> {
    if depth > CANONICAL_DEPTH_MAX {
        return Err(CanonicalError::TooDeep { pointer: at.clone() });
    }
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) if is_exact(number) => Ok(()),
        Value::Number(_) => Err(CanonicalError::NumberOutOfRange { pointer: at.clone() }),
        Value::Array(elements) => elements.iter().enumerate().try_for_each(|(index, element)| {
            at.push_index(index);
            check(element, at, depth + 1)?;
            at.pop();
            Ok(())
        }),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            at.push(name);
            check(member, at, depth + 1)?;
            at.pop();
            Ok(())
        }),
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
                members.sort_unstable_by(|(one, _), (other, _)| {
                    one.encode_utf16().cmp(other.encode_utf16())
                });
                let mut writer = serializer.serialize_map(Some(members.len()))?;
                for (name, member) in members {
                    writer.serialize_entry(name, &Ordered(member))?;
                }
                writer.end()
            }
        }
    }
}

/// Writes the numbers that are no integers as ECMAScript does (section 3.2.2.3).
struct Numbers;

impl Formatter for Numbers {
    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(&serde_json_canonicalizer::to_vec(&value)?)
    }
}
