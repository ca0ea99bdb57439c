//! `callbackAddress` and the `<base>` of a provider: where a peer wants to be called.
//!
//! Only the form is judged here (`https`, a host, nothing that two readers resolve differently).
//! Whether the host is the peer's own is the caller's question, to be asked before anything is sent.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wire::did::{DidError, check_host};

/// The longest address that is read, in bytes.
pub const ADDRESS_BYTES_MAX: usize = 2048;

const SCHEME: &str = "https://";
const PORT_OF_HTTPS: u16 = 443;

/// An absolute `https` URL without user, query and fragment, kept without its trailing slashes
/// (DSP 2025-1, contract negotiation HTTPS binding: a trailing slash should be tolerated).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallbackAddress(String);

/// Why a text is no address at which we would call a peer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddressError {
    /// The host is missing, an IP address, or not in lower-case ASCII.
    #[error("the address has no usable host name")]
    Host(#[source] DidError),
    /// Characters or segments that two readers may resolve differently.
    #[error("the path has a character or segment that is not allowed")]
    Path,
    /// The port is no number from 1 to 65535.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// Another scheme than `https`.
    #[error("the address does not begin with `https://`")]
    Scheme,
    /// Longer than [`ADDRESS_BYTES_MAX`].
    #[error("an address may have at most {ADDRESS_BYTES_MAX} bytes")]
    TooLong,
}

impl CallbackAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// See [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(AddressError::TooLong);
        }
        let rest = text.strip_prefix(SCHEME).ok_or(AddressError::Scheme)?;
        let (authority, path) = split_path(rest);
        let (host, port) = split_port(authority);
        check_host(host).map_err(AddressError::Host)?;
        if let Some(port) = port {
            let digits = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
            let fits = port.parse::<u16>().is_ok();
            if !digits || !fits {
                return Err(AddressError::Port);
            }
        }
        check_path(path)?;
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// The address without trailing slashes; paths of the binding are appended to it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host name.
    #[must_use]
    pub fn host(&self) -> &str {
        split_port(split_path(self.rest()).0).0
    }

    /// The port; 443 where none is written.
    #[must_use]
    pub fn port(&self) -> u16 {
        let written = split_port(split_path(self.rest()).0).1;
        written.and_then(|port| port.parse().ok()).unwrap_or(PORT_OF_HTTPS)
    }

    /// The path: empty, or led by `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        split_path(self.rest()).1
    }

    /// The whole URL of a path of the binding, such as one of [`crate::http_path`].
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    fn rest(&self) -> &str {
        self.0.strip_prefix(SCHEME).unwrap_or("")
    }
}

fn split_path(rest: &str) -> (&str, &str) {
    rest.find(['/', '?', '#', '\\']).and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""))
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

fn check_path(path: &str) -> Result<(), AddressError> {
    let plain =
        path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&b));
    let dots = path.split('/').any(|segment| segment == "." || segment == "..");
    if plain && !dots { Ok(()) } else { Err(AddressError::Path) }
}

impl fmt::Display for CallbackAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CallbackAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl Serialize for CallbackAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CallbackAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_is_tolerated_and_paths_are_appended() {
        for (text, kept, host, port, path) in [
            ("https://ulm.example", "https://ulm.example", "ulm.example", 443, ""),
            ("https://ulm.example/", "https://ulm.example", "ulm.example", 443, ""),
            (
                "https://ulm.localhost:8443/dsp/2025-1//",
                "https://ulm.localhost:8443/dsp/2025-1",
                "ulm.localhost",
                8443,
                "/dsp/2025-1",
            ),
        ] {
            let address = CallbackAddress::parse(text).unwrap();
            assert_eq!(address.as_str(), kept);
            assert_eq!((address.host(), address.port(), address.path()), (host, port, path));
            assert_eq!(address.join("/x"), format!("{kept}/x"));
        }
    }

    #[test]
    fn what_two_readers_may_resolve_differently_is_refused() {
        for (text, expected) in [
            ("http://ulm.example", AddressError::Scheme),
            ("HTTPS://ulm.example", AddressError::Scheme),
            ("ulm.example", AddressError::Scheme),
            ("https://", AddressError::Host(DidError::Host)),
            ("https://Ulm.example", AddressError::Host(DidError::Host)),
            ("https://user@ulm.example", AddressError::Host(DidError::Host)),
            ("https://127.0.0.1/x", AddressError::Host(DidError::HostIsAddress)),
            ("https://[::1]/x", AddressError::Host(DidError::Host)),
            ("https://ulm.example:0/x", AddressError::Port),
            ("https://ulm.example:/x", AddressError::Port),
            ("https://ulm.example:65536", AddressError::Port),
            ("https://ulm.example:+44", AddressError::Port),
            ("https://ulm.example:443:443", AddressError::Port),
            ("https://ulm.example/a/../b", AddressError::Path),
            ("https://ulm.example/a%2e", AddressError::Path),
            ("https://ulm.example\\@evil.example", AddressError::Path),
            ("https://ulm.example?x=1", AddressError::Path),
            ("https://ulm.example/#x", AddressError::Path),
            ("https://ulm.example/a b", AddressError::Path),
        ] {
            assert_eq!(CallbackAddress::parse(text), Err(expected), "{text}");
        }
        let long = format!("https://ulm.example/{}", "a".repeat(ADDRESS_BYTES_MAX));
        assert_eq!(CallbackAddress::parse(&long), Err(AddressError::TooLong));
    }
}
