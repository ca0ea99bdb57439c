//! The report of a replay in plain words, German and English. Nothing is judged here.

use std::fmt::Write as _;

use serde_json::Value;
use wire::text::shown_within;

use super::{Counts, Difference, Finding, NotReplayed, Outcome, Part, Report, Within};
pub use crate::verify::Lang;
use crate::verify::Verdict;

/// How many findings are listed in words before the rest is counted.
const LISTED_MAX: usize = 20;
/// The longest line, in characters.
const LINE_CHARS_MAX: usize = 1000;
/// How much of a value is shown, in characters.
const VALUE_CHARS_MAX: usize = 120;

/// Words of one language.
#[derive(Clone, Copy)]
struct Words(Lang);

impl Report {
    /// The report for people, one finding a line, at most 20 and the number of the rest.
    pub fn text(&self, lang: Lang) -> String {
        let words = Words(lang);
        let mut text = String::new();
        line(&mut text, 0, &words.overall(self));
        line(&mut text, 0, words.verified(self));
        for log in &self.logs {
            line(&mut text, 1, &format!("{}: {}", log.log, words.counts(&log.counts)));
        }
        if !self.findings.is_empty() {
            text.push('\n');
        }
        for finding in self.findings.iter().take(LISTED_MAX) {
            line(&mut text, 0, &words.finding(finding));
            for one in differences(&finding.outcome) {
                line(&mut text, 1, &words.difference(one));
            }
        }
        let rest = self.findings.len().saturating_sub(LISTED_MAX) as u64 + self.unlisted;
        if rest > 0 {
            line(&mut text, 0, &words.more(rest));
        }
        text.push('\n');
        line(&mut text, 0, words.limit());
        text
    }
}

fn differences(outcome: &Outcome) -> &[Difference] {
    match outcome {
        Outcome::Differs { differences } | Outcome::OtherEngine { differences, .. } => differences,
        Outcome::Alike | Outcome::NotOfARule | Outcome::NotReplayed { .. } | Outcome::Undecided => {
            &[]
        }
    }
}

impl Words {
    const fn pick<'a>(self, german: &'a str, english: &'a str) -> &'a str {
        match self.0 {
            Lang::De => german,
            Lang::En => english,
        }
    }

    fn overall(self, report: &Report) -> String {
        let Counts { decisions, alike, undecided, .. } = report.counts;
        let rest = decisions - alike + undecided;
        match (self.0, rest) {
            (Lang::De, 0) => {
                format!("Ergebnis: Alle {decisions} Entscheidungen kommen wieder genau so heraus.")
            }
            (Lang::En, 0) => format!("Result: all {decisions} decisions come out alike again."),
            (Lang::De, _) => format!(
                "Ergebnis: {alike} von {decisions} Entscheidungen kommen wieder genau so heraus; {rest} Einträge sind zu klären."
            ),
            (Lang::En, _) => format!(
                "Result: {alike} of {decisions} decisions come out alike again; {rest} entries want an explanation."
            ),
        }
    }

    fn verified(self, report: &Report) -> &'static str {
        let (de, en) = match (report.verified.verdict, report.verified.anchored) {
            (Verdict::Proven, _) => ("Die Protokolle sind bewiesen.", "The logs are proven."),
            (Verdict::OnlySelfConsistent, true) => (
                "Die Protokolle sind nur in sich stimmig: Das zeigt Stimmigkeit, keinen Beweis. Näheres sagt allmende audit verify.",
                "The logs are only self-consistent: this shows consistency and proves nothing more. See allmende audit verify.",
            ),
            (Verdict::OnlySelfConsistent, false) => (
                "Ohne Prüfschlüssel (--anchors) zeigt das nur Stimmigkeit: Wer das ganze Protokoll neu schreibt, fällt so nicht auf.",
                "Without keys to believe (--anchors) this shows consistency only: a log that was rewritten as a whole is not found.",
            ),
            (Verdict::Broken, _) => (
                "Die Protokolle sind GEBROCHEN: Verlassen Sie sich nicht darauf. Wo, sagt allmende audit verify.",
                "The logs are BROKEN: do not rely on this. For where, see allmende audit verify.",
            ),
        };
        match self.0 {
            Lang::De => de,
            Lang::En => en,
        }
    }

    fn counts(self, counts: &Counts) -> String {
        let Counts { decisions, alike, differ, other_engine, not_replayed, .. } = counts;
        let Counts { undecided, not_of_a_rule, .. } = counts;
        let mut said = match self.0 {
            Lang::De => format!("{decisions} Entscheidungen, {alike} gleich"),
            Lang::En => format!("{decisions} decisions, {alike} alike"),
        };
        for (number, de, en) in [
            (differ, "ANDERS", "DIFFERENT"),
            (other_engine, "anders als eine andere Version", "unlike an engine of another version"),
            (not_replayed, "nicht wiederholbar", "not replayed"),
            (undecided, "OHNE Entscheidung begonnen", "begun WITHOUT a decision"),
            (not_of_a_rule, "nicht von einer Regel", "not of a rule"),
        ] {
            if *number > 0 {
                // Writing to a `String` cannot fail.
                let _ = write!(said, ", {number} {}", self.pick(de, en));
            }
        }
        said
    }

    fn more(self, rest: u64) -> String {
        match self.0 {
            Lang::De => format!("und {rest} weitere"),
            Lang::En => format!("and {rest} more"),
        }
    }

    fn limit(self) -> &'static str {
        match self.0 {
            Lang::De => {
                "Gezeigt ist, dass jede Entscheidung aus den Tatsachen folgt, die der Konnektor aufgeschrieben hat; nicht, dass sie wahr waren."
            }
            Lang::En => {
                "What is shown: each decision follows from the facts that the connector wrote down; not that these were true."
            }
        }
    }

    fn finding(self, finding: &Finding) -> String {
        let Finding { log, entry, time, counterparty, outcome, .. } = finding;
        let whom = counterparty.as_ref().map_or_else(String::new, |did| format!(", {did}"));
        let place = match self.0 {
            Lang::De => format!("{log}, Eintrag {entry} ({time}{whom})"),
            Lang::En => format!("{log}, entry {entry} ({time}{whom})"),
        };
        format!("{place}: {}", self.outcome(outcome))
    }

    fn outcome(self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Alike => self.pick("gleich", "alike").to_owned(),
            Outcome::Differs { .. } => self
                .pick("ANDERS als aufgeschrieben:", "DIFFERENT from what was recorded:")
                .to_owned(),
            Outcome::NotOfARule => self.pick("nicht von einer Regel", "not of a rule").to_owned(),
            Outcome::NotReplayed { why } => match self.0 {
                Lang::De => format!("nicht wiederholbar: {}", self.why(why)),
                Lang::En => format!("not replayed: {}", self.why(why)),
            },
            Outcome::OtherEngine { engine, .. } => match self.0 {
                Lang::De => format!(
                    "anders, aber von einer anderen Version entschieden ({engine}); mit dem Programm jener Version wiederholen:"
                ),
                Lang::En => format!(
                    "different, but decided by another version ({engine}); replay it with the program of that version:"
                ),
            },
            Outcome::Undecided => self
                .pick(
                    "Eine Lieferung begann OHNE Entscheidung der Regel.",
                    "a delivery began WITHOUT a decision of the rule",
                )
                .to_owned(),
        }
    }

    const fn part(self, part: Part) -> &'static str {
        match (self.0, part) {
            (Lang::De, Part::Decision) => "das Dokument der Entscheidung",
            (Lang::En, Part::Decision) => "the decision's document",
            (Lang::De, Part::Policy) => "das Dokument der Regel",
            (Lang::En, Part::Policy) => "the policy's document",
            (Lang::De, Part::Snapshot) => "das Dokument der Tatsachen",
            (Lang::En, Part::Snapshot) => "the document of facts",
        }
    }

    fn why(self, why: &NotReplayed) -> String {
        match (self.0, why) {
            (Lang::De, NotReplayed::DocumentChanged { part, file }) => {
                format!("{} wurde verändert ({file})", self.part(*part))
            }
            (Lang::En, NotReplayed::DocumentChanged { part, file }) => {
                format!("{} was changed ({file})", self.part(*part))
            }
            (Lang::De, NotReplayed::DocumentMissing { part, digest }) => {
                format!("{} fehlt ({digest})", self.part(*part))
            }
            (Lang::En, NotReplayed::DocumentMissing { part, digest }) => {
                format!("{} is missing ({digest})", self.part(*part))
            }
            (Lang::De, NotReplayed::DocumentUnreadable { part, reason }) => {
                format!("{} ist nicht lesbar: {}", self.part(*part), plain(reason))
            }
            (Lang::En, NotReplayed::DocumentUnreadable { part, reason }) => {
                format!("{} cannot be read: {}", self.part(*part), plain(reason))
            }
            (Lang::De, NotReplayed::NoBasis) => {
                "aufgeschrieben, bevor Entscheidungen wiederholbar waren".to_owned()
            }
            (Lang::En, NotReplayed::NoBasis) => {
                "recorded before decisions could be made again".to_owned()
            }
            (_, NotReplayed::NoRule) => self.outcome(&Outcome::NotOfARule),
            (Lang::De, NotReplayed::OtherProfile { profile, engine }) => {
                format!(
                    "mit einem Profil entschieden, das dieses Programm nicht hat ({profile}, {engine})"
                )
            }
            (Lang::En, NotReplayed::OtherProfile { profile, engine }) => {
                format!(
                    "decided with a profile that this program does not have ({profile}, {engine})"
                )
            }
        }
    }

    fn difference(self, one: &Difference) -> String {
        let within = match one.within {
            Within::Decision => self.pick("Entscheidung", "decision"),
            Within::Entry => self.pick("Eintrag", "entry"),
            Within::Evaluators => self.pick("dieses Programm selbst", "this program itself"),
        };
        let (recorded, replayed) = (self.value(&one.recorded), self.value(&one.replayed));
        let pointer = one.pointer.as_str();
        match self.0 {
            Lang::De => format!("{within} {pointer}: aufgeschrieben {recorded}, jetzt {replayed}"),
            Lang::En => format!("{within} {pointer}: recorded {recorded}, now {replayed}"),
        }
    }

    #[expect(clippy::ref_option, reason = "a field, as it stands")]
    fn value(self, value: &Option<Value>) -> String {
        match value {
            Some(value) => shown_within(&value.to_string(), VALUE_CHARS_MAX).to_string(),
            None => self.pick("nichts", "nothing").to_owned(),
        }
    }
}

/// Without the back-ticks, which would be shown as if they came from a stranger.
fn plain(reason: &str) -> String {
    reason.replace('`', "\"")
}

fn line(text: &mut String, indent: usize, words: &str) {
    // Names come from the files of strangers: nothing of them may steer a terminal.
    let (dash, words) = (if indent > 0 { "  - " } else { "" }, shown_within(words, LINE_CHARS_MAX));
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "{dash}{words}");
}
