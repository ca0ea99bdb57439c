//! The bad certificates, each by name and by its row in the list of cases.

use std::fmt;

use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private, Public};
use openssl::rsa::Rsa;
use openssl::x509::X509;
use wire::did::Did;

use super::forge::{ANY, CLIENT, Forgery, SERVER, Signer, ec};
use super::{DAY, TestError, World, span};
use crate::Crls;
use crate::x509::Der;

const DNS: u8 = 0x82;
const URI: u8 = 0x86;

/// Too long to be made in a test: such a key is made up, see [`BadIdentity::key`].
const HUGE_BITS: i32 = 16_384;

macro_rules! cases {
    ($($(#[$doc:meta])* $name:ident, $row:literal, $code:literal;)*) => {
        /// A certificate, chain or revocation that must be refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum BadCertificate {
            $($(#[$doc])* $name,)*
        }

        impl BadCertificate {
            /// Every case.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its row in the list of certificate cases.
            #[must_use]
            pub fn row(self) -> &'static str {
                match self { $(Self::$name => $row,)* }
            }

            /// The reason code with which it must be refused.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

cases! {
    /// The leaf ended.
    ExpiredLeaf, "T2", "certificate-expired";
    /// The issuing authority's certificate ended.
    ExpiredIssuing, "T2", "issuer-expired";
    /// The leaf begins tomorrow.
    FutureLeaf, "T3", "certificate-not-yet-valid";
    /// For servers only.
    ServerUsageOnly, "T4", "extended-usage";
    /// For clients only.
    ClientUsageOnly, "T4", "extended-usage";
    /// No extended usage at all.
    NoExtendedUsage, "T5", "extended-usage-missing";
    /// Any usage.
    AnyExtendedUsage, "T6", "extended-usage";
    /// Any usage beside the two right ones.
    AnyAndRightUsage, "T6", "extended-usage";
    /// Signed by itself.
    SelfSigned, "T7", "root-unknown";
    /// An unknown authority with the names of ours.
    UnknownAuthoritySameName, "T8", "root-unknown";
    /// The issuing authority's certificate is not sent.
    IssuingMissing, "T9", "issuer-missing";
    /// An authority below the issuing authority.
    ChainTooLong, "T10", "chain-length";
    /// Signed by a participant's key.
    LeafAsAuthority, "T11", "not-authority";
    /// A leaf that is marked as an authority.
    LeafMarkedAuthority, "T11", "leaf-is-authority";
    /// A host outside of the issuing authority's name constraints.
    OutsideConstraint, "T12", "name-constraint";
    /// A wildcard beside the right name.
    WildcardName, "T13", "name-wildcard";
    /// The name stands in the common name alone.
    NoAlternativeName, "T14", "name-missing";
    /// A URI name, but no DNS name.
    NoDnsName, "T14", "name-missing";
    /// A DNS name, but no URI name.
    NoUriName, "T14", "did-missing";
    /// Two DIDs.
    TwoUriNames, "T15", "did-ambiguous";
    /// The DID of another host.
    OtherHostDid, "T16", "host-mismatch";
    /// A second DNS name of another host.
    SecondHost, "T16", "host-mismatch";
    /// The DID in upper case.
    DidUpperCase, "T17", "did-not-canonical";
    /// The DID with a percent-coded letter.
    DidPercentCoded, "T17", "did-not-canonical";
    /// The DID with a trailing dot.
    DidTrailingDot, "T17", "did-not-canonical";
    /// A NUL in the DNS name.
    NulInName, "T18", "name-malformed";
    /// A space in the DNS name.
    SpaceInName, "T18", "name-malformed";
    /// A letter that only looks like ours.
    HomographName, "T18", "name-malformed";
    /// A critical extension that nobody knows.
    UnknownCriticalExtension, "T19", "critical-extension";
    /// RSA of 1024 bits.
    Rsa1024, "T20", "key-size";
    /// Signed with SHA-1.
    Sha1Signature, "T20", "signature-algorithm";
    /// A key on P-521.
    OddCurve, "T20", "key-curve";
    /// An RSA key with the exponent 3.
    RsaExponent3, "T21", "key-exponent";
    /// An RSA key with the exponent 1 (made up; cannot speak TLS).
    RsaExponent1, "T21", "key-exponent";
    /// An RSA key of 16,384 bits (made up; cannot speak TLS).
    RsaHuge, "T21", "key-size";
    /// Revoked by the issuing authority.
    Revoked, "T22", "certificate-revoked";
    /// Its issuing authority was revoked by the root.
    IssuingRevoked, "T22", "issuer-revoked";
    /// No revocation list is held.
    CrlMissing, "T23", "crl-missing";
    /// The issuing authority's revocation list is missing.
    CrlMissingOfIssuing, "T23", "crl-missing";
}

/// Something to show to a listener that must refuse it.
pub struct BadIdentity {
    /// What is wrong.
    pub case: BadCertificate,
    /// What is sent, leaf first.
    pub chain: Vec<Der>,
    /// The revocation lists that the refusing side holds.
    pub crls: Crls,
    key: Option<PKey<Private>>,
}

impl fmt::Debug for BadIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BadIdentity({:?})", self.case)
    }
}

impl BadIdentity {
    /// The leaf's key; `None` for keys that were made up and cannot speak TLS.
    #[must_use]
    pub fn key(&self) -> Option<&PKey<Private>> {
        self.key.as_ref()
    }
}

impl World {
    /// Makes one bad identity that pretends to be `did`, whose host must lie under `example` or
    /// `localhost`.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn bad(&self, case: BadCertificate, did: &Did) -> Result<BadIdentity, TestError> {
        Bench { world: self, did, case }.make()
    }
}

/// One bad identity in the making.
struct Bench<'a> {
    world: &'a World,
    did: &'a Did,
    case: BadCertificate,
}

impl Bench<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "each case changes one thing and no other")]
    fn make(&self) -> Result<BadIdentity, TestError> {
        let issuing = self.world.issuing.certificate().to_openssl()?;
        let key = self.key()?;
        let forgery = self.leaf()?;
        let public = match &key {
            Some(key) => PKey::public_key_from_der(&key.public_key_to_der()?)?,
            None => self.made_up_key()?,
        };
        let usual = Signer { certificate: Some(&issuing), key: self.world.issuing.key().pkey() };
        let chain = match self.case {
            BadCertificate::SelfSigned => {
                let own = key.as_ref().ok_or("a key that signs itself")?;
                vec![forgery.sign(&public, &Signer { certificate: None, key: own })?]
            }
            BadCertificate::UnknownAuthoritySameName => self.same_names(&forgery, &public)?,
            BadCertificate::IssuingMissing => vec![forgery.sign(&public, &usual)?],
            BadCertificate::ExpiredIssuing => {
                let validity = span(self.world.now, -20 * DAY, -DAY)?;
                self.below_other_issuing(&forgery, &public, validity)?
            }
            BadCertificate::ChainTooLong => self.below_second_issuing(&forgery, &public, 0)?,
            BadCertificate::LeafAsAuthority => self.below_leaf(&forgery, &public)?,
            _ => vec![forgery.sign(&public, &usual)?, self.world.issuing.certificate().clone()],
        };
        let crls = self.crls(&forgery)?;
        Ok(BadIdentity { case: self.case, chain, crls, key })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "each case changes one thing and no other")]
    fn leaf(&self) -> Result<Forgery, TestError> {
        let host = self.did.host();
        let now = self.world.now;
        let name = |tag: u8, text: &str| (tag, text.as_bytes().to_vec());
        let (uri, dns) = (name(URI, self.did.as_str()), name(DNS, host));
        let mut leaf = Forgery {
            common_name: host.to_owned(),
            serial: self.world.serial(),
            validity: span(now, -DAY, 30 * DAY)?,
            names: vec![uri.clone(), dns.clone()],
            usages: vec![CLIENT, SERVER],
            authority: None,
            others: Vec::new(),
            hash: MessageDigest::sha256(),
        };
        match self.case {
            BadCertificate::ExpiredLeaf => leaf.validity = span(now, -30 * DAY, -60)?,
            BadCertificate::FutureLeaf => leaf.validity = span(now, DAY, 30 * DAY)?,
            BadCertificate::ServerUsageOnly => leaf.usages = vec![SERVER],
            BadCertificate::ClientUsageOnly => leaf.usages = vec![CLIENT],
            BadCertificate::NoExtendedUsage => leaf.usages = Vec::new(),
            BadCertificate::AnyExtendedUsage => leaf.usages = vec![ANY],
            BadCertificate::AnyAndRightUsage => leaf.usages = vec![CLIENT, SERVER, ANY],
            BadCertificate::LeafMarkedAuthority => leaf.authority = Some(0),
            BadCertificate::OutsideConstraint => {
                leaf.names = vec![name(URI, "did:web:elsewhere.test"), name(DNS, "elsewhere.test")];
            }
            BadCertificate::WildcardName => {
                let parent = host.split_once('.').map_or(host, |(_, parent)| parent);
                leaf.names = vec![uri, dns, name(DNS, &format!("*.{parent}"))];
            }
            BadCertificate::NoAlternativeName => leaf.names = Vec::new(),
            BadCertificate::NoDnsName => leaf.names = vec![uri],
            BadCertificate::NoUriName => leaf.names = vec![dns],
            BadCertificate::TwoUriNames => {
                leaf.names = vec![uri, name(URI, "did:web:other.example"), dns];
            }
            BadCertificate::OtherHostDid => {
                leaf.names = vec![uri, name(DNS, "other.example")];
            }
            BadCertificate::SecondHost => {
                leaf.names = vec![uri, dns, name(DNS, "other.example")];
            }
            BadCertificate::DidUpperCase => {
                leaf.names = vec![name(URI, &format!("did:web:{}", host.to_uppercase())), dns];
            }
            BadCertificate::DidPercentCoded => {
                let coded = host.replacen('.', "%2E", 1);
                leaf.names = vec![name(URI, &format!("did:web:{coded}")), dns];
            }
            BadCertificate::DidTrailingDot => {
                leaf.names = vec![name(URI, &format!("did:web:{host}.")), dns];
            }
            BadCertificate::NulInName => {
                leaf.names = vec![uri, name(DNS, &format!("{host}\0.evil.example"))];
            }
            BadCertificate::SpaceInName => leaf.names = vec![uri, name(DNS, &format!("{host} "))],
            BadCertificate::HomographName => {
                leaf.names = vec![uri, name(DNS, &host.replacen('e', "\u{435}", 1))];
            }
            BadCertificate::UnknownCriticalExtension => {
                leaf.others = vec![("1.3.6.1.4.1.99999.1", true, vec![0x05, 0x00])];
            }
            BadCertificate::Sha1Signature => leaf.hash = MessageDigest::sha1(),
            _ => {}
        }
        Ok(leaf)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "each case changes one thing and no other")]
    fn key(&self) -> Result<Option<PKey<Private>>, TestError> {
        Ok(match self.case {
            BadCertificate::Rsa1024 => Some(PKey::from_rsa(Rsa::generate(1024)?)?),
            BadCertificate::RsaExponent3 => {
                let exponent = BigNum::from_u32(3)?;
                Some(PKey::from_rsa(Rsa::generate_with_e(2048, &exponent)?)?)
            }
            BadCertificate::OddCurve => Some(ec(Nid::SECP521R1)?),
            BadCertificate::RsaExponent1 | BadCertificate::RsaHuge => None,
            _ => Some(ec(Nid::X9_62_PRIME256V1)?),
        })
    }

    /// A modulus that is no product of known primes: enough to be looked at.
    fn made_up_key(&self) -> Result<PKey<Public>, TestError> {
        let huge = self.case == BadCertificate::RsaHuge;
        let (bits, exponent) = if huge { (HUGE_BITS, 65_537) } else { (2048, 1) };
        let mut modulus = BigNum::new()?;
        modulus.set_bit(bits - 1)?;
        modulus.set_bit(0)?;
        let rsa = Rsa::from_public_components(modulus, BigNum::from_u32(exponent)?)?;
        Ok(PKey::from_rsa(rsa)?)
    }

    fn authority(&self, name: &str, path: u8) -> Result<Forgery, TestError> {
        Ok(Forgery {
            common_name: name.to_owned(),
            serial: self.world.serial(),
            validity: span(self.world.now, -DAY, 300 * DAY)?,
            names: Vec::new(),
            usages: Vec::new(),
            authority: Some(path),
            others: Vec::new(),
            hash: MessageDigest::sha256(),
        })
    }

    /// Another root and issuing authority that carry the names of ours.
    fn same_names(&self, leaf: &Forgery, key: &PKey<Public>) -> Result<Vec<Der>, TestError> {
        let root_key = ec(Nid::SECP384R1)?;
        let own = Signer { certificate: None, key: &root_key };
        let root = self.authority("Test root", 1)?.sign(&root_key, &own)?.to_openssl()?;
        let issuing_key = ec(Nid::X9_62_PRIME256V1)?;
        let by_root = Signer { certificate: Some(&root), key: &root_key };
        let issuing = self.authority("Test issuing", 0)?.sign(&issuing_key, &by_root)?;
        sign_below(leaf, key, issuing, &issuing_key)
    }

    /// A second issuing authority below our root, with another validity.
    fn below_other_issuing(
        &self,
        leaf: &Forgery,
        key: &PKey<Public>,
        validity: crate::Validity,
    ) -> Result<Vec<Der>, TestError> {
        let root = self.world.root.certificate().to_openssl()?;
        let issuing_key = ec(Nid::X9_62_PRIME256V1)?;
        let forgery = Forgery { validity, ..self.authority("Old issuing", 0)? };
        let by_root = Signer { certificate: Some(&root), key: self.world.root.key().pkey() };
        let issuing = forgery.sign(&issuing_key, &by_root)?;
        sign_below(leaf, key, issuing, &issuing_key)
    }

    /// An authority that our issuing authority signed although it may not.
    fn below_second_issuing(
        &self,
        leaf: &Forgery,
        key: &PKey<Public>,
        path: u8,
    ) -> Result<Vec<Der>, TestError> {
        let issuing = self.world.issuing.certificate().to_openssl()?;
        let second_key = ec(Nid::X9_62_PRIME256V1)?;
        let by_issuing =
            Signer { certificate: Some(&issuing), key: self.world.issuing.key().pkey() };
        let second = self.authority("Second issuing", path)?.sign(&second_key, &by_issuing)?;
        let mut chain = sign_below(leaf, key, second, &second_key)?;
        chain.push(self.world.issuing.certificate().clone());
        Ok(chain)
    }

    /// A leaf that a participant signed with its own leaf: sent without the issuing authority's
    /// certificate it has the right length.
    fn below_leaf(&self, leaf: &Forgery, key: &PKey<Public>) -> Result<Vec<Der>, TestError> {
        let root = self.world.root.certificate().to_openssl()?;
        let member_key = ec(Nid::X9_62_PRIME256V1)?;
        let by_root = Signer { certificate: Some(&root), key: self.world.root.key().pkey() };
        let forgery = Forgery {
            common_name: "member".to_owned(),
            authority: None,
            ..self.authority("member", 0)?
        };
        let member = forgery.sign(&member_key, &by_root)?;
        sign_below(leaf, key, member, &member_key)
    }

    /// What the refusing side holds.
    #[expect(clippy::wildcard_enum_match_arm, reason = "each case changes one thing and no other")]
    fn crls(&self, leaf: &Forgery) -> Result<Crls, TestError> {
        let world = self.world;
        match self.case {
            BadCertificate::Revoked => world.crls(1, std::slice::from_ref(&leaf.serial), &[]),
            BadCertificate::IssuingRevoked => {
                let issuing = crate::x509::Certificate::read(world.issuing.certificate())?;
                world.crls(1, &[], &[issuing.serial])
            }
            BadCertificate::CrlMissing => Ok(Crls::empty()),
            BadCertificate::CrlMissingOfIssuing => world.root_crl_only(),
            _ => world.crls(1, &[], &[]),
        }
    }
}

fn sign_below(
    leaf: &Forgery,
    key: &PKey<Public>,
    issuing: Der,
    issuing_key: &PKey<Private>,
) -> Result<Vec<Der>, TestError> {
    let certificate: X509 = issuing.to_openssl()?;
    let signer = Signer { certificate: Some(&certificate), key: issuing_key };
    Ok(vec![leaf.sign(key, &signer)?, issuing])
}
