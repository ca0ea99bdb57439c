//! A TLS client without scruples: shows any certificate or none, believes any server.

use openssl::ssl::{Ssl, SslContext, SslMethod, SslVerifyMode, SslVersion};

use super::{BadIdentity, TestError};

/// A client connection to `host` (no server name if `None`) that shows a bad identity, or nothing,
/// and speaks no version of TLS above `version`.
///
/// # Errors
/// If OpenSSL fails or the identity's key was made up.
pub fn dangerous_client(
    shown: Option<&BadIdentity>,
    host: Option<&str>,
    version: SslVersion,
) -> Result<Ssl, TestError> {
    let mut context = SslContext::builder(SslMethod::tls_client())?;
    context.set_verify(SslVerifyMode::NONE);
    context.set_security_level(0);
    context.set_max_proto_version(Some(version))?;
    let mut ssl = Ssl::new(&context.build())?;
    if let Some(host) = host {
        ssl.set_hostname(host)?;
    }
    if let Some(identity) = shown {
        let (leaf, others) = identity.chain.split_first().ok_or("a chain")?;
        ssl.set_certificate(&*leaf.to_openssl()?)?;
        ssl.set_private_key(identity.key().ok_or("a key that can speak TLS")?)?;
        for der in others {
            ssl.add_chain_cert(der.to_openssl()?)?;
        }
    }
    Ok(ssl)
}
