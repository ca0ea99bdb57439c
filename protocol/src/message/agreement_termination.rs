//! The end of an agreement that was in force, told to the other party. Ours: the Dataspace Protocol
//! has no message for what becomes of an agreement (`docs/divergences.md`, The end of an agreement).

use serde_json::Value;
use wire::node::Node;

use super::envelope::{Body, extension, note_unknown, required, text, values};
use super::extension::CHECKPOINT;
use super::{MessageError, Parsed};
use crate::context;
use crate::id::AgreementId;

/// `@type`, with its whole IRI.
const TYPE: &str = "https://w3id.org/allmende/v1/AgreementTerminationMessage";

/// Either party says that an agreement has ended for it.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreementTerminationMessage {
    /// The agreement.
    pub agreement_id: AgreementId,
    /// A code that the sender chose.
    pub code: Option<String>,
    /// Reasons in any shape; empty where none were given.
    pub reason: Vec<Value>,
    /// The sender's log checkpoint.
    pub checkpoint: Option<String>,
}

impl AgreementTerminationMessage {
    /// The name of the message.
    pub const NAME: &str = "AgreementTerminationMessage";

    /// Reads the message.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Parsed<Self>, MessageError> {
        let members = node.object()?;
        context::check(&members.required("@context")?)?;
        members.required("@type")?.literal(TYPE)?;
        let known = ["@context", "@type", "agreementId", "code", "reason", CHECKPOINT];
        let mut ignored = Vec::new();
        note_unknown(&members, &[&known], &mut ignored)?;
        let reason = match members.optional("reason") {
            Some(reason) => values(&reason.non_empty_array()?),
            None => Vec::new(),
        };
        let message = Self {
            agreement_id: required(&members, "agreementId", "an agreement id")?,
            code: text(&members, "code")?,
            reason,
            checkpoint: extension(&members, CHECKPOINT)?,
        };
        Ok(Parsed { message, ignored })
    }

    /// The message as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Body::new()
            .with("@context", vec![context::DSP])
            .with("@type", TYPE)
            .with("agreementId", self.agreement_id.as_str())
            .with_some("code", self.code.clone())
            .with_any("reason", self.reason.clone())
            .checkpoint(self.checkpoint.as_ref())
            .into_value()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(document: &Value, expected: Result<&str, &str>) {
        let read = AgreementTerminationMessage::parse(&Node::root(document));
        let read = read.map(|parsed| parsed.message.agreement_id.to_string());
        let read = read.map_err(|error| error.to_string());
        match expected {
            Ok(id) => assert_eq!(read.as_deref(), Ok(id), "{document}"),
            Err(part) => assert!(read.unwrap_err().contains(part), "{document}"),
        }
    }

    #[test]
    fn it_reads_what_it_writes_and_refuses_what_is_no_end_of_an_agreement() {
        let message = AgreementTerminationMessage {
            agreement_id: AgreementId::parse("urn:uuid:1").unwrap(),
            code: Some("agreement-ended".to_owned()),
            reason: vec![json!("the pilot is over")],
            checkpoint: None,
        };
        let written = message.to_json();
        insta::assert_snapshot!(serde_json::to_string_pretty(&written).unwrap());
        let read = AgreementTerminationMessage::parse(&Node::root(&written)).unwrap();
        assert_eq!((read.message, read.ignored.len()), (message, 0));

        let with = |name: &str, value: Value| {
            let mut changed = written.clone();
            changed[name] = value;
            changed
        };
        check(&written, Ok("urn:uuid:1"));
        check(&with("more", json!(1)), Ok("urn:uuid:1"));
        check(&with("@type", json!("TransferTerminationMessage")), Err("@type"));
        check(&with("@context", json!(["https://other.example"])), Err("@context"));
        check(&with("agreementId", json!("")), Err("agreementId"));
        check(&with("reason", json!([])), Err("reason"));
        check(&with("dspace:code", json!("x")), Err("dspace:code"));
    }
}
