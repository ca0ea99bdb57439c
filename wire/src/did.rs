//! `did:web` identifiers in one strict spelling, so that one participant has one name.
//!
//! Parsing only: nothing is resolved here. The method is described at
//! <https://w3c-ccg.github.io/did-method-web/>.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The longest DID that is read, in bytes.
pub const DID_BYTES_MAX: usize = 512;
/// The most path segments of a DID.
pub const DID_SEGMENTS_MAX: usize = 8;

const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;
const PORT_OF_HTTPS: u16 = 443;

/// A `did:web`: a lower-case ASCII host name, an optional port written `%3A<port>`, and optional
/// path segments. Equal DIDs are equal bytes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Did(String);

/// Why a text is no DID that we take.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DidError {
    /// The host is not a lower-case ASCII name of at most 253 bytes with labels of 1 to 63.
    #[error("the host of a did:web must be a lower-case ASCII host name")]
    Host,
    /// The host is an address; a participant needs a name.
    #[error("the host of a did:web must be a name, not an IP address")]
    HostIsAddress,
    /// Another method than `web`.
    #[error("only DIDs of the method `did:web` are understood")]
    Method,
    /// The port is not written `%3A<1-65535>`, has a leading zero, or is 443, which is never written.
    #[error("the port of a did:web must be written `%3A` and a number, and 443 is left out")]
    Port,
    /// A path segment is empty, `.`, `..`, or has other characters than letters, digits, `.`, `_`, `-`.
    #[error("a path segment of a did:web must be letters, digits, `.`, `_` or `-`")]
    Segment,
    /// Longer than [`DID_BYTES_MAX`] or with more than [`DID_SEGMENTS_MAX`] path segments.
    #[error(
        "a did:web may have at most {DID_BYTES_MAX} bytes and {DID_SEGMENTS_MAX} path segments"
    )]
    TooLong,
}

impl Did {
    /// Reads a `did:web` in its one spelling.
    ///
    /// # Errors
    /// When the text is another method, another spelling, or too long.
    pub fn parse(text: &str) -> Result<Self, DidError> {
        if text.len() > DID_BYTES_MAX {
            return Err(DidError::TooLong);
        }
        let specific = text.strip_prefix("did:web:").ok_or(DidError::Method)?;
        let mut parts = specific.split(':');
        check_authority(parts.next().unwrap_or(""))?;
        for (count, segment) in parts.enumerate() {
            if count == DID_SEGMENTS_MAX {
                return Err(DidError::TooLong);
            }
            check_segment(segment)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The DID of a bare host and, unless it is 443, a port.
    ///
    /// # Errors
    /// When the host is not a lower-case ASCII host name or the port is 0.
    pub fn of_host(host: &str, port: u16) -> Result<Self, DidError> {
        if port == PORT_OF_HTTPS {
            Self::parse(&format!("did:web:{host}"))
        } else {
            Self::parse(&format!("did:web:{host}%3A{port}"))
        }
    }

    /// The host name.
    pub fn host(&self) -> &str {
        self.authority().0
    }

    /// The port, where one is written; without one it is 443.
    pub fn port(&self) -> Option<u16> {
        self.authority().1.and_then(|port| port.parse().ok())
    }

    /// Where the DID document lies: `https://host[:port]/.well-known/did.json`, or
    /// `https://host[:port]/segments/did.json`.
    pub fn document_url(&self) -> String {
        let mut url = format!("https://{}", self.host());
        if let Some(port) = self.port() {
            url.push_str(&format!(":{port}"));
        }
        let mut segments = self.segments().peekable();
        if segments.peek().is_none() {
            url.push_str("/.well-known");
        }
        for segment in segments {
            url.push('/');
            url.push_str(segment);
        }
        url.push_str("/did.json");
        url
    }

    /// The path segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.specific().split(':').skip(1)
    }

    /// The DID as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn specific(&self) -> &str {
        self.0.strip_prefix("did:web:").unwrap_or("")
    }

    fn authority(&self) -> (&str, Option<&str>) {
        let authority = self.specific().split(':').next().unwrap_or("");
        split_authority(authority)
    }
}

fn split_authority(authority: &str) -> (&str, Option<&str>) {
    match authority.split_once("%3A") {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

fn check_authority(authority: &str) -> Result<(), DidError> {
    let (host, port) = split_authority(authority);
    check_host(host)?;
    let Some(port) = port else { return Ok(()) };
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    if !digits || port.starts_with('0') {
        return Err(DidError::Port);
    }
    match port.parse::<u16>() {
        Ok(number) if number != PORT_OF_HTTPS => Ok(()),
        Ok(_) | Err(_) => Err(DidError::Port),
    }
}

/// Checks a host name as a `did:web`, a certificate's DNS name and a listener's name use it:
/// lower-case ASCII labels of 1 to 63 letters, digits and inner hyphens, at most 253 bytes, not an
/// address.
///
/// # Errors
/// [`DidError::Host`] or [`DidError::HostIsAddress`].
pub fn check_host(host: &str) -> Result<(), DidError> {
    if host.is_empty() || host.len() > HOST_BYTES_MAX || !host.split('.').all(is_label) {
        return Err(DidError::Host);
    }
    let last = host.rsplit('.').next().unwrap_or("");
    let number = last.bytes().all(|b| b.is_ascii_digit()) || is_hex_number(last);
    if number { Err(DidError::HostIsAddress) } else { Ok(()) }
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_BYTES_MAX).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// `0x7f` as a last label is read as an IPv4 address by the URL standard.
fn is_hex_number(label: &str) -> bool {
    label.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn check_segment(segment: &str) -> Result<(), DidError> {
    let plain =
        segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if segment.is_empty() || segment == "." || segment == ".." || !plain {
        return Err(DidError::Segment);
    }
    Ok(())
}

impl AsRef<str> for Did {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Did {
    type Err = DidError;

    fn from_str(text: &str) -> Result<Self, DidError> {
        Self::parse(text)
    }
}

impl Serialize for Did {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Did {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_did_names_its_host_port_and_document() {
        for (text, host, port, url) in [
            (
                "did:web:ulm.example",
                "ulm.example",
                None,
                "https://ulm.example/.well-known/did.json",
            ),
            (
                "did:web:ulm.localhost%3A8443",
                "ulm.localhost",
                Some(8443),
                "https://ulm.localhost:8443/.well-known/did.json",
            ),
            (
                "did:web:xn--mnchen-3ya.example:town:A_1",
                "xn--mnchen-3ya.example",
                None,
                "https://xn--mnchen-3ya.example/town/A_1/did.json",
            ),
        ] {
            let did = Did::parse(text).unwrap();
            assert_eq!((did.as_str(), did.host(), did.port()), (text, host, port));
            assert_eq!(did.document_url(), url);
        }
        assert_eq!(Did::of_host("ulm.example", 443).unwrap().as_str(), "did:web:ulm.example");
        assert_eq!(Did::of_host("ulm.example", 81).unwrap().as_str(), "did:web:ulm.example%3A81");
    }

    #[test]
    fn a_second_spelling_of_a_name_is_refused() {
        for (text, expected) in [
            ("", DidError::Method),
            ("did:key:z6Mk", DidError::Method),
            ("DID:web:ulm.example", DidError::Method),
            ("did:web:", DidError::Host),
            ("did:web:Ulm.example", DidError::Host),
            ("did:web:ulm.example.", DidError::Host),
            ("did:web:ulm..example", DidError::Host),
            ("did:web:-ulm.example", DidError::Host),
            ("did:web:m\u{fc}nchen.example", DidError::Host),
            ("did:web:ulm.example/x", DidError::Host),
            ("did:web:user@ulm.example", DidError::Host),
            ("did:web:ulm.example#key", DidError::Host),
            ("did:web:ulm.example%3a8443", DidError::Host),
            ("did:web:127.0.0.1", DidError::HostIsAddress),
            ("did:web:2130706433", DidError::HostIsAddress),
            ("did:web:0x7f", DidError::HostIsAddress),
            ("did:web:ulm.example%3A", DidError::Port),
            ("did:web:ulm.example%3A0", DidError::Port),
            ("did:web:ulm.example%3A443", DidError::Port),
            ("did:web:ulm.example%3A08443", DidError::Port),
            ("did:web:ulm.example%3A65536", DidError::Port),
            ("did:web:ulm.example%3A80%3A81", DidError::Port),
            ("did:web:ulm.example:", DidError::Segment),
            ("did:web:ulm.example:..:etc", DidError::Segment),
            ("did:web:ulm.example:a%2Fb", DidError::Segment),
            ("did:web:ulm.example:a:b:c:d:e:f:g:h:i", DidError::TooLong),
        ] {
            assert_eq!(Did::parse(text), Err(expected), "{text}");
        }
        assert_eq!(Did::parse(&format!("did:web:{}", "a".repeat(600))), Err(DidError::TooLong));
    }
}
