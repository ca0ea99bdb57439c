//! Where a command's words go: data to stdout, talk to stderr, both through here.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use super::exit::{Exit, Failure};
use super::show::{LINE_CHARS_MAX, Show, safe};
use crate::management::view::Words;
use crate::words::{Lang, Phrase};

/// A command's two outputs, and how it talks.
pub struct Output<'a> {
    /// Data.
    stdout: &'a mut (dyn Write + Send),
    /// Talk.
    stderr: &'a mut (dyn Write + Send),
    /// The language of both, unless `json`.
    pub lang: Lang,
    /// Whether data is JSON and talk is left out.
    pub json: bool,
    /// Whether progress may be drawn: somebody is looking.
    pub progress: bool,
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("lang", &self.lang)
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}

impl<'a> Output<'a> {
    /// Outputs in a language; without progress bars.
    pub fn new(
        stdout: &'a mut (dyn Write + Send),
        stderr: &'a mut (dyn Write + Send),
        lang: Lang,
    ) -> Self {
        Self { stdout, stderr, lang, json: false, progress: false }
    }

    /// Data: a view, as JSON or for people.
    ///
    /// # Errors
    /// When nobody takes it any more.
    pub fn data<T: Show>(&mut self, view: &T) -> io::Result<()> {
        if self.json {
            return self.json_line(view);
        }
        let text = view.show(self.lang);
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.flush()
    }

    /// Data that is text already, such as a report.
    ///
    /// # Errors
    /// When nobody takes it any more.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.flush()
    }

    /// Data that is bytes, as they are.
    ///
    /// # Errors
    /// When nobody takes it any more.
    pub fn bytes(&mut self) -> &mut dyn Write {
        self.stdout
    }

    /// Data as JSON, indented.
    ///
    /// # Errors
    /// When nobody takes it any more.
    pub fn json_line<T: Serialize + ?Sized>(&mut self, value: &T) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self.stdout, value)?;
        self.stdout.write_all(b"\n")?;
        self.stdout.flush()
    }

    /// Talk: one line, left out with `--json`.
    pub fn say(&mut self, line: &str) {
        if !self.json {
            // Talk that nobody hears is no reason to stop.
            let _ = writeln!(self.stderr, "{line}");
        }
    }

    /// Talk: one fixed phrase.
    pub fn say_phrase(&mut self, phrase: Phrase) {
        self.say(phrase.text(self.lang));
    }

    /// Talk without a line's end, for prompts; also with `--json`.
    pub fn prompt(&mut self, phrase: Phrase) {
        let _ = self.stderr.write_all(phrase.text(self.lang).as_bytes());
        let _ = self.stderr.flush();
    }

    /// Says why a command failed, and gives its exit code.
    pub fn fail(&mut self, failure: &Failure) -> Exit {
        if self.json {
            let error = json!({"error": failure, "exit": failure.exit.number()});
            let _ = writeln!(self.stderr, "{error:#}");
            return failure.exit;
        }
        let lang = self.lang;
        let line = |words: &Words| safe(words.in_lang(lang), LINE_CHARS_MAX);
        let text = |phrase: Phrase| phrase.text(lang);
        let _ = writeln!(self.stderr, "{}: {}", text(Phrase::Error), line(&failure.what));
        if let Some(why) = &failure.why {
            let _ = writeln!(self.stderr, "  {}: {}", text(Phrase::Reason), line(why));
        }
        let _ = writeln!(self.stderr, "  {}: {}", text(Phrase::Remedy), line(&failure.remedy));
        let _ = writeln!(self.stderr, "  {}: {}", text(Phrase::ReasonCode), failure.code);
        failure.exit
    }

    /// A running number; invisible where nobody looks.
    #[must_use]
    pub fn count(&self, what: Phrase) -> ProgressBar {
        self.progress_of(what, "{msg} {pos}")
    }

    /// A bar for bytes on their way; invisible where nobody looks.
    #[must_use]
    pub fn bar(&self) -> ProgressBar {
        self.progress_of(Phrase::Fetching, "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
    }

    fn progress_of(&self, what: Phrase, template: &str) -> ProgressBar {
        if self.json || !self.progress {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.text(self.lang));
        bar
    }
}
