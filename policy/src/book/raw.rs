//! Reading TOML strictly, with the line and column of a fault.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{BookError, BookProblem, File};
use crate::text::Lang;

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    pub(crate) de: String,
    pub(crate) en: String,
}

impl Pair {
    pub(crate) fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::De => &self.de,
            Lang::En => &self.en,
        }
    }
}

/// Reads a file as `T`, which must refuse unknown keys.
pub(super) fn read<T: DeserializeOwned>(file: File, text: &str) -> Result<T, BookError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let problem = BookProblem::Form(error.message().to_owned());
        BookError { file, place: format!("line {line}, column {column}"), problem }
    })
}
