//! Names of kinds, purposes and actions in words. An IRI that we have no word for is shown as it
//! is, never shortened.

use odrl_parser::Term;
use wire::iri::Iri;
use wire::text::shown;

use super::Lang;
use crate::template::{KIND_NAMESPACE, PURPOSE_NAMESPACE};

/// Short name, German, English. A lawyer or a data space may extend this table.
const LABELS: [(&str, &str, &str); 13] = [
    ("climate-protection", "Klimaschutz", "climate protection"),
    ("emergency-response", "Gefahrenabwehr", "emergency response"),
    ("energy-supplier", "Energieversorger", "energy supplier"),
    ("mobility-service", "Mobilitätsdienst", "mobility service"),
    ("municipality", "Kommune", "municipality"),
    ("public-body", "öffentliche Stelle", "public body"),
    ("public-information", "Information der Öffentlichkeit", "public information"),
    ("research", "Forschung", "research"),
    ("research-institution", "Forschungseinrichtung", "research institution"),
    ("statistics", "Statistik", "statistics"),
    ("traffic-planning", "Verkehrsplanung", "traffic planning"),
    ("tourism", "Tourismus", "tourism"),
    ("urban-planning", "Stadtplanung", "urban planning"),
];

/// The name of a kind or purpose in words: from the table, else the profile's short name, else the
/// IRI.
#[must_use]
pub fn label(iri: &Iri, lang: Lang) -> String {
    let text = iri.as_str();
    let short = [KIND_NAMESPACE, PURPOSE_NAMESPACE]
        .into_iter()
        .find_map(|namespace| text.strip_prefix(namespace));
    let Some(short) = short else {
        return shown(text).to_string();
    };
    let row = LABELS.iter().find(|(name, _, _)| *name == short);
    match (row, lang) {
        (Some((_, german, _)), Lang::De) => (*german).to_owned(),
        (Some((_, _, english)), Lang::En) => (*english).to_owned(),
        (None, _) => shown(text).to_string(),
    }
}

/// A label between quotation marks.
pub(super) fn quoted(iri: &Iri, lang: Lang) -> String {
    match lang {
        Lang::De => format!("„{}“", label(iri, lang)),
        Lang::En => format!("“{}”", label(iri, lang)),
    }
}

/// What is done to the dataset: the German forms are infinitive and infinitive with "zu".
pub(super) struct ActionWords {
    pub(super) english: String,
    pub(super) german: String,
    pub(super) german_zu: String,
}

pub(super) fn action(term: Term) -> ActionWords {
    let known = match term.spelling().as_str() {
        "use" => Some(("use the dataset", "nutzen", "zu nutzen")),
        "odrl:delete" => Some(("delete the dataset", "löschen", "zu löschen")),
        "odrl:derive" => Some((
            "derive other data from the dataset",
            "zu anderen Daten ableiten",
            "zu anderen Daten abzuleiten",
        )),
        "odrl:display" => Some(("display the dataset", "anzeigen", "anzuzeigen")),
        "odrl:distribute" => Some((
            "pass the dataset on to third parties",
            "an Dritte weitergeben",
            "an Dritte weiterzugeben",
        )),
        "odrl:grantUse" => Some((
            "let third parties use the dataset",
            "Dritten zur Nutzung überlassen",
            "Dritten zur Nutzung zu überlassen",
        )),
        "odrl:modify" => Some(("change the dataset", "verändern", "zu verändern")),
        "odrl:reproduce" => Some(("copy the dataset", "vervielfältigen", "zu vervielfältigen")),
        "odrl:sell" => Some(("sell the dataset", "verkaufen", "zu verkaufen")),
        _ => None,
    };
    match known {
        Some((english, german, german_zu)) => ActionWords {
            english: english.to_owned(),
            german: german.to_owned(),
            german_zu: german_zu.to_owned(),
        },
        None => ActionWords {
            english: format!("do `{term}` with the dataset"),
            german: format!("im Sinne von `{term}` behandeln"),
            german_zu: format!("im Sinne von `{term}` zu behandeln"),
        },
    }
}
