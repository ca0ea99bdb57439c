//! The home folder: where everything of one process lies, and how its files are written.
//!
//! ```text
//! allmende.toml            settings (no secrets)
//! run/management.json      0600: address and token of the running process
//! store/                   the embedded store
//! log/<host>/<shard>/      checkpoint and tiles of one participant's log
//! participants/<host>/     keys/ (0600), certificate.pem, trust/, data/, held/, values/
//! gate/                    secret (0600), trust stores and host names for the foreign connector
//! authority/               issuing key, members, lists (an authority only); root/ is kept offline
//! ```

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use wire::did::Did;

/// A home folder. Knows the places in it and nothing else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Home {
    root: PathBuf,
}

impl Home {
    /// The home at `root`; nothing is created yet.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// `allmende.toml`.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.root.join("allmende.toml")
    }

    /// `run/management.json`.
    #[must_use]
    pub fn management(&self) -> PathBuf {
        self.root.join("run").join("management.json")
    }

    /// The embedded store's folder.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// The folder of all logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("log")
    }

    /// The folder of one participant's log.
    #[must_use]
    pub fn log(&self, participant: &Did) -> PathBuf {
        self.logs().join(folder_name(participant))
    }

    /// The folder of one participant.
    #[must_use]
    pub fn participant(&self, participant: &Did) -> PathBuf {
        self.root.join("participants").join(folder_name(participant))
    }

    /// The folder of one participant's keys.
    #[must_use]
    pub fn keys(&self, participant: &Did) -> PathBuf {
        self.participant(participant).join("keys")
    }

    /// The folder of a gate's own files.
    #[must_use]
    pub fn gate(&self) -> PathBuf {
        self.root.join("gate")
    }

    /// The folder of the authority's issuing side.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.root.join("authority")
    }
}

/// A DID's folder name: its host, which is lower-case ASCII without separators. Two participants
/// of one process never share a host.
fn folder_name(participant: &Did) -> &str {
    participant.host()
}

/// Writes `bytes` to `path` so that a crash leaves the old content or the new, never a mixture,
/// readable by its owner only.
///
/// # Errors
/// The system's reason; the old file is then untouched.
pub fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_atomically(path, bytes, 0o600)
}

/// Like [`write_secret`], but readable by everyone who may enter the folder.
///
/// # Errors
/// The system's reason; the old file is then untouched.
pub fn write_public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_atomically(path, bytes, 0o644)
}

fn write_atomically(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    // A bare name lies in the present folder, which has no name of its own.
    let named = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = named.unwrap_or(Path::new("."));
    create_private(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = folder.join(name);
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&fresh)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    File::open(folder)?.sync_all()
}

/// Creates `folder` and what is missing above it, each enterable by its owner only.
///
/// # Errors
/// The system's reason.
pub fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_readable_by_their_owner_only_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").join("tls.pem");
        write_secret(&path, b"one").unwrap();
        write_secret(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
