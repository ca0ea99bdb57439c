//! Enrolment: the body of `POST /enrol`, made by the participant and judged by the authority.

use jiff::Timestamp;
use serde_json::{Value, json};
use wire::did::Did;
use wire::json::{self, Limits};
use wire::node::Node;
use wire::sign::{PublicKey, Sign, Verify};

use super::{BODY_LEN_MAX, Code, CodeHash, EnrolError, Office, statement};
use crate::authority::CheckedRequest;
use crate::jws;
use crate::registration::{REGISTRATION_MEMBERS, Registration};

/// The type of the statement.
pub const ENROLMENT_TYP: &str = "allmende-enrolment+jwt";

/// What a participant sends to be enrolled.
#[derive(Clone, Debug)]
pub struct EnrolmentRequest {
    /// The one-time code.
    pub code: Code,
    /// Its certificate signing request, in PEM.
    pub csr: String,
    /// Who asks.
    pub did: Did,
    /// Its statement over request, code and registration.
    pub proof: String,
}

/// What the authority remembers of a code that it handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The code's hash.
    pub code: CodeHash,
    /// For whom it was handed out.
    pub did: Did,
    /// After this it no longer works.
    pub expires: Timestamp,
}

/// A request that was found good: what the issuing authority may sign and the trust list register.
#[derive(Debug)]
pub struct Enrolment {
    /// Who.
    pub did: Did,
    /// Keys and capabilities.
    pub registration: Registration,
    /// The key to certify.
    pub request: CheckedRequest,
}

impl EnrolmentRequest {
    /// Makes a request; `did_key` is the key that the DID document shows.
    ///
    /// # Errors
    /// If the key cannot sign.
    pub fn build(
        did: &Did,
        did_key: &dyn Sign,
        registration: &Registration,
        csr: String,
        code: Code,
        office: &Office,
        now: Timestamp,
    ) -> Result<Self, EnrolError> {
        let mut claims = statement::claims(did, office, &csr, now);
        claims.insert("code".into(), json!(code.hash()));
        registration.write(&mut claims);
        let proof = jws::sign_compact(did_key, ENROLMENT_TYP, &Value::Object(claims))?;
        Ok(Self { code, csr, did: did.clone(), proof })
    }

    /// The JSON body.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code.to_text(),
            "csr": self.csr,
            "did": self.did.as_str(),
            "proof": self.proof,
        })
    }

    /// Reads the body; nothing in it is checked but its form.
    ///
    /// # Errors
    /// [`EnrolError`] for bad JSON, unknown members or a code with a typing error.
    pub fn parse(body: &[u8]) -> Result<Self, EnrolError> {
        let value = json::parse(body, &Limits::message().with_bytes_max(BODY_LEN_MAX))?;
        let node = Node::root(&value);
        let members = node.object()?;
        members.refuse_unknown(&["code", "csr", "did", "proof"])?;
        let code = members.required("code")?.string()?.parse().map_err(|_| EnrolError::Code)?;
        Ok(Self {
            code,
            csr: members.required("csr")?.string()?.to_owned(),
            did: members.required("did")?.parse("a did:web")?,
            proof: members.required("proof")?.string()?.to_owned(),
        })
    }

    /// Judges the request. `did_key` is the key from the participant's DID document, fetched by the
    /// caller only after [`Self::check_code`].
    ///
    /// # Errors
    /// [`EnrolError`], the first reason found.
    pub fn verify(
        &self,
        invitation: &Invitation,
        did_key: &PublicKey,
        office: &Office,
        now: Timestamp,
        verify: &dyn Verify,
    ) -> Result<Enrolment, EnrolError> {
        self.check_code(invitation, now)?;
        let claims = jws::verify_compact(&self.proof, ENROLMENT_TYP, did_key, verify)?;
        let node = Node::root(&claims);
        let members = node.object()?;
        let mut known = vec!["code"];
        known.extend(statement::CLAIMS);
        known.extend(REGISTRATION_MEMBERS);
        members.refuse_unknown(&known)?;
        statement::check(&members, &self.did, office, &self.csr, now)?;
        if members.required("code")?.string()? != self.code.hash().to_string() {
            return Err(EnrolError::OtherMatter { claim: "code" });
        }
        let registration = Registration::read(&node)?;
        if registration.did_key != *did_key {
            return Err(EnrolError::OtherKey);
        }
        let request = CheckedRequest::read(&self.csr, &self.did)?;
        Ok(Enrolment { did: self.did.clone(), registration, request })
    }

    /// Whether the code is the one handed out for this participant and still works: to be asked
    /// before anything is fetched on the asker's word.
    ///
    /// # Errors
    /// [`EnrolError::Code`].
    pub fn check_code(&self, invitation: &Invitation, now: Timestamp) -> Result<(), EnrolError> {
        let right = invitation.code.matches(&self.code)
            && invitation.did == self.did
            && now <= invitation.expires;
        if right { Ok(()) } else { Err(EnrolError::Code) }
    }
}
