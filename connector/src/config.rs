//! `allmende.toml`: every setting of a connector, parsed strictly.
//!
//! Unknown keys are refused, and secrets never stand here: keys lie in files of mode 0600 beside
//! it (see [`crate::home`]).

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use identity::guard::Origin;
use protocol::id::ParticipantId;
use serde::{Deserialize, Serialize};
use wire::did::Did;

use crate::gate::settings::GateSettings;
use crate::store::OnDisk;

/// The whole file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The addresses that the process listens on.
    pub listen: Listen,
    /// What outgoing calls may reach.
    #[serde(default)]
    pub net: Net,
    /// The server certificate of the public listener.
    #[serde(default)]
    pub public: Public,
    /// What people read of rules.
    #[serde(default)]
    pub policy: PolicySettings,
    /// The embedded store.
    #[serde(default)]
    pub store: StoreSettings,
    /// Sizes, counts and times that protect this process from its peers.
    #[serde(default)]
    pub limits: Limits,
    /// The participants that this process serves; each has a folder of its own in the home.
    #[serde(default, rename = "participant")]
    pub participants: Vec<ParticipantSettings>,
    /// Present when this process is a data space's authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthoritySettings>,
    /// Present when this home is a gate's: its participant speaks through a foreign connector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateSettings>,
}

/// The addresses that the process listens on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// The mutual listener: TLS 1.3 with client certificates, everything between connectors.
    pub mutual: SocketAddr,
    /// The public listener: server TLS, DID documents and revocation lists.
    pub public: SocketAddr,
    /// The management listener; a loopback address.
    pub management: SocketAddr,
    /// The local hand-over to a participant's own programs; a loopback address.
    pub handover: SocketAddr,
}

/// What outgoing calls may reach.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Net {
    /// Networks besides the public internet that may be called, as CIDRs (`10.1.0.0/16`,
    /// `127.0.0.0/8`). Names under `.localhost` resolve only where loopback is listed.
    pub allow: Vec<String>,
    /// Ports that may be called; empty means 443 and 8443.
    pub ports: Vec<u16>,
}

/// The server certificate of the public listener.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Public {
    /// The roots that public listeners of others must chain to, as a PEM file relative to the
    /// home. Absent: the web's roots of the operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roots: Option<PathBuf>,
}

/// What people read of rules.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// A folder, relative to the home, whose `sentences.toml`, `terms.toml` and `peers.toml` stand in
    /// place of those of this version. One that is not there is not replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentences: Option<PathBuf>,
}

/// The embedded store.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// Which engine keeps the records.
    pub engine: StoreEngine,
    /// Free space in MiB below which commits stop, except those that stop or revoke something.
    pub disk_reserve_mib: u64,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { engine: StoreEngine::Sled, disk_reserve_mib: 64 }
    }
}

/// An embedded engine.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreEngine {
    /// Nothing survives the process: for tests.
    Memory,
    /// redb 4.
    Redb,
    /// sled 0.34 in its hardened form.
    Sled,
}

impl StoreEngine {
    /// What keeps the records in the store's folder; nothing for one that forgets them.
    #[must_use]
    pub const fn on_disk(self) -> Option<OnDisk> {
        match self {
            Self::Memory => None,
            Self::Redb => Some(OnDisk::Redb),
            Self::Sled => Some(OnDisk::Sled),
        }
    }

    /// Its name in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.on_disk() {
            Some(engine) => engine.name(),
            None => "memory",
        }
    }
}

/// Sizes, counts and times that protect this process from its peers.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of one protocol message.
    pub message_bytes_max: usize,
    /// Open connections on the mutual listener, over all peers.
    pub connections_max: usize,
    /// Handshakes that may be under way at once on the mutual listener.
    pub handshakes_max: usize,
    /// Milliseconds that a handshake may take.
    pub handshake_timeout_ms: u64,
    /// Seconds that an idle connection is kept.
    pub keep_alive_s: u64,
    /// Processes (negotiations and transfers) that one peer may have open with one participant.
    pub open_processes_per_peer_max: usize,
    /// Requests under way at once from one peer.
    pub requests_per_peer_max: usize,
    /// Deliveries under way at once to one peer.
    pub deliveries_per_peer_max: usize,
    /// Seconds in which a reader must take at least [`Limits::slow_reader_bytes_min`].
    pub slow_reader_window_s: u64,
    /// Bytes that a reader must take per window; a slower one is cut off.
    pub slow_reader_bytes_min: u64,
    /// Milliseconds to wait for a peer's answer to one message.
    pub answer_timeout_ms: u64,
    /// Hours during which an unanswered message is tried again.
    pub retry_hours_max: u64,
    /// Messages in flight to one peer at once.
    pub sends_per_peer_max: usize,
    /// Seconds between two looks at the authority's trust list and revocation lists.
    pub trust_refresh_s: u64,
    /// Milliseconds that the signed checkpoint may lag behind the log before nothing is served.
    pub checkpoint_lag_max_ms: u64,
    /// Datasets on one catalogue page.
    pub catalog_page_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes_max: 256 * 1024,
            connections_max: 4096,
            handshakes_max: 256,
            handshake_timeout_ms: 5_000,
            keep_alive_s: 75,
            open_processes_per_peer_max: 10_000,
            requests_per_peer_max: 256,
            deliveries_per_peer_max: 64,
            slow_reader_window_s: 60,
            slow_reader_bytes_min: 1_024,
            answer_timeout_ms: 10_000,
            retry_hours_max: 24,
            sends_per_peer_max: 64,
            trust_refresh_s: 300,
            checkpoint_lag_max_ms: 5_000,
            catalog_page_max: 50,
        }
    }
}

/// One participant that this process serves.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ParticipantSettings {
    /// The participant's DID, with its public port.
    pub did: Did,
    /// The name shown to people.
    pub name: String,
    /// The mutual listener as partners reach it, `https://host:port` without a trailing slash.
    pub mutual_url: String,
    /// The folder whose files may be published, relative to the participant's folder.
    #[serde(default = "data_root")]
    pub data_root: PathBuf,
    /// Back ends of its own that its datasets may be read from beside public https addresses, as
    /// origins (`http://backend.intern:8080`). Each opens plain http, own networks and its port,
    /// for this participant alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Origin>,
    /// Whether copies held under a contract stay when the contract ends. Without it they are erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_ended: bool,
    /// Partners that name themselves otherwise than by their DID in agreements, as some foreign
    /// connectors do: the DID, and the name. It binds nobody else; who speaks is still proven by
    /// the certificate alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub partner_ids: BTreeMap<Did, ParticipantId>,
    /// The data space that it has joined; absent until `allmende join`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership: Option<MembershipSettings>,
}

fn data_root() -> PathBuf {
    PathBuf::from("data")
}

/// Membership in a data space.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MembershipSettings {
    /// The authority's DID, which is also the id of the data space.
    pub authority: Did,
    /// SHA-256 of the root certificate, as confirmed when joining.
    pub root_fingerprint: String,
}

/// Settings of a data space's authority.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AuthoritySettings {
    /// The data space's name as shown to people.
    pub name: String,
    /// Days that a member's certificate is valid, 30 to 90.
    pub leaf_days: u32,
    /// Hours after which a trust list expires.
    pub trust_list_hours: u32,
}

/// Why a settings file is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A gate has one participant, and is no authority.
    #[error("a home with `[gate]` has one `[[participant]]`, and no `[authority]`")]
    GateNotAlone,
    /// What a gate does in the clear is not on this machine.
    #[error("`{setting}` is `{address}`, and must be a loopback address")]
    GateNotLoopback {
        /// The setting's name.
        setting: &'static str,
        /// The address found.
        address: IpAddr,
    },
    /// The beginning of a path is none.
    #[error("`gate.paths` has `{path}`: write the beginning of a path, such as `/public`")]
    GatePath {
        /// What stands there.
        path: String,
    },
    /// A listener that must be local is not.
    #[error("`listen.{listener}` is `{address}`, and must be a loopback address")]
    NotLoopback {
        /// The setting's name.
        listener: &'static str,
        /// The address found.
        address: SocketAddr,
    },
    /// What vouches for partners says nothing of them.
    #[error("`gate.vouch` must have `{{peer}}` in it, and stand on one line of plain characters")]
    GateVouch,
    /// The file cannot be read.
    #[error("`{path}` cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("`{path}` is not a valid settings file")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and why, with line and column.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// Two participants share a DID or a host name.
    #[error("two participants have the host name `{host}`")]
    SameHost {
        /// The host name.
        host: String,
    },
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// [`ConfigError`] names the file, the place and the reason.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let config: Self = toml::from_str(&text).map_err(|source| ConfigError::Invalid {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        config.check()?;
        Ok(config)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let local = [("management", self.listen.management), ("handover", self.listen.handover)];
        for (listener, address) in local {
            if !address.ip().is_loopback() {
                return Err(ConfigError::NotLoopback { listener, address });
            }
        }
        if let Some(gate) = &self.gate {
            gate.check()?;
            if self.participants.len() > 1 || self.authority.is_some() {
                return Err(ConfigError::GateNotAlone);
            }
        }
        let mut hosts = std::collections::BTreeSet::new();
        for participant in &self.participants {
            if !hosts.insert(participant.did.host()) {
                let host = participant.did.host().to_owned();
                return Err(ConfigError::SameHost { host });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"
[listen]
mutual = "127.0.0.1:8443"
public = "127.0.0.1:8444"
management = "127.0.0.1:8180"
handover = "127.0.0.1:8181"
"#;

    fn parse(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check().map_err(|error| error.to_string())?;
        Ok(config)
    }

    #[test]
    fn defaults_fill_what_is_left_out_and_each_engine_has_its_name() {
        let config = parse(MINIMAL).unwrap();
        assert_eq!(config.store.engine, StoreEngine::Sled);
        assert!(config.net.allow.is_empty());
        for engine in OnDisk::ALL {
            let named = parse(&format!("{MINIMAL}\n[store]\nengine = \"{}\"\n", engine.name()));
            assert_eq!(named.unwrap().store.engine.on_disk(), Some(engine));
        }
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = parse(&format!("{MINIMAL}\n[net]\nalow = []\n")).unwrap_err();
        assert!(error.contains("alow"), "{error}");
    }

    #[test]
    fn management_off_loopback_is_refused() {
        let error = parse(&MINIMAL.replace("127.0.0.1:8180", "0.0.0.0:8180")).unwrap_err();
        assert!(error.contains("listen.management"), "{error}");
    }
}
