//! The management listener from outside: every call under every role, across the line between two
//! participants, and what is refused before any call is made.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::test::{self, TestRequest};
use serde_json::{Value, json};

use super::*;
use crate::management::actor::AccountRole;
use crate::management::fixture::{FixtureDesk, neu_ulm, ulm};
use crate::management::token::Token;

const ULM: &str = "did%3Aweb%3Aulm.localhost%253A9444";
const NEU_ULM: &str = "did%3Aweb%3Aneu-ulm.localhost%253A9444";
const PORT: u16 = 8180;

fn url(participant: &str, operation: Operation) -> String {
    let (_, path) = operation.route();
    let query = match path {
        "/catalog" => "?peer=neu-ulm.localhost",
        "/authority/anchors" => "?members=neu-ulm.localhost,did%3Aweb%3Aa.example",
        _ => "",
    };
    let id = match path {
        "/accounts/{id}" => "anna",
        path if path.starts_with("/authority/members/") => "company.localhost",
        "/partners/{id}/program" => "company.localhost",
        _ => "urn%3Auuid%3A1",
    };
    let path = path.replace("{id}", id);
    format!("{}{path}{query}", PARTICIPANT_PATH.replace("{participant}", participant))
}

fn body(operation: Operation) -> Value {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls take `{}` or nothing")]
    match operation {
        Operation::AddAccount => json!({"name": "anna", "roles": ["clerk"]}),
        Operation::AddDataset | Operation::ReplaceDataset => json!({
            "title": "Parking",
            "source": {"kind": "file", "path": "parking.csv"},
            "mediaType": "text/csv",
            "rule": {"kind": "sentences", "sentences": [
                {"kind": "until", "until": "2026-12-31+01:00"},
                {"kind": "vetted-as", "kinds": ["mobility-service"]},
                {"kind": "partners", "partners": ["did:web:a.example"]},
                {"kind": "purpose", "purpose": "traffic-planning"},
            ]},
        }),
        Operation::EndContract
        | Operation::RejectContract
        | Operation::RevokeMember
        | Operation::SuspendDelivery
        | Operation::SuspendMember => json!({"reason": "enough"}),
        Operation::InviteMember => json!({"did": "did:web:a.example", "name": "A"}),
        Operation::CounterContract | Operation::OfferContract => {
            let until = json!({"kind": "until", "until": "2026-12-31"});
            json!({"terms": {"kind": "sentences", "sentences": [until]}})
        }
        Operation::ProposeContract => json!({"peer": "neu-ulm.localhost", "dataset": "d1"}),
        Operation::VetMember => json!({"kinds": ["mobility-service"]}),
        Operation::ExportLog => json!({"scope": {"kind": "all"}, "name": "march"}),
        Operation::RequestContract => json!({"peer": "neu-ulm.localhost", "dataset": "d1"}),
        _ => json!({}),
    }
}

fn request(operation: Operation, participant: &str, token: Option<&Token>) -> TestRequest {
    let (method, _) = operation.route();
    let mut request = TestRequest::default()
        .method(method.name().parse().unwrap())
        .uri(&url(participant, operation))
        .insert_header(("host", "127.0.0.1:8180"));
    if let Some(token) = token {
        request = request.insert_header(("authorization", format!("Bearer {}", token.reveal())));
    }
    if method.has_body() {
        request = request
            .insert_header(("content-type", "application/json"))
            .set_payload(body(operation).to_string());
    }
    request
}

struct World {
    desk: Arc<FixtureDesk>,
    local: LocalTokens,
    tokens: BTreeMap<&'static str, Token>,
}

fn world() -> World {
    let mut desk = FixtureDesk::default();
    let mut tokens = BTreeMap::new();
    for (number, role) in (1..).zip(AccountRole::ALL) {
        tokens.insert(role.name(), desk.with_account(ulm(), number, &[role]));
    }
    tokens.insert("neu-ulm", desk.with_account(neu_ulm(), 9, &AccountRole::ALL));
    let local = Token::of([77; 32]);
    tokens.insert("local", local.clone());
    World {
        desk: Arc::new(desk),
        local: LocalTokens::of(&BTreeMap::from([(ulm(), local)])),
        tokens,
    }
}

macro_rules! app {
    ($world:expr) => {
        test::init_service(
            App::new()
                .app_data(web::Data::new(Shared::new(
                    Arc::clone(&$world.desk),
                    $world.local.clone(),
                    PORT,
                )))
                .configure(routes::<FixtureDesk>),
        )
        .await
    };
}

macro_rules! answer {
    ($app:expr, $request:expr) => {{
        let response = test::call_service(&$app, $request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, test::read_body(response).await)
    }};
}

#[actix_web::test]
async fn each_call_is_open_to_its_roles_and_to_no_other() {
    let world = world();
    let app = app!(world);
    for operation in Operation::ALL {
        for role in AccountRole::ALL {
            let token = &world.tokens[role.name()];
            let (status, _, body) = answer!(app, request(operation, ULM, Some(token)));
            let calls = world.desk.calls();
            if operation.roles().contains(&role) {
                assert!(status.is_success(), "{operation:?} {role} {status} {body:?}");
                assert_eq!(calls.len(), 1, "{operation:?}");
                assert!(calls[0].starts_with("ulm.localhost account-"), "{calls:?}");
                assert!(calls[0].ends_with(operation.name()), "{calls:?}");
            } else {
                assert_eq!(status, StatusCode::FORBIDDEN, "{operation:?} {role}");
                assert_eq!(code(&body), "role-missing");
                assert_eq!(calls, Vec::<String>::new());
            }
        }
    }
}

#[actix_web::test]
async fn the_local_operator_may_call_everything_of_its_participant() {
    let world = world();
    let app = app!(world);
    for operation in Operation::ALL {
        let token = &world.tokens["local"];
        let (status, ..) = answer!(app, request(operation, ULM, Some(token)));
        assert!(status.is_success(), "{operation:?}");
        assert!(world.desk.calls()[0].contains(" local-operator "));
    }
}

#[actix_web::test]
async fn nothing_is_reached_across_the_line_and_every_refusal_looks_the_same() {
    let world = world();
    let app = app!(world);
    let elsewhere = "did%3Aweb%3Anobody.example";
    let wrong = Token::of([55; 32]);
    for operation in Operation::ALL {
        let mut seen = Vec::new();
        for (participant, token) in [
            (ULM, &world.tokens["neu-ulm"]),
            (NEU_ULM, &world.tokens["local"]),
            (NEU_ULM, &world.tokens["operator"]),
            (elsewhere, &world.tokens["local"]),
            (ULM, &wrong),
            ("not-a-did", &world.tokens["local"]),
        ] {
            let (status, headers, body) =
                answer!(app, request(operation, participant, Some(token)));
            assert_eq!(status, StatusCode::NOT_FOUND, "{operation:?} {participant}");
            seen.push((format!("{headers:?}"), body));
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{operation:?}");
        assert_eq!(world.desk.calls(), Vec::<String>::new());
    }
}

#[actix_web::test]
async fn nothing_is_answered_without_a_token_to_a_foreign_page_or_under_a_foreign_name() {
    let world = world();
    let app = app!(world);
    let token = &world.tokens["local"];
    for operation in Operation::ALL {
        let good = || request(operation, ULM, Some(token));
        for (request, status, expected) in [
            (request(operation, ULM, None), 401, "token-missing"),
            (good().insert_header(("host", "evil.example")), 403, "host-foreign"),
            (good().insert_header(("origin", "https://evil.example")), 403, "cross-site"),
            (good().insert_header(("sec-fetch-site", "cross-site")), 403, "cross-site"),
        ] {
            let (found, headers, body) = answer!(app, request);
            assert_eq!((found.as_u16(), &*code(&body)), (status, expected), "{operation:?}");
            assert!(!headers.contains_key("access-control-allow-origin"));
        }
    }
    assert_eq!(world.desk.calls(), Vec::<String>::new());
}

#[actix_web::test]
async fn bodies_are_read_strictly() {
    let world = world();
    let app = app!(world);
    let token = &world.tokens["clerk"];
    let good = body(Operation::RequestContract).to_string();
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let large = format!("\"{}\"", "x".repeat(BODY_BYTES_MAX));
    for (media_type, body, status, expected) in [
        ("text/plain", good.as_str(), 415, "media-type"),
        ("application/x-www-form-urlencoded", &good, 415, "media-type"),
        ("application/json; charset=latin1", &good, 415, "media-type"),
        ("application/json", "", 400, "body-invalid"),
        (
            "application/json",
            r#"{"peer":"a.example","peer":"b.example","dataset":"d"}"#,
            400,
            "body-invalid",
        ),
        (
            "application/json",
            r#"{"peer":"a.example","dataset":"d","extra":1}"#,
            400,
            "body-invalid",
        ),
        ("application/json", r#"{"peer":"A b","dataset":"d"}"#, 400, "body-invalid"),
        ("application/json", &deep, 400, "body-invalid"),
        ("application/json", &large, 413, "body-too-large"),
    ] {
        let request = request(Operation::RequestContract, ULM, Some(token))
            .insert_header(("content-type", media_type))
            .set_payload(body.to_owned());
        let (found, _, answer) = answer!(app, request);
        let start: String = body.chars().take(40).collect();
        assert_eq!((found.as_u16(), &*code(&answer)), (status, expected), "{media_type} {start}");
    }
    assert_eq!(world.desk.calls(), Vec::<String>::new());
}

#[actix_web::test]
async fn queries_paths_and_routes_that_do_not_exist_are_refused() {
    let world = world();
    let app = app!(world);
    let base = PARTICIPANT_PATH.replace("{participant}", ULM);
    for (path, status, expected) in [
        (format!("{base}/contracts/x?wait=61"), 400, "query-invalid"),
        (format!("{base}/contracts/x?wiat=1"), 400, "query-invalid"),
        (format!("{base}/contracts?all"), 400, "query-invalid"),
        (format!("{base}/catalog"), 400, "query-invalid"),
        (format!("{base}/contracts/a%20b"), 404, "id-invalid"),
        (format!("{base}/nothing"), 404, "route-unknown"),
        ("/".to_owned(), 404, "route-unknown"),
    ] {
        let request = TestRequest::get()
            .uri(&path)
            .insert_header(("host", "localhost:8180"))
            .insert_header(("authorization", format!("Bearer {}", world.tokens["local"].reveal())));
        let (found, _, body) = answer!(app, request);
        assert_eq!((found.as_u16(), &*code(&body)), (status, expected), "{path}");
    }
}

#[actix_web::test]
async fn a_refusal_says_what_happened_why_and_what_helps() {
    let world = world();
    let app = app!(world);
    let path = format!("{}/contracts/ended/pull", PARTICIPANT_PATH.replace("{participant}", ULM));
    let request = request(Operation::Pull, ULM, Some(&world.tokens["clerk"])).uri(&path);
    let (status, headers, body) = answer!(app, request);
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(headers.get("content-type").unwrap(), "application/problem+json");
    insta::assert_snapshot!(String::from_utf8(body.to_vec()).unwrap(), @r#"{"status":409,"title":"the contract has ended","code":"contract-ended","reason":{"de":"Der Nutzungsvertrag ist beendet.","en":"the contract has ended"},"remedy":{"de":"Einen neuen Nutzungsvertrag anfragen.","en":"request a new contract"}}"#);
}

#[actix_web::test]
async fn the_description_needs_no_token_but_a_local_name() {
    let world = world();
    let app = app!(world);
    let open = TestRequest::get().uri(OPENAPI_PATH);
    let (status, _, body) = answer!(app, open.insert_header(("host", "localhost:8180")));
    assert_eq!(status, StatusCode::OK);
    let document: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["info"]["title"], "Allmende management API");
    let (status, ..) = answer!(app, TestRequest::get().uri(OPENAPI_PATH));
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[std::prelude::v1::test]
fn every_complaint_has_a_line_in_the_table_of_codes() {
    let table = include_str!("../../../../docs/errors.md");
    for complaint in Complaint::samples() {
        let code = Refusal::from(complaint).code;
        assert!(table.contains(&format!("| `{code}` |")), "{code}");
    }
}

fn code(body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body).unwrap()["code"].as_str().unwrap().to_owned()
}
