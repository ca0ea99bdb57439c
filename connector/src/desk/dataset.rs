//! Datasets: published, replaced, withdrawn, shown.

use std::collections::BTreeMap;

use identity::guard::Origin;
use policy::Book;
use policy::book::{Beside, legal_texts};
use protocol::Role;
use protocol::id::DatasetId;
use wire::did::Did;
use wire::pointer::Pointer;

use super::Inner;
use super::negotiate::acceptance_view;
use super::refusal::input;
use super::rule::{Ruled, ruled};
use super::source::check_url;
use super::words::Speaker;
use crate::engine::dataset::Described;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::refusal::Refusal;
use crate::management::view::{
    AcceptanceView, Approval, DatasetInput, DatasetView, SourceInput, Visibility,
};
use crate::record::agreement::AgreementRecord;
use crate::record::dataset::{ApprovalRule, DatasetRecord, ListedFor, Source};
use crate::store::{Kind, Span, Store};

/// The longest title, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// The longest description, in characters.
const DESCRIPTION_CHARS_MAX: usize = 10_000;
/// The longest media type, path or address, in bytes.
const TEXT_BYTES_MAX: usize = 2_048;

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn add_dataset(
        &self,
        actor: &Actor,
        dataset: DatasetInput,
    ) -> Answer<DatasetView> {
        let described = self.described(actor, dataset).await?;
        let record = self.engine.publish(actor.participant(), described).await?;
        self.view(actor.participant(), record, 0).await
    }

    pub(super) async fn replace_dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
        dataset: DatasetInput,
    ) -> Answer<DatasetView> {
        let id = self.find_dataset(actor.participant(), id).await?;
        let described = self.described(actor, dataset).await?;
        let record = self.engine.replace(actor.participant(), &id, described).await?;
        self.dataset_view(actor.participant(), record).await
    }

    /// Checks what a person gave, and that its source can be read here.
    async fn described(&self, actor: &Actor, dataset: DatasetInput) -> Answer<Described> {
        let ours = actor.participant();
        let described = described(actor, &self.book, self.listed_sources(ours), dataset)?;
        if let Source::File { path } = &described.source {
            let found = self.check_file(ours, path).await;
            found.map_err(|refusal| at(refusal, "/source/path"))?;
        }
        Ok(described)
    }

    pub(super) async fn withdraw_dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
    ) -> Answer<DatasetView> {
        let id = self.find_dataset(actor.participant(), id).await?;
        let account = actor.account().as_str();
        let record = self.engine.withdraw(actor.participant(), &id, account).await?;
        self.dataset_view(actor.participant(), record).await
    }

    pub(super) async fn datasets(&self, actor: &Actor) -> Answer<Vec<DatasetView>> {
        let in_force = self.in_force(actor.participant()).await?;
        let mut records = self.engine.datasets(actor.participant()).await?;
        records.sort_by(|one, other| (&one.title, &one.id).cmp(&(&other.title, &other.id)));
        let mut views = Vec::new();
        for record in records {
            let count = in_force.get(&record.id).copied().unwrap_or(0);
            views.push(self.view(actor.participant(), record, count).await?);
        }
        Ok(views)
    }

    pub(super) async fn dataset(&self, actor: &Actor, id: &DatasetId) -> Answer<DatasetView> {
        let id = self.find_dataset(actor.participant(), id).await?;
        let (_, record) = self.engine.dataset(actor.participant(), &id).await?;
        self.dataset_view(actor.participant(), record).await
    }

    async fn dataset_view(&self, participant: &Did, record: DatasetRecord) -> Answer<DatasetView> {
        let in_force = self.in_force(participant).await?;
        let count = in_force.get(&record.id).copied().unwrap_or(0);
        self.view(participant, record, count).await
    }

    async fn view(&self, ours: &Did, record: DatasetRecord, count: u64) -> Answer<DatasetView> {
        let acceptance = self.engine.acceptance(ours, Some(&record.id)).await?;
        let acceptance = acceptance_view(Speaker::of(&self.book), acceptance, Some(&record.id))?;
        view(Speaker::of(&self.book), record, acceptance, count)
    }

    /// How many contracts are in force about each of our datasets.
    async fn in_force(&self, participant: &Did) -> Answer<BTreeMap<DatasetId, u64>> {
        let mut count = BTreeMap::new();
        for record in self.all_agreements(participant).await? {
            if record.role == Role::Provider && record.stands() {
                *count.entry(record.dataset).or_default() += 1;
            }
        }
        Ok(count)
    }

    /// Every agreement of a participant.
    pub(super) async fn all_agreements(&self, participant: &Did) -> Answer<Vec<AgreementRecord>> {
        let mut agreements = Vec::new();
        let mut span = Span::new(participant, Kind::Agreement);
        loop {
            let rows = self.engine.store().range_json(&span).await;
            let rows = rows.map_err(EngineError::from)?;
            let Some((last, _, _)) = rows.last() else { return Ok(agreements) };
            span = Span::new(participant, Kind::Agreement).after(last.clone());
            agreements.extend(rows.into_iter().map(|(_, _, record)| record));
        }
    }
}

fn view(
    speaker: Speaker<'_>,
    record: DatasetRecord,
    acceptance: AcceptanceView,
    contracts_in_force: u64,
) -> Answer<DatasetView> {
    let rule = rule::read(&record.offer, Shape::Offer)?;
    Ok(DatasetView {
        id: record.id,
        title: record.title,
        description: record.description,
        source: match record.source {
            Source::File { path } => SourceInput::File { path },
            Source::Http { url } => SourceInput::Http { url },
        },
        media_type: record.media_type,
        sentence: speaker.sentence(&rule),
        legal_texts: legal_texts(rule.policy()),
        rules: speaker.lines(&rule),
        offer: record.offer,
        approval: match record.approval {
            ApprovalRule::Automatic => Approval::Automatic,
            ApprovalRule::SecondPerson => Approval::SecondPerson,
        },
        acceptance,
        visibility: match record.listed_for {
            ListedFor::Members => Visibility::Members,
            ListedFor::Permitted => Visibility::Permitted,
        },
        version: record.version,
        published_by: record.published_by,
        published: record.published,
        withdrawn: record.withdrawn,
        contracts_in_force,
    })
}

/// Checks what a person gave, and says where in it the trouble lies.
fn described(
    actor: &Actor,
    book: &Book,
    listed: &[Origin],
    given: DatasetInput,
) -> Answer<Described> {
    check_text("/title", &given.title, 1, TITLE_CHARS_MAX)?;
    check_text("/description", &given.description, 0, DESCRIPTION_CHARS_MAX)?;
    check_media_type(&given.media_type)?;
    let source = match given.source {
        SourceInput::File { path } => {
            check_text("/source/path", &path, 1, TEXT_BYTES_MAX)?;
            check_path(&path)?;
            Source::File { path }
        }
        SourceInput::Http { url } => {
            check_text("/source/url", &url, 1, TEXT_BYTES_MAX)?;
            check_url(&url, listed).map_err(|refusal| at(refusal, "/source/url"))?;
            Source::Http { url }
        }
    };
    let Ruled { offer, beside } = ruled(book, given.rule)?;
    Ok(Described {
        title: given.title,
        description: given.description,
        source,
        media_type: given.media_type,
        offer,
        approval: match given.approval {
            Approval::Automatic if beside.contains(&Beside::Approval) => ApprovalRule::SecondPerson,
            Approval::Automatic => ApprovalRule::Automatic,
            Approval::SecondPerson => ApprovalRule::SecondPerson,
        },
        listed_for: match given.visibility {
            Visibility::Members => ListedFor::Members,
            Visibility::Permitted => ListedFor::Permitted,
        },
        account: actor.account().as_str().to_owned(),
    })
}

pub(super) fn at(refusal: Refusal, pointer: &str) -> Refusal {
    match Pointer::parse(pointer) {
        Ok(pointer) => refusal.at(pointer),
        Err(_) => refusal,
    }
}

fn check_text(place: &str, text: &str, least: usize, most: usize) -> Answer<()> {
    let length = text.chars().count();
    let shown = text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control());
    if (least..=most).contains(&length) && shown {
        return Ok(());
    }
    let de = format!("Dieser Text braucht {least} bis {most} Zeichen, ohne Steuerzeichen.");
    let en = format!("this text needs {least} to {most} characters, without control characters");
    Err(at(input("text-invalid", de, en), place))
}

fn check_media_type(text: &str) -> Answer<()> {
    let token = |part: &str| {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        !part.is_empty() && part.bytes().all(good)
    };
    let kind = text.split(';').next().unwrap_or("").trim();
    let is_type = kind.split_once('/').is_some_and(|(one, other)| token(one) && token(other));
    let visible = text.len() <= 256 && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_type && visible {
        return Ok(());
    }
    let refusal = input(
        "media-type-invalid",
        "Das ist kein Medientyp; gemeint ist etwas wie `text/csv`.",
        "this is no media type; something like `text/csv` is meant",
    );
    Err(at(refusal, "/mediaType"))
}

/// A path below the data root: no way out, nothing hidden in it. The data path opens it beneath the
/// root in any case; here a person learns of it at once.
fn check_path(path: &str) -> Answer<()> {
    let good = |part: &str| !part.is_empty() && part != "." && part != "..";
    if path.split('/').all(good) && !path.contains('\\') {
        return Ok(());
    }
    let refusal = input(
        "path-invalid",
        "Der Pfad muss unterhalb des Datenordners liegen, ohne `..` und ohne `/` am Anfang.",
        "the path must lie below the data folder, without `..` and without a leading `/`",
    );
    Err(at(refusal, "/source/path"))
}
