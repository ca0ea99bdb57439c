//! What a participant holds of its data space: root, trust list and revocation lists. Read from its
//! folder at start, refreshed from the authority, replaced whole.
//!
//! Nothing here makes a list count that has ended: it is kept only so that an older one is noticed.

mod held;
pub mod refresher;
mod renewal;
#[cfg(test)]
pub(crate) mod tests;

pub use held::{Held, Lists, Offered, TrustFault};
pub use refresher::{OnChange, Refreshed, Refresher};
pub(crate) use renewal::RENEW_PATH;
pub use renewal::RenewalFault;

use std::sync::Arc;

use identity::Registration;
use identity::keys::PrivateKey;
use identity::tls::{Material, PublicSite, Trust};
use identity::x509::Der;
use jiff::Timestamp;
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::sign::Sign;

use crate::config::MembershipSettings;
use crate::home::Home;
use crate::participant::folder::{Folder, FolderError, Side};
use crate::participant::{Keys, Participant, Standing};

/// What our connectors offer to do and may be held to.
pub const CAPABILITIES: [&str; 2] = ["agreement-signature", "checkpoint-exchange"];

/// The id of the data space of an authority: its DID.
///
/// # Errors
/// [`TrustFault::Name`] if the DID is longer than such an id may be.
pub fn dataspace_of(authority: &Did) -> Result<DataspaceId, TrustFault> {
    DataspaceId::parse(authority.as_str()).map_err(|source| TrustFault::Name { source })
}

/// The name under which a participant's log signs; each year's shard appends its year.
#[must_use]
pub fn log_name(did: &Did) -> String {
    let mut name = did.host().to_owned();
    for segment in did.segments() {
        name.push('/');
        name.push_str(segment);
    }
    name
}

/// What a participant lets its authority register.
#[must_use]
pub fn registration(did: &Did, keys: &Keys) -> Registration {
    Registration {
        agreement_key: keys.agreement.public_key(),
        capabilities: CAPABILITIES.iter().map(ToString::to_string).collect(),
        did_key: keys.did.public_key(),
        log_key: keys.checkpoint.public_key(),
        log_origin: log_name(did),
    }
}

/// The standing of a participant with this certificate and these lists.
///
/// # Errors
/// [`TrustFault`] when certificate and key cannot be used.
pub fn standing(
    chain: Vec<Der>,
    key: &PrivateKey,
    dataspace: DataspaceId,
    lists: &Lists,
) -> Result<Standing, TrustFault> {
    let trust = Arc::new(Trust { anchors: lists.anchors(&dataspace)?, crls: lists.crls.clone() });
    let material = Material::new(chain, key, trust).map_err(|source| TrustFault::Own { source })?;
    Ok(Standing { dataspace, material: Arc::new(material), list: lists.list.clone() })
}

/// Reads what `participant` holds and gives it its standing and its public site. Lists that have
/// ended are held all the same: every use of them asks for the time again, and refuses.
///
/// Returns what the refresher goes on from; `None` for a participant that has not joined.
///
/// # Errors
/// [`TrustFault`] names what cannot be used.
pub fn load(
    home: &Home,
    participant: &Participant,
    membership: Option<&MembershipSettings>,
    now: Timestamp,
) -> Result<Option<Held>, TrustFault> {
    let Some(membership) = membership else { return Ok(None) };
    let folder = Folder::of(home, participant.did());
    let Some(held) = Held::read(&folder, &membership.authority, now)? else { return Ok(None) };
    if held.lists().root.digest().to_string() != membership.root_fingerprint {
        return Err(TrustFault::OtherRoot { path: folder.root_certificate() });
    }
    set_standing(&folder, participant, &held)?;
    Ok(Some(held))
}

/// Gives `participant` the standing that its files and `held` make.
pub(crate) fn set_standing(
    folder: &Folder,
    participant: &Participant,
    held: &Held,
) -> Result<(), TrustFault> {
    if let Some((chain, key)) = folder.certificate(Side::Public)? {
        let site = PublicSite::new(&chain, &key).map_err(|source| TrustFault::Own { source })?;
        participant.set_public_site(site);
    }
    if let Some((chain, key)) = folder.certificate(Side::Mutual)? {
        let standing = standing(chain, &key, held.dataspace().clone(), held.lists())?;
        participant.set_standing(standing);
    }
    Ok(())
}

impl From<FolderError> for TrustFault {
    fn from(source: FolderError) -> Self {
        Self::Folder { source: Box::new(source) }
    }
}
