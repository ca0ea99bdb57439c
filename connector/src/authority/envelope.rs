//! What goes over the wire beside identity's own requests: the request for the public listener's
//! certificate, and the certificates that come back.

use identity::enrol::BODY_LEN_MAX;
use identity::x509::Der;
use serde_json::{Value, json};
use wire::json::{self, JsonError, Limits};
use wire::node::{Node, ShapeError};

const PUBLIC_REQUEST: &str = "publicCsr";

/// Longest answer with certificates, in bytes.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// A body that is not what it should be; the fault of whoever sent it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EnvelopeError {
    /// A chain that holds no certificates.
    #[error("`{member}` holds no readable certificates")]
    Certificates {
        /// Which member.
        member: &'static str,
    },
    /// Not strict JSON.
    #[error("bad JSON: {0}")]
    Json(#[from] JsonError),
    /// A member is missing, unknown or of the wrong type.
    #[error("malformed: {0}")]
    Shape(#[from] ShapeError),
}

impl EnvelopeError {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Certificates { .. } => "enrol-certificates",
            Self::Json(_) => "enrol-json",
            Self::Shape(_) => "enrol-shape",
        }
    }
}

/// The body of an enrolment or renewal with the request for the public listener's certificate.
#[must_use]
pub fn enclose(request: Value, public_csr: &str) -> Value {
    let mut request = request;
    if let Some(members) = request.as_object_mut() {
        members.insert(PUBLIC_REQUEST.to_owned(), json!(public_csr));
    }
    request
}

/// Parts a body: what identity reads, and the request for the public listener's certificate.
///
/// # Errors
/// [`EnvelopeError`].
pub fn part(body: &[u8]) -> Result<(Vec<u8>, String), EnvelopeError> {
    let mut value = json::parse(body, &Limits::message().with_bytes_max(BODY_LEN_MAX))?;
    let node = Node::root(&value);
    let public = node.object()?.required(PUBLIC_REQUEST)?.string()?.to_owned();
    if let Some(members) = value.as_object_mut() {
        members.remove(PUBLIC_REQUEST);
    }
    Ok((value.to_string().into_bytes(), public))
}

/// The certificates of one participant, as the authority hands them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificates {
    /// For the mutual listener and for calls: the participant's, then the issuing authority's.
    pub mutual: Vec<Der>,
    /// For the public listener: the same order.
    pub public: Vec<Der>,
}

impl Certificates {
    /// The JSON body.
    ///
    /// # Errors
    /// [`EnvelopeError::Certificates`] if one is none.
    pub fn to_json(&self) -> Result<Value, EnvelopeError> {
        Ok(json!({
            "certificate": pem(&self.mutual, "certificate")?,
            "publicCertificate": pem(&self.public, "publicCertificate")?,
        }))
    }

    /// Reads the answer to an enrolment or renewal.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn parse(body: &[u8]) -> Result<Self, EnvelopeError> {
        let value = json::parse(body, &Limits::message().with_bytes_max(ANSWER_BYTES_MAX))?;
        let node = Node::root(&value);
        let members = node.object()?;
        members.refuse_unknown(&["certificate", "publicCertificate"])?;
        let chain = |member: &'static str| {
            let pem = members.required(member)?.string()?;
            Der::from_pem(pem.as_bytes()).map_err(|_| EnvelopeError::Certificates { member })
        };
        Ok(Self { mutual: chain("certificate")?, public: chain("publicCertificate")? })
    }
}

fn pem(chain: &[Der], member: &'static str) -> Result<String, EnvelopeError> {
    let mut text = String::new();
    for der in chain {
        text.push_str(&der.to_pem().map_err(|_| EnvelopeError::Certificates { member })?);
    }
    Ok(text)
}
