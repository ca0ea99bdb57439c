//! What the kit expects to find: read from a table, and put into the store before anything listens.

use std::collections::BTreeMap;

use connector::record::agreement::{self, AgreementRecord};
use connector::record::dataset::{ApprovalRule, DatasetRecord, ListedFor, Source};
use connector::record::document;
use connector::store::{Batch, Key, Kind};
use jiff::Timestamp;
use protocol::Role;
use protocol::id::{AgreementId, DatasetId};
use protocol::message::{Agreement, MessageOffer, Parties};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::dataspace::DataspaceId;
use wire::did::Did;
use wire::digest::Digest;
use wire::node::Node;

use crate::script::Step;

const TABLE: &str = include_str!("../conformance/dsp/seeds.toml");

/// The table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seeds {
    /// Where we provide.
    pub(crate) provide: Side,
    /// Where we consume.
    pub(crate) consume: Side,
}

/// The scripts of one role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Side {
    /// Of negotiations, by dataset.
    pub(crate) datasets: BTreeMap<String, Vec<Step>>,
    /// Of transfers, by agreement.
    pub(crate) agreements: BTreeMap<String, Vec<Step>>,
}

/// Between whom.
#[derive(Clone, Debug)]
pub(crate) struct Between {
    /// Our participant.
    pub(crate) ours: Did,
    /// The kit's.
    pub(crate) kit: Did,
    /// The data space of both.
    pub(crate) dataspace: DataspaceId,
    /// Now.
    pub(crate) at: Timestamp,
}

impl Seeds {
    /// The table as it stands beside the kit.
    pub(crate) fn read() -> Self {
        toml::from_str(TABLE).expect("the table of seeds")
    }

    /// The scripts of one role.
    pub(crate) fn side(&self, role: Role) -> &Side {
        match role {
            Role::Provider => &self.provide,
            Role::Consumer => &self.consume,
        }
    }

    /// Everything that must be there before the kit asks.
    pub(crate) fn batch(&self, between: &Between) -> Batch {
        let mut batch = Batch::new();
        for name in self.provide.datasets.keys() {
            let record = dataset(name, between.at);
            let key = Key::new(&between.ours, Kind::Dataset, name);
            batch.put_json(key, &record).expect("a dataset");
        }
        for role in [Role::Provider, Role::Consumer] {
            for name in self.side(role).agreements.keys() {
                agreement(&mut batch, between, role, name);
            }
        }
        batch
    }
}

/// An offer that permits use, as a catalogue shows it.
pub(crate) fn offer(id: &str) -> Value {
    json!({"@id": id, "@type": "Offer", "permission": [{"action": "use"}]})
}

fn dataset(name: &str, at: Timestamp) -> DatasetRecord {
    DatasetRecord {
        id: DatasetId::parse(name).expect("an id"),
        title: name.to_owned(),
        description: String::new(),
        source: Source::File { path: "data.csv".to_owned() },
        media_type: "text/csv".to_owned(),
        offer: offer(&format!("CD123:{name}:456")),
        approval: ApprovalRule::Automatic,
        listed_for: ListedFor::Members,
        published_by: "kit".to_owned(),
        published: at,
        version: 1,
        withdrawn: None,
    }
}

/// An agreement in force, as if it had been negotiated before.
fn agreement(batch: &mut Batch, between: &Between, role: Role, name: &str) {
    let (provider, consumer) = match role {
        Role::Provider => (&between.ours, &between.kit),
        Role::Consumer => (&between.kit, &between.ours),
    };
    let mut offered = offer(&format!("CD123:{name}:456"));
    if let Some(members) = offered.as_object_mut() {
        members.insert("target".to_owned(), "CAT0101".into());
    }
    let offered = MessageOffer::parse(&Node::root(&offered)).expect("an offer");
    let id = AgreementId::parse(name).expect("an id");
    let party = |did: &Did| did.as_str().parse().expect("a participant's id");
    let parties = Parties { assigner: party(provider), assignee: party(consumer) };
    let agreed = Agreement::of_offer(&offered, &id, &parties, between.at).expect("an agreement");
    let digest: Digest = agreed.digest();
    let record = AgreementRecord {
        id: id.clone(),
        role,
        peer: between.kit.clone(),
        dataspace: between.dataspace.clone(),
        dataset: agreed.target().clone(),
        document: digest,
        negotiation: format!("before-{name}"),
        provider_signature: None,
        consumer_signature: None,
        concluded: between.at,
        ended: None,
        erased: None,
    };
    let ours = &between.ours;
    let text = Key::new(ours, Kind::Document, document::id(&digest));
    batch.put_json(text, agreed.document()).expect("a document");
    let key = Key::new(ours, Kind::Agreement, agreement::id(&id, &between.kit));
    batch.put_json(key, &record).expect("an agreement");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_script_for_each_test_of_the_kit() {
        let seeds = Seeds::read();
        let counts =
            [&seeds.provide, &seeds.consume].map(|it| (it.datasets.len(), it.agreements.len()));
        // With the two datasets of the catalogue, and the two tests that the kit itself disables.
        assert_eq!(counts, [(15 + 2, 16), (16, 16)]);
    }
}
