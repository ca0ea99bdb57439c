//! `policy render`: a policy in another form.

use std::path::Path;

use odrl_parser::{to_json, to_odrl_json};

use super::{check, read};
use crate::cli::arguments::FormName;
use crate::cli::exit::Exit;
use crate::cli::local;
use crate::cli::output::Output;
use crate::cli::run::Ended;
use crate::cli::show::{LINE_CHARS_MAX, safe};
use crate::desk::words::Speaker;

/// Writes the policy of `file` in this form.
pub(super) fn render(
    speaker: Speaker<'_>,
    file: &Path,
    form: FormName,
    output: &mut Output<'_>,
) -> Ended {
    let found = read::only(file)?;
    let written = match form {
        FormName::Dsp => output.json_line(&to_json(&found.policy)),
        FormName::Odrl => output.json_line(&to_odrl_json(&found.policy)),
        FormName::Sentences => {
            let checked = check::judged(file, &found)?;
            let sentences = speaker.voice(output.lang.into()).sentences(checked.policy());
            if output.json {
                output.json_line(&sentences)
            } else {
                let lines = sentences.iter().map(|rule| safe(&rule.text, LINE_CHARS_MAX) + "\n");
                output.text(&lines.collect::<String>())
            }
        }
    };
    written.map_err(|error| local(&error))?;
    Ok(Exit::Done)
}
