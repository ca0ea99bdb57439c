//! Rules and reasons in words of both languages, from what `policy` says.

pub(super) mod tree;

use odrl_parser::Policy;
use policy::book::Peer;
use policy::text::{self, Lang, Voice};
use policy::{
    Badge, Book, CheckedPolicy, Decision, Missing, ReasonCode, Redacted, Standing, Verdict,
};

use crate::engine::facts;
use crate::management::view::{BadgeName, IgnoredView, RuleLine, Words};
use crate::record::negotiation::Why;

/// Why something was said no to, and what helps.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) reason: Words,
    pub(super) remedy: Words,
}

pub(super) fn both(say: impl Fn(Lang) -> String) -> Words {
    Words::new(say(Lang::De), say(Lang::En))
}

/// Speaks of rules: by a book, and of what can be kept between our program and a partner's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speaker<'a> {
    /// The sentences and words.
    pub(crate) book: &'a Book,
    /// The partner's program; none where nothing is known of it, or there is no partner.
    pub(crate) partner: Option<&'a Peer>,
}

impl<'a> Speaker<'a> {
    /// Of a rule beside which stands no partner.
    pub(crate) const fn of(book: &'a Book) -> Self {
        Self { book, partner: None }
    }

    pub(crate) fn voice(&self, lang: Lang) -> Voice<'a> {
        let standing = Standing { ours: facts::capabilities(), partner: self.partner };
        Voice { book: self.book, standing, lang }
    }

    /// A rule as one sentence.
    pub(super) fn sentence(&self, rule: &CheckedPolicy) -> Words {
        both(|lang| self.voice(lang).sentence(rule.policy()))
    }

    /// A rule line by line: each condition with its own badge, a rule without conditions as a whole.
    pub(super) fn lines(&self, rule: &CheckedPolicy) -> Vec<RuleLine> {
        self.lines_of(rule.policy())
    }

    /// As [`Self::lines`], of a policy that may be one that nobody here can judge.
    pub(super) fn lines_of(&self, policy: &Policy) -> Vec<RuleLine> {
        let (de, en) = (self.voice(Lang::De).lines(policy), self.voice(Lang::En).lines(policy));
        let both = de.into_iter().zip(en);
        let line = |(de, en): (text::RuleSentence, text::RuleSentence)| RuleLine {
            sentence: Words::new(de.text, en.text),
            badge: badge(en.badge),
            pointer: en.pointer.as_str().to_owned(),
        };
        both.map(line).collect()
    }

    /// What the partner's program is known to ignore of a policy, or to read otherwise.
    pub(super) fn ignored(&self, policy: &Policy) -> Vec<IgnoredView> {
        let Some(partner) = self.partner else { return Vec::new() };
        let of = |lang| text::ignored(&self.voice(lang), policy, partner);
        let both = of(Lang::De).into_iter().zip(of(Lang::En));
        let view = |(de, en): (text::IgnoredPart, text::IgnoredPart)| IgnoredView {
            sentence: Words::new(de.part, en.part),
            what: Words::new(de.what, en.what),
            pointer: en.pointer.as_str().to_owned(),
        };
        both.map(view).collect()
    }

    /// What would have to hold for a permit, each of it.
    pub(super) fn needed(&self, policy: &Policy, missing: &[Missing]) -> Vec<Words> {
        missing.iter().map(|it| both(|lang| self.voice(lang).needed(policy, it))).collect()
    }

    /// Why our own decision is a denial, with values.
    pub(super) fn of_decision(&self, decision: &Decision) -> Told {
        Told {
            reason: both(|lang| text::reason(self.book, decision, lang)),
            remedy: both(|lang| text::remedy(self.book, decision, lang)),
        }
    }
}

fn badge(badge: Badge) -> BadgeName {
    match badge {
        Badge::Enforced => BadgeName::Enforced,
        Badge::Evidenced => BadgeName::Evidenced,
        Badge::Promised => BadgeName::Promised,
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
