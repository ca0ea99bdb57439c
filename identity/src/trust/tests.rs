//! The trust list: read back, rolled back, forged.

use jiff::{Timestamp, ToSpan};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::iri::Iri;

use super::*;
use crate::OpensslVerify;
use crate::authority::RevocationList;
use crate::testing::World;

fn now() -> Timestamp {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

fn did(text: &str) -> Did {
    text.parse().unwrap()
}

fn world() -> World {
    let dataspace = DataspaceId::parse("demo").unwrap();
    World::new(&did("did:web:authority.example"), dataspace, now()).unwrap()
}

fn list(world: &World, number: u64) -> TrustList {
    let member = |name: &str| {
        let participant = world.participant(&did(name)).unwrap();
        Member {
            certificates: [participant.chain[0].digest()].into(),
            did: participant.did.clone(),
            name: None,
            registration: participant.registration(),
            status: Status::Active,
            vetted_as: [Iri::parse("https://demo.example/mobility-service").unwrap()].into(),
        }
    };
    TrustList {
        authority: world.office.authority.clone(),
        authorities: vec![ListedAuthority {
            certificate: world.root.certificate().clone(),
            crl_url: "https://authority.example/root.crl".to_owned(),
        }],
        dataspace: world.office.dataspace.clone(),
        expires: now().checked_add(24.hours()).unwrap(),
        issued: now(),
        witness: None,
        members: vec![member("did:web:company.example"), member("did:web:ulm.example")],
        number,
    }
}

fn read(world: &World, token: &str, crls: &Crls, at: Timestamp) -> Result<TrustList, TrustError> {
    let roots = [world.root.certificate().clone()];
    TrustList::verify(token, &world.office.dataspace, &roots, crls, at, &OpensslVerify)
}

#[test]
fn a_list_is_read_back() {
    let world = world();
    let list = list(&world, 7);
    let token = list.sign(&world.statement_key, &world.statement_certificate).unwrap();
    let crls = world.crls(1, &[], &[]).unwrap();
    let found = read(&world, &token, &crls, now()).unwrap();
    assert_eq!(found, list);
    assert_eq!(found.member(&did("did:web:ulm.example")).unwrap().status, Status::Active);
    assert_eq!(found.member(&did("did:web:other.example")), None);
}

#[test]
fn a_list_counts_only_with_the_right_signer_time_and_space() {
    let world = world();
    let token =
        |list: &TrustList| list.sign(&world.statement_key, &world.statement_certificate).unwrap();
    let good = token(&list(&world, 7));
    let crls = world.crls(1, &[], &[]).unwrap();
    let check = |token: &str, crls: &Crls, at: Timestamp, expected: &str| {
        let found = read(&world, token, crls, at).map_or_else(|e| e.code(), |_| "accepted");
        assert_eq!(found, expected);
    };
    check(&good, &crls, now(), "accepted");
    check(&good, &Crls::empty(), now(), "crl-missing");
    check(&good, &crls, now().checked_add(25.hours()).unwrap(), "trust-list-expired");
    check(&good, &crls, now().checked_sub(10.minutes()).unwrap(), "trust-list-future");
    let statement = crate::x509::Certificate::read(&world.statement_certificate).unwrap();
    let withdrawn = world.crls(2, &[], &[statement.serial]).unwrap();
    check(&good, &withdrawn, now(), "certificate-revoked");
    let elsewhere = TrustList { dataspace: DataspaceId::parse("x").unwrap(), ..list(&world, 7) };
    check(&token(&elsewhere), &crls, now(), "trust-list-dataspace");
    let twice = {
        let mut list = list(&world, 7);
        let again = list.members[0].clone();
        list.members.push(again);
        list
    };
    check(&token(&twice), &crls, now(), "trust-list-shape");
}

#[test]
fn a_members_certificate_signs_no_list() {
    let world = world();
    let member = world.participant(&did("did:web:ulm.example")).unwrap();
    let crls = world.crls(1, &[], &[]).unwrap();
    let check = |token: String, expected: &str| {
        assert_eq!(read(&world, &token, &crls, now()).unwrap_err().code(), expected);
    };
    let list = list(&world, 7);
    check(list.sign(&member.tls_key, &member.chain[0]).unwrap(), "trust-list-signer-usage");
    check(list.sign(&member.tls_key, &world.statement_certificate).unwrap(), "jws-signature");
    let other = self::world();
    let foreign = list.sign(&other.statement_key, &other.statement_certificate).unwrap();
    check(foreign, "root-unknown");
    let bare = jws::sign_compact(&world.statement_key, TRUST_LIST_TYP, &list.to_json());
    check(bare.unwrap(), "trust-list-signer-missing");
}

#[test]
fn numbers_only_grow() {
    let world = world();
    let held = list(&world, 7);
    held.clone().accept(None).unwrap();
    held.clone().accept(Some(&held)).unwrap();
    let check = |list: TrustList, expected: &str| {
        assert_eq!(list.accept(Some(&held)).unwrap_err().code(), expected);
    };
    check(TrustList { number: 6, ..held.clone() }, "trust-list-rollback");
    check(TrustList { members: Vec::new(), ..held.clone() }, "trust-list-number-reused");
    let other = did("did:web:other.example");
    check(TrustList { authority: other, number: 8, ..held.clone() }, "trust-list-authority");
    TrustList { members: Vec::new(), number: 8, ..held.clone() }.accept(Some(&held)).unwrap();
}

#[test]
fn a_list_of_a_thousand_members_is_read() {
    let world = world();
    let mut list = list(&world, 7);
    let one = list.members[0].clone();
    list.members = (0..1_000)
        .map(|number| Member { did: did(&format!("did:web:m{number:04}.example")), ..one.clone() })
        .collect();
    let token = list.sign(&world.statement_key, &world.statement_certificate).unwrap();
    let crls = Crls::empty()
        .update(
            &world
                .root
                .sign_crl(&RevocationList {
                    number: 1,
                    this_update: now(),
                    next_update: now().checked_add(1.hours()).unwrap(),
                    revoked: Vec::new(),
                })
                .unwrap(),
            world.root.certificate(),
            now(),
        )
        .unwrap();
    assert_eq!(read(&world, &token, &crls, now()).unwrap().members.len(), 1_000);
}

#[test]
fn a_members_name_is_carried_for_eyes_and_one_that_deceives_refuses_the_list() {
    let world = world();
    let crls = world.crls(1, &[], &[]).unwrap();
    let named = |name: &str| {
        let mut list = list(&world, 1);
        list.members[0].name = Some(name.to_owned());
        let token = list.sign(&world.statement_key, &world.statement_certificate).unwrap();
        let found = read(&world, &token, &crls, now());
        found.map_or_else(|error| error.code().to_owned(), |it| it.members[0].name.clone().unwrap())
    };
    assert_eq!(named("Stadt Ulm"), "Stadt Ulm");
    let long = "x".repeat(NAME_CHARS_MAX + 1);
    for bad in ["", " Ulm", "Ulm\n", "Ulm\u{202e}", "\u{1b}[2J", &long] {
        assert_eq!(named(bad), "trust-list-shape", "{bad:?}");
    }
}
