//! The sentences and words of this connector: those of this version, or what the owner of the home
//! put in their place. Read once, at the start; what cannot be read or contradicts itself is refused
//! with its place, and nothing starts.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use policy::Book;
use policy::book::{BookError, Files};

use crate::config::PolicySettings;
use crate::home::Home;

/// The longest file of a book, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The names of the files of a book, as they lie in its folder.
pub const NAMES: [&str; 3] = ["sentences.toml", "terms.toml", "peers.toml"];

/// Why a book is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookFault {
    /// None of the three files is there.
    #[error("`policy.sentences`: `{folder}` has none of {}", NAMES.map(|it| format!("`{it}`")).join(", "))]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
    /// A file says something wrong.
    #[error("`policy.sentences`: `{folder}`: {fault}")]
    Refused {
        /// The folder.
        folder: PathBuf,
        /// Where and why.
        fault: BookError,
    },
    /// A file is longer than a book may be.
    #[error("`policy.sentences`: `{path}` is longer than {FILE_BYTES_MAX} bytes")]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("`policy.sentences`: `{path}` cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

/// The book of a home.
///
/// # Errors
/// [`BookFault`] names the file, the place and the reason.
pub fn of(home: &Home, settings: &PolicySettings) -> Result<Arc<Book>, BookFault> {
    let Some(folder) = &settings.sentences else {
        return Ok(Arc::new(Book::shipped().clone()));
    };
    let folder = home.path().join(folder);
    let [sentences, terms, peers] = NAMES.map(|name| text(&folder.join(name)));
    let (sentences, terms, peers) = (sentences?, terms?, peers?);
    if [&sentences, &terms, &peers].iter().all(|text| text.is_none()) {
        return Err(BookFault::Empty { folder });
    }
    let shipped = Files::SHIPPED;
    let files = Files {
        sentences: sentences.as_deref().unwrap_or(shipped.sentences),
        terms: terms.as_deref().unwrap_or(shipped.terms),
        peers: peers.as_deref().unwrap_or(shipped.peers),
    };
    let book = Book::read(&files).map_err(|fault| BookFault::Refused { folder, fault })?;
    Ok(Arc::new(book))
}

/// A file's text; nothing where there is no such file.
fn text(path: &Path) -> Result<Option<String>, BookFault> {
    let unreadable = |source| BookFault::Unreadable { path: path.to_owned(), source };
    let file = match std::fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let mut text = String::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        return Err(BookFault::TooLong { path: path.to_owned() });
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Result<Arc<Book>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("words")).unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join("words").join(name), content).unwrap();
        }
        let settings = PolicySettings { sentences: Some("words".into()) };
        of(&Home::at(folder.path()), &settings)
            .map_err(|fault| fault.to_string().replace(folder.path().to_str().unwrap(), "HOME"))
    }

    #[test]
    fn one_file_is_enough_and_the_others_are_those_of_this_version() {
        let sentences = Files::SHIPPED.sentences.replace("Die Quelle nennen.", "Uns nennen.");
        let book = read(&[("sentences.toml", &sentences)]).unwrap();
        let said = |book: &Book| policy::text::sentences(book);
        assert!(said(&book).contains("Uns nennen.") && !said(&book).contains("Die Quelle nennen."));
        assert_eq!(book.peers().len(), Book::shipped().peers().len());
    }

    #[test]
    fn without_the_setting_the_book_is_that_of_this_version() {
        let home = tempfile::tempdir().unwrap();
        let book = of(&Home::at(home.path()), &PolicySettings::default()).unwrap();
        assert_eq!(book.sentences().len(), Book::shipped().sentences().len());
    }

    #[test]
    fn what_is_wrong_has_its_file_and_its_place() {
        let sentences = Files::SHIPPED.sentences.replace("key = \"open-data\"", "key = \"free\"");
        for (name, content, expected) in [
            ("sentences.toml", &*sentences, "HOME/words`: sentences.toml, free: "),
            ("peers.toml", "[gap]\n[[peer]]\nkey = 1\n", "HOME/words`: peers.toml, line 3"),
            ("terms.toml", "\u{0}", "HOME/words`: terms.toml, line 1"),
            ("other.toml", "", "HOME/words` has none of `sentences.toml`, `terms.toml`"),
        ] {
            let told = read(&[(name, content)]).unwrap_err();
            assert!(told.contains(expected), "{name}: {told}");
        }
    }
}
