//! Where the foreign connector listens: plain HTTP, and so a loopback address or nothing.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest address, in bytes.
const LEN_MAX: usize = 1_024;

/// `http://127.0.0.1:8282/api/dsp`: a port of this machine, and a path that goes before others.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlainUrl {
    address: SocketAddr,
    prefix: String,
}

/// Why an address is not one of a foreign connector.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlainUrlError {
    /// Not `http://host:port/path`.
    #[error("write it as `http://127.0.0.1:8282/api/dsp`, without query, user or fragment")]
    Form,
    /// Another machine, or a name that could become one.
    #[error("only this machine is spoken to in the clear: 127.0.0.1, [::1] or localhost")]
    NotLoopback,
}

impl PlainUrl {
    /// The socket's address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What goes before a path; without a slash at its end.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl FromStr for PlainUrl {
    type Err = PlainUrlError;

    fn from_str(text: &str) -> Result<Self, PlainUrlError> {
        let rest = text.strip_prefix("http://").ok_or(PlainUrlError::Form)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.:-_~[]".contains(&byte);
        if text.len() > LEN_MAX || !rest.bytes().all(plain) {
            return Err(PlainUrlError::Form);
        }
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, format!("/{path}")),
            None => (rest, String::new()),
        };
        let prefix = path.trim_end_matches('/').to_owned();
        if prefix.split('/').skip(1).any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(PlainUrlError::Form);
        }
        let (host, port) = authority.rsplit_once(':').ok_or(PlainUrlError::Form)?;
        let port: u16 = port.parse().map_err(|_| PlainUrlError::Form)?;
        let ip = match host {
            "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
            literal => {
                let literal = literal.trim_start_matches('[').trim_end_matches(']');
                literal.parse().map_err(|_| PlainUrlError::NotLoopback)?
            }
        };
        if !ip.is_loopback() {
            return Err(PlainUrlError::NotLoopback);
        }
        Ok(Self { address: SocketAddr::new(ip, port), prefix })
    }
}

impl fmt::Display for PlainUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.address, self.prefix)
    }
}

impl TryFrom<String> for PlainUrl {
    type Error = PlainUrlError;

    fn try_from(text: String) -> Result<Self, PlainUrlError> {
        text.parse()
    }
}

impl From<PlainUrl> for String {
    fn from(url: PlainUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, PlainUrlError>) {
        let read = text.parse::<PlainUrl>().map(|url| url.to_string());
        assert_eq!(read, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn only_ports_of_this_machine_are_spoken_to_in_the_clear() {
        check("http://127.0.0.1:8282/api/dsp", Ok("http://127.0.0.1:8282/api/dsp"));
        check("http://localhost:8083/", Ok("http://127.0.0.1:8083"));
        check("http://[::1]:8083", Ok("http://[::1]:8083"));
        for text in [
            "http://10.0.0.5:80",
            "http://0.0.0.0:80",
            "http://edc:80",
            "http://127.0.0.1.example:80/",
            "http://[::ffff:10.0.0.5]:80",
        ] {
            check(text, Err(PlainUrlError::NotLoopback));
        }
        for text in [
            "https://127.0.0.1:80",
            "127.0.0.1:80",
            "http://127.0.0.1/x",
            "http://127.0.0.1:80/a?b=c",
            "http://127.0.0.1:80/a/../b",
            "http://127.0.0.1:80//a",
            "http://user@127.0.0.1:80/",
            "http://127.0.0.1:80/%2e%2e",
        ] {
            check(text, Err(PlainUrlError::Form));
        }
    }
}
