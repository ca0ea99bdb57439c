//! Certificate signing requests: made by a participant, read strictly by the authority. A request
//! proves that its sender holds the key; its names are compared, never believed.

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Public};
use openssl::stack::Stack;
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509Req, X509ReqBuilder};
use wire::did::Did;
use wire::digest::Digest;
use wire::sign::{Algorithm, Sign};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer;

use super::AuthorityError;
use super::builder::host_name;
use crate::keys::PrivateKey;

/// Longest request that is looked at, in bytes of PEM.
const REQUEST_LEN_MAX: usize = 8 * 1024;

/// Makes a request in PEM for the participant's new TLS key.
///
/// # Errors
/// If the key is not P-256 or OpenSSL fails.
pub fn build_request(key: &PrivateKey, did: &Did) -> Result<String, AuthorityError> {
    if key.algorithm() != Algorithm::Es256 {
        return Err(AuthorityError::KeyMismatch);
    }
    let mut builder = X509ReqBuilder::new()?;
    builder.set_version(0)?;
    builder.set_subject_name(&*host_name(did.host())?)?;
    builder.set_pubkey(key.pkey())?;
    let mut names = SubjectAlternativeName::new();
    names.uri(did.as_str()).dns(did.host());
    let extension = names.build(&builder.x509v3_context(None))?;
    let mut extensions = Stack::new()?;
    extensions.push(extension)?;
    builder.add_extensions(&extensions)?;
    builder.sign(key.pkey(), MessageDigest::sha256())?;
    String::from_utf8(builder.build().to_pem()?).map_err(|_| AuthorityError::Unreadable)
}

/// A request whose sender holds the key, and which asks for nothing but one participant's names.
pub struct CheckedRequest {
    public_key: PKey<Public>,
    did: Did,
    digest: Digest,
    spki: Digest,
}

impl std::fmt::Debug for CheckedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CheckedRequest({}, {})", self.did, self.digest)
    }
}

impl CheckedRequest {
    /// Reads a request in PEM and compares its names with the participant that was enrolled.
    ///
    /// # Errors
    /// [`RequestError`] for each departure.
    pub fn read(pem: &str, did: &Did) -> Result<Self, RequestError> {
        if pem.len() > REQUEST_LEN_MAX {
            return Err(RequestError::Unreadable);
        }
        let request = X509Req::from_pem(pem.as_bytes()).map_err(|_| RequestError::Unreadable)?;
        let public_key = request.public_key().map_err(|_| RequestError::Key)?;
        check_key(&public_key)?;
        if !matches!(request.verify(&public_key), Ok(true)) {
            return Err(RequestError::Possession);
        }
        let der = request.to_der().map_err(|_| RequestError::Unreadable)?;
        check_contents(&der, did)?;
        let spki = public_key.public_key_to_der().map_err(|_| RequestError::Key)?;
        Ok(Self {
            public_key,
            did: did.clone(),
            digest: request_digest(pem),
            spki: Digest::of(&spki),
        })
    }

    /// For whom it was checked.
    #[must_use]
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// SHA-256 over the PEM text, as statements about the request name it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// SHA-256 over the SubjectPublicKeyInfo of its key.
    #[must_use]
    pub fn spki(&self) -> Digest {
        self.spki
    }

    pub(super) fn public_key(&self) -> &PKeyRef<Public> {
        &self.public_key
    }
}

/// The digest by which a statement names a request.
pub(crate) fn request_digest(pem: &str) -> Digest {
    Digest::of(pem.as_bytes())
}

fn check_key(key: &PKeyRef<Public>) -> Result<(), RequestError> {
    let ec = key.ec_key().map_err(|_| RequestError::Key)?;
    let right = ec.group().curve_name() == Some(Nid::X9_62_PRIME256V1) && ec.check_key().is_ok();
    if right { Ok(()) } else { Err(RequestError::Key) }
}

/// No extension but the alternative names, and in them exactly the DID and its host.
fn check_contents(der: &[u8], did: &Did) -> Result<(), RequestError> {
    let (rest, parsed) =
        X509CertificationRequest::from_der(der).map_err(|_| RequestError::Unreadable)?;
    if !rest.is_empty() {
        return Err(RequestError::Unreadable);
    }
    let (mut uris, mut hosts) = (0_usize, 0_usize);
    for extension in parsed.requested_extensions().into_iter().flatten() {
        let ParsedExtension::SubjectAlternativeName(names) = extension else {
            return Err(RequestError::Extension);
        };
        for name in &names.general_names {
            if *name == GeneralName::URI(did.as_str()) {
                uris += 1;
            } else if *name == GeneralName::DNSName(did.host()) {
                hosts += 1;
            } else {
                return Err(RequestError::Names { did: Box::new(did.clone()) });
            }
        }
    }
    if uris == 1 && hosts == 1 {
        Ok(())
    } else {
        Err(RequestError::Names { did: Box::new(did.clone()) })
    }
}

/// Why a request is not signed; the asker's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It asks for an extension that the authority does not hand out.
    #[error("the request asks for an extension other than the alternative names")]
    Extension,
    /// Its key is not P-256.
    #[error("the request's key is not a P-256 key")]
    Key,
    /// It does not ask for exactly the participant's names.
    #[error("the request does not ask for exactly the names of `{did}`")]
    Names {
        /// The participant that was enrolled.
        did: Box<Did>,
    },
    /// Its signature is not by its own key.
    #[error("the request is not signed by the key it asks for")]
    Possession,
    /// It cannot be read.
    #[error("the request cannot be read")]
    Unreadable,
}

impl RequestError {
    /// What can be done about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        "make the request anew with a current version of allmende"
    }

    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Extension => "request-extension",
            Self::Key => "request-key",
            Self::Names { .. } => "request-names",
            Self::Possession => "request-possession",
            Self::Unreadable => "request-unreadable",
        }
    }
}
