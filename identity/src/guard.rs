//! Where an outgoing call may go, decided before and after names are resolved. Pure: it resolves
//! nothing and opens nothing; the fetcher asks it, and connects only to the address it has checked.

mod address;
mod cidr;
mod origin;
mod target;

pub use address::{Reach, classify};
pub use cidr::{Cidr, CidrError};
pub use origin::{Origin, Scheme};
pub use target::{Target, TargetError, URL_LEN_MAX};

use std::collections::BTreeSet;
use std::net::IpAddr;

/// The port of https.
pub const HTTPS_PORT: u16 = 443;

/// What the operator allows beyond public addresses on the https port; empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// `net.allow`: networks that are not public and may be called all the same.
    pub networks: Vec<Cidr>,
    /// Ports beside 443.
    pub ports: BTreeSet<u16>,
}

impl Allowed {
    /// Whether a call to this address, which the target's name resolved to, may be made.
    ///
    /// # Errors
    /// [`GuardError`] for every address that is neither public nor in an allowed network.
    pub fn check_address(&self, address: IpAddr) -> Result<(), GuardError> {
        let reach = classify(address);
        let listed = self.networks.iter().any(|network| network.contains(address));
        if reach == Reach::Public || listed {
            Ok(())
        } else {
            Err(GuardError::Address { address, reach })
        }
    }

    /// Whether a call to this address of an own source, whose origin the operator listed, may be
    /// made: the own networks are open to it, and in the clear nothing beyond them.
    ///
    /// # Errors
    /// [`GuardError::Address`] for link-local, multicast, reserved and no addresses, and
    /// [`GuardError::Clear`] for plain http to a public address, unless its network is allowed.
    pub fn check_own_address(&self, address: IpAddr, scheme: Scheme) -> Result<(), GuardError> {
        let reach = classify(address);
        let listed = self.networks.iter().any(|network| network.contains(address));
        match (reach, scheme) {
            (Reach::Loopback | Reach::Private, _) | (Reach::Public, Scheme::Https) => Ok(()),
            _ if listed => Ok(()),
            (Reach::Public, Scheme::Http) => Err(GuardError::Clear { address }),
            (
                Reach::LinkLocal | Reach::Multicast | Reach::Reserved | Reach::Unspecified,
                Scheme::Http | Scheme::Https,
            ) => Err(GuardError::Address { address, reach }),
        }
    }

    /// Whether the target's port may be called, and whether its name may be resolved at all.
    ///
    /// # Errors
    /// [`GuardError`] for another port, and for names under `.localhost` as long as no loopback
    /// network is allowed.
    pub fn check_target(&self, target: &Target) -> Result<(), GuardError> {
        let port = target.port();
        if port != HTTPS_PORT && !self.ports.contains(&port) {
            return Err(GuardError::Port { port });
        }
        if target.is_localhost() && !self.loopback() {
            return Err(GuardError::Localhost);
        }
        Ok(())
    }

    /// Whether names under `.localhost` are ours to answer with loopback addresses. Only then; they
    /// are never asked of a name server.
    #[must_use]
    pub fn loopback(&self) -> bool {
        let v4 = IpAddr::from([127, 0, 0, 1]);
        let v6 = IpAddr::from(std::net::Ipv6Addr::LOCALHOST);
        self.networks.iter().any(|network| network.contains(v4) || network.contains(v6))
    }
}

/// Whether an address that a peer named (callback, data address, page link) lies under the peer's
/// own verified host. The port is free: one participant has several listeners.
///
/// # Errors
/// [`GuardError::OtherHost`].
pub fn check_same_host(target: &Target, peer: &wire::did::Did) -> Result<(), GuardError> {
    if target.host() == peer.host() { Ok(()) } else { Err(GuardError::OtherHost) }
}

/// Why a call is not made. Whose fault it is depends on who named the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// The name resolves into a network that is not public and not allowed.
    #[error("the address `{address}` is {reach} and not allowed")]
    Address {
        /// The address.
        address: IpAddr,
        /// What kind it is.
        reach: Reach,
    },
    /// Plain http to a public address.
    #[error("the address `{address}` is public, and plain http is for your own network alone")]
    Clear {
        /// The address.
        address: IpAddr,
    },
    /// A name under `.localhost` without an allowed loopback network.
    #[error("names under .localhost are not called here")]
    Localhost,
    /// Not the peer's own host.
    #[error("the address does not lie under the partner's own host name")]
    OtherHost,
    /// A port that is not allowed.
    #[error("the port `{port}` is not allowed")]
    Port {
        /// The port.
        port: u16,
    },
}

impl GuardError {
    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "address-not-allowed",
            Self::Clear { .. } => "plain-http-outside",
            Self::Localhost => "localhost-not-allowed",
            Self::OtherHost => "other-host",
            Self::Port { .. } => "port-not-allowed",
        }
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Address { .. } => "if the partner is in your own network, add it to net.allow",
            Self::Clear { .. } => "call it by https, or add its network to net.allow",
            Self::Localhost => "add 127.0.0.0/8 to net.allow, for demonstrations on one machine",
            Self::OtherHost => "the partner must name addresses under its own host",
            Self::Port { .. } => "add the port to net.ports if the partner is known to use it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(networks: &[&str], ports: &[u16]) -> Allowed {
        let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
        Allowed { networks, ports: ports.iter().copied().collect() }
    }

    #[test]
    fn inner_addresses_are_reached_only_through_the_list() {
        let check = |networks: &[&str], address: &str, expected: &str| {
            let found = allowed(networks, &[])
                .check_address(address.parse().unwrap())
                .map_or_else(|error| error.code(), |()| "allowed");
            assert_eq!(found, expected, "{networks:?} {address}");
        };
        check(&[], "93.184.216.34", "allowed");
        check(&[], "127.0.0.1", "address-not-allowed");
        check(&["127.0.0.0/8"], "127.0.0.1", "allowed");
        check(&["127.0.0.0/8"], "::ffff:127.0.0.1", "address-not-allowed");
        check(&["127.0.0.0/8"], "169.254.169.254", "address-not-allowed");
        check(&["10.1.0.0/16"], "10.2.0.1", "address-not-allowed");
    }

    #[test]
    fn own_sources_lie_in_own_networks_and_leave_them_by_tls_alone() {
        let check = |networks: &[&str], scheme, address: &str, expected: &str| {
            let found = allowed(networks, &[])
                .check_own_address(address.parse().unwrap(), scheme)
                .map_or_else(|error| error.code(), |()| "allowed");
            assert_eq!(found, expected, "{networks:?} {scheme:?} {address}");
        };
        for scheme in [Scheme::Http, Scheme::Https] {
            check(&[], scheme, "10.1.2.3", "allowed");
            check(&[], scheme, "127.0.0.1", "allowed");
            check(&[], scheme, "fd00::1", "allowed");
            check(&[], scheme, "169.254.169.254", "address-not-allowed");
            check(&[], scheme, "0.0.0.0", "address-not-allowed");
            check(&["169.254.0.0/16"], scheme, "169.254.1.1", "allowed");
        }
        check(&[], Scheme::Https, "93.184.216.34", "allowed");
        check(&[], Scheme::Http, "93.184.216.34", "plain-http-outside");
        check(&["93.184.216.0/24"], Scheme::Http, "93.184.216.34", "allowed");
    }

    #[test]
    fn ports_and_localhost_are_reached_only_through_the_list() {
        let check = |networks: &[&str], ports: &[u16], url: &str, expected: &str| {
            let found = allowed(networks, ports)
                .check_target(&url.parse().unwrap())
                .map_or_else(|error| error.code(), |()| "allowed");
            assert_eq!(found, expected, "{url}");
        };
        check(&[], &[], "https://ulm.example/", "allowed");
        check(&[], &[], "https://ulm.example:8443/", "port-not-allowed");
        check(&[], &[8443], "https://ulm.example:8443/", "allowed");
        check(&[], &[], "https://ulm.localhost/", "localhost-not-allowed");
        check(&["10.0.0.0/8"], &[], "https://ulm.localhost/", "localhost-not-allowed");
        check(&["127.0.0.0/8"], &[], "https://ulm.localhost/", "allowed");
    }

    #[test]
    fn a_peer_names_addresses_under_its_own_host_alone() {
        let peer = "did:web:ulm.example%3A8443".parse().unwrap();
        let check = |url: &str, expected: bool| {
            assert_eq!(check_same_host(&url.parse().unwrap(), &peer).is_ok(), expected, "{url}");
        };
        check("https://ulm.example:9443/callback", true);
        check("https://ulm.example/data", true);
        check("https://x.ulm.example/", false);
        check("https://ulm.example.evil.example/", false);
    }
}
