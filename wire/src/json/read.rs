//! The strict reader: serde_json's grammar, walked by a seed of ours that counts, bounds and
//! locates, and refuses what two readers could understand differently.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{JsonError, JsonProblem, Limits, numbers, numbers::Numbers};
use crate::pointer::Pointer;

/// Reads one JSON document.
///
/// # Errors
/// When it is not UTF-8, has a byte order mark, is not exactly one well-formed JSON text, names a
/// member twice in one object, holds a number that not every reader keeps, or exceeds `limits`.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value, JsonError> {
    if bytes.len() > limits.bytes_max {
        return Err(JsonError::whole(JsonProblem::TooLong { bytes_max: limits.bytes_max }));
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Err(JsonError::whole(JsonProblem::ByteOrderMark));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    let walk = RefCell::new(Walk::new(text, limits));
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed { walk: &walk };
    match deserializer.deserialize_any(seed) {
        Ok(value) => match deserializer.end() {
            Ok(()) => Ok(value),
            Err(error) => Err(at_end(&error)),
        },
        Err(error) => Err(walk.into_inner().explain(&error)),
    }
}

/// What the seeds share while they walk: where they are and what is left of the limits.
#[derive(Debug)]
struct Walk<'a> {
    limits: &'a Limits,
    numbers: Numbers<'a>,
    pointer: Pointer,
    depth: usize,
    nodes: usize,
    problem: Option<JsonProblem>,
}

impl<'a> Walk<'a> {
    const fn new(text: &'a str, limits: &'a Limits) -> Self {
        let numbers = Numbers::of(text.as_bytes());
        Self { limits, numbers, pointer: Pointer::root(), depth: 0, nodes: 0, problem: None }
    }

    fn count_node(&mut self) -> Result<(), JsonProblem> {
        self.nodes += 1;
        let nodes_max = self.limits.nodes_max;
        if self.nodes > nodes_max { Err(JsonProblem::TooManyNodes { nodes_max }) } else { Ok(()) }
    }

    fn descend(&mut self) -> Result<(), JsonProblem> {
        self.depth += 1;
        let depth_max = self.limits.depth_max;
        if self.depth > depth_max { Err(JsonProblem::TooDeep { depth_max }) } else { Ok(()) }
    }

    const fn check_string(&self, text: &str) -> Result<(), JsonProblem> {
        let bytes_max = self.limits.string_bytes_max;
        if text.len() > bytes_max { Err(JsonProblem::StringTooLong { bytes_max }) } else { Ok(()) }
    }

    fn check_number(&mut self, value: f64) -> Result<(), JsonProblem> {
        let text = self.numbers.next().unwrap_or_default();
        numbers::judge(text, value, self.limits)
    }

    fn explain(self, error: &serde_json::Error) -> JsonError {
        let problem = self.problem.unwrap_or_else(|| problem_of(error, self.limits));
        JsonError { pointer: self.pointer, line: error.line(), column: error.column(), problem }
    }
}

/// serde_json gives a category and a sentence; only two of its refusals deserve a name of their own.
fn problem_of(error: &serde_json::Error, limits: &Limits) -> JsonProblem {
    if error.is_eof() {
        return JsonProblem::Truncated;
    }
    let sentence = error.to_string();
    if sentence.starts_with("number out of range") {
        JsonProblem::NumberOutOfRange
    } else if sentence.starts_with("recursion limit") {
        JsonProblem::TooDeep { depth_max: limits.depth_max }
    } else {
        JsonProblem::Syntax
    }
}

fn at_end(error: &serde_json::Error) -> JsonError {
    JsonError {
        pointer: Pointer::root(),
        line: error.line(),
        column: error.column(),
        problem: JsonProblem::TrailingBytes,
    }
}

fn not_utf8(bytes: &[u8], valid: usize) -> JsonError {
    let before = bytes.get(..valid).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
    JsonError { pointer: Pointer::root(), line, column, problem: JsonProblem::NotUtf8 }
}

/// Reads one value wherever it stands.
#[derive(Clone, Copy)]
struct Seed<'w, 'a> {
    walk: &'w RefCell<Walk<'a>>,
}

impl<'a> Seed<'_, 'a> {
    /// Runs a check; a problem is kept for the report and the walk ends.
    fn check<T, E: serde::de::Error>(
        &self,
        check: impl FnOnce(&mut Walk<'a>) -> Result<T, JsonProblem>,
    ) -> Result<T, E> {
        let mut walk = self.walk.borrow_mut();
        check(&mut walk).map_err(|problem| {
            walk.problem = Some(problem);
            E::custom(problem)
        })
    }

    fn number<E: serde::de::Error>(&self, value: f64, number: Number) -> Result<Value, E> {
        self.check(|walk| walk.count_node())?;
        self.check(|walk| walk.check_number(value))?;
        Ok(Value::Number(number))
    }

    fn leaf<E: serde::de::Error>(&self, value: Value) -> Result<Value, E> {
        self.check(|walk| walk.count_node())?;
        Ok(value)
    }

    /// Reads one member; the pointer stays where the problem is if there is one.
    fn member<'de, A: MapAccess<'de>>(
        &self,
        name: String,
        members: &mut Map<String, Value>,
        access: &mut A,
    ) -> Result<(), A::Error> {
        self.check(|walk| walk.check_string(&name))?;
        self.check(|walk| {
            walk.pointer.push(&name);
            if members.contains_key(&name) { Err(JsonProblem::DuplicateMember) } else { Ok(()) }
        })?;
        let value = access.next_value_seed(*self)?;
        self.walk.borrow_mut().pointer.pop();
        members.insert(name, value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.leaf(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.leaf(Value::Bool(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.number(value as f64, Number::from(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.number(value as f64, Number::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        let number = self.check(|_| number.ok_or(JsonProblem::NumberOutOfRange))?;
        self.number(value, number)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.check(|walk| walk.check_string(value))?;
        self.leaf(Value::String(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.check(|walk| walk.check_string(&value))?;
        self.leaf(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.check(|walk| walk.count_node().and_then(|()| walk.descend()))?;
        let mut elements = Vec::new();
        loop {
            self.walk.borrow_mut().pointer.push_index(elements.len());
            let element = access.next_element_seed(self)?;
            let mut walk = self.walk.borrow_mut();
            walk.pointer.pop();
            let Some(element) = element else {
                walk.depth -= 1;
                return Ok(Value::Array(elements));
            };
            elements.push(element);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.check(|walk| walk.count_node().and_then(|()| walk.descend()))?;
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            self.member(name, &mut members, &mut access)?;
        }
        self.walk.borrow_mut().depth -= 1;
        Ok(Value::Object(members))
    }
}
