//! The participants that this process speaks for, each with its own keys and its own trust.
//!
//! A participant is closed at birth: until it has joined a data space and holds a current trust
//! list, it presents nothing and believes nobody. Joining, renewing and refreshing all replace the
//! same one value.

pub mod folder;

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use identity::keys::PrivateKey;
use identity::tls::{Material, PublicSite};
use identity::trust::TrustList;
use protocol::id::ParticipantId;
use tokio::sync::watch;
use wire::dataspace::DataspaceId;
use wire::did::Did;

/// A participant's private keys, one for each purpose.
#[derive(Debug)]
pub struct Keys {
    /// Signs agreements (ES256).
    pub agreement: PrivateKey,
    /// Signs checkpoints of the log (Ed25519).
    pub checkpoint: PrivateKey,
    /// The DID's own key: enrolment, renewal, tokens (ES256).
    pub did: PrivateKey,
}

/// One participant of this process.
#[derive(Debug)]
pub struct Participant {
    did: Did,
    name: String,
    mutual_url: String,
    keys: Keys,
    foreign: bool,
    partner_ids: BTreeMap<Did, ParticipantId>,
    standing: ArcSwapOption<Standing>,
    standing_changed: watch::Sender<()>,
    public_site: ArcSwapOption<PublicSite>,
}

/// What a participant has by being a member of its data space. Replaced whole, never changed.
#[derive(Debug)]
pub struct Standing {
    /// The data space.
    pub dataspace: DataspaceId,
    /// Certificate, TLS key, roots and revocation lists.
    pub material: Arc<Material>,
    /// The authority's list of members.
    pub list: Arc<TrustList>,
}

impl Participant {
    /// A participant that belongs to no data space yet.
    #[must_use]
    pub fn new(did: Did, name: String, mutual_url: String, keys: Keys) -> Self {
        Self {
            did,
            name,
            mutual_url,
            keys,
            foreign: false,
            partner_ids: BTreeMap::new(),
            standing: ArcSwapOption::empty(),
            standing_changed: watch::Sender::new(()),
            public_site: ArcSwapOption::empty(),
        }
    }

    /// The same, spoken for by a foreign connector behind a gate.
    #[must_use]
    pub fn foreign(self) -> Self {
        Self { foreign: true, ..self }
    }

    /// Whether a foreign connector speaks for it, so that where its endpoints lie is not ours to
    /// say.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// The same, with partners that name themselves otherwise than by their DID in agreements.
    #[must_use]
    pub fn with_partner_ids(self, partner_ids: BTreeMap<Did, ParticipantId>) -> Self {
        Self { partner_ids, ..self }
    }

    /// How a partner may name itself in agreements beside its DID.
    #[must_use]
    pub fn partner_id(&self, partner: &Did) -> Option<&ParticipantId> {
        self.partner_ids.get(partner)
    }

    /// Its DID.
    #[must_use]
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The name shown to people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its mutual listener as partners reach it: `https://host:port`.
    #[must_use]
    pub fn mutual_url(&self) -> &str {
        &self.mutual_url
    }

    /// The base of its Dataspace Protocol endpoints, also its `callbackAddress`.
    #[must_use]
    pub fn dsp_base(&self) -> String {
        format!("{}{}", self.mutual_url, crate::http::DSP_PATH)
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What it has by being a member; `None` before it has joined.
    #[must_use]
    pub fn standing(&self) -> Option<Arc<Standing>> {
        self.standing.load_full()
    }

    /// Replaces what it has by being a member. Running connections are looked at anew by whoever
    /// calls this.
    pub fn set_standing(&self, standing: Standing) {
        self.standing.store(Some(Arc::new(standing)));
        self.standing_changed.send_replace(());
    }

    /// Sees each replacement of its standing from now on.
    #[must_use]
    pub fn watch_standing(&self) -> watch::Receiver<()> {
        self.standing_changed.subscribe()
    }

    /// Certificate and key of its public listener; `None` before it has joined.
    #[must_use]
    pub fn public_site(&self) -> Option<Arc<PublicSite>> {
        self.public_site.load_full()
    }

    /// Replaces certificate and key of its public listener; new connections see them at once.
    pub fn set_public_site(&self, site: PublicSite) {
        self.public_site.store(Some(Arc::new(site)));
    }
}

/// All participants of this process, by DID and by host name.
#[derive(Clone, Debug, Default)]
pub struct Hosted {
    by_did: BTreeMap<Did, Arc<Participant>>,
    by_host: BTreeMap<String, Arc<Participant>>,
}

impl Hosted {
    /// All of `participants`; their hosts differ, as the settings have been checked to say.
    #[must_use]
    pub fn new(participants: impl IntoIterator<Item = Arc<Participant>>) -> Self {
        let mut hosted = Self::default();
        for participant in participants {
            hosted.by_host.insert(participant.did().host().to_owned(), participant.clone());
            hosted.by_did.insert(participant.did().clone(), participant);
        }
        hosted
    }

    /// The participant with this DID.
    #[must_use]
    pub fn by_did(&self, did: &Did) -> Option<&Arc<Participant>> {
        self.by_did.get(did)
    }

    /// The participant with this host name, in lower case.
    #[must_use]
    pub fn by_host(&self, host: &str) -> Option<&Arc<Participant>> {
        self.by_host.get(host)
    }

    /// All of them, in the order of their DIDs.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Participant>> {
        self.by_did.values()
    }
}
