//! `run/management.json`: how the command line finds the running process and shows that it may.
//! Readable by its owner only; fresh tokens at each start.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use wire::did::Did;

use super::token::Token;
use crate::home::{self, Home};
use crate::ids::{self, Ids};

/// The file's content.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RunFile {
    /// Where the management listener answers.
    pub address: SocketAddr,
    /// The token of the local operator's account, per participant.
    pub participants: BTreeMap<Did, Token>,
}

/// Why the file does not help.
#[derive(Debug, thiserror::Error)]
pub enum RunFileError {
    /// There is none: nothing runs, or it runs from another home.
    #[error("`{path}` is not there")]
    Absent {
        /// The file.
        path: std::path::PathBuf,
    },
    /// It is not what it should be.
    #[error("`{path}` is not what `allmende up` writes")]
    Invalid {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// It cannot be read.
    #[error("`{path}` cannot be read")]
    Unreadable {
        /// The file.
        path: std::path::PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl RunFile {
    /// Fresh tokens for `participants` of a process that answers at `address`.
    pub fn fresh(
        address: SocketAddr,
        participants: impl IntoIterator<Item = Did>,
        ids: &impl Ids,
    ) -> Self {
        let token = |did| (did, Token::of(ids::random(ids)));
        Self { address, participants: participants.into_iter().map(token).collect() }
    }

    /// Writes it beneath `home`.
    ///
    /// # Errors
    /// The system's reason.
    pub fn write(&self, home: &Home) -> io::Result<()> {
        home::write_secret(&home.management(), &serde_json::to_vec_pretty(self)?)
    }

    /// Reads it beneath `home`.
    ///
    /// # Errors
    /// [`RunFileError`] names the file and the reason.
    pub fn read(home: &Home) -> Result<Self, RunFileError> {
        let path = home.management();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(RunFileError::Absent { path });
            }
            Err(source) => return Err(RunFileError::Unreadable { path, source }),
        };
        serde_json::from_slice(&bytes).map_err(|source| RunFileError::Invalid { path, source })
    }

    /// Takes it away when the process ends in order.
    ///
    /// # Errors
    /// The system's reason.
    pub fn remove(home: &Home) -> io::Result<()> {
        std::fs::remove_file(home.management())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::ids::CountedIds;

    #[test]
    fn what_up_writes_the_command_line_reads_and_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let did = Did::parse("did:web:ulm.localhost%3A9444").unwrap();
        let address = "127.0.0.1:8180".parse().unwrap();
        let file = RunFile::fresh(address, [did], &CountedIds::default());
        file.write(&home).unwrap();
        let mode = std::fs::metadata(home.management()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(RunFile::read(&home).unwrap(), file);
        RunFile::remove(&home).unwrap();
        assert!(matches!(RunFile::read(&home), Err(RunFileError::Absent { .. })));
    }
}
