//! A world of two participants: the town of Ulm provides, a firm consumes, one agreement, some
//! deliveries, and each saw the other's log.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use protocol::{Event, message::MessageKind, role::Role};
use serde_json::json;
use wire::{digest::Digest, json::canonical, sign::Sign as _};

use crate::{
    agreement::{self, Statement},
    anchors::{Anchors, Known, WitnessKey, WitnessPolicy},
    checkpoint::{Checkpoint, KeyKind, SignedCheckpoint, VerifierKey, origin},
    entry::{AgreementRef, Body, EndCause, Entry, Process, Random, Shard},
    log::{Head, append},
    testing::{FakeKey, FakeVerify},
    verify::{Report, verify_folder},
};

pub(super) type FileMap = BTreeMap<String, Vec<u8>>;

/// One participant with its log.
#[derive(Clone)]
pub(super) struct Side {
    pub(super) host: &'static str,
    pub(super) role: Role,
    pub(super) entries: Vec<Entry>,
    pub(super) shard: Shard,
    drawn: u8,
    counter: u64,
}

pub(super) struct World {
    pub(super) ulm: Side,
    pub(super) firm: Side,
    pub(super) files: FileMap,
}

impl Side {
    pub(super) fn new(host: &'static str, role: Role) -> Self {
        let shard = Shard::first(2026);
        let mut side = Self { host, role, entries: Vec::new(), shard, drawn: 0, counter: 0 };
        side.record(Body::LogShardOpened { previous: None });
        side
    }

    pub(super) fn key(&self) -> FakeKey {
        FakeKey::ed25519(self.host)
    }

    pub(super) fn agreement_key(&self) -> FakeKey {
        FakeKey::es256(self.host)
    }

    pub(super) fn did(&self) -> wire::did::Did {
        format!("did:web:{}", self.host).parse().unwrap()
    }

    pub(super) fn dir(&self) -> String {
        origin(&self.did(), self.shard).to_string()
    }

    pub(super) fn log_key(&self) -> VerifierKey {
        VerifierKey::new(origin(&self.did(), self.shard), KeyKind::Log, self.key().public_key())
            .unwrap()
    }

    pub(super) fn witness_key(&self) -> VerifierKey {
        let name = format!("{}/witness", self.host).parse().unwrap();
        VerifierKey::new(name, KeyKind::Cosigner, self.key().public_key()).unwrap()
    }

    pub(super) fn record(&mut self, body: Body) {
        self.drawn += 1;
        let entry_type = body.entry_type();
        let other = if self.host == "ulm.example" { "firm.example" } else { "ulm.example" };
        let needs = entry_type.needs();
        let about = needs.contains(&crate::entry::Needed::Agreement);
        self.counter += u64::from(about);
        let start: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let mut random = [self.drawn; 16];
        random[0] = self.host.as_bytes()[0];
        self.entries.push(Entry {
            participant: self.did(),
            dataspace: "urn:allmende:demo".parse().unwrap(),
            shard: self.shard,
            time: start + SignedDuration::from_secs(i64::from(self.drawn)),
            random: Random::new(random),
            retention: entry_type.retention(),
            agreement: about
                .then(|| AgreementRef { id: "a1".parse().unwrap(), counter: self.counter }),
            process: (!needs.is_empty()).then(|| Process {
                consumer_pid: Some("c1".parse().unwrap()),
                provider_pid: Some("p1".parse().unwrap()),
            }),
            counterparty: (!needs.is_empty()).then(|| format!("did:web:{other}").parse().unwrap()),
            role: (!needs.is_empty()).then_some(self.role),
            actor: None,
            reasons: Vec::new(),
            body,
        });
    }

    /// The head over the first `size` entries, signed.
    pub(super) fn head(&self, size: usize) -> SignedCheckpoint {
        let bytes: Vec<Vec<u8>> =
            self.entries[..size].iter().map(|entry| entry.to_bytes().unwrap()).collect();
        let head = append(&Head::empty(), &bytes).unwrap().head;
        Checkpoint::of(origin(&self.did(), self.shard), &head).sign(&self.key()).unwrap()
    }

    /// Writes the log with all its entries, countersigned by `witness`.
    pub(super) fn write(&self, files: &mut FileMap, witness: Option<&Side>) {
        let bytes = self.entries.iter().map(|entry| entry.to_bytes().unwrap()).collect();
        self.write_raw(files, bytes, witness);
    }

    pub(super) fn write_raw(
        &self,
        files: &mut FileMap,
        entries: Vec<Vec<u8>>,
        witness: Option<&Side>,
    ) {
        let dir = self.dir();
        files.retain(|path, _| !path.starts_with(&format!("{dir}/")));
        let writes = append(&Head::empty(), &entries).unwrap();
        for write in writes.files {
            files.insert(format!("{dir}/{}", write.path), write.bytes);
        }
        let head = Checkpoint::of(origin(&self.did(), self.shard), &writes.head);
        let mut note = head.sign(&self.key()).unwrap();
        if let Some(witness) = witness {
            let at = "2026-11-23T13:00:00Z".parse().unwrap();
            let name = witness.witness_key().name().clone();
            note.add(note.cosign(name, &witness.key(), at).unwrap());
        }
        files.insert(format!("{dir}/checkpoint"), note.to_string().into_bytes());
    }
}

pub(super) fn document() -> Vec<u8> {
    canonical(&json!({"@id": "a1", "@type": "Agreement", "target": "parking"})).unwrap()
}

pub(super) fn statement() -> Statement {
    Statement {
        dataspace: "urn:allmende:demo".parse().unwrap(),
        consumer: "did:web:firm.example".parse().unwrap(),
        provider: "did:web:ulm.example".parse().unwrap(),
        consumer_pid: "c1".parse().unwrap(),
        provider_pid: "p1".parse().unwrap(),
        agreement: "a1".parse().unwrap(),
        document: Digest::of(&document()),
    }
}

pub(super) fn delivered(number: usize) -> Body {
    Body::DeliveryFinished {
        delivery: format!("d{number}").parse().unwrap(),
        bytes: 1024,
        digest: Digest::of(format!("data {number}").as_bytes()),
    }
}

impl World {
    pub(super) fn new() -> Self {
        Self::with_deliveries(1)
    }

    pub(super) fn with_deliveries(count: usize) -> Self {
        let mut ulm = Side::new("ulm.example", Role::Provider);
        let mut firm = Side::new("firm.example", Role::Consumer);
        let message = MessageKind::ContractRequestMessage;
        let step = |event| Body::NegotiationStep { message, event, state: None, document: None };
        firm.record(step(Event::Sent));
        ulm.record(step(Event::Received));
        let sign =
            |side: &Side| Some(agreement::sign(&side.agreement_key(), &statement()).unwrap());
        let signed = Body::AgreementSigned {
            document: Digest::of(&document()),
            consumer_signature: sign(&firm),
            provider_signature: sign(&ulm),
        };
        for side in [&mut ulm, &mut firm] {
            side.record(signed.clone());
            (0..count).for_each(|number| side.record(delivered(number)));
        }
        let (of_ulm, of_firm) = (ulm.head(ulm.entries.len()), firm.head(firm.entries.len()));
        ulm.record(Body::CheckpointReceived { checkpoint: of_firm.to_string() });
        firm.record(Body::CheckpointReceived { checkpoint: of_ulm.to_string() });
        for side in [&mut ulm, &mut firm] {
            side.record(Body::AgreementEnded { cause: EndCause::Provider });
        }
        let mut world = Self { ulm, firm, files: FileMap::new() };
        world.write();
        world.files.insert("firm.example/witness/ulm".to_owned(), of_ulm.to_string().into_bytes());
        world
    }

    /// Writes both logs and the document anew.
    pub(super) fn write(&mut self) {
        self.ulm.write(&mut self.files, Some(&self.firm));
        self.firm.write(&mut self.files, Some(&self.ulm));
        let document = document();
        let name = format!("ulm.example/agreements/{}.json", Digest::of(&document).hex());
        self.files.insert(name, document);
    }

    pub(super) fn anchors(&self) -> Anchors {
        let known = |side: &Side| Known {
            did: side.did(),
            logs: vec![side.log_key()],
            agreement_keys: vec![side.agreement_key().public_key()],
        };
        let witness =
            |side: &Side| WitnessKey { owner: side.did().to_string(), key: side.witness_key() };
        Anchors {
            participants: vec![known(&self.ulm), known(&self.firm)],
            witnesses: vec![witness(&self.ulm), witness(&self.firm)],
            policy: WitnessPolicy { quorum: 1, tail_max: Some(0) },
            seen: Vec::new(),
        }
    }

    pub(super) fn report(&self) -> Report {
        self.report_with(&self.anchors())
    }

    pub(super) fn report_with(&self, anchors: &Anchors) -> Report {
        verify_folder(&self.files, anchors, &FakeVerify)
    }
}
