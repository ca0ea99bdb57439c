//! `policy check`: what is wrong with policies, or what they mean and what stands behind it.

use std::path::{Path, PathBuf};

use odrl_parser::{Strictness, meaning_digest, validate};
use policy::text::{self, RuleSentence, Voice};
use policy::{CheckedPolicy, Overlap};
use serde::Serialize;

use super::read::{self, Found};
use crate::cli::exit::{Exit, Failure};
use crate::cli::local;
use crate::cli::output::Output;
use crate::cli::run::Ended;
use crate::cli::show::{LINE_CHARS_MAX, Show, safe};
use crate::desk::words::Speaker;
use crate::words::Lang;

/// A policy that can be judged.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckedView {
    file: String,
    id: String,
    r#type: &'static str,
    /// Equal for policies that mean the same, however they are written.
    meaning: String,
    rules: Vec<RuleSentence>,
    /// Permissions and prohibitions about a common action.
    overlaps: Vec<Overlap>,
    /// Whether it grants nothing because its rules contradict each other.
    void: bool,
}

/// Checks every file; the first fault of each is told, and the others are checked all the same.
pub(super) fn check(
    speaker: Speaker<'_>,
    files: &[PathBuf],
    strict: bool,
    output: &mut Output<'_>,
) -> Ended {
    let (mut views, mut exit) = (Vec::new(), Exit::Done);
    let voice = speaker.voice(output.lang.into());
    for file in files {
        match read::policies(file) {
            Ok(all) => {
                for mut found in all {
                    if strict {
                        found.strictness = Strictness::Core;
                    }
                    match judged(file, &found) {
                        Ok(checked) => views.push(view(file, &checked, voice)),
                        Err(failure) => exit = output.fail(&failure),
                    }
                }
            }
            Err(failure) => exit = output.fail(&failure),
        }
    }
    output.data(&views).map_err(|error| local(&error))?;
    Ok(exit)
}

/// The policy as the engine takes it.
///
/// # Errors
/// With the first place that breaks a rule of ODRL or cannot be judged here.
pub(super) fn judged(file: &Path, found: &Found) -> Result<CheckedPolicy, Failure> {
    let Found { policy, strictness } = found;
    if let Err(violations) = validate(policy, *strictness)
        && let Some(first) = violations.first()
    {
        return Err(read::refused(file, "policy-invalid", first, None));
    }
    policy::check(policy).map_err(|error| read::refused(file, error.code(), &error, None))
}

fn view(file: &Path, checked: &CheckedPolicy, voice: Voice<'_>) -> CheckedView {
    CheckedView {
        file: file.display().to_string(),
        id: checked.policy().id.to_string(),
        r#type: checked.policy().kind.type_name(),
        meaning: meaning_digest(checked.policy()).to_string(),
        rules: voice.sentences(checked.policy()),
        overlaps: checked.overlaps(),
        void: checked.is_void(),
    }
}

impl Show for Vec<CheckedView> {
    fn show(&self, lang: Lang) -> String {
        self.iter().map(|view| view.lines(lang)).collect::<Vec<_>>().join("\n")
    }
}

impl CheckedView {
    fn lines(&self, lang: Lang) -> String {
        let line = |text: &str| format!("{}\n", safe(text, LINE_CHARS_MAX));
        let mut lines = line(&format!("{}: {} {}", self.file, self.r#type, self.id));
        for rule in &self.rules {
            let badge = text::badge(rule.badge, lang.into());
            lines.push_str(&line(&format!("  [{badge}] {}", rule.text)));
        }
        for overlap in &self.overlaps {
            let (one, other) = (&overlap.permission, &overlap.prohibition);
            lines.push_str(&line(&match (lang, overlap.void) {
                (Lang::De, true) => format!("  Achtung: {other} nimmt alles, was {one} erlaubt."),
                (Lang::De, false) => format!("  Achtung: {other} schränkt {one} ein."),
                (Lang::En, true) => format!("  note: {other} takes away all that {one} permits"),
                (Lang::En, false) => format!("  note: {other} narrows {one}"),
            }));
        }
        if self.void {
            lines.push_str(&line(match lang {
                Lang::De => "  Die Regeln widersprechen sich: Der Vertrag erlaubt nichts.",
                Lang::En => "  the rules contradict each other: the policy grants nothing",
            }));
        }
        lines
    }
}
