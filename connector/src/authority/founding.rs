//! Founding a data space, and the few acts that need its root key: the only code that opens
//! `authority/root/`. A running authority never calls it; that folder can lie on another disk.

use std::path::PathBuf;

use identity::Validity;
use identity::authority::{
    CaCurve, CaKey, CheckedRequest, Issuing, IssuingNames, RevocationList, Root, build_request,
};
use identity::enrol::Fingerprint;
use identity::keys::PrivateKey;
use identity::x509::{Crl, Der, Serial};
use jiff::Timestamp;
use wire::did::Did;
use wire::sign::{Algorithm, KeyId, Sign};

use super::issue::{BACKDATED_SECONDS, LEAF_DAYS_USUAL, leaf_names};
use super::{Refusal, after};
use crate::home::{Home, write_public, write_secret};
use crate::ids::{Ids, random};
use crate::participant::folder::{Folder, Side, read, write};
use crate::trust::refresher::public_url;

/// Days of a root.
const ROOT_DAYS: u32 = 3_650;
/// Days of an issuing authority and of the key that signs the trust list.
const ISSUING_DAYS: u32 = 1_095;
/// Days until the root must sign a new revocation list.
const ROOT_CRL_DAYS: i64 = 365;

/// The files of the authority's issuing side.
pub(super) struct Offices {
    pub(super) root: Der,
    pub(super) root_crl: Vec<u8>,
    pub(super) issuing: Issuing,
    pub(super) statement_key: PrivateKey,
    pub(super) statement_certificate: Der,
}

/// The files by name.
struct Places {
    folder: PathBuf,
}

impl Places {
    fn of(home: &Home) -> Self {
        Self { folder: home.authority() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn root_key(&self) -> PathBuf {
        self.folder.join("root").join("key.pem")
    }
}

/// Whether a data space was founded in this home already.
#[must_use]
pub fn is_founded(home: &Home) -> bool {
    Places::of(home).file("root.pem").exists()
}

/// Makes root, issuing authority, the key of the trust list, the root's revocation list, and the
/// authority's own certificates. The participant's own keys must be there.
///
/// # Errors
/// [`Refusal`] when a name cannot stand in a certificate, or a file cannot be written.
pub fn found(
    home: &Home,
    did: &Did,
    name: &str,
    ids: &impl Ids,
    now: Timestamp,
) -> Result<Fingerprint, Refusal> {
    crate::trust::dataspace_of(did)?;
    let places = Places::of(home);
    let begin = after(now, -BACKDATED_SECONDS);
    let serial = || Serial::from_random(random(ids));
    let span = |days| Validity::days(begin, days).ok_or(Refusal::Unusable);

    let key = CaKey::generate(CaCurve::P384)?;
    let root = Root::create(&format!("{name} root"), key, &serial(), span(ROOT_DAYS)?)?;
    let issuing_key = CaKey::generate(CaCurve::P256)?;
    let names = IssuingNames {
        name: format!("{name} issuing"),
        permitted_hosts: Vec::new(),
        crl_url: Some(public_url(did, "/crl/root")),
    };
    let issuing = root.sign_issuing(&names, &issuing_key, &serial(), span(ISSUING_DAYS)?)?;
    let statement_key = statement_key(did)?;
    let statement = root.sign_statement_key(
        &format!("{name} lists"),
        &statement_key.public_key(),
        &serial(),
        span(ISSUING_DAYS)?,
    )?;
    let crl = root.sign_crl(&root_list(1, begin))?;
    let issuing = Issuing::load(issuing, issuing_key)?;
    issue_own(home, did, &issuing, ids, begin)?;

    secret(places.root_key(), root.key().to_pem()?.as_bytes())?;
    secret(places.file("issuing-key.pem"), issuing.key().to_pem()?.as_bytes())?;
    let pem = statement_key.to_pem().map_err(|_| Refusal::Unusable)?;
    secret(places.file("statement-key.pem"), pem.as_bytes())?;
    certificate(places.file("issuing.pem"), issuing.certificate())?;
    certificate(places.file("statement.pem"), &statement)?;
    write(&places.file("crl-root.der"), |path| write_public(path, &crl))?;
    // Last: from now on the data space counts as founded.
    certificate(places.file("root.pem"), root.certificate())?;
    Ok(Fingerprint::of(root.certificate()))
}

/// Signs a new revocation list of the root, with the next number and nothing on it: for once a year.
///
/// # Errors
/// [`Refusal`] when the root's folder is not there, or a file cannot be read or written.
pub fn renew_root_crl(home: &Home, now: Timestamp) -> Result<RootCrl, Refusal> {
    let places = Places::of(home);
    let certificate = one(&places, "root.pem")?;
    let key = CaKey::from_pem(&read(&places.root_key())?).map_err(|_| Refusal::Unusable)?;
    let root = Root::load(certificate.clone(), key)?;
    let path = places.file("crl-root.der");
    let held = Crl::read(&read(&path)?, &certificate).map_err(crate::trust::TrustFault::from)?;
    let number = u64::try_from(held.number()).map_err(|_| Refusal::Unusable)?.saturating_add(1);
    let list = root_list(number, after(now, -BACKDATED_SECONDS));
    let crl = root.sign_crl(&list)?;
    write(&path, |path| write_public(path, &crl))?;
    Ok(RootCrl { number, next_update: list.next_update })
}

/// The folder of the root key, to be taken offline.
#[must_use]
pub fn root_folder(home: &Home) -> PathBuf {
    home.authority().join("root")
}

/// A revocation list that the root signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootCrl {
    /// Its number.
    pub number: u64,
    /// When the next one is due.
    pub next_update: Timestamp,
}

impl Offices {
    pub(super) fn read(home: &Home, did: &Did) -> Result<Self, Refusal> {
        let places = Places::of(home);
        let key = CaKey::from_pem(&read(&places.file("issuing-key.pem"))?);
        let issuing =
            Issuing::load(one(&places, "issuing.pem")?, key.map_err(|_| Refusal::Unusable)?)?;
        let pem = read(&places.file("statement-key.pem"))?;
        let statement_key = PrivateKey::from_pem(&pem, statement_key_id(did)?);
        Ok(Self {
            root: one(&places, "root.pem")?,
            root_crl: read(&places.file("crl-root.der"))?,
            issuing,
            statement_key: statement_key.map_err(|_| Refusal::Unusable)?,
            statement_certificate: one(&places, "statement.pem")?,
        })
    }
}

fn issue_own(
    home: &Home,
    did: &Did,
    issuing: &Issuing,
    ids: &impl Ids,
    begin: Timestamp,
) -> Result<(), Refusal> {
    let folder = Folder::of(home, did);
    for side in [Side::Public, Side::Mutual] {
        let key = folder.fresh_key(side)?;
        let request = CheckedRequest::read(&build_request(&key, did)?, did)
            .map_err(|source| Refusal::Enrol(source.into()))?;
        let validity = Validity::days(begin, LEAF_DAYS_USUAL).ok_or(Refusal::Unusable)?;
        let serial = Serial::from_random(random(ids));
        let leaf = match side {
            Side::Mutual => {
                issuing.sign_leaf(&request, &leaf_names(did, did), &serial, validity)?
            }
            Side::Public => issuing.sign_public(&request, &serial, validity)?,
        };
        folder.write_certificate(side, &[leaf, issuing.certificate().clone()], &key)?;
    }
    Ok(())
}

fn root_list(number: u64, begin: Timestamp) -> RevocationList {
    RevocationList {
        number,
        this_update: begin,
        next_update: after(begin, ROOT_CRL_DAYS * 86_400),
        revoked: Vec::new(),
    }
}

fn statement_key(did: &Did) -> Result<PrivateKey, Refusal> {
    let key = PrivateKey::generate(Algorithm::Es256, statement_key_id(did)?);
    key.map_err(|_| Refusal::Unusable)
}

fn statement_key_id(did: &Did) -> Result<KeyId, Refusal> {
    KeyId::parse(&format!("{did}#trust-list")).map_err(|_| Refusal::Unusable)
}

fn one(places: &Places, name: &str) -> Result<Der, Refusal> {
    let found = Der::from_pem(&read(&places.file(name))?).map_err(|_| Refusal::Unusable)?;
    found.into_iter().next().ok_or(Refusal::Unusable)
}

fn certificate(path: PathBuf, der: &Der) -> Result<(), Refusal> {
    let pem = der.to_pem().map_err(|_| Refusal::Unusable)?;
    Ok(write(&path, |path| write_public(path, pem.as_bytes()))?)
}

fn secret(path: PathBuf, pem: &[u8]) -> Result<(), Refusal> {
    Ok(write(&path, |path| write_secret(path, pem))?)
}
