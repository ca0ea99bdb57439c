//! Contracts, deliveries and the local hand-over for people.

use protocol::Role;
use protocol::transfer::State;

use super::card::Card;
use super::partner::{kept, list, program};
use super::table::table;
use super::{Show, instant, named, short, size};
use crate::management::view::{
    AcceptanceView, ApprovalView, ChangeKind, ContractStage, ContractView, DeliveryOutcome,
    DeliveryView, HandoverView, StepView, Turn,
};
use crate::words::{Lang, Phrase};

impl Show for ContractView {
    fn show(&self, lang: Lang) -> String {
        let mut state = stage(self.stage).text(lang).to_owned();
        if let Some(turn) = turn(self.turn) {
            state = format!("{state} ({})", turn.text(lang));
        }
        let permitted = if self.permitted_now { Phrase::Yes } else { Phrase::No };
        let role = match self.role {
            Role::Consumer => Phrase::RoleConsumer,
            Role::Provider => Phrase::RoleProvider,
        };
        let card = Card::new(lang)
            .line(Phrase::Contract, self.id.as_str())
            .line(Phrase::Title, &self.title)
            .line(Phrase::Partner, format!("{} ({})", partner(self), role.text(lang)))
            .line(Phrase::State, state)
            .line(Phrase::Reason, self.why.in_lang(lang))
            .maybe(Phrase::ReasonCode, self.code.as_ref())
            .maybe(Phrase::Remedy, self.remedy.as_ref().map(|words| words.in_lang(lang)))
            .maybe(Phrase::LastStep, self.last_step.as_ref().map(|step| last_step(step, lang)));
        let card = offers(card, self, lang).rule(self.sentence.in_lang(lang), &self.rules);
        let card = list(card, Phrase::LegalText, self.legal_texts.iter().cloned());
        let card = kept(program(card, &self.program, lang), (&self.ignored, &self.promises), lang)
            .line(Phrase::Permitted, permitted.text(lang))
            .maybe(Phrase::NextChange, self.next_change.map(|at| instant(at, lang)))
            .line(Phrase::Requested, instant(self.requested, lang))
            .maybe(Phrase::Concluded, self.concluded.map(|at| instant(at, lang)))
            .maybe(Phrase::Ended, self.ended.map(|at| instant(at, lang)))
            .maybe(Phrase::Erased, self.erased.map(|at| instant(at, lang)))
            .maybe(Phrase::Account, self.account.as_ref())
            .line(Phrase::Dataset, self.dataset.as_str())
            .maybe(Phrase::Agreement, self.agreement.as_ref().map(|id| id.as_str()))
            .maybe(Phrase::Digest, self.document_digest.as_ref())
            .maybe(Phrase::ServedAt, self.served_at.as_ref());
        let card = signatures(card, self, lang);
        let mut text = card.text();
        if !self.deliveries.is_empty() {
            text.push('\n');
            text.push_str(&self.deliveries.show(lang));
        }
        text
    }
}

/// Whose turn it is, while it is anybody's.
fn turn(turn: Turn) -> Option<Phrase> {
    match turn {
        Turn::Nobody => None,
        Turn::Ours => Some(Phrase::TurnOurs),
        Turn::Person => Some(Phrase::TurnPerson),
        Turn::Theirs => Some(Phrase::TurnTheirs),
        Turn::UnderWay => Some(Phrase::TurnUnderWay),
    }
}

/// What was done last, by whom, when and why.
fn last_step(step: &StepView, lang: Lang) -> String {
    let words = step.words.in_lang(lang);
    let at = instant(step.at, lang);
    match &step.account {
        Some(account) => format!("{words} [{}] ({account}, {at})", step.code),
        None => format!("{words} [{}] ({at})", step.code),
    }
}

/// The terms that were put on the table, once there is more to say than the rule.
fn offers(card: Card, contract: &ContractView, lang: Lang) -> Card {
    let told = contract.offers.len() > 1 || contract.offers.iter().any(|it| !it.changes.is_empty());
    let mut card = card;
    for (index, terms) in contract.offers.iter().enumerate().filter(|_| told) {
        let by = if terms.ours { Phrase::Us } else { Phrase::Partner }.text(lang);
        let by = match &terms.account {
            Some(account) => format!("{by} ({account})"),
            None => by.to_owned(),
        };
        let at = instant(terms.at, lang);
        let line = format!("{}. {by}, {at}: {}", index + 1, terms.sentence.in_lang(lang));
        card = if index == 0 { card.line(Phrase::Offers, line) } else { card.more(line) };
        for change in &terms.changes {
            let sign = match change.kind {
                ChangeKind::Added => '+',
                ChangeKind::Dropped => '-',
            };
            card = card.more(format!("   {sign} {}", change.sentence.in_lang(lang)));
        }
    }
    card
}

impl Show for AcceptanceView {
    fn show(&self, lang: Lang) -> String {
        let card = Card::new(lang).line(Phrase::Accepted, self.words.in_lang(lang));
        accepted_rules(card, self, lang).text()
    }
}

/// The rules that are as good to us as our own.
pub(super) fn accepted_rules(card: Card, acceptance: &AcceptanceView, lang: Lang) -> Card {
    acceptance.rules.iter().enumerate().fold(card, |card, (index, rule)| {
        let (at, by) = (instant(rule.added, lang), &rule.added_by);
        let sentence = rule.sentence.in_lang(lang);
        card.more(format!("{}. {sentence} ({by}, {at})", index + 1))
    })
}

fn signatures(card: Card, contract: &ContractView, lang: Lang) -> Card {
    let mut lines = contract.signatures.iter().map(|signature| {
        let verified = if signature.verified { Phrase::Verified } else { Phrase::NotVerified };
        format!("{}: {}", signature.by, verified.text(lang))
    });
    let card = card.maybe(Phrase::Signatures, lines.next());
    lines.fold(card, Card::more)
}

fn partner(contract: &ContractView) -> String {
    named(contract.peer_name.as_deref(), &contract.peer)
}

fn stage(stage: ContractStage) -> Phrase {
    match stage {
        ContractStage::Ended => Phrase::Ended,
        ContractStage::InForce => Phrase::InForce,
        ContractStage::Negotiating => Phrase::Negotiating,
        ContractStage::Refused => Phrase::Refused,
        ContractStage::WaitingForApproval => Phrase::WaitingForApproval,
    }
}

impl Show for Vec<ContractView> {
    fn show(&self, lang: Lang) -> String {
        if self.is_empty() {
            return format!("{}\n", Phrase::NothingHere.text(lang));
        }
        let row = |contract: &ContractView| {
            [
                short(contract.id.as_str()).to_owned(),
                contract.title.clone(),
                partner(contract),
                match turn(contract.turn) {
                    Some(turn) => {
                        format!("{} ({})", stage(contract.stage).text(lang), turn.text(lang))
                    }
                    None => stage(contract.stage).text(lang).to_owned(),
                },
                contract.why.in_lang(lang).to_owned(),
            ]
        };
        let heading =
            [Phrase::Contract, Phrase::Title, Phrase::Partner, Phrase::State, Phrase::Reason];
        let rows: Vec<_> = self.iter().map(row).collect();
        table(heading.map(|phrase| phrase.text(lang)), &rows)
    }
}

impl Show for Vec<ApprovalView> {
    fn show(&self, lang: Lang) -> String {
        if self.is_empty() {
            return format!("{}\n", Phrase::NothingHere.text(lang));
        }
        let row = |approval: &ApprovalView| {
            let contract = &approval.contract;
            let yours = if approval.yours { Phrase::Yes } else { Phrase::No };
            [
                short(contract.id.as_str()).to_owned(),
                contract.title.clone(),
                partner(contract),
                instant(contract.requested, lang),
                yours.text(lang).to_owned(),
            ]
        };
        let heading =
            [Phrase::Contract, Phrase::Title, Phrase::Partner, Phrase::Requested, Phrase::TurnOurs];
        let rows: Vec<_> = self.iter().map(row).collect();
        table(heading.map(|phrase| phrase.text(lang)), &rows)
    }
}

/// How a delivery stands.
fn outcome(delivery: &DeliveryView) -> Phrase {
    if delivery.protocol_state == State::Suspended.name() {
        return Phrase::Suspended;
    }
    match delivery.outcome {
        Some(DeliveryOutcome::Complete) => Phrase::Complete,
        Some(DeliveryOutcome::Cut) => Phrase::Cut,
        Some(DeliveryOutcome::Failed) => Phrase::Failed,
        Some(DeliveryOutcome::Refused) => Phrase::Refused,
        None => Phrase::Running,
    }
}

impl Show for DeliveryView {
    fn show(&self, lang: Lang) -> String {
        let state = format!("{}, {}", outcome(self).text(lang), size(self.bytes, lang));
        Card::new(lang)
            .line(Phrase::Delivery, self.id.as_str())
            .line(Phrase::State, state)
            .maybe(Phrase::Reason, self.why.as_ref().map(|words| words.in_lang(lang)))
            .maybe(Phrase::ReasonCode, self.code.as_ref())
            .maybe(Phrase::Remedy, self.remedy.as_ref().map(|words| words.in_lang(lang)))
            .maybe(Phrase::Digest, self.digest.as_ref())
            .maybe(Phrase::HeldAt, self.held_at.as_ref())
            .text()
    }
}

impl Show for Vec<DeliveryView> {
    fn show(&self, lang: Lang) -> String {
        let row = |delivery: &DeliveryView| {
            [
                short(delivery.id.as_str()).to_owned(),
                instant(delivery.started, lang),
                outcome(delivery).text(lang).to_owned(),
                size(delivery.bytes, lang),
                delivery.why.as_ref().map_or("", |words| words.in_lang(lang)).to_owned(),
            ]
        };
        let heading =
            [Phrase::Delivery, Phrase::Requested, Phrase::State, Phrase::Size, Phrase::Reason];
        let rows: Vec<_> = self.iter().map(row).collect();
        table(heading.map(|phrase| phrase.text(lang)), &rows)
    }
}

impl Show for HandoverView {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::ServedAt, &self.url)
            .line(Phrase::Token, self.token.reveal())
            .line(
                Phrase::Example,
                format!("curl -H 'Authorization: Bearer {}' {}", self.token.reveal(), self.url),
            )
            .text()
    }
}
