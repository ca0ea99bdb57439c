//! The openings of committed values: what an entry only commits to (an account's name, say) lies
//! outside store and tiles, one file for each value, so that erasing it everywhere is deleting a file.
//!
//! The file holds the value and a key of its own. The salt of each commitment to it is derived from
//! that key, the entry's random bits and the field's name: without the key no salt can be derived,
//! with one salt no other, and two entries about one person cannot be told to be.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use audit::commitment::{Commitment, Salt};
use audit::entry::Random;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use serde::{Deserialize, Serialize};
use wire::did::Did;
use wire::digest::Digest;

use crate::home::{Home, write_secret};

/// Keys that are kept in memory. One more, and all are read again.
const READY_MAX: usize = 1024;

/// A key that salts are derived from: 256 random bits.
pub type Key = [u8; 32];

/// Keeps openings. What cannot be kept must not be committed to.
pub trait Openings: fmt::Debug + Send + Sync {
    /// The salt of `value` in one field of one entry. The first time, `fresh` becomes the value's
    /// key and is kept durably before this returns.
    ///
    /// # Errors
    /// The system's reason.
    fn salt(
        &self,
        participant: &Did,
        value: &str,
        fresh: Key,
        place: Place<'_>,
    ) -> io::Result<Salt>;
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The random bits of the entry.
    pub random: &'a Random,
    /// The field's name.
    pub field: &'a str,
}

/// One file per value, beneath the participant's folder.
pub struct Files {
    home: Home,
    ready: Mutex<BTreeMap<PathBuf, Key>>,
}

/// A file's content.
#[derive(Deserialize, Serialize)]
struct Kept {
    value: String,
    key: Digest,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("home", &self.home).finish_non_exhaustive()
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(secret)")
    }
}

impl Files {
    /// The openings beneath `home`.
    #[must_use]
    pub fn new(home: Home) -> Self {
        Self { home, ready: Mutex::default() }
    }

    /// The key of the value in `path`: the one that is kept, or from now on `fresh`.
    fn key(&self, path: PathBuf, value: &str, fresh: Key) -> io::Result<Key> {
        // Held to the end: a value never gets two keys.
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        // Erased is erased: a file that is gone takes its key along.
        let is_kept = path.try_exists()?;
        if let Some(key) = ready.get(&path).filter(|_| is_kept) {
            return Ok(*key);
        }
        let key = if is_kept {
            let kept: Kept = serde_json::from_slice(&std::fs::read(&path)?)?;
            *kept.key.as_bytes()
        } else {
            let kept = Kept { value: value.to_owned(), key: Digest::from_bytes(fresh) };
            write_secret(&path, &serde_json::to_vec(&kept)?)?;
            fresh
        };
        if ready.len() >= READY_MAX {
            ready.clear();
        }
        ready.insert(path, key);
        Ok(key)
    }
}

impl Openings for Files {
    fn salt(
        &self,
        participant: &Did,
        value: &str,
        fresh: Key,
        place: Place<'_>,
    ) -> io::Result<Salt> {
        let name = format!("{}.json", Digest::of(value.as_bytes()).hex());
        let path = folder(&self.home, participant).join(name);
        let key = self.key(path, value, fresh)?;
        Ok(derive(&key, place)?)
    }
}

/// The values of one participant that were not erased, as they were when they were read.
#[derive(Debug)]
pub struct Values(Vec<Kept>);

impl Values {
    /// Reads the values beneath `home`. A file that cannot be read counts as erased.
    #[must_use]
    pub fn read(home: &Home, participant: &Did) -> Self {
        let files = std::fs::read_dir(folder(home, participant)).into_iter().flatten().flatten();
        let kept = |bytes: Vec<u8>| serde_json::from_slice(&bytes).ok();
        Self(files.filter_map(|file| std::fs::read(file.path()).ok().and_then(kept)).collect())
    }

    /// The value behind `commitment`.
    #[must_use]
    pub fn behind(&self, commitment: &Commitment, place: Place<'_>) -> Option<&str> {
        let opens = |kept: &&Kept| {
            derive(kept.key.as_bytes(), place)
                .is_ok_and(|salt| commitment.opens(place.field, &salt, kept.value.as_bytes()))
        };
        self.0.iter().find(opens).map(|kept| kept.value.as_str())
    }
}

fn folder(home: &Home, participant: &Did) -> PathBuf {
    home.participant(participant).join("values")
}

/// HMAC-SHA-256 under the value's key over the entry's random bits (16 bytes) and the field's name.
fn derive(key: &Key, place: Place<'_>) -> Result<Salt, ErrorStack> {
    let key = PKey::hmac(key)?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
    signer.update(place.random.bits())?;
    signer.update(place.field.as_bytes())?;
    let mut salt = Key::default();
    signer.sign(&mut salt)?;
    Ok(Salt::new(salt))
}

/// Keeps nothing: for tests and the simulator, whose entries nobody opens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgotten;

impl Openings for Forgotten {
    fn salt(&self, _: &Did, _: &str, fresh: Key, _: Place<'_>) -> io::Result<Salt> {
        Ok(Salt::new(fresh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(random: &Random) -> Place<'_> {
        Place { random, field: "actor" }
    }

    #[test]
    fn many_at_once_get_one_key() {
        let root = tempfile::tempdir().unwrap();
        let did = Did::parse("did:web:ulm.example").unwrap();
        let files = Files::new(Home::at(root.path()));
        let random = Random::new([1; 16]);
        let salts: Vec<Salt> = std::thread::scope(|scope| {
            let salt = |fresh| files.salt(&did, "anna", fresh, place(&random)).unwrap();
            let started: Vec<_> =
                (0..16).map(|number| scope.spawn(move || salt([number; 32]))).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(salts.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn a_value_has_one_file_and_every_entry_its_own_salt_until_the_file_is_deleted() {
        let root = tempfile::tempdir().unwrap();
        let home = Home::at(root.path());
        let did = Did::parse("did:web:ulm.example").unwrap();
        let (first, second) = (Random::new([1; 16]), Random::new([2; 16]));
        let files = Files::new(home.clone());
        let commit = |files: &Files, random| {
            let salt = files.salt(&did, "anna", [7; 32], place(random)).unwrap();
            Commitment::new("actor", &salt, b"anna")
        };
        let (one, other) = (commit(&files, &first), commit(&files, &second));
        assert_ne!(one, other);
        // After a restart the key is the one that was kept, whatever is offered.
        let again = Files::new(home.clone());
        assert_eq!(commit(&again, &first), one);
        let values = Values::read(&home, &did);
        assert_eq!(values.behind(&one, place(&first)), Some("anna"));
        assert_eq!(values.behind(&one, place(&second)), None);
        let kept: Vec<_> = std::fs::read_dir(folder(&home, &did)).unwrap().flatten().collect();
        let [file] = kept.as_slice() else { panic!("{kept:?}") };
        std::fs::remove_file(file.path()).unwrap();
        assert_eq!(Values::read(&home, &did).behind(&one, place(&first)), None);
        let salt = files.salt(&did, "anna", [8; 32], place(&first)).unwrap();
        assert_ne!(Commitment::new("actor", &salt, b"anna"), one, "the old key is gone");
    }
}
