//! `@context`: which vocabularies a message may name. They are pinned names, never fetched, and an
//! unknown one is refused, because it could give any member another meaning.

use wire::node::{Expected, Node};

use crate::message::MessageError;

/// The context that every message of DSP 2025-1 names.
pub const DSP: &str = "https://w3id.org/dspace/2025/1/context.jsonld";

/// The ODRL part of [`DSP`], which [`DSP`] imports: naming it too changes nothing.
pub const ODRL_PROFILE: &str = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld";

/// The second context of EDC. Its aliases are short forms of EDC's own terms; none of them is
/// understood here, so they stay what they are: unknown members and unknown terms.
pub const EDC: &str = "https://w3id.org/edc/dspace/v0.0.1";

/// Allmende's own context, should one be named. It is not emitted: extension members are written
/// with their whole IRI, which every reader may ignore.
pub const ALLMENDE: &str = "https://w3id.org/allmende/v1/context.jsonld";

/// Contexts that may stand beside [`DSP`].
pub const BESIDE: [&str; 3] = [ODRL_PROFILE, EDC, ALLMENDE];

/// The most entries of one `@context`.
pub const CONTEXTS_MAX: usize = 8;

/// Checks `@context`: an array of known names with [`DSP`] among them, or [`DSP`] alone as a
/// string (JSON-LD compaction unwraps an array of one).
///
/// # Errors
/// [`MessageError::Shape`] for anything that is no text, [`MessageError::UnknownContext`] and
/// [`MessageError::ContextMissing`] for the rest.
pub(crate) fn check(context: &Node<'_>) -> Result<(), MessageError> {
    let entries = context.one_or_many();
    if entries.len() > CONTEXTS_MAX {
        return Err(context.wrong(Expected::Named("at most eight contexts")).into());
    }
    let mut named = false;
    for entry in entries {
        let name = entry.string()?;
        if name == DSP {
            named = true;
        } else if !BESIDE.contains(&name) {
            return Err(MessageError::UnknownContext { pointer: entry.pointer().clone() });
        }
    }
    if named {
        Ok(())
    } else {
        Err(MessageError::ContextMissing { pointer: context.pointer().clone() })
    }
}
