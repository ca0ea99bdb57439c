//! What the queries of the calls say, and the body that says nothing.

use jiff::Timestamp;
use serde::Deserialize;
use wire::json::{self, Limits};

use crate::engine::catalog::filter::Filter;
use crate::management::complaint::Complaint;
use crate::management::view::{ContractId, PeerName};

/// The body `{}` of a call that needs no more than its path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AnchorsQuery {
    pub(super) members: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CatalogQuery {
    pub(super) peer: PeerName,
    pub(super) page: Option<String>,
    pub(super) filter: Option<String>,
}

impl CatalogQuery {
    /// What is written as JSON, as the member `filter` of a catalogue request.
    pub(super) fn filter(&self) -> Result<Filter, Complaint> {
        let invalid =
            |problem: String| Complaint::QueryInvalid { problem: format!("filter: {problem}") };
        let Some(text) = &self.filter else { return Ok(Filter::default()) };
        let read = json::parse(text.as_bytes(), &Limits::message());
        let entries = read.map_err(|error| invalid(error.to_string()))?;
        let entries = entries.as_array().ok_or_else(|| invalid("no array".to_owned()))?;
        Filter::read(entries).map_err(|error| invalid(error.to_string()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeliveriesQuery {
    pub(super) contract: Option<ContractId>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ExplainQuery {
    pub(super) at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LogQuery {
    pub(super) from: Option<u64>,
    pub(super) count: Option<u16>,
    pub(super) contract: Option<ContractId>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct WaitQuery {
    pub(super) wait: Option<u16>,
    pub(super) seen: Option<u64>,
}
