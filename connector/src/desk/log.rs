//! The log as people read it, and the folder for an auditor.

mod sentence;

use std::collections::BTreeMap;

use audit::entry::Entry;
use protocol::Role;
use protocol::id::AgreementId;
use serde_json::Value;
use wire::did::Did;

use super::Inner;
use super::contract::contract_id;
use super::find::Contract;
use super::refusal::conflict;
use crate::engine::error::EngineError;
use crate::engine::openings::Values;
use crate::engine::parts::Parts;
use crate::log::LogError;
use crate::log::export::{Scope, export, record};
use crate::log::page::{Row, account_of, page};
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::{
    ContractId, ExportRequest, ExportScope, ExportView, LogEntryView, LogPage, Words,
};

use sentence::sentence;

/// The folder beneath the home in which auditors' folders lie, each participant's by its host name.
const EXPORTS: &str = "export";

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn log_entries(
        &self,
        actor: &Actor,
        from: u64,
        count_max: u16,
        contract: Option<&ContractId>,
    ) -> Answer<LogPage> {
        let ours = actor.participant();
        let wanted = match contract {
            Some(id) => Some(self.find_contract(ours, id).await?),
            None => None,
        };
        let takes = |entry: &Entry| wanted.as_ref().is_none_or(|it| is_about(entry, it));
        let found = page(&self.engine, ours, from, count_max.into(), takes).await?;
        let values = Values::read(&self.home, ours);
        let mut known = BTreeMap::new();
        let mut entries = Vec::new();
        for row in found.entries {
            entries.push(self.entry_view(ours, row, &values, &mut known).await?);
        }
        let (size, signed_size) = (found.size, found.signed_size);
        Ok(LogPage { entries, next: found.next, size, signed_size })
    }

    pub(super) async fn export_log(
        &self,
        actor: &Actor,
        request: ExportRequest,
    ) -> Answer<ExportView> {
        let ours = actor.participant();
        let scope = match &request.scope {
            ExportScope::All => Scope::All,
            ExportScope::Contract { contract } => {
                let found = self.find_contract(ours, contract).await?;
                let agreed = found.agreement.ok_or_else(|| {
                    conflict(
                        "not-in-force",
                        ("Dieser Vertrag ist nicht geschlossen.", "this contract is not concluded"),
                        ("Das ganze Protokoll mitnehmen.", "export the whole log"),
                    )
                })?;
                Scope::Agreement { agreement: agreed.id, peer: agreed.peer }
            }
        };
        let folder = self.home.path().join(EXPORTS).join(ours.host());
        let target = folder.join(request.name.as_str());
        let target = std::path::absolute(&target).unwrap_or(target);
        if target.exists() {
            return Err(conflict(
                "export-exists",
                ("Einen Ordner dieses Namens gibt es schon.", "a folder of this name exists"),
                ("Einen anderen Namen wählen.", "choose another name"),
            ));
        }
        record(&self.engine, ours, actor.account().as_str()).await?;
        let written = export(&self.sequencer, ours, &scope, &target).await?;
        Ok(ExportView {
            path: target.display().to_string(),
            entries: written.entries,
            signed_size: written.entries,
            bytes: written.bytes,
        })
    }

    async fn entry_view(
        &self,
        ours: &Did,
        row: Row,
        values: &Values,
        known: &mut BTreeMap<(AgreementId, Did), Option<ContractId>>,
    ) -> Answer<LogEntryView> {
        let entry = row.entry;
        let contract = self.contract_of(ours, &entry, known).await?;
        let json = serde_json::to_value(&entry);
        Ok(LogEntryView {
            index: row.index,
            at: entry.time,
            kind: entry.entry_type().name().to_owned(),
            sentence: sentence(&entry),
            contract,
            account: account_of(values, &entry).map(str::to_owned),
            entry: json.unwrap_or(Value::Null),
        })
    }

    /// The contract that an entry is about: through its agreement, or its own negotiation.
    async fn contract_of(
        &self,
        ours: &Did,
        entry: &Entry,
        known: &mut BTreeMap<(AgreementId, Did), Option<ContractId>>,
    ) -> Answer<Option<ContractId>> {
        if let (Some(about), Some(peer)) = (&entry.agreement, &entry.counterparty) {
            let key = (about.id.clone(), peer.clone());
            if let Some(found) = known.get(&key) {
                return Ok(found.clone());
            }
            let found = match self.engine.agreement(ours, &about.id, peer).await {
                Ok((_, agreed)) => Some(contract_id(&agreed.negotiation)?),
                Err(EngineError::NotFound) => None,
                Err(error) => return Err(error.into()),
            };
            known.insert(key, found.clone());
            return Ok(found);
        }
        let own = own_pid(entry).filter(|_| entry.agreement.is_none());
        own.map(contract_id).transpose()
    }
}

/// Our own pid of the process that an entry is about.
fn own_pid(entry: &Entry) -> Option<&str> {
    let process = entry.process.as_ref()?;
    match entry.role? {
        Role::Consumer => process.consumer_pid.as_ref().map(|pid| pid.as_str()),
        Role::Provider => process.provider_pid.as_ref().map(|pid| pid.as_str()),
    }
}

fn is_about(entry: &Entry, contract: &Contract) -> bool {
    if let (Some(about), Some(agreed)) = (&entry.agreement, &contract.agreement) {
        return about.id == agreed.id && entry.counterparty.as_ref() == Some(&agreed.peer);
    }
    own_pid(entry) == Some(&*contract.negotiation.pid)
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        let fault = match error {
            LogError::Unknown => Fault::NotFound,
            LogError::Append(_)
            | LogError::Behind { .. }
            | LogError::Contended { .. }
            | LogError::Disagrees { .. }
            | LogError::Engine(_)
            | LogError::Head { .. }
            | LogError::Io { .. }
            | LogError::Record(_)
            | LogError::Read(_)
            | LogError::Short { .. }
            | LogError::Sign(_)
            | LogError::Stopped
            | LogError::Store(_) => Fault::Ours,
        };
        let reason = Words::new(
            format!("Das Protokoll ist nicht lesbar oder nicht schreibbar: {error}"),
            format!("the log cannot be read or written: {error}"),
        );
        Self::new(fault, error.code(), reason, Words::same(error.hint()))
    }
}
