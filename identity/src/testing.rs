//! A whole authority for tests, its good participants, and each deliberately bad certificate by
//! name. Only built for tests and with the feature `testing`; adds interfaces and changes none.

mod bad;
mod client;
mod crl;
mod forge;

pub use bad::{BadCertificate, BadIdentity};
pub use client::dangerous_client;
pub use crl::{BadCrl, OfferedCrl};

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::sign::{Algorithm, KeyId, Sign};

use crate::authority::{
    AuthorityError, CaCurve, CaKey, CheckedRequest, Issuing, IssuingNames, LeafNames, Revocation,
    RevocationList, Root, build_request,
};
use crate::enrol::Office;
use crate::keys::PrivateKey;
use crate::tls::{Material, Trust};
use crate::x509::{Der, Leaf, Serial};
use crate::{Anchor, Anchors, Crls, Registration, Scope, Validity};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What goes wrong while a test world is made; tests show it and stop.
pub type TestError = Box<dyn std::error::Error + Send + Sync>;

/// An authority with its data space, as of one instant.
#[derive(Debug)]
pub struct World {
    /// The instant at which everything good holds.
    pub now: Timestamp,
    /// The authority and its data space.
    pub office: Office,
    /// Its root.
    pub root: Root,
    /// Its issuing authority.
    pub issuing: Issuing,
    /// The key that signs its trust lists.
    pub statement_key: PrivateKey,
    /// The root's certificate for that key.
    pub statement_certificate: Der,
    serials: AtomicU64,
}

/// A good participant.
#[derive(Debug)]
pub struct Participant {
    /// Who.
    pub did: Did,
    /// Its certificate and the issuing authority's.
    pub chain: Vec<Der>,
    /// Its TLS key.
    pub tls_key: PrivateKey,
    /// Its DID key.
    pub did_key: PrivateKey,
    /// Its key for agreements.
    pub agreement_key: PrivateKey,
    /// Its key for checkpoints.
    pub log_key: PrivateKey,
}

impl World {
    /// An authority named `did` for the data space `dataspace`, good at `now`.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn new(authority: &Did, dataspace: DataspaceId, now: Timestamp) -> Result<Self, TestError> {
        let serials = AtomicU64::new(1);
        let next = || {
            Serial::from_random(u128::from(serials.fetch_add(1, Ordering::Relaxed)).to_be_bytes())
        };
        let long = span(now, -DAY, 3650 * DAY)?;
        let root = Root::create("Test root", CaKey::generate(CaCurve::P384)?, &next(), long)?;
        let key = CaKey::generate(CaCurve::P256)?;
        let names = IssuingNames {
            name: "Test issuing".to_owned(),
            permitted_hosts: vec!["example".to_owned(), "localhost".to_owned()],
            crl_url: None,
        };
        let certificate = root.sign_issuing(&names, &key, &next(), long)?;
        let issuing = Issuing::load(certificate, key)?;
        let statement_key =
            PrivateKey::generate(Algorithm::Es256, KeyId::parse(&format!("{authority}#list"))?)?;
        let public = statement_key.public_key();
        let statement_certificate =
            root.sign_statement_key("Test statements", &public, &next(), long)?;
        let office = Office { authority: authority.clone(), dataspace };
        Ok(Self { now, office, root, issuing, statement_key, statement_certificate, serials })
    }

    /// The next serial number.
    #[must_use]
    pub fn serial(&self) -> Serial {
        let number = self.serials.fetch_add(1, Ordering::Relaxed);
        Serial::from_random(u128::from(number).to_be_bytes())
    }

    /// A participant with fresh keys and a certificate for 30 days.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn participant(&self, did: &Did) -> Result<Participant, TestError> {
        let key = |algorithm, name: &str| -> Result<PrivateKey, TestError> {
            Ok(PrivateKey::generate(algorithm, KeyId::parse(&format!("{did}#{name}"))?)?)
        };
        let tls_key = key(Algorithm::Es256, "tls")?;
        let request = CheckedRequest::read(&build_request(&tls_key, did)?, did)?;
        let leaf = self.sign_leaf(&request, span(self.now, -3600, 30 * DAY)?)?;
        Ok(Participant {
            did: did.clone(),
            chain: vec![leaf, self.issuing.certificate().clone()],
            tls_key,
            did_key: key(Algorithm::Es256, "did")?,
            agreement_key: key(Algorithm::Es256, "agreement")?,
            log_key: key(Algorithm::Ed25519, "log")?,
        })
    }

    /// A leaf for a checked request.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn sign_leaf(
        &self,
        request: &CheckedRequest,
        validity: Validity,
    ) -> Result<Der, AuthorityError> {
        let names = LeafNames { did: request.did().clone(), crl_url: None };
        self.issuing.sign_leaf(request, &names, &self.serial(), validity)
    }

    /// Roots that speak for everyone in this data space.
    ///
    /// # Errors
    /// Never for the world's own root.
    pub fn anchors(&self) -> Result<Anchors, TestError> {
        Ok(Anchors::new(vec![Anchor {
            dataspace: self.office.dataspace.clone(),
            root: self.root.certificate().clone(),
            scope: Scope::Everyone,
        }])?)
    }

    /// Revocation lists number `number`: of the issuing authority with `leaves`, of the root with
    /// `issuing`.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn crls(
        &self,
        number: u64,
        leaves: &[Serial],
        issuing: &[Serial],
    ) -> Result<Crls, TestError> {
        let list = |revoked: &[Serial]| -> Result<RevocationList, TestError> {
            let Validity { not_before, not_after } = span(self.now, -3600, 7 * DAY)?;
            let revoked = revoked
                .iter()
                .map(|serial| Revocation { serial: serial.clone(), since: not_before })
                .collect();
            Ok(RevocationList { number, this_update: not_before, next_update: not_after, revoked })
        };
        let of_root = self.root.sign_crl(&list(issuing)?)?;
        let of_issuing = self.issuing.sign_crl(&list(leaves)?)?;
        Ok(Crls::empty().update(&of_root, self.root.certificate(), self.now)?.update(
            &of_issuing,
            self.issuing.certificate(),
            self.now,
        )?)
    }

    /// Trust in this data space's members, with nothing revoked.
    ///
    /// # Errors
    /// If OpenSSL fails.
    pub fn trust(&self) -> Result<Arc<Trust>, TestError> {
        Ok(Arc::new(Trust { anchors: self.anchors()?, crls: self.crls(1, &[], &[])? }))
    }
}

impl Participant {
    /// What it brings to its connections.
    ///
    /// # Errors
    /// Never for a good participant.
    pub fn material(&self, trust: Arc<Trust>) -> Result<Arc<Material>, TestError> {
        Ok(Arc::new(Material::new(self.chain.clone(), &self.tls_key, trust)?))
    }

    /// Its certificate as read.
    ///
    /// # Errors
    /// Never for a good participant.
    pub fn leaf(&self) -> Result<Leaf, TestError> {
        let first = self.chain.first().ok_or("a participant has a certificate")?;
        Ok(Leaf::read(first)?)
    }

    /// What it registers with the authority.
    #[must_use]
    pub fn registration(&self) -> Registration {
        Registration {
            agreement_key: self.agreement_key.public_key(),
            capabilities: std::iter::once("checkpoint-exchange".to_owned()).collect(),
            did_key: self.did_key.public_key(),
            log_key: self.log_key.public_key(),
            log_origin: format!("{}/log", self.did.host()),
        }
    }
}

/// From `begin` to `end` seconds after `now`.
pub(crate) fn span(now: Timestamp, begin: i64, end: i64) -> Result<Validity, TestError> {
    let at = |offset: i64| Timestamp::from_second(now.as_second().saturating_add(offset));
    Ok(Validity { not_before: at(begin)?, not_after: at(end)? })
}
