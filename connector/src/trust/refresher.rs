//! Keeping a participant's trust fresh: the authority's lists every few minutes and on demand, and
//! a new certificate when two thirds of the old one's life are over.

use std::sync::Arc;

use identity::trust::ListedAuthority;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use wire::did::Did;

use super::held::{Held, Lists, Offered, TrustFault};
use super::renewal::{self, RenewalFault};
use crate::clock::Clock;
use crate::engine::parts::Transport;
use crate::net::fetch::{CRL, Fetcher, TRUST_LIST};
use crate::participant::Participant;

/// Authorities of one data space whose revocation lists are fetched.
const AUTHORITIES_MAX: usize = 16;
/// Seconds until a renewal that failed is tried again.
const RENEWAL_RETRY_SECONDS: i64 = 3_600;

/// Told after a participant's standing was replaced: running deliveries are to be looked at anew
/// and kept connections closed.
pub type OnChange = Arc<dyn Fn(&Did) + Send + Sync>;

/// What a look at the authority brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refreshed {
    /// Newer lists; the standing was replaced.
    Changed,
    /// The same as before.
    Same,
}

/// Refreshes the participants of this process.
pub struct Refresher<C, T> {
    fetcher: Fetcher,
    transport: T,
    clock: Arc<C>,
    every_seconds: u64,
    on_change: OnChange,
    demand: Notify,
}

impl<C, T> std::fmt::Debug for Refresher<C, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refresher").field("every_seconds", &self.every_seconds).finish()
    }
}

impl<C: Clock, T: Transport> Refresher<C, T> {
    /// A refresher that looks every `every_seconds`.
    #[must_use]
    pub fn new(
        fetcher: Fetcher,
        transport: T,
        clock: Arc<C>,
        every_seconds: u64,
        on_change: OnChange,
    ) -> Self {
        Self { fetcher, transport, clock, every_seconds, on_change, demand: Notify::new() }
    }

    /// Makes every participant's loop look now.
    pub fn look_now(&self) {
        self.demand.notify_waiters();
    }

    /// Keeps one participant fresh for as long as the process runs. Looks at once, because the
    /// lists may have ended while the process was down.
    pub async fn run(&self, participant: Arc<Participant>, mut held: Held) {
        let mut renew_after = Timestamp::MIN;
        loop {
            // Asked for before looking, so that a demand during the look is not lost.
            let demand = self.demand.notified();
            if let Err(fault) = self.refresh(&participant, &mut held).await {
                let (code, remedy) = (fault.code(), fault.remedy());
                tracing::warn!(participant = %participant.did(), code, remedy, "{fault}");
            }
            let now = self.clock.now();
            if renew_after <= now
                && let Err(fault) = self.renew_if_due(&participant, &held).await
            {
                let code = fault.code();
                tracing::warn!(participant = %participant.did(), code, "{fault}");
                renew_after = after(now, RENEWAL_RETRY_SECONDS);
            }
            let next = after(now, i64::try_from(self.every_seconds).unwrap_or(i64::MAX));
            tokio::select! {
                () = demand => {}
                () = self.clock.sleep_until(next) => {}
            }
        }
    }

    /// Looks at the authority's lists once.
    ///
    /// # Errors
    /// [`TrustFault`]; what was held stays in force until it ends.
    pub async fn refresh(
        &self,
        participant: &Participant,
        held: &mut Held,
    ) -> Result<Refreshed, TrustFault> {
        let now = self.clock.now();
        let authority = held.lists().list.authority.clone();
        let offered = offered(&self.fetcher, &authority).await?;
        let (root, dataspace) = (held.lists().root.clone(), held.dataspace().clone());
        let lists = Lists::verify(root, &dataspace, &offered, Some(held.lists()), now)?;
        let (lists, crls) = authority_crls(&self.fetcher, lists, now).await;
        let changed = held.lists().differs(&lists);
        if changed {
            for (position, crl) in &crls {
                held.write_crl(*position, crl)?;
            }
            held.replace(lists, &offered)?;
            super::set_standing(&held.folder().clone(), participant, held)?;
            (self.on_change)(participant.did());
        }
        Ok(if changed { Refreshed::Changed } else { Refreshed::Same })
    }

    pub(super) async fn renew_if_due(
        &self,
        participant: &Participant,
        held: &Held,
    ) -> Result<(), RenewalFault> {
        let Some(standing) = participant.standing() else { return Ok(()) };
        let now = self.clock.now();
        if now < standing.material.leaf().renew_at() {
            return Ok(());
        }
        renewal::renew(&self.transport, participant, held, now).await?;
        (self.on_change)(participant.did());
        Ok(())
    }
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Fetches the root's revocation list and the trust list; nothing of them is believed yet.
pub(crate) async fn offered(fetcher: &Fetcher, authority: &Did) -> Result<Offered, TrustFault> {
    let root_crl = fetcher.get(&public_url(authority, "/crl/root"), &CRL).await?.to_vec();
    let list = fetcher.get(&public_url(authority, "/trust-list"), &TRUST_LIST).await?.to_vec();
    Ok(Offered { root_crl, list })
}

/// Fetches the revocation lists of the authorities that the trust list names. One that cannot be
/// had leaves the held one in force: its own end refuses everyone whom it could have named.
pub(crate) async fn authority_crls(
    fetcher: &Fetcher,
    lists: Lists,
    now: Timestamp,
) -> (Lists, Vec<(usize, Vec<u8>)>) {
    let mut lists = lists;
    let mut taken = Vec::new();
    let authorities: Vec<ListedAuthority> =
        lists.list.authorities.iter().take(AUTHORITIES_MAX).cloned().collect();
    for (position, listed) in authorities.iter().enumerate() {
        let fetched = fetcher.get(&listed.crl_url, &CRL).await;
        let accepted = fetched.map_err(TrustFault::from).and_then(|crl| {
            let lists = lists.with_crl(&crl, &listed.certificate, now)?;
            Ok((lists, crl))
        });
        match accepted {
            Ok((newer, crl)) => {
                lists = newer;
                taken.push((position, crl.to_vec()));
            }
            Err(fault) => {
                let (code, remedy) = (fault.code(), fault.remedy());
                tracing::warn!(url = %listed.crl_url, code, remedy, "{fault}");
            }
        }
    }
    (lists, taken)
}

/// An address of the authority's public listener, which its DID names.
pub(crate) fn public_url(authority: &Did, path: &str) -> String {
    match authority.port() {
        Some(port) => format!("https://{}:{port}{path}", authority.host()),
        None => format!("https://{}{path}", authority.host()),
    }
}
