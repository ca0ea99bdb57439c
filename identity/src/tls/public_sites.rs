//! The public listener of a process with many participants: the server name picks the certificate,
//! and a change of certificate needs no restart. No name, or an unknown one, gets a fatal alert.

use std::fmt;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{
    AlpnError, NameType, SniError, SslAcceptor, SslAcceptorBuilder, SslAlert, SslMethod, SslRef,
    select_next_proto,
};
use openssl::x509::X509;
use wire::digest::Digest;

use super::{ALPN, TlsError, harden};
use crate::Distrust;
use crate::keys::PrivateKey;
use crate::x509::Der;

/// One participant's side of its public listener.
pub struct PublicSite {
    certificate: X509,
    others: Vec<X509>,
    key: PKey<Private>,
}

impl fmt::Debug for PublicSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicSite(…)")
    }
}

impl PublicSite {
    /// Takes the chain, the server's certificate first, and its key.
    ///
    /// # Errors
    /// If the chain cannot be read or the key is another one.
    pub fn new(chain: &[Der], key: &PrivateKey) -> Result<Self, TlsError> {
        let (first, rest) = chain.split_first().ok_or(Distrust::NoCertificate)?;
        let unreadable = |_| Distrust::CertificateUnreadable;
        let certificate = first.to_openssl().map_err(unreadable)?;
        if !certificate.public_key()?.public_eq(key.pkey()) {
            return Err(TlsError::KeyMismatch);
        }
        let others = rest.iter().map(|der| der.to_openssl().map_err(unreadable));
        let others = others.collect::<Result<_, _>>()?;
        Ok(Self { certificate, others, key: key.pkey().clone() })
    }

    fn present(&self, ssl: &mut SslRef) -> Result<(), ErrorStack> {
        ssl.set_certificate(&self.certificate)?;
        ssl.set_private_key(&self.key)?;
        for certificate in &self.others {
            ssl.add_chain_cert(certificate.clone())?;
        }
        Ok(())
    }
}

/// The sites of this process, as the handshake asks for them. It must not wait.
pub trait PublicSites: Send + Sync + 'static {
    /// The site with this host name (lower-case), if it is one of ours.
    fn by_host(&self, host: &str) -> Option<Arc<PublicSite>>;
}

/// The context of the public listener. Share one; certificates change through [`PublicSites`].
///
/// # Errors
/// If OpenSSL fails.
pub fn public_sites_context(sites: Arc<dyn PublicSites>) -> Result<SslAcceptorBuilder, TlsError> {
    let mut builder = SslAcceptor::mozilla_modern_v5(SslMethod::tls_server())?;
    harden(&mut builder)?;
    builder.set_alpn_select_callback(|_, offered| {
        select_next_proto(ALPN, offered).ok_or(AlpnError::ALERT_FATAL)
    });
    builder.set_servername_callback(move |ssl, alert| {
        let host = ssl.servername(NameType::HOST_NAME).map(str::to_ascii_lowercase);
        let Some(site) = host.and_then(|host| sites.by_host(&host)) else {
            *alert = SslAlert::UNRECOGNIZED_NAME;
            return Err(SniError::ALERT_FATAL);
        };
        site.present(ssl).map_err(|_| {
            *alert = SslAlert::INTERNAL_ERROR;
            SniError::ALERT_FATAL
        })
    });
    Ok(builder)
}

/// The digest of a certificate's SubjectPublicKeyInfo, to find the key that belongs to it.
///
/// # Errors
/// If it cannot be read.
pub fn certificate_spki(certificate: &Der) -> Result<Digest, Distrust> {
    let unreadable = |_| Distrust::CertificateUnreadable;
    let key = certificate.to_openssl().map_err(unreadable)?.public_key();
    let key = key.map_err(|_| Distrust::CertificateUnreadable)?.public_key_to_der();
    Ok(Digest::of(&key.map_err(|_| Distrust::CertificateUnreadable)?))
}
