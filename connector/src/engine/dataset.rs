//! Datasets of a participant: published, replaced, withdrawn; each change is an entry.

use audit::entry::Body;
use protocol::id::DatasetId;
use serde_json::Value;
use wire::did::Did;
use wire::digest::Digest;

use super::Engine;
use super::draft::{About, Draft};
use super::error::EngineError;
use super::parts::Parts;
use super::rule::{self, Shape};
use crate::ids::urn;
use crate::record::dataset::{ApprovalRule, DatasetRecord, ListedFor, Source};
use crate::store::{Key, Kind, Span, Store, Version};

/// What a person says about a dataset.
#[derive(Clone, Debug)]
pub struct Described {
    /// The name that people see.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// Where its bytes come from.
    pub source: Source,
    /// The media type.
    pub media_type: String,
    /// The rule: an ODRL offer; its `@id` is given anew.
    pub offer: Value,
    /// Who decides about contracts.
    pub approval: ApprovalRule,
    /// To whom the catalogue shows it.
    pub listed_for: ListedFor,
    /// The account that publishes it.
    pub account: String,
}

impl<P: Parts> Engine<P> {
    /// The dataset `id`, with its version in the store.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub async fn dataset(
        &self,
        participant: &Did,
        id: &DatasetId,
    ) -> Result<(Version, DatasetRecord), EngineError> {
        let key = Key::new(participant, Kind::Dataset, id.as_str());
        self.store.get_json(&key).await?.ok_or(EngineError::NotFound)
    }

    /// All datasets of a participant, withdrawn ones included.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn datasets(&self, participant: &Did) -> Result<Vec<DatasetRecord>, EngineError> {
        let mut datasets = Vec::new();
        let mut span = Span::new(participant, Kind::Dataset);
        loop {
            let rows = self.store.range_json::<DatasetRecord>(&span).await?;
            let Some((last, _, _)) = rows.last() else { return Ok(datasets) };
            span = Span::new(participant, Kind::Dataset).after(last.clone());
            datasets.extend(rows.into_iter().map(|(_, _, dataset)| dataset));
        }
    }

    /// Publishes a dataset under a fresh id.
    ///
    /// # Errors
    /// When the rule cannot be enforced as written, or nothing can be committed.
    pub async fn publish(
        &self,
        participant: &Did,
        described: Described,
    ) -> Result<DatasetRecord, EngineError> {
        let (participant, standing) = self.member(participant)?;
        let mut draft = Draft::new(self, &participant, standing);
        let id = DatasetId::parse(&urn(&self.ids))
            .map_err(|_| EngineError::Internal { what: "a dataset id" })?;
        let (record, document) = self.dataset_version(&draft, id, 1, described)?;
        let about = by(&record.published_by);
        draft.record(about, Body::DatasetPublished { dataset: record.id.clone(), document })?;
        draft.document(&document, &record.offer)?;
        self.finish_dataset(draft, None, record).await
    }

    /// Replaces what a dataset says and holds. Contracts in force keep their agreement.
    ///
    /// # Errors
    /// As [`Engine::publish`]; and when there is none, or it is withdrawn.
    pub async fn replace(
        &self,
        participant: &Did,
        id: &DatasetId,
        described: Described,
    ) -> Result<DatasetRecord, EngineError> {
        let (participant, standing) = self.member(participant)?;
        let (version, old) = self.dataset(participant.did(), id).await?;
        if old.withdrawn.is_some() {
            return Err(EngineError::operator("dataset-withdrawn", "the dataset is withdrawn"));
        }
        let mut draft = Draft::new(self, &participant, standing);
        let next = old.version.saturating_add(1);
        let (record, document) = self.dataset_version(&draft, id.clone(), next, described)?;
        let previous = digest_of(&old.offer)?;
        let body = Body::DatasetReplaced { dataset: id.clone(), document, previous };
        draft.record(by(&record.published_by), body)?;
        draft.document(&document, &record.offer)?;
        self.finish_dataset(draft, Some(version), record).await
    }

    /// Offers a dataset no longer.
    ///
    /// # Errors
    /// When there is none, or nothing can be committed.
    pub async fn withdraw(
        &self,
        participant: &Did,
        id: &DatasetId,
        account: &str,
    ) -> Result<DatasetRecord, EngineError> {
        let (participant, standing) = self.member(participant)?;
        let (version, mut record) = self.dataset(participant.did(), id).await?;
        if record.withdrawn.is_some() {
            return Ok(record);
        }
        let mut draft = Draft::new(self, &participant, standing);
        draft.restricting();
        record.withdrawn = Some(draft.at());
        draft.record(by(account), Body::DatasetWithdrawn { dataset: id.clone() })?;
        self.finish_dataset(draft, Some(version), record).await
    }

    fn dataset_version(
        &self,
        draft: &Draft<'_, P>,
        id: DatasetId,
        version: u32,
        described: Described,
    ) -> Result<(DatasetRecord, Digest), EngineError> {
        let mut offer = described.offer;
        let Value::Object(members) = &mut offer else {
            return Err(EngineError::operator("rule-not-an-object", "a rule is a JSON object"));
        };
        members.insert("@id".to_owned(), urn(&self.ids).into());
        members.insert("@type".to_owned(), "Offer".into());
        // A rule that we cannot read, check or enforce is never offered.
        rule::read(&offer, Shape::Offer).map_err(EngineError::into_operators)?;
        let document = digest_of(&offer)?;
        let record = DatasetRecord {
            id,
            title: described.title,
            description: described.description,
            source: described.source,
            media_type: described.media_type,
            offer,
            approval: described.approval,
            listed_for: described.listed_for,
            published_by: described.account,
            published: draft.at(),
            version,
            withdrawn: None,
        };
        Ok((record, document))
    }

    async fn finish_dataset(
        &self,
        mut draft: Draft<'_, P>,
        version: Option<Version>,
        record: DatasetRecord,
    ) -> Result<DatasetRecord, EngineError> {
        let participant = draft.participant().did().clone();
        draft.write(Kind::Dataset, record.id.as_str(), version, &record)?;
        draft.changed(record.id.as_str());
        draft.commit().await?.1.release(self);
        self.catalogs.forget(&participant);
        Ok(record)
    }
}

fn by(account: &str) -> About {
    About { actor: Some(account.to_owned()), ..About::default() }
}

fn digest_of(offer: &Value) -> Result<Digest, EngineError> {
    Digest::of_canonical(offer)
        .map_err(|_| EngineError::operator("rule-not-canonical", "the rule has no canonical form"))
}
