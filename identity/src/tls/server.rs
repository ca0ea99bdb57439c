//! The mutual listener's one context. The server name of each connection picks the participant;
//! no name, or an unknown one, gets a fatal alert.

use std::sync::Arc;

use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::ssl::{
    AlpnError, NameType, SniError, SslAcceptor, SslAcceptorBuilder, SslAlert, SslMethod, SslRef,
    SslVerifyMode, select_next_proto,
};

use super::handshake::Judge;
use super::{ALPN, Material, TlsError, harden};
use crate::Distrust;
use crate::chain::Usage;

/// The participants of this process, as the handshake asks for them. Called on the thread that
/// drives the connection: it must not wait.
pub trait Participants: Send + Sync + 'static {
    /// The participant with this host name (lower-case), if it is one of ours.
    fn by_host(&self, host: &str) -> Option<Arc<Material>>;

    /// The instant by which certificates are judged.
    fn now(&self) -> Timestamp;

    /// A stranger was refused: `host` is the participant that it asked for; `None` for `distrust`
    /// means that it asked for nobody of ours.
    fn refused(&self, host: Option<&str>, distrust: Option<&Distrust>);
}

/// The context of the mutual listener. Share one; certificates and revocation lists change through
/// [`Participants`].
///
/// # Errors
/// If OpenSSL fails.
pub fn server_context(participants: Arc<dyn Participants>) -> Result<SslAcceptorBuilder, TlsError> {
    let mut builder = SslAcceptor::mozilla_modern_v5(SslMethod::tls_server())?;
    harden(&mut builder)?;
    // Until a participant is picked, everyone is refused.
    let mode = SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT;
    builder.set_verify_callback(mode, |_, _| false);
    builder.set_alpn_select_callback(|_, offered| {
        select_next_proto(ALPN, offered).ok_or(AlpnError::ALERT_FATAL)
    });
    builder.set_servername_callback(move |ssl, alert| {
        pick(ssl, &participants).map_err(|refusal| {
            *alert = match refusal {
                Pick::Failed => SslAlert::INTERNAL_ERROR,
                Pick::Unknown => SslAlert::UNRECOGNIZED_NAME,
            };
            SniError::ALERT_FATAL
        })
    });
    Ok(builder)
}

/// Why no participant was picked.
enum Pick {
    Failed,
    Unknown,
}

impl From<ErrorStack> for Pick {
    fn from(_: ErrorStack) -> Self {
        Self::Failed
    }
}

fn pick(ssl: &mut SslRef, participants: &Arc<dyn Participants>) -> Result<(), Pick> {
    let Some(host) = ssl.servername(NameType::HOST_NAME).map(str::to_ascii_lowercase) else {
        participants.refused(None, None);
        return Err(Pick::Unknown);
    };
    let found = participants.by_host(&host).filter(|material| material.did().host() == host);
    let Some(material) = found else {
        participants.refused(Some(&host), None);
        return Err(Pick::Unknown);
    };
    material.present(ssl)?;
    let observer = participants.clone();
    let judge = Judge {
        trust: material.trust().clone(),
        usage: Usage::Client,
        now: participants.now(),
        expected: None,
        refused: Arc::new(move |distrust| observer.refused(Some(&host), Some(distrust))),
    };
    Ok(judge.install(ssl)?)
}
