//! Hostile statements.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use wire::sign::{Algorithm, KeyId, Sign};

use super::*;
use crate::OpensslVerify;
use crate::keys::PrivateKey;

const TYP: &str = "allmende-test+jwt";

fn key(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::generate(algorithm, KeyId::parse("did:web:ulm.example#key").unwrap()).unwrap()
}

fn verdict(token: &str, key: &PrivateKey) -> &'static str {
    verify_compact(token, TYP, &key.public_key(), &OpensslVerify)
        .map_or_else(|error| error.code(), |_| "accepted")
}

/// A token with any header, signed rightly.
fn forge(key: &PrivateKey, header: &str, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_statement_is_read_back() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        let key = key(algorithm);
        let claims = json!({ "iss": "did:web:ulm.example", "n": 1 });
        let token = sign_compact(&key, TYP, &claims).unwrap();
        let read = verify_compact(&token, TYP, &key.public_key(), &OpensslVerify).unwrap();
        assert_eq!(read, claims);
        assert_eq!(key_id(&token, TYP).unwrap(), key.key_id());
        let detached = sign_detached(&key, TYP, b"document").unwrap();
        let check = |payload: &[u8]| {
            verify_detached(&detached, TYP, payload, &key.public_key(), &OpensslVerify)
        };
        check(b"document").unwrap();
        assert_eq!(check(b"Document").unwrap_err().code(), "jws-signature");
    }
}

#[test]
fn hostile_headers_are_refused_although_the_signature_is_right() {
    let key = key(Algorithm::Es256);
    let kid = "did:web:ulm.example#key";
    let good = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"{TYP}"}}"#);
    assert_eq!(verdict(&forge(&key, &good, "{}"), &key), "accepted");
    let table = [
        (good.replace("ES256", "none"), "jws-algorithm"),
        (good.replace("ES256", "HS256"), "jws-algorithm"),
        (good.replace("ES256", "EdDSA"), "jws-algorithm"),
        (good.replace("ES256", ""), "jws-algorithm"),
        (good.replace(r#""ES256""#, "1"), "jws-shape"),
        (good.replace(TYP, "allmende-enrolment+jwt"), "jws-type"),
        (good.replace(TYP, &TYP.to_uppercase()), "jws-type"),
        (good.replace(&format!(r#","typ":"{TYP}""#), ""), "jws-shape"),
        (good.replace(&format!(r#""kid":"{kid}","#), ""), "jws-shape"),
        (good.replace('}', r#","crit":[]}"#), "jws-shape"),
        (good.replace('}', r#","b64":false}"#), "jws-shape"),
        (good.replace('}', r#","jku":"https://evil.example"}"#), "jws-shape"),
        (good.replace('}', r#","x5c":[]}"#), "jws-shape"),
        (good.replace('}', r#","alg":"ES256"}"#), "jws-json"),
        (good.replace(kid, "a\\u0000b"), "jws-shape"),
        (good.replace(kid, &"k".repeat(40_000)), "jws-too-large"),
        ("[]".to_owned(), "jws-shape"),
        (format!("{good} x"), "jws-json"),
    ];
    for (header, expected) in table {
        assert_eq!(verdict(&forge(&key, &header, "{}"), &key), expected, "{header}");
    }
    for (payload, expected) in
        [("[]", "jws-claims"), (r#"{"iss":1,"iss":2}"#, "jws-json"), ("", "jws-json")]
    {
        assert_eq!(verdict(&forge(&key, &good, payload), &key), expected, "{payload}");
    }
}

#[test]
fn hostile_forms_are_refused() {
    let key = key(Algorithm::Es256);
    let token = sign_compact(&key, TYP, &json!({})).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let with = |bytes: &[u8]| format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes));
    let table = [
        (String::new(), "jws-form"),
        (format!("{token}.x"), "jws-form"),
        (format!("{token}="), "jws-form"),
        (format!(" {token}"), "jws-form"),
        (with(&[0; 64]), "jws-signature"),
        (with(&raw[..63]), "jws-signature"),
        (with(&[]), "jws-signature"),
        (with(&[raw.as_slice(), &[0]].concat()), "jws-signature"),
        (token.replacen('e', "f", 1), "jws-json"),
        ("a".repeat(COMPACT_LEN_MAX + 1), "jws-too-large"),
    ];
    for (token, expected) in table {
        assert_eq!(verdict(&token, &key), expected, "{token:.80}");
    }
    let other = self::key(Algorithm::Es256);
    assert_eq!(verdict(&token, &other), "jws-signature");
    let edwards = self::key(Algorithm::Ed25519);
    assert_eq!(verdict(&token, &edwards), "jws-algorithm");
    assert_eq!(
        verify_detached(&token, TYP, b"{}", &key.public_key(), &OpensslVerify),
        Err(JwsError::Form)
    );
}

#[test]
fn times_are_integers_within_the_leeway() {
    let now = jiff::Timestamp::from_second(1_000_000).unwrap();
    let check = |iat: Value, exp: Value, expected: &str| {
        let claims = json!({ "iat": iat, "exp": exp });
        let node = wire::node::Node::root(&claims);
        let found = check_times(&node.object().unwrap(), now, 900)
            .map_or_else(|error| error.code(), |()| "accepted");
        assert_eq!(found, expected, "{claims}");
    };
    check(json!(1_000_000), json!(1_000_300), "accepted");
    check(json!(1_000_030), json!(1_000_300), "accepted");
    check(json!(1_000_031), json!(1_000_300), "jws-future");
    check(json!(999_700), json!(999_970), "accepted");
    check(json!(999_700), json!(999_969), "jws-expired");
    check(json!(1_000_000), json!(1_000_901), "jws-lifetime");
    check(json!(1_000_000), json!(999_999), "jws-lifetime");
    check(json!(1_000_000), json!(1e300), "jws-shape");
    check(json!(1_000_000), json!(u64::MAX), "jws-shape");
    check(json!(1_000_000), json!("1000300"), "jws-shape");
    check(json!(1_000_000.5), json!(1_000_300), "jws-shape");
    check(json!(null), json!(1_000_300), "jws-shape");
}
