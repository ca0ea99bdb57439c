//! Rules and reasons in words of both languages, from what `policy` says.

use odrl_parser::Policy;
use policy::text::{self, Lang, Voice};
use policy::{Badge, Book, CheckedPolicy, Decision, ReasonCode, Redacted, Standing, Verdict};

use crate::engine::facts;
use crate::management::view::{BadgeName, RuleLine, Words};
use crate::record::negotiation::Why;

/// Why something was said no to, and what helps.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) reason: Words,
    pub(super) remedy: Words,
}

fn both(say: impl Fn(Lang) -> String) -> Words {
    Words::new(say(Lang::De), say(Lang::En))
}

/// What is said of a rule: by our book, of what our program can do. Which program a partner has is
/// not known.
pub(crate) fn voice(lang: Lang) -> Voice<'static> {
    let standing = Standing { ours: facts::capabilities(), partner: None };
    Voice { book: Book::shipped(), standing, lang }
}

/// A rule as one sentence.
pub(super) fn sentence(rule: &CheckedPolicy) -> Words {
    both(|lang| voice(lang).sentence(rule.policy()))
}

/// A rule line by line: each condition with its own badge, a rule without conditions as a whole.
pub(super) fn lines(rule: &CheckedPolicy) -> Vec<RuleLine> {
    lines_of(rule.policy())
}

/// As [`lines`], of a policy that may be one that nobody here can judge.
pub(super) fn lines_of(policy: &Policy) -> Vec<RuleLine> {
    let (de, en) = (voice(Lang::De).lines(policy), voice(Lang::En).lines(policy));
    let both = de.into_iter().zip(en);
    let line = |(de, en): (text::RuleSentence, text::RuleSentence)| RuleLine {
        sentence: Words::new(de.text, en.text),
        badge: badge(en.badge),
        pointer: en.pointer.as_str().to_owned(),
    };
    both.map(line).collect()
}

fn badge(badge: Badge) -> BadgeName {
    match badge {
        Badge::Enforced => BadgeName::Enforced,
        Badge::Evidenced => BadgeName::Evidenced,
        Badge::Promised => BadgeName::Promised,
    }
}

/// Why our own decision is a denial, with values.
pub(super) fn of_decision(decision: &Decision) -> Told {
    Told {
        reason: both(|lang| text::reason(Book::shipped(), decision, lang)),
        remedy: both(|lang| text::remedy(Book::shipped(), decision, lang)),
    }
}

/// What a reason code of a rule means; nothing for other codes.
pub(super) fn of_code(code: &str) -> Option<Told> {
    let known = ReasonCode::ALL.into_iter().find(|known| known.code() == code)?;
    let redacted = Redacted { verdict: Verdict::Deny, codes: [known].into() };
    Some(Told {
        reason: both(|lang| text::redacted_reason(&redacted, lang)),
        remedy: both(|lang| text::redacted_remedy(&redacted, lang)),
    })
}

/// Why two programs parted without a person's word; nothing for other codes.
fn of_parting(code: &str) -> Option<Told> {
    let (de, en) = match code {
        "peer-unreachable" => (
            "Der Partner war zu lange nicht zu erreichen.",
            "the partner could not be reached for too long",
        ),
        "refused-by-peer" => (
            "Das Programm des Partners nahm unsere Nachricht nicht an.",
            "the partner's program did not take our message",
        ),
        "state-disagreement" => (
            "Die beiden Programme waren sich über den Stand nicht einig.",
            "the two programs did not agree on how things stood",
        ),
        "states-compared" => (
            "Beim Partner war der Vorgang schon zu Ende; wir haben es auf Nachfrage erfahren.",
            "it had ended at the partner's already; we learnt it by asking",
        ),
        _ => return None,
    };
    let remedy = Words::new("Neu anfragen.", "request again");
    Some(Told { reason: Words::new(de, en), remedy })
}

/// A reason that was given with a message: in our words where its code is one of ours.
pub(super) fn of_why(why: &Why) -> Told {
    if let Some(told) = of_code(&why.code).or_else(|| of_parting(&why.code)) {
        return told;
    }
    let words = why.words.join(" ");
    let reason = if words.is_empty() {
        Words::new(
            format!("Es wurde kein Grund in Worten genannt ({}).", why.code),
            format!("no reason was given in words ({})", why.code),
        )
    } else {
        Words::same(words)
    };
    let remedy = Words::new(
        "Mit dem Partner klären, dann neu anfragen.",
        "ask the partner, then request again",
    );
    Told { reason, remedy }
}
