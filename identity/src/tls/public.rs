//! The public listener: server TLS 1.3 without client certificates. It serves what everyone may
//! read, and nothing of the mutual listener's.

use openssl::pkey::PKey;
use openssl::ssl::{AlpnError, SslAcceptor, SslAcceptorBuilder, SslMethod, select_next_proto};

use super::{ALPN, TlsError, harden};
use crate::Distrust;
use crate::x509::Der;

/// The context of the public listener: `chain` with the server's certificate first, `key` in
/// PKCS#8 PEM.
///
/// # Errors
/// If chain or key cannot be read or do not belong together.
pub fn public_context(chain: &[Der], key_pem: &[u8]) -> Result<SslAcceptorBuilder, TlsError> {
    let (first, rest) = chain.split_first().ok_or(Distrust::NoCertificate)?;
    let unreadable = |_| Distrust::CertificateUnreadable;
    let key = PKey::private_key_from_pem(key_pem)?;
    let certificate = first.to_openssl().map_err(unreadable)?;
    if !certificate.public_key()?.public_eq(&key) {
        return Err(TlsError::KeyMismatch);
    }
    let mut builder = SslAcceptor::mozilla_modern_v5(SslMethod::tls_server())?;
    harden(&mut builder)?;
    builder.set_certificate(&certificate)?;
    builder.set_private_key(&key)?;
    for der in rest {
        builder.add_extra_chain_cert(der.to_openssl().map_err(unreadable)?)?;
    }
    builder.set_alpn_select_callback(|_, offered| {
        select_next_proto(ALPN, offered).ok_or(AlpnError::ALERT_FATAL)
    });
    Ok(builder)
}
