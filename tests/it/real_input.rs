//! Real data through the program: files of public datasets and a back end on the town's own
//! network, published, pulled and handed over byte for byte over mutual TLS; and what both logs
//! say when a source fails.

mod backend;
mod zip;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use allmende_tests::program::program;
use allmende_tests::wait::until_so;
use serde_json::Value;

use crate::readme::{SCRIPT, User};
use backend::Backend;

/// What is published as files: the name, and its media type.
const FILES: [(&str, &str); 5] = [
    ("parken.csv", "text/csv"),
    ("baugenehmigungen.geojson", "application/geo+json"),
    ("fahrplan.zip", "application/zip"),
    ("fuellstand.ndjson", "application/x-ndjson"),
    ("lkw-parken.xml", "application/xml"),
];

/// Public datasets beside the repository; none where they are not there.
fn datasets() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent)?;
    let found = root.join("shared/datasets");
    if !found.is_dir() {
        eprintln!("skipped: {} is not there", found.display());
        return None;
    }
    Some(found)
}

/// A town and a company in one data space, as the README makes them. `settings` goes into the
/// town's own part of its settings.
fn town_and_company(settings: &str) -> User {
    let mut user = User::new(program());
    for (command, _) in SCRIPT.iter().take_while(|(command, _)| !command.starts_with("cp ")) {
        if *command == "allmende up --home ulm &" {
            set(&user, settings);
        }
        must(&mut user, command);
    }
    user
}

fn set(user: &User, settings: &str) {
    let path = user.path().join("ulm/allmende.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\nsources = []\n"), "{text}");
    std::fs::write(&path, text.replace("\nsources = []\n", &format!("\n{settings}\n"))).unwrap();
}

fn must(user: &mut User, command: &str) -> String {
    let ended = user.types(command);
    assert_eq!(ended.exit, Some(0), "$ {command}\n{}", ended.printed);
    ended.printed
}

fn refused(user: &mut User, command: &str) -> String {
    let ended = user.types(command);
    assert_eq!(ended.exit, Some(1), "$ {command}\n{}", ended.printed);
    ended.printed
}

/// What a command prints with `--json`.
fn told(user: &mut User, command: &str) -> Value {
    let printed = must(user, &format!("{command} --json 2>/dev/null"));
    serde_json::from_str(&printed).unwrap_or_else(|_| panic!("no JSON: {printed}"))
}

fn publish(user: &User, datasets: &Path) {
    let data = user.path().join("ulm/participants/ulm.localhost/data");
    for (from, to) in [
        ("csv/parken-musterstadt-2026-01-15.csv", "parken.csv"),
        ("ogc-api-features/items-baugenehmigungen.geojson", "baugenehmigungen.geojson"),
        ("csv/fuellstand-musterstadt.ndjson", "fuellstand.ndjson"),
        ("datex2/ndw-truckparking-status.xml", "lkw-parken.xml"),
    ] {
        std::fs::copy(datasets.join(from), data.join(to)).expect(from);
    }
    let packed = zip::packed(&datasets.join("gtfs/sample-feed-1"));
    std::fs::write(data.join("fahrplan.zip"), packed).unwrap();
}

/// Pulls a contract's data to a file; its bytes and what the program says of them.
fn pulled(user: &mut User, title: &str) -> (Vec<u8>, Value) {
    let said = told(user, &format!("allmende pull {title} --output got --home company"));
    (std::fs::read(user.path().join("got")).unwrap(), said)
}

/// Reads a hand-over: status, media type, body.
fn handed_over(served: &Value) -> (u16, String, Vec<u8>) {
    let url = served["url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let (host, path) = url.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let token = served["token"].as_str().unwrap();
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Accept-Language: de\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
    let kind = head.lines().find_map(|line| line.strip_prefix("content-type: "));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, kind.unwrap_or_default().to_owned(), answer[end + 4..].to_vec())
}

#[test]
fn public_datasets_arrive_byte_for_byte_and_by_their_kind() {
    let Some(datasets) = datasets() else { return };
    let mut user = town_and_company("sources = []");
    publish(&user, &datasets);
    for (name, kind) in FILES {
        must(&mut user, &format!("allmende dataset add --title {name} --file {name} --home ulm"));
        must(&mut user, &format!("allmende contract request ulm.localhost {name} --home company"));
        let (bytes, said) = pulled(&mut user, name);
        let source = user.path().join("ulm/participants/ulm.localhost/data").join(name);
        assert!(bytes == std::fs::read(source).unwrap(), "{name} arrives changed");
        assert_eq!(said["mediaType"], kind, "{name}");
        assert_eq!(said["bytes"], bytes.len(), "{name}");
    }
}

#[test]
fn an_own_back_end_is_read_where_the_operator_lists_it_and_its_news_are_handed_over() {
    let backend = Backend::start(b"place,free\nRathaus,12\n");
    let add = |title: &str, url: &str| {
        format!("allmende dataset add --title {title} --http {url} --home ulm")
    };
    let mut user = town_and_company(&format!("sources = [\"{}\"]", backend.origin()));
    let other = Backend::start(b"secret");
    let said = refused(&mut user, &add("Andere", &format!("{}/x", other.origin())));
    let line = format!("sources = [\"{}\", \"{}\"]", backend.origin(), other.origin());
    assert!(said.contains("source-not-listed") && said.contains(&line), "{said}");

    must(&mut user, &add("Parken", &format!("{}/frei.csv?ort=ulm", backend.origin())));
    must(&mut user, "allmende contract request ulm.localhost Parken --home company");
    let (bytes, said) = pulled(&mut user, "Parken");
    assert_eq!(bytes, b"place,free\nRathaus,12\n");
    assert_eq!(said["mediaType"], "text/csv");
    assert_eq!(backend.asked(), ["/frei.csv?ort=ulm"]);

    let served = told(&mut user, "allmende serve Parken --home company");
    let now = |expected: &[u8]| {
        let (status, kind, body) = handed_over(&served);
        assert_eq!((status, kind.as_str()), (200, "text/csv"));
        assert_eq!(body, expected);
    };
    now(b"place,free\nRathaus,12\n");
    backend.becomes(b"place,free\nRathaus,11\nBahnhof,40\n");
    now(b"place,free\nRathaus,11\nBahnhof,40\n");
    now(b"place,free\nRathaus,11\nBahnhof,40\n");
    assert!(other.asked().is_empty());
}

#[test]
fn a_source_that_fails_is_told_in_words_and_both_logs_tell_the_same() {
    let backend = Backend::start(b"a");
    let mut user = town_and_company(&format!("sources = [\"{}\"]", backend.origin()));
    let add = "allmende dataset add --title Parken --home ulm";
    let said = refused(&mut user, &format!("{add} --file nowhere.csv"));
    assert!(said.contains("source-missing") && said.contains("ulm.localhost/data"), "{said}");

    must(&mut user, &format!("{add} --http {}/frei.csv", backend.origin()));
    must(&mut user, "allmende contract request ulm.localhost Parken --home company");
    backend.fails();
    let said = refused(&mut user, "allmende pull Parken --home company --lang de");
    assert!(said.contains("Der Anbieter kann seine Quelle gerade nicht lesen."), "{said}");
    assert!(said.contains("source-unavailable"), "{said}");
    backend.becomes(b"b");
    assert_eq!(pulled(&mut user, "Parken").0, b"b");

    must(
        &mut user,
        "allmende authority anchors ulm.localhost company.localhost --home authority > anchors.json",
    );
    must(&mut user, "allmende audit export all --home ulm");
    must(&mut user, "allmende audit export all --home company");
    must(
        &mut user,
        "mkdir audit && cp -r ulm/export/ulm.localhost/all/. company/export/company.localhost/all/. audit/",
    );
    let report = must(&mut user, "allmende audit verify audit --anchors anchors.json");
    assert!(report.contains("provider 0 bytes, stopped"), "no failed delivery in\n{report}");
    assert!(!report.contains("do not match") && !report.contains("disputed"), "{report}");
}

#[test]
fn a_long_delivery_leaves_its_windows_in_both_logs() {
    let window = usize::try_from(audit::entry::DELIVERY_WINDOW_BYTES).unwrap();
    let mut user = town_and_company("sources = []");
    let data = user.path().join("ulm/participants/ulm.localhost/data/long.csv");
    std::fs::write(&data, vec![b'7'; 2 * window + 5]).unwrap();
    must(&mut user, "allmende dataset add --title Long --file long.csv --home ulm");
    must(&mut user, "allmende contract request ulm.localhost Long --home company");
    let (bytes, _) = pulled(&mut user, "Long");
    assert_eq!(bytes.len(), 2 * window + 5);
    for home in ["ulm", "company"] {
        let page = told(&mut user, &format!("allmende audit show --count 1000 --home {home}"));
        let entries = page["entries"].as_array().unwrap();
        let kinds = entries.iter().map(|entry| entry["kind"].as_str().unwrap());
        let kinds: Vec<&str> = kinds.filter(|kind| kind.starts_with("delivery-")).collect();
        let expected =
            ["delivery-started", "delivery-window", "delivery-window", "delivery-finished"];
        assert_eq!(kinds, expected, "{home}");
    }
}

#[test]
fn a_rule_that_counts_lets_over_so_much_and_no_more() {
    let mut user = town_and_company("sources = []");
    let data = user.path().join("ulm/participants/ulm.localhost/data");
    std::fs::write(data.join("small.csv"), vec![b'7'; 400_000]).unwrap();
    std::fs::write(data.join("large.csv"), vec![b'7'; 1_000_000]).unwrap();
    let add = "allmende dataset add --home ulm --title";
    must(&mut user, &format!("{add} Small --file small.csv --rule requests-per-day=1"));
    must(&mut user, &format!("{add} Large --file large.csv --rule \"At most 700 kB in total.\""));
    for title in ["Small", "Large"] {
        must(&mut user, &format!("allmende contract request ulm.localhost {title} --home company"));
    }
    let (small, _) = pulled(&mut user, "Small");
    assert_eq!(small.len(), 400_000);
    let again = refused(&mut user, "allmende pull Small --home company");
    assert!(again.contains("condition-not-met"), "{again}");
    let over = refused(&mut user, "allmende pull Large --home company");
    let codes = ["condition-not-met", "rule-refuses", "transfer-stopped"];
    assert!(codes.iter().any(|code| over.contains(code)), "{over}");
    until_so("the company knows why", || {
        let shown = must(&mut user, "allmende contract show Large --home company");
        shown.contains("condition of the contract is not met")
    });
    let page = told(&mut user, "allmende audit show --count 1000 --home ulm");
    let entries = page["entries"].as_array().unwrap();
    let stopped = entries.iter().find(|entry| entry["kind"] == "delivery-stopped").unwrap();
    assert!(stopped.to_string().contains("700000"), "{stopped}");
    let stands = must(&mut user, "allmende contract show Small --home company");
    let flows = stands.lines().find_map(|line| line.strip_prefix("data may flow")).unwrap();
    assert_eq!(flows.trim(), "no", "{stands}");
    assert!(stands.contains("00:00 UTC"), "it says that the next day brings the next: {stands}");
}

#[test]
fn a_partner_has_a_name_and_what_is_held_goes_with_the_contract() {
    let mut user = town_and_company("sources = []");
    let data = user.path().join("ulm/participants/ulm.localhost/data/parken.csv");
    std::fs::write(&data, b"place,free\n").unwrap();
    must(&mut user, "allmende dataset add --title Parken --file parken.csv --home ulm");
    let catalog = must(&mut user, "allmende catalog ulm.localhost --home company");
    assert!(catalog.contains("Stadt Ulm (did:web:ulm.localhost"), "{catalog}");
    must(&mut user, "allmende contract request ulm.localhost Parken --home company");
    let list = must(&mut user, "allmende contract list --home ulm");
    assert!(list.contains("Wegweiser GmbH (did:web:company.localhost"), "{list}");
    pulled(&mut user, "Parken");
    let held = user.path().join("company/participants/company.localhost/held");
    assert_eq!(std::fs::read_dir(&held).unwrap().count(), 1);
    must(&mut user, "allmende contract end Parken --reason done --home company");
    until_so("the copy is erased", || std::fs::read_dir(&held).unwrap().count() == 0);
    let shown = must(&mut user, "allmende contract show Parken --home company");
    assert!(shown.contains("copy erased"), "{shown}");
}

#[test]
fn help_is_german_where_the_system_is() {
    let mut user = User::new(program());
    let said = must(&mut user, "LANG=de_DE.UTF-8 allmende --help");
    assert!(said.contains("Sachbearbeitung") && !said.contains("Clerk"), "{said}");
    let said = must(&mut user, "LANG=de_DE.UTF-8 allmende --lang en --help");
    assert!(said.contains("Clerk") && !said.contains("Sachbearbeitung"), "{said}");
}
