//! The one folder beneath which a demo lies. It is made anew each time, and nothing is ever deleted
//! that a demo did not make: a folder without the marker is left alone.

use std::fs;
use std::io;
use std::path::Path;

use crate::cli::exit::{Exit, Failure};
use crate::cli::local_file;
use crate::home::create_private;
use crate::management::view::Words;

/// The file that says that a demo made the folder.
const MARKER: &str = ".allmende-demo";
/// What stands in it.
const MARKER_TEXT: &str = "Made by `allmende demo`, which deletes this folder when it starts.\n";

/// Makes `folder` anew.
///
/// # Errors
/// When it is there and no demo made it, or when the disk says no.
pub(super) fn renew(folder: &Path) -> Result<(), Failure> {
    let own = fs::read(folder.join(MARKER)).is_ok_and(|text| text == MARKER_TEXT.as_bytes());
    let renewed = match fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() && own => fs::remove_dir_all(folder),
        Ok(_) => return Err(foreign(folder)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    renewed
        .and_then(|()| create_private(folder))
        .and_then(|()| fs::write(folder.join(MARKER), MARKER_TEXT))
        .map_err(|error| local_file(folder, &error))
}

fn foreign(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::new(
        Exit::Refused,
        "demo-folder-foreign",
        Words::new(
            format!("`{folder}` gibt es schon, und keine Vorführung hat es angelegt."),
            format!("`{folder}` is there already, and no demo made it"),
        ),
        Words::new(
            "Die Vorführung in einem anderen Verzeichnis starten, oder diesen Ordner umbenennen.",
            "start the demo in another directory, or rename that folder",
        ),
    )
}

/// Copies what lies beneath `from` to `to`: files and folders, nothing else.
///
/// # Errors
/// The system's reason.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    create_private(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Bytes of all files beneath `folder`; what cannot be read counts nothing.
pub(super) fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.flatten().fold(0, |sum, entry| {
        let Ok(found) = entry.metadata() else { return sum };
        sum + if found.is_dir() { size(&entry.path()) } else { found.len() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_demo_made_is_deleted() {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("allmende-demo");
        renew(&folder).unwrap();
        fs::write(folder.join("old"), "x").unwrap();
        renew(&folder).unwrap();
        assert!(!folder.join("old").exists() && folder.join(MARKER).exists());

        let mine = outside.path().join("mine");
        fs::create_dir(&mine).unwrap();
        fs::write(mine.join("thesis"), "x").unwrap();
        assert_eq!(renew(&mine).unwrap_err().code, "demo-folder-foreign");
        std::os::unix::fs::symlink(&folder, outside.path().join("link")).unwrap();
        assert_eq!(renew(&outside.path().join("link")).unwrap_err().code, "demo-folder-foreign");
        assert!(mine.join("thesis").exists());
    }

    #[test]
    fn copies_and_measures_what_lies_beneath() {
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(outside.path().join("a")).unwrap();
        fs::write(outside.path().join("a/one"), "12345").unwrap();
        copy(&outside.path().join("a"), &outside.path().join("b/c")).unwrap();
        assert_eq!(fs::read(outside.path().join("b/c/one")).unwrap(), b"12345");
        assert_eq!(size(outside.path()), 10);
    }
}
