//! The lists that a participant holds, and what it takes to replace them: a good signature, the
//! right data space, and a number that never goes back.

use std::path::PathBuf;
use std::sync::Arc;

use identity::trust::{TrustError, TrustList};
use identity::x509::{Crl, CrlFault, Der};
use identity::{Anchor, Anchors, Crls, Distrust, OpensslVerify, Scope};
use jiff::Timestamp;
use wire::dataspace::{DataspaceError, DataspaceId};
use wire::did::Did;

use super::dataspace_of;
use crate::home::write_public;
use crate::net::unsent::Failure;
use crate::participant::folder::{Folder, FolderError, read_optional, write};

/// Revocation lists besides the root's that are kept on disk.
const AUTHORITIES_MAX: usize = 16;

const LIST_FILE: &str = "trust-list.jwt";
const ROOT_CRL_FILE: &str = "crl-root.der";

/// What a participant believes of its data space at one moment.
#[derive(Clone, Debug)]
pub struct Lists {
    /// The root.
    pub root: Der,
    /// The revocation lists.
    pub crls: Crls,
    /// The members.
    pub list: Arc<TrustList>,
}

/// The lists with where they lie.
#[derive(Clone, Debug)]
pub struct Held {
    folder: Folder,
    dataspace: DataspaceId,
    lists: Lists,
}

/// What was fetched: not believed yet.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    /// The root's revocation list.
    pub root_crl: Vec<u8>,
    /// The signed trust list.
    pub list: Vec<u8>,
}

/// Why lists are not held. Each leaves what was held before in force.
#[derive(Debug, thiserror::Error)]
pub enum TrustFault {
    /// A revocation list does not count.
    #[error("a revocation list is not taken: {fault}")]
    Crl {
        /// Why.
        fault: CrlFault,
    },
    /// The authority cannot be reached.
    #[error("the authority cannot be asked: {failure}")]
    Fetch {
        /// Why.
        failure: Failure,
    },
    /// The files cannot be read or written.
    #[error("{source}")]
    Folder {
        /// Which and why.
        source: Box<FolderError>,
    },
    /// The trust list does not count.
    #[error("the trust list is not taken: {source}")]
    List {
        /// Why.
        #[source]
        source: Box<TrustError>,
    },
    /// The authority's DID cannot name a data space.
    #[error("the authority's DID cannot name a data space: {source}")]
    Name {
        /// Why.
        #[source]
        source: DataspaceError,
    },
    /// The root in the folder is not the one that was confirmed when joining.
    #[error("`{path}` is not the root that was confirmed when joining")]
    OtherRoot {
        /// The file.
        path: PathBuf,
    },
    /// The participant's own certificate or key cannot be used.
    #[error("the participant's own certificate cannot be used: {source}")]
    Own {
        /// Why.
        #[source]
        source: identity::tls::TlsError,
    },
    /// The root cannot be used.
    #[error("the data space's root cannot be used: {source}")]
    Root {
        /// Why.
        #[source]
        source: Box<Distrust>,
    },
}

impl TrustFault {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Crl { fault } => fault.code(),
            Self::Fetch { failure } => failure.code(),
            Self::Folder { .. } => "participant-files",
            Self::List { source } => source.code(),
            Self::Name { .. } => "dataspace-name",
            Self::OtherRoot { .. } => "root-fingerprint",
            Self::Own { .. } => "own-certificate",
            Self::Root { source } => source.code(),
        }
    }

    /// What the operator can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Crl { fault } => fault.remedy(),
            Self::Fetch { .. } => {
                "check that the authority runs and can be reached; the lists held stay in force \
                 until they end"
            }
            Self::Folder { .. } => {
                "check that the file exists and belongs to the user that runs us"
            }
            Self::List { source } => source.remedy(),
            Self::Name { .. } => "the authority needs a shorter DID",
            Self::OtherRoot { .. } => {
                "find out who changed the file; put it back from a backup, or join again"
            }
            Self::Own { .. } => "put back the participant's folder from a backup, or join again",
            Self::Root { source } => source.remedy(),
        }
    }
}

impl Lists {
    /// Verifies what was offered by a root that is known by its fingerprint.
    ///
    /// # Errors
    /// [`TrustFault`], the first reason found.
    pub fn verify(
        root: Der,
        dataspace: &DataspaceId,
        offered: &Offered,
        previous: Option<&Self>,
        now: Timestamp,
    ) -> Result<Self, TrustFault> {
        let crls = previous.map(|held| held.crls.clone()).unwrap_or_default();
        let crls = crls.update(&offered.root_crl, &root, now)?;
        let list = read_list(&offered.list, &root, dataspace, &crls, now)?;
        let list = list.accept(previous.map(|held| held.list.as_ref())).map_err(boxed)?;
        Ok(Self { root, crls, list: Arc::new(list) })
    }

    /// The same with the revocation list of one of the authorities that the trust list names.
    ///
    /// # Errors
    /// [`TrustFault::Crl`].
    pub fn with_crl(&self, crl: &[u8], issuer: &Der, now: Timestamp) -> Result<Self, TrustFault> {
        Ok(Self { crls: self.crls.update(crl, issuer, now)?, ..self.clone() })
    }

    /// The root as the one anchor of the data space.
    pub(super) fn anchors(&self, dataspace: &DataspaceId) -> Result<Anchors, TrustFault> {
        let anchor = Anchor {
            dataspace: dataspace.clone(),
            root: self.root.clone(),
            scope: Scope::Everyone,
        };
        Anchors::new(vec![anchor]).map_err(|source| TrustFault::Root { source: Box::new(source) })
    }

    /// Whether `other` says anything else.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let numbers = |lists: &Self| {
            let mut numbers = vec![lists.crl_of(&lists.root)];
            let authorities = lists.list.authorities.iter();
            numbers.extend(authorities.map(|listed| lists.crl_of(&listed.certificate)));
            numbers
        };
        self.list != other.list || numbers(self) != numbers(other)
    }

    fn crl_of(&self, issuer: &Der) -> Option<(u128, Timestamp)> {
        let spki = identity::tls::certificate_spki(issuer).ok()?;
        let crl = self.crls.of(&spki)?;
        Some((crl.number(), crl.next_update()))
    }
}

impl Held {
    /// Takes lists into a participant's folder and writes them there.
    ///
    /// # Errors
    /// [`TrustFault::Folder`].
    pub fn begin(
        folder: Folder,
        authority: &Did,
        lists: Lists,
        offered: &Offered,
    ) -> Result<Self, TrustFault> {
        let pem = lists
            .root
            .to_pem()
            .map_err(|_| TrustFault::Root { source: Box::new(Distrust::CertificateUnreadable) })?;
        let root = folder.root_certificate();
        write(&root, |path| write_public(path, pem.as_bytes()))?;
        let held = Self { folder, dataspace: dataspace_of(authority)?, lists };
        held.write(offered)?;
        Ok(held)
    }

    /// Reads what lies in a participant's folder; `None` if it has not joined.
    ///
    /// # Errors
    /// [`TrustFault`] when something is there and cannot be used.
    pub fn read(
        folder: &Folder,
        authority: &Did,
        now: Timestamp,
    ) -> Result<Option<Self>, TrustFault> {
        let dataspace = dataspace_of(authority)?;
        let path = folder.root_certificate();
        let Some(pem) = read_optional(&path)? else { return Ok(None) };
        let root = Der::from_pem(&pem).ok().and_then(|roots| roots.into_iter().next());
        let root = root.ok_or(FolderError::Certificate { path })?;
        let root_crl = read_optional(&folder.trust(ROOT_CRL_FILE))?;
        let list = read_optional(&folder.trust(LIST_FILE))?;
        let (Some(root_crl), Some(list)) = (root_crl, list) else { return Ok(None) };
        let mut crls = held_crl(&Crls::empty(), &root_crl, &root, now)?;
        let at = crls.stale_at().map_or(now, |stale| stale.min(now));
        let list = held_list(&list, &root, &dataspace, &crls, at)?;
        for (position, listed) in list.authorities.iter().take(AUTHORITIES_MAX).enumerate() {
            if let Some(crl) = read_optional(&folder.trust(&crl_file(position)))? {
                crls = held_crl(&crls, &crl, &listed.certificate, now)?;
            }
        }
        let lists = Lists { root, crls, list: Arc::new(list) };
        Ok(Some(Self { folder: folder.clone(), dataspace, lists }))
    }

    /// The data space.
    #[must_use]
    pub fn dataspace(&self) -> &DataspaceId {
        &self.dataspace
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The lists.
    #[must_use]
    pub fn lists(&self) -> &Lists {
        &self.lists
    }

    /// Replaces the lists by newer ones that were verified, on disk first.
    ///
    /// # Errors
    /// [`TrustFault::Folder`]; nothing changed in memory then.
    pub fn replace(&mut self, lists: Lists, offered: &Offered) -> Result<(), TrustFault> {
        self.write(offered)?;
        self.lists = lists;
        Ok(())
    }

    /// Keeps the revocation list of the authority at `position` of the trust list on disk.
    ///
    /// # Errors
    /// [`TrustFault::Folder`].
    pub fn write_crl(&self, position: usize, crl: &[u8]) -> Result<(), TrustFault> {
        let path = self.folder.trust(&crl_file(position));
        Ok(write(&path, |path| write_public(path, crl))?)
    }

    /// Each file alone is signed and numbered, so it does no harm if a crash parts them.
    fn write(&self, offered: &Offered) -> Result<(), TrustFault> {
        let root_crl = self.folder.trust(ROOT_CRL_FILE);
        write(&root_crl, |path| write_public(path, &offered.root_crl))?;
        let list = self.folder.trust(LIST_FILE);
        Ok(write(&list, |path| write_public(path, &offered.list))?)
    }
}

/// The root's own list lies under its own name, so the listed authorities are counted.
fn crl_file(position: usize) -> String {
    format!("crl-{position}.der")
}

/// A revocation list of our own folder, taken even if it has ended: its number must not be
/// forgotten, and whoever asks it for a certificate is refused by its time.
fn held_crl(crls: &Crls, bytes: &[u8], issuer: &Der, now: Timestamp) -> Result<Crls, TrustFault> {
    let crl = Crl::read(bytes, issuer)?;
    let at = now.min(crl.next_update()).max(crl.this_update());
    Ok(crls.update(bytes, issuer, at)?)
}

/// A trust list of our own folder, for the same reason taken even if it has ended.
fn held_list(
    bytes: &[u8],
    root: &Der,
    dataspace: &DataspaceId,
    crls: &Crls,
    at: Timestamp,
) -> Result<TrustList, TrustFault> {
    match verify_list(bytes, root, dataspace, crls, at) {
        Err(TrustError::Expired { expires }) => {
            read_list(bytes, root, dataspace, crls, expires.min(at))
        }
        read => read.map_err(boxed),
    }
}

fn read_list(
    bytes: &[u8],
    root: &Der,
    dataspace: &DataspaceId,
    crls: &Crls,
    now: Timestamp,
) -> Result<TrustList, TrustFault> {
    verify_list(bytes, root, dataspace, crls, now).map_err(boxed)
}

fn verify_list(
    bytes: &[u8],
    root: &Der,
    dataspace: &DataspaceId,
    crls: &Crls,
    now: Timestamp,
) -> Result<TrustList, TrustError> {
    let token = std::str::from_utf8(bytes)
        .map_err(|_| TrustError::Jws { source: identity::jws::JwsError::Form })?;
    let roots = std::slice::from_ref(root);
    TrustList::verify(token.trim_end(), dataspace, roots, crls, now, &OpensslVerify)
}

fn boxed(source: TrustError) -> TrustFault {
    TrustFault::List { source: Box::new(source) }
}

impl From<CrlFault> for TrustFault {
    fn from(fault: CrlFault) -> Self {
        Self::Crl { fault }
    }
}

impl From<Failure> for TrustFault {
    fn from(failure: Failure) -> Self {
        Self::Fetch { failure }
    }
}
