//! Catalogues of partners that are made otherwise than ours, on the command line: other dialects of
//! paging, a filter that is not known, answers as gzip, catalogues inside catalogues.

use std::io::Write as _;

use allmende_tests::https::Request;
use allmende_tests::liar::{Liar, Trap};
use allmende_tests::machines::{Machine, Machines};
use allmende_tests::program::{Ran, read_by_a_person};
use allmende_tests::schema::Standard;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

const COMPANY: &str = "company.localhost";
const CATALOG: &str = "/dsp/2025-1/catalog/request";
const OK: &str = "200 OK\r\nContent-Type: application/json";
const OFFSET: &str = "https://w3id.org/edc/v0.0.1/ns/offset";

/// Ulm, and somebody in the place of a company, whose catalogue a test makes.
struct Stage {
    _machines: Machines,
    ulm: Machine,
    company: Machine,
    liar: Liar,
}

impl Stage {
    fn new() -> Self {
        let machines = Machines::found();
        let mut company = machines.join("company", &[COMPANY]);
        // Joined later, it knows of the company from its first list on.
        let ulm = machines.join("ulm", &["ulm.localhost"]);
        let liar = Liar::instead_of(&mut company, COMPANY);
        let entry = json!({"version": "2025-1", "path": "/dsp/2025-1", "binding": "HTTPS"});
        liar.say("/.well-known/dspace-version", OK, &json!({"protocolVersions": [entry]}));
        Self { _machines: machines, ulm, company, liar }
    }

    /// A catalogue of the company's with these datasets.
    fn catalog(&self, numbers: impl Iterator<Item = usize>) -> Value {
        let mut catalog = json!({
            "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
            "@id": "urn:uuid:catalog", "@type": "Catalog",
            "participantId": self.company.did(COMPANY).to_string(),
        });
        let datasets: Vec<Value> = numbers.map(dataset).collect();
        if !datasets.is_empty() {
            catalog["dataset"] = datasets.into();
        }
        catalog
    }

    /// What the company says to this catalogue request.
    fn says(&self, say: impl Fn(Vec<Value>) -> (String, Value) + Send + Sync + 'static) {
        self.liar.say_by(CATALOG, move |request| {
            let (head, body) = say(filter(request));
            (head, body.to_string().into_bytes())
        });
    }

    fn run(&self, more: &[&str]) -> Ran {
        self.ulm.run(&[&["catalog", COMPANY], more].concat())
    }

    fn person(&self, more: &[&str]) -> Ran {
        read_by_a_person(&self.ulm.home, &[&["catalog", COMPANY], more].concat())
    }

    fn refused(&self) -> (String, String) {
        let (_, error) = self.run(&[]).refused();
        (error["code"].as_str().unwrap().to_owned(), error.to_string())
    }

    /// The filters of the requests to `path` since there were `before`.
    fn filters(&self, before: usize) -> Vec<Vec<Value>> {
        self.liar.heard(CATALOG)[before..].iter().map(filter).collect()
    }

    fn heard(&self) -> usize {
        self.liar.heard(CATALOG).len()
    }
}

fn dataset(number: usize) -> Value {
    json!({
        "@id": format!("urn:uuid:dataset-{number:05}"), "@type": "Dataset",
        "dct:title": format!("Dataset {number}"),
        "hasPolicy": [{
            "@id": "urn:uuid:offer", "@type": "Offer", "permission": [{"action": "use"}],
        }],
        "distribution": [{
            "@type": "Distribution", "format": "HttpData-PULL", "accessService": "urn:uuid:service",
        }],
    })
}

fn filter(request: &Request) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    if let Some(standard) = Standard::open() {
        standard.check("catalog/catalog-request-message-schema", &body);
    }
    body["filter"].as_array().cloned().unwrap_or_default()
}

/// The numbers of the datasets that are shown.
fn numbers(view: &Value) -> Vec<usize> {
    let offers = view["offers"].as_array().unwrap().iter();
    let titles = offers.map(|offer| offer["title"].as_str().unwrap().to_owned());
    titles.map(|title| title.strip_prefix("Dataset ").unwrap().parse().unwrap()).collect()
}

/// A page's `Link` fields.
fn linked(links: &[(&str, &str)]) -> String {
    let links = links.iter().map(|(url, relation)| format!("<{url}>; rel=\"{relation}\""));
    format!("{OK}\r\nLink: {}", links.collect::<Vec<_>>().join(", "))
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

impl Stage {
    fn links_are_followed(&self) {
        let authority = format!("https://{COMPANY}:{}", self.company.mutual().port());
        for prefix in [&*authority, ""] {
            let page = |token| format!("{prefix}{CATALOG}?continuationToken={token}");
            let (two, three) = (page("Mg=="), page("Mw=="));
            let first = linked(&[(&two, "next")]);
            let second = linked(&[(&page("MQ=="), "prev"), (&three, "next")]);
            let third = linked(&[(&two, "previous")]);
            self.liar.say(CATALOG, &first, &self.catalog(0..3));
            let at = |token| format!("{CATALOG}?continuationToken={token}");
            self.liar.say(&at("Mg=="), &second, &self.catalog(3..6));
            self.liar.say(&at("Mw=="), &third, &self.catalog(6..7));
            let view = self.run(&[]).done();
            assert_eq!(numbers(&view), (0..7).collect::<Vec<_>>(), "{prefix}");
            let asked = |path: &str| self.liar.heard(path).pop().unwrap();
            // Each page is asked for with the body of the first.
            let (one, other) = (asked(CATALOG), asked(&at("Mw==")));
            assert_eq!((&*other.method, &other.body), ("POST", &one.body));
        }
    }

    fn loops_are_found(&self) {
        let page = |token: &str| format!("{CATALOG}?continuationToken={token}");
        let say = |path: &str, next: &str| {
            self.liar.say(path, &linked(&[(next, "next")]), &self.catalog(0..2));
        };
        for (first, a, b) in [(CATALOG, "", ""), ("a", "a", ""), ("a", "b", "a"), ("a", "b", "")] {
            let to = |it: &str| match it {
                "" | CATALOG => CATALOG.to_owned(),
                token => page(token),
            };
            say(CATALOG, &to(first));
            say(&page("a"), &to(a));
            say(&page("b"), &to(b));
            let before = self.heard();
            assert_eq!(self.refused().0, "page-loop", "{first} {a} {b}");
            assert!(self.heard() - before < 3, "{first} {a} {b}");
        }
    }

    fn offsets_are_followed(&self) {
        for (all, requests) in [(120, 3), (100, 3), (50, 2), (49, 1), (0, 1)] {
            let catalogs: Vec<Value> = (0..4)
                .map(|page| self.catalog((page * 50).min(all)..(page * 50 + 50).min(all)))
                .collect();
            self.says(move |filter| {
                let offset = filter.first().map_or(0, |query| query[OFFSET].as_u64().unwrap());
                (OK.to_owned(), catalogs[usize::try_from(offset).unwrap() / 50].clone())
            });
            let before = self.heard();
            let view = self.run(&[]).done();
            assert_eq!(numbers(&view), (0..all).collect::<Vec<_>>());
            assert_eq!(self.heard() - before, requests, "{all}");
        }
    }

    /// A partner that knows no offsets says everything at once, which may be fifty datasets.
    fn no_offsets_are_needed(&self) {
        for refuses in [true, false] {
            let catalog = self.catalog(0..50);
            self.says(move |filter| {
                let refused = refuses && !filter.is_empty();
                (if refused { "400 No".to_owned() } else { OK.to_owned() }, catalog.clone())
            });
            let before = self.heard();
            let view = self.run(&[]).done();
            assert_eq!(numbers(&view), (0..50).collect::<Vec<_>>(), "{refuses}");
            assert_eq!(self.heard() - before, 2, "{refuses}");
        }
    }

    fn an_unknown_filter_is_kept_here(&self) {
        let catalog = self.catalog(0..9);
        self.says(move |filter| {
            (if filter.is_empty() { OK.to_owned() } else { "400 No".to_owned() }, catalog.clone())
        });
        let before = self.heard();
        let view = self.run(&["--filter", "title~set 7"]).done();
        assert_eq!((numbers(&view), &view["filteredHere"]), (vec![7], &json!(true)));
        let asked: Vec<usize> = self.filters(before).iter().map(Vec::len).collect();
        assert_eq!(asked, [1, 0], "with the filter, and then without");
        for (lang, words) in [
            ("en", "the partner does not know this filter"),
            ("de", "Der Partner kennt diesen Filter nicht"),
        ] {
            let said = self.person(&["--filter", "title~set 7", "--lang", lang]);
            assert!(said.stderr.contains(words), "{said:?}");
            let shown = String::from_utf8(said.stdout).unwrap();
            assert!(shown.contains("Dataset 7") && !shown.contains("Dataset 8"), "{shown}");
        }
        // One that takes it is believed as little: what does not fit is not shown.
        let catalog = self.catalog(0..9);
        self.says(move |_| (OK.to_owned(), catalog.clone()));
        let view = self.run(&["--filter", "title~set 7"]).done();
        assert_eq!((numbers(&view), &view["filteredHere"]), (vec![7], &Value::Null));
        assert_eq!(self.person(&["--filter", "title~set 7"]).stderr, "");
    }

    fn packed_answers_are_read_within_bounds(&self) {
        let good = gzip(self.catalog(0..3).to_string().as_bytes());
        let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
        assert!(bomb.len() < 128 * 1024, "it looks harmless");
        let plain = self.catalog(0..3).to_string().into_bytes();
        for (coding, body, expected) in [
            ("gzip", good.clone(), None),
            ("GZIP", good.clone(), None),
            ("identity", plain.clone(), None),
            ("gzip", bomb, Some("answer-too-large")),
            ("gzip", good[..good.len() / 2].to_vec(), Some("answer-coding")),
            ("gzip", plain, Some("answer-coding")),
            ("br", good.clone(), Some("answer-coding")),
            ("gzip, gzip", gzip(&good), Some("answer-coding")),
        ] {
            let head = format!("{OK}\r\nContent-Encoding: {coding}");
            self.liar.say_by(CATALOG, move |request| {
                assert_eq!(request.field("accept-encoding"), Some("gzip"));
                (head.clone(), body.clone())
            });
            match expected {
                None => assert_eq!(numbers(&self.run(&[]).done()), [0, 1, 2], "{coding}"),
                Some(code) => assert_eq!(self.refused().0, code, "{coding}"),
            }
        }
    }

    fn a_catalogue_of_another_participant_is_not_shown(&self) {
        let ulm = self.ulm.did("ulm.localhost").to_string();
        for other in [ulm.as_str(), "did:web:company.localhost", "company.localhost", "BPNL1"] {
            let mut catalog = self.catalog(0..1);
            catalog["participantId"] = json!(other);
            self.liar.say(CATALOG, OK, &catalog);
            assert_eq!(self.refused().0, "catalog-of-another", "{other}");
        }
    }

    fn nested_catalogues_are_named_and_not_called(&self) {
        let trap = Trap::default();
        let address = format!("https://{COMPANY}:{}/dsp", trap.port());
        let inner = json!({
            "@id": "urn:uuid:inner", "@type": "Catalog", "dct:title": "Region\u{1b}[31m",
            "distribution": [{"@type": "Distribution", "format": "Catalog", "accessService": {
                "@id": "urn:uuid:s", "@type": "DataService", "endpointURL": address}}],
        });
        let mut catalog = self.catalog(0..1);
        catalog["catalog"] = json!([inner, {
            "@id": "urn:uuid:listed", "@type": "Catalog", "dataset": [dataset(1), dataset(2)],
        }]);
        self.liar.say(CATALOG, OK, &catalog);
        let view = self.run(&[]).done();
        assert_eq!(numbers(&view), [0], "their datasets are not this catalogue's");
        let expected = json!([
            {"id": "urn:uuid:inner", "title": "Region\u{1b}[31m", "address": address, "datasets": 0},
            {"id": "urn:uuid:listed", "title": "urn:uuid:listed", "datasets": 2},
        ]);
        assert_eq!(view["catalogs"], expected);
        for (lang, label, at) in
            [("en", "also catalogued", "at"), ("de", "auch im Katalog", "unter")]
        {
            let shown = String::from_utf8(self.person(&["--lang", lang]).stdout).unwrap();
            let mut lines = shown.lines().filter(|line| line.starts_with(label));
            let (one, two) = (lines.next().unwrap(), lines.next().unwrap());
            assert!(one.contains("Region") && one.ends_with(&format!(" {at} {address}")), "{one}");
            assert!(two.ends_with("urn:uuid:listed") && !shown.contains('\u{1b}'), "{shown}");
        }
        assert_eq!(trap.calls(), []);
        catalog["catalog"][1]["service"] = json!([{"@id": "urn:uuid:s"}]);
        self.liar.say(CATALOG, OK, &catalog);
        let (code, words) = self.refused();
        assert_eq!(code, "catalog-unreadable");
        assert!(words.contains("/catalog/1/service/0/@type"), "{words}");
    }
}

#[test]
fn a_partners_pages_are_read_to_their_end_in_whatever_dialect() {
    let stage = Stage::new();
    stage.links_are_followed();
    stage.loops_are_found();
    stage.offsets_are_followed();
    stage.no_offsets_are_needed();
}

#[test]
fn a_partner_may_know_no_filter_pack_its_answers_and_name_other_catalogues() {
    let stage = Stage::new();
    stage.an_unknown_filter_is_kept_here();
    stage.packed_answers_are_read_within_bounds();
    stage.nested_catalogues_are_named_and_not_called();
    stage.a_catalogue_of_another_participant_is_not_shown();
}
