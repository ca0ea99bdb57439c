//! Calling a partner: its certificate must carry the intended DID before any request leaves.

use std::sync::Arc;

use jiff::Timestamp;
use openssl::ssl::{Ssl, SslContext, SslMethod, SslVerifyMode};
use wire::did::Did;

use super::handshake::Judge;
use super::{ALPN, Material, TlsError, harden};
use crate::chain::Usage;

/// The context of all calls. Share one.
///
/// # Errors
/// If OpenSSL fails.
pub fn client_context() -> Result<SslContext, TlsError> {
    let mut builder = SslContext::builder(SslMethod::tls_client())?;
    harden(&mut builder)?;
    // Until a participant is set on the connection, every server is refused.
    builder.set_verify_callback(SslVerifyMode::PEER, |_, _| false);
    builder.set_alpn_protos(ALPN)?;
    Ok(builder.build())
}

/// One connection of `material`'s participant to `expected`, judged at `now`. The server name is
/// the host of the DID; the handshake fails unless the server proves to be that DID.
///
/// # Errors
/// If OpenSSL fails.
pub fn client_ssl(
    context: &SslContext,
    material: &Material,
    expected: &Did,
    now: Timestamp,
) -> Result<Ssl, TlsError> {
    let mut ssl = Ssl::new(context)?;
    ssl.set_hostname(expected.host())?;
    material.present(&mut ssl)?;
    let judge = Judge {
        trust: material.trust().clone(),
        usage: Usage::Server,
        now,
        expected: Some(expected.clone()),
        refused: Arc::new(|_| {}),
    };
    judge.install(&mut ssl)?;
    Ok(ssl)
}
