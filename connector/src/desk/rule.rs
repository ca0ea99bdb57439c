//! The rule that a person gives: as sentences of the book, or as an ODRL offer.

use std::collections::BTreeSet;

use policy::Book;
use policy::book::{Beside, ChoiceError, Chosen};
use policy::text::Lang;
use serde_json::{Value, json};
use wire::node::Node;
use wire::pointer::Pointer;

use super::dataset::at;
use super::refusal::input;
use crate::engine::knowable::unknowable;
use crate::engine::rule::UNKNOWABLE;
use crate::management::desk::Answer;
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::{RuleInput, RuleSentence, Words};

/// A rule that can be enforced.
pub(super) struct Ruled {
    /// The offer, without its id.
    pub(super) offer: Value,
    /// The settings that were chosen beside it.
    pub(super) beside: BTreeSet<Beside>,
}

/// The offer behind a rule; one that cannot be enforced is refused where it is.
pub(super) fn ruled(book: &Book, given: RuleInput) -> Answer<Ruled> {
    match given {
        RuleInput::Sentences { sentences } => chosen(book, &sentences),
        RuleInput::Policy { policy } => {
            check(&policy)?;
            Ok(Ruled { offer: policy, beside: BTreeSet::new() })
        }
    }
}

/// Terms of a contract: a setting of our own program is none.
pub(super) fn terms(book: &Book, given: RuleInput) -> Answer<Value> {
    let Ruled { offer, beside } = ruled(book, given)?;
    if beside.is_empty() {
        return Ok(offer);
    }
    let refusal = input(
        "sentence-not-term",
        "Einer der Sätze ist eine Einstellung dieses Programms und keine Vertragsbedingung.",
        "one of the sentences is a setting of this program and no term of a contract",
    );
    Err(at(refusal, "/rule"))
}

fn check(policy: &Value) -> Answer<()> {
    let mut whole = policy.clone();
    if let Value::Object(members) = &mut whole {
        members.insert("@id".to_owned(), "urn:uuid:00000000-0000-4000-8000-000000000000".into());
        members.insert("@type".to_owned(), json!("Offer"));
    }
    let refuse = |code, inner: &Pointer, words: String| {
        let refusal = input(code, format!("Die Regel ist so nicht durchsetzbar: {words}"), words);
        at(refusal, &format!("/rule/policy{}", inner.as_str()))
    };
    let parsed = odrl_parser::parse_offer(&Node::root(&whole))
        .map_err(|error| refuse(error.code(), &error.pointer, error.to_string()))?;
    policy::check(&parsed)
        .map_err(|error| refuse(error.code(), &error.pointer, error.to_string()))?;
    if let Some(part) = unknowable(&parsed) {
        let (term, place) = (part.term, part.pointer.place());
        let de = format!(
            "Niemand kann hier `{term}` feststellen ({place}); die Regel würde nie etwas erlauben."
        );
        let refusal = input(UNKNOWABLE, de, part.to_string());
        return Err(at(refusal, &format!("/rule/policy{}", part.pointer.as_str())));
    }
    Ok(())
}

fn chosen(book: &Book, sentences: &[RuleSentence]) -> Answer<Ruled> {
    let typed = typed(sentences)?;
    let texts: Vec<&str> = typed.iter().map(|(_, text)| text.as_str()).collect();
    let refused = |error: ChoiceError| {
        let place = typed.get(error.at()).map_or(0, |(place, _)| *place);
        refused(book, &error, sentences.get(place), place)
    };
    let chosen = book.choose(&texts).map_err(refused)?;
    let built = book.build(&chosen).map_err(refused)?;
    if let Err(refusal) = check(&built.policy) {
        return Err(unkept(book, &chosen).unwrap_or_else(|| at(refusal, "/rule")));
    }
    Ok(Ruled { offer: built.policy, beside: built.beside })
}

/// Which of the sentences cannot be judged here, and why.
fn unkept(book: &Book, chosen: &[Chosen]) -> Option<Refusal> {
    chosen.iter().find_map(|sentence| {
        let built = book.build(std::slice::from_ref(sentence)).ok()?;
        let Refusal { code, reason, .. } = check(&built.policy).err()?;
        let said = |lang| book.say(sentence, false, lang);
        let de = format!("„{}“ kann hier nicht gelten. {}", said(Lang::De), reason.de);
        let en = format!("“{}” cannot hold here: {}", said(Lang::En), reason.en);
        Some(at(input(code, de, en), "/rule"))
    })
}

/// The sentences as they can be typed, with their places. Several purposes are one sentence.
fn typed(sentences: &[RuleSentence]) -> Answer<Vec<(usize, String)>> {
    let mut typed = Vec::new();
    let mut purposes: Vec<(usize, &str)> = Vec::new();
    for (place, given) in sentences.iter().enumerate() {
        let text = match given {
            RuleSentence::Partners { partners } => {
                some(partners, place)?;
                let partners: Vec<&str> = partners.iter().map(wire::did::Did::as_str).collect();
                format!("partners={}", partners.join(", "))
            }
            RuleSentence::Purpose { purpose } => {
                purposes.push((place, purpose));
                continue;
            }
            RuleSentence::Said { sentence } => sentence.clone(),
            RuleSentence::Until { until } if until.contains('T') => format!("before={until}"),
            RuleSentence::Until { until } => format!("until={until}"),
            RuleSentence::VettedAs { kinds } => {
                some(kinds, place)?;
                format!("vetted-as={}", quoted(kinds.iter().map(String::as_str)))
            }
        };
        typed.push((place, text));
    }
    if let Some((place, _)) = purposes.first() {
        typed.push((*place, format!("purpose={}", quoted(purposes.iter().map(|(_, it)| *it)))));
    }
    Ok(typed)
}

fn quoted<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ")
}

fn refused(
    book: &Book,
    error: &ChoiceError,
    given: Option<&RuleSentence>,
    place: usize,
) -> Refusal {
    let code = match (error, given) {
        (ChoiceError::Blank { .. }, Some(RuleSentence::Until { .. })) => "until-invalid",
        (
            ChoiceError::Blank { .. },
            Some(RuleSentence::Purpose { .. } | RuleSentence::VettedAs { .. }),
        ) => "name-invalid",
        (_, _) => error.code(),
    };
    let words = |lang| error.words(book, lang);
    let remedy = Words::new(
        "Einen der Sätze nehmen, die `allmende dataset add --help` auflistet, und seine Lücken füllen.",
        "take one of the sentences that `allmende dataset add --help` lists, and fill its blanks",
    );
    let reason = Words::new(words(Lang::De), words(Lang::En));
    let refusal = Refusal::new(Fault::Caller, code, reason, remedy);
    at(refusal, &format!("/rule/sentences/{place}"))
}

fn some<T>(given: &[T], place: usize) -> Answer<()> {
    if given.is_empty() {
        let refusal = input(
            "sentence-empty",
            "Dieser Satz nennt niemanden und würde niemandem etwas erlauben.",
            "this sentence names nobody and would allow nothing",
        );
        return Err(at(refusal, &format!("/rule/sentences/{place}")));
    }
    Ok(())
}
