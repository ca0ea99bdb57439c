//! The OpenAPI document of the management API, made from the table of calls and the views.

use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation as Described, OperationBuilder, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem,
    PathsBuilder, Ref, RefOr, Required, ResponseBuilder,
};

use super::operation::{Method, Operation, PARTICIPANT_PATH};
use super::problem::Problem;
use super::view::{
    AcceptanceInput, AcceptanceView, AccountAdded, AccountView, ApprovalView, CatalogView,
    ContractRequest, ContractView, DatasetInput, DatasetView, DeliveryView, DoctorView,
    ExportRequest, ExportView, HandoverView, InvitationInput, InvitationView, KindsInput, LogPage,
    MemberChanged, MembersView, NewAccount, PersonReason, Proposal, StatusView, TermsInput,
};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// A body in a request or an answer.
struct Body {
    schema: RefOr<Schema>,
    register: fn(&mut Schemas),
}

fn one<T: ToSchema>() -> Body {
    Body { schema: Ref::from_schema_name(T::name()).into(), register: register::<T> }
}

fn many<T: ToSchema>() -> Body {
    let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
    Body { schema: Schema::from(items.build()).into(), register: register::<T> }
}

fn register<T: ToSchema>(schemas: &mut Schemas) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// The whole document.
#[must_use]
pub fn document() -> OpenApi {
    let mut schemas: Schemas = Vec::new();
    register::<Problem>(&mut schemas);
    let mut paths = PathsBuilder::new();
    for operation in Operation::ALL {
        for body in [body_of(operation), answer_of(operation)].into_iter().flatten() {
            (body.register)(&mut schemas);
        }
        let (method, path) = operation.route();
        let method = match method {
            Method::Delete => HttpMethod::Delete,
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Put => HttpMethod::Put,
        };
        let item = PathItem::new(method, describe(operation));
        paths = paths.path(format!("{PARTICIPANT_PATH}{path}"), item);
    }
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Allmende management API")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Loopback only. Every call needs a bearer token of the participant in its path.",
                )),
        )
        .paths(paths)
        .components(Some(
            ComponentsBuilder::new()
                .schemas_from_iter(schemas)
                .security_scheme("token", SecurityScheme::Http(token))
                .build(),
        ))
        .security(Some([SecurityRequirement::new("token", Vec::<String>::new())]))
        .build()
}

fn describe(operation: Operation) -> Described {
    let (method, path) = operation.route();
    let roles: Vec<_> = operation.roles().iter().map(|role| role.name()).collect();
    let mut described = OperationBuilder::new()
        .operation_id(Some(operation.name()))
        .summary(Some(summary(operation)))
        .description(Some(format!("Needs one of the roles: {}.", roles.join(", "))))
        .parameter(text("participant", ParameterIn::Path, "The participant's DID."));
    if path.contains("{id}") {
        described = described.parameter(text("id", ParameterIn::Path, "As in the list."));
    }
    for (name, what) in query_of(operation) {
        described = described.parameter(text(name, ParameterIn::Query, what));
    }
    if method.has_body() {
        let schema = body_of(operation).map_or_else(empty_object, |body| body.schema);
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new()
            .content("application/json", content)
            .required(Some(Required::True));
        described = described.request_body(Some(body.build()));
    }
    let success = ResponseBuilder::new().description("Done.");
    let (status, success) = match answer_of(operation) {
        Some(body) => {
            let content = ContentBuilder::new().schema(Some(body.schema)).build();
            ("200", success.content("application/json", content))
        }
        None => ("204", success),
    };
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name())));
    let refusal = ResponseBuilder::new()
        .description("Not done: why, and what to do next.")
        .content("application/problem+json", problem.build());
    described.response(status, success.build()).response("default", refusal.build()).build()
}

fn text(name: &str, place: ParameterIn, what: &str) -> ParameterBuilder {
    let required = if place == ParameterIn::Path || ["members", "peer"].contains(&name) {
        Required::True
    } else {
        Required::False
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(what))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
}

fn empty_object() -> RefOr<Schema> {
    Schema::from(ObjectBuilder::new().schema_type(Type::Object).build()).into()
}

const WAIT: [(&str, &str); 2] = [
    ("wait", "Seconds to hold the answer back, at most 60, until something has changed."),
    ("seen", "The revision (of a delivery: the bytes) that the caller knows."),
];

fn query_of(operation: Operation) -> Vec<(&'static str, &'static str)> {
    match operation {
        Operation::Contract
        | Operation::Delivery
        | Operation::ProposeContract
        | Operation::RequestContract => WAIT.to_vec(),
        Operation::Anchors => {
            vec![("members", "Whose logs the auditor gets: DIDs or host names, with commas.")]
        }
        Operation::Catalog => vec![
            ("peer", "The partner's DID or host name."),
            ("page", "The `next` of the page before, with the same filter."),
            (
                "filter",
                "Comparisons that all must hold: [{\"property\": \"dct:title\", \"operator\": \
                 \"contains\", \"value\": \"…\"}].",
            ),
        ],
        Operation::Deliveries => vec![("contract", "Only of this contract.")],
        Operation::LogEntries => vec![
            ("from", "The first index."),
            ("count", "How many, at most 1000."),
            ("contract", "Only about this contract."),
        ],
        Operation::Acceptance
        | Operation::AddAccount
        | Operation::AddDataset
        | Operation::ApproveContract
        | Operation::ChangeAcceptance
        | Operation::Contracts
        | Operation::CounterContract
        | Operation::DatasetAcceptance
        | Operation::OfferContract
        | Operation::Dataset
        | Operation::Datasets
        | Operation::Doctor
        | Operation::EndContract
        | Operation::ExportLog
        | Operation::ListAccounts
        | Operation::ListApprovals
        | Operation::Members
        | Operation::Pull
        | Operation::Receive
        | Operation::RejectContract
        | Operation::InviteMember
        | Operation::ReinstateMember
        | Operation::RemoveAccount
        | Operation::ReplaceDataset
        | Operation::ResumeDelivery
        | Operation::RevokeMember
        | Operation::Serve
        | Operation::Status
        | Operation::SuspendDelivery
        | Operation::SuspendMember
        | Operation::Unserve
        | Operation::VetMember
        | Operation::WithdrawDataset => Vec::new(),
    }
}

/// What a call takes, beside path and query.
fn body_of(operation: Operation) -> Option<Body> {
    match operation {
        Operation::AddAccount => Some(one::<NewAccount>()),
        Operation::AddDataset | Operation::ReplaceDataset => Some(one::<DatasetInput>()),
        Operation::EndContract
        | Operation::RejectContract
        | Operation::RevokeMember
        | Operation::SuspendDelivery
        | Operation::SuspendMember => Some(one::<PersonReason>()),
        Operation::ExportLog => Some(one::<ExportRequest>()),
        Operation::InviteMember => Some(one::<InvitationInput>()),
        Operation::RequestContract => Some(one::<ContractRequest>()),
        Operation::VetMember => Some(one::<KindsInput>()),
        Operation::ChangeAcceptance | Operation::DatasetAcceptance => {
            Some(one::<AcceptanceInput>())
        }
        Operation::CounterContract | Operation::OfferContract => Some(one::<TermsInput>()),
        Operation::ProposeContract => Some(one::<Proposal>()),
        Operation::Acceptance
        | Operation::Anchors
        | Operation::ApproveContract
        | Operation::Catalog
        | Operation::Contract
        | Operation::Contracts
        | Operation::Dataset
        | Operation::Datasets
        | Operation::Deliveries
        | Operation::Delivery
        | Operation::Doctor
        | Operation::ListAccounts
        | Operation::ListApprovals
        | Operation::LogEntries
        | Operation::Members
        | Operation::Pull
        | Operation::Receive
        | Operation::ReinstateMember
        | Operation::RemoveAccount
        | Operation::ResumeDelivery
        | Operation::Serve
        | Operation::Status
        | Operation::Unserve
        | Operation::WithdrawDataset => None,
    }
}

/// What a call gives back.
fn answer_of(operation: Operation) -> Option<Body> {
    match operation {
        Operation::AddAccount => Some(one::<AccountAdded>()),
        Operation::Acceptance | Operation::ChangeAcceptance => Some(one::<AcceptanceView>()),
        Operation::AddDataset
        | Operation::Dataset
        | Operation::DatasetAcceptance
        | Operation::ReplaceDataset
        | Operation::WithdrawDataset => Some(one::<DatasetView>()),
        Operation::Anchors => Some(Body { schema: empty_object(), register: |_| {} }),
        Operation::ApproveContract
        | Operation::Contract
        | Operation::CounterContract
        | Operation::EndContract
        | Operation::OfferContract
        | Operation::ProposeContract
        | Operation::RejectContract
        | Operation::RequestContract => Some(one::<ContractView>()),
        Operation::Catalog => Some(one::<CatalogView>()),
        Operation::Contracts => Some(many::<ContractView>()),
        Operation::Datasets => Some(many::<DatasetView>()),
        Operation::Deliveries => Some(many::<DeliveryView>()),
        Operation::Delivery
        | Operation::Pull
        | Operation::Receive
        | Operation::ResumeDelivery
        | Operation::SuspendDelivery => Some(one::<DeliveryView>()),
        Operation::Doctor => Some(one::<DoctorView>()),
        Operation::ExportLog => Some(one::<ExportView>()),
        Operation::InviteMember => Some(one::<InvitationView>()),
        Operation::ReinstateMember
        | Operation::RevokeMember
        | Operation::SuspendMember
        | Operation::VetMember => Some(one::<MemberChanged>()),
        Operation::ListAccounts => Some(many::<AccountView>()),
        Operation::ListApprovals => Some(many::<ApprovalView>()),
        Operation::LogEntries => Some(one::<LogPage>()),
        Operation::Members => Some(one::<MembersView>()),
        Operation::RemoveAccount | Operation::Unserve => None,
        Operation::Serve => Some(one::<HandoverView>()),
        Operation::Status => Some(one::<StatusView>()),
    }
}

const fn summary(operation: Operation) -> &'static str {
    match operation {
        Operation::Acceptance => "Show which offers of partners are accepted without a person",
        Operation::ChangeAcceptance => {
            "Change which offers of partners are accepted without a person"
        }
        Operation::CounterContract => "Ask for other terms than those that the provider offers",
        Operation::DatasetAcceptance => {
            "Change which other terms for a dataset are accepted without a person"
        }
        Operation::OfferContract => "Offer other terms than those that the consumer asks for",
        Operation::ProposeContract => "Offer a contract to a partner that has not asked",
        Operation::AddAccount => "Add a named account; its token is shown this once",
        Operation::AddDataset => "Publish a dataset under a rule",
        Operation::Anchors => "Write the keys and heads that an auditor may believe (authority)",
        Operation::ApproveContract => "Agree to a contract that waits for approval",
        Operation::Catalog => "Read a partner's catalogue",
        Operation::Contract => "Show a contract with its deliveries",
        Operation::Contracts => "List contracts, newest first",
        Operation::Dataset => "Show a dataset",
        Operation::Datasets => "List datasets, by title",
        Operation::Deliveries => "List deliveries, newest first",
        Operation::Delivery => "Show a delivery and how far it is",
        Operation::Doctor => "Look for what is wrong",
        Operation::EndContract => "End a contract; running deliveries are cut",
        Operation::ExportLog => "Write an auditor's folder",
        Operation::InviteMember => {
            "Invite somebody into the data space; the code is shown this once (authority)"
        }
        Operation::ListAccounts => "List named accounts",
        Operation::ListApprovals => "List contracts that wait for a person",
        Operation::LogEntries => "Read the log, oldest first",
        Operation::Members => "List the members of the data space",
        Operation::Pull => "Fetch a contract's data",
        Operation::Receive => "Have the provider send a contract's data",
        Operation::ReinstateMember => "Let a suspended member take part again (authority)",
        Operation::RejectContract => "Say no to a contract that waits for approval",
        Operation::RemoveAccount => "Remove a named account",
        Operation::ReplaceDataset => "Publish another version of a dataset",
        Operation::RequestContract => "Ask a partner for a contract",
        Operation::ResumeDelivery => {
            "Let a suspended delivery go on, or ask the partner who suspended it"
        }
        Operation::RevokeMember => "Withdraw a member's certificates for good (authority)",
        Operation::Serve => "Open the local hand-over of a contract's data",
        Operation::Status => "Show how the participant is doing",
        Operation::SuspendDelivery => "Stop a delivery for now; what runs is cut",
        Operation::SuspendMember => "Keep a member out for the time being (authority)",
        Operation::Unserve => "Close the local hand-over of a contract's data",
        Operation::VetMember => "Say as what a member was vetted (authority)",
        Operation::WithdrawDataset => "Withdraw a dataset from the catalogue",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_call_is_described_and_every_reference_leads_somewhere() {
        let document = serde_json::to_value(document()).unwrap();
        for operation in Operation::ALL {
            let (method, path) = operation.route();
            let path = format!("{PARTICIPANT_PATH}{path}");
            let described = &document["paths"][&path][method.name().to_lowercase()];
            assert_eq!(described["operationId"], operation.name(), "{path}");
            assert!(described["responses"]["default"].is_object(), "{path}");
            assert_eq!(described["requestBody"].is_object(), method.has_body(), "{path}");
        }
        let calls: usize = document["paths"]
            .as_object()
            .unwrap()
            .values()
            .map(|p| p.as_object().unwrap().len())
            .sum();
        assert_eq!(calls, Operation::ALL.len());
        check_references(&document, &document);
    }

    fn check_references(document: &Value, node: &Value) {
        match node {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.trim_start_matches('#');
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(|member| check_references(document, member));
            }
            Value::Array(items) => items.iter().for_each(|item| check_references(document, item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
