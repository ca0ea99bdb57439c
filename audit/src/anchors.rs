//! What an auditor brings along: the keys, names and heads that the verifier believes. Nothing of it
//! is ever taken from the folder that is verified.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use wire::{
    did::Did,
    json::{JsonError, Limits, parse},
    node::{Expected, Members, Node, ShapeError},
    sign::PublicKey,
};

use crate::checkpoint::{KeyKind, KeyName, SignedCheckpoint, VerifierKey};

/// The version of the anchors file.
pub const VERSION: i64 = 1;
/// The longest name of who saw or signed, in bytes.
const NAME_BYTES_MAX: usize = 512;

/// All that the verifier believes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Anchors {
    /// The participants whose logs are expected, with their keys.
    pub participants: Vec<Known>,
    /// The keys that countersign.
    pub witnesses: Vec<WitnessKey>,
    /// How much witnessing is enough.
    pub policy: WitnessPolicy,
    /// Heads that others saw and told the auditor.
    pub seen: Vec<Seen>,
}

/// A participant and its keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Known {
    /// Who.
    pub did: Did,
    /// Its logs, one for each shard: each must be there and be signed by this key.
    pub logs: Vec<VerifierKey>,
    /// The keys with which it signs or signed agreements.
    pub agreement_keys: Vec<PublicKey>,
}

/// A key that countersigns heads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WitnessKey {
    /// Who has it; several keys of one owner count once. A participant is named by its DID.
    pub owner: String,
    /// The key.
    pub key: VerifierKey,
}

/// How much witnessing makes a log proven. The default demands one witness.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WitnessPolicy {
    /// How many others than the log's owner must have seen a head.
    pub quorum: u64,
    /// How many entries may follow the last head that so many have seen; no limit if absent.
    pub tail_max: Option<u64>,
}

/// A head that someone saw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seen {
    /// Who saw it.
    pub by: String,
    /// The head, signed by its log.
    pub checkpoint: SignedCheckpoint,
}

/// Why a file gives no anchors. The auditor's fault.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnchorsError {
    /// It is not strict JSON.
    #[error("the anchors are no JSON that can be read")]
    Json(#[source] JsonError),
    /// Two participants claim the same log, or one participant is there twice.
    #[error("`{name}` is named twice")]
    NamedTwice {
        /// The log or the participant.
        name: String,
    },
    /// Something is missing, unknown or of another shape.
    #[error("the anchors do not have the shape of anchors")]
    Shape(#[source] ShapeError),
    /// Another version.
    #[error("the anchors are of the unknown version {version}")]
    UnknownVersion {
        /// The version.
        version: i64,
    },
}

impl Default for WitnessPolicy {
    fn default() -> Self {
        Self { quorum: 1, tail_max: None }
    }
}

impl Anchors {
    /// Reads an anchors file.
    ///
    /// # Errors
    /// When it is not strict JSON of version 1 with exactly the known members, or names one log twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, AnchorsError> {
        let value = parse(bytes, &Limits::document()).map_err(AnchorsError::Json)?;
        let members = Node::root(&value).object().map_err(AnchorsError::Shape)?;
        let version = members.required("version").and_then(|node| node.integer());
        match version.map_err(AnchorsError::Shape)? {
            VERSION => {}
            version => return Err(AnchorsError::UnknownVersion { version }),
        }
        let anchors = read(&members).map_err(AnchorsError::Shape)?;
        anchors.refuse_twice()?;
        Ok(anchors)
    }

    /// The anchors as they stand in a file.
    pub fn to_json(&self) -> Value {
        let participant = |known: &Known| json!({"did": known.did, "logs": known.logs, "agreementKeys": known.agreement_keys});
        let witness = |witness: &WitnessKey| json!({"owner": witness.owner, "key": witness.key});
        let seen = |seen: &Seen| json!({"by": seen.by, "checkpoint": seen.checkpoint.to_string()});
        let mut policy = json!({"quorum": self.policy.quorum});
        if let (Some(tail), Some(members)) = (self.policy.tail_max, policy.as_object_mut()) {
            members.insert("tailMax".to_owned(), tail.into());
        }
        json!({
            "version": VERSION,
            "participants": self.participants.iter().map(participant).collect::<Vec<_>>(),
            "witnesses": self.witnesses.iter().map(witness).collect::<Vec<_>>(),
            "policy": policy,
            "seen": self.seen.iter().map(seen).collect::<Vec<_>>(),
        })
    }

    /// The key that a log must be signed with, and whose log it is.
    pub fn log(&self, origin: &KeyName) -> Option<(&Did, &VerifierKey)> {
        let of = |known: &'_ Known| known.logs.iter().any(|key| key.name() == origin);
        let known = self.participants.iter().find(|known| of(known))?;
        Some((&known.did, known.logs.iter().find(|key| key.name() == origin)?))
    }

    /// The keys with which a participant signs agreements.
    pub fn agreement_keys(&self, did: &Did) -> &[PublicKey] {
        let known = self.participants.iter().find(|known| known.did == *did);
        known.map_or(&[], |known| &known.agreement_keys)
    }

    fn refuse_twice(&self) -> Result<(), AnchorsError> {
        let mut names = BTreeSet::new();
        let dids = self.participants.iter().map(|known| known.did.to_string());
        let logs = self.participants.iter().flat_map(|known| &known.logs);
        for name in dids.chain(logs.map(|key| key.name().to_string())) {
            if !names.insert(name.clone()) {
                return Err(AnchorsError::NamedTwice { name });
            }
        }
        Ok(())
    }
}

fn read(members: &Members<'_>) -> Result<Anchors, ShapeError> {
    members.refuse_unknown(&["version", "participants", "witnesses", "policy", "seen"])?;
    let each = |name| members.required(name).and_then(|node| node.array());
    let participants = each("participants")?.iter().map(participant).collect::<Result<_, _>>()?;
    let witnesses = match members.optional("witnesses") {
        Some(node) => node.array()?.iter().map(witness).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let seen = match members.optional("seen") {
        Some(node) => node.array()?.iter().map(seen).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let policy = match members.optional("policy") {
        Some(node) => policy(&node)?,
        None => WitnessPolicy::default(),
    };
    Ok(Anchors { participants, witnesses, policy, seen })
}

fn participant(node: &Node<'_>) -> Result<Known, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["did", "logs", "agreementKeys"])?;
    let key = |node: &Node<'_>| verifier_key(node, KeyKind::Log);
    let logs = members.required("logs")?.array()?.iter().map(key).collect::<Result<_, _>>()?;
    let key = |node: &Node<'_>| node.parse("a public key");
    let agreement_keys = match members.optional("agreementKeys") {
        Some(node) => node.array()?.iter().map(key).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    Ok(Known { did: members.required("did")?.parse("a did:web")?, logs, agreement_keys })
}

fn witness(node: &Node<'_>) -> Result<WitnessKey, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["owner", "key"])?;
    let key = verifier_key(&members.required("key")?, KeyKind::Cosigner)?;
    Ok(WitnessKey { owner: name(&members.required("owner")?)?, key })
}

fn seen(node: &Node<'_>) -> Result<Seen, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["by", "checkpoint"])?;
    let checkpoint = members.required("checkpoint")?.parse("a signed checkpoint")?;
    Ok(Seen { by: name(&members.required("by")?)?, checkpoint })
}

fn policy(node: &Node<'_>) -> Result<WitnessPolicy, ShapeError> {
    let members = node.object()?;
    members.refuse_unknown(&["quorum", "tailMax"])?;
    let quorum = count(&members.required("quorum")?)?;
    let tail_max = members.optional("tailMax").map(|node| count(&node)).transpose()?;
    Ok(WitnessPolicy { quorum, tail_max })
}

fn count(node: &Node<'_>) -> Result<u64, ShapeError> {
    u64::try_from(node.integer()?).map_err(|_| node.wrong(Expected::Named("a number from 0")))
}

fn name(node: &Node<'_>) -> Result<String, ShapeError> {
    let text = node.string()?;
    if text.is_empty() || text.len() > NAME_BYTES_MAX {
        return Err(node.wrong(Expected::Named("a short name")));
    }
    Ok(text.to_owned())
}

fn verifier_key(node: &Node<'_>, kind: KeyKind) -> Result<VerifierKey, ShapeError> {
    let expected = match kind {
        KeyKind::Cosigner => "a countersigning verifier key",
        KeyKind::Log => "the verifier key of a log",
    };
    let key: VerifierKey = node.parse(expected)?;
    if key.kind() == kind { Ok(key) } else { Err(node.wrong(Expected::Named(expected))) }
}

#[cfg(test)]
mod tests {
    use wire::sign::Sign as _;

    use super::*;
    use crate::{checkpoint::Checkpoint, merkle::Hash, testing::FakeKey};

    fn anchors() -> Anchors {
        let (ulm, firm) = (FakeKey::ed25519("ulm"), FakeKey::ed25519("firm"));
        let key = |name: &str, kind, signer: &FakeKey| {
            VerifierKey::new(name.parse().unwrap(), kind, signer.public_key()).unwrap()
        };
        let origin: KeyName = "ulm.example/2026".parse().unwrap();
        let head = Checkpoint { origin, size: 3, root: Hash::leaf(b"x") };
        Anchors {
            participants: vec![Known {
                did: "did:web:ulm.example".parse().unwrap(),
                logs: vec![key("ulm.example/2026", KeyKind::Log, &ulm)],
                agreement_keys: vec![FakeKey::es256("ulm").public_key()],
            }],
            witnesses: vec![WitnessKey {
                owner: "did:web:firm.example".to_owned(),
                key: key("firm.example/witness", KeyKind::Cosigner, &firm),
            }],
            policy: WitnessPolicy { quorum: 2, tail_max: Some(10) },
            seen: vec![Seen { by: "authority".to_owned(), checkpoint: head.sign(&ulm).unwrap() }],
        }
    }

    #[test]
    fn anchors_are_read_back_from_their_file() {
        let anchors = anchors();
        let bytes = serde_json::to_vec_pretty(&anchors.to_json()).unwrap();
        assert_eq!(Anchors::parse(&bytes), Ok(anchors));
        let least = Anchors::parse(br#"{"version":1,"participants":[]}"#).unwrap();
        assert_eq!(least, Anchors::default());
        assert_eq!(least.policy.quorum, 1);
    }

    #[test]
    fn nothing_unknown_or_malformed_is_taken() {
        let place = |change: &dyn Fn(&mut Value)| {
            let mut value = anchors().to_json();
            change(&mut value);
            match Anchors::parse(value.to_string().as_bytes()) {
                Err(AnchorsError::Shape(error)) => error.pointer.to_string(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(place(&|v| v["extra"] = json!(1)), "/extra");
        assert_eq!(
            place(&|v| v["participants"][0]["logs"][0] = json!("x")),
            "/participants/0/logs/0"
        );
        assert_eq!(place(&|v| v["participants"][0]["role"] = json!("x")), "/participants/0/role");
        assert_eq!(place(&|v| v["policy"]["quorum"] = json!(-1)), "/policy/quorum");
        assert_eq!(place(&|v| v["seen"][0]["by"] = json!("")), "/seen/0/by");
        assert_eq!(place(&|v| v["seen"][0]["checkpoint"] = json!("x")), "/seen/0/checkpoint");
        // A log's key does not countersign, and a countersigning key is no log's.
        let log = anchors().participants[0].logs[0].to_string();
        assert_eq!(place(&|v| v["witnesses"][0]["key"] = json!(log)), "/witnesses/0/key");
    }

    #[test]
    fn a_name_stands_once() {
        let mut twice = anchors();
        twice.participants.push(twice.participants[0].clone());
        let refused = Anchors::parse(twice.to_json().to_string().as_bytes());
        let name = "did:web:ulm.example".to_owned();
        assert_eq!(refused, Err(AnchorsError::NamedTwice { name }));
        let version = Anchors::parse(br#"{"version":2}"#);
        assert_eq!(version, Err(AnchorsError::UnknownVersion { version: 2 }));
        assert!(matches!(Anchors::parse(b"{"), Err(AnchorsError::Json(_))));
    }
}
