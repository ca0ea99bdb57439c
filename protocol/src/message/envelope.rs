//! What all messages share: `@context`, `@type`, the process ids, code and reason, the checkpoint;
//! and the one place that decides what becomes of members that nobody knows.

use std::str::FromStr;

use serde_json::{Map, Value};
use wire::node::{Expected, Members, Node};
use wire::pointer::Pointer;

use super::extension::{CHECKPOINT, EXTENSION_BYTES_MAX};
use super::{MessageError, MessageKind, Parsed};
use crate::address::CallbackAddress;
use crate::context;
use crate::id::{ConsumerPid, ProviderPid};

/// Long forms of terms that the context defines; a message that uses one is refused.
const ALIASES: [&str; 6] = [
    "dspace:",
    "odrl:",
    "dcat:",
    "https://w3id.org/dspace/2025/1/",
    "http://www.w3.org/ns/odrl/2/",
    "http://www.w3.org/ns/dcat#",
];

/// An opened message.
pub(crate) struct Envelope<'a> {
    members: Members<'a>,
    ignored: Vec<Pointer>,
}

impl<'a> Envelope<'a> {
    /// Opens a message with `@context` and `@type`, whose own members are `known`.
    pub(crate) fn open(
        node: &Node<'a>,
        kind: MessageKind,
        known: &[&str],
    ) -> Result<Self, MessageError> {
        let members = node.object()?;
        context::check(&members.required("@context")?)?;
        members.required("@type")?.literal(kind.name())?;
        let mut ignored = Vec::new();
        note_unknown(&members, &[&["@context", "@id", "@type", CHECKPOINT], known], &mut ignored)?;
        Ok(Self { members, ignored })
    }

    pub(crate) const fn members(&self) -> &Members<'a> {
        &self.members
    }

    pub(crate) const fn ignored(&mut self) -> &mut Vec<Pointer> {
        &mut self.ignored
    }

    pub(crate) fn consumer_pid(&self) -> Result<ConsumerPid, MessageError> {
        required(&self.members, "consumerPid", "a process id")
    }

    pub(crate) fn provider_pid(&self) -> Result<ProviderPid, MessageError> {
        required(&self.members, "providerPid", "a process id")
    }

    pub(crate) fn code(&self) -> Result<Option<String>, MessageError> {
        text(&self.members, "code")
    }

    /// `reason`: one or more values of any shape.
    pub(crate) fn reason(&self) -> Result<Vec<Value>, MessageError> {
        match self.members.optional("reason") {
            Some(reason) => Ok(values(&reason.non_empty_array()?)),
            None => Ok(Vec::new()),
        }
    }

    pub(crate) fn checkpoint(&self) -> Result<Option<String>, MessageError> {
        extension(&self.members, CHECKPOINT)
    }

    pub(crate) fn finish<T>(self, message: T) -> Parsed<T> {
        Parsed { message, ignored: self.ignored }
    }
}

/// Refuses keywords and long forms, and lists every other member that is not in `known`.
pub(crate) fn note_unknown(
    members: &Members<'_>,
    known: &[&[&str]],
    ignored: &mut Vec<Pointer>,
) -> Result<(), MessageError> {
    for name in members.names() {
        if known.iter().any(|part| part.contains(&name)) {
            continue;
        }
        let pointer = members.pointer().member(name);
        if name.starts_with('@') {
            return Err(MessageError::Keyword { pointer });
        }
        if ALIASES.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(MessageError::Alias { pointer });
        }
        ignored.push(pointer);
    }
    Ok(())
}

pub(crate) fn required<T: FromStr>(
    members: &Members<'_>,
    name: &str,
    expected: &'static str,
) -> Result<T, MessageError> {
    Ok(members.required(name)?.parse(expected)?)
}

pub(crate) fn text(members: &Members<'_>, name: &str) -> Result<Option<String>, MessageError> {
    members.optional(name).map(|node| Ok(node.string()?.to_owned())).transpose()
}

pub(crate) fn required_text(members: &Members<'_>, name: &str) -> Result<String, MessageError> {
    Ok(members.required(name)?.string()?.to_owned())
}

pub(crate) fn values(nodes: &[Node<'_>]) -> Vec<Value> {
    nodes.iter().map(|node| node.value().clone()).collect()
}

pub(crate) fn address(node: &Node<'_>) -> Result<CallbackAddress, MessageError> {
    CallbackAddress::parse(node.string()?)
        .map_err(|source| MessageError::Address { pointer: node.pointer().clone(), source })
}

/// An extension member: a text within [`EXTENSION_BYTES_MAX`].
pub(crate) fn extension(members: &Members<'_>, name: &str) -> Result<Option<String>, MessageError> {
    let Some(node) = members.optional(name) else { return Ok(None) };
    let text = node.string()?;
    if text.is_empty() || text.len() > EXTENSION_BYTES_MAX {
        return Err(node.wrong(Expected::Named("a text of at most 8 KiB")).into());
    }
    Ok(Some(text.to_owned()))
}

/// Begins a message to be written.
pub(crate) fn body(kind: MessageKind) -> Body {
    Body(Map::new()).with("@context", vec![context::DSP]).with("@type", kind.name())
}

/// A JSON object that is being written.
pub(crate) struct Body(Map<String, Value>);

impl Body {
    pub(crate) fn new() -> Self {
        Self(Map::new())
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Leaves an empty array out: the schemas forbid empty ones.
    pub(crate) fn with_any(self, name: &str, values: Vec<Value>) -> Self {
        if values.is_empty() { self } else { self.with(name, values) }
    }

    pub(crate) fn pids(self, consumer: &ConsumerPid, provider: &ProviderPid) -> Self {
        self.with("consumerPid", consumer.as_str()).with("providerPid", provider.as_str())
    }

    pub(crate) fn checkpoint(self, checkpoint: Option<&String>) -> Self {
        self.with_some(CHECKPOINT, checkpoint.cloned())
    }

    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}
