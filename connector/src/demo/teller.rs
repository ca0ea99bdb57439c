//! Tells the story on stdout: numbered steps in plain words, the commands as one could type them,
//! what came of them, and how long it took; or one JSON object per step.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wire::text::shown_within;

use super::line::Line;
use crate::cli::exit::Failure;
use crate::cli::{local, local_file};
use crate::clock::{Clock, SystemClock};
use crate::management::view::Words;
use crate::words::Lang;

/// The longest value that is shown, in characters; what a peer wrote is escaped besides.
const VALUE_CHARS_MAX: usize = 400;
/// Columns of a told line.
const COLUMNS: usize = 96;
/// Columns of the label before a value.
const LABEL_COLUMNS: usize = 18;

/// Whoever tells the story.
pub(super) struct Teller {
    /// The language.
    pub(super) lang: Lang,
    json: bool,
    out: io::Stdout,
    clock: SystemClock,
    began: Timestamp,
    number: u32,
    step: Step,
    commands: File,
    /// The first failure to write: nobody listens any more.
    lost: Option<io::Error>,
}

/// The step that is being told.
struct Step {
    title: Words,
    began: Timestamp,
    commands: Vec<Value>,
    facts: Map<String, Value>,
}

impl Teller {
    /// Begins; every command is also written to `commands.txt` in `folder`.
    ///
    /// # Errors
    /// When that file cannot be written.
    pub(super) fn begin(folder: &Path, lang: Lang, json: bool) -> Result<Self, Failure> {
        let path = folder.join("commands.txt");
        let commands = File::create(&path).map_err(|error| local_file(&path, &error))?;
        let clock = SystemClock::default();
        let began = clock.now();
        let step = Step { title: Words::same(""), began, commands: Vec::new(), facts: Map::new() };
        let out = io::stdout();
        Ok(Self { lang, json, out, clock, began, number: 0, step, commands, lost: None })
    }

    /// The clock.
    pub(super) fn clock(&self) -> &SystemClock {
        &self.clock
    }

    /// Milliseconds since `then`.
    pub(super) fn ms_since(&self, then: Timestamp) -> i64 {
        i64::try_from(self.clock.now().duration_since(then).as_millis()).unwrap_or(i64::MAX)
    }

    /// Milliseconds since the beginning.
    pub(super) fn ms_in_all(&self) -> i64 {
        self.ms_since(self.began)
    }

    /// Opens a step.
    pub(super) fn step(&mut self, title: Words, plain: &Words) {
        self.number += 1;
        let began = self.clock.now();
        let heading = format!("\n{:>2}  {}", self.number, title.in_lang(self.lang));
        self.step = Step { title, began, commands: Vec::new(), facts: Map::new() };
        self.put(&heading);
        self.say(plain);
    }

    /// Ends the step, with its time.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub(super) fn done(&mut self) -> Result<(), Failure> {
        let ms = self.ms_since(self.step.began);
        if self.json {
            let Step { title, commands, facts, .. } = &self.step;
            let title = title.in_lang(self.lang);
            let told = json!({"step": self.number, "title": title, "ms": ms, "commands": commands, "facts": facts});
            self.write(&told.to_string());
        } else {
            self.write(&format!("    ({ms} ms)"));
        }
        self.lost.take().map_or(Ok(()), |error| Err(local(&error)))
    }

    /// Plain words, wrapped.
    pub(super) fn say(&mut self, words: &Words) {
        if words.in_lang(self.lang).is_empty() {
            return;
        }
        for line in wrapped(words.in_lang(self.lang), COLUMNS - 4) {
            self.put(&format!("    {line}"));
        }
    }

    /// A command that is about to be run.
    pub(super) fn typed(&mut self, line: &Line) {
        self.also(line);
        self.put(&format!("    $ {}", line.over_lines(COLUMNS - 6, " \\\n        ")));
    }

    /// A command that is run without being shown; it stands in `commands.txt`.
    pub(super) fn also(&mut self, line: &Line) {
        let text = line.over_lines(usize::MAX, " ");
        self.step.commands.push(Value::from(text.as_str()));
        if let Err(error) = writeln!(self.commands, "{text}") {
            self.lost.get_or_insert(error);
        }
    }

    /// A fact; `name` is its name in JSON.
    pub(super) fn fact(&mut self, name: &str, label: &Words, value: impl AsRef<str>) {
        let value = shown_within(value.as_ref(), VALUE_CHARS_MAX).to_string();
        let label = label.in_lang(self.lang);
        let gap = LABEL_COLUMNS.saturating_sub(label.chars().count()).max(1);
        let lines = wrapped(&value, COLUMNS - 6 - LABEL_COLUMNS);
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                self.put(&format!("      {label}{:gap$}{line}", ""));
            } else {
                self.put(&format!("      {:LABEL_COLUMNS$}{line}", ""));
            }
        }
        self.step.facts.insert(name.to_owned(), Value::from(value));
    }

    /// Lines as they are, such as the first lines of a file.
    pub(super) fn lines(&mut self, name: &str, lines: &[String]) {
        for line in lines {
            self.put(&format!("      {}", shown_within(line, VALUE_CHARS_MAX)));
        }
        self.step.facts.insert(name.to_owned(), Value::from(lines.to_vec()));
    }

    /// A line of text, left out of JSON.
    pub(super) fn put(&mut self, text: &str) {
        if !self.json {
            self.write(text);
        }
    }

    fn write(&mut self, text: &str) {
        let written = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
        if let Err(error) = written {
            self.lost.get_or_insert(error);
        }
    }
}

/// The text in lines of at most `columns` characters, broken at spaces.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        let length = line.chars().count();
        if length > 0 && length + 1 + word.chars().count() > columns {
            lines.push(word.to_owned());
        } else {
            if length > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_between_them_and_never_cut() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
        assert_eq!(wrapped("", 3), [""]);
    }
}
