//! The openings of committed values: what an entry only commits to (an account's name, say) lies
//! outside store and tiles, one file each, so that erasing it is deleting a file.

use std::fmt;
use std::io;
use std::path::PathBuf;

use audit::commitment::{Commitment, Salt};
use serde_json::json;
use wire::did::Did;
use wire::digest::hex;

use crate::home::{Home, write_secret};

/// Keeps openings. What cannot be kept must not be committed to.
pub trait Openings: fmt::Debug + Send + Sync {
    /// Keeps the salt and value behind `commitment`, durably.
    ///
    /// # Errors
    /// The system's reason.
    fn keep(
        &self,
        participant: &Did,
        commitment: &Commitment,
        opening: &Opening<'_>,
    ) -> io::Result<()>;
}

/// What opens a commitment.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The field's name.
    pub field: &'a str,
    /// The salt.
    pub salt: &'a Salt,
    /// The value.
    pub value: &'a str,
}

/// One file per opening, beneath the participant's folder.
#[derive(Debug)]
pub struct Files(pub Home);

impl Openings for Files {
    fn keep(
        &self,
        participant: &Did,
        commitment: &Commitment,
        opening: &Opening<'_>,
    ) -> io::Result<()> {
        let name = commitment.to_string().replace(':', "-");
        let path: PathBuf = self.0.participant(participant).join("values").join(name);
        let opening = json!({
            "field": opening.field,
            "salt": hex(opening.salt.bits()),
            "value": opening.value,
        });
        write_secret(&path, opening.to_string().as_bytes())
    }
}

/// Keeps nothing: for tests and the simulator, whose entries nobody opens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgotten;

impl Openings for Forgotten {
    fn keep(&self, _: &Did, _: &Commitment, _: &Opening<'_>) -> io::Result<()> {
        Ok(())
    }
}
