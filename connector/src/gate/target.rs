//! Whom the foreign connector means: a member of the data space by its host, and which of its two
//! listeners by the port.

use std::collections::BTreeSet;

use identity::trust::{Status, TrustList};
use jiff::Timestamp;
use wire::did::Did;

use super::refusal::Refused;
use crate::participant::Standing;

/// The port of an https address that names none.
const HTTPS_PORT: u16 = 443;

/// A member, and one of its listeners.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Partner {
    /// Who.
    pub(super) did: Did,
    /// The port asked for.
    pub(super) port: u16,
    /// Which listener it is.
    pub(super) door: Door,
}

/// One of a member's listeners.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Door {
    /// Between connectors.
    Mutual,
    /// What anyone may read: the port in the DID.
    Public,
}

impl Partner {
    /// `host:port`.
    pub(super) fn authority(&self) -> String {
        format!("{}:{}", self.did.host(), self.port)
    }
}

/// Reads `host` or `host:port`, in lower case.
pub(super) fn read_authority(text: &str) -> Option<(String, u16)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|port| *port != 0)?),
        None => (text, HTTPS_PORT),
    };
    let host = host.to_ascii_lowercase();
    Did::of_host(&host, port).ok()?;
    Some((host, port))
}

/// The active member with `host`, if the list in `standing` still counts and names exactly one.
///
/// # Errors
/// [`Refused`].
pub(super) fn partner(
    standing: Option<&Standing>,
    ours: &Did,
    (host, port): (&str, u16),
    now: Timestamp,
) -> Result<Partner, Refused> {
    let did = partner_of_host(standing, ours, host, now)?;
    let public = did.port().unwrap_or(HTTPS_PORT);
    let door = if port == public { Door::Public } else { Door::Mutual };
    Ok(Partner { did, port, door })
}

/// As [`partner`], without a port.
///
/// # Errors
/// [`Refused`].
pub(super) fn partner_of_host(
    standing: Option<&Standing>,
    ours: &Did,
    host: &str,
    now: Timestamp,
) -> Result<Did, Refused> {
    let standing = standing.ok_or(Refused::NotJoined)?;
    let list: &TrustList = &standing.list;
    list.check_time(now).map_err(Refused::List)?;
    if ours.host() == host {
        return Err(Refused::Itself);
    }
    let mut members = list.members.iter().filter(|member| member.did.host() == host);
    match (members.next(), members.next()) {
        (Some(member), None) if member.status == Status::Active => Ok(member.did.clone()),
        (Some(_), None) => Err(Refused::Suspended(host.to_owned())),
        (Some(_), Some(_)) => Err(Refused::Ambiguous(host.to_owned())),
        (None, _) if list.authority.host() == host => Ok(list.authority.clone()),
        (None, _) => Err(Refused::NotRegistered(host.to_owned())),
    }
}

/// Every host that may be asked for: the active members' and the authority's, without our own.
pub(super) fn hosts<'a>(standing: &'a Standing, ours: &'a Did) -> BTreeSet<&'a str> {
    let active = standing.list.members.iter().filter(|member| member.status == Status::Active);
    let hosts = active.map(|member| member.did.host()).chain([standing.list.authority.host()]);
    hosts.filter(|host| *host != ours.host()).collect()
}
