//! Joining a data space: the root by its fingerprint, then everything else by the root.

use identity::authority::build_request;
use identity::enrol::{Code, EnrolmentRequest, Fingerprint, Office};
use identity::x509::{Der, Leaf};
use jiff::Timestamp;
use wire::did::Did;
use wire::json::{self, Limits};

use super::{SetupFault, membership, settings};
use crate::authority::envelope::{self, ANSWER_BYTES_MAX, Certificates};
use crate::config::Config;
use crate::home::Home;
use crate::net::fetch::{Fetcher, Roots};
use crate::net::guard::Guard;
use crate::net::unsent::Failure;
use crate::participant::folder::{Folder, Side};
use crate::trust::refresher::{authority_crls, offered, public_url};
use crate::trust::{Held, Lists, Offered, TrustFault, dataspace_of, registration, standing};

/// What a participant needs to join.
#[derive(Clone, Debug)]
pub struct JoinOptions {
    /// Which participant of the home.
    pub did: Did,
    /// The authority.
    pub authority: Did,
    /// The root's fingerprint, as it came beside the code.
    pub fingerprint: Fingerprint,
    /// The one-time code.
    pub code: Code,
}

/// A membership that was won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Who.
    pub did: Did,
    /// The data space's id.
    pub dataspace: String,
    /// When the certificate ends, unless it is renewed.
    pub certificate_expires: Timestamp,
}

/// Joins a data space. The code is used only after everything that can be checked before was.
///
/// # Errors
/// [`SetupFault`].
pub async fn join(home: &Home, options: JoinOptions, now: Timestamp) -> Result<Joined, SetupFault> {
    let JoinOptions { did, authority, fingerprint, code } = options;
    let config = super::config(home)?;
    check_free(&config, &did)?;
    let guard = guard(&config)?;
    let root = root(guard.clone(), &authority, fingerprint).await?;
    let fetcher = Fetcher::new(guard, Roots::Only(vec![root.clone()]));
    let dataspace = dataspace_of(&authority)?;
    // Proves that the authority of this root answers, before the code is spent.
    let before = lists(&fetcher, &authority, root.clone(), None, now).await?;

    let folder = Folder::of(home, &did);
    let keys = folder.keys()?;
    let (tls_key, public_key) = (folder.fresh_key(Side::Mutual)?, folder.fresh_key(Side::Public)?);
    let office = Office { authority: authority.clone(), dataspace: dataspace.clone() };
    let mut registered = registration(&did, &keys);
    if config.gate.is_some() {
        // What a foreign connector does not do must not be demanded of it.
        registered.capabilities.clear();
    }
    let request = EnrolmentRequest::build(
        &did,
        &keys.did,
        &registered,
        build_request(&tls_key, &did)?,
        code,
        &office,
        now,
    )?;
    let body = envelope::enclose(request.to_json(), &build_request(&public_key, &did)?);
    let certificates = enrol(&fetcher, &authority, body.to_string()).await?;

    // The list that names us, or else the one from before: the next look brings the newer.
    let after = lists(&fetcher, &authority, root, Some(&before.lists), now).await;
    let taken = after.unwrap_or(before);
    let own = standing(certificates.mutual.clone(), &tls_key, dataspace.clone(), &taken.lists)?;
    own.material.check_itself(now).map_err(|source| TrustFault::Own { source: source.into() })?;
    folder.write_certificate(Side::Public, &certificates.public, &public_key)?;
    folder.write_certificate(Side::Mutual, &certificates.mutual, &tls_key)?;
    let held = Held::begin(folder.clone(), &authority, taken.lists, &taken.offered)?;
    for (position, crl) in &taken.crls {
        held.write_crl(*position, crl)?;
    }
    remember(home, &did, &authority, &fingerprint)?;
    let leaf: &Leaf = own.material.leaf();
    let dataspace = dataspace.as_str().to_owned();
    Ok(Joined { did, dataspace, certificate_expires: leaf.validity().not_after })
}

/// Lists that were fetched and verified, with their bytes.
struct Taken {
    lists: Lists,
    offered: Offered,
    crls: Vec<(usize, Vec<u8>)>,
}

async fn lists(
    fetcher: &Fetcher,
    authority: &Did,
    root: Der,
    previous: Option<&Lists>,
    now: Timestamp,
) -> Result<Taken, SetupFault> {
    let offered = offered(fetcher, authority).await?;
    let lists = Lists::verify(root, &dataspace_of(authority)?, &offered, previous, now)?;
    let (lists, crls) = authority_crls(fetcher, lists, now).await;
    Ok(Taken { lists, offered, crls })
}

/// The root as the authority serves it, if it is the one that was meant. Until then nothing that
/// the other side says counts.
async fn root(guard: Guard, authority: &Did, expected: Fingerprint) -> Result<Der, SetupFault> {
    let pem = Fetcher::unproven_root(guard, &public_url(authority, "/root.pem")).await?;
    let bad = |reason: &str| Failure::Unknown { reason: reason.to_owned() };
    let served = Der::from_pem(&pem).map_err(|_| bad("what it serves is no certificate"))?;
    let [root] = served.as_slice() else {
        return Err(bad("it serves more than one root").into());
    };
    if expected.matches(root) {
        Ok(root.clone())
    } else {
        Err(SetupFault::WrongRoot { expected, found: Fingerprint::of(root) })
    }
}

async fn enrol(
    fetcher: &Fetcher,
    authority: &Did,
    body: String,
) -> Result<Certificates, SetupFault> {
    let url = public_url(authority, "/enrol");
    let (status, answer) = fetcher.post(&url, body.into_bytes(), ANSWER_BYTES_MAX).await?;
    if status == 200 {
        return Ok(Certificates::parse(&answer)?);
    }
    let said = json::parse(&answer, &Limits::header()).unwrap_or_default();
    let text = |member: &str| {
        let text = said.get(member).and_then(|text| text.as_str()).unwrap_or("unknown");
        wire::text::shown(text).to_string()
    };
    Err(SetupFault::Refused { status, code: text("code"), remedy: text("remedy") })
}

fn check_free(config: &Config, did: &Did) -> Result<(), SetupFault> {
    let own = config.participants.iter().find(|known| known.did == *did);
    let own = own.ok_or_else(|| SetupFault::NoParticipant { did: Box::new(did.clone()) })?;
    match &own.membership {
        None => Ok(()),
        Some(membership) => Err(SetupFault::Joined {
            did: Box::new(did.clone()),
            authority: Box::new(membership.authority.clone()),
        }),
    }
}

fn guard(config: &Config) -> Result<Guard, SetupFault> {
    Guard::new(&config.net)
        .map_err(|error| Failure::Forbidden { reason: format!("net.allow: {error}") }.into())
}

fn remember(
    home: &Home,
    did: &Did,
    authority: &Did,
    fingerprint: &Fingerprint,
) -> Result<(), SetupFault> {
    let root = Folder::of(home, did).root_certificate();
    let roots = root.strip_prefix(home.path()).unwrap_or(&root).to_string_lossy().into_owned();
    settings::change(home, did, |text, config| {
        settings::enter(text, config, did, &membership(authority, fingerprint), &roots)
    })
}
