//! The authority of a data space: who is a member, as what, with which certificates; and the signed
//! lists that say so. Its root key is never opened here: only [`founding`] does, on demand.
//!
//! Each change is one commit, with its log entry in it; the lists are signed anew after it. A list
//! that could not be signed is signed by the next change, the timer, or the next start.

mod enrolment;
pub mod envelope;
pub mod founding;
mod issue;
mod lists;
mod members;
mod neighbour;
mod public_office;
pub mod record;
mod refusal;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod view;

pub use lists::Published;
pub use record::{Change, NotRecorded, Record, Unrecorded};
pub use refusal::{Fault, Refusal};
pub use view::{Altered, Guest, Invited, MemberView, Membership};

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use identity::enrol::{Fingerprint, Office};
use identity::keys::PrivateKey;
use identity::x509::Der;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify};

use crate::clock::Clock;
use crate::config::AuthoritySettings;
use crate::home::Home;
use crate::ids::Ids;
use crate::participant::Participant;
use crate::participant::folder::Folder;
use crate::store::Store;
use crate::trust::OnChange;

use founding::Offices;

/// What an authority is made of.
pub struct Made<S, C, I, R> {
    /// Where its records lie.
    pub store: S,
    /// What time it is.
    pub clock: Arc<C>,
    /// Serial numbers and codes.
    pub ids: I,
    /// Who writes its log entries.
    pub record: R,
    /// Its own participant.
    pub participant: Arc<Participant>,
    /// Its settings.
    pub settings: AuthoritySettings,
    /// Told after the authority's own standing was replaced.
    pub on_change: OnChange,
}

impl<S, C, I, R> fmt::Debug for Made<S, C, I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("participant", &self.participant).finish_non_exhaustive()
    }
}

/// A running authority.
pub struct Authority<S, C, I, R> {
    store: S,
    clock: Arc<C>,
    ids: I,
    record: R,
    participant: Arc<Participant>,
    folder: Folder,
    settings: AuthoritySettings,
    on_change: OnChange,
    office: Office,
    offices: Offices,
    root_pem: String,
    published: ArcSwapOption<Published>,
    /// Changes happen one after the other, so that each list follows from the one before.
    changing: Mutex<()>,
    republish: Notify,
}

impl<S, C, I, R> fmt::Debug for Authority<S, C, I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("office", &self.office).finish_non_exhaustive()
    }
}

impl<S: Store, C: Clock, I: Ids, R: Record> Authority<S, C, I, R> {
    /// Opens the authority whose files lie in `home`, publishes fresh lists, and gives its own
    /// participant its standing.
    ///
    /// # Errors
    /// [`Refusal`] when files or store cannot be used.
    pub async fn open(home: &Home, made: Made<S, C, I, R>) -> Result<Self, Refusal> {
        let did = made.participant.did().clone();
        let offices = Offices::read(home, &did)?;
        let dataspace = crate::trust::dataspace_of(&did)?;
        let root_pem = offices.root.to_pem().map_err(|_| Refusal::Unusable)?;
        let authority = Self {
            store: made.store,
            clock: made.clock,
            ids: made.ids,
            record: made.record,
            folder: Folder::of(home, &did),
            participant: made.participant,
            settings: made.settings,
            on_change: made.on_change,
            office: Office { authority: did, dataspace },
            offices,
            root_pem,
            published: ArcSwapOption::empty(),
            changing: Mutex::new(()),
            republish: Notify::new(),
        };
        authority.publish_anew().await?;
        Ok(authority)
    }

    /// Who it is, and of which data space.
    #[must_use]
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// The fingerprint of the root, which goes to new members beside their code.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.offices.root)
    }

    /// The root certificate in PEM.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// The root's revocation list.
    #[must_use]
    pub fn root_crl(&self) -> &[u8] {
        &self.offices.root_crl
    }

    /// The lists in force.
    #[must_use]
    pub fn published(&self) -> Option<Arc<Published>> {
        self.published.load_full()
    }

    /// Signs fresh lists before the present ones end and renews the authority's own certificates,
    /// for as long as the process runs.
    pub async fn run(&self) {
        loop {
            let next = self.published().map_or(Timestamp::MIN, |published| published.renew_at);
            let retry = after(self.clock.now(), RETRY_SECONDS);
            tokio::select! {
                () = self.republish.notified() => {}
                () = self.clock.sleep_until(next) => {}
            }
            let renewed = self.renew_own().await;
            for done in [renewed, self.publish_anew().await] {
                if let Err(refusal) = done {
                    let (code, remedy) = (refusal.code(), refusal.remedy());
                    tracing::error!(code, remedy, "the authority's lists are not fresh: {refusal}");
                    self.clock.sleep_until(retry).await;
                }
            }
        }
    }

    fn key(&self) -> &PrivateKey {
        &self.offices.statement_key
    }

    fn root(&self) -> &Der {
        &self.offices.root
    }
}

/// Seconds until signing is tried again after it failed.
const RETRY_SECONDS: i64 = 60;

pub(crate) fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
