//! Renewing a participant's certificates: over mutual TLS with the old certificate, with a new key,
//! and with a statement of the DID key over the new request.

use bytes::Bytes;
use identity::authority::{AuthorityError, build_request};
use identity::enrol::{EnrolError, Office, RenewalRequest};
use jiff::Timestamp;

use super::held::{Held, TrustFault};
use crate::authority::envelope::{self, Certificates, EnvelopeError};
use crate::engine::parts::{Request, Transport, Unsent};
use crate::http::DSP_PATH;
use crate::participant::Participant;
use crate::participant::folder::{FolderError, Side};

/// Where renewals are taken on the authority's mutual listener.
pub(crate) const RENEW_PATH: &str = "/renew";

/// Why a certificate was not renewed. The old one stays in force until it ends.
#[derive(Debug, thiserror::Error)]
pub enum RenewalFault {
    /// The authority's answer is not what it should be.
    #[error("the authority's answer is not understood: {0}")]
    Answer(#[source] EnvelopeError),
    /// The participant's files cannot be written.
    #[error("{0}")]
    Folder(#[from] FolderError),
    /// The authority says no.
    #[error("the authority refused the renewal with status {status}: {words}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        words: String,
    },
    /// The request could not be made.
    #[error("the request for a new certificate could not be made: {0}")]
    Request(#[from] AuthorityError),
    /// The statement could not be made.
    #[error("the statement over the request could not be made: {0}")]
    Statement(#[from] EnrolError),
    /// The new certificate cannot be used.
    #[error("{0}")]
    Trust(#[from] TrustFault),
    /// The authority was not reached.
    #[error("the authority was not reached: {0}")]
    Unsent(#[from] Unsent),
}

impl RenewalFault {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Answer(_) => "renewal-answer",
            Self::Folder(_) => "participant-files",
            Self::Refused { .. } => "renewal-refused",
            Self::Request(_) => "renewal-request",
            Self::Statement(source) => source.code(),
            Self::Trust(source) => source.code(),
            Self::Unsent(source) => source.code,
        }
    }
}

/// Renews both certificates of `participant` and puts them into force.
pub(super) async fn renew<T: Transport>(
    transport: &T,
    participant: &Participant,
    held: &Held,
    now: Timestamp,
) -> Result<(), RenewalFault> {
    let Some(standing) = participant.standing() else { return Ok(()) };
    let (did, folder) = (participant.did(), held.folder());
    let authority = held.lists().list.authority.clone();
    let tls_key = folder.fresh_key(Side::Mutual)?;
    let public_key = folder.fresh_key(Side::Public)?;
    let office = Office { authority: authority.clone(), dataspace: held.dataspace().clone() };
    let request = RenewalRequest::build(
        did,
        &participant.keys().did,
        build_request(&tls_key, did)?,
        &standing.material.leaf().fingerprint(),
        &office,
        now,
    )?;
    let body = envelope::enclose(request.to_json(), &build_request(&public_key, did)?);
    let base = transport.dsp_base(did, &authority).await?;
    let root = base.strip_suffix(DSP_PATH).unwrap_or(&base);
    let request =
        Request { url: format!("{root}{RENEW_PATH}"), body: Some(Bytes::from(body.to_string())) };
    let answer = transport.exchange(did, &authority, request).await?;
    if !answer.is_success() {
        let words = String::from_utf8_lossy(&answer.body);
        let words = wire::text::shown(&words).to_string();
        return Err(RenewalFault::Refused { status: answer.status, words });
    }
    let certificates = Certificates::parse(&answer.body).map_err(RenewalFault::Answer)?;
    // Both are tried before either is written: a bad answer must not replace a good certificate.
    super::standing(certificates.mutual.clone(), &tls_key, held.dataspace().clone(), held.lists())?;
    folder.write_certificate(Side::Public, &certificates.public, &public_key)?;
    folder.write_certificate(Side::Mutual, &certificates.mutual, &tls_key)?;
    super::set_standing(folder, participant, held)?;
    Ok(())
}
