//! The one spelling of an address that is called: https, a lower-case host name, a port, a path.
//! No address literals, no user, no fragment, nothing that two parsers could read in two ways.

use std::fmt;

use wire::did::Did;

use super::HTTPS_PORT;

/// Longest address, in bytes.
pub const URL_LEN_MAX: usize = 2048;

/// An address that may be called, as far as its spelling tells.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// Reads an absolute https address.
    ///
    /// # Errors
    /// [`TargetError`], the first reason found.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        check_signs(url)?;
        let rest = url.strip_prefix("https://").ok_or(TargetError::Scheme)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).ok_or(TargetError::Signs)?;
        let (host, port) = read_authority(authority)?;
        check_path(path)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { host, port, path })
    }

    /// The host name, lower-case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 443 where none is written.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query, beginning with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `host` or `host:port`, as the Host header has it.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == HTTPS_PORT {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether the name is `localhost` or lies under it (RFC 6761).
    #[must_use]
    pub fn is_localhost(&self) -> bool {
        self.host == "localhost" || self.host.ends_with(".localhost")
    }
}

/// Host and port; the host follows the rules of a did:web, which refuse address literals in every
/// spelling, trailing dots and other cases.
fn read_authority(authority: &str) -> Result<(String, u16), TargetError> {
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, read_port(port)?),
        None => (authority, HTTPS_PORT),
    };
    Did::of_host(host, port).map_err(|_| TargetError::Host)?;
    Ok((host.to_owned(), port))
}

pub(super) fn read_port(text: &str) -> Result<u16, TargetError> {
    let port: u16 = text.parse().map_err(|_| TargetError::Port)?;
    if port == 0 || port.to_string() != text { Err(TargetError::Port) } else { Ok(port) }
}

/// Not too long, and only signs that every parser reads alike.
pub(super) fn check_signs(url: &str) -> Result<(), TargetError> {
    if url.len() > URL_LEN_MAX {
        return Err(TargetError::TooLong);
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}#".contains(&byte)) {
        return Err(TargetError::Signs);
    }
    Ok(())
}

/// No dot segments, in plain or coded spelling, and no coded slashes or controls.
pub(super) fn check_path(path: &str) -> Result<(), TargetError> {
    let before_query = path.split('?').next().unwrap_or_default();
    for segment in before_query.split('/') {
        let lower = segment.to_ascii_lowercase();
        let decoded = lower.replace("%2e", ".");
        let hidden = ["%2f", "%5c", "%00", "%25"].iter().any(|code| lower.contains(code));
        if decoded == "." || decoded == ".." || hidden {
            return Err(TargetError::Path);
        }
    }
    Ok(())
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.authority(), self.path)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

impl std::str::FromStr for Target {
    type Err = TargetError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Self::parse(url)
    }
}

/// Why an address is not called; the fault of whoever named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No plain lower-case host name.
    #[error("the address must have a lower-case host name, no address literal and no user")]
    Host,
    /// Dot segments or hidden slashes.
    #[error("the address has a path that could mean another one")]
    Path,
    /// No number from 1 to 65535, or one with leading zeros.
    #[error("the address has a bad port")]
    Port,
    /// Not https.
    #[error("the address must begin with https://")]
    Scheme,
    /// Spaces, controls, fragments, or signs outside of ASCII.
    #[error("the address holds signs that it may not hold")]
    Signs,
    /// Longer than [`URL_LEN_MAX`].
    #[error("the address is longer than {URL_LEN_MAX} bytes")]
    TooLong,
}

impl TargetError {
    /// What can be done about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        "write the address as https://host[:port]/path in plain lower-case ASCII"
    }

    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Host => "url-host",
            Self::Path => "url-path",
            Self::Port => "url-port",
            Self::Scheme => "url-scheme",
            Self::Signs => "url-signs",
            Self::TooLong => "url-too-long",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        let table = [
            ("https://ulm.example", Ok("https://ulm.example/")),
            ("https://ulm.example:8443/dsp?x=1", Ok("https://ulm.example:8443/dsp?x=1")),
            ("https://ulm.example:443/", Ok("https://ulm.example/")),
            ("http://ulm.example/", Err(TargetError::Scheme)),
            ("HTTPS://ulm.example/", Err(TargetError::Scheme)),
            ("https://Ulm.example/", Err(TargetError::Host)),
            ("https://ulm.example./", Err(TargetError::Host)),
            ("https://user@ulm.example/", Err(TargetError::Host)),
            ("https://127.0.0.1/", Err(TargetError::Host)),
            ("https://2130706433/", Err(TargetError::Host)),
            ("https://0x7f000001/", Err(TargetError::Host)),
            ("https://[::1]/", Err(TargetError::Port)),
            ("https:///x", Err(TargetError::Host)),
            ("https://ulm.example:0/", Err(TargetError::Port)),
            ("https://ulm.example:08443/", Err(TargetError::Port)),
            ("https://ulm.example:+443/", Err(TargetError::Port)),
            ("https://ulm.example/a/../b", Err(TargetError::Path)),
            ("https://ulm.example/a/%2E%2e/b", Err(TargetError::Path)),
            ("https://ulm.example/a%2fb", Err(TargetError::Path)),
            ("https://ulm.example/%00", Err(TargetError::Path)),
            ("https://ulm.example/#x", Err(TargetError::Signs)),
            ("https://ulm.example\\@evil.example/", Err(TargetError::Signs)),
            ("https://ulm.example/ x", Err(TargetError::Signs)),
            ("https://münchen.example/", Err(TargetError::Signs)),
        ];
        for (url, expected) in table {
            let found = Target::parse(url).map(|target| target.to_string());
            assert_eq!(found, expected.map(str::to_owned), "{url}");
        }
    }
}
