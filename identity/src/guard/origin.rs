//! Where an own source lies: `http` or `https`, a host name or a plain address, a port. The
//! operator lists origins; one that is not listed opens nothing beyond what everybody may call.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wire::did::Did;

use super::HTTPS_PORT;
use super::target::{TargetError, check_path, check_signs, read_port};

/// The port of plain http.
const HTTP_PORT: u16 = 80;

/// How an origin is spoken to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scheme {
    /// In the clear: for own networks alone.
    Http,
    /// Server TLS.
    Https,
}

/// A place that holds sources, in its one spelling.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    literal: Option<IpAddr>,
    port: u16,
}

impl Origin {
    /// Reads an absolute address of a source: its origin, and path and query with a leading slash.
    ///
    /// # Errors
    /// [`TargetError`], the first reason found.
    pub fn split(url: &str) -> Result<(Self, String), TargetError> {
        check_signs(url)?;
        let (scheme, rest) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
            (Some(rest), _) => (Scheme::Http, rest),
            (None, Some(rest)) => (Scheme::Https, rest),
            (None, None) => return Err(TargetError::Scheme),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).ok_or(TargetError::Signs)?;
        check_path(path)?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok((Self::read(scheme, authority)?, path))
    }

    fn read(scheme: Scheme, authority: &str) -> Result<Self, TargetError> {
        let own_port = usual_port(scheme);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, read_port(port)?),
            Some(_) | None => (authority, own_port),
        };
        let literal = read_literal(host)?;
        if literal.is_none() {
            Did::of_host(host, port).map_err(|_| TargetError::Host)?;
        }
        Ok(Self { scheme, host: host.to_owned(), literal, port })
    }

    /// How it is spoken to.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The address, where the host is written as one.
    #[must_use]
    pub fn literal(&self) -> Option<IpAddr> {
        self.literal
    }
}

/// An address as host, in its canonical spelling; `None` for what is a name.
fn read_literal(host: &str) -> Result<Option<IpAddr>, TargetError> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(TargetError::Host)?;
        let address: Ipv6Addr = inner.parse().map_err(|_| TargetError::Host)?;
        let same = address.to_string() == inner;
        return if same { Ok(Some(address.into())) } else { Err(TargetError::Host) };
    }
    Ok(host.parse().ok().filter(|address: &IpAddr| address.is_ipv4()))
}

fn usual_port(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Http => HTTP_PORT,
        Scheme::Https => HTTPS_PORT,
    }
}

impl FromStr for Origin {
    type Err = TargetError;

    /// Reads an origin alone: no path beyond a single slash.
    fn from_str(text: &str) -> Result<Self, TargetError> {
        match Self::split(text)? {
            (origin, path) if path == "/" => Ok(origin),
            (_, _) => Err(TargetError::Path),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port == usual_port(self.scheme) { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| {
            de::Error::custom(format!(
                "`{text}` is no origin like `http://backend.intern:8080`: {error}"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling() {
        let table = [
            ("http://backend.intern:8080", Ok("http://backend.intern:8080")),
            ("http://backend:80/", Ok("http://backend")),
            ("https://backend.intern:443", Ok("https://backend.intern")),
            ("http://10.1.2.3:8080", Ok("http://10.1.2.3:8080")),
            ("http://[fd00::1]:8080", Ok("http://[fd00::1]:8080")),
            ("http://[fd00::1]", Ok("http://[fd00::1]")),
            ("http://[FD00::1]", Err(TargetError::Host)),
            ("http://[fd00::1", Err(TargetError::Host)),
            ("http://fd00::1/", Err(TargetError::Host)),
            ("http://010.1.2.3", Err(TargetError::Host)),
            ("http://2130706433/", Err(TargetError::Host)),
            ("http://Backend/", Err(TargetError::Host)),
            ("http://user@backend/", Err(TargetError::Host)),
            ("http://backend/x", Err(TargetError::Path)),
            ("http://backend?x", Err(TargetError::Path)),
            ("ftp://backend", Err(TargetError::Scheme)),
            ("backend:8080", Err(TargetError::Scheme)),
        ];
        for (text, expected) in table {
            let found = text.parse::<Origin>().map(|origin| origin.to_string());
            assert_eq!(found, expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn an_address_is_its_origin_and_its_path() {
        let (origin, path) = Origin::split("http://10.1.2.3:8080/a?b=c").unwrap();
        assert_eq!(format!("{origin}{path}"), "http://10.1.2.3:8080/a?b=c");
        assert_eq!(origin.literal(), Some([10, 1, 2, 3].into()));
        assert_eq!(Origin::split("http://backend/a/../b").unwrap_err(), TargetError::Path);
    }
}
