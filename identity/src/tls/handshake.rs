//! Judging the peer's certificate inside a handshake, and keeping the result on the connection.
//! OpenSSL's own verification runs first; the chain check on top of it decides.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::ex_data::Index;
use openssl::ssl::{Ssl, SslRef, SslVerifyMode};
use openssl::x509::{X509PurposeId, X509StoreContextRef, X509VerifyResult};
use wire::did::Did;

use super::Trust;
use crate::Distrust;
use crate::chain::{self, MAX_DEPTH, Usage, VerifiedPeer, distrust_of, flags};
use crate::x509::Der;

static INDEX: LazyLock<Result<Index<Ssl, Outcome>, ErrorStack>> = LazyLock::new(Ssl::new_ex_index);

/// Told of each refusal, before the alert leaves.
type Refused = Arc<dyn Fn(&Distrust) + Send + Sync>;

/// What the verification of one connection came to.
#[derive(Clone, Default)]
struct Outcome(Arc<Mutex<Option<Result<VerifiedPeer, Distrust>>>>);

impl Outcome {
    /// Keeps the first refusal; an acceptance gives way to a later refusal.
    fn record(&self, result: Result<VerifiedPeer, Distrust>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*held, Some(Err(_))) {
            *held = Some(result);
        }
    }

    fn read(&self) -> Option<Result<VerifiedPeer, Distrust>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How one connection judges its peer.
#[derive(Clone)]
pub(super) struct Judge {
    pub(super) trust: Arc<Trust>,
    pub(super) usage: Usage,
    pub(super) now: Timestamp,
    pub(super) expected: Option<Did>,
    pub(super) refused: Refused,
}

impl Judge {
    /// Sets store, rules and callback on one connection.
    pub(super) fn install(self, ssl: &mut SslRef) -> Result<(), ErrorStack> {
        let index = INDEX.as_ref().map_err(Clone::clone)?;
        let outcome = Outcome::default();
        ssl.set_ex_data(*index, outcome.clone());
        ssl.set_verify_cert_store(chain::store(&self.trust.anchors, self.now, self.usage)?)?;
        let param = ssl.param_mut();
        param.set_flags(flags())?;
        param.set_time(self.now.as_second());
        param.set_depth(MAX_DEPTH);
        param.set_purpose(match self.usage {
            Usage::Client => X509PurposeId::SSL_CLIENT,
            Usage::Server => X509PurposeId::SSL_SERVER,
        })?;
        let mode = SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT;
        ssl.set_verify_callback(mode, move |accepted, context| {
            self.step(accepted, context, &outcome)
        });
        Ok(())
    }

    /// One call of OpenSSL's verification, from the root down to the leaf.
    fn step(&self, accepted: bool, context: &mut X509StoreContextRef, outcome: &Outcome) -> bool {
        let result = if accepted {
            if context.error_depth() > 0 {
                return true;
            }
            self.judge(context)
        } else {
            Err(distrust_of(context))
        };
        let good = result.is_ok();
        if let Err(distrust) = &result {
            (self.refused)(distrust);
            if accepted {
                context.set_error(X509VerifyResult::APPLICATION_VERIFICATION);
            }
        }
        outcome.record(result);
        good
    }

    fn judge(&self, context: &X509StoreContextRef) -> Result<VerifiedPeer, Distrust> {
        let mut path = Vec::new();
        for certificate in context.chain().into_iter().flatten() {
            let der = certificate.to_der().map_err(|_| Distrust::CertificateUnreadable)?;
            path.push(Der::new(der));
        }
        let Trust { anchors, crls } = self.trust.as_ref();
        let peer = chain::verify(&path, anchors, crls, self.now, self.usage)?;
        if let Some(expected) = &self.expected {
            peer.expect(expected)?;
        }
        Ok(peer)
    }
}

/// Who is at the other end, once the handshake is over. `None` before, and on every connection
/// that did not go through this module.
#[must_use]
pub fn peer(ssl: &SslRef) -> Option<VerifiedPeer> {
    let whole = ssl.is_init_finished()
        && ssl.verify_result() == X509VerifyResult::OK
        && !ssl.session_reused();
    let Some(Ok(peer)) = outcome(ssl) else { return None };
    let shown = Der::new(ssl.peer_certificate()?.to_der().ok()?);
    (whole && shown.digest() == *peer.fingerprint()).then_some(peer)
}

/// Why our side refused the peer, if it did.
#[must_use]
pub fn refusal(ssl: &SslRef) -> Option<Distrust> {
    outcome(ssl)?.err()
}

fn outcome(ssl: &SslRef) -> Option<Result<VerifiedPeer, Distrust>> {
    ssl.ex_data(*INDEX.as_ref().ok()?)?.read()
}
