//! Enrolment and renewal, and what a thief of one half can do with it.

use jiff::{Timestamp, ToSpan};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::sign::Sign;

use super::*;
use crate::OpensslVerify;
use crate::authority::build_request;
use crate::chain::{Usage, VerifiedPeer, verify};
use crate::testing::{Participant, World};

fn now() -> Timestamp {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

fn did(text: &str) -> Did {
    text.parse().unwrap()
}

struct Desk {
    world: World,
    ulm: Participant,
    code: Code,
    invitation: Invitation,
}

fn desk() -> Desk {
    let dataspace = DataspaceId::parse("demo").unwrap();
    let world = World::new(&did("did:web:authority.example"), dataspace, now()).unwrap();
    let ulm = world.participant(&did("did:web:ulm.example")).unwrap();
    let code = Code::from_random([9; 16]);
    let expires = now().checked_add(24.hours()).unwrap();
    let invitation = Invitation { code: code.hash(), did: ulm.did.clone(), expires };
    Desk { world, ulm, code, invitation }
}

impl Desk {
    fn request(&self) -> EnrolmentRequest {
        self.request_of(&self.ulm.did, self.code.clone())
    }

    fn request_of(&self, who: &Did, code: Code) -> EnrolmentRequest {
        let csr = build_request(&self.ulm.tls_key, who).unwrap();
        let registration = self.ulm.registration();
        EnrolmentRequest::build(
            who,
            &self.ulm.did_key,
            &registration,
            csr,
            code,
            &self.world.office,
            now(),
        )
        .unwrap()
    }

    fn judge(&self, request: &EnrolmentRequest, at: Timestamp) -> Result<Enrolment, EnrolError> {
        let body = serde_json::to_vec(&request.to_json()).unwrap();
        let key = self.ulm.did_key.public_key();
        EnrolmentRequest::parse(&body)?.verify(
            &self.invitation,
            &key,
            &self.world.office,
            at,
            &OpensslVerify,
        )
    }
}

#[test]
fn an_invited_participant_is_enrolled_and_believed() {
    let desk = desk();
    let enrolment = desk.judge(&desk.request(), now()).unwrap();
    assert_eq!(enrolment.registration, desk.ulm.registration());
    let validity = crate::Validity::days(now(), 30).unwrap();
    let leaf = desk.world.sign_leaf(&enrolment.request, validity).unwrap();
    let chain = [leaf, desk.world.issuing.certificate().clone()];
    let trust = desk.world.trust().unwrap();
    let peer = verify(&chain, &trust.anchors, &trust.crls, now(), Usage::Server).unwrap();
    assert_eq!(peer.did(), &desk.ulm.did);
}

#[test]
fn half_an_enrolment_is_none() {
    let desk = desk();
    let check = |request: EnrolmentRequest, at: Timestamp, expected: &str| {
        assert_eq!(desk.judge(&request, at).unwrap_err().code(), expected);
    };
    let wrong_code = desk.request_of(&desk.ulm.did, Code::from_random([8; 16]));
    check(wrong_code, now(), "enrol-code");
    check(desk.request(), now().checked_add(25.hours()).unwrap(), "enrol-code");
    check(desk.request(), now().checked_add(10.minutes()).unwrap(), "jws-expired");
    check(desk.request_of(&did("did:web:other.example"), desk.code.clone()), now(), "enrol-code");
    // A thief with the code swaps the signing request.
    let thief = desk.world.participant(&desk.ulm.did).unwrap();
    let csr = build_request(&thief.tls_key, &desk.ulm.did).unwrap();
    check(EnrolmentRequest { csr, ..desk.request() }, now(), "enrol-other-matter");
    // ... or signs with a key of its own.
    let own = EnrolmentRequest::build(
        &desk.ulm.did,
        &thief.did_key,
        &thief.registration(),
        build_request(&thief.tls_key, &desk.ulm.did).unwrap(),
        desk.code.clone(),
        &desk.world.office,
        now(),
    )
    .unwrap();
    check(own, now(), "jws-signature");
    // ... or registers keys under another DID key than the document's.
    let mixed = EnrolmentRequest::build(
        &desk.ulm.did,
        &desk.ulm.did_key,
        &thief.registration(),
        build_request(&desk.ulm.tls_key, &desk.ulm.did).unwrap(),
        desk.code.clone(),
        &desk.world.office,
        now(),
    )
    .unwrap();
    check(mixed, now(), "enrol-other-key");
}

#[test]
fn a_proof_for_another_authority_is_not_taken() {
    let desk = desk();
    let other = Office { authority: did("did:web:evil.example"), ..desk.world.office.clone() };
    let proof = EnrolmentRequest::build(
        &desk.ulm.did,
        &desk.ulm.did_key,
        &desk.ulm.registration(),
        build_request(&desk.ulm.tls_key, &desk.ulm.did).unwrap(),
        desk.code.clone(),
        &other,
        now(),
    )
    .unwrap();
    assert_eq!(desk.judge(&proof, now()).unwrap_err().code(), "enrol-other-matter");
}

fn renew(
    desk: &Desk,
    peer: &VerifiedPeer,
    request: &RenewalRequest,
) -> Result<Renewal, EnrolError> {
    let body = serde_json::to_vec(&request.to_json()).unwrap();
    let key = desk.ulm.did_key.public_key();
    RenewalRequest::parse(&body)?.verify(peer, &key, &desk.world.office, now(), &OpensslVerify)
}

#[test]
fn renewal_needs_the_old_certificate_the_did_key_and_a_new_key() {
    let desk = desk();
    let trust = desk.world.trust().unwrap();
    let peer_of = |participant: &Participant| {
        let chain = &participant.chain;
        verify(chain, &trust.anchors, &trust.crls, now(), Usage::Client).unwrap()
    };
    let peer = peer_of(&desk.ulm);
    let fresh = desk.world.participant(&desk.ulm.did).unwrap();
    let request = |signer: &Participant, csr: &Participant, replaces: &wire::digest::Digest| {
        let csr = build_request(&csr.tls_key, &desk.ulm.did).unwrap();
        let office = &desk.world.office;
        RenewalRequest::build(&desk.ulm.did, &signer.did_key, csr, replaces, office, now()).unwrap()
    };
    let good = request(&desk.ulm, &fresh, peer.fingerprint());
    assert_eq!(renew(&desk, &peer, &good).unwrap().replaces, *peer.fingerprint());
    let code = |request: &RenewalRequest, peer: &VerifiedPeer| {
        renew(&desk, peer, request).unwrap_err().code()
    };
    assert_eq!(code(&request(&fresh, &fresh, peer.fingerprint()), &peer), "jws-signature");
    assert_eq!(code(&request(&desk.ulm, &desk.ulm, peer.fingerprint()), &peer), "enrol-same-key");
    assert_eq!(code(&good, &peer_of(&fresh)), "enrol-other-matter");
    let other = desk.world.participant(&did("did:web:other.example")).unwrap();
    assert_eq!(code(&good, &peer_of(&other)), "enrol-other-matter");
    let swapped = RenewalRequest {
        csr: build_request(&other.tls_key, &desk.ulm.did).unwrap(),
        ..good.clone()
    };
    assert_eq!(code(&swapped, &peer), "enrol-other-matter");
}
