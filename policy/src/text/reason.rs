//! Why something was denied, and what helps. The whole form names what was demanded and seen and is
//! for our own people; the redacted form names neither and may be told to the other party.

use odrl_parser::Operator;

use super::clause::{demand, joining, value_words};
use super::{Lang, and, list};
use crate::book::Book;
use crate::decision::{AtomReport, Decision};
use crate::fact::Seen;
use crate::reason::{Reason, ReasonCode, Redacted};

/// All reasons of a denial in words; empty for a permit.
#[must_use]
pub fn reason(book: &Book, decision: &Decision, lang: Lang) -> String {
    joined(decision.reasons.iter().map(|reason| reason_words(book, reason, lang)))
}

/// All remedies in words, each once; empty for a permit.
#[must_use]
pub fn remedy(book: &Book, decision: &Decision, lang: Lang) -> String {
    joined(decision.reasons.iter().map(|reason| remedy_words(book, reason, lang)))
}

/// What the other party may be told about the reasons.
#[must_use]
pub fn redacted_reason(redacted: &Redacted, lang: Lang) -> String {
    joined(redacted.codes.iter().map(|code| plain_reason(*code, lang).to_owned()))
}

/// What the other party may be told about the remedies.
#[must_use]
pub fn redacted_remedy(redacted: &Redacted, lang: Lang) -> String {
    joined(redacted.codes.iter().map(|code| plain_remedy(*code, lang).to_owned()))
}

/// Sentences in their order, each once.
fn joined(sentences: impl Iterator<Item = String>) -> String {
    let mut unique: Vec<String> = Vec::new();
    for sentence in sentences {
        if !unique.contains(&sentence) {
            unique.push(sentence);
        }
    }
    unique.join(" ")
}

/// One reason in words, with what was demanded and seen.
#[must_use]
pub fn reason_words(book: &Book, reason: &Reason, lang: Lang) -> String {
    let Some(atom) = &reason.constraint else {
        return plain_reason(reason.code, lang).to_owned();
    };
    if reason.code == ReasonCode::NotVetted && asks_for_kinds(atom.operator) {
        return not_vetted(book, atom, lang);
    }
    let lead = plain_reason(reason.code, lang);
    let demanded = demand(book, atom.operand.operand(), atom.operator, &atom.demanded, lang);
    let seen = seen_words(book, &atom.seen, lang);
    match lang {
        Lang::De => format!("{lead} Verlangt: {demanded}. Gesehen: {seen}."),
        Lang::En => format!("{lead} Demanded: {demanded}. Seen: {seen}."),
    }
}

/// Whether the operator demands that the party is vetted, rather than that it is not.
const fn asks_for_kinds(operator: Operator) -> bool {
    match operator {
        Operator::HasPart | Operator::IsA | Operator::IsAllOf | Operator::IsAnyOf => true,
        Operator::Eq
        | Operator::Gt
        | Operator::Gteq
        | Operator::IsNoneOf
        | Operator::IsPartOf
        | Operator::Lt
        | Operator::Lteq
        | Operator::Neq => false,
    }
}

fn not_vetted(book: &Book, atom: &AtomReport, lang: Lang) -> String {
    let kinds: Vec<String> =
        atom.demanded.iter().map(|value| value_words(book, value, lang)).collect();
    let kinds = list(&kinds, joining(atom.operator, lang));
    let seen = match &atom.seen {
        Seen::Known { values, .. } if !values.is_empty() => {
            Some(seen_words(book, &atom.seen, lang))
        }
        Seen::Absent
        | Seen::Conflicting
        | Seen::Known { .. }
        | Seen::Stale { .. }
        | Seen::Untrusted { .. } => None,
    };
    match (seen, lang) {
        (Some(seen), Lang::De) => {
            format!(
                "Die Vertrauensstelle hat den Partner nicht als {kinds} anerkannt, nur als {seen}."
            )
        }
        (None, Lang::De) => {
            format!("Die Vertrauensstelle hat den Partner nicht als {kinds} anerkannt.")
        }
        (Some(seen), Lang::En) => {
            format!("The authority has not vetted the partner as {kinds}, only as {seen}.")
        }
        (None, Lang::En) => format!("The authority has not vetted the partner as {kinds}."),
    }
}

fn seen_words(book: &Book, seen: &Seen, lang: Lang) -> String {
    let words = match (seen, lang) {
        (Seen::Known { values, .. }, _) if !values.is_empty() => {
            let values: Vec<String> =
                values.iter().map(|value| value_words(book, value, lang)).collect();
            return list(&values, and(lang));
        }
        (Seen::Known { .. } | Seen::Absent, Lang::De) => "nichts",
        (Seen::Known { .. } | Seen::Absent, Lang::En) => "nothing",
        (Seen::Conflicting, Lang::De) => "Widersprüche",
        (Seen::Conflicting, Lang::En) => "contradictions",
        (Seen::Stale { .. }, Lang::De) => "nur Veraltetes",
        (Seen::Stale { .. }, Lang::En) => "only what is out of date",
        (Seen::Untrusted { .. }, Lang::De) => "nur eine Angabe aus fremder Quelle",
        (Seen::Untrusted { .. }, Lang::En) => "only a claim from an untrusted source",
    };
    words.to_owned()
}

/// What the party that asks can do about a reason, naming what is demanded.
#[must_use]
pub fn remedy_words(book: &Book, reason: &Reason, lang: Lang) -> String {
    let Some(atom) = &reason.constraint else {
        return plain_remedy(reason.code, lang).to_owned();
    };
    let words: Vec<String> =
        atom.demanded.iter().map(|value| value_words(book, value, lang)).collect();
    let words = list(&words, joining(atom.operator, lang));
    match (reason.code, lang) {
        (ReasonCode::NotVetted, Lang::De) => {
            format!("Bitten Sie die Vertrauensstelle des Datenraums, Sie als {words} anzuerkennen.")
        }
        (ReasonCode::NotVetted, Lang::En) => {
            format!("Ask the authority of the data space to vet you as {words}.")
        }
        (ReasonCode::NotYet, Lang::De) => format!("Versuchen Sie es nach {words} noch einmal."),
        (ReasonCode::NotYet, Lang::En) => format!("Try again after {words}."),
        (ReasonCode::OtherPurpose | ReasonCode::PurposeNotStated, Lang::De) => {
            format!("Geben Sie als Zweck {words} an, wenn das stimmt.")
        }
        (ReasonCode::OtherPurpose | ReasonCode::PurposeNotStated, Lang::En) => {
            format!("State {words} as your purpose, if that is true.")
        }
        (code, _) => plain_remedy(code, lang).to_owned(),
    }
}

const fn plain_reason(code: ReasonCode, lang: Lang) -> &'static str {
    match lang {
        Lang::De => reason_german(code),
        Lang::En => reason_english(code),
    }
}

const fn plain_remedy(code: ReasonCode, lang: Lang) -> &'static str {
    match lang {
        Lang::De => remedy_german(code),
        Lang::En => remedy_english(code),
    }
}

const fn reason_german(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::BudgetExceeded => "Diese Regeln zu prüfen kostet mehr, als erlaubt ist.",
        ReasonCode::DutyNotFulfilled => "Eine Pflicht, die vorausgeht, ist nicht erfüllt.",
        ReasonCode::DutyViolated => "Eine Pflicht wurde verletzt.",
        ReasonCode::MembershipUnknown => {
            "Es ist nicht bekannt, ob der Partner oder der Datensatz dazugehört."
        }
        ReasonCode::NotInOrder => {
            "Die Bedingungen sind nicht in der verlangten Reihenfolge eingetreten."
        }
        ReasonCode::PolicyVoid => "Die Regeln widersprechen sich und gelten deshalb nicht.",
        ReasonCode::ConditionNotMet => "Eine Bedingung des Vertrags ist nicht erfüllt.",
        ReasonCode::FactConflicting => "Zu einer Bedingung liegen widersprüchliche Angaben vor.",
        ReasonCode::FactStale => "Eine nötige Angabe ist veraltet.",
        ReasonCode::FactUnknown => "Eine nötige Angabe ist nicht bekannt.",
        ReasonCode::NotExactlyOne => "Mehrere Bedingungen gelten, wo genau eine gelten darf.",
        ReasonCode::NotThisPartner => "Der Vertrag gilt nicht für diesen Partner.",
        ReasonCode::NotVetted => "Die nötige Anerkennung durch die Vertrauensstelle fehlt.",
        ReasonCode::NotYet => "Der Vertrag gilt noch nicht.",
        ReasonCode::NothingPermits => "Keine Regel erlaubt diese Handlung.",
        ReasonCode::OtherAssignee => "Der Vertrag wurde mit einem anderen Partner geschlossen.",
        ReasonCode::OtherPurpose => "Der angegebene Zweck ist nicht der verlangte.",
        ReasonCode::OtherTarget => "Der Vertrag gilt für einen anderen Datensatz.",
        ReasonCode::Prohibited => "Eine Regel verbietet diese Handlung.",
        ReasonCode::ProhibitedUnlessKnown => {
            "Ein Verbot könnte gelten, und es ist nicht bekannt, dass es nicht gilt."
        }
        ReasonCode::PurposeNotStated => "Es wurde kein Zweck angegeben.",
        ReasonCode::TimeOver => "Die vereinbarte Zeit ist vorbei.",
        ReasonCode::VettingUnknown => {
            "Es ist nicht bekannt, wofür die Vertrauensstelle den Partner anerkannt hat."
        }
        ReasonCode::WrongTime => "Zu dieser Zeit gilt der Vertrag nicht.",
    }
}

const fn reason_english(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::BudgetExceeded => "To judge these rules costs more than is allowed.",
        ReasonCode::DutyNotFulfilled => "A duty that comes first is not done.",
        ReasonCode::DutyViolated => "A duty was not done as demanded.",
        ReasonCode::MembershipUnknown => {
            "It is not known whether the partner or the dataset belongs to those that are meant."
        }
        ReasonCode::NotInOrder => {
            "The conditions did not come to hold in the order that is demanded."
        }
        ReasonCode::PolicyVoid => "The rules contradict each other and are therefore void.",
        ReasonCode::ConditionNotMet => "A condition of the contract is not met.",
        ReasonCode::FactConflicting => "What is said about a condition is contradictory.",
        ReasonCode::FactStale => "Something that must be known is out of date.",
        ReasonCode::FactUnknown => "Something that must be known is not.",
        ReasonCode::NotExactlyOne => "Several conditions hold where exactly one may.",
        ReasonCode::NotThisPartner => "The contract is not for this partner.",
        ReasonCode::NotVetted => "The vetting that is demanded is missing.",
        ReasonCode::NotYet => "The contract is not in force yet.",
        ReasonCode::NothingPermits => "No rule permits this action.",
        ReasonCode::OtherAssignee => "The contract was made with another partner.",
        ReasonCode::OtherPurpose => "The stated purpose is not the one that is demanded.",
        ReasonCode::OtherTarget => "The contract is about another dataset.",
        ReasonCode::Prohibited => "A rule forbids this action.",
        ReasonCode::ProhibitedUnlessKnown => {
            "A prohibition may apply, and it is not known that it does not."
        }
        ReasonCode::PurposeNotStated => "No purpose was stated.",
        ReasonCode::TimeOver => "The agreed time is over.",
        ReasonCode::VettingUnknown => {
            "It is not known what the authority has vetted the partner as."
        }
        ReasonCode::WrongTime => "The contract does not hold at this time.",
    }
}

const fn remedy_german(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::BudgetExceeded => "Bitten Sie den Anbieter um einfachere Regeln.",
        ReasonCode::DutyNotFulfilled => {
            "Erfüllen Sie die Pflicht, die das Angebot nennt, und belegen Sie es."
        }
        ReasonCode::DutyViolated => {
            "Fragen Sie den Anbieter, wie die Verletzung geheilt werden kann."
        }
        ReasonCode::MembershipUnknown => "Fragen Sie den Anbieter, wer dazugehört.",
        ReasonCode::NotInOrder => {
            "Beginnen Sie die Schritte in der Reihenfolge, die das Angebot nennt."
        }
        ReasonCode::PolicyVoid => {
            "Bitten Sie den Anbieter um ein Angebot, das sich nicht widerspricht."
        }
        ReasonCode::ConditionNotMet | ReasonCode::NotExactlyOne => {
            "Lesen Sie die Regeln des Angebots und erfüllen Sie die genannte Bedingung."
        }
        ReasonCode::FactConflicting | ReasonCode::FactUnknown => {
            "Fragen Sie den Anbieter, welche Angabe ihm fehlt."
        }
        ReasonCode::FactStale | ReasonCode::VettingUnknown => {
            "Versuchen Sie es später noch einmal; die Liste der Vertrauensstelle muss neu geladen werden."
        }
        ReasonCode::NotThisPartner => {
            "Bitten Sie den Anbieter um ein Angebot, das Sie einschließt."
        }
        ReasonCode::NotVetted => {
            "Bitten Sie die Vertrauensstelle des Datenraums um die Anerkennung, die das Angebot verlangt."
        }
        ReasonCode::NotYet | ReasonCode::WrongTime => {
            "Versuchen Sie es zu der Zeit, die das Angebot nennt."
        }
        ReasonCode::NothingPermits | ReasonCode::Prohibited => {
            "Bitten Sie den Anbieter um ein Angebot, das diese Handlung erlaubt."
        }
        ReasonCode::OtherAssignee => "Schließen Sie selbst einen Vertrag über den Datensatz.",
        ReasonCode::OtherPurpose | ReasonCode::PurposeNotStated => {
            "Geben Sie den Zweck an, den das Angebot nennt, wenn das stimmt."
        }
        ReasonCode::OtherTarget => "Schließen Sie einen Vertrag über diesen Datensatz.",
        ReasonCode::ProhibitedUnlessKnown => {
            "Geben Sie an, was das Verbot wissen muss, etwa den Zweck."
        }
        ReasonCode::TimeOver => "Bitten Sie den Anbieter um einen neuen Vertrag.",
    }
}

const fn remedy_english(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::BudgetExceeded => "Ask the provider for simpler rules.",
        ReasonCode::DutyNotFulfilled => "Do the duty that the offer names, and show that you did.",
        ReasonCode::DutyViolated => "Ask the provider how this can be made good.",
        ReasonCode::MembershipUnknown => "Ask the provider who belongs to those that are meant.",
        ReasonCode::NotInOrder => "Take the steps in the order that the offer names.",
        ReasonCode::PolicyVoid => "Ask the provider for an offer that does not contradict itself.",
        ReasonCode::ConditionNotMet | ReasonCode::NotExactlyOne => {
            "Read the rules of the offer and meet the condition."
        }
        ReasonCode::FactConflicting | ReasonCode::FactUnknown => {
            "Ask the provider what it does not know."
        }
        ReasonCode::FactStale | ReasonCode::VettingUnknown => {
            "Try again later; the authority's list must be fetched anew."
        }
        ReasonCode::NotThisPartner => "Ask the provider for an offer that includes you.",
        ReasonCode::NotVetted => {
            "Ask the authority of the data space for the vetting that the offer demands."
        }
        ReasonCode::NotYet | ReasonCode::WrongTime => "Try again at the time that the offer names.",
        ReasonCode::NothingPermits | ReasonCode::Prohibited => {
            "Ask the provider for an offer that permits this action."
        }
        ReasonCode::OtherAssignee => "Make a contract about the dataset yourself.",
        ReasonCode::OtherPurpose | ReasonCode::PurposeNotStated => {
            "State the purpose that the offer names, if that is true."
        }
        ReasonCode::OtherTarget => "Make a contract about this dataset.",
        ReasonCode::ProhibitedUnlessKnown => {
            "State what the prohibition must know, such as the purpose."
        }
        ReasonCode::TimeOver => "Ask the provider for a new contract.",
    }
}
