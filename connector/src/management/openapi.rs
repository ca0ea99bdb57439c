//! The OpenAPI document of the management API, made from the table of calls and the views.

mod table;

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
use table::{answer_of, body_of, query_of, summary};

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
