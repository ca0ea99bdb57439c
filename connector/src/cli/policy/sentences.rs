//! `policy sentences`: the sentences in force here, with the legal texts that they refer to; and the
//! files of this version, to be changed.

use std::path::Path;

use policy::book::Files;
use policy::text::Lang as Spoken;
use policy::{Book, text};
use serde::Serialize;

use crate::book::NAMES;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::run::Ended;
use crate::cli::show::{LINE_CHARS_MAX, Show, safe};
use crate::cli::{local, local_file};
use crate::management::view::Words;
use crate::words::{Lang, Phrase};

/// A sentence of the book.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SentenceView {
    /// Its name on the command line.
    key: String,
    /// With dots for its blanks.
    wording: Words,
    /// The text that it refers to: IRI, version and digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_text: Option<String>,
}

/// Lists the sentences of a book.
pub(super) fn list(book: &Book, output: &mut Output<'_>) -> Ended {
    let view = |sentence: &policy::book::Sentence| SentenceView {
        key: sentence.key().to_owned(),
        wording: Words::new(
            text::wording(sentence, Spoken::De),
            text::wording(sentence, Spoken::En),
        ),
        legal_text: sentence
            .legal_text()
            .map(|text| format!("{} {} {}", text.iri, text.version, text.digest)),
    };
    let views: Vec<SentenceView> = book.sentences().iter().map(view).collect();
    output.data(&views).map_err(|error| local(&error))?;
    Ok(Exit::Done)
}

/// Writes the files of this version; what lies there already stays.
pub(super) fn write(folder: &Path, output: &mut Output<'_>) -> Ended {
    let shipped = Files::SHIPPED;
    let texts = [shipped.sentences, shipped.terms, shipped.peers];
    std::fs::create_dir_all(folder).map_err(|error| local_file(folder, &error))?;
    for (name, content) in NAMES.iter().zip(texts) {
        let path = folder.join(name);
        if path.exists() {
            return Err(exists(&path));
        }
        std::fs::write(&path, content).map_err(|error| local_file(&path, &error))?;
    }
    let path = folder.display();
    let told = Words::new(
        format!(
            "Die Dateien liegen in `{path}`; mit `policy.sentences` in allmende.toml gelten sie."
        ),
        format!(
            "the files lie in `{path}`; with `policy.sentences` in allmende.toml they are in force"
        ),
    );
    output.say(told.in_lang(output.lang));
    Ok(Exit::Done)
}

fn exists(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(
        Exit::Refused,
        "file-exists",
        Words::new(format!("`{path}` gibt es schon."), format!("`{path}` exists already")),
        Words::new("Einen anderen Ordner nennen.", "name another folder"),
    )
}

impl Show for Vec<SentenceView> {
    fn show(&self, lang: Lang) -> String {
        let mut lines = Vec::new();
        for sentence in self {
            lines.push(sentence.key.clone());
            lines.push(format!("  {}", sentence.wording.in_lang(lang)));
            if let Some(legal) = &sentence.legal_text {
                lines.push(format!("  {}: {legal}", Phrase::LegalText.text(lang)));
            }
        }
        lines.iter().map(|line| safe(line, LINE_CHARS_MAX) + "\n").collect()
    }
}
