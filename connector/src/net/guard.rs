//! The guard under every outgoing call: what is named is resolved here, each address is checked,
//! and the call goes to the checked address, never to a second look-up's.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use identity::guard::{Allowed, Cidr, CidrError, GuardError, Scheme, Target, check_same_host};
use wire::did::Did;

use super::unsent::Failure;
use crate::config::Net;

/// Addresses that are tried for one name.
const ADDRESSES_MAX: usize = 8;

/// Ports beside 443 that may be called where `net.ports` names none.
const PORTS_USUAL: [u16; 1] = [8443];

/// The first port that needs no privilege to listen on.
const PORT_UNPRIVILEGED: u16 = 1024;

/// What outgoing calls may reach, from `[net]` in the settings.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allowed: Allowed,
    /// For sources of our own, whose origin the operator listed: how they are spoken to.
    own: Option<Scheme>,
}

impl Guard {
    /// The guard of these settings.
    ///
    /// # Errors
    /// When an entry of `net.allow` is no CIDR.
    pub fn new(settings: &Net) -> Result<Self, CidrError> {
        let networks =
            settings.allow.iter().map(|text| text.parse::<Cidr>()).collect::<Result<_, _>>()?;
        let ports = if settings.ports.is_empty() {
            PORTS_USUAL.into()
        } else {
            settings.ports.iter().copied().collect()
        };
        Ok(Self { allowed: Allowed { networks, ports }, own: None })
    }

    /// The guard of calls to origins that the operator listed as own sources: it lets them resolve
    /// into own networks.
    pub(super) fn for_own(&self, scheme: Scheme) -> Self {
        Self { allowed: self.allowed.clone(), own: Some(scheme) }
    }

    /// Whether an own source may lie at this address.
    pub(super) fn check_own(&self, address: IpAddr, scheme: Scheme) -> Result<(), Failure> {
        self.allowed.check_own_address(address, scheme).map_err(forbidden)
    }

    /// Whether it guards calls in the clear.
    pub(super) fn is_clear(&self) -> bool {
        self.own == Some(Scheme::Http)
    }

    fn check(&self, address: IpAddr) -> Result<(), GuardError> {
        match self.own {
            Some(scheme) => self.allowed.check_own_address(address, scheme),
            None => self.allowed.check_address(address),
        }
    }

    /// Reads an address and checks what can be checked before its name is resolved.
    ///
    /// # Errors
    /// [`Failure::BadAddress`] or [`Failure::Forbidden`].
    pub fn target(&self, url: &str) -> Result<Target, Failure> {
        let target = Target::parse(url).map_err(|_| Failure::BadAddress)?;
        match self.allowed.check_target(&target) {
            // Where loopback is allowed, several processes of one machine are told apart by their
            // ports alone, and names under `.localhost` lead nowhere else.
            Err(GuardError::Port { port })
                if target.is_localhost()
                    && self.allowed.loopback()
                    && port >= PORT_UNPRIVILEGED => {}
            checked => checked.map_err(forbidden)?,
        }
        Ok(target)
    }

    /// As [`Guard::target`], for an address that `peer` named: it must lie under the peer's host.
    ///
    /// # Errors
    /// As [`Guard::target`].
    pub fn target_of(&self, url: &str, peer: &Did) -> Result<Target, Failure> {
        let target = self.target(url)?;
        check_same_host(&target, peer).map_err(forbidden)?;
        Ok(target)
    }

    /// Resolves the target's name and checks every address; the first that may be called first.
    ///
    /// # Errors
    /// [`Failure::Unresolved`], or [`Failure::Forbidden`] when no address may be called.
    pub async fn resolve(&self, target: &Target) -> Result<Vec<SocketAddr>, Failure> {
        self.resolve_name(target.host(), target.port(), target.is_localhost()).await
    }

    async fn resolve_name(
        &self,
        host: &str,
        port: u16,
        is_localhost: bool,
    ) -> Result<Vec<SocketAddr>, Failure> {
        // Names under `.localhost` are never asked of a name server (RFC 6761).
        let found: Vec<SocketAddr> = if is_localhost {
            vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)]
        } else {
            let found = tokio::net::lookup_host((host, port)).await;
            found.map_err(|error| Failure::Unresolved { reason: error.to_string() })?.collect()
        };
        let mut refused = None;
        let mut good = Vec::new();
        for address in found.into_iter().take(ADDRESSES_MAX) {
            match self.check(address.ip()) {
                Ok(()) => good.push(address),
                Err(error) => refused = Some(error),
            }
        }
        match (good.is_empty(), refused) {
            (false, _) => Ok(good),
            (true, Some(error)) => Err(forbidden(error)),
            (true, None) => Err(Failure::Unresolved { reason: "the name has no address".into() }),
        }
    }
}

fn forbidden(error: GuardError) -> Failure {
    Failure::Forbidden { reason: format!("{error}; {}", error.remedy()) }
}

/// The guard as reqwest's resolver.
impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let host = name.as_str();
            let local = host == "localhost" || host.ends_with(".localhost");
            let found = guard.resolve_name(host, 0, local).await?;
            let addresses: reqwest::dns::Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(allow: &[&str], url: &str, expected: &str) {
        let settings =
            Net { allow: allow.iter().map(ToString::to_string).collect(), ports: vec![] };
        let guard = Guard::new(&settings).unwrap();
        let outcome = match guard.target(url) {
            Ok(target) => guard.resolve(&target).await,
            Err(failure) => Err(failure),
        };
        let shown = match outcome {
            Ok(addresses) => addresses.first().unwrap().to_string(),
            Err(failure) => failure.code().to_owned(),
        };
        assert_eq!(shown, expected, "{url}");
    }

    #[tokio::test]
    async fn own_networks_are_reached_only_where_the_operator_allows_them() {
        check(&[], "https://localhost/", "address-forbidden").await;
        check(&[], "https://ulm.localhost/", "address-forbidden").await;
        check(&["127.0.0.0/8"], "https://ulm.localhost/", "127.0.0.1:443").await;
        check(&["127.0.0.0/8"], "https://ulm.localhost:9443/", "127.0.0.1:9443").await;
        check(&["127.0.0.0/8"], "https://ulm.localhost:22/", "address-forbidden").await;
        check(&["127.0.0.0/8"], "https://ulm.example:9443/", "address-forbidden").await;
        check(&[], "https://ulm.localhost:8443/", "address-forbidden").await;
        check(&["127.0.0.0/8"], "http://ulm.localhost/", "bad-address").await;
    }

    #[test]
    fn a_peer_names_addresses_under_its_own_host_only() {
        let settings = Net { allow: vec!["127.0.0.0/8".into()], ports: vec![9443] };
        let guard = Guard::new(&settings).unwrap();
        let ulm = Did::parse("did:web:ulm.localhost%3A9444").unwrap();
        assert!(guard.target_of("https://ulm.localhost:9443/dsp", &ulm).is_ok());
        let other = guard.target_of("https://neu-ulm.localhost:9443/dsp", &ulm).unwrap_err();
        assert_eq!(other.code(), "address-forbidden");
    }
}
