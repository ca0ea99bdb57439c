//! The files of one participant: its keys, its certificates, and what it holds of its data space.
//!
//! ```text
//! keys/agreement.pem, checkpoint.pem, did.pem     0600
//! keys/tls-<digest>.pem, public-<digest>.pem      0600; named after the public key, so that a new
//!                                                 certificate and its key never part
//! certificate.pem, public.pem                     chains, the own certificate first
//! trust/root.pem, trust-list.jwt, crl-<n>.der     what the authority said last
//! ```
//!
//! Private keys are written with mode 0600 and never anywhere else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use identity::keys::{KeyError, PrivateKey};
use identity::tls::certificate_spki;
use identity::x509::Der;
use wire::did::Did;
use wire::digest::Digest;
use wire::sign::{Algorithm, KeyId};

use super::Keys;
use crate::home::{Home, write_public, write_secret};

/// Longest file that is read from a participant's folder, in bytes.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// One participant's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    did: Did,
    root: PathBuf,
}

/// Which of the two certificates a file belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// Of the mutual listener and of calls.
    Mutual,
    /// Of the public listener.
    Public,
}

/// Why a participant's files cannot be used. The operator's fault, or the disk's.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A certificate file holds no certificates.
    #[error("`{path}` holds no readable certificate")]
    Certificate {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("`{path}` cannot be read or written")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A key file holds no key of the right kind.
    #[error("`{path}` holds no usable key")]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// Longer than any file of ours.
    #[error("`{path}` is longer than a file of a participant can be")]
    TooLong {
        /// The file.
        path: PathBuf,
    },
}

impl Folder {
    /// The folder of `did` in `home`; nothing is created yet.
    #[must_use]
    pub fn of(home: &Home, did: &Did) -> Self {
        Self { did: did.clone(), root: home.participant(did) }
    }

    /// The folder of the participant's files that may be published by default.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The root certificate of its data space.
    #[must_use]
    pub fn root_certificate(&self) -> PathBuf {
        self.trust("root.pem")
    }

    pub(crate) fn trust(&self, name: &str) -> PathBuf {
        self.root.join("trust").join(name)
    }

    /// Makes the participant's own keys and writes them. Keys that are there stay.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn create_keys(&self) -> Result<Keys, FolderError> {
        Ok(Keys {
            agreement: self.create_key("agreement", Algorithm::Es256)?,
            checkpoint: self.create_key("checkpoint", Algorithm::Ed25519)?,
            did: self.create_key("did", Algorithm::Es256)?,
        })
    }

    /// Reads the participant's own keys.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn keys(&self) -> Result<Keys, FolderError> {
        Ok(Keys {
            agreement: self.read_key("agreement")?,
            checkpoint: self.read_key("checkpoint")?,
            did: self.read_key("did")?,
        })
    }

    /// A new key for a certificate; it is written when the certificate is there.
    ///
    /// # Errors
    /// [`FolderError`] when OpenSSL fails.
    pub fn fresh_key(&self, side: Side) -> Result<PrivateKey, FolderError> {
        let generated = PrivateKey::generate(Algorithm::Es256, self.key_id(side.name()));
        generated.map_err(|source| FolderError::Key { path: self.root.clone(), source })
    }

    /// Writes a certificate chain and its key: the key first, under a name of its own, then the
    /// chain, so that a crash between the two leaves the old pair in force.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn write_certificate(
        &self,
        side: Side,
        chain: &[Der],
        key: &PrivateKey,
    ) -> Result<(), FolderError> {
        let path = self.root.join(side.file());
        let unreadable = || FolderError::Certificate { path: path.clone() };
        let mut pem = String::new();
        for der in chain {
            pem.push_str(&der.to_pem().map_err(|_| unreadable())?);
        }
        let spki = certificate_spki(chain.first().ok_or_else(unreadable)?);
        let key_path = self.certificate_key(side, &spki.map_err(|_| unreadable())?);
        let bad_key = |source| FolderError::Key { path: key_path.clone(), source };
        let secret = key.to_pem().map_err(bad_key)?;
        write(&key_path, |path| write_secret(path, secret.as_bytes()))?;
        write(&path, |path| write_public(path, pem.as_bytes()))?;
        self.drop_other_keys(side, &key_path);
        Ok(())
    }

    /// Reads a certificate chain and the key that belongs to it; `None` before joining.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn certificate(&self, side: Side) -> Result<Option<(Vec<Der>, PrivateKey)>, FolderError> {
        let path = self.root.join(side.file());
        let Some(pem) = read_optional(&path)? else { return Ok(None) };
        let unreadable = || FolderError::Certificate { path: path.clone() };
        let chain = Der::from_pem(&pem).map_err(|_| unreadable())?;
        let spki = certificate_spki(chain.first().ok_or_else(unreadable)?);
        let key = self.certificate_key(side, &spki.map_err(|_| unreadable())?);
        Ok(Some((chain, read_key(&key, self.key_id(side.name()))?)))
    }

    fn certificate_key(&self, side: Side, spki: &Digest) -> PathBuf {
        let digest: String = spki.hex().chars().take(16).collect();
        self.root.join("keys").join(format!("{}-{digest}.pem", side.name()))
    }

    /// Best effort: a key that stays belongs to a certificate that nobody shows any more.
    fn drop_other_keys(&self, side: Side, kept: &Path) {
        let Ok(entries) = fs::read_dir(self.root.join("keys")) else { return };
        let prefix = format!("{}-", side.name());
        for entry in entries.flatten() {
            let ours = entry.file_name().to_string_lossy().starts_with(&prefix);
            if ours && entry.path() != kept {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn create_key(&self, name: &str, algorithm: Algorithm) -> Result<PrivateKey, FolderError> {
        let path = self.key_path(name);
        if path.exists() {
            return self.read_key(name);
        }
        let bad_key = |source| FolderError::Key { path: path.clone(), source };
        let key = PrivateKey::generate(algorithm, self.key_id(name)).map_err(bad_key)?;
        let pem = key.to_pem().map_err(bad_key)?;
        write(&path, |path| write_secret(path, pem.as_bytes()))?;
        Ok(key)
    }

    fn read_key(&self, name: &str) -> Result<PrivateKey, FolderError> {
        read_key(&self.key_path(name), self.key_id(name))
    }

    fn key_path(&self, name: &str) -> PathBuf {
        self.root.join("keys").join(format!("{name}.pem"))
    }

    fn key_id(&self, name: &str) -> KeyId {
        key_id(&self.did, name)
    }
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Mutual => "tls",
            Self::Public => "public",
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Mutual => "certificate.pem",
            Self::Public => "public.pem",
        }
    }
}

/// `<did>#<name>`; a DID is at most half as long as a key id may be.
fn key_id(did: &Did, name: &str) -> KeyId {
    #[expect(clippy::expect_used, reason = "a DID is at most 512 graphic ASCII characters")]
    KeyId::parse(&format!("{did}#{name}")).expect("a DID with a short fragment names a key")
}

fn read_key(path: &Path, id: KeyId) -> Result<PrivateKey, FolderError> {
    let pem = read(path)?;
    PrivateKey::from_pem(&pem, id)
        .map_err(|source| FolderError::Key { path: path.to_owned(), source })
}

/// Reads a file that must be there.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, FolderError> {
    let found = read_optional(path)?;
    found.ok_or_else(|| io_error(path, io::Error::from(io::ErrorKind::NotFound)))
}

/// Reads a file that may be missing.
pub(crate) fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, FolderError> {
    match fs::metadata(path) {
        Ok(found) if found.len() > FILE_BYTES_MAX => {
            return Err(FolderError::TooLong { path: path.to_owned() });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(path, error)),
    }
    fs::read(path).map(Some).map_err(|error| io_error(path, error))
}

/// Writes a file with one of the home's functions.
pub(crate) fn write(
    path: &Path,
    with: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), FolderError> {
    with(path).map_err(|error| io_error(path, error))
}

fn io_error(path: &Path, source: io::Error) -> FolderError {
    FolderError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_private_and_read_back() {
        let home = tempfile::tempdir().unwrap();
        let did = Did::parse("did:web:ulm.localhost%3A9444").unwrap();
        let folder = Folder::of(&Home::at(home.path()), &did);
        let made = folder.create_keys().unwrap();
        let again = folder.create_keys().unwrap();
        assert_eq!(made.did.spki().unwrap(), again.did.spki().unwrap());
        assert_ne!(made.did.spki().unwrap(), made.agreement.spki().unwrap());
        for name in ["agreement", "checkpoint", "did"] {
            let mode = fs::metadata(folder.key_path(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_missing_key_names_its_file() {
        let home = tempfile::tempdir().unwrap();
        let did = Did::parse("did:web:ulm.example").unwrap();
        let error = Folder::of(&Home::at(home.path()), &did).keys().unwrap_err();
        assert!(error.to_string().contains("keys/agreement.pem"), "{error}");
    }
}
