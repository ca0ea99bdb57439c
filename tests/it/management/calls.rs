//! The calls of the management API as its own OpenAPI document describes them, so that a new call is
//! tried without being listed here; only values of a new form have to be taught to [`example`].

use allmende_tests::local::Ask;
use allmende_tests::machines::Desk;
use protocol::http_path::segment;
use serde_json::{Map, Value, json};

const PARTICIPANT: &str = "/management/v1/participants/{participant}";

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: String,
    /// Below the participant.
    pub(super) path: String,
    /// Parameters of the query that it needs, or that name a thing.
    query: Vec<String>,
    /// Its body, with [`ID`] where an id belongs.
    body: Option<Value>,
}

/// Stands for the id in a body.
const ID: &str = "{id}";

/// Every call that the listener describes.
pub(super) fn calls(desk: &Desk) -> Vec<Call> {
    let address = desk.address().unwrap();
    let ask = Ask::new("GET", "/management/v1/openapi.json").with("Host", &address.to_string());
    let document = ask.send(address).unwrap().json();
    let mut calls = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let below = path.strip_prefix(PARTICIPANT).expect("each call names its participant");
        for (method, described) in methods.as_object().unwrap() {
            let parameters = described["parameters"].as_array().unwrap();
            let query = parameters.iter().filter(|it| it["in"] == "query");
            let query = query.filter(|it| it["required"] == true || it["name"] == "contract");
            let schema = described.pointer("/requestBody/content/application~1json/schema");
            calls.push(Call {
                method: method.to_uppercase(),
                path: below.to_owned(),
                query: query.map(|it| it["name"].as_str().unwrap().to_owned()).collect(),
                body: schema.map(|schema| example(&document, "", schema)),
            });
        }
    }
    calls
}

impl Call {
    /// As `desk` calls it in its own name, about `id` wherever it takes one.
    pub(super) fn by(&self, desk: &Desk, id: &str) -> Ask {
        self.to(desk, desk, id)
    }

    /// The same with the path of `whose`.
    pub(super) fn to(&self, whose: &Desk, desk: &Desk, id: &str) -> Ask {
        let value = |name: &str| if name == "contract" { id } else { "company.localhost" };
        let query: Vec<String> =
            self.query.iter().map(|name| format!("{name}={}", segment(value(name)))).collect();
        let mut path = self.path.replace("{id}", &segment(id));
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let body = self.body.as_ref().map(|body| body.to_string().replace(ID, id));
        let body: Option<Value> = body.map(|body| serde_json::from_str(&body).unwrap());
        let call = desk.call(&self.method, &path, body.as_ref()).unwrap();
        Ask { path: whose.path(&path), ..call }
    }

    /// Whether its path names a thing of the participant's.
    pub(super) fn about_one(&self) -> bool {
        self.path.contains("{id}") && !self.is_office()
    }

    /// Whether an id stands anywhere in it.
    pub(super) fn takes_id(&self) -> bool {
        let body = self.body.as_ref().is_some_and(|body| body.to_string().contains(ID));
        self.path.contains("{id}") || self.is_search() || body
    }

    /// Whether it asks for what concerns a contract.
    fn is_search(&self) -> bool {
        self.query.iter().any(|name| name == "contract")
    }

    /// Whether it is one of an authority's, which nobody here is.
    pub(super) fn is_office(&self) -> bool {
        self.path.starts_with("/authority/")
    }

    /// An id of the same form as `id` that nothing has.
    pub(super) fn unknown(&self, id: &str) -> &'static str {
        if id.starts_with("urn:uuid:") { super::NOTHING } else { "nobody" }
    }
}

/// The least that a schema takes, with values that get as far as looking for the thing.
fn example(document: &Value, name: &str, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(
            document,
            name,
            document.pointer(reference.trim_start_matches('#')).expect("a schema"),
        );
    }
    if let Some(forms) = schema["oneOf"].as_array() {
        // The form about one contract, and the plainest rule.
        let wanted = ["\"contract\"", "\"sentences\""];
        let text = |form: &&Value| wanted.iter().any(|word| form.to_string().contains(word));
        let form = forms.iter().find(text).or(forms.first()).expect("a form");
        return example(document, name, form);
    }
    if let Some(value) = schema["enum"].as_array().and_then(|values| values.first()) {
        return value.clone();
    }
    match (schema["type"].as_str(), name) {
        (Some("object"), _) => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let members = required.iter().filter_map(Value::as_str);
            let member = |name: &str| {
                let value = example(document, name, &schema["properties"][name]);
                (name.to_owned(), value)
            };
            Value::Object(members.map(member).collect::<Map<_, _>>())
        }
        (Some("array"), "roles" | "kinds") => json!([example(document, "kind", &schema["items"])]),
        (Some("array"), _) => json!([]),
        (_, "contract" | "dataset") => json!(ID),
        (_, "peer") => json!("company.localhost"),
        (_, "did") => json!("did:web:a.example"),
        (_, "mediaType") => json!("text/csv"),
        (_, "path") => json!("secret.csv"),
        (_, "kind") => json!("mobility-service"),
        (_, _) => json!("x"),
    }
}
