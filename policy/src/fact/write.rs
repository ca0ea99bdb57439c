//! A snapshot as JSON, the same bytes for the same facts, so that an audit can judge it again.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use wire::digest::Digest;

use super::{Fact, FactKey, Facts, Performance, Provenance};

impl Facts {
    /// The whole snapshot.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut object = Map::new();
        object.insert("now".to_owned(), instant(self.now));
        put_instant(&mut object, "agreedAt", self.agreed_at);
        put_instant(&mut object, "endedAt", self.ended_at);
        if let Some(first) = self.first_exercise {
            object.insert("firstExercise".to_owned(), first.map_or(Json::Null, instant));
        }
        let facts = self.facts.iter().map(|(key, fact)| fact_json(*key, fact));
        let members = self.memberships.iter().map(|(collection, list)| {
            let members: Vec<&str> = list.members.iter().map(odrl_parser::Id::as_str).collect();
            let mut row = Map::new();
            row.insert("collection".to_owned(), json!(collection.as_str()));
            row.insert("members".to_owned(), json!(members));
            source(&mut row, list.provenance, list.valid_until);
            Json::Object(row)
        });
        let duties = self.duties.iter().map(|(duty, fact)| {
            let mut row = Map::new();
            row.insert("duty".to_owned(), json!(duty.to_string()));
            row.insert("told".to_owned(), json!(fact.told.name()));
            source(&mut row, fact.provenance, fact.valid_until);
            Json::Object(row)
        });
        let performances = self.performances.iter().flat_map(|(rule, all)| {
            all.iter().map(move |one| performance_json(&rule.to_string(), one))
        });
        object.insert("facts".to_owned(), facts.collect());
        object.insert("memberships".to_owned(), members.collect());
        object.insert("duties".to_owned(), duties.collect());
        object.insert("performances".to_owned(), performances.collect());
        if let Some(log) = &self.log {
            let events = log.events.iter().map(|(event, times)| {
                let mut row = Map::new();
                row.insert("event".to_owned(), json!(event.as_str()));
                row.insert("since".to_owned(), instant(times.since));
                put_instant(&mut row, "until", times.until);
                Json::Object(row)
            });
            let held = log.first_held.iter();
            let held = held.map(|(at, when)| json!({"at": instant(*when), "place": at.as_str()}));
            let mut row = Map::new();
            row.insert("events".to_owned(), events.collect());
            row.insert("firstHeld".to_owned(), held.collect());
            source(&mut row, log.provenance, log.valid_until);
            object.insert("log".to_owned(), Json::Object(row));
        }
        Json::Object(object)
    }

    /// The digest of the snapshot in the form of RFC 8785: two snapshots with the same one give the
    /// same decisions.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let json = self.to_json();
        // Nothing but texts, lists and objects is written, all of which have a canonical form.
        Digest::of_canonical(&json).unwrap_or_else(|_| Digest::of(json.to_string().as_bytes()))
    }
}

fn instant(at: Timestamp) -> Json {
    json!(at.to_string())
}

fn put_instant(object: &mut Map<String, Json>, name: &str, at: Option<Timestamp>) {
    if let Some(at) = at {
        object.insert(name.to_owned(), instant(at));
    }
}

fn source(row: &mut Map<String, Json>, provenance: Provenance, valid_until: Option<Timestamp>) {
    row.insert("provenance".to_owned(), provenance_json(provenance));
    put_instant(row, "validUntil", valid_until);
}

/// Numbers as texts, since those of JSON end at 2^53.
fn provenance_json(provenance: Provenance) -> Json {
    let source = json!(provenance.source());
    match provenance {
        Provenance::Attestation { digest } | Provenance::Credential { digest } => {
            json!({"source": source, "digest": digest})
        }
        Provenance::Log { size } => json!({"source": source, "size": size.to_string()}),
        Provenance::Meter { reading } => json!({"source": source, "reading": reading.to_string()}),
        Provenance::TrustList { number } => {
            json!({"source": source, "number": number.to_string()})
        }
        Provenance::Agreement
        | Provenance::Catalogue
        | Provenance::Certificate
        | Provenance::Operator
        | Provenance::OwnClock
        | Provenance::Statement
        | Provenance::Transfer => json!({ "source": source }),
    }
}

fn fact_json(key: FactKey, fact: &Fact) -> Json {
    let mut row = Map::new();
    row.insert("about".to_owned(), json!(key.subject().name()));
    row.insert("operand".to_owned(), json!(key.operand().iri()));
    if let Some(interval) = key.interval() {
        row.insert("interval".to_owned(), json!(interval.to_string()));
    }
    match fact {
        Fact::Conflicting => {
            row.insert("fact".to_owned(), json!("conflicting"));
        }
        Fact::Known { values, provenance, valid_until } => {
            row.insert("fact".to_owned(), json!("known"));
            row.insert("values".to_owned(), json!(values));
            source(&mut row, *provenance, *valid_until);
        }
        Fact::Stale { provenance } => {
            row.insert("fact".to_owned(), json!("stale"));
            source(&mut row, *provenance, None);
        }
    }
    Json::Object(row)
}

fn performance_json(rule: &str, one: &Performance) -> Json {
    let mut row = Map::new();
    row.insert("rule".to_owned(), json!(rule));
    row.insert("action".to_owned(), json!(one.action.iri()));
    row.insert("assignee".to_owned(), json!(one.assignee.as_str()));
    if let Some(target) = &one.target {
        row.insert("target".to_owned(), json!(target.as_str()));
    }
    row.insert("at".to_owned(), instant(one.at));
    let values = one.values.iter();
    let values = values.map(|(term, values)| json!({"operand": term.iri(), "values": values}));
    row.insert("values".to_owned(), values.collect());
    row.insert("evidence".to_owned(), json!(one.evidence));
    source(&mut row, one.provenance, None);
    Json::Object(row)
}
