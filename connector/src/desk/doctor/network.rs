//! The network: our own name, our listeners, the authority, and partners.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use futures_util::future::join_all;
use wire::did::Did;

use super::super::Inner;
use super::{fine, wrong};
use crate::engine::parts::{Parts, Transport, Unsent};
use crate::management::view::{CheckView, Words};

/// Partners that are asked.
const PARTNERS_ASKED: usize = 3;
/// The code of a transport that reached a participant whose document names no connector.
const ANSWERED: &str = "participant-not-found";

impl<P: Parts, D> Inner<P, D> {
    /// Whether our own name leads somewhere. Names under `.localhost` always lead here.
    pub(super) async fn check_name(&self, ours: &Did) -> Option<CheckView> {
        let host = ours.host().to_owned();
        if host == "localhost" || host.ends_with(".localhost") {
            return Some(fine(
                "own-name",
                format!("`{host}` ist ein Name dieses Rechners."),
                format!("`{host}` is a name of this machine"),
            ));
        }
        let found = tokio::net::lookup_host((host.as_str(), ours.port().unwrap_or(443))).await;
        let found: Vec<SocketAddr> = found.into_iter().flatten().collect();
        if let Some(address) = found.first() {
            let ip = address.ip();
            return Some(fine(
                "own-name",
                format!("`{host}` führt zu {ip}."),
                format!("`{host}` leads to {ip}"),
            ));
        }
        Some(wrong(
            "own-name",
            Words::new(
                format!("Der Name `{host}` führt nirgends hin."),
                format!("the name `{host}` leads nowhere"),
            ),
            Words::new("Den Namen im DNS eintragen lassen.", "have the name entered into the DNS"),
        ))
    }

    /// Whether our listeners take connections.
    pub(super) async fn check_ports(&self) -> Option<CheckView> {
        let listen = &self.config.listen;
        let all = [
            ("mutual", listen.mutual),
            ("public", listen.public),
            ("management", listen.management),
            ("handover", listen.handover),
        ];
        let tried = all.map(|(name, address)| async move {
            let reached = tokio::net::TcpStream::connect(reachable(address)).await;
            reached.is_err().then(|| format!("{name} ({address})"))
        });
        let silent: Vec<String> = join_all(tried).await.into_iter().flatten().collect();
        if silent.is_empty() {
            let de = "Alle Anschlüsse nehmen Verbindungen an.";
            return Some(fine("listeners", de, "all listeners take connections"));
        }
        let names = silent.join(", ");
        Some(wrong(
            "listeners",
            Words::new(
                format!("Hier nimmt niemand Verbindungen an: {names}"),
                format!("nobody takes connections here: {names}"),
            ),
            Words::new(
                "Den Dienst neu starten; belegt ein anderes Programm den Port, `listen` ändern.",
                "restart the service; if another program has the port, change `listen`",
            ),
        ))
    }

    /// Whether the authority answers.
    pub(super) async fn check_authority(&self, ours: &Did) -> Option<CheckView> {
        let participant = self.engine.hosted().by_did(ours)?;
        let authority = participant.standing()?.list.authority.clone();
        if authority == *ours {
            return None;
        }
        let reached = self.engine.transport().dsp_base(ours, &authority).await;
        Some(reached_or_not("authority", &[(authority, reached)]))
    }

    /// Whether partners with contracts in force answer, some of them.
    pub(super) async fn check_partners(&self, ours: &Did) -> Option<CheckView> {
        let agreements = self.all_agreements(ours).await.ok()?;
        let in_force = agreements.into_iter().filter(|agreed| agreed.stands());
        let partners: BTreeSet<Did> = in_force.map(|agreed| agreed.peer).collect();
        if partners.is_empty() {
            return None;
        }
        let tried = partners.into_iter().take(PARTNERS_ASKED).map(|peer| async move {
            let reached = self.engine.transport().dsp_base(ours, &peer).await;
            (peer, reached)
        });
        Some(reached_or_not("partners", &join_all(tried).await))
    }
}

fn reached_or_not(check: &str, tried: &[(Did, Result<String, Unsent>)]) -> CheckView {
    let failed = tried.iter().filter_map(|(did, reached)| match reached {
        Err(unsent) if unsent.code != ANSWERED => Some(format!("{}: {unsent}", did.host())),
        Ok(_) | Err(_) => None,
    });
    let failed: Vec<String> = failed.collect();
    if failed.is_empty() {
        let names: Vec<&str> = tried.iter().map(|(did, _)| did.host()).collect();
        let names = names.join(", ");
        return fine(check, format!("Erreichbar: {names}"), format!("reached: {names}"));
    }
    let failed = failed.join("; ");
    wrong(
        check,
        Words::new(format!("Nicht erreichbar: {failed}"), format!("not reached: {failed}")),
        Words::new(
            "Netz und `net.allow` in allmende.toml prüfen, sonst die Gegenseite fragen.",
            "check the network and `net.allow` in allmende.toml, else ask the other side",
        ),
    )
}

/// The address under which a listener on all addresses is reached from here.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}
