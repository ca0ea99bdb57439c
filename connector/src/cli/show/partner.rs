//! Partners and their programs for people, and what a program ignores of a rule.

use super::card::Card;
use super::table::table;
use super::{Show, instant, named};
use crate::management::view::{IgnoredView, PartnerView, ProgramView, RuleLine, Words};
use crate::words::{Lang, Phrase};

impl Show for Vec<PartnerView> {
    fn show(&self, lang: Lang) -> String {
        if self.is_empty() {
            return format!("{}\n", Phrase::NothingHere.text(lang));
        }
        let row = |partner: &PartnerView| {
            [
                partner.name.clone().unwrap_or_default(),
                partner.program.words.in_lang(lang).to_owned(),
                partner.did.to_string(),
            ]
        };
        let heading = [Phrase::Partner, Phrase::Program, Phrase::Participant];
        let rows: Vec<_> = self.iter().map(row).collect();
        table(heading.map(|phrase| phrase.text(lang)), &rows)
    }
}

impl Show for PartnerView {
    fn show(&self, lang: Lang) -> String {
        let card = Card::new(lang).line(Phrase::Partner, named(self.name.as_deref(), &self.did));
        let card = program(card, &self.program, lang)
            .maybe(Phrase::Said, self.program.said.map(|at| instant(at, lang)));
        let gaps = self.program.gaps.iter().map(|gap| gap.in_lang(lang).to_owned());
        list(card, Phrase::Ignores, gaps).text()
    }
}

/// The partner's program, and from where it is known what that one does.
pub(super) fn program(card: Card, program: &ProgramView, lang: Lang) -> Card {
    card.line(Phrase::PartnersProgram, program.words.in_lang(lang))
        .maybe(Phrase::KnownFrom, program.source.as_ref())
}

/// What of a rule the partner's program ignores, and what people of ours must keep.
pub(super) fn kept(
    card: Card,
    (ignored, promises): (&[IgnoredView], &[RuleLine]),
    lang: Lang,
) -> Card {
    let of = |words: &Words| words.in_lang(lang).to_owned();
    let ignored = ignored.iter().map(|it| format!("{} – {}", of(&it.sentence), of(&it.what)));
    let card = list(card, Phrase::Ignores, ignored);
    list(card, Phrase::ToDo, promises.iter().map(|line| of(&line.sentence)))
}

/// What a person is shown before a contract is signed: the rule, what stands behind each line, what
/// the partner's program ignores of it, and what is ours to keep.
pub(in crate::cli) fn before_signing(
    (sentence, rules): (&Words, &[RuleLine]),
    partners: &ProgramView,
    kept_by: (&[IgnoredView], &[RuleLine]),
    lang: Lang,
) -> String {
    let card = Card::new(lang).rule(sentence.in_lang(lang), rules);
    kept(program(card, partners, lang), kept_by, lang).text()
}

/// A label with one line for each thing; nothing where there is none.
pub(super) fn list(card: Card, label: Phrase, mut lines: impl Iterator<Item = String>) -> Card {
    let card = card.maybe(label, lines.next());
    lines.fold(card, Card::more)
}
