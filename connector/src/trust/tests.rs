//! Lists that go back, end, or are another's; and a refresher that brings what is new.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use identity::trust::Status;
use wire::did::Did;

use super::refresher::{Refreshed, Refresher, authority_crls, offered};
use super::{Held, Lists};
use crate::authority::testing::{ShiftedClock, Space, TestAuthority};
use crate::clock::Clock;
use crate::engine::parts::{Answer, Pages, Request, Transport, Unsent};
use crate::participant::Participant;
use crate::participant::folder::Folder;

/// Carries renewals straight to the authority, as the participant whose certificate it shows.
struct Direct {
    authority: Arc<TestAuthority>,
    participant: Arc<Participant>,
    clock: Arc<ShiftedClock>,
}

impl Transport for Direct {
    async fn exchange(&self, _: &Did, _: &Did, request: Request) -> Result<Answer, Unsent> {
        assert!(request.url.ends_with(super::RENEW_PATH), "{}", request.url);
        let standing = self.participant.standing().unwrap();
        let peer = standing.material.check_itself(self.clock.now()).unwrap();
        let (status, body) = match self.authority.renew(&peer, &request.body.unwrap()).await {
            Ok(certificates) => (200, certificates.to_json().unwrap().to_string()),
            Err(refusal) => (409, refusal.code().to_owned()),
        };
        Ok(Answer { status, body: Bytes::from(body), pages: Pages::default(), retry_after: None })
    }

    async fn dsp_base(&self, _: &Did, _: &Did) -> Result<String, Unsent> {
        Ok(format!("https://authority.localhost:9{}", crate::http::DSP_PATH))
    }
}

/// Renews a participant's certificates now, due or not.
pub(crate) async fn renew(space: &Space, participant: &Arc<Participant>, held: &Held) {
    let (authority, clock) = (space.authority.clone(), space.clock.clone());
    let direct = Direct { authority, participant: participant.clone(), clock };
    let now = space.clock.now();
    super::renewal::renew(&direct, participant, held, now).await.unwrap();
}

fn refresher(
    space: &Space,
    participant: &Arc<Participant>,
) -> (Refresher<ShiftedClock, Direct>, Arc<AtomicUsize>) {
    let changes = Arc::new(AtomicUsize::new(0));
    let counted = changes.clone();
    let (authority, clock) = (space.authority.clone(), space.clock.clone());
    let transport = Direct { authority, participant: participant.clone(), clock: clock.clone() };
    let on_change = Arc::new(move |_: &Did| {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    (Refresher::new(space.fetcher(), transport, clock, 300, on_change), changes)
}

async fn lists(space: &Space, previous: Option<&Lists>) -> Result<Lists, super::TrustFault> {
    let now = space.clock.now();
    let offered = offered(&space.fetcher(), &space.did).await.unwrap();
    let root = space.participant.standing().unwrap();
    let root = root.material.trust().anchors.list()[0].root.clone();
    let dataspace = super::dataspace_of(&space.did).unwrap();
    let lists = Lists::verify(root, &dataspace, &offered, previous, now)?;
    Ok(authority_crls(&space.fetcher(), lists, now).await.0)
}

#[tokio::test]
async fn a_refresher_brings_changes_and_says_when_there_are_none() {
    let space = Space::found().await;
    let (town, participant, mut held) = space.member("ulm.localhost").await;
    let (refresher, changes) = refresher(&space, &participant);

    let same = refresher.refresh(&participant, &mut held).await.unwrap();
    assert_eq!((same, changes.load(Ordering::SeqCst)), (Refreshed::Same, 0));

    space.authority.vet(&town.did, BTreeSet::new(), "operator").await.unwrap();
    let changed = refresher.refresh(&participant, &mut held).await.unwrap();
    assert_eq!((changed, changes.load(Ordering::SeqCst)), (Refreshed::Changed, 1));
    let member = participant.standing().unwrap().list.member(&town.did).unwrap().clone();
    assert!(member.vetted_as.is_empty());

    space.authority.suspend(&town.did, "unpaid", "operator").await.unwrap();
    refresher.refresh(&participant, &mut held).await.unwrap();
    let status = participant.standing().unwrap().list.member(&town.did).unwrap().status;
    assert_eq!(status, Status::Suspended);
}

#[tokio::test]
async fn a_revoked_member_is_refused_after_one_refresh() {
    let space = Space::found().await;
    let (_, ulm, mut held) = space.member("ulm.localhost").await;
    let (firm, firm_participant, _) = space.member("firm.localhost").await;
    let now = space.clock.now();
    let peer = firm_participant.standing().unwrap().material.check_itself(now).unwrap();
    let (refresher, _) = refresher(&space, &ulm);
    refresher.refresh(&ulm, &mut held).await.unwrap();
    ulm.standing().unwrap().material.trust().recheck(&peer, now).unwrap();

    space.authority.revoke(&firm.did, "key lost", "operator").await.unwrap();
    refresher.refresh(&ulm, &mut held).await.unwrap();
    let refused = ulm.standing().unwrap().material.trust().recheck(&peer, now).unwrap_err();
    assert_eq!(refused.code(), identity::Distrust::Revoked.code());
}

#[tokio::test]
async fn lists_never_go_back() {
    let space = Space::found().await;
    let (town, _, _) = space.member("ulm.localhost").await;
    let old_offer = offered(&space.fetcher(), &space.did).await.unwrap();
    let old = lists(&space, None).await.unwrap();
    let old_crl = space.authority.published().unwrap().crl.clone();
    space.authority.vet(&town.did, BTreeSet::new(), "operator").await.unwrap();
    let new = lists(&space, Some(&old)).await.unwrap();

    let now = space.clock.now();
    let dataspace = super::dataspace_of(&space.did).unwrap();
    let back = Lists::verify(new.root.clone(), &dataspace, &old_offer, Some(&new), now);
    assert_eq!(back.unwrap_err().code(), "trust-list-rollback");
    let issuing = new.list.authorities[1].certificate.clone();
    assert_eq!(new.with_crl(&old_crl, &issuing, now).unwrap_err().code(), "crl-rollback");
}

#[tokio::test]
async fn lists_that_have_ended_are_refused_but_not_forgotten() {
    let space = Space::found().await;
    let (town, _, held) = space.member("ulm.localhost").await;
    space.clock.go_ahead(49 * 3_600);
    assert_eq!(lists(&space, None).await.unwrap_err().code(), "trust-list-expired");

    let folder = Folder::of(&town.home, &town.did);
    let now = space.clock.now();
    let read = Held::read(&folder, &space.did, now).unwrap().unwrap();
    assert_eq!(read.lists().list.number, held.lists().list.number);
    assert!(read.lists().list.check_time(now).is_err());

    // After a week the revocation lists have ended too: nobody is believed, nothing is forgotten.
    space.clock.go_ahead(7 * 86_400);
    let now = space.clock.now();
    let read = Held::read(&folder, &space.did, now).unwrap().unwrap();
    assert_eq!(read.lists().list.number, held.lists().list.number);
    let peer = space.participant.standing().unwrap();
    let peer = peer.material.check_itself(now - jiff::SignedDuration::from_hours(200)).unwrap();
    let anchors = read.lists().anchors(read.dataspace()).unwrap();
    assert_eq!(peer.recheck(&anchors, &read.lists().crls, now).unwrap_err().code(), "crl-stale");
}

#[tokio::test]
async fn another_space_s_lists_are_not_taken() {
    let (space, other) = (Space::found().await, Space::found().await);
    let offer = offered(&other.fetcher(), &other.did).await.unwrap();
    let own = lists(&space, None).await.unwrap();
    let dataspace = super::dataspace_of(&space.did).unwrap();
    let taken = Lists::verify(own.root, &dataspace, &offer, None, space.clock.now());
    assert_eq!(taken.unwrap_err().code(), "crl-other-issuer");
}

#[tokio::test]
async fn a_certificate_is_renewed_at_two_thirds_of_its_life_with_a_new_key() {
    let space = Space::found().await;
    let (town, participant, held) = space.member("ulm.localhost").await;
    let (refresher, changes) = refresher(&space, &participant);
    let leaf = || participant.standing().unwrap().material.leaf().clone();
    let old = leaf();

    refresher.renew_if_due(&participant, &held).await.unwrap();
    assert_eq!(leaf().fingerprint(), old.fingerprint());

    // The lists of the authority would have been signed anew by its timer; here they have ended,
    // and a renewal needs them for nothing but the peer's own check.
    space.clock.go_ahead(6 * 86_400);
    let due = old.renew_at().as_second() - space.clock.now().as_second();
    assert!(due > 0);
    let shown = participant.standing().unwrap().material.check_itself(space.clock.now()).unwrap();
    renew(&space, &participant, &held).await;
    let new = leaf();
    assert_ne!((new.fingerprint(), new.spki()), (old.fingerprint(), old.spki()));
    assert_eq!(shown.fingerprint(), &old.fingerprint());
    assert_eq!(changes.load(Ordering::SeqCst), 0);
    let keys = std::fs::read_dir(town.home.keys(&town.did)).unwrap().flatten();
    assert_eq!(keys.count(), 5, "the old keys are gone");
}
