//! Checkpoints as C2SP gives them, and every way of not being one.

use jiff::Timestamp;

use super::*;
use crate::testing::{FakeKey, FakeVerify};

const EXAMPLE: &str = "example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

fn head() -> Checkpoint {
    Checkpoint { origin: name("ulm.example/2026"), size: 3, root: Hash::leaf(b"x") }
}

fn log_key(signer: &FakeKey) -> VerifierKey {
    VerifierKey::new(name("ulm.example/2026"), KeyKind::Log, signer.public_key()).unwrap()
}

#[test]
fn the_example_of_the_specification_is_read_and_written_back() {
    let note: SignedCheckpoint = EXAMPLE.parse().unwrap();
    assert_eq!(note.checkpoint().origin.as_str(), "example.com/behind-the-sofa");
    assert_eq!(note.checkpoint().size, 20_852_163);
    let lengths: Vec<usize> = note.signatures().iter().map(|line| line.bytes.len()).collect();
    assert_eq!(lengths, [64, 72]);
    assert_eq!(note.to_string(), EXAMPLE);
}

#[test]
fn the_verifier_key_of_the_specification_has_its_id() {
    let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let key: VerifierKey = text.parse().unwrap();
    assert_eq!((key.name().as_str(), key.kind()), ("example.com/foo", KeyKind::Log));
    assert_eq!(key.to_string(), text);
}

#[test]
fn malformed_verifier_keys_are_refused() {
    use VerifierKeyError as E;
    for (text, expected) in [
        ("example.com/foo", E::Shape),
        ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E::Name),
        ("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E::KeyId),
        ("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", E::KeyId),
        ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2", E::Base64),
        (
            "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            E::Kind { kind: 2 },
        ),
        ("example.com/foo+530d903a+AQ==", E::Algorithm),
        ("example.com/foo+530d903a+", E::Base64),
    ] {
        assert_eq!(text.parse::<VerifierKey>(), Err(expected), "{text}");
    }
}

#[test]
fn names_are_plain_paths() {
    for good in ["ulm.example/2026", "a", "ulm.localhost:8443/2026-2"] {
        assert_eq!(name(good).as_str(), good);
    }
    for bad in ["", "a b", "a+b", "/a", "a/", "a//b", "../a", "a/./b", "a\n", "\u{430}", "a\\b"] {
        assert_eq!(bad.parse::<KeyName>(), Err(KeyNameError), "{bad:?}");
    }
    let did = Did::parse("did:web:it.example%3A8443:ulm").unwrap();
    assert_eq!(origin(&did, Shard::first(2026)).as_str(), "it.example/ulm/2026");
}

#[test]
fn only_strict_notes_are_read() {
    use NoteError as E;
    let line = EXAMPLE.lines().nth(4).unwrap();
    let with = |body: &str| format!("{body}\n\n{line}\n");
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    for (text, expected) in [
        (String::new(), E::Signatures),
        ("a\n1\n".to_owned(), E::Signatures),
        (format!("a\n1\n{root}\n\n"), E::Signatures),
        (EXAMPLE.trim_end().to_owned(), E::Signatures),
        (format!("{EXAMPLE}\n"), E::Signatures),
        (EXAMPLE.replace('\u{2014}', "-"), E::Signatures),
        (EXAMPLE.replace("8=\n", "9=\n"), E::Signatures),
        (EXAMPLE.replace('\n', "\r\n"), E::Character),
        (EXAMPLE.replace("sofa", "so\tfa"), E::Character),
        (with("a\n1"), E::Body),
        (with(&format!("a\n1\n{root}\nextension")), E::Extension),
        (with(&format!("a b\n1\n{root}")), E::Origin),
        (with(&format!("a\n01\n{root}")), E::Size),
        (with(&format!("a\n+1\n{root}")), E::Size),
        (with(&format!("a\n-1\n{root}")), E::Size),
        (with("a\n1\nCsUY"), E::Root),
        (with(&format!("a\n1\n{root}")).repeat(100), E::TooLong),
    ] {
        assert_eq!(SignedCheckpoint::parse(text.as_bytes()), Err(expected), "{text:?}");
    }
    assert_eq!(SignedCheckpoint::parse(b"\xff\n\n\n"), Err(E::Character));
}

#[test]
fn a_signed_head_is_signed_by_its_log_and_by_nobody_else() {
    let (ulm, other) = (FakeKey::ed25519("ulm"), FakeKey::ed25519("other"));
    let note = head().sign(&ulm).unwrap();
    let read: SignedCheckpoint = note.to_string().parse().unwrap();
    assert_eq!(read, note);
    assert_eq!(read.check(&log_key(&ulm), &FakeVerify), Ok(None));
    let unsigned = |text| Err(NoteError::Unsigned { name: name(text) });
    assert_eq!(read.check(&log_key(&other), &FakeVerify), unsigned("ulm.example/2026"));
    let elsewhere = VerifierKey::new(name("neu-ulm.example/2026"), KeyKind::Log, ulm.public_key());
    assert_eq!(read.check(&elsewhere.unwrap(), &FakeVerify), unsigned("neu-ulm.example/2026"));
}

#[test]
fn a_head_is_not_signed_with_another_kind_of_key() {
    let refused = head().sign(&FakeKey::es256("ulm"));
    assert_eq!(refused, Err(SigningError::Key(VerifierKeyError::Algorithm)));
}

#[test]
fn a_changed_head_or_signature_is_forged() {
    let ulm = FakeKey::ed25519("ulm");
    let text = head().sign(&ulm).unwrap().to_string();
    let forged = Err(NoteError::Forged { name: name("ulm.example/2026") });
    let larger: SignedCheckpoint = text.replacen("\n3\n", "\n4\n", 1).parse().unwrap();
    assert_eq!(larger.check(&log_key(&ulm), &FakeVerify), forged);
    let mut twice: SignedCheckpoint = text.parse().unwrap();
    let mut wrong = twice.signatures()[0].clone();
    wrong.bytes[0] ^= 1;
    twice.signatures.push(wrong);
    assert_eq!(twice.check(&log_key(&ulm), &FakeVerify), forged);
}

#[test]
fn a_countersignature_carries_its_time() {
    let (ulm, witness) = (FakeKey::ed25519("ulm"), FakeKey::ed25519("witness"));
    let mut note = head().sign(&ulm).unwrap();
    let now = Timestamp::from_second(1_679_315_147).unwrap();
    note.add(note.cosign(name("firm.example/witness"), &witness, now).unwrap());
    let read: SignedCheckpoint = note.to_string().parse().unwrap();
    let key =
        VerifierKey::new(name("firm.example/witness"), KeyKind::Cosigner, witness.public_key());
    let key = key.unwrap();
    assert_eq!(read.check(&key, &FakeVerify), Ok(Some(now)));
    assert_eq!(read.check(&log_key(&ulm), &FakeVerify), Ok(None));
    let mut later = note.clone();
    later.signatures[1].bytes[7] ^= 1;
    assert_eq!(
        later.check(&key, &FakeVerify),
        Err(NoteError::Forged { name: name("firm.example/witness") })
    );
    note.add(note.cosign(name("firm.example/witness"), &witness, now).unwrap());
    assert_eq!(note.signatures().len(), 2);
    let before = Timestamp::from_second(-1).unwrap();
    assert_eq!(note.cosign(name("w"), &witness, before), Err(SigningError::Time));
}

#[test]
fn a_forged_countersignature_is_found() {
    let (ulm, witness) = (FakeKey::ed25519("ulm"), FakeKey::ed25519("witness"));
    let mut note = head().sign(&ulm).unwrap();
    let key = VerifierKey::new(name("firm.example/w"), KeyKind::Cosigner, witness.public_key());
    let key = key.unwrap();
    // The log's owner, who does not have the witness's key, writes a line in its name.
    note.add(NoteSignature { name: key.name().clone(), id: key.id(), bytes: vec![7; 72] });
    let forged = NoteError::Forged { name: name("firm.example/w") };
    assert_eq!(note.check(&key, &FakeVerify), Err(forged.clone()));
    // The log's own signature over the plain head is no countersignature.
    let own = note.signatures()[0].bytes.clone();
    note.add(NoteSignature { name: key.name().clone(), id: key.id(), bytes: own });
    assert_eq!(note.check(&key, &FakeVerify), Err(forged));
}
