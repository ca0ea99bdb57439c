//! The report in plain words, German and English. Figures and codes are the report's own; nothing is
//! judged here.

mod findings;
mod words;

use std::fmt::Write as _;

use wire::text::shown_within;

use super::report::{AgreementReport, LogReport, PairReport, Report, Unmatched};
use words::Words;

/// How many places of one kind are listed before the rest is counted.
const LISTED_MAX: usize = 20;
/// The longest line, in characters.
const LINE_CHARS_MAX: usize = 1000;

/// The language of a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lang {
    /// German.
    De,
    /// English.
    En,
}

impl Report {
    /// The report for people, one finding a line, at most 20 of a kind and the number of the rest.
    pub fn text(&self, lang: Lang) -> String {
        let words = Words(lang);
        let mut text = String::new();
        line(&mut text, 0, &words.overall(self.verdict, self.agree));
        for log in &self.logs {
            text.push('\n');
            log_text(&mut text, words, log);
        }
        for agreement in &self.agreements {
            text.push('\n');
            agreement_text(&mut text, words, agreement);
        }
        for pair in &self.pairs {
            text.push('\n');
            pair_text(&mut text, words, pair);
        }
        if !self.failures.is_empty() || !self.remarks.is_empty() {
            text.push('\n');
            line(&mut text, 0, words.folder());
            let failures = self.failures.iter().map(|one| words.failure(one));
            list(&mut text, words, failures.collect());
            list(&mut text, words, self.remarks.iter().map(|one| words.remark(one)).collect());
        }
        text.push('\n');
        line(&mut text, 0, words.limits());
        list(&mut text, words, self.limits.iter().map(|one| words.limit(one)).collect());
        text
    }
}

fn log_text(text: &mut String, words: Words, log: &LogReport) {
    line(text, 0, &words.log(log));
    line(text, 1, &words.whole_to(log));
    let witnesses = log.witnesses.iter().map(|one| words.witness(one)).collect();
    list(text, words, witnesses);
    list(text, words, log.failures.iter().map(|one| words.failure(one)).collect());
    list(text, words, log.doubts.iter().map(|one| words.doubt(one)).collect());
    list(text, words, log.remarks.iter().map(|one| words.remark(one)).collect());
}

fn agreement_text(text: &mut String, words: Words, agreement: &AgreementReport) {
    line(text, 0, &words.agreement(agreement));
    line(text, 1, &words.signatures(agreement));
    line(text, 1, &words.ended(agreement));
    let deliveries = agreement.deliveries.iter().map(|one| words.delivery(one)).collect();
    list(text, words, deliveries);
}

fn pair_text(text: &mut String, words: Words, pair: &PairReport) {
    line(text, 0, &words.pair(pair));
    let only = |of, entries: &[Unmatched]| -> Vec<String> {
        entries.iter().map(|one| words.only(of, one)).collect()
    };
    list(text, words, only(&pair.here, &pair.only_here));
    list(text, words, only(&pair.there, &pair.only_there));
    list(text, words, pair.different.iter().map(|one| words.different(one)).collect());
}

fn list(text: &mut String, words: Words, lines: Vec<String>) {
    for one in lines.iter().take(LISTED_MAX) {
        line(text, 1, one);
    }
    let rest = lines.len().saturating_sub(LISTED_MAX);
    if rest > 0 {
        line(text, 1, &words.more(rest));
    }
}

fn line(text: &mut String, indent: usize, words: &str) {
    // Names come from the files of strangers: nothing of them may steer a terminal.
    let (dash, words) = (if indent > 0 { "  - " } else { "" }, shown_within(words, LINE_CHARS_MAX));
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "{dash}{words}");
}
