//! The signed form of a head: the text, a blank line, and one line for each signature
//! (C2SP signed-note), strictly read.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use wire::sign::{Sign, SignError, Verify};

use super::{Checkpoint, KeyKind, KeyName, VerifierKey, VerifierKeyError};

/// The longest note that is read, in bytes.
pub const NOTE_BYTES_MAX: usize = 16 * 1024;
/// The most signatures of a note.
pub const NOTE_SIGNATURES_MAX: usize = 32;

const DASH: &str = "\u{2014} ";
const ED25519_BYTES: usize = 64;
const COSIGNATURE_BYTES: usize = 8 + ED25519_BYTES;

/// A head with its signatures. Parsing proves nothing: see [`SignedCheckpoint::check`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    pub(super) signatures: Vec<NoteSignature>,
}

/// One signature line: who claims to have signed, and the raw signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: KeyName,
    /// The id of the key.
    pub id: [u8; 4],
    /// What follows the id; for a countersignature it begins with the time.
    pub bytes: Vec<u8>,
}

/// Why a text is no checkpoint, or one that was not signed as was demanded.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteError {
    /// The text does not have its three lines.
    #[error("a checkpoint has three lines: name, size and root")]
    Body,
    /// Control characters, or bytes that are not UTF-8.
    #[error("a checkpoint must be plain text")]
    Character,
    /// Lines after the third.
    #[error("extension lines of a checkpoint are not understood")]
    Extension,
    /// The signature of a known key does not match.
    #[error("the signature of `{name}` is forged or damaged")]
    Forged {
        /// The name of the key.
        name: KeyName,
    },
    /// The first line names no log.
    #[error("the first line of a checkpoint must be the name of a log")]
    Origin,
    /// The third line is no hash.
    #[error("the third line of a checkpoint must be a root hash")]
    Root,
    /// A signature line is malformed, or there is none.
    #[error("a checkpoint must end in signature lines")]
    Signatures,
    /// The second line is no decimal number.
    #[error("the second line of a checkpoint must be its size")]
    Size,
    /// Longer than [`NOTE_BYTES_MAX`], or with more signatures than [`NOTE_SIGNATURES_MAX`].
    #[error("the checkpoint is too long")]
    TooLong,
    /// No signature of the demanded key.
    #[error("there is no signature of `{name}` with the expected key")]
    Unsigned {
        /// The name of the key.
        name: KeyName,
    },
}

/// Why nothing was signed. Ours, never a peer's fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SigningError {
    /// The key is no note key.
    #[error("checkpoints are signed with Ed25519 keys only")]
    Key(#[source] VerifierKeyError),
    /// The key could not sign.
    #[error("the checkpoint was not signed")]
    Sign(#[source] SignError),
    /// The time lies before 1970.
    #[error("a countersignature cannot have a time before 1970")]
    Time,
}

impl SignedCheckpoint {
    /// Reads a signed checkpoint.
    ///
    /// # Errors
    /// When the bytes are no signed note, or its text no checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NoteError::Character)?;
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Character);
        }
        let at = text.rfind("\n\n").ok_or(NoteError::Signatures)?;
        let (body, lines) = text.split_at_checked(at + 1).ok_or(NoteError::Signatures)?;
        let lines = lines.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
        let lines = lines.ok_or(NoteError::Signatures)?.split('\n');
        let signatures = lines.map(NoteSignature::parse).collect::<Option<Vec<_>>>();
        let signatures = signatures.ok_or(NoteError::Signatures)?;
        if signatures.len() > NOTE_SIGNATURES_MAX {
            return Err(NoteError::TooLong);
        }
        Ok(Self { checkpoint: Checkpoint::parse_body(body)?, signatures })
    }

    pub(super) fn sign(checkpoint: Checkpoint, signer: &dyn Sign) -> Result<Self, SigningError> {
        let key = VerifierKey::new(checkpoint.origin.clone(), KeyKind::Log, signer.public_key());
        let key = key.map_err(SigningError::Key)?;
        let bytes = signer.sign(checkpoint.body().as_bytes()).map_err(SigningError::Sign)?;
        let signature = NoteSignature { name: key.name().clone(), id: key.id(), bytes };
        Ok(Self { checkpoint, signatures: vec![signature] })
    }

    /// The head itself. It says nothing until [`SignedCheckpoint::check`] has.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// All signatures, in order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The countersignature of `name` over this head at `now` (whole seconds). The caller has checked
    /// that the head is consistent with the last one that it signed, and has stored it.
    ///
    /// # Errors
    /// When the key is not Ed25519 or could not sign, or `now` lies before 1970.
    pub fn cosign(
        &self,
        name: KeyName,
        signer: &dyn Sign,
        now: Timestamp,
    ) -> Result<NoteSignature, SigningError> {
        let key = VerifierKey::new(name, KeyKind::Cosigner, signer.public_key());
        let key = key.map_err(SigningError::Key)?;
        let seconds = u64::try_from(now.as_second()).map_err(|_| SigningError::Time)?;
        let message = self.cosigned(seconds);
        let signature = signer.sign(message.as_bytes()).map_err(SigningError::Sign)?;
        let bytes = [&seconds.to_be_bytes()[..], &signature].concat();
        Ok(NoteSignature { name: key.name().clone(), id: key.id(), bytes })
    }

    /// Adds a signature, in the place of an older one of the same key.
    pub fn add(&mut self, signature: NoteSignature) {
        self.signatures.retain(|old| (&old.name, old.id) != (&signature.name, signature.id));
        self.signatures.push(signature);
    }

    /// Whether `key` signed this head; for a countersignature, when.
    ///
    /// A key of the kind [`KeyKind::Log`] must bear the name of the log.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`] when there is no signature with its name and id, and
    /// [`NoteError::Forged`] when one of them does not match.
    pub fn check(
        &self,
        key: &VerifierKey,
        verify: &dyn Verify,
    ) -> Result<Option<Timestamp>, NoteError> {
        let name = key.name();
        let unsigned = NoteError::Unsigned { name: name.clone() };
        if key.kind() == KeyKind::Log && *name != self.checkpoint.origin {
            return Err(unsigned);
        }
        let id = key.id();
        let mut signed = Err(unsigned);
        for line in self.signatures.iter().filter(|line| line.id == id && line.name == *name) {
            let forged = || NoteError::Forged { name: name.clone() };
            let (message, signature, at) = match key.kind() {
                KeyKind::Log => (self.checkpoint.body(), line.bytes.as_slice(), None),
                KeyKind::Cosigner => self.cosigned_by(line).ok_or_else(forged)?,
            };
            let matches = verify.verify(key.key(), message.as_bytes(), signature).is_ok();
            if !matches || signature.len() != ED25519_BYTES {
                return Err(forged());
            }
            signed = Ok(at);
        }
        signed
    }

    fn cosigned(&self, seconds: u64) -> String {
        format!("cosignature/v1\ntime {seconds}\n{}", self.checkpoint.body())
    }

    fn cosigned_by<'a>(
        &self,
        line: &'a NoteSignature,
    ) -> Option<(String, &'a [u8], Option<Timestamp>)> {
        if line.bytes.len() != COSIGNATURE_BYTES {
            return None;
        }
        let (seconds, signature) = line.bytes.split_first_chunk::<8>()?;
        let seconds = u64::from_be_bytes(*seconds);
        let at = Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
        Some((self.cosigned(seconds), signature, Some(at)))
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (id, bytes) = bytes.split_first_chunk::<4>()?;
        if bytes.is_empty() {
            return None;
        }
        Some(Self { name: KeyName::parse(name).ok()?, id: *id, bytes: bytes.to_vec() })
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id[..], &self.bytes].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint.body())?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl FromStr for SignedCheckpoint {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::parse(text.as_bytes())
    }
}
