//! Writing `allmende.toml`: with comments when it is new, and changed by hand's breadth afterwards,
//! so that the comments stay. Each change is read back and compared with what was meant.

use crate::config::{AuthoritySettings, Config, ConfigError, Listen, MembershipSettings};
use crate::gate::PlainUrl;
use crate::gate::settings::GateSettings;
use crate::home::{Home, write_public};
use wire::did::Did;

use super::{Addresses, SetupFault};

const PUBLIC: &str = "[public]";
const PARTICIPANT: &str = "[[participant]]";
const MEMBERSHIP: &str = "[participant.membership]";

/// A new file without participants.
pub(super) fn fresh(listen: &Listen, addresses: &Addresses) -> String {
    let allow = if addresses.loopback { "\"127.0.0.0/8\"" } else { "" };
    format!(
        "# Settings of this connector. Unknown keys are refused; secrets never stand here.\n\
         \n\
         [listen]\n\
         # Between connectors: TLS 1.3 with certificates on both sides.\n\
         mutual = \"{}\"\n\
         # What anyone may read: DID documents, on an authority its lists.\n\
         public = \"{}\"\n\
         # For the command line and the web pages; loopback only.\n\
         management = \"{}\"\n\
         # For your own programs that read data under a contract; loopback only.\n\
         handover = \"{}\"\n\
         \n\
         [net]\n\
         # Networks besides the public internet that may be called, such as \"10.1.0.0/16\".\n\
         # With loopback in it, names under .localhost may be called on any port from 1024.\n\
         allow = [{allow}]\n\
         # Ports that may be called; empty means 443 and 8443.\n\
         ports = []\n\
         \n\
         {PUBLIC}\n\
         # The roots that others' public listeners must chain to; `join` sets it. Without it, the\n\
         # web's roots of this machine.\n\
         \n\
         [store]\n\
         # What keeps the records: \"sled\" or \"redb\". Where there are some already, stop the\n\
         # connector, change this, and let `allmende store migrate` move them.\n\
         engine = \"sled\"\n\
         \n",
        listen.mutual, listen.public, listen.management, listen.handover
    )
}

/// The block of one participant.
pub(super) fn participant(did: &Did, name: &str, mutual_url: &str) -> String {
    format!(
        "{PARTICIPANT}\n\
         # Who it is; the port is that of the public listener and cannot change later.\n\
         did = {}\n\
         # The name shown to people.\n\
         name = {}\n\
         # The mutual listener as partners reach it.\n\
         mutual_url = {}\n\
         # Back ends of your own that datasets may be read from beside public https addresses:\n\
         # each opens plain http, your own network and its port, such as\n\
         # \"http://backend.intern:8080\" or \"http://10.1.2.3\".\n\
         sources = []\n",
        quoted(did.as_str()),
        quoted(name),
        quoted(mutual_url)
    )
}

/// The block of a gate.
pub(super) fn gate(to: &PlainUrl) -> String {
    let usual = GateSettings::of(to.clone());
    format!(
        "\n[gate]\n\
         # The foreign connector: what partners ask goes below this address.\n\
         to = {}\n\
         # Where it calls partners in plain http, the gate's secret in the path; loopback only.\n\
         outward = \"{}\"\n\
         # Where it calls partners by their https addresses, as a SOCKS5 proxy; loopback only.\n\
         socks = \"{}\"\n\
         # The loopback address that stands for all partners in gate/hosts, and the ports of\n\
         # their addresses that are answered there; none where the proxy is used.\n\
         names = \"{}\"\n\
         ports = []\n",
        quoted(&to.to_string()),
        usual.outward,
        usual.socks,
        usual.names
    )
}

/// The block of an authority.
pub(super) fn authority(settings: &AuthoritySettings) -> String {
    format!(
        "\n[authority]\n\
         # The data space's name as shown to people.\n\
         name = {}\n\
         # Days that a member's certificate holds.\n\
         leaf_days = {}\n\
         # Hours after which a trust list ends; a new one is signed at half of it.\n\
         trust_list_hours = {}\n",
        quoted(&settings.name),
        settings.leaf_days,
        settings.trust_list_hours
    )
}

/// The text with a participant's membership and the public roots in it; `config` is changed the
/// same way.
pub(super) fn enter(
    text: &str,
    config: &mut Config,
    did: &Did,
    membership: &MembershipSettings,
    roots: &str,
) -> String {
    for known in &mut config.participants {
        if known.did == *did {
            known.membership = Some(membership.clone());
        }
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if config.public.roots.is_none() {
        config.public.roots = Some(roots.into());
        let line = format!("roots = {}", quoted(roots));
        match lines.iter().position(|line| line.trim() == PUBLIC) {
            Some(place) => lines.insert(place + 1, line),
            None => lines.extend([String::new(), PUBLIC.to_owned(), line]),
        }
    }
    let place = end_of_participant(&lines, did);
    let block = [
        MEMBERSHIP.to_owned(),
        format!("authority = {}", quoted(membership.authority.as_str())),
        format!("root_fingerprint = {}", quoted(&membership.root_fingerprint)),
    ];
    lines.splice(place..place, block);
    lines.join("\n") + "\n"
}

/// The line after the last one of a participant's own table.
fn end_of_participant(lines: &[String], did: &Did) -> usize {
    let named = format!("did = {}", quoted(did.as_str()));
    let own = lines.iter().position(|line| line.trim() == named).unwrap_or(lines.len());
    let rest = lines.iter().skip(own).position(|line| line.trim_start().starts_with('['));
    let end = rest.map_or(lines.len(), |rest| own + rest);
    let blank = lines.iter().take(end).rev().take_while(|line| line.trim().is_empty()).count();
    end - blank
}

/// Changes the file. What `with` writes must say what it made of the settings; where it does not,
/// because a person has arranged the file in a way of their own, the settings are written anew.
pub(super) fn change(
    home: &Home,
    did: &Did,
    with: impl FnOnce(&str, &mut Config) -> String,
) -> Result<(), SetupFault> {
    let text = read(home)?.ok_or_else(|| SetupFault::NoHome { path: home.path().to_owned() })?;
    let mut config = parse(home, &text)?;
    if !config.participants.iter().any(|known| known.did == *did) {
        return Err(SetupFault::NoParticipant { did: Box::new(did.clone()) });
    }
    let changed = with(&text, &mut config);
    let changed = match parse(home, &changed) {
        Ok(read) if read == config => changed,
        Ok(_) | Err(_) => toml::to_string(&config).map_err(|error| SetupFault::Io {
            path: home.config(),
            source: std::io::Error::other(error),
        })?,
    };
    write(home, &changed)
}

pub(super) fn read(home: &Home) -> Result<Option<String>, SetupFault> {
    match std::fs::read_to_string(home.config()) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SetupFault::Io { path: home.config(), source }),
    }
}

pub(super) fn parse(home: &Home, text: &str) -> Result<Config, SetupFault> {
    let config: Config = toml::from_str(text)
        .map_err(|source| ConfigError::Invalid { path: home.config(), source: Box::new(source) })?;
    config.check()?;
    Ok(config)
}

pub(super) fn write(home: &Home, text: &str) -> Result<(), SetupFault> {
    let path = home.config();
    write_public(&path, text.as_bytes()).map_err(|source| SetupFault::Io { path, source })
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::listen;

    fn did(host: &str) -> Did {
        Did::of_host(host, 9444).unwrap()
    }

    fn text() -> String {
        let addresses = Addresses {
            loopback: true,
            mutual_port: 9443,
            public_port: 9444,
            management_port: 9180,
            handover_port: 9181,
        };
        let mut text = fresh(&listen(&addresses), &addresses);
        for host in ["ulm.localhost", "neu-ulm.localhost"] {
            text.push_str(&participant(&did(host), "Stadt \"Ulm\"", "https://x.localhost:9443"));
            text.push('\n');
        }
        text
    }

    fn joined(text: &str, host: &str) -> String {
        let home = Home::at("home");
        let mut config = parse(&home, text).unwrap();
        let membership = MembershipSettings {
            authority: did("authority.localhost"),
            root_fingerprint: "sha256:00".into(),
        };
        let changed = enter(text, &mut config, &did(host), &membership, "trust/root.pem");
        assert_eq!(parse(&home, &changed).unwrap(), config, "{changed}");
        changed
    }

    #[test]
    fn each_participant_gets_its_own_membership_and_comments_stay() {
        let one = joined(&text(), "ulm.localhost");
        let both = joined(&one, "neu-ulm.localhost");
        assert_eq!(both.matches(MEMBERSHIP).count(), 2);
        assert_eq!(both.matches('#').count(), text().matches('#').count());
        assert_eq!(both.matches("roots = ").count(), 1);
        let other_order = joined(&joined(&text(), "neu-ulm.localhost"), "ulm.localhost");
        assert_eq!(both, other_order);
    }

    #[test]
    fn a_file_arranged_by_hand_is_written_anew_and_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let by_hand = text().replace("did = ", "did   =   ");
        write(&home, &by_hand).unwrap();
        let ulm = did("ulm.localhost");
        let membership = MembershipSettings {
            authority: did("authority.localhost"),
            root_fingerprint: "sha256:00".into(),
        };
        change(&home, &ulm, |text, config| enter(text, config, &ulm, &membership, "r.pem"))
            .unwrap();
        let config = crate::setup::config(&home).unwrap();
        assert_eq!(config.participants[0].membership, Some(membership));
        assert_eq!(config.participants[1].membership, None);
    }
}
