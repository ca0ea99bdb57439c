//! The keys and capabilities that a participant registers with its authority: said by itself when
//! it enrols, repeated by the trust list. Never a private key.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use wire::node::{Expected, Node};
use wire::sign::{Algorithm, PublicKey};

use crate::keys::{JwkError, public_jwk, read_public_jwk};

/// Most capabilities of one participant.
const CAPABILITIES_MAX: usize = 32;

/// Longest capability or log origin, in bytes.
const WORD_LEN_MAX: usize = 256;

/// What a participant lets its authority register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Signs agreements (ES256).
    pub agreement_key: PublicKey,
    /// What its partners may demand from now on: names like `checkpoint-exchange`.
    pub capabilities: BTreeSet<String>,
    /// Its DID key (ES256): signs requests for certificates, and tokens.
    pub did_key: PublicKey,
    /// Signs its log's checkpoints (Ed25519).
    pub log_key: PublicKey,
    /// The origin line of its log's checkpoints.
    pub log_origin: String,
}

/// Members of the JSON form.
pub(crate) const REGISTRATION_MEMBERS: [&str; 5] =
    ["agreementKey", "capabilities", "didKey", "logKey", "logOrigin"];

impl Registration {
    pub(crate) fn write(&self, members: &mut Map<String, Value>) {
        members.insert("agreementKey".into(), public_jwk(&self.agreement_key));
        members.insert("capabilities".into(), json!(self.capabilities));
        members.insert("didKey".into(), public_jwk(&self.did_key));
        members.insert("logKey".into(), public_jwk(&self.log_key));
        members.insert("logOrigin".into(), json!(self.log_origin));
    }

    /// Reads the members of an object that may hold others.
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, JwkError> {
        let members = node.object()?;
        let list = members.required("capabilities")?;
        if list.array()?.len() > CAPABILITIES_MAX {
            return Err(list.wrong(Expected::Named("at most 32 capabilities")).into());
        }
        let mut capabilities = BTreeSet::new();
        for capability in list.array()? {
            capabilities.insert(word(&capability)?);
        }
        Ok(Self {
            agreement_key: key(&members.required("agreementKey")?, Algorithm::Es256)?,
            capabilities,
            did_key: key(&members.required("didKey")?, Algorithm::Es256)?,
            log_key: key(&members.required("logKey")?, Algorithm::Ed25519)?,
            log_origin: word(&members.required("logOrigin")?)?,
        })
    }
}

fn key(node: &Node<'_>, algorithm: Algorithm) -> Result<PublicKey, JwkError> {
    let key = read_public_jwk(node)?;
    if key.algorithm() == algorithm { Ok(key) } else { Err(JwkError::Kind) }
}

/// Printable ASCII without spaces, bounded.
fn word(node: &Node<'_>) -> Result<String, JwkError> {
    let text = node.string()?;
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && !text.is_empty() && text.len() <= WORD_LEN_MAX {
        Ok(text.to_owned())
    } else {
        Err(node.wrong(Expected::Named("a word of printable signs")).into())
    }
}
