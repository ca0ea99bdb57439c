//! What enrolment and renewal have in common: a short-lived statement by the DID key that names
//! participant, authority, data space and the digest of the request.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::node::Members;

use super::{EnrolError, STATEMENT_SECONDS_MAX};
use crate::authority::request_digest;
use crate::jws;

/// How long our own statements live, in seconds.
const LIFE_SECONDS: i64 = 5 * 60;

/// The authority of one data space, to which a statement is addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// The authority.
    pub authority: Did,
    /// Its data space.
    pub dataspace: DataspaceId,
}

pub(super) fn claims(
    did: &Did,
    office: &Office,
    csr_pem: &str,
    now: Timestamp,
) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("aud".into(), json!(office.authority.as_str()));
    claims.insert("csr".into(), json!(request_digest(csr_pem)));
    claims.insert("dataspace".into(), json!(office.dataspace.as_str()));
    claims.insert("exp".into(), json!(jws::seconds(now).saturating_add(LIFE_SECONDS)));
    claims.insert("iat".into(), json!(jws::seconds(now)));
    claims.insert("iss".into(), json!(did.as_str()));
    claims.insert("sub".into(), json!(did.as_str()));
    claims
}

pub(super) const CLAIMS: [&str; 7] = ["aud", "csr", "dataspace", "exp", "iat", "iss", "sub"];

pub(super) fn check(
    claims: &Members<'_>,
    did: &Did,
    office: &Office,
    csr_pem: &str,
    now: Timestamp,
) -> Result<(), EnrolError> {
    jws::check_times(claims, now, STATEMENT_SECONDS_MAX)?;
    let csr = request_digest(csr_pem).to_string();
    for (claim, expected) in [
        ("iss", did.as_str()),
        ("sub", did.as_str()),
        ("aud", office.authority.as_str()),
        ("dataspace", office.dataspace.as_str()),
        ("csr", csr.as_str()),
    ] {
        if claims.required(claim)?.string()? != expected {
            return Err(EnrolError::OtherMatter { claim });
        }
    }
    Ok(())
}
