//! `iat` and `exp`: whole seconds, a small leeway, a longest lifetime.

use jiff::Timestamp;
use wire::node::Members;

use super::JwsError;

/// How far two clocks may differ, in seconds.
pub const LEEWAY_SECONDS: i64 = 30;

/// Checks `iat` and `exp` of a statement that may live at most `lifetime_max` seconds.
///
/// # Errors
/// If one is missing or no integer, lies in the future or the past, or both lie too far apart.
pub fn check_times(
    claims: &Members<'_>,
    now: Timestamp,
    lifetime_max: i64,
) -> Result<(), JwsError> {
    let issued = claims.required("iat")?.integer()?;
    let expires = claims.required("exp")?.integer()?;
    let now = now.as_second();
    if issued > now.saturating_add(LEEWAY_SECONDS) {
        return Err(JwsError::Future);
    }
    if expires < now.saturating_sub(LEEWAY_SECONDS) {
        return Err(JwsError::Expired);
    }
    if expires < issued || expires.saturating_sub(issued) > lifetime_max {
        return Err(JwsError::Lifetime);
    }
    Ok(())
}

/// An instant as these claims hold it.
#[must_use]
pub fn seconds(instant: Timestamp) -> i64 {
    instant.as_second()
}
