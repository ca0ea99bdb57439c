//! Reading the shape of a document: a value together with the place where it stands, so that every
//! refusal can point.
//!
//! Only shapes are read here; what a member means is the reader's business. Nothing is skipped
//! silently: a reader names the members it knows and refuses or lists the rest.

use std::{fmt, str::FromStr};

use serde_json::{Map, Value};

use crate::{json::INTEGER_MAX, pointer::Pointer, text};

/// A value and its place in the document.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    value: &'a Value,
    pointer: Pointer,
}

/// The members of an object and its place in the document.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    members: &'a Map<String, Value>,
    pointer: Pointer,
}

/// Something else stands where a shape was expected. The fault is the writer's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShapeError {
    /// The place.
    pub pointer: Pointer,
    /// What was to stand there.
    pub expected: Expected,
    /// What stands there.
    pub found: Found,
}

/// What was to stand at a place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected {
    /// An array.
    Array,
    /// `true` or `false`.
    Boolean,
    /// An integer within ±(2^53 − 1).
    Integer,
    /// Exactly this string.
    Literal(&'static str),
    /// A value of the named kind, for example "an absolute IRI".
    Named(&'static str),
    /// An array with at least one element.
    NonEmptyArray,
    /// No member of this name is known here.
    Nothing,
    /// An object.
    Object,
    /// A member must be there, whatever its shape.
    Present,
    /// A string.
    String,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Found {
    /// Nothing.
    Absent,
    /// An array.
    Array,
    /// `true` or `false`.
    Boolean,
    /// An array without elements.
    EmptyArray,
    /// `null`.
    Null,
    /// A number.
    Number,
    /// An object.
    Object,
    /// A string of another kind than the expected one, or one where something else was expected.
    String,
}

impl<'a> Node<'a> {
    /// The whole document.
    pub const fn root(value: &'a Value) -> Self {
        Self { value, pointer: Pointer::root() }
    }

    /// A part of a document, at the place where the reader found it.
    pub const fn at(value: &'a Value, pointer: Pointer) -> Self {
        Self { value, pointer }
    }

    /// The value itself.
    pub const fn value(&self) -> &'a Value {
        self.value
    }

    /// Where it stands.
    pub const fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Where it stands, for whoever needs the value no longer.
    pub fn into_pointer(self) -> Pointer {
        self.pointer
    }

    /// The members of an object.
    ///
    /// # Errors
    /// When it is no object.
    pub fn object(&self) -> Result<Members<'a>, ShapeError> {
        let members = self.value.as_object().ok_or_else(|| self.wrong(Expected::Object))?;
        Ok(Members { members, pointer: self.pointer.clone() })
    }

    /// A string.
    ///
    /// # Errors
    /// When it is none.
    pub fn string(&self) -> Result<&'a str, ShapeError> {
        self.value.as_str().ok_or_else(|| self.wrong(Expected::String))
    }

    /// A string that `T` reads; `expected` names the kind in words, for example "an absolute IRI".
    ///
    /// # Errors
    /// When it is no string, or `T` does not read it.
    pub fn parse<T: FromStr>(&self, expected: &'static str) -> Result<T, ShapeError> {
        let text = self.value.as_str().ok_or_else(|| self.wrong(Expected::Named(expected)))?;
        text.parse().map_err(|_| self.wrong(Expected::Named(expected)))
    }

    /// Exactly the string `literal`.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn literal(&self, literal: &'static str) -> Result<(), ShapeError> {
        if self.value.as_str() == Some(literal) {
            Ok(())
        } else {
            Err(self.wrong(Expected::Literal(literal)))
        }
    }

    /// The elements of an array.
    ///
    /// # Errors
    /// When it is no array.
    pub fn array(&self) -> Result<Vec<Node<'a>>, ShapeError> {
        let elements = self.value.as_array().ok_or_else(|| self.wrong(Expected::Array))?;
        Ok(self.elements(elements))
    }

    /// The elements of an array that has at least one.
    ///
    /// # Errors
    /// When it is no array, or an empty one.
    pub fn non_empty_array(&self) -> Result<Vec<Node<'a>>, ShapeError> {
        let elements = self.array()?;
        if elements.is_empty() { Err(self.wrong(Expected::NonEmptyArray)) } else { Ok(elements) }
    }

    /// The elements of an array, or the value itself where there is no array (JSON-LD writes one
    /// value either way).
    pub fn one_or_many(&self) -> Vec<Node<'a>> {
        match self.value.as_array() {
            Some(elements) => self.elements(elements),
            None => vec![self.clone()],
        }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn boolean(&self) -> Result<bool, ShapeError> {
        self.value.as_bool().ok_or_else(|| self.wrong(Expected::Boolean))
    }

    /// An integer within ±(2^53 − 1).
    ///
    /// # Errors
    /// When it is none.
    pub fn integer(&self) -> Result<i64, ShapeError> {
        self.value
            .as_i64()
            .filter(|number| (-INTEGER_MAX..=INTEGER_MAX).contains(number))
            .ok_or_else(|| self.wrong(Expected::Integer))
    }

    /// The refusal that something else was expected here.
    pub fn wrong(&self, expected: Expected) -> ShapeError {
        ShapeError { pointer: self.pointer.clone(), expected, found: Found::of(self.value) }
    }

    fn elements(&self, elements: &'a [Value]) -> Vec<Node<'a>> {
        let place = |(index, value)| Node { value, pointer: self.pointer.element(index) };
        elements.iter().enumerate().map(place).collect()
    }
}

impl<'a> Members<'a> {
    /// Where the object stands.
    pub const fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// The member `name`, which must be there.
    ///
    /// # Errors
    /// When it is absent.
    pub fn required(&self, name: &str) -> Result<Node<'a>, ShapeError> {
        self.optional(name).ok_or_else(|| ShapeError {
            pointer: self.pointer.member(name),
            expected: Expected::Present,
            found: Found::Absent,
        })
    }

    /// The member `name`, if it is there. A member that is `null` is there.
    pub fn optional(&self, name: &str) -> Option<Node<'a>> {
        let value = self.members.get(name)?;
        Some(Node { value, pointer: self.pointer.member(name) })
    }

    /// Whether the member `name` is there.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The names of all members, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        // Sorted, because the map keeps the order of arrival or not, depending on other crates.
        let mut names: Vec<&'a str> = self.members.keys().map(String::as_str).collect();
        names.sort_unstable();
        names.into_iter()
    }

    /// The members whose names are not in `known`, sorted by name: to be listed as informative.
    pub fn unknown(&self, known: &[&str]) -> Vec<Node<'a>> {
        self.names().filter(|name| !known.contains(name)).filter_map(|n| self.optional(n)).collect()
    }

    /// Refuses the object if it has a member whose name is not in `known`.
    ///
    /// # Errors
    /// With the place of the first unknown member, by name.
    pub fn refuse_unknown(&self, known: &[&str]) -> Result<(), ShapeError> {
        match self.unknown(known).first() {
            Some(unknown) => Err(unknown.wrong(Expected::Nothing)),
            None => Ok(()),
        }
    }

    /// The object as a node again.
    pub fn map(&self) -> &'a Map<String, Value> {
        self.members
    }
}

impl Found {
    /// What a value is.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(elements) if elements.is_empty() => Self::EmptyArray,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Array => f.write_str("an array"),
            Self::Boolean => f.write_str("`true` or `false`"),
            Self::Integer => f.write_str("an integer"),
            Self::Literal(literal) => write!(f, "`{}`", text::shown(literal)),
            Self::Named(kind) => f.write_str(kind),
            Self::NonEmptyArray => f.write_str("an array with at least one element"),
            Self::Nothing => f.write_str("no member of this name"),
            Self::Object => f.write_str("an object"),
            Self::Present => f.write_str("a member of this name"),
            Self::String => f.write_str("a string"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "nothing",
            Self::Array => "an array",
            Self::Boolean => "a boolean",
            Self::EmptyArray => "an empty array",
            Self::Null => "`null`",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::String => "a string",
        })
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} {}, found ", self.expected, self.pointer.place())?;
        match (self.expected, self.found) {
            (Expected::Named(_) | Expected::Literal(_), Found::String) => {
                f.write_str("another string")
            }
            (Expected::Integer, Found::Number) => f.write_str("another number"),
            (_, found) => found.fmt(f),
        }
    }
}

impl std::error::Error for ShapeError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{did::Did, iri::Iri};

    fn check<T: fmt::Debug>(result: Result<T, ShapeError>, expected: &str) {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }

    #[test]
    fn every_wrong_shape_is_told_with_its_place() {
        let document =
            json!({"a": [1, {"b": null}], "i": "us\u{435}", "n": 1.5, "none": [], "z": {}});
        let root = Node::root(&document).object().unwrap();
        let a = root.required("a").unwrap();
        check(a.object(), "expected an object at `/a`, found an array");
        check(a.string(), "expected a string at `/a`, found an array");
        let elements = a.array().unwrap();
        check(elements[0].object(), "expected an object at `/a/0`, found a number");
        let b = elements[1].object().unwrap();
        check(b.required("c"), "expected a member of this name at `/a/1/c`, found nothing");
        check(
            b.required("b").unwrap().boolean(),
            "expected `true` or `false` at `/a/1/b`, found `null`",
        );
        let i = root.required("i").unwrap();
        check(
            i.parse::<Iri>("an absolute IRI"),
            "expected an absolute IRI at `/i`, found another string",
        );
        check(a.parse::<Did>("a did:web"), "expected a did:web at `/a`, found an array");
        check(i.literal("use"), "expected `use` at `/i`, found another string");
        let n = root.required("n").unwrap();
        check(n.integer(), "expected an integer at `/n`, found another number");
        let none = root.required("none").unwrap();
        let empty = "expected an array with at least one element at `/none`, found an empty array";
        check(none.non_empty_array(), empty);
        check(
            Node::root(&json!(1)).object(),
            "expected an object at the top level, found a number",
        );
    }

    #[test]
    fn unknown_members_are_refused_or_listed_never_skipped() {
        let document = json!({"uid": 1, "action": 2, "refinement\u{202e}": 3});
        let members = Node::root(&document).object().unwrap();
        check(
            members.refuse_unknown(&["action", "uid"]),
            "expected no member of this name at `/refinement\\u{202e}`, found a number",
        );
        assert!(members.refuse_unknown(&["action", "uid", "refinement\u{202e}"]).is_ok());
        let listed: Vec<_> =
            members.unknown(&["action"]).iter().map(|n| n.pointer().to_string()).collect();
        assert_eq!(listed, ["/refinement\\u{202e}", "/uid"]);
    }

    #[test]
    fn one_value_reads_as_many() {
        let document = json!({"one": {"x": 1}, "many": [1, 2]});
        let members = Node::root(&document).object().unwrap();
        let places = |name| {
            let nodes = members.required(name).unwrap().one_or_many();
            nodes.iter().map(|n| n.pointer().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(places("one"), ["/one"]);
        assert_eq!(places("many"), ["/many/0", "/many/1"]);
    }
}
