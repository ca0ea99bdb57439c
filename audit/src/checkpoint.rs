//! Signed heads of a log: C2SP tlog-checkpoint in a signed note, with countersignatures
//! (tlog-cosignature version 1).
//!
//! A signature by an unknown key says nothing and is never counted; who is known, the caller says.
//! Whether a head may be signed at all (never one that contradicts an earlier one) is not decided here.

mod key;
mod note;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use wire::{did::Did, sign::Sign};

pub use key::{KeyKind, KeyName, KeyNameError, VerifierKey, VerifierKeyError};
pub use note::{
    NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, NoteError, NoteSignature, SignedCheckpoint, SigningError,
};

use crate::{entry::Shard, log::Head, merkle::Hash};

/// The unsigned head of a log: its name, its size and its root.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    /// The name of the log (the origin line), which is also the name of its key.
    pub origin: KeyName,
    /// How many entries the log has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// The name of a participant's log for one shard: the host of its DID, its path segments if there
/// are any, and the shard, joined by `/`, for example `ulm.example/2026`.
pub fn origin(participant: &Did, shard: Shard) -> KeyName {
    let mut name = participant.host().to_owned();
    for segment in participant.segments() {
        name.push('/');
        name.push_str(segment);
    }
    KeyName::of_parts(&name, shard)
}

impl Checkpoint {
    /// The head of a log under its name.
    pub fn of(origin: KeyName, head: &Head) -> Self {
        Self { origin, size: head.size(), root: head.root() }
    }

    /// The text that is signed: three lines, each with its line feed.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the text that was signed. Extension lines, which nobody could audit, are refused.
    ///
    /// # Errors
    /// When it is not exactly these three lines.
    pub fn parse_body(text: &str) -> Result<Self, NoteError> {
        let body = text.strip_suffix('\n').ok_or(NoteError::Body)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(NoteError::Body);
        };
        if lines.next().is_some() {
            return Err(NoteError::Extension);
        }
        let origin = origin.parse().map_err(|_| NoteError::Origin)?;
        let size = decimal(size).ok_or(NoteError::Size)?;
        let root = root.parse().map_err(|_| NoteError::Root)?;
        Ok(Self { origin, size, root })
    }

    /// Signs the head with the log's key. The signature carries the log's name.
    ///
    /// # Errors
    /// When the key is not Ed25519 or could not sign.
    pub fn sign(self, signer: &dyn Sign) -> Result<SignedCheckpoint, SigningError> {
        SignedCheckpoint::sign(self, signer)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.body())
    }
}

impl FromStr for Checkpoint {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::parse_body(text)
    }
}

/// A decimal number in its one spelling.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
