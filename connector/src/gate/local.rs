//! The gate-local authority: it gives the gate certificates in the partners' names, which only the
//! foreign connector believes, so that `https` addresses in messages lead through the gate.
//!
//! It carries no name constraints: Java reads none from a root that it trusts, and the members'
//! names change. What keeps it harmless is that its key never leaves the gate's home, and that no
//! machine trusts it but the one program that is given its file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use identity::Validity;
use identity::authority::{AuthorityError, CaCurve, CaKey, PublicAuthority, java_trust_store};
use identity::keys::PrivateKey;
use identity::tls::{PublicSite, PublicSites};
use identity::x509::{Der, Serial};
use jiff::{SignedDuration, Timestamp};
use wire::sign::KeyId;

use super::target::partner_of_host;
use crate::clock::Clock;
use crate::home::{write_public, write_secret};
use crate::ids::{SystemIds, random};
use crate::participant::Participant;

/// Days of the local root.
const ROOT_DAYS: u32 = 3_650;
/// Days of a certificate in a partner's name.
const SITE_DAYS: u32 = 30;
/// Hours before its end at which it is made anew.
const SITE_RENEW_HOURS: i64 = 24;
/// Seconds that a certificate begins before it is made, for clocks that differ.
const BACKDATED_SECONDS: i64 = 3_600;
/// The name of the root, and of its entry in the trust store.
const ROOT_NAME: &str = "allmende gate";

/// Why the local authority cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LocalFault {
    /// A file of it.
    #[error("`{path}` cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// OpenSSL, or key and certificate do not belong together.
    #[error("the gate-local authority cannot be used")]
    Authority(#[from] AuthorityError),
}

/// The authority, with the certificates that it has made.
pub(super) struct Local<C> {
    authority: PublicAuthority,
    participant: Arc<Participant>,
    clock: Arc<C>,
    sites: Mutex<BTreeMap<String, (Timestamp, Arc<PublicSite>)>>,
}

impl<C: Clock> Local<C> {
    /// The authority whose files lie in `folder`; made if they are not there.
    pub(super) fn open(
        folder: &Path,
        participant: Arc<Participant>,
        clock: Arc<C>,
    ) -> Result<Self, LocalFault> {
        let authority = authority(folder, clock.now())?;
        Ok(Self { authority, participant, clock, sites: Mutex::default() })
    }

    /// The certificate and key of `host`, if it is a member's now.
    fn site(&self, host: &str) -> Option<Arc<PublicSite>> {
        let now = self.clock.now();
        let standing = self.participant.standing();
        partner_of_host(standing.as_deref(), self.participant.did(), host, now).ok()?;
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((renew, site)) = sites.get(host)
            && now < *renew
        {
            return Some(site.clone());
        }
        let made = self.make(host, now);
        let (renew, site) = made
            .inspect_err(|error| tracing::error!(%error, host, "no certificate was made"))
            .ok()?;
        sites.insert(host.to_owned(), (renew, site.clone()));
        Some(site)
    }

    fn make(&self, host: &str, now: Timestamp) -> Result<(Timestamp, Arc<PublicSite>), String> {
        let words = |error: &dyn std::error::Error| error.to_string();
        let serial = Serial::from_random(random(&SystemIds));
        let validity = days(now, SITE_DAYS).map_err(|error| words(&error))?;
        let made = self.authority.issue(host, &serial, validity).map_err(|error| words(&error))?;
        let id = KeyId::parse("gate").map_err(|error| words(&error))?;
        let key = PrivateKey::from_pem(made.key.as_bytes(), id).map_err(|error| words(&error))?;
        let site = PublicSite::new(&[made.certificate], &key).map_err(|error| words(&error))?;
        let renew = validity.not_after.checked_sub(SignedDuration::from_hours(SITE_RENEW_HOURS));
        Ok((renew.unwrap_or(now), Arc::new(site)))
    }
}

impl<C: Clock> PublicSites for Local<C> {
    fn by_host(&self, host: &str) -> Option<Arc<PublicSite>> {
        self.site(host)
    }
}

impl<C> std::fmt::Debug for Local<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Local(…)")
    }
}

fn days(now: Timestamp, days: u32) -> Result<Validity, AuthorityError> {
    let begin = now.checked_sub(SignedDuration::from_secs(BACKDATED_SECONDS));
    Validity::days(begin.unwrap_or(now), days).ok_or(AuthorityError::Life { days_max: days })
}

/// Reads or makes the authority, and writes the trust stores anew.
fn authority(folder: &Path, now: Timestamp) -> Result<PublicAuthority, LocalFault> {
    let (key, pem) = (folder.join("authority.key"), folder.join("trust.pem"));
    let read = |path: &PathBuf| match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LocalFault::File { path: path.clone(), source }),
    };
    let bad = |path: &PathBuf, reason: &str| {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, reason.to_owned());
        LocalFault::File { path: path.clone(), source }
    };
    let authority = match (read(&key)?, read(&pem)?) {
        (Some(secret), Some(certificate)) => {
            let secret = CaKey::from_pem(&secret).map_err(|error| bad(&key, &error.to_string()))?;
            let found = Der::from_pem(&certificate).ok().and_then(|found| found.into_iter().next());
            PublicAuthority::load(found.ok_or_else(|| bad(&pem, "no certificate"))?, secret)?
        }
        _ => {
            let serial = Serial::from_random(random(&SystemIds));
            let fresh = CaKey::generate(CaCurve::P256)?;
            let made = PublicAuthority::create(ROOT_NAME, fresh, &serial, days(now, ROOT_DAYS)?)?;
            let secret = made.key().to_pem()?;
            put(&key, |path| write_secret(path, secret.as_bytes()))?;
            made
        }
    };
    let root = authority.certificate();
    let text = root.to_pem().map_err(|_| bad(&pem, "the certificate cannot be written"))?;
    put(&pem, |path| write_public(path, text.as_bytes()))?;
    let store = java_trust_store(ROOT_NAME, root);
    put(&folder.join("trust.p12"), |path| write_public(path, &store))?;
    Ok(authority)
}

fn put(path: &Path, write: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), LocalFault> {
    write(path).map_err(|source| LocalFault::File { path: path.to_owned(), source })
}
