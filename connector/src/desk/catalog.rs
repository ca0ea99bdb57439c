//! A partner's catalogue, each offer with its rule in words and what our own evaluation expects.
//! An offer that cannot be judged is shown as such; what the partner wrote is never believed.

mod missing;
mod nested;
mod page;

use bytes::Bytes;
use policy::Verdict;
use protocol::http_path;
use protocol::id::{DatasetId, ParticipantId};
use protocol::message::{Catalog, CatalogOffer, CatalogRequestMessage, Dataset, Properties};
use protocol::status::BAD_REQUEST;
use serde_json::Value;
use wire::did::Did;
use wire::json::{Limits, parse};
use wire::node::Node;

use self::page::{Page, Place};
use super::Inner;
use super::contract::promised;
use super::refusal::{partner, unknown};
use super::words::Speaker;
use crate::clock::Clock;
use crate::engine::catalog::filter::{Description, Filter};
use crate::engine::parts::{Answer as PeerAnswer, Parts, Request, Transport};
use crate::engine::rule::{self, Shape};
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{CatalogView, OfferView, PeerName, Words};
use crate::participant::Standing;

/// The longest answer that is read of a catalogue, in bytes.
const CATALOG_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The longest title or description that is taken from a partner, in characters.
const TEXT_CHARS_MAX: usize = 10_000;

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn catalog(
        &self,
        actor: &Actor,
        peer: &PeerName,
        page: Option<&str>,
        filter: &Filter,
    ) -> Answer<CatalogView> {
        let (participant, standing) = self.member(actor)?;
        let ours = actor.participant();
        let peer = self.partner(actor, peer)?;
        let first = self.engine.transport().dsp_base(ours, &peer).await?;
        let first = format!("{first}{}", http_path::CATALOG_REQUEST);
        let place = Place { peer: &peer, first: &first };
        let page = Page::read(page, place)?;
        let Some(asked) = self.ask(ours, place, &page, filter).await? else {
            return self.catalog_view(ours, &peer).await;
        };
        let value = read(&asked.answer)?;
        let catalog = Catalog::parse(&Node::root(&value))
            .map_err(|error| partner("catalog-unreadable", &error.to_string()))?;
        if !is_of(&catalog.participant_id, &peer, participant.partner_id(&peer)) {
            return Err(partner("catalog-of-another", "it is another participant's catalogue"));
        }
        let datasets = &catalog.content.datasets;
        if page.repeats(datasets) {
            return self.catalog_view(ours, &peer).await;
        }
        let (next, previous) = page.neighbours(place, &asked.answer.pages, datasets)?;
        let passing = datasets.iter().filter(|dataset| passes(filter, dataset));
        let program = self.program_of(ours, &peer).await?;
        let speaker = self.speaker(&program);
        let offers = passing.flat_map(|dataset| {
            let offers = dataset.offers.iter();
            let view = |offer| self.offer_view(speaker, (ours, &standing), dataset, offer);
            offers.map(view).collect::<Vec<_>>()
        });
        Ok(CatalogView {
            offers: offers.collect(),
            catalogs: nested::references(&catalog.content),
            filtered_here: asked.filtered_here,
            next,
            previous,
            ..self.catalog_view(ours, &peer).await?
        })
    }

    /// A partner's catalogue with nothing in it.
    async fn catalog_view(&self, ours: &Did, peer: &Did) -> Answer<CatalogView> {
        let program = self.program_of(ours, peer).await?;
        Ok(CatalogView {
            peer: peer.clone(),
            peer_name: self.name_of(ours, peer),
            program: self.program_view(program),
            offers: Vec::new(),
            catalogs: Vec::new(),
            filtered_here: false,
            next: None,
            previous: None,
        })
    }

    /// The answer to a catalogue request; nothing where a partner that may know no offsets has none
    /// further.
    async fn ask(
        &self,
        ours: &Did,
        place: Place<'_>,
        page: &Page,
        filter: &Filter,
    ) -> Answer<Option<Asked>> {
        let ask = async |filter: Vec<Value>| {
            let message = CatalogRequestMessage { filter, ..CatalogRequestMessage::default() };
            let body = Some(Bytes::from(message.to_json().to_string()));
            let request = Request { url: page.url(place).to_owned(), body };
            self.engine.transport().exchange(ours, place.peer, request).await
        };
        if let Some(query) = page.query() {
            let answer = ask(vec![query]).await?;
            let filtered_here = !filter.is_empty();
            let taken = answer.status != BAD_REQUEST;
            return Ok(taken.then_some(Asked { answer, filtered_here }));
        }
        let answer = ask(filter.to_json()).await?;
        if answer.status == BAD_REQUEST && !filter.is_empty() {
            // A partner that knows no filters, or not this one: we filter ourselves.
            let answer = ask(Vec::new()).await?;
            return Ok(Some(Asked { answer, filtered_here: true }));
        }
        Ok(Some(Asked { answer, filtered_here: false }))
    }

    /// One dataset of a partner, as its catalogue shows it to us.
    pub(super) async fn offered(&self, ours: &Did, peer: &Did, id: &DatasetId) -> Answer<Dataset> {
        let base = self.engine.transport().dsp_base(ours, peer).await?;
        let request = Request { url: format!("{base}{}", http_path::dataset(id)), body: None };
        let answer = self.engine.transport().exchange(ours, peer, request).await?;
        if answer.status == 404 {
            return Err(unknown("Diesen Datensatz", "dataset that the partner shows us"));
        }
        let value = read(&answer)?;
        let dataset = Dataset::parse(&Node::root(&value))
            .map_err(|error| partner("catalog-unreadable", &error.to_string()))?;
        if dataset.id != *id {
            return Err(partner("catalog-of-another", "it is another dataset"));
        }
        Ok(dataset)
    }

    fn offer_view(
        &self,
        speaker: Speaker<'_>,
        (ours, standing): (&Did, &Standing),
        dataset: &Dataset,
        offer: &CatalogOffer,
    ) -> OfferView {
        let judged = rule::read(offer.document(), Shape::Offer).and_then(|rule| {
            let now = self.engine.clock().now();
            let decision = rule::decide(&rule, ours, &dataset.id, standing, now)?;
            let missing = match decision.verdict {
                Verdict::Permit => None,
                Verdict::Deny => {
                    rule::explain_offered(&rule, ours, &dataset.id, standing, now)?.missing
                }
            };
            Ok((rule, decision, missing.unwrap_or_default()))
        });
        let shown = shown(dataset);
        let mut view = OfferView {
            dataset: dataset.id.clone(),
            offer: offer.id().clone(),
            title: shown.title,
            description: shown.description,
            media_type: shown.media_type,
            sentence: Words::default(),
            rules: Vec::new(),
            ignored: Vec::new(),
            promises: Vec::new(),
            missing: Vec::new(),
            partner_says: missing::told(&self.book, &dataset.properties),
            expected: false,
            obstacle: None,
            policy: offer.document().clone(),
        };
        match judged {
            Ok((rule, decision, missing)) => {
                view.sentence = speaker.sentence(&rule);
                view.rules = speaker.lines(&rule);
                view.ignored = speaker.ignored(rule.policy());
                view.promises = promised::by_us(Speaker::of(&self.book), &rule);
                view.missing = speaker.needed(rule.policy(), &missing);
                view.expected = decision.verdict == Verdict::Permit;
                view.obstacle = (!view.expected).then(|| speaker.of_decision(&decision).reason);
            }
            Err(error) => {
                let words = Words::new(
                    format!("Diese Regel kann nicht beurteilt werden: {error}"),
                    format!("this rule cannot be judged: {error}"),
                );
                view.sentence = words.clone();
                // What it says is shown all the same, if it can be read.
                let read = odrl_parser::parse_offer(&Node::root(offer.document()));
                view.rules =
                    read.as_ref().map(|policy| speaker.lines_of(policy)).unwrap_or_default();
                view.obstacle = Some(words);
            }
        }
        view
    }
}

/// What a partner answered to a catalogue request.
struct Asked {
    answer: PeerAnswer,
    /// Whether the partner was asked without the filter, which it does not take.
    filtered_here: bool,
}

/// What a partner's catalogue says of a dataset in words.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) media_type: Option<String>,
}

/// Whether a dataset passes, whatever the partner made of the filter.
fn passes(filter: &Filter, dataset: &Dataset) -> bool {
    let Shown { title, description, media_type } = shown(dataset);
    filter.passes(&Description {
        id: dataset.id.as_str(),
        title: &title,
        description: &description,
        media_type: media_type.as_deref().unwrap_or_default(),
    })
}

/// The descriptive members that people are shown, under their usual names.
pub(super) fn shown(dataset: &Dataset) -> Shown {
    let of = |names: &[&str]| names.iter().find_map(|name| text(dataset.properties.get(*name)?));
    let title = title_of(&dataset.properties);
    let description =
        of(&["dct:description", "description", "http://purl.org/dc/terms/description"]);
    let media_type = dataset.distributions.iter().find_map(|distribution| {
        let names = ["dcat:mediaType", "mediaType", "http://www.w3.org/ns/dcat#mediaType"];
        names.iter().find_map(|name| text(distribution.properties.get(*name)?))
    });
    Shown {
        title: title.unwrap_or_else(|| dataset.id.as_str().to_owned()),
        description: description.unwrap_or_default(),
        media_type,
    }
}

/// What something is called.
fn title_of(properties: &Properties) -> Option<String> {
    let names = ["dct:title", "title", "http://purl.org/dc/terms/title"];
    names.iter().find_map(|name| text(properties.get(*name)?))
}

/// A text, the text of a language-tagged value, or the first of several.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text,
        Value::Object(members) => members.get("@value")?.as_str()?,
        Value::Array(values) => return values.iter().find_map(text_of),
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    Some(text.chars().take(TEXT_CHARS_MAX).collect())
}

/// As [`text`], for a member of a list, which is no list itself.
fn text_of(value: &Value) -> Option<String> {
    if value.is_array() { None } else { text(value) }
}

/// Whether a catalogue names `peer` as its owner: by its DID, or as our operator says that it may.
fn is_of(named: &ParticipantId, peer: &Did, known_as: Option<&ParticipantId>) -> bool {
    named.as_str() == peer.as_str() || Some(named) == known_as
}

fn read(answer: &PeerAnswer) -> Answer<Value> {
    if !answer.is_success() {
        let words = format!("HTTP status {}", answer.status);
        return Err(partner("partner-refused", &words));
    }
    let limits = Limits::document().with_bytes_max(CATALOG_BYTES_MAX);
    parse(&answer.body, &limits).map_err(|error| partner("bad-json", &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_is_its_owners_by_did_or_by_the_name_that_is_listed_for_it() {
        let peer = Did::parse("did:web:firm.example").unwrap();
        let id = |name: &str| ParticipantId::parse(name).unwrap();
        let known_as = id("BPNL000000000001");
        for (named, listed, expected) in [
            ("did:web:firm.example", false, true),
            ("did:web:firm.example", true, true),
            ("BPNL000000000001", true, true),
            ("BPNL000000000001", false, false),
            ("did:web:other.example", true, false),
        ] {
            let known_as = listed.then_some(&known_as);
            assert_eq!(is_of(&id(named), &peer, known_as), expected, "{named} {listed}");
        }
    }

    #[test]
    fn titles_are_read_in_every_usual_form() {
        for (value, expected) in [
            (serde_json::json!("a"), Some("a")),
            (serde_json::json!({"@value": "a", "@language": "de"}), Some("a")),
            (serde_json::json!([{"@value": "a"}, "b"]), Some("a")),
            (serde_json::json!([["a"]]), None),
            (serde_json::json!(7), None),
        ] {
            assert_eq!(text(&value).as_deref(), expected, "{value}");
        }
    }
}
