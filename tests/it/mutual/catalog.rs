//! The catalogue over the real listener: filters that hold across pages, gzip both ways, media types,
//! and what is hidden from one partner.

use std::io::{Read as _, Write as _};

use allmende_tests::cast::{Who, mobility_service};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::listener::Listener;
use allmende_tests::raw::{Client, Told};
use allmende_tests::schema::Standard;
use allmende_tests::story::{described, rule};
use connector::engine::dataset::Described;
use connector::record::dataset::ListedFor;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{BASE, company, listening};

const REQUEST: &str = "/dsp/2025-1/catalog/request";

fn ask(filter: &Value) -> Value {
    json!({
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "@type": "CatalogRequestMessage",
        "filter": filter,
    })
}

/// `count` datasets of Ulm's, of which every third is a timetable.
async fn published(count: usize) -> (Dataspace, Listener) {
    let (space, listener) = listening();
    for number in 0..count {
        let timetable = number % 3 == 0;
        let title =
            if timetable { format!("Timetable {number}") } else { format!("Parking {number}") };
        space.publish(Who::Ulm, Described { title, ..described(&rule()) }).await;
    }
    (space, listener)
}

/// Posts with these further header fields.
async fn post(client: &mut Client, path: &str, fields: &str, body: &[u8]) -> Told {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: ulm.localhost\r\n{fields}Content-Length: {length}\r\n\r\n"
    );
    client.ask(&[head.as_bytes(), body].concat()).await.unwrap()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// The path and query of the page that `Link` names `relation`.
fn page(told: &Told, relation: &str) -> Option<String> {
    // The last field of a name is the one that is kept; both relations are looked for in it.
    let field = told.headers.get("link")?;
    let wanted = format!("rel=\"{relation}\"");
    let link = field.split(", <").find(|link| link.contains(&wanted))?;
    let url = link.trim_start_matches('<').split('>').next()?;
    Some(url.strip_prefix("https://ulm.localhost:9443")?.to_owned())
}

fn titles(told: &Told) -> Vec<String> {
    let body = told.json();
    let datasets = body["dataset"].as_array().cloned().unwrap_or_default();
    datasets.iter().map(|it| it["dct:title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_filter_holds_across_all_pages() {
    let (_space, listener) = published(12).await;
    let mut client = company(&listener).await;
    let filter = json!([{"property": "dct:title", "operator": "contains", "value": "timetable"}]);
    let body = ask(&filter).to_string();
    let json = "Content-Type: application/json\r\n";
    let (mut path, mut found, mut pages) = (format!("{REQUEST}?limit=3"), Vec::new(), 0);
    loop {
        let told = post(&mut client, &path, json, body.as_bytes()).await;
        assert_eq!(told.status, 200, "{path}");
        found.extend(titles(&told));
        pages += 1;
        let Some(next) = page(&told, "next") else { break };
        // The page belongs to that filter, and to no other.
        for other in [json!([]), json!([{"property": "@id", "operator": "eq", "value": "x"}])] {
            let told = post(&mut client, &next, json, ask(&other).to_string().as_bytes()).await;
            assert_eq!(
                (told.status, &told.json()["code"]),
                (400, &json!("page-of-another-filter"))
            );
        }
        path = next;
    }
    found.sort();
    assert_eq!(pages, 2);
    assert_eq!(found, ["Timetable 0", "Timetable 3", "Timetable 6", "Timetable 9"]);
}

#[tokio::test]
async fn a_filter_that_is_not_understood_is_refused_with_the_standards_error() {
    let (_space, listener) = published(1).await;
    let mut client = company(&listener).await;
    for (filter, status) in [
        (json!([]), 200),
        (
            json!([{"filterExpression": [
            {"operandLeft": "title", "operator": "like", "operandRight": "Time%"}]}]),
            200,
        ),
        (json!([{"property": "dct:publisher", "operator": "eq", "value": "Ulm"}]), 400),
        (json!([{"offset": 5, "filterExpression": []}]), 400),
        (json!(["title = 'a'"]), 400),
        (json!({"property": "dct:title"}), 400),
    ] {
        let told = client.post("/catalog/request", &ask(&filter)).await;
        assert_eq!(told.status, status, "{filter}: {:?}", told.json());
        if status == 400 {
            assert_eq!(told.json()["@type"], "CatalogError");
            if let Some(standard) = Standard::open() {
                standard.check("catalog/catalog-error-schema", &told.json());
            }
        }
    }
}

#[tokio::test]
async fn a_catalogue_is_packed_for_whom_it_is_welcome_and_the_same() {
    let (_space, listener) = published(8).await;
    let mut client = company(&listener).await;
    let (json, body) = ("Content-Type: application/json\r\n", ask(&json!([])).to_string());
    let plain = post(&mut client, REQUEST, json, body.as_bytes()).await;
    assert!(!plain.headers.contains_key("content-encoding"));
    let fields = format!("{json}Accept-Encoding: gzip;q=0.8\r\n");
    let packed = post(&mut client, REQUEST, &fields, body.as_bytes()).await;
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert!(packed.body.len() < plain.body.len() / 2);
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain.body);
    let id = plain.json()["dataset"][0]["@id"].as_str().unwrap().to_owned();
    let get = format!(
        "GET {BASE}/catalog/datasets/{id} HTTP/1.1\r\nHost: ulm.localhost\r\n\
         Accept-Encoding: identity\r\n\r\n"
    );
    let told = client.ask(get.as_bytes()).await.unwrap();
    assert_eq!((told.status, told.headers.get("content-encoding")), (200, None));
}

#[tokio::test]
async fn a_body_comes_packed_or_not_within_the_same_bounds_and_as_json_alone() {
    let (_space, listener) = published(1).await;
    let good = ask(&json!([])).to_string().into_bytes();
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    let (json, ld) = ("application/json", "application/ld+json");
    let broken = gzip(&good)[..20].to_vec();
    for (media_type, coding, body, status, code) in [
        (Some(json), None, good.clone(), 200, None),
        (Some("application/json; charset=utf-8"), None, good.clone(), 200, None),
        (Some("Application/LD+JSON;profile=\"x\""), None, good.clone(), 200, None),
        (Some(ld), Some("gzip"), gzip(&good), 200, None),
        (Some(json), Some("identity"), good.clone(), 200, None),
        (Some(json), Some("GZIP"), gzip(&good), 200, None),
        (Some(json), Some("gzip"), good.clone(), 400, Some("body-broken")),
        (Some(json), Some("gzip"), broken, 400, Some("body-broken")),
        (Some(json), Some("gzip"), bomb, 413, Some("body-too-large")),
        (Some(json), Some("br"), good.clone(), 415, Some("content-coding")),
        (Some(json), Some("gzip, gzip"), gzip(&gzip(&good)), 415, Some("content-coding")),
        (None, None, good.clone(), 415, Some("media-type")),
        (Some("text/plain"), None, good.clone(), 415, Some("media-type")),
        (Some("application/jsonp"), None, good.clone(), 415, Some("media-type")),
    ] {
        let mut client = company(&listener).await;
        let mut fields = String::new();
        for (name, value) in [("Content-Type", media_type), ("Content-Encoding", coding)] {
            if let Some(value) = value {
                fields.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let told = post(&mut client, REQUEST, &fields, &body).await;
        assert_eq!(told.status, status, "{media_type:?} {coding:?}");
        if let Some(code) = code {
            let told = told.json();
            assert_eq!(told["code"], code, "{media_type:?} {coding:?}");
            assert_eq!(told["@type"], "CatalogError");
        }
    }
    for (path, expected) in [
        ("/negotiations/request", "ContractNegotiationError"),
        ("/transfers/request", "TransferError"),
    ] {
        let mut client = company(&listener).await;
        let told = client.post_as(&format!("{BASE}{path}"), "text/plain", b"{}").await;
        assert_eq!((told.status, &told.json()["@type"]), (415, &json!(expected)));
    }
}

#[tokio::test]
async fn whatever_a_reader_accepts_the_answer_is_json() {
    let (_space, listener) = published(1).await;
    let mut client = company(&listener).await;
    let body = ask(&json!([])).to_string();
    for accept in ["application/json", "application/ld+json", "*/*", "text/html", "image/png;q=1"] {
        let fields = format!("Content-Type: application/json\r\nAccept: {accept}\r\n");
        let told = post(&mut client, REQUEST, &fields, body.as_bytes()).await;
        assert_eq!(told.status, 200, "{accept}");
        assert_eq!(told.headers["content-type"], "application/json", "{accept}");
    }
}

#[tokio::test]
async fn whom_a_rule_gives_no_contract_is_told_what_is_missing_and_the_standard_holds() {
    let (space, listener) = listening();
    let shown = space.publish(Who::Ulm, described(&rule())).await;
    let mut firm = Client::of(Who::Firm, Who::Ulm, listener.address).await.unwrap();
    let told = firm.post("/catalog/request", &ask(&json!([]))).await.json();
    let alone = firm.get(&format!("{BASE}/catalog/datasets/{}", shown.id)).await.json();
    for dataset in [&told["dataset"][0], &alone] {
        assert_eq!(dataset["https://w3id.org/allmende/v1/refusedNow"], json!(["not-vetted"]));
        let operands = json!(["https://w3id.org/allmende/v1/vettedAs"]);
        assert_eq!(dataset["https://w3id.org/allmende/v1/missing"], operands);
    }
    if let Some(standard) = Standard::open() {
        standard.check("catalog/catalog-schema", &told);
        standard.check("catalog/dataset-schema", &alone);
    }
    let mut company = company(&listener).await;
    let told = company.post("/catalog/request", &ask(&json!([]))).await.json();
    assert!(told["dataset"][0].get("https://w3id.org/allmende/v1/refusedNow").is_none());
}

#[tokio::test]
async fn a_partner_may_see_nothing_and_what_is_hidden_looks_like_nothing() {
    let by_setting = Described { listed_for: ListedFor::Permitted, ..described(&rule()) };
    let seen_by = format!("visible-to={}", mobility_service());
    let by_rule = described(&["members".to_owned(), seen_by]);
    for hidden in [by_setting, by_rule] {
        look_for(hidden).await;
    }
}

/// The firm, which is vetted as nothing, sees nothing of it; the company sees it.
async fn look_for(hidden: Described) {
    let (space, listener) = listening();
    let hidden = space.publish(Who::Ulm, hidden).await;
    let mut firm = Client::of(Who::Firm, Who::Ulm, listener.address).await.unwrap();
    let told = firm.post("/catalog/request", &ask(&json!([]))).await;
    assert_eq!(told.status, 200);
    assert_eq!(told.json().get("dataset"), None, "an empty list is no catalogue");
    assert_eq!(told.json()["service"].as_array().unwrap().len(), 1);
    if let Some(standard) = Standard::open() {
        standard.check("catalog/catalog-schema", &told.json());
    }
    let seen = firm.get(&format!("{BASE}/catalog/datasets/{}", hidden.id)).await;
    let unknown = firm.get(&format!("{BASE}/catalog/datasets/urn:uuid:unknown")).await;
    assert_eq!((seen.status, &seen.body), (404, &unknown.body));
    assert_eq!(unknown.status, 404);
    let mut company = company(&listener).await;
    let told = company.post("/catalog/request", &ask(&json!([]))).await;
    assert_eq!(told.json()["dataset"].as_array().unwrap().len(), 1);
}
