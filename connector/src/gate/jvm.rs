//! The files with which a Java program finds the gate: the options of its virtual machine, and host
//! names where the proxy is not used. The trust stores are the local authority's.

use std::net::IpAddr;
use std::path::Path;

use super::secret::Secret;
use super::settings::GateSettings;
use super::target::hosts;
use crate::home::{write_public, write_secret};
use crate::participant::Participant;

/// Options for `java @…`; the gate's secret is one of them.
const OPTIONS: &str = "java-options";
/// For `-Djdk.net.hosts.file`, or to be appended to `/etc/hosts`.
const HOSTS: &str = "hosts";

/// Writes the options to `folder`, which is named as a whole path.
///
/// # Errors
/// The system's reason.
pub(super) fn write_options(
    folder: &Path,
    settings: &GateSettings,
    secret: &Secret,
) -> std::io::Result<()> {
    let path = folder.join(OPTIONS);
    write_secret(&path, options(folder, settings, secret.reveal()).as_bytes())
}

fn options(folder: &Path, settings: &GateSettings, secret: &str) -> String {
    let store = folder.join("trust.p12").display().to_string();
    let lines = [
        format!("-Djavax.net.ssl.trustStore={store}"),
        "-Djavax.net.ssl.trustStoreType=PKCS12".to_owned(),
        format!("-DsocksProxyHost={}", settings.socks.ip()),
        format!("-DsocksProxyPort={}", settings.socks.port()),
        format!("-Duser.name={secret}"),
    ];
    let quoted = lines.map(|line| format!("\"{}\"\n", line.replace('\\', "\\\\")));
    quoted.concat()
}

/// Writes the host names of everybody whom the list names now.
///
/// # Errors
/// The system's reason.
pub(super) fn write_hosts(
    folder: &Path,
    settings: &GateSettings,
    participant: &Participant,
) -> std::io::Result<()> {
    let standing = participant.standing();
    let names = standing.as_deref().map(|standing| hosts(standing, participant.did()));
    let text = host_lines(names.unwrap_or_default(), settings.names, &settings.hosts);
    write_public(&folder.join(HOSTS), text.as_bytes())
}

fn host_lines<'a>(
    names: impl IntoIterator<Item = &'a str>,
    address: IpAddr,
    more: &[String],
) -> String {
    let own = ["127.0.0.1 localhost".to_owned()];
    let names = names.into_iter().map(|name| format!("{address} {name}"));
    own.into_iter().chain(names).chain(more.iter().cloned()).map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_are_quoted_as_java_reads_them() {
        let settings = GateSettings::of("http://127.0.0.1:8282".parse().unwrap());
        let text = options(Path::new("/srv/our gate"), &settings, "00ff");
        assert_eq!(
            text,
            "\"-Djavax.net.ssl.trustStore=/srv/our gate/trust.p12\"\n\
             \"-Djavax.net.ssl.trustStoreType=PKCS12\"\n\
             \"-DsocksProxyHost=127.0.0.1\"\n\
             \"-DsocksProxyPort=8191\"\n\
             \"-Duser.name=00ff\"\n"
        );
    }

    #[test]
    fn every_partner_has_the_one_address() {
        let more = ["10.0.0.5 db.intern".to_owned()];
        let address = "127.0.1.1".parse().unwrap();
        let text = host_lines(["a.example", "b.example"], address, &more);
        let expected =
            "127.0.0.1 localhost\n127.0.1.1 a.example\n127.0.1.1 b.example\n10.0.0.5 db.intern\n";
        assert_eq!(text, expected);
    }
}
