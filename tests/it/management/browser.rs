//! A web page in the operator's browser that reaches for the management port: by a form, by a script,
//! by a name of its own that it lets point here. Whatever the browser sends along, even the right
//! token, it is refused, told nothing, and nothing has changed.

use allmende_tests::local::Ask;
use allmende_tests::machines::{Desk, Machines};
use serde_json::json;

use super::calls::{Call, calls};
use super::{NOTHING, ULM, everything, send};

/// A header field that gives the page away; `{port}` is the listener's own.
type Sign = (&'static str, &'static str);

/// Names under which a page may reach this machine, and the answer.
const HOSTS: [Sign; 6] = [
    ("Host", "evil.example:{port}"),
    ("Host", "evil.example"),
    ("Host", "ulm.localhost:{port}"),
    ("Host", "localhost.:{port}"),
    ("Host", "127.0.0.1"),
    ("Host", "127.0.0.1:1"),
];

/// Where a page may come from.
const SITES: [Sign; 8] = [
    ("Origin", "https://evil.example"),
    ("Origin", "http://evil.example:{port}"),
    ("Origin", "null"),
    ("Origin", "file://"),
    ("Origin", "http://127.0.0.1:1"),
    ("Origin", "https://127.0.0.1:{port}"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Site", "same-site"),
];

/// What a form or a plain script can send without asking first.
const MEDIA_TYPES: [&str; 5] = [
    "text/plain",
    "text/plain; charset=utf-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json, text/plain",
];

/// What the browser sends along.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Along {
    Nothing,
    Cookie,
    Token,
}

impl Along {
    const ALL: [Self; 3] = [Self::Nothing, Self::Cookie, Self::Token];

    /// The call with this in place of the operator's own token.
    fn with(self, ask: Ask, token: &str) -> Ask {
        match self {
            Self::Nothing => without(ask, "Authorization"),
            Self::Cookie => {
                let cookie = format!("token={token}; allmende={token}; session={token}");
                without(ask, "Authorization").with("Cookie", &cookie)
            }
            Self::Token => ask,
        }
    }
}

fn without(mut ask: Ask, name: &str) -> Ask {
    ask.headers.retain(|(known, _)| known != name);
    ask
}

/// Asserts that the call is refused with this status and code, in an answer that no page can read.
fn refused(desk: &Desk, ask: &Ask, status: u16, code: &str) {
    let told = send(ask, desk);
    let found = (told.status, told.json()["code"].as_str().unwrap_or_default().to_owned());
    assert_eq!(found, (status, code.to_owned()), "{ask:?}");
    let opened = told.headers.keys().find(|name| name.starts_with("access-control-"));
    assert_eq!(opened, None, "{ask:?}");
    assert!(!told.headers.contains_key("set-cookie"), "{ask:?}");
}

fn try_everything(desk: &Desk, call: &Call) {
    let (token, port) = (desk.token().unwrap(), desk.address().unwrap().port().to_string());
    for along in Along::ALL {
        let ask = along.with(call.by(desk, NOTHING), &token);
        for (name, value) in HOSTS {
            let lured = without(ask.clone(), "Host").with(name, &value.replace("{port}", &port));
            refused(desk, &lured, 403, "host-foreign");
        }
        for (name, value) in SITES {
            let lured = ask.clone().with(name, &value.replace("{port}", &port));
            refused(desk, &lured, 403, "cross-site");
        }
        if call.method == "GET" || call.method == "DELETE" {
            continue;
        }
        let body = ask.body.clone().unwrap();
        let bare = without(ask, "Content-Type");
        for media_type in MEDIA_TYPES {
            let posted = bare.clone().sending(media_type, &body);
            match along {
                Along::Token => refused(desk, &posted, 415, "media-type"),
                Along::Nothing | Along::Cookie => refused(desk, &posted, 401, "token-missing"),
            }
        }
    }
}

#[test]
fn a_page_in_the_operators_browser_reads_and_changes_nothing() {
    let machines = Machines::found();
    let town = machines.join("ulm", &[ULM]);
    let desk = town.desk(ULM);
    let calls = calls(&desk);
    let before = everything(&desk, &calls);
    let size = desk.get("/log")["size"].as_u64();
    for call in &calls {
        try_everything(&desk, call);
        // Whether a page may ask at all is asked first, and never allowed.
        let origin = ("Origin", "https://evil.example");
        let mut ask = call.by(&desk, NOTHING).with(origin.0, origin.1);
        ask = ask.with("Access-Control-Request-Method", &call.method);
        ask = Along::Nothing.with(Ask { method: "OPTIONS".to_owned(), body: None, ..ask }, "");
        refused(&desk, &ask, 403, "cross-site");
    }
    assert_eq!(everything(&desk, &calls), before);
    let people = |entry: &&serde_json::Value| entry["kind"] == "administrator-action";
    let log = desk.get(&format!("/log?from={}&count=1000", size.unwrap()));
    assert_eq!(log["entries"].as_array().unwrap().iter().filter(people).count(), 0);
    // The same call without a page in between is done.
    let account = json!({"name": "anna", "roles": ["clerk"]});
    let own = desk.call("POST", "/accounts", Some(&account)).unwrap();
    let origin = format!("http://{}", desk.address().unwrap());
    assert_eq!(send(&own.with("Origin", &origin), &desk).status, 200);
}
