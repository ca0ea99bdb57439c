//! Renewal, over mutual TLS: the old certificate carries the connection, and the DID key signs a
//! statement over the new request that names the old certificate. Either alone is not enough.

use jiff::Timestamp;
use serde_json::{Value, json};
use wire::did::Did;
use wire::json::{self, Limits};
use wire::node::Node;
use wire::sign::{PublicKey, Sign, Verify};

use super::{BODY_LEN_MAX, EnrolError, Office, statement};
use crate::authority::CheckedRequest;
use crate::chain::VerifiedPeer;
use crate::jws;
use wire::digest::Digest;

/// The type of the statement.
pub const RENEWAL_TYP: &str = "allmende-renewal+jwt";

/// What a participant sends to renew its certificate.
#[derive(Clone, Debug)]
pub struct RenewalRequest {
    /// Its new certificate signing request, in PEM.
    pub csr: String,
    /// Its statement over request and old certificate.
    pub proof: String,
}

/// A request that was found good.
#[derive(Debug)]
pub struct Renewal {
    /// Who.
    pub did: Did,
    /// The certificate that it replaces.
    pub replaces: Digest,
    /// The key to certify.
    pub request: CheckedRequest,
}

impl RenewalRequest {
    /// Makes a request that replaces the certificate with this fingerprint.
    ///
    /// # Errors
    /// If the key cannot sign.
    pub fn build(
        did: &Did,
        did_key: &dyn Sign,
        csr: String,
        replaces: &Digest,
        office: &Office,
        now: Timestamp,
    ) -> Result<Self, EnrolError> {
        let mut claims = statement::claims(did, office, &csr, now);
        claims.insert("replaces".into(), json!(replaces));
        let proof = jws::sign_compact(did_key, RENEWAL_TYP, &Value::Object(claims))?;
        Ok(Self { csr, proof })
    }

    /// The JSON body.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "csr": self.csr, "proof": self.proof })
    }

    /// Reads the body; nothing in it is checked but its form.
    ///
    /// # Errors
    /// [`EnrolError`] for bad JSON or unknown members.
    pub fn parse(body: &[u8]) -> Result<Self, EnrolError> {
        let value = json::parse(body, &Limits::message().with_bytes_max(BODY_LEN_MAX))?;
        let node = Node::root(&value);
        let members = node.object()?;
        members.refuse_unknown(&["csr", "proof"])?;
        Ok(Self {
            csr: members.required("csr")?.string()?.to_owned(),
            proof: members.required("proof")?.string()?.to_owned(),
        })
    }

    /// Judges the request of the peer whose old certificate carries the connection. `did_key` is
    /// the one that was registered.
    ///
    /// # Errors
    /// [`EnrolError`], the first reason found.
    pub fn verify(
        &self,
        peer: &VerifiedPeer,
        did_key: &PublicKey,
        office: &Office,
        now: Timestamp,
        verify: &dyn Verify,
    ) -> Result<Renewal, EnrolError> {
        let claims = jws::verify_compact(&self.proof, RENEWAL_TYP, did_key, verify)?;
        let node = Node::root(&claims);
        let members = node.object()?;
        let mut known = vec!["replaces"];
        known.extend(statement::CLAIMS);
        members.refuse_unknown(&known)?;
        statement::check(&members, peer.did(), office, &self.csr, now)?;
        if members.required("replaces")?.string()? != peer.fingerprint().to_string() {
            return Err(EnrolError::OtherMatter { claim: "replaces" });
        }
        let request = CheckedRequest::read(&self.csr, peer.did())?;
        if request.spki() == *peer.spki() {
            return Err(EnrolError::SameKey);
        }
        Ok(Renewal { did: peer.did().clone(), replaces: *peer.fingerprint(), request })
    }
}
