//! Signing and publishing the lists: the trust list and the issuing authority's revocation list,
//! always both, with one number that only grows.

use bytes::Bytes;
use identity::authority::{Revocation, RevocationList};
use identity::trust::{ListedAuthority, TrustList, Witness};
use identity::x509::Serial;
use jiff::Timestamp;
use wire::sign::Sign;

use super::issue::BACKDATED_SECONDS;
use super::view::{MemberRecord, RevokedRecord};
use super::{Authority, Record, Refusal, after};
use crate::clock::Clock;
use crate::ids::Ids;
use crate::store::{Batch, Kind, Store};
use crate::trust::{self, Held, Lists, Offered};

/// Days for which a revocation list counts: an outage of the authority shorter than that stops
/// nobody.
const CRL_DAYS: i64 = 7;
/// Hours for which a trust list counts, at least and at most.
const LIST_HOURS: std::ops::RangeInclusive<u32> = 1..=168;

/// The lists in force, as they are served.
#[derive(Clone, Debug)]
pub struct Published {
    /// Their number.
    pub number: u64,
    /// The signed trust list.
    pub list: Bytes,
    /// The issuing authority's revocation list, DER.
    pub crl: Bytes,
    /// When the trust list ends.
    pub expires: Timestamp,
    /// When the next ones are signed at the latest.
    pub renew_at: Timestamp,
}

impl<S: Store, C: Clock, I: Ids, R: Record> Authority<S, C, I, R> {
    /// Signs the lists under a new number though nothing has changed, before they end.
    pub(super) async fn publish_anew(&self) -> Result<(), Refusal> {
        let _changing = self.changing.lock().await;
        let mut batch = Batch::new();
        let number = self.next_edition(&mut batch).await?;
        // Lists that end stop the whole data space, so this may use the reserved space too.
        batch.restricting();
        self.store.commit(batch).await?;
        self.publish(number).await
    }

    /// Signs what the store says, publishes it, and takes it for the authority's own participant.
    pub(super) async fn publish(&self, number: u64) -> Result<(), Refusal> {
        let now = self.clock.now();
        let members = self.member_records().await?;
        let list = self.trust_list(number, &members, now);
        let token = list.sign(self.key(), &self.offices.statement_certificate)?;
        let crl = self.sign_crl(number, now).await?;
        let seconds = (list.expires.as_second() - now.as_second()) / 2;
        let published = Published {
            number,
            list: Bytes::from(token),
            crl: Bytes::from(crl),
            expires: list.expires,
            renew_at: after(now, seconds),
        };
        self.take(&published, now)?;
        let renew_at = published.renew_at.min(self.own_renewal());
        self.published.store(Some(std::sync::Arc::new(Published { renew_at, ..published })));
        Ok(())
    }

    fn trust_list(&self, number: u64, members: &[MemberRecord], now: Timestamp) -> TrustList {
        let hours = self.settings.trust_list_hours.clamp(*LIST_HOURS.start(), *LIST_HOURS.end());
        let url = |path| trust::refresher::public_url(&self.office.authority, path);
        let authorities = vec![
            ListedAuthority { certificate: self.root().clone(), crl_url: url("/crl/root") },
            ListedAuthority {
                certificate: self.offices.issuing.certificate().clone(),
                crl_url: url("/crl/issuing"),
            },
        ];
        let witness = Witness {
            key: self.participant.keys().checkpoint.public_key(),
            name: trust::log_name(&self.office.authority),
        };
        // Whole seconds, as they are signed.
        let whole = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
        TrustList {
            authority: self.office.authority.clone(),
            authorities,
            dataspace: self.office.dataspace.clone(),
            expires: whole(after(now, i64::from(hours) * 3_600)),
            issued: whole(now),
            witness: Some(witness),
            members: members.iter().map(MemberRecord::listed).collect(),
            number,
        }
    }

    async fn sign_crl(&self, number: u64, now: Timestamp) -> Result<Vec<u8>, Refusal> {
        let mut revoked = Vec::new();
        for (serial, _, record) in self.all::<RevokedRecord>(Kind::Certificate).await? {
            // A certificate that has ended needs no revocation any more.
            if now <= record.not_after {
                let serial: Serial = serial.parse().map_err(|_| Refusal::Unusable)?;
                revoked.push(Revocation { serial, since: record.since });
            }
        }
        let this_update = after(now, -BACKDATED_SECONDS);
        let next_update = after(now, CRL_DAYS * 86_400);
        let list = RevocationList { number, this_update, next_update, revoked };
        Ok(self.offices.issuing.sign_crl(&list)?)
    }

    /// The authority's participant believes the same lists as everyone, verified the same way.
    fn take(&self, published: &Published, now: Timestamp) -> Result<(), Refusal> {
        let offered =
            Offered { root_crl: self.offices.root_crl.clone(), list: published.list.to_vec() };
        let root = self.root().clone();
        let lists = Lists::verify(root, &self.office.dataspace, &offered, None, now)?;
        let lists = lists.with_crl(&offered.root_crl, self.root(), now)?;
        let lists = lists.with_crl(&published.crl, self.offices.issuing.certificate(), now)?;
        let held = Held::begin(self.folder.clone(), &self.office.authority, lists, &offered)?;
        held.write_crl(0, &offered.root_crl)?;
        held.write_crl(1, &published.crl)?;
        trust::set_standing(&self.folder, &self.participant, &held)?;
        (self.on_change)(self.participant.did());
        Ok(())
    }
}
