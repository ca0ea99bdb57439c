//! Which entry of a partner's version document is taken, and what is said where none is.

use serde_json::{Value, json};
use wire::node::Node;

use crate::message::VersionResponse;

/// The path that is chosen, or the code and the words of the refusal.
fn chosen(entries: Value) -> String {
    let document = json!({ "protocolVersions": entries, "@context": "passed over" });
    let read = match VersionResponse::parse(&Node::root(&document)) {
        Ok(read) => read,
        Err(error) => return format!("{} {}", error.code(), error.pointer().as_str()),
    };
    match read.choose(|auth| auth.protocol == "mutual-tls") {
        Ok(entry) => entry.path.clone(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

fn entry(version: &str, binding: &str, path: &str) -> Value {
    json!({ "version": version, "binding": binding, "path": path })
}

/// An entry that could be ours, with one more member.
fn with(path: &str, name: &str, value: Value) -> Value {
    let mut entry = entry("2025-1", "HTTPS", path);
    entry[name] = value;
    entry
}

#[test]
fn the_first_entry_that_we_speak_is_taken_wherever_it_stands() {
    let ours = || entry("2025-1", "HTTPS", "/ours");
    let oauth = json!({"protocol": "OAuth", "version": "2", "profile": ["refresh_token"]});
    let tls = json!({"protocol": "mutual-tls", "version": "1.3"});
    for (entries, expected) in [
        (json!([ours()]), "/ours"),
        (json!([ours(), entry("2025-1", "HTTPS", "/second")]), "/ours"),
        (json!([entry("2024-1", "HTTPS", "/old"), ours()]), "/ours"),
        (json!([entry("2025-1", "GRPC", "/other"), ours()]), "/ours"),
        (json!([entry("2025-1", "https", "/small"), ours()]), "/ours"),
        (json!([with("/tokens", "auth", oauth), ours()]), "/ours"),
        (json!([with("/tls", "auth", tls), ours()]), "/tls"),
        (json!([with("/duns", "identifierType", json!("D-U-N-S")), ours()]), "/ours"),
        (json!([with("/did", "identifierType", json!("did:web")), ours()]), "/did"),
        (json!([with("/service", "serviceId", json!("a")), ours()]), "/service"),
        (json!([with("/more", "later", json!({"any": 1})), ours()]), "/more"),
        (json!([entry("2025-1", "HTTPS", "../up"), ours()]), "/ours"),
    ] {
        assert_eq!(chosen(entries.clone()), expected, "{entries}");
    }
}

#[test]
fn where_nothing_can_be_taken_the_refusal_names_what_is_offered() {
    let instead = |offered: &str| {
        format!(
            "version-not-spoken: it offers no 2025-1 over HTTPS with `did:web` and a certificate; \
             it offers {offered}"
        )
    };
    let dcp = json!({"protocol": "DCP", "version": "1.0"});
    let many = vec![entry("1", "HTTPS", "/"); 10];
    let eight = ["1 over HTTPS"; 8].join("; ");
    for (entries, expected) in [
        (json!([entry("2024-1", "HTTPS", "/")]), instead("2024-1 over HTTPS")),
        (
            json!([entry("2025-1", "GRPC", "/"), with("/", "auth", dcp)]),
            instead("2025-1 over GRPC; 2025-1 over HTTPS and DCP 1.0"),
        ),
        (
            json!([with("/", "identifierType", json!("D-U-N-S"))]),
            instead("2025-1 over HTTPS with `D-U-N-S`"),
        ),
        (json!(many), instead(&format!("{eight}; and 2 more"))),
        (json!([]), "message-malformed /protocolVersions".to_owned()),
        (json!({}), "message-malformed /protocolVersions".to_owned()),
        (json!(["2025-1"]), "message-malformed /protocolVersions/0".to_owned()),
        (
            json!([{"version": "2025-1", "binding": "HTTPS"}]),
            "message-malformed /protocolVersions/0/path".to_owned(),
        ),
        (
            json!([with("/", "auth", json!("mTLS"))]),
            "message-malformed /protocolVersions/0/auth".to_owned(),
        ),
        (
            json!([with("/", "auth", json!({"protocol": "mutual-tls"}))]),
            "message-malformed /protocolVersions/0/auth/version".to_owned(),
        ),
    ] {
        assert_eq!(chosen(entries.clone()), expected, "{entries}");
    }
    // A partner's words do not flood or deceive.
    let told = chosen(json!([entry(&"9".repeat(5_000), "\u{202e}S", "/")]));
    assert!(told.len() < 400 && !told.contains('\u{202e}'), "{told}");
}

#[test]
fn a_path_that_could_mean_another_place_is_refused() {
    for path in ["/", "/dsp", "/dsp/", "/dsp/2025-1", "/a:b/@c/(1)", "/.well-known/x", "/a..b"] {
        assert_eq!(chosen(json!([entry("2025-1", "HTTPS", path)])), path);
    }
    let long = format!("/{}", "a".repeat(1024));
    for path in [
        "",
        "dsp",
        "//",
        "//evil.example/dsp",
        "/dsp//2025-1",
        "/dsp//",
        "/..",
        "/../dsp",
        "/dsp/..",
        "/dsp/./x",
        "/%2e%2e/dsp",
        "/dsp%2Fx",
        "/dsp?x=1",
        "/dsp#x",
        "/dsp\\x",
        "/d sp",
        "/d\u{e4}",
        "@evil.example/dsp",
        ".evil.example/dsp",
        ":8443/dsp",
        "https://evil.example/dsp",
        &long,
    ] {
        let told = chosen(json!([entry("2025-1", "HTTPS", path)]));
        assert!(told.starts_with("version-path: the path `"), "{path}: {told}");
    }
}
