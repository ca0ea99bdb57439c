//! Finding a contract, dataset or delivery by what a person wrote: the whole id, or the first
//! characters of its UUID if they fit one thing only. Never looks beyond the participant's own.

use protocol::id::DatasetId;
use wire::did::Did;

use super::Inner;
use super::refusal::{ambiguous, unknown};
use crate::engine::error::EngineError;
use crate::engine::negotiation::Found;
use crate::engine::parts::Parts;
use crate::engine::transfer::FoundTransfer;
use crate::management::desk::Answer;
use crate::management::view::{ContractId, DeliveryId};
use crate::record::agreement::AgreementRecord;
use crate::store::{Kind, Span, Store};

/// The fewest characters of a UUID that are taken for it.
const PREFIX_CHARS_MIN: usize = 4;
/// What our ids begin with.
const URN: &str = "urn:uuid:";

/// A contract: its negotiation, and the agreement once there is one.
#[derive(Clone, Debug)]
pub(super) struct Contract {
    pub(super) negotiation: Found,
    pub(super) agreement: Option<AgreementRecord>,
    /// Grows with each change of either record.
    pub(super) revision: u64,
}

impl<P: Parts, D> Inner<P, D> {
    /// The contract that `id` names.
    pub(super) async fn find_contract(
        &self,
        participant: &Did,
        id: &ContractId,
    ) -> Answer<Contract> {
        match self.engine.negotiation(participant, id.as_str()).await {
            Ok(found) => return self.with_agreement(participant, found).await,
            Err(EngineError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        let mut pids = Vec::new();
        if let Some(prefix) = uuid_prefix(id.as_str()) {
            pids = self.ids(participant, Kind::Negotiation, &prefix).await?;
        }
        let begins = uuid_prefix(id.as_str()).unwrap_or_else(|| id.as_str().to_owned());
        for record in self.engine.agreements(participant, &begins).await? {
            let named = record.id.as_str() == id.as_str() || begins != id.as_str();
            if named && !pids.contains(&record.negotiation) {
                pids.push(record.negotiation);
            }
        }
        let pid = only(pids)?.ok_or_else(|| unknown("Diesen Nutzungsvertrag", "contract"))?;
        let found = self.engine.negotiation(participant, &pid).await?;
        self.with_agreement(participant, found).await
    }

    /// A negotiation with its agreement.
    pub(super) async fn with_agreement(
        &self,
        participant: &Did,
        negotiation: Found,
    ) -> Answer<Contract> {
        let mut revision = negotiation.version.number();
        let process = &negotiation.record.process;
        let agreement = match &process.agreement {
            None => None,
            Some(agreed) => {
                match self.engine.agreement(participant, &agreed.id, &process.peer).await {
                    Ok((version, record)) => {
                        revision = revision.max(version.number());
                        Some(record)
                    }
                    Err(EngineError::NotFound) => None,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        Ok(Contract { negotiation, agreement, revision })
    }

    /// The dataset id that `id` names.
    pub(super) async fn find_dataset(
        &self,
        participant: &Did,
        id: &DatasetId,
    ) -> Answer<DatasetId> {
        match self.engine.dataset(participant, id).await {
            Ok(_) => return Ok(id.clone()),
            Err(EngineError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        let absent = || unknown("Diesen Datensatz", "dataset");
        let prefix = uuid_prefix(id.as_str()).ok_or_else(absent)?;
        let found = only(self.ids(participant, Kind::Dataset, &prefix).await?)?;
        DatasetId::parse(&found.ok_or_else(absent)?).map_err(|_| absent())
    }

    /// The transfer behind the delivery that `id` names.
    pub(super) async fn find_transfer(
        &self,
        participant: &Did,
        id: &DeliveryId,
    ) -> Answer<FoundTransfer> {
        match self.engine.transfer(participant, id.as_str()).await {
            Ok(found) => return Ok(found),
            Err(EngineError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        let absent = || unknown("Diese Lieferung", "delivery");
        let prefix = uuid_prefix(id.as_str()).ok_or_else(absent)?;
        let pid = only(self.ids(participant, Kind::Transfer, &prefix).await?)?;
        Ok(self.engine.transfer(participant, &pid.ok_or_else(absent)?).await?)
    }

    async fn ids(&self, participant: &Did, kind: Kind, prefix: &str) -> Answer<Vec<String>> {
        let span = Span::new(participant, kind).prefix(prefix).limit(2);
        let rows = self.engine.store().range(&span).await.map_err(EngineError::from)?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

/// The one that was found, if it is only one.
fn only(mut found: Vec<String>) -> Answer<Option<String>> {
    if found.len() > 1 { Err(ambiguous()) } else { Ok(found.pop()) }
}

/// What ids begin with that have these first characters in their UUID.
fn uuid_prefix(text: &str) -> Option<String> {
    let uuid = text.strip_prefix(URN).unwrap_or(text).to_ascii_lowercase();
    let is_uuid = uuid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (is_uuid && uuid.len() >= PREFIX_CHARS_MIN).then(|| format!("{URN}{uuid}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_four_characters_of_a_uuid_are_enough_and_nothing_else_is() {
        for (text, expected) in [
            ("c0ff", Some("urn:uuid:c0ff")),
            ("C0FFEE", Some("urn:uuid:c0ffee")),
            ("urn:uuid:c0ffee00-0000", Some("urn:uuid:c0ffee00-0000")),
            ("c0f", None),
            ("urn:uuid:", None),
            ("parking", None),
            ("", None),
        ] {
            assert_eq!(uuid_prefix(text).as_deref(), expected, "{text:?}");
        }
    }
}
