//! `[gate]` in `allmende.toml`: where the foreign connector listens, and where it is listened for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::plain::PlainUrl;
use crate::config::ConfigError;

/// The settings of a gate. Their presence makes the home a gate's: its one participant speaks
/// through a foreign connector.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GateSettings {
    /// The foreign connector: what partners ask under `/` is asked of it below this address.
    pub to: PlainUrl,
    /// Where it calls partners in plain HTTP, with the secret in the path; a loopback address.
    #[serde(default = "outward")]
    pub outward: SocketAddr,
    /// Where it calls partners by their own `https` addresses, as a SOCKS5 proxy whose user is the
    /// secret; a loopback address.
    #[serde(default = "socks")]
    pub socks: SocketAddr,
    /// The loopback address that stands for all partners in the file `hosts`.
    #[serde(default = "names")]
    pub names: IpAddr,
    /// The ports of partners' `https` addresses that are answered on `names`; empty means none, and
    /// leaves the proxy as the only way.
    #[serde(default)]
    pub ports: BTreeSet<u16>,
    /// Further lines of the file `hosts`, since a JVM that is given one asks nothing else.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Sizes, counts and times.
    #[serde(default)]
    pub limits: GateLimits,
    /// Other addresses of the foreign connector, by the beginning of the path that partners ask.
    #[serde(default)]
    pub paths: BTreeMap<String, PlainUrl>,
}

/// Sizes, counts and times of a gate, beside those of every mutual listener.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GateLimits {
    /// Bytes of a request's body, in either direction.
    pub request_bytes_max: u64,
    /// Bytes of an answer's body, in either direction.
    pub answer_bytes_max: u64,
    /// Milliseconds that the foreign connector may take from the end of a request to the beginning
    /// of its answer.
    pub foreign_timeout_ms: u64,
    /// Seconds in which a body that is handed on must move.
    pub silence_s: u64,
    /// Open connections of the foreign connector, over all listeners.
    pub connections_max: usize,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            request_bytes_max: 64 * 1024 * 1024,
            answer_bytes_max: 64 * 1024 * 1024 * 1024,
            foreign_timeout_ms: 10_000,
            silence_s: 60,
            connections_max: 512,
        }
    }
}

impl GateSettings {
    /// The settings that `init` writes for a foreign connector at `to`.
    #[must_use]
    pub fn of(to: PlainUrl) -> Self {
        Self {
            to,
            outward: outward(),
            socks: socks(),
            names: names(),
            ports: BTreeSet::new(),
            hosts: Vec::new(),
            limits: GateLimits::default(),
            paths: BTreeMap::new(),
        }
    }

    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let local = [
            ("gate.outward", self.outward),
            ("gate.socks", self.socks),
            ("gate.names", SocketAddr::new(self.names, 0)),
        ];
        for (setting, address) in local {
            if !address.ip().is_loopback() {
                return Err(ConfigError::GateNotLoopback { setting, address: address.ip() });
            }
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
        for path in self.paths.keys() {
            let whole = path.len() > 1 && path.starts_with('/') && !path.ends_with('/');
            let segments = path.split('/').skip(1);
            let bad = segments.into_iter().any(|it| matches!(it, "" | "." | ".."));
            if !whole || bad || !path.bytes().all(plain) {
                return Err(ConfigError::GatePath { path: path.clone() });
            }
        }
        Ok(())
    }

    /// Where a partner's path leads: the longest of `paths` that it begins with, else `to`; the
    /// address, and the path there.
    #[must_use]
    pub(crate) fn route(&self, path: &str) -> (SocketAddr, String) {
        let below = |start: &str| {
            let rest = path.strip_prefix(start)?;
            (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
        };
        let found =
            self.paths.iter().filter_map(|(start, to)| Some((start.len(), to, below(start)?)));
        let (_, to, rest) = found.max_by_key(|(length, ..)| *length).unwrap_or((0, &self.to, path));
        (to.address(), format!("{}{rest}", to.prefix()))
    }
}

fn outward() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8190))
}

fn socks() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8191))
}

fn names() -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(rest: &str) -> Result<GateSettings, String> {
        let text = format!("to = \"http://127.0.0.1:8282/api/dsp\"\n{rest}");
        let settings: GateSettings = toml::from_str(&text).map_err(|error| error.to_string())?;
        settings.check().map_err(|error| error.to_string())?;
        Ok(settings)
    }

    #[test]
    fn a_path_leads_to_the_longest_beginning_that_fits_whole_segments() {
        let settings = settings(
            "[paths]\n\"/public\" = \"http://127.0.0.1:8185/api/public\"\n\
             \"/public/v2\" = \"http://127.0.0.1:8186\"\n",
        )
        .unwrap();
        for (path, port, expected) in [
            ("/2025-1/catalog/request", 8282, "/api/dsp/2025-1/catalog/request"),
            ("/public/x?y=1", 8185, "/api/public/x?y=1"),
            ("/public", 8185, "/api/public"),
            ("/public?x", 8185, "/api/public?x"),
            ("/publicity", 8282, "/api/dsp/publicity"),
            ("/public/v2/x", 8186, "/x"),
        ] {
            let (address, found) = settings.route(path);
            assert_eq!((address.port(), found.as_str()), (port, expected), "{path}");
        }
    }

    #[test]
    fn nothing_plain_leaves_or_enters_this_machine() {
        for (rest, named) in [
            ("outward = \"0.0.0.0:8190\"", "gate.outward"),
            ("socks = \"192.0.2.1:8191\"", "gate.socks"),
            ("names = \"192.0.2.1\"", "gate.names"),
            ("[paths]\n\"/x\" = \"http://192.0.2.1:80\"", "this machine"),
            ("[paths]\n\"/x/../y\" = \"http://127.0.0.1:80\"", "/x/../y"),
            ("[paths]\n\"/\" = \"http://127.0.0.1:80\"", "`/`"),
            ("[limits]\nbytes = 1", "bytes"),
        ] {
            let error = settings(rest).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
