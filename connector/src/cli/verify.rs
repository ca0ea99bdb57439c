//! `audit verify`: reads a copied folder and judges it offline, with the keys that the auditor
//! brings. Needs neither home nor connector.

use std::path::{Path, PathBuf};

use audit::anchors::Anchors;
use audit::verify::{self, Files, Report, Verdict};
use identity::OpensslVerify;

use super::exit::{Exit, Failure};
use super::output::Output;
use super::{files_below, local, local_file};
use crate::management::view::Words;
use crate::words::Lang;

/// The largest anchors file, in bytes.
const ANCHORS_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Verifies `folder`, prints the report, and says how it went.
pub(super) fn verify(
    folder: &Path,
    anchors: &Path,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let known = read_anchors(anchors)?;
    let report = verify::verify_folder(&Folder::open(folder)?, &known, &OpensslVerify);
    let shown = if output.json {
        output.json_line(&report)
    } else {
        output.text(&report.text(spoken(output.lang)))
    };
    shown.map_err(|error| local(&error))?;
    Ok(exit(&report))
}

/// The language of a report.
pub(super) fn spoken(lang: Lang) -> verify::Lang {
    match lang {
        Lang::De => verify::Lang::De,
        Lang::En => verify::Lang::En,
    }
}

/// Only what is proven, and recorded alike by both sides, is a success.
fn exit(report: &Report) -> Exit {
    match (report.verdict, report.agree) {
        (Verdict::Proven, true) => Exit::Done,
        (Verdict::Proven | Verdict::OnlySelfConsistent | Verdict::Broken, _) => {
            Exit::VerificationFailed
        }
    }
}

pub(super) fn read_anchors(path: &Path) -> Result<Anchors, Failure> {
    let size = std::fs::metadata(path).map_err(|error| local_file(path, &error))?.len();
    let bytes = if size <= ANCHORS_BYTES_MAX {
        std::fs::read(path).map_err(|error| local_file(path, &error))?
    } else {
        Vec::new()
    };
    Anchors::parse(&bytes).map_err(|error| {
        let path = path.display();
        Failure::new(
            Exit::Usage,
            "anchors-invalid",
            Words::new(
                format!("`{path}` ist keine Datei mit Prüfschlüsseln."),
                format!("`{path}` is not a file of keys to believe"),
            ),
            Words::new(
                "Die Datei aus eigener Quelle nehmen (Vertrauensstelle, früherer Besuch), nie aus dem geprüften Ordner.",
                "take the file from a source of your own (the authority, an earlier visit), never from the folder that you verify",
            ),
        )
        .because(chain(&error))
    })
}

/// An error with its causes, as one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// A folder on disk. Symbolic links are not followed: what lies outside is not part of it.
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// A folder that can be read.
    pub(super) fn open(root: &Path) -> Result<Self, Failure> {
        match std::fs::read_dir(root) {
            Ok(_) => Ok(Self { root: root.to_owned() }),
            Err(error) => Err(local_file(root, &error)),
        }
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let plain = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        plain.then(|| std::fs::read(self.root.join(path)).ok()).flatten()
    }

    fn list(&self) -> Vec<String> {
        files_below(&self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_shows_its_own_files_and_nothing_outside() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "x").unwrap();
        let inside = tempfile::tempdir().unwrap();
        std::fs::create_dir(inside.path().join("log")).unwrap();
        std::fs::write(inside.path().join("log/checkpoint"), "head").unwrap();
        std::os::unix::fs::symlink(outside.path(), inside.path().join("way-out")).unwrap();
        let folder = Folder { root: inside.path().to_owned() };
        assert_eq!(folder.list(), ["log/checkpoint"]);
        assert_eq!(folder.read("log/checkpoint").unwrap(), b"head");
        assert_eq!(folder.read("../x"), None);
        assert_eq!(folder.read("/etc/hostname"), None);
    }
}
