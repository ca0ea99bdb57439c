//! The standard's schemas and examples as judges. They lie outside the repository; where they are
//! missing, the tests say so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::{Draft, Registry, Resource, Validator};
use serde_json::Value;
use wire::json::{Limits, parse};
use wire::node::Node;

use crate::message::*;

const BASE: &str = "https://w3id.org/dspace/2025/1/";

/// The standard's files, or nothing with a loud word.
pub(super) struct Standard {
    folder: PathBuf,
    schemas: BTreeMap<String, Value>,
}

impl Standard {
    pub(super) fn open() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/dsp");
        if !folder.is_dir() {
            eprintln!("SKIPPED: the standard's schemas are not at {}", folder.display());
            return None;
        }
        let mut schemas = BTreeMap::new();
        for part in ["catalog", "common", "negotiation", "transfer"] {
            for file in std::fs::read_dir(folder.join(part)).unwrap() {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if let Some(name) = name.strip_suffix(".json") {
                    // Three schemas refer to `#definitions/…`, which is no JSON pointer.
                    let text = std::fs::read_to_string(&path).unwrap();
                    let text = text.replace("json#definitions/", "json#/definitions/");
                    let schema = serde_json::from_str(&text).unwrap();
                    schemas.insert(format!("{part}/{name}"), schema);
                }
            }
        }
        assert_eq!(schemas.len(), 26);
        Some(Self { folder, schemas })
    }

    fn validator(&self, name: &str) -> Validator {
        let resources = self.schemas.iter().map(|(name, schema)| {
            let resource = Resource::from_contents(schema.clone());
            (format!("{BASE}{name}.json"), resource)
        });
        let registry = Registry::new().extend(resources).unwrap().prepare().unwrap();
        jsonschema::options()
            .with_draft(Draft::Draft201909)
            .with_registry(&registry)
            .build(&self.schemas[name])
            .unwrap()
    }

    /// Asserts that a body keeps the schema `name`, such as `catalog/catalog-schema`.
    pub(super) fn check(&self, name: &str, body: &Value) {
        let problems: Vec<String> =
            self.validator(name).iter_errors(body).map(|e| e.to_string()).collect();
        assert!(problems.is_empty(), "{name}: {problems:?}\n{body:#}");
    }

    fn example(&self, name: &str) -> Value {
        let bytes = std::fs::read(self.folder.join(name)).unwrap();
        parse(&bytes, &Limits::message()).unwrap()
    }
}

/// Reads a document as what its `@type` says and writes it again.
fn read_and_write(document: &Value) -> Result<Value, MessageError> {
    let node = Node::root(document);
    let kind = document.get("@type").and_then(Value::as_str).unwrap_or("");
    Ok(match kind {
        "CatalogRequestMessage" => CatalogRequestMessage::parse(&node)?.message.to_json(),
        "DatasetRequestMessage" => DatasetRequestMessage::parse(&node)?.message.to_json(),
        "Catalog" => Catalog::parse(&node)?.to_json(),
        "Dataset" => Dataset::parse(&node)?.to_json(),
        "CatalogError" => CatalogError::parse_leniently(&node).to_json(),
        "ContractNegotiation" => ContractNegotiation::parse(&node)?.message.to_json(),
        "ContractNegotiationError" => ContractNegotiationError::parse_leniently(&node).to_json(),
        "TransferProcess" => TransferProcess::parse(&node)?.message.to_json(),
        "TransferError" => TransferError::parse_leniently(&node).to_json(),
        "" => VersionResponse::parse(&node)?.to_json(),
        _ if kind.starts_with("Contract") => NegotiationMessage::parse(&node)?.message.to_json(),
        _ => TransferMessage::parse(&node)?.message.to_json(),
    })
}

#[test]
fn every_example_of_the_standard_is_read_and_written_again_unchanged() {
    let Some(standard) = Standard::open() else { return };
    let mut count = 0;
    for part in ["catalog", "common", "negotiation", "transfer"] {
        for file in std::fs::read_dir(standard.folder.join(part).join("example")).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            if name.ends_with("did-service.json") {
                // Entries of DID documents, which belong to another crate.
                continue;
            }
            let example = standard.example(&format!("{part}/example/{name}"));
            let written = read_and_write(&example).unwrap_or_else(|e| panic!("{name}: {e}"));
            let mut expected = example.clone();
            if name == "catalog-request-message.json" {
                // An empty filter is none, and is not written.
                expected.as_object_mut().unwrap().remove("filter");
            }
            assert_eq!(written, expected, "{name}");
            let schema = match name.trim_end_matches(".json") {
                "nested-catalog" => "catalog",
                "contract-agreement-message-full" => "contract-agreement-message",
                other => other.trim_end_matches("_initial"),
            };
            standard.check(&format!("{part}/{schema}-schema"), &written);
            count += 1;
        }
    }
    assert_eq!(count, 25);
}
