//! The seam to the log: each change of the authority's records is told to whoever writes its log,
//! inside the same commit.

use std::future::Future;

use jiff::Timestamp;
use wire::did::Did;
use wire::digest::Digest;
use wire::iri::Iri;

use crate::store::Batch;

/// What the authority did.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It signed certificates for a new member.
    Enrolled {
        /// Who.
        member: Did,
        /// The certificate of the mutual listener.
        certificate: Digest,
    },
    /// It handed out a one-time code.
    Invited {
        /// For whom.
        member: Did,
        /// Until when the code works.
        expires: Timestamp,
        /// The account that did it.
        by: String,
    },
    /// It lets a suspended member take part again.
    Reinstated {
        /// Who.
        member: Did,
        /// The account that did it.
        by: String,
    },
    /// It signed new certificates for a member.
    Renewed {
        /// Who.
        member: Did,
        /// The certificate that was shown.
        replaces: Digest,
        /// The new one.
        certificate: Digest,
    },
    /// It withdrew all certificates of a member.
    Revoked {
        /// Who.
        member: Did,
        /// Why, in a person's words.
        reason: String,
        /// The account that did it.
        by: String,
    },
    /// It excluded a member for the time being.
    Suspended {
        /// Who.
        member: Did,
        /// Why, in a person's words.
        reason: String,
        /// The account that did it.
        by: String,
    },
    /// It says as what it has vetted a member.
    Vetted {
        /// Who.
        member: Did,
        /// All kinds, from now on.
        kinds: Vec<Iri>,
        /// The account that did it.
        by: String,
    },
}

/// The log did not take the entry, so the change does not happen.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the log cannot take the entry: {words}")]
pub struct NotRecorded {
    /// Why, for the operator.
    pub words: String,
}

/// Writes the authority's log.
pub trait Record: Send + Sync + 'static {
    /// Adds the entry of `change` to the commit that makes it.
    ///
    /// # Errors
    /// [`NotRecorded`]; the change is then not made.
    fn record(
        &self,
        batch: &mut Batch,
        change: &Change,
    ) -> impl Future<Output = Result<(), NotRecorded>> + Send;
}

/// Writes nothing: for tests of the authority alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unrecorded;

impl Record for Unrecorded {
    async fn record(&self, _: &mut Batch, _: &Change) -> Result<(), NotRecorded> {
        Ok(())
    }
}
