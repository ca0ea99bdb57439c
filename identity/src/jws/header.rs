//! The protected header: exactly `alg`, `typ`, `kid` and, where it is expected, `x5c`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use wire::json::{self, Limits};
use wire::node::Node;
use wire::sign::{Algorithm, KeyId, Sign};

use super::{Carries, HEADER_LEN_MAX, JwsError, decode};
use crate::x509::Der;

pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) typ: String,
    pub(super) kid: KeyId,
    pub(super) certificate: Option<Der>,
}

impl Header {
    pub(super) fn new(key: &dyn Sign, typ: &str, certificate: Option<Der>) -> Self {
        let (algorithm, kid) = (key.algorithm(), key.key_id());
        Self { algorithm, typ: typ.to_owned(), kid, certificate }
    }

    pub(super) fn encode(&self) -> String {
        let mut members = Map::new();
        members.insert("alg".into(), self.algorithm.jose_name().into());
        members.insert("kid".into(), self.kid.as_str().into());
        members.insert("typ".into(), self.typ.as_str().into());
        if let Some(certificate) = &self.certificate {
            members.insert("x5c".into(), vec![STANDARD.encode(certificate.as_bytes())].into());
        }
        URL_SAFE_NO_PAD.encode(Value::Object(members).to_string())
    }

    pub(super) fn decode(text: &str, typ: &str, carries: Carries) -> Result<Self, JwsError> {
        if text.len() > HEADER_LEN_MAX {
            return Err(JwsError::TooLarge);
        }
        let limits = Limits::header().with_bytes_max(HEADER_LEN_MAX);
        let value =
            json::parse(&decode(text)?, &limits).map_err(|source| JwsError::Json { source })?;
        let node = Node::root(&value);
        let members = node.object()?;
        let known: &[&str] = match carries {
            Carries::Certificate => &["alg", "kid", "typ", "x5c"],
            Carries::Nothing => &["alg", "kid", "typ"],
        };
        members.refuse_unknown(known)?;
        let algorithm = Algorithm::from_jose_name(members.required("alg")?.string()?)
            .ok_or(JwsError::Algorithm)?;
        let found = members.required("typ")?.string()?;
        if found != typ {
            return Err(JwsError::Type);
        }
        let kid = members.required("kid")?.parse("a key id")?;
        let certificate = match members.optional("x5c") {
            Some(list) => Some(read_certificate(&list)?),
            None => None,
        };
        Ok(Self { algorithm, typ: found.to_owned(), kid, certificate })
    }
}

fn read_certificate(list: &Node<'_>) -> Result<Der, JwsError> {
    let list = list.array()?;
    let [one] = list.as_slice() else { return Err(JwsError::Form) };
    STANDARD.decode(one.string()?).map(Der::new).map_err(|_| JwsError::Form)
}
