//! What kind of network an address belongs to (IANA special-purpose registries).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This machine.
    Loopback,
    /// This network segment, cloud metadata services among them.
    LinkLocal,
    /// Many receivers.
    Multicast,
    /// Someone's inner network: private, unique local, shared (CGNAT).
    Private,
    /// The public internet.
    Public,
    /// Reserved, documentation, benchmarks, translation: nobody's listener.
    Reserved,
    /// No address at all.
    Unspecified,
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "a loopback address",
            Self::LinkLocal => "a link-local address",
            Self::Multicast => "a multicast address",
            Self::Private => "a private address",
            Self::Public => "a public address",
            Self::Reserved => "a reserved address",
            Self::Unspecified => "the unspecified address",
        })
    }
}

/// The kind of an address. Addresses that wrap an IPv4 address (mapped, translated, 6to4, Teredo)
/// are judged by the wrapped one at best, and are never public themselves.
#[must_use]
pub fn classify(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

fn classify_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [0, 0, 0, 0] => Reach::Unspecified,
        [127, ..] => Reach::Loopback,
        [169, 254, ..] => Reach::LinkLocal,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Reach::Private,
        [224..=239, ..] => Reach::Multicast,
        [0, ..]
        | [192, 0, 0, _]
        | [192, 0, 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [240..=255, ..] => Reach::Reserved,
        _ => Reach::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> Reach {
    if let Some(v4) = address.to_ipv4_mapped() {
        return match classify_v4(v4) {
            Reach::Public => Reach::Reserved,
            inner @ (Reach::Loopback
            | Reach::LinkLocal
            | Reach::Multicast
            | Reach::Private
            | Reach::Reserved
            | Reach::Unspecified) => inner,
        };
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Reach::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Loopback,
        [0xfe80..=0xfebf, ..] => Reach::LinkLocal,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Reach::Private,
        [0xff00..=0xffff, ..] => Reach::Multicast,
        // Global unicast without documentation, protocol assignments, Teredo and 6to4.
        [0x2001, 0x0db8, ..] | [0x2001, 0x0000..=0x01ff, ..] | [0x2002, ..] => Reach::Reserved,
        [0x3fff, 0x0000..=0x0fff, ..] => Reach::Reserved,
        [0x2000..=0x3fff, ..] => Reach::Public,
        _ => Reach::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_global_unicast_is_public() {
        let table = [
            ("93.184.216.34", Reach::Public),
            ("2606:2800:220:1::1", Reach::Public),
            ("127.0.0.1", Reach::Loopback),
            ("127.255.255.254", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("::ffff:8.8.8.8", Reach::Reserved),
            ("169.254.169.254", Reach::LinkLocal),
            ("fe80::1", Reach::LinkLocal),
            ("10.1.2.3", Reach::Private),
            ("172.16.0.1", Reach::Private),
            ("172.32.0.1", Reach::Public),
            ("192.168.0.1", Reach::Private),
            ("100.64.0.1", Reach::Private),
            ("fd00::1", Reach::Private),
            ("fec0::1", Reach::Private),
            ("0.0.0.0", Reach::Unspecified),
            ("0.1.2.3", Reach::Reserved),
            ("::", Reach::Unspecified),
            ("224.0.0.1", Reach::Multicast),
            ("ff02::1", Reach::Multicast),
            ("255.255.255.255", Reach::Reserved),
            ("64:ff9b::7f00:1", Reach::Reserved),
            ("2002:7f00:1::", Reach::Reserved),
            ("2001::1", Reach::Reserved),
            ("2001:db8::1", Reach::Reserved),
            ("::7f00:1", Reach::Reserved),
        ];
        for (address, reach) in table {
            assert_eq!(classify(address.parse().unwrap()), reach, "{address}");
        }
    }
}
