//! Joining over real sockets: what a participant has afterwards, and what refuses it.

use std::os::unix::fs::PermissionsExt;

use identity::enrol::Fingerprint;
use identity::trust::Status;
use identity::x509::Der;
use wire::did::Did;

use crate::authority::testing::{Space, loopback};
use crate::setup::{self, InitOptions, SetupFault};

fn code_of(refused: Result<setup::Joined, SetupFault>) -> String {
    let fault = refused.unwrap_err();
    if let SetupFault::Refused { code, .. } = &fault { code.clone() } else { fault.code().into() }
}

#[tokio::test]
async fn a_participant_that_joins_believes_and_is_believed() {
    let space = Space::found().await;
    let (town, participant, held) = space.member("ulm.localhost").await;

    let standing = participant.standing().unwrap();
    let now = crate::clock::Clock::now(space.clock.as_ref());
    let own = standing.material.check_itself(now).unwrap();
    assert_eq!((own.did(), standing.dataspace.as_str()), (&town.did, space.did.as_str()));
    assert!(participant.public_site().is_some());
    let member = standing.list.member(&town.did).unwrap();
    assert_eq!(member.status, Status::Active);
    assert_eq!(member.vetted_as.len(), 1);
    assert_eq!(member.certificates.iter().collect::<Vec<_>>(), [own.fingerprint()]);
    assert_eq!(held.lists().list.number, space.authority.published().unwrap().number);

    // The authority believes it by the same lists, and the other way round.
    let authority = space.participant.standing().unwrap();
    authority.material.trust().recheck(&own, now).unwrap();
    standing.material.trust().recheck(&authority.material.check_itself(now).unwrap(), now).unwrap();

    for entry in std::fs::read_dir(town.home.keys(&town.did)).unwrap().flatten() {
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
    }
    let text = std::fs::read_to_string(town.home.config()).unwrap();
    assert!(!text.contains("PRIVATE") && text.contains("root_fingerprint"), "{text}");
}

#[tokio::test]
async fn another_fingerprint_stops_before_the_code_is_spent() {
    let space = Space::found().await;
    let town = space.town("ulm.localhost");
    let code = space.invite(&town.did).await;
    let other = Fingerprint::of(&Der::new(b"another root".to_vec()));
    let refused = space.join_with(&town, code.clone(), other).await;
    assert!(matches!(refused, Err(SetupFault::WrongRoot { .. })), "{refused:?}");
    assert_eq!(setup::config(&town.home).unwrap().participants[0].membership, None);
    space.join(&town, code).await.unwrap();
}

#[tokio::test]
async fn a_code_works_once_for_one_day_for_its_participant_alone() {
    let space = Space::found().await;
    let ulm = space.town("ulm.localhost");
    let neu_ulm = space.town("neu-ulm.localhost");

    let code = space.invite(&ulm.did).await;
    assert_eq!(code_of(space.join(&neu_ulm, code.clone()).await), "enrol-code");
    space.join(&ulm, code.clone()).await.unwrap();
    assert_eq!(code_of(space.join(&ulm, code.clone()).await), "joined-already");
    std::fs::remove_file(ulm.home.config()).unwrap();
    let again = InitOptions {
        host: "ulm.localhost".into(),
        name: "Ulm".into(),
        gate: None,
        addresses: loopback(9443, 9444),
    };
    setup::init(&ulm.home, &again).unwrap();
    assert_eq!(code_of(space.join(&ulm, code).await), "enrol-code");

    let replaced = space.invite(&neu_ulm.did).await;
    let late = space.invite(&neu_ulm.did).await;
    assert_eq!(code_of(space.join(&neu_ulm, replaced).await), "enrol-code");
    space.clock.go_ahead(86_401);
    assert_eq!(code_of(space.join(&neu_ulm, late).await), "enrol-code");
    let members = space.authority.members().await.unwrap();
    assert_eq!(members.iter().map(|member| &member.did).collect::<Vec<_>>(), [&ulm.did]);
}

#[test]
fn a_home_takes_several_participants_and_no_host_twice() {
    let folder = tempfile::tempdir().unwrap();
    let home = crate::home::Home::at(folder.path());
    let of = |host: &str| InitOptions {
        host: host.into(),
        name: host.into(),
        gate: None,
        addresses: loopback(9443, 9444),
    };
    let ulm = setup::init(&home, &of("ulm.localhost")).unwrap();
    let other = InitOptions { addresses: loopback(1, 2), ..of("neu-ulm.localhost") };
    let neu_ulm = setup::init(&home, &other).unwrap();
    assert_eq!(ulm.did, Did::parse("did:web:ulm.localhost%3A9444").unwrap());
    assert_eq!(neu_ulm.did, Did::parse("did:web:neu-ulm.localhost%3A9444").unwrap());
    assert_eq!(setup::config(&home).unwrap().participants.len(), 2);
    assert_eq!(setup::init(&home, &of("ulm.localhost")).unwrap_err().code(), "participant-exists");
    assert_eq!(setup::init(&home, &of("Ulm")).unwrap_err().code(), "host-name");
}
