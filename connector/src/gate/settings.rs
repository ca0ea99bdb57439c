//! `[gate]` in `allmende.toml`: where the foreign connector listens, and where it is listened for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};
use wire::did::Did;

use super::plain::PlainUrl;
use crate::config::ConfigError;

/// The settings of a gate. Their presence makes the home a gate's: its one participant speaks
/// through a foreign connector.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GateSettings {
    /// The foreign connector: what partners ask under `/` is asked of it below this address.
    pub to: PlainUrl,
    /// What the foreign connector is shown as `Authorization` in place of whatever a partner sent,
    /// with the partner's DID for `{peer}`: for one that believes its network and asks no more than
    /// who it is. Only for requests to `to`; absent, a partner's own token is passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouch: Option<String>,
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
            vouch: None,
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
        let vouched = self.vouch.as_ref().is_none_or(|vouch| {
            vouch.contains(PEER) && vouch.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        });
        if !vouched {
            return Err(ConfigError::GateVouch);
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

    /// Where a partner's path leads: the longest of `paths` that it begins with, else `to`.
    #[must_use]
    pub(crate) fn route(&self, path: &str) -> Route {
        let below = |start: &str| {
            let rest = path.strip_prefix(start)?;
            (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
        };
        let found =
            self.paths.iter().filter_map(|(start, to)| Some((start.len(), to, below(start)?)));
        let longest = found.max_by_key(|(length, ..)| *length);
        let vouched = longest.is_none();
        let (_, to, rest) = longest.unwrap_or((0, &self.to, path));
        Route { address: to.address(), path: format!("{}{rest}", to.prefix()), vouched }
    }

    /// What vouches for `peer`, if anything does.
    #[must_use]
    pub(crate) fn vouch_for(&self, peer: &Did) -> Option<String> {
        self.vouch.as_ref().map(|vouch| vouch.replace(PEER, peer.as_str()))
    }
}

/// Stands for the partner's DID in what vouches for it.
const PEER: &str = "{peer}";

/// Where a partner's request goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Route {
    /// The socket.
    pub(crate) address: SocketAddr,
    /// Path and query there.
    pub(crate) path: String,
    /// Whether the gate may vouch for the partner there.
    pub(crate) vouched: bool,
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
            let found = settings.route(path);
            assert_eq!((found.address.port(), found.path.as_str()), (port, expected), "{path}");
            assert_eq!(found.vouched, port == 8282, "{path}");
        }
    }

    #[test]
    fn settings_that_would_open_a_way_are_refused() {
        for (rest, named) in [
            ("outward = \"0.0.0.0:8190\"", "gate.outward"),
            ("socks = \"192.0.2.1:8191\"", "gate.socks"),
            ("names = \"192.0.2.1\"", "gate.names"),
            ("[paths]\n\"/x\" = \"http://192.0.2.1:80\"", "this machine"),
            ("[paths]\n\"/x/../y\" = \"http://127.0.0.1:80\"", "/x/../y"),
            ("[paths]\n\"/\" = \"http://127.0.0.1:80\"", "`/`"),
            ("vouch = \"always the same\"", "gate.vouch"),
            ("vouch = \"{peer}\\r\\nx: y\"", "gate.vouch"),
            ("[limits]\nbytes = 1", "bytes"),
        ] {
            let error = settings(rest).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn in_the_clear_only_loopback_addresses_are_listened_on() {
        let one = |setting: &str, address: IpAddr| match setting {
            "names" => settings(&format!("names = \"{address}\"")),
            _ => settings(&format!("{setting} = \"{}\"", SocketAddr::new(address, 8190))),
        };
        for setting in ["outward", "socks", "names"] {
            for address in ["127.0.0.1", "127.255.0.9", "::1"] {
                assert!(one(setting, address.parse().unwrap()).is_ok(), "{setting} {address}");
            }
            for address in [
                "0.0.0.0",
                "10.0.0.5",
                "169.254.0.1",
                "192.0.2.1",
                "255.255.255.255",
                "::",
                "2001:db8::1",
                "fe80::1",
                "fd00::1",
                // An IPv6 socket for IPv4: also the one of this machine is not needed.
                "::ffff:0.0.0.0",
                "::ffff:192.0.2.1",
                "::ffff:127.0.0.1",
            ] {
                let error = one(setting, address.parse().unwrap()).unwrap_err();
                assert!(error.contains(&format!("gate.{setting}")), "{address}: {error}");
            }
        }
    }
}
