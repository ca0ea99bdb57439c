//! Datasets and catalogues for people.

use super::card::Card;
use super::contract::accepted_rules;
use super::partner::{kept, list, program};
use super::table::table;
use super::{Show, instant, named, short};
use crate::management::view::{
    Approval, CatalogReference, CatalogView, DatasetView, OfferView, SourceInput, Visibility, Words,
};
use crate::words::{Lang, Phrase};

impl Show for DatasetView {
    fn show(&self, lang: Lang) -> String {
        let source = match &self.source {
            SourceInput::File { path } => path,
            SourceInput::Http { url } => url,
        };
        let approval = match self.approval {
            Approval::Automatic => Phrase::ApprovalAutomatic,
            Approval::SecondPerson => Phrase::ApprovalSecondPerson,
        };
        let visible = match self.visibility {
            Visibility::Members => Phrase::VisibleToMembers,
            Visibility::Permitted => Phrase::VisibleToPermitted,
        };
        let card = Card::new(lang)
            .line(Phrase::Dataset, self.id.as_str())
            .line(Phrase::Title, &self.title)
            .line(Phrase::Description, &self.description)
            .line(Phrase::Source, source)
            .line(Phrase::Type, &self.media_type)
            .rule(self.sentence.in_lang(lang), &self.rules);
        let card = list(card, Phrase::LegalText, self.legal_texts.iter().cloned())
            .line(Phrase::VisibleTo, visible.text(lang))
            .line(Phrase::Approval, approval.text(lang))
            .line(Phrase::Accepted, self.acceptance.words.in_lang(lang));
        accepted_rules(card, &self.acceptance, lang)
            .line(Phrase::Version, self.version.to_string())
            .line(
                Phrase::Published,
                format!("{} ({})", instant(self.published, lang), self.published_by),
            )
            .maybe(Phrase::Withdrawn, self.withdrawn.map(|at| instant(at, lang)))
            .line(Phrase::Contracts, self.contracts_in_force.to_string())
            .text()
    }
}

impl Show for Vec<DatasetView> {
    fn show(&self, lang: Lang) -> String {
        if self.is_empty() {
            return format!("{}\n", Phrase::NothingHere.text(lang));
        }
        let rows: Vec<_> = self
            .iter()
            .map(|dataset| {
                let state = match dataset.withdrawn {
                    Some(_) => Phrase::Withdrawn,
                    None => Phrase::Published,
                };
                [
                    short(dataset.id.as_str()).to_owned(),
                    dataset.title.clone(),
                    state.text(lang).to_owned(),
                    dataset.contracts_in_force.to_string(),
                    dataset.sentence.in_lang(lang).to_owned(),
                ]
            })
            .collect();
        let heading =
            [Phrase::Dataset, Phrase::Title, Phrase::State, Phrase::Contracts, Phrase::Rule];
        table(heading.map(|phrase| phrase.text(lang)), &rows)
    }
}

impl Show for CatalogView {
    fn show(&self, lang: Lang) -> String {
        let partner = named(self.peer_name.as_deref(), &self.peer);
        let card = Card::new(lang).line(Phrase::Partner, partner);
        let mut text = program(card, &self.program, lang).text();
        if self.offers.is_empty() && self.catalogs.is_empty() {
            text.push_str(Phrase::NothingHere.text(lang));
            text.push('\n');
        }
        for offer in &self.offers {
            text.push('\n');
            text.push_str(&offer_card(offer, lang));
        }
        for catalog in &self.catalogs {
            text.push('\n');
            text.push_str(&reference_card(catalog, lang));
        }
        text
    }
}

/// A catalogue that is only named: what it holds is found by asking for it.
fn reference_card(catalog: &CatalogReference, lang: Lang) -> String {
    let CatalogReference { id, title, address, datasets } = catalog;
    let at = match address {
        Some(address) => {
            Words::new(format!("{title} unter {address}"), format!("{title} at {address}"))
        }
        None => Words::new(title.as_str(), title.as_str()),
    };
    let card = Card::new(lang).line(Phrase::AlsoCatalogued, at.in_lang(lang));
    let card = if id == title { card } else { card.more(id) };
    match datasets {
        0 => card.text(),
        count => card.line(Phrase::Datasets, count.to_string()).text(),
    }
}

fn offer_card(offer: &OfferView, lang: Lang) -> String {
    let expected = if offer.expected { Phrase::Yes } else { Phrase::No }.text(lang);
    let expected = match &offer.obstacle {
        Some(obstacle) => format!("{expected}: {}", obstacle.in_lang(lang)),
        None => expected.to_owned(),
    };
    let card = Card::new(lang)
        .line(Phrase::Title, &offer.title)
        .line(Phrase::Description, &offer.description)
        .maybe(Phrase::Type, offer.media_type.as_ref())
        .rule(offer.sentence.in_lang(lang), &offer.rules);
    let card = kept(card, (&offer.ignored, &offer.promises), lang).line(Phrase::Expected, expected);
    let missing = offer.missing.iter().map(|words| words.in_lang(lang).to_owned());
    list(card, Phrase::YoursIf, missing)
        .maybe(Phrase::PartnerSays, offer.partner_says.as_ref().map(|words| words.in_lang(lang)))
        .line(Phrase::Dataset, offer.dataset.as_str())
        .line(Phrase::Offer, offer.offer.as_str())
        .text()
}
