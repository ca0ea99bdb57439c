//! Every certificate case against the chain check, and what happens to a peer afterwards.

use std::collections::BTreeSet;

use super::{Usage, verify};
use crate::testing::{BadCertificate, BadCrl, Participant, World};
use crate::x509::Der;
use crate::{Anchor, Anchors, Crls, Scope};
use jiff::{Timestamp, ToSpan};
use wire::dataspace::DataspaceId;
use wire::did::Did;

const NOW: &str = "2026-12-01T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn did(text: &str) -> Did {
    text.parse().unwrap()
}

fn world() -> World {
    let dataspace = DataspaceId::parse("demo").unwrap();
    World::new(&did("did:web:authority.example"), dataspace, now()).unwrap()
}

fn ulm(world: &World) -> Participant {
    world.participant(&did("did:web:ulm.example%3A8443")).unwrap()
}

fn code(chain: &[Der], anchors: &Anchors, crls: &Crls, at: Timestamp) -> &'static str {
    match verify(chain, anchors, crls, at, Usage::Client) {
        Ok(_) => "accepted",
        Err(distrust) => distrust.code(),
    }
}

#[test]
fn a_good_participant_is_believed_in_both_roles() {
    let world = world();
    let ulm = ulm(&world);
    for usage in [Usage::Client, Usage::Server] {
        let trust = world.trust().unwrap();
        let peer = verify(&ulm.chain, &trust.anchors, &trust.crls, now(), usage).unwrap();
        assert_eq!(peer.did(), &ulm.did);
        assert!(peer.belongs_to(&world.office.dataspace));
        assert_eq!(*peer.fingerprint(), ulm.chain[0].digest());
        assert_eq!(peer.not_after(), ulm.leaf().unwrap().validity().not_after);
        peer.expect(&ulm.did).unwrap();
        assert_eq!(peer.expect(&did("did:web:ulm.example")).unwrap_err().code(), "did-other");
    }
}

#[test]
fn each_bad_certificate_is_refused_with_its_reason() {
    let world = world();
    let anchors = world.anchors().unwrap();
    let ulm = did("did:web:ulm.example");
    let mut wrong = Vec::new();
    for case in BadCertificate::ALL {
        let bad = world.bad(*case, &ulm).unwrap();
        let found = code(&bad.chain, &anchors, &bad.crls, now());
        if found != case.code() {
            wrong.push(format!("{} {case:?}: {found} instead of {}", case.row(), case.code()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_forgery_with_nothing_wrong_is_accepted() {
    // So each bad one is refused for its own fault and not for being forged.
    let world = world();
    let anchors = world.anchors().unwrap();
    let bad = world.bad(BadCertificate::CrlMissing, &did("did:web:ulm.example")).unwrap();
    let crls = world.crls(1, &[], &[]).unwrap();
    assert_eq!(code(&bad.chain, &anchors, &crls, now()), "accepted");
}

#[test]
fn each_bad_revocation_list_is_refused_and_the_held_one_stays() {
    let world = world();
    for case in BadCrl::ALL {
        let offered = world.bad_crl(*case).unwrap();
        let issuing = world.issuing.certificate();
        let refused = offered.held.update(&offered.crl, issuing, now()).unwrap_err();
        assert_eq!(refused.code(), case.code(), "{case:?}");
        let ulm = ulm(&world);
        let anchors = world.anchors().unwrap();
        assert_eq!(code(&ulm.chain, &anchors, &offered.held, now()), "accepted");
    }
}

#[test]
fn no_chain_a_long_one_and_rubbish_are_refused() {
    let world = world();
    let (ulm, trust) = (ulm(&world), world.trust().unwrap());
    let root = world.root.certificate().clone();
    let check = |chain: &[Der], expected: &str| {
        assert_eq!(code(chain, &trust.anchors, &trust.crls, now()), expected);
    };
    check(&[], "no-certificate");
    let whole: Vec<Der> = [ulm.chain.clone(), vec![root.clone()]].concat();
    check(&whole, "accepted");
    check(&[whole, vec![root.clone()]].concat(), "chain-length");
    check(&[Der::new(b"rubbish".to_vec())], "certificate-unreadable");
    check(&[Der::new(vec![0x30; 20_000])], "certificate-too-large");
    check(&[root], "leaf-is-authority");
    check(&[world.issuing.certificate().clone()], "leaf-is-authority");
    let mut trailing = ulm.chain[0].as_bytes().to_vec();
    trailing.push(0);
    check(&[Der::new(trailing), ulm.chain[1].clone()], "certificate-unreadable");
}

#[test]
fn a_flipped_byte_anywhere_is_never_accepted() {
    let world = world();
    let (ulm, trust) = (ulm(&world), world.trust().unwrap());
    let bytes = ulm.chain[0].as_bytes();
    for position in (0..bytes.len()).step_by(3) {
        let mut flipped = bytes.to_vec();
        flipped[position] ^= 0x01;
        let chain = [Der::new(flipped), ulm.chain[1].clone()];
        assert_ne!(code(&chain, &trust.anchors, &trust.crls, now()), "accepted", "{position}");
    }
}

#[test]
fn another_data_spaces_root_speaks_only_for_whom_it_was_listed() {
    let (home, guest) = (world(), world());
    let ulm = ulm(&guest);
    let crls = guest.crls(1, &[], &[]).unwrap();
    let anchors = |dids: &[&str], suffixes: &[&str]| {
        let scope = Scope::Only {
            dids: dids.iter().map(|text| did(text)).collect::<BTreeSet<_>>(),
            host_suffixes: suffixes.iter().map(|text| (*text).to_owned()).collect(),
        };
        let dataspace = DataspaceId::parse("home").unwrap();
        Anchors::new(vec![
            Anchor {
                dataspace: dataspace.clone(),
                root: home.root.certificate().clone(),
                scope: Scope::Everyone,
            },
            Anchor { dataspace, root: guest.root.certificate().clone(), scope },
        ])
        .unwrap()
    };
    let check = |dids: &[&str], suffixes: &[&str], expected: &str| {
        assert_eq!(code(&ulm.chain, &anchors(dids, suffixes), &crls, now()), expected);
    };
    check(&["did:web:ulm.example%3A8443"], &[], "accepted");
    check(&[], &["example"], "accepted");
    check(&[], &["ulm.example"], "accepted");
    check(&["did:web:ulm.example"], &[], "dataspace-scope");
    check(&[], &["lm.example"], "dataspace-scope");
    check(&[], &[""], "dataspace-scope");
    check(&[], &[], "dataspace-scope");
    assert_eq!(code(&ulm.chain, &home.anchors().unwrap(), &crls, now()), "root-unknown");
    assert_eq!(code(&ulm.chain, &Anchors::new(Vec::new()).unwrap(), &crls, now()), "root-unknown");
}

#[test]
fn a_peer_is_asked_again_without_any_signature() {
    let world = world();
    let ulm = ulm(&world);
    let trust = world.trust().unwrap();
    let anchors = &trust.anchors;
    let peer = verify(&ulm.chain, anchors, &trust.crls, now(), Usage::Client).unwrap();
    let check = |crls: &Crls, at: Timestamp, expected: &str| {
        let found = peer.recheck(anchors, crls, at).map_or_else(|d| d.code(), |()| "accepted");
        assert_eq!(found, expected);
        assert_eq!(peer.still_valid(anchors, crls, at), expected == "accepted");
    };
    check(&trust.crls, now(), "accepted");
    let serial = ulm.leaf().unwrap().serial().clone();
    let revoked = world.crls(2, std::slice::from_ref(&serial), &[]).unwrap();
    check(&revoked, now(), "certificate-revoked");
    check(&Crls::empty(), now(), "crl-missing");
    let hours = |count: i64| now().checked_add(count.hours()).unwrap();
    check(&trust.crls, hours(8 * 24), "crl-stale");
    check(&trust.crls, hours(31 * 24), "certificate-expired");
    check(&trust.crls, hours(-2), "certificate-not-yet-valid");
    let none = Anchors::new(Vec::new()).unwrap();
    assert_eq!(peer.recheck(&none, &trust.crls, now()).unwrap_err().code(), "dataspace-scope");
}

#[test]
fn the_same_list_again_and_a_newer_one_are_taken() {
    let world = world();
    let first = world.crls(5, &[], &[]).unwrap();
    assert!(first.stale_at().unwrap() > now());
    let issuing = world.issuing.certificate();
    let newer = |number| {
        world
            .issuing
            .sign_crl(&crate::authority::RevocationList {
                number,
                this_update: now(),
                next_update: now().checked_add(1.hours()).unwrap(),
                revoked: Vec::new(),
            })
            .unwrap()
    };
    let list = newer(6);
    let second = first.update(&list, issuing, now()).unwrap();
    let third = second.update(&list, issuing, now()).unwrap();
    let spki = crate::x509::Certificate::read(issuing).unwrap().spki;
    assert_eq!(third.of(&spki).unwrap().number(), 6);
}
