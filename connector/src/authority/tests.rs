//! Enrolments that must not succeed, and what people may do with members.

use std::collections::BTreeSet;

use identity::authority::build_request;
use identity::enrol::{Code, EnrolmentRequest};
use wire::did::Did;

use super::testing::{Space, Town};
use super::{Guest, Membership, Refusal, envelope};
use crate::clock::Clock;
use crate::participant::folder::{Folder, Side};
use crate::trust::registration;

/// An enrolment of `town` whose requests ask for the names of `mutual` and `public`.
fn body(space: &Space, town: &Town, code: Code, mutual: &Did, public: &Did) -> Vec<u8> {
    let folder = Folder::of(&town.home, &town.did);
    let keys = folder.keys().unwrap();
    let request = EnrolmentRequest::build(
        &town.did,
        &keys.did,
        &registration(&town.did, &keys),
        build_request(&folder.fresh_key(Side::Mutual).unwrap(), mutual).unwrap(),
        code,
        space.authority.office(),
        space.clock.now(),
    );
    let public = build_request(&folder.fresh_key(Side::Public).unwrap(), public).unwrap();
    envelope::enclose(request.unwrap().to_json(), &public).to_string().into_bytes()
}

fn code_of<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    result.unwrap_err().code()
}

#[tokio::test]
async fn a_request_for_another_host_is_not_signed() {
    let space = Space::found().await;
    let (town, other) = (space.town("ulm.localhost"), space.town("neu-ulm.localhost"));
    let code = space.invite(&town.did).await;
    for (mutual, public) in [(&other.did, &town.did), (&town.did, &other.did)] {
        let refused =
            space.authority.enrol(&body(&space, &town, code.clone(), mutual, public)).await;
        assert_eq!(code_of(refused), "request-names");
    }
    let good = body(&space, &town, code, &town.did, &town.did);
    space.authority.enrol(&good).await.unwrap();
    assert_eq!(code_of(space.authority.enrol(&good).await), "enrol-code");
}

#[tokio::test]
async fn one_code_used_twice_at_once_enrols_once() {
    let space = Space::found().await;
    let town = space.town("ulm.localhost");
    let code = space.invite(&town.did).await;
    let bodies = [(); 2].map(|()| body(&space, &town, code.clone(), &town.did, &town.did));
    let (one, other) =
        tokio::join!(space.authority.enrol(&bodies[0]), space.authority.enrol(&bodies[1]));
    assert_eq!([&one, &other].iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(space.authority.members().await.unwrap().len(), 1);
}

#[tokio::test]
async fn bodies_that_are_no_enrolments_are_refused() {
    let space = Space::found().await;
    let town = space.town("ulm.localhost");
    let code = space.invite(&town.did).await;
    let good = String::from_utf8(body(&space, &town, code, &town.did, &town.did)).unwrap();
    for (bad, expected) in [
        (String::new(), "enrol-json"),
        ("{}".to_owned(), "enrol-shape"),
        (good.replacen('{', "{\"csr\":\"\",", 1), "enrol-json"),
        (good.replacen('{', "{\"more\":1,", 1), "enrol-shape"),
        (good.replace("publicCsr", "publicCSR"), "enrol-shape"),
    ] {
        assert_eq!(code_of(space.authority.enrol(bad.as_bytes()).await), expected, "{bad}");
    }
    space.authority.enrol(good.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn a_host_name_stands_for_one_participant() {
    let space = Space::found().await;
    let (town, _, _) = space.member("ulm.localhost").await;
    let guest = |did: &str| Guest {
        did: Did::parse(did).unwrap(),
        name: "x".into(),
        vetted_as: BTreeSet::new(),
    };
    for (did, expected) in [
        ("did:web:ulm.localhost%3A1", "host-taken"),
        ("did:web:authority.localhost%3A1", "host-taken"),
        (space.did.as_str(), "authority-itself"),
    ] {
        assert_eq!(code_of(space.authority.invite(guest(did), "operator").await), expected);
    }
    space.authority.revoke(&town.did, "closed", "operator").await.unwrap();
    space.authority.invite(guest("did:web:ulm.localhost%3A1"), "operator").await.unwrap();
}

#[tokio::test]
async fn a_revoked_member_needs_a_new_code_and_loses_its_vetting() {
    let space = Space::found().await;
    let (town, participant, _) = space.member("ulm.localhost").await;
    let old = participant.standing().unwrap().material.check_itself(space.clock.now()).unwrap();
    space.authority.revoke(&town.did, "key lost", "operator").await.unwrap();
    let reinstated = space.authority.reinstate(&town.did, "operator").await;
    assert_eq!(code_of(reinstated), "not-a-member");
    assert_eq!(code_of(space.authority.renew(&old, b"{}").await), "enrol-shape");

    let guest = Guest { did: town.did.clone(), name: "Ulm".into(), vetted_as: BTreeSet::new() };
    let code = space.authority.invite(guest, "operator").await.unwrap().code;
    let good = body(&space, &town, code, &town.did, &town.did);
    space.authority.enrol(&good).await.unwrap();
    let members = space.authority.members().await.unwrap();
    assert_eq!(members[0].membership, Membership::Active);
    assert!(members[0].vetted_as.is_empty());
}

#[tokio::test]
async fn each_change_gives_lists_with_a_higher_number() {
    let space = Space::found().await;
    let number = || space.authority.published().unwrap().number;
    let first = number();
    let (town, _, _) = space.member("ulm.localhost").await;
    assert_eq!(number(), first + 1);
    let altered = space.authority.suspend(&town.did, "unpaid", "operator").await.unwrap();
    assert_eq!((altered.trust_list, number()), (first + 2, first + 2));
    assert_eq!(altered.member.membership, Membership::Suspended);
    assert_eq!(code_of(space.authority.suspend(&space.did, "", "x").await), "authority-itself");
}
