//! Who plays: one authority and its members, with keys that are made once per test run.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use connector::participant::{Keys, Participant, Standing};
use identity::VerifiedPeer;
use identity::keys::PrivateKey;
use identity::testing::{self, World};
use identity::tls::{Material, Trust};
use identity::trust::{Member, Status, TrustList};
use jiff::{SignedDuration, Timestamp};
use policy::book;
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::iri::Iri;
use wire::sign::{KeyId, Sign};

/// How the firm may name itself in agreements beside its DID.
pub const FIRM_NAME: &str = "BPNL00000003CRHK";

/// The instant at which every story begins. Years ahead, so that no machine's clock is there yet.
pub const NOW: &str = "2041-03-04T05:06:07Z";

/// One member of the data space.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Who {
    /// A town that publishes.
    Ulm,
    /// The town next door, hosted by the same process.
    NeuUlm,
    /// A company that is vetted as a mobility service.
    Company,
    /// A member that is vetted as nothing.
    Firm,
}

/// All of them, with everything that takes time to make.
#[derive(Debug)]
pub struct Cast {
    world: World,
    members: Vec<(Who, testing::Participant)>,
    verified: OnceLock<Vec<(Who, VerifiedPeer)>>,
}

impl Who {
    /// Everyone.
    pub const ALL: [Self; 4] = [Self::Ulm, Self::NeuUlm, Self::Company, Self::Firm];

    /// The host name.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::Ulm => "ulm.localhost",
            Self::NeuUlm => "neu-ulm.localhost",
            Self::Company => "company.localhost",
            Self::Firm => "firm.localhost",
        }
    }

    /// The DID, with its public port.
    #[must_use]
    pub fn did(self) -> Did {
        Did::parse(&format!("did:web:{}%3A9444", self.host())).unwrap()
    }

    /// The mutual listener.
    #[must_use]
    pub fn mutual_url(self) -> String {
        format!("https://{}:9443", self.host())
    }

    fn kinds(self) -> Vec<Iri> {
        match self {
            Self::Company => vec![mobility_service()],
            Self::Firm => vec![],
            Self::NeuUlm | Self::Ulm => vec![book::kind("municipality").unwrap()],
        }
    }
}

/// The kind of member as which the company is vetted.
#[must_use]
pub fn mobility_service() -> Iri {
    book::kind("mobility-service").unwrap()
}

/// The instant at which every story begins.
#[must_use]
pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The cast of this test run.
#[must_use]
pub fn cast() -> &'static Cast {
    static CAST: OnceLock<Cast> = OnceLock::new();
    CAST.get_or_init(|| {
        let authority = Did::parse("did:web:authority.localhost%3A9444").unwrap();
        let dataspace = DataspaceId::parse(authority.as_str()).unwrap();
        let world = World::new(&authority, dataspace, now()).unwrap();
        let members = Who::ALL.map(|who| (who, world.participant(&who.did()).unwrap()));
        Cast { world, members: members.into(), verified: OnceLock::new() }
    })
}

/// What the authority says that differs from the good days.
#[derive(Clone, Debug, Default)]
pub struct Says {
    /// Grows with each change.
    pub number: u64,
    /// Whose certificate is revoked.
    pub revoked: Vec<Who>,
    /// Who is suspended.
    pub suspended: Vec<Who>,
    /// Who is not listed at all.
    pub unlisted: Vec<Who>,
    /// Who is vetted as nothing any more.
    pub unvetted: Vec<Who>,
    /// When the list expires; a day after the beginning if nothing is said.
    pub expires: Option<Timestamp>,
    /// Who is not registered as signing its agreements.
    pub unsigned: Vec<Who>,
}

impl Cast {
    /// The authority.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// A member with its private keys.
    #[must_use]
    pub fn member(&self, who: Who) -> &testing::Participant {
        &self.members.iter().find(|(name, _)| *name == who).unwrap().1
    }

    /// The member as our own participant, with what the authority says.
    #[must_use]
    pub fn participant(&self, who: Who, says: &Says) -> Arc<Participant> {
        let member = self.member(who);
        let keys = Keys {
            agreement: again(&member.agreement_key),
            checkpoint: again(&member.log_key),
            did: again(&member.did_key),
        };
        let name = who.host().to_owned();
        let participant = Participant::new(who.did(), name, who.mutual_url(), keys)
            .with_partner_ids(BTreeMap::from([(Who::Firm.did(), FIRM_NAME.parse().unwrap())]));
        participant.set_standing(self.standing(who, says));
        Arc::new(participant)
    }

    /// A member's standing when the authority says this.
    #[must_use]
    pub fn standing(&self, who: Who, says: &Says) -> Standing {
        Standing {
            dataspace: self.world.office.dataspace.clone(),
            material: self.material(who, says),
            list: Arc::new(self.list(says)),
        }
    }

    /// A member's side of its connections when the authority says this.
    #[must_use]
    pub fn material(&self, who: Who, says: &Says) -> Arc<Material> {
        let serials: Vec<_> = says
            .revoked
            .iter()
            .map(|who| self.member(*who).leaf().unwrap().serial().clone())
            .collect();
        let crls = self.world.crls(1 + says.number, &serials, &[]).unwrap();
        let trust = Trust { anchors: self.world.anchors().unwrap(), crls };
        self.member(who).material(Arc::new(trust)).unwrap()
    }

    /// The list of members when the authority says this.
    #[must_use]
    pub fn list(&self, says: &Says) -> TrustList {
        let mut members: Vec<Member> = self
            .members
            .iter()
            .filter(|(who, _)| !says.unlisted.contains(who))
            .map(|(who, member)| listed(*who, member, says))
            .collect();
        members.sort_by(|one, other| one.did.cmp(&other.did));
        TrustList {
            authority: self.world.office.authority.clone(),
            authorities: vec![],
            dataspace: self.world.office.dataspace.clone(),
            expires: says.expires.unwrap_or(now() + SignedDuration::from_hours(24)),
            issued: now() - SignedDuration::from_hours(1),
            witness: None,
            members,
            number: 1 + says.number,
        }
    }

    /// The member as a handshake at the beginning of the story proves it.
    #[must_use]
    pub fn verified(&self, who: Who) -> VerifiedPeer {
        let verify = |who| (who, self.material(who, &Says::default()).check_itself(now()).unwrap());
        let verified = self.verified.get_or_init(|| Who::ALL.map(verify).into());
        verified.iter().find(|(name, _)| *name == who).unwrap().1.clone()
    }
}

fn listed(who: Who, member: &testing::Participant, says: &Says) -> Member {
    let mut registration = member.registration();
    if !says.unsigned.contains(&who) {
        registration.capabilities.insert("agreement-signature".to_owned());
    }
    let suspended = says.suspended.contains(&who);
    let unvetted = says.unvetted.contains(&who);
    Member {
        certificates: [member.chain[0].digest()].into(),
        did: member.did.clone(),
        name: None,
        registration,
        status: if suspended { Status::Suspended } else { Status::Active },
        vetted_as: if unvetted { [].into() } else { who.kinds().into_iter().collect() },
    }
}

/// The same key once more.
fn again(key: &PrivateKey) -> PrivateKey {
    let id: KeyId = key.key_id();
    PrivateKey::from_pem(key.to_pem().unwrap().as_bytes(), id).unwrap()
}
