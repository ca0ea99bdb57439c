//! What is done to a home folder before a connector runs in it: making it, founding a data space,
//! joining one.
//!
//! Secrets go into files of mode 0600, never into the settings and never into a message.

mod fault;
mod join;
mod settings;
#[cfg(test)]
mod tests;

pub use fault::SetupFault;
pub use join::{JoinOptions, Joined, join};

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use identity::enrol::Fingerprint;
use jiff::Timestamp;
use wire::did::Did;

use crate::authority::founding;
use crate::config::{AuthoritySettings, Config, Listen, MembershipSettings};
use crate::gate::PlainUrl;
use crate::home::{Home, create_private};
use crate::ids::Ids;
use crate::participant::folder::Folder;

/// Where a new home's process listens, and what it may call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Addresses {
    /// Only on this machine, and calling this machine: for trying out.
    pub loopback: bool,
    /// The mutual listener's port.
    pub mutual_port: u16,
    /// The public listener's port; part of the DID unless it is 443.
    pub public_port: u16,
    /// The management listener's port.
    pub management_port: u16,
    /// The hand-over's port.
    pub handover_port: u16,
}

/// A new participant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InitOptions {
    /// Its own host name.
    pub host: String,
    /// The name shown to people.
    pub name: String,
    /// The foreign connector whose gate it is to be, if it is to be one.
    pub gate: Option<PlainUrl>,
    /// Where the process listens; a home that is there keeps its own addresses.
    pub addresses: Addresses,
}

/// A participant that was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Initialised {
    /// Who.
    pub did: Did,
    /// The settings file.
    pub config: PathBuf,
    /// The folder whose files may be published.
    pub data_root: PathBuf,
}

/// A new data space.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FoundOptions {
    /// The authority's own host name.
    pub host: String,
    /// The data space's name as shown to people, at most 48 characters.
    pub name: String,
    /// Days that a member's certificate holds, 30 to 90.
    pub leaf_days: u32,
    /// Hours after which a trust list ends.
    pub trust_list_hours: u32,
    /// Where the process listens.
    pub addresses: Addresses,
}

/// A data space that was founded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founded {
    /// The authority, whose DID is the data space's id.
    pub did: Did,
    /// The root's fingerprint, which goes out with every code.
    pub fingerprint: Fingerprint,
    /// The folder of the root key, to be taken offline.
    pub root: PathBuf,
}

/// Makes a home with one participant, or adds a participant to the home that is there.
///
/// # Errors
/// [`SetupFault`]; an existing settings file is then untouched.
pub fn init(home: &Home, options: &InitOptions) -> Result<Initialised, SetupFault> {
    let text = settings::read(home)?;
    let public_port = match &text {
        Some(text) => settings::parse(home, text)?.listen.public.port(),
        None => options.addresses.public_port,
    };
    let mutual_port = match &text {
        Some(text) => settings::parse(home, text)?.listen.mutual.port(),
        None => options.addresses.mutual_port,
    };
    let did = Did::of_host(&options.host, public_port)
        .map_err(|source| SetupFault::Host { host: options.host.clone(), source })?;
    let block = settings::participant(&did, &options.name, &mutual_url(&options.host, mutual_port));
    let gate = options.gate.as_ref().map(settings::gate).unwrap_or_default();
    let text = match text {
        Some(text) => {
            let present = settings::parse(home, &text)?;
            if present.participants.iter().any(|known| known.did.host() == did.host()) {
                return Err(SetupFault::Exists { did: Box::new(did) });
            }
            format!("{}\n{block}{gate}", text.trim_end())
        }
        None => {
            let fresh = settings::fresh(&listen(&options.addresses), &options.addresses);
            format!("{fresh}{block}{gate}")
        }
    };
    settings::parse(home, &text)?;
    let folder = Folder::of(home, &did);
    folder.create_keys()?;
    create_private(&folder.data())
        .map_err(|source| SetupFault::Io { path: folder.data(), source })?;
    settings::write(home, &text)?;
    Ok(Initialised { did, config: home.config(), data_root: folder.data() })
}

/// Founds a data space in a fresh home: root, issuing authority, and the authority's participant.
///
/// # Errors
/// [`SetupFault`].
pub fn found(
    home: &Home,
    options: &FoundOptions,
    ids: &impl Ids,
    now: Timestamp,
) -> Result<Founded, SetupFault> {
    if home.config().exists() || founding::is_founded(home) {
        return Err(SetupFault::NotFresh { path: home.path().to_owned() });
    }
    if options.name.is_empty() || options.name.chars().count() > NAME_CHARS_MAX {
        return Err(SetupFault::Name);
    }
    let made = InitOptions {
        host: options.host.clone(),
        name: options.name.clone(),
        gate: None,
        addresses: options.addresses.clone(),
    };
    let did = init(home, &made)?.did;
    let fingerprint = founding::found(home, &did, &options.name, ids, now)?;
    let settings = AuthoritySettings {
        name: options.name.clone(),
        leaf_days: options.leaf_days,
        trust_list_hours: options.trust_list_hours,
    };
    settings::change(home, &did, |text, config| {
        config.authority = Some(settings.clone());
        let text = format!("{}\n{}", text.trim_end(), settings::authority(&settings));
        settings::enter(&text, config, &did, &membership(&did, &fingerprint), AUTHORITY_ROOT)
    })?;
    Ok(Founded { did, fingerprint, root: founding::root_folder(home) })
}

/// Longest name of a data space: with what is appended it stands in certificates.
const NAME_CHARS_MAX: usize = 48;

/// The root as the authority's own process believes it, relative to the home.
const AUTHORITY_ROOT: &str = "authority/root.pem";

fn membership(authority: &Did, fingerprint: &Fingerprint) -> MembershipSettings {
    MembershipSettings {
        authority: authority.clone(),
        root_fingerprint: fingerprint.digest().to_string(),
    }
}

fn mutual_url(host: &str, port: u16) -> String {
    if port == identity::guard::HTTPS_PORT {
        format!("https://{host}")
    } else {
        format!("https://{host}:{port}")
    }
}

fn listen(addresses: &Addresses) -> Listen {
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let outer = if addresses.loopback { local } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
    Listen {
        mutual: SocketAddr::new(outer, addresses.mutual_port),
        public: SocketAddr::new(outer, addresses.public_port),
        management: SocketAddr::new(local, addresses.management_port),
        handover: SocketAddr::new(local, addresses.handover_port),
    }
}

/// The settings of a home.
///
/// # Errors
/// [`SetupFault::Config`] or [`SetupFault::NoHome`].
pub fn config(home: &Home) -> Result<Config, SetupFault> {
    let text = settings::read(home)?;
    let text = text.ok_or_else(|| SetupFault::NoHome { path: home.path().to_owned() })?;
    settings::parse(home, &text)
}
