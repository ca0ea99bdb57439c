//! An authority's process: the same connector, with the office beside it.

use std::sync::Arc;

use wire::dataspace::DataspaceId;
use wire::did::Did;

use super::node::{Node, StartError};
use super::parts::Product;
use crate::authority::{Authority, Change, Made, NotRecorded, Record};
use crate::clock::SystemClock;
use crate::engine::Engine;
use crate::engine::foreign::Deed;
use crate::ids::SystemIds;
use crate::store::{Batch, Embedded};
use crate::trust::OnChange;

/// The product's authority.
pub type ProductAuthority = Authority<Embedded, SystemClock, SystemIds, LogBook>;

/// Writes the authority's changes into its participant's log.
#[derive(Debug)]
pub struct LogBook {
    engine: Arc<Engine<Product>>,
    authority: Did,
    dataspace: DataspaceId,
}

impl Record for LogBook {
    async fn record(&self, batch: &mut Batch, change: &Change) -> Result<(), NotRecorded> {
        let deed = deed(change);
        let added = self.engine.add_entry(&self.authority, &self.dataspace, batch, &deed).await;
        // The sequencer looks at what is durable: telling it early costs one look.
        self.engine.appended(&self.authority);
        added.map_err(|error| NotRecorded { words: error.to_string() })
    }
}

/// Opens the office of the authority in `node`, if it is one.
///
/// # Errors
/// When its files or its store cannot be used.
pub async fn open(
    node: &Node,
    on_change: OnChange,
) -> Result<Option<ProductAuthority>, StartError> {
    let Some(settings) = node.config.authority.clone() else { return Ok(None) };
    let Some(participant) = node.engine.hosted().iter().next().cloned() else {
        return Err(StartError::NoParticipant);
    };
    let authority = participant.did().clone();
    let dataspace = crate::trust::dataspace_of(&authority)
        .map_err(|source| StartError::Trust { participant: authority.clone(), source })?;
    let record = LogBook { engine: node.engine.clone(), authority, dataspace };
    let made = Made {
        store: node.engine.store().clone(),
        clock: node.engine.shared_clock(),
        ids: SystemIds,
        record,
        participant,
        settings,
        on_change,
    };
    let opened = Authority::open(&node.home, made).await;
    opened.map(Some).map_err(|source| StartError::Authority { source: Box::new(source) })
}

fn deed(change: &Change) -> Deed {
    let (action, member, account, subject) = match change {
        Change::Enrolled { member, certificate } => {
            ("member-enrolled", member, None, Some(certificate.to_string()))
        }
        Change::Invited { member, expires, by } => {
            ("member-invited", member, Some(by), Some(expires.to_string()))
        }
        Change::Reinstated { member, by } => ("member-reinstated", member, Some(by), None),
        Change::Renewed { member, certificate, .. } => {
            ("certificate-renewed", member, None, Some(certificate.to_string()))
        }
        Change::Revoked { member, reason, by } => {
            ("member-revoked", member, Some(by), Some(reason.clone()))
        }
        Change::Suspended { member, reason, by } => {
            ("member-suspended", member, Some(by), Some(reason.clone()))
        }
        Change::Vetted { member, kinds, by } => {
            let kinds: Vec<&str> = kinds.iter().map(wire::iri::Iri::as_str).collect();
            ("member-vetted", member, Some(by), Some(kinds.join(" ")))
        }
    };
    Deed { action, counterparty: Some(member.clone()), account: account.cloned(), subject }
}
