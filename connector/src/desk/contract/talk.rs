//! How the terms on the table came there, in a person's words: who put what, what changed, and why
//! the last step was made.

use protocol::Role;
use protocol::message::MessageKind;
use wire::did::Did;

use super::super::Inner;
use super::super::find::Contract;
use super::super::words::{Speaker, of_code};
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::management::desk::Answer;
use crate::management::view::{ChangeKind, RuleLine, StepView, TermsChange, TermsView, Words};
use crate::record::negotiation::{By, LastStep, NegotiationRecord};

impl<P: Parts, D> Inner<P, D> {
    /// The terms so far, each beside those before it; the first beside our own catalogue.
    pub(super) async fn offers_of(
        &self,
        speaker: Speaker<'_>,
        ours: &Did,
        contract: &Contract,
    ) -> Answer<Vec<TermsView>> {
        let record = &contract.negotiation.record;
        let mut before = self.catalogue_lines(speaker, ours, record).await;
        let mut views = Vec::new();
        for made in &record.offers {
            let document = self.engine.document(ours, &made.digest).await?;
            let now = rule::read(&document, Shape::Request).ok();
            let now_lines = now.as_ref().map(|rule| speaker.lines(rule));
            views.push(TermsView {
                by: made.by,
                ours: made.by == record.process.role,
                at: made.at,
                account: made.account.clone(),
                sentence: match &now {
                    Some(rule) => speaker.sentence(rule),
                    None => Words::new("nicht zu verstehen", "not to be understood"),
                },
                changes: match (&before, &now_lines) {
                    (Some(before), Some(now)) => changes(before, now),
                    (_, _) => Vec::new(),
                },
            });
            before = now_lines;
        }
        Ok(views)
    }

    /// As provider: what our catalogue says, which the first request is laid beside.
    async fn catalogue_lines(
        &self,
        speaker: Speaker<'_>,
        ours: &Did,
        record: &NegotiationRecord,
    ) -> Option<Vec<RuleLine>> {
        if record.process.role == Role::Consumer {
            return None;
        }
        let (_, dataset) = self.engine.dataset(ours, &record.process.offer.target).await.ok()?;
        let rule = rule::read(&dataset.offer, Shape::Offer).ok()?;
        Some(speaker.lines(&rule))
    }
}

/// The lines that went and those that came.
fn changes(before: &[RuleLine], now: &[RuleLine]) -> Vec<TermsChange> {
    let lacks = |rules: &[RuleLine], line: &RuleLine| {
        rules.iter().all(|rule| rule.sentence != line.sentence)
    };
    let change =
        |kind| move |line: &RuleLine| TermsChange { kind, sentence: line.sentence.clone() };
    let dropped = before.iter().filter(|line| lacks(now, line)).map(change(ChangeKind::Dropped));
    let added = now.iter().filter(|line| lacks(before, line)).map(change(ChangeKind::Added));
    dropped.chain(added).collect()
}

/// The last step in words.
pub(super) fn last_step(record: &NegotiationRecord) -> Option<StepView> {
    let last = record.last.as_ref()?;
    // A termination brings its own reason.
    let code = match (last.what, &record.why) {
        (MessageKind::ContractNegotiationTerminationMessage, Some(why)) => why.code.clone(),
        (_, _) => last.code.clone(),
    };
    let (what, why) = (happened(last), because(&code));
    let words = match why {
        Some(why) => {
            Words::new(format!("{}: {}", what.de, why.de), format!("{}: {}", what.en, why.en))
        }
        None => what,
    };
    Some(StepView {
        ours: last.by == By::Us,
        message: last.what.name().to_owned(),
        code,
        words,
        account: last.account.clone(),
        at: last.at,
    })
}

/// What was done, and by whom.
fn happened(last: &LastStep) -> Words {
    let what = DONE.iter().find(|(kind, ..)| *kind == last.what);
    let (de, en) = what.map_or(("weitergemacht", "went on"), |(_, de, en)| (*de, *en));
    match last.by {
        By::Us => Words::new(format!("Wir haben {de}"), format!("we {en}")),
        By::Peer => Words::new(format!("Der Partner hat {de}"), format!("the partner {en}")),
    }
}

/// What each message does, after "we have" and "we".
const DONE: [(MessageKind, &str, &str); 6] = [
    (MessageKind::ContractRequestMessage, "Bedingungen angefragt", "asked for terms"),
    (MessageKind::ContractOfferMessage, "Bedingungen angeboten", "offered terms"),
    (MessageKind::ContractAgreementMessage, "zugestimmt", "agreed"),
    (
        MessageKind::ContractAgreementVerificationMessage,
        "die Vereinbarung bestätigt",
        "confirmed the agreement",
    ),
    (
        MessageKind::ContractNegotiationEventMessage,
        "angenommen oder in Kraft gesetzt",
        "accepted or put in force",
    ),
    (MessageKind::ContractNegotiationTerminationMessage, "abgebrochen", "broke off"),
];

/// Why a step was made; nothing where the step says it all.
fn because(code: &str) -> Option<Words> {
    if code == "partner" {
        return None;
    }
    if let Some((_, de, en)) = WHY.iter().find(|(known, ..)| *known == code) {
        return Some(Words::new(*de, *en));
    }
    Some(of_code(code).map_or_else(|| Words::same(code), |told| told.reason))
}

/// Why our program or a person of ours made a step. `docs/errors.md` has the same table.
const WHY: [(&str, &str, &str); 13] = [
    ("as-agreed", "die Vereinbarung ist, was vereinbart war", "the agreement is what was agreed"),
    ("given-up", "der Partner war nicht zu erreichen", "the partner could not be reached"),
    (
        "other-terms",
        "diese Bedingungen nimmt unsere Regel nicht an",
        "our policy refuses these terms",
    ),
    ("person", "ein Mensch bei uns hat so entschieden", "a person of ours decided so"),
    (
        "refused-by-peer",
        "der Partner nahm die Nachricht nicht an",
        "the partner refused the message",
    ),
    ("rejected-by-person", "ein Mensch hat abgelehnt", "a person said no"),
    ("rule-permits", "die Regel erlaubt es", "the rule permits it"),
    ("script", "von selbst", "by itself"),
    (
        "states-compared",
        "der Partner wurde nach dem Stand gefragt",
        "the partner was asked where it stands",
    ),
    (
        "terms-listed",
        "diese Bedingungen stehen unter denen, die wir annehmen",
        "these terms are among those that we accept",
    ),
    (
        "terms-no-worse",
        "diese Bedingungen sind für uns nachweislich nicht schlechter",
        "these terms are provably no worse for us",
    ),
    ("terms-ours", "es sind unsere eigenen Bedingungen", "they are our own terms"),
    (
        "verified",
        "der Partner hat die Vereinbarung bestätigt",
        "the partner confirmed the agreement",
    ),
];

/// Why a person of ours is asked.
pub(super) fn asked(code: &str) -> Words {
    match code {
        "terms-for-a-person" => Words::new(
            "Der Partner will andere Bedingungen; ein Mensch auf unserer Seite muss entscheiden: \
             zustimmen, anderes vorschlagen oder ablehnen.",
            "the partner wants other terms; a person on our side must decide: agree, propose \
             something else, or reject",
        ),
        "promises-for-a-person" => Words::new(
            "Die Bedingungen verlangen Zusagen, um die niemand bei uns gebeten hat und die kein \
             Programm für uns hält; ein Mensch auf unserer Seite muss entscheiden.",
            "the terms demand promises that nobody here asked for and that no program keeps for us; \
             a person on our side must decide",
        ),
        "unasked-offer" => Words::new(
            "Der Partner bietet von sich aus einen Vertrag an; ein Mensch auf unserer Seite muss \
             entscheiden.",
            "the partner offers a contract unasked; a person on our side must decide",
        ),
        _ => Words::new(
            "Ein zweiter Mensch auf unserer Seite muss entscheiden.",
            "a second person on our side must decide",
        ),
    }
}
