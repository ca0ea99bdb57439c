//! The standard's own schemas as judges. They lie outside the repository; where they are missing,
//! this is said loudly.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jsonschema::{Draft, Registry, Resource};
use serde_json::Value;

const BASE: &str = "https://w3id.org/dspace/2025/1/";

/// The standard's schemas by part and name.
#[derive(Debug)]
pub struct Standard {
    schemas: BTreeMap<String, Value>,
}

impl Standard {
    /// Reads the schemas, or says that they are not there.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub fn open() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/dsp");
        if !folder.is_dir() {
            eprintln!("SKIPPED: the standard's schemas are not at {}", folder.display());
            return None;
        }
        let mut schemas = BTreeMap::new();
        for part in ["catalog", "common", "negotiation", "transfer"] {
            for file in fs::read_dir(folder.join(part)).unwrap() {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if let Some(name) = name.strip_suffix(".json") {
                    // Three schemas refer to `#definitions/…`, which is no JSON pointer.
                    let text = fs::read_to_string(&path).unwrap();
                    let text = text.replace("json#definitions/", "json#/definitions/");
                    schemas.insert(format!("{part}/{name}"), serde_json::from_str(&text).unwrap());
                }
            }
        }
        Some(Self { schemas })
    }

    /// Asserts that a body keeps the schema `name`, such as `transfer/transfer-error-schema`.
    pub fn check(&self, name: &str, body: &Value) {
        let resources = self.schemas.iter().map(|(name, schema)| {
            (format!("{BASE}{name}.json"), Resource::from_contents(schema.clone()))
        });
        let registry = Registry::new().extend(resources).unwrap().prepare().unwrap();
        let validator = jsonschema::options()
            .with_draft(Draft::Draft201909)
            .with_registry(&registry)
            .build(&self.schemas[name])
            .unwrap();
        let problems: Vec<String> = validator.iter_errors(body).map(|it| it.to_string()).collect();
        assert!(problems.is_empty(), "{name}: {problems:?}\n{body:#}");
    }
}
