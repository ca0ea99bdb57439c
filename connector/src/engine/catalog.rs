//! The catalogue that a partner sees: datasets with their offers, paged, and only what is shown to
//! this partner. What does not depend on the partner is prepared once and kept.

mod access;
pub mod filter;
mod reader;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use policy::Compiled;
use protocol::id::DatasetId;
use serde_json::{Value, json};
use wire::did::Did;
use wire::digest::Digest;

use self::filter::{Description, Filter};
use self::reader::Reader;
use super::Engine;
use super::error::EngineError;
use super::parts::Parts;
use super::rule::{self, Shape};
use crate::clock::Clock;
use crate::participant::{Participant, Standing};
use crate::record::dataset::{DatasetRecord, FORMAT_PULL, FORMAT_PUSH, ListedFor};

/// Prepared datasets that are kept in memory, over all participants.
const PREPARED_MAX: usize = 100_000;

/// What is prepared of one dataset.
#[derive(Debug)]
pub struct Prepared {
    id: DatasetId,
    listed_for: ListedFor,
    rules: Arc<Rules>,
    title: String,
    description: String,
    media_type: String,
    json: String,
}

/// The rules of an offer: the same for all offers that say the same, whatever their ids.
#[derive(Debug)]
struct Rules {
    /// Counted from 0 within a catalogue.
    number: usize,
    whole: Compiled,
    /// Who sees it, where the rules say so.
    access: Option<Compiled>,
}

impl Prepared {
    fn described(&self) -> Description<'_> {
        Description {
            id: self.id.as_str(),
            title: &self.title,
            description: &self.description,
            media_type: &self.media_type,
        }
    }
}

/// A dataset as one reader sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    dataset: Arc<Prepared>,
    /// Further members and the closing brace, for whom the rule gives no contract now.
    missing: Option<Arc<str>>,
}

impl Shown {
    /// The dataset as the catalogue shows it, JSON.
    #[must_use]
    pub fn json(&self) -> Cow<'_, str> {
        let json = self.dataset.json.as_str();
        match (&self.missing, json.strip_suffix('}')) {
            (Some(missing), Some(open)) => Cow::Owned(format!("{open},{missing}")),
            (Some(_) | None, _) => Cow::Borrowed(json),
        }
    }

    /// Its length, bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.dataset.json.len() + self.missing.as_ref().map_or(0, |missing| missing.len())
    }

    fn id(&self) -> &DatasetId {
        &self.dataset.id
    }
}

/// One page of a catalogue.
#[derive(Debug)]
pub struct Page {
    /// The datasets, in the order of their ids.
    pub datasets: Vec<Shown>,
    /// After which dataset the next page begins, if there is one.
    pub next: Option<DatasetId>,
    /// Before which dataset the previous page ends, if there is one.
    pub previous: Option<DatasetId>,
}

/// Which page is wanted, and of what.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Where it lies.
    pub place: &'a Place,
    /// The most datasets on it.
    pub limit: usize,
    /// What they must be like.
    pub filter: &'a Filter,
}

/// Where a page lies.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Place {
    /// At the beginning.
    #[default]
    Start,
    /// After the dataset with this id.
    After(String),
    /// Before the dataset with this id.
    Before(String),
}

type Datasets = [Arc<Prepared>];

fn split(catalog: &Datasets, at: usize) -> (&Datasets, &Datasets) {
    catalog.split_at_checked(at).unwrap_or((catalog, &[]))
}

/// The first `limit` datasets that are shown, and whether there are more.
fn take<'a>(
    datasets: impl Iterator<Item = &'a Arc<Prepared>>,
    limit: usize,
    wanted: impl Fn(&Arc<Prepared>) -> Result<Option<Shown>, EngineError>,
) -> Result<(Vec<Shown>, bool), EngineError> {
    let mut taken: Vec<Shown> = Vec::new();
    for dataset in datasets {
        let Some(shown) = wanted(dataset)? else { continue };
        if taken.len() == limit {
            return Ok((taken, true));
        }
        taken.push(shown);
    }
    Ok((taken, false))
}

/// What is kept, by participant.
#[derive(Debug, Default)]
pub(super) struct Catalogs {
    prepared: Mutex<BTreeMap<Did, Arc<Vec<Arc<Prepared>>>>>,
}

impl Catalogs {
    /// Something of this participant has changed.
    pub(super) fn forget(&self, participant: &Did) {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).remove(participant);
    }

    fn look(&self, participant: &Did) -> Option<Arc<Vec<Arc<Prepared>>>> {
        let prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        prepared.get(participant).cloned()
    }

    fn keep(&self, participant: &Did, catalog: &Arc<Vec<Arc<Prepared>>>) {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        let kept: usize = prepared.values().map(|catalog| catalog.len()).sum();
        if kept + catalog.len() > PREPARED_MAX {
            prepared.clear();
        }
        prepared.insert(participant.clone(), catalog.clone());
    }
}

impl<P: Parts> Engine<P> {
    /// One page of the catalogue of `participant` as `peer` may see it, as far as it passes the
    /// filter.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn catalog_page(
        &self,
        participant: &Participant,
        standing: &Standing,
        peer: &Did,
        wanted: Wanted<'_>,
    ) -> Result<Page, EngineError> {
        let Wanted { place, limit, filter } = wanted;
        let catalog = self.prepared(participant).await?;
        let reader = Reader::new(peer, standing, self.clock.now());
        let shown = |dataset: &Arc<Prepared>| {
            let passes = filter.passes(&dataset.described());
            let sees = passes && reader.sees(&dataset.id, dataset.listed_for, &dataset.rules)?;
            sees.then(|| reader.shown(dataset)).transpose()
        };
        let (before, after) = match place {
            Place::Start => (&[][..], catalog.as_slice()),
            Place::After(id) => split(
                &catalog,
                catalog.partition_point(|dataset| dataset.id.as_str() <= id.as_str()),
            ),
            Place::Before(id) => split(
                &catalog,
                catalog.partition_point(|dataset| dataset.id.as_str() < id.as_str()),
            ),
        };
        if let Place::Before(_) = place {
            let (mut datasets, more) = take(before.iter().rev(), limit, shown)?;
            datasets.reverse();
            let next = datasets.last().map(|last| last.id().clone());
            let previous = more.then(|| datasets.first().map(|first| first.id().clone())).flatten();
            return Ok(Page { datasets, next, previous });
        }
        let (datasets, more) = take(after.iter(), limit, shown)?;
        let next = more.then(|| datasets.last().map(|last| last.id().clone())).flatten();
        let preceded = !take(before.iter().rev(), 1, shown)?.0.is_empty();
        let previous = preceded.then(|| datasets.first().map(|first| first.id().clone())).flatten();
        Ok(Page { datasets, next, previous })
    }

    /// One dataset as `peer` may see it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for what does not exist and what is not shown alike.
    pub async fn catalog_dataset(
        &self,
        participant: &Participant,
        standing: &Standing,
        peer: &Did,
        id: &str,
    ) -> Result<Shown, EngineError> {
        let catalog = self.prepared(participant).await?;
        let found = catalog.binary_search_by(|dataset| dataset.id.as_str().cmp(id));
        let dataset = found.ok().and_then(|position| catalog.get(position));
        let dataset = dataset.ok_or(EngineError::NotFound)?;
        let reader = Reader::new(peer, standing, self.clock.now());
        let sees = reader.sees(&dataset.id, dataset.listed_for, &dataset.rules)?;
        if sees { reader.shown(dataset) } else { Err(EngineError::NotFound) }
    }

    /// Whether a dataset is not shown to `peer` now: then it has no offers for it either.
    pub(super) fn hides(
        &self,
        dataset: &DatasetRecord,
        peer: &Did,
        standing: &Standing,
    ) -> Result<bool, EngineError> {
        let rules = compile(&dataset.offer, 0)?;
        let reader = Reader::new(peer, standing, self.clock.now());
        Ok(!reader.sees(&dataset.id, dataset.listed_for, &rules)?)
    }

    async fn prepared(
        &self,
        participant: &Participant,
    ) -> Result<Arc<Vec<Arc<Prepared>>>, EngineError> {
        if let Some(catalog) = self.catalogs.look(participant.did()) {
            return Ok(catalog);
        }
        let mut catalog = Vec::new();
        let mut known: BTreeMap<Digest, Arc<Rules>> = BTreeMap::new();
        for dataset in self.datasets(participant.did()).await? {
            if dataset.withdrawn.is_none() {
                let number = known.len();
                let rules = match known.entry(rule_digest(&dataset.offer)?) {
                    Entry::Occupied(rules) => rules.into_mut(),
                    Entry::Vacant(new) => new.insert(Arc::new(compile(&dataset.offer, number)?)),
                };
                catalog.push(Arc::new(prepare(participant, dataset, rules.clone())));
            }
        }
        catalog.sort_by(|one, other| one.id.cmp(&other.id));
        let catalog = Arc::new(catalog);
        self.catalogs.keep(participant.did(), &catalog);
        Ok(catalog)
    }
}

/// What an offer says, whatever its id.
fn rule_digest(offer: &Value) -> Result<Digest, EngineError> {
    let mut rule = offer.clone();
    if let Value::Object(members) = &mut rule {
        members.remove("@id");
    }
    Digest::of_canonical(&rule).map_err(|_| EngineError::Internal { what: "an offer's digest" })
}

fn compile(offer: &Value, number: usize) -> Result<Rules, EngineError> {
    let rule = rule::read(offer, Shape::Offer)?;
    let access = access::access(&rule)?.as_ref().map(Compiled::new);
    Ok(Rules { number, whole: Compiled::new(&rule), access })
}

fn prepare(participant: &Participant, dataset: DatasetRecord, rules: Arc<Rules>) -> Prepared {
    let distribution = |format: &str| {
        json!({
            "@type": "Distribution",
            "format": format,
            "dcat:mediaType": dataset.media_type,
            "accessService": service_id(participant),
        })
    };
    let json = json!({
        "@id": dataset.id.as_str(),
        "@type": "Dataset",
        "dct:title": dataset.title,
        "dct:description": dataset.description,
        "hasPolicy": [dataset.offer],
        "distribution": [distribution(FORMAT_PULL), distribution(FORMAT_PUSH)],
    });
    Prepared {
        id: dataset.id,
        listed_for: dataset.listed_for,
        rules,
        title: dataset.title,
        description: dataset.description,
        media_type: dataset.media_type,
        json: json.to_string(),
    }
}

/// The data service through which all datasets of a participant are reached.
#[must_use]
pub fn service(participant: &Participant) -> Value {
    json!({
        "@id": service_id(participant),
        "@type": "DataService",
        "endpointURL": participant.dsp_base(),
    })
}

fn service_id(participant: &Participant) -> String {
    format!("{}#dsp", participant.did())
}
