//! Mutual TLS 1.3, and nothing less: one shared context per direction, the participant's
//! certificate, key and trust set on each connection. Never resumes a session, never sends or
//! takes a ticket or early data, has no constructor without a verified peer.

mod alert;
mod client;
mod handshake;
mod material;
mod public;
mod public_sites;
mod server;

pub use alert::Alert;
pub use client::{client_context, client_ssl};
pub use handshake::{peer, refusal};
pub use material::{Material, Trust};
pub use public::public_context;
pub use public_sites::{PublicSite, PublicSites, certificate_spki, public_sites_context};
pub use server::{Participants, server_context};

use openssl::error::ErrorStack;
use openssl::ssl::{SslContextBuilder, SslOptions, SslSessionCacheMode, SslVersion};

use crate::Distrust;
use crate::chain::SECURITY_LEVEL;

/// The one application protocol: HTTP/2 is not spoken.
const ALPN: &[u8] = b"\x08http/1.1";

/// What both directions of mutual TLS have in common.
fn harden(context: &mut SslContextBuilder) -> Result<(), ErrorStack> {
    context.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    context.set_max_proto_version(Some(SslVersion::TLS1_3))?;
    context.set_options(
        SslOptions::NO_TICKET | SslOptions::NO_COMPRESSION | SslOptions::NO_RENEGOTIATION,
    );
    context.set_session_cache_mode(SslSessionCacheMode::OFF);
    context.set_num_tickets(0)?;
    context.set_max_early_data(0)?;
    context.set_session_id_context(b"allmende")?;
    context.set_security_level(u32::try_from(SECURITY_LEVEL).unwrap_or(2));
    Ok(())
}

/// Why no connection can be prepared: ours or the operator's fault, before any peer is asked.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The participant's own certificate does not follow the profile.
    #[error("this participant's own certificate cannot be used")]
    Certificate {
        /// What is wrong with it.
        #[from]
        source: Distrust,
    },
    /// The certificate is for another key.
    #[error("this participant's certificate and key do not belong together")]
    KeyMismatch,
    /// OpenSSL failed.
    #[error("OpenSSL failed while preparing a connection")]
    Openssl {
        /// Its own words.
        #[from]
        source: ErrorStack,
    },
}

#[cfg(test)]
mod tests;
