//! Who plays: names, homes and ports. The ports are chosen once, because those of the public
//! listeners become part of the DIDs.

use std::io;
use std::net::TcpListener;
use std::path::Path;

use wire::did::Did;

/// A participant of the demo.
#[derive(Clone, Debug)]
pub(super) struct Party {
    /// Its home folder, as one would type it.
    pub(super) home: String,
    /// Its host name.
    pub(super) host: &'static str,
    /// Its name as shown to people.
    pub(super) name: &'static str,
    /// Whether its home has other participants too.
    pub(super) shares_home: bool,
    /// Its DID.
    pub(super) did: Did,
    /// The ports of its process.
    pub(super) ports: Ports,
}

/// The ports of one process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) mutual: u16,
    pub(super) public: u16,
    pub(super) management: u16,
    pub(super) handover: u16,
}

/// Everybody.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub(super) authority: Party,
    pub(super) ulm: Party,
    pub(super) neu_ulm: Party,
    pub(super) company: Party,
    pub(super) second_firm: Party,
}

impl Cast {
    /// Everybody, with homes beneath `folder` and free ports.
    ///
    /// # Errors
    /// When no port is to be had.
    pub(super) fn choose(folder: &Path) -> io::Result<Self> {
        let [authority, towns, company, second_firm] = free_ports()?;
        let party = |home: &str, host, name, ports: Ports| {
            let home = folder.join(home).display().to_string();
            let did = Did::of_host(host, ports.public).map_err(io::Error::other)?;
            io::Result::Ok(Party { home, host, name, shares_home: false, did, ports })
        };
        let shared = |party: Party| Party { shares_home: true, ..party };
        Ok(Self {
            authority: party("authority", "authority.localhost", "Datenraum Donau", authority)?,
            ulm: shared(party("towns", "ulm.localhost", "Stadt Ulm", towns)?),
            neu_ulm: shared(party("towns", "neu-ulm.localhost", "Stadt Neu-Ulm", towns)?),
            company: party("company", "company.localhost", "Wegweiser GmbH", company)?,
            second_firm: party("second-firm", "second-firm.localhost", "Plakat AG", second_firm)?,
        })
    }

    /// Those who join, in the order in which they do.
    pub(super) fn members(&self) -> [&Party; 4] {
        [&self.ulm, &self.neu_ulm, &self.company, &self.second_firm]
    }
}

/// Four ports for each of four processes. Held all at once while they are chosen, so that none is
/// given twice; somebody else may still take one before it is used.
fn free_ports() -> io::Result<[Ports; 4]> {
    let mut held = Vec::new();
    let mut one = || -> io::Result<u16> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        held.push(listener);
        Ok(port)
    };
    let mut four = || -> io::Result<Ports> {
        Ok(Ports { mutual: one()?, public: one()?, management: one()?, handover: one()? })
    };
    Ok([four()?, four()?, four()?, four()?])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_port_is_given_twice_and_two_towns_share_a_process() {
        let cast = Cast::choose(Path::new("allmende-demo")).unwrap();
        let ports: BTreeSet<u16> = [&cast.authority, &cast.ulm, &cast.company, &cast.second_firm]
            .iter()
            .flat_map(|party| {
                let Ports { mutual, public, management, handover } = party.ports;
                [mutual, public, management, handover]
            })
            .collect();
        assert_eq!(ports.len(), 16);
        assert_eq!(cast.ulm.home, cast.neu_ulm.home);
        assert_ne!(cast.ulm.did, cast.neu_ulm.did);
    }
}
