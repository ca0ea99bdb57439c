//! Descriptive members of catalogue entries (titles, keywords, licences): kept as written, shown to
//! people, and never a ground for a decision.

use serde_json::{Map, Value};
use wire::node::Members;

use super::MessageError;
use super::envelope::Body;

const PREFIXES: [&str; 8] = [
    "dcat:",
    "dct:",
    "dspace:",
    "odrl:",
    "http://www.w3.org/ns/dcat#",
    "http://purl.org/dc/terms/",
    "https://w3id.org/dspace/2025/1/",
    "http://www.w3.org/ns/odrl/2/",
];

/// Members that nobody here understands, by name.
pub type Properties = Map<String, Value>;

/// Takes every member that is not in `known`; refuses keywords, and long forms of known members,
/// which other readers would take for the member itself.
pub(crate) fn read(members: &Members<'_>, known: &[&str]) -> Result<Properties, MessageError> {
    let mut properties = Properties::new();
    for node in members.unknown(known) {
        let pointer = node.pointer().clone();
        let name = pointer.as_str().rsplit('/').next().unwrap_or("").replace("~1", "/");
        let name = name.replace("~0", "~");
        if name.starts_with('@') {
            return Err(MessageError::Keyword { pointer });
        }
        if PREFIXES.iter().filter_map(|p| name.strip_prefix(p)).any(|n| known.contains(&n)) {
            return Err(MessageError::Alias { pointer });
        }
        properties.insert(name, node.value().clone());
    }
    Ok(properties)
}

pub(crate) fn write(mut body: Body, properties: &Properties) -> Body {
    for (name, value) in properties {
        body = body.with(name, value.clone());
    }
    body
}
