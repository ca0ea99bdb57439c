//! What its owner accepts without a person: beside each dataset as provider, and once for the
//! participant as consumer.

use audit::entry::{Body, Code, Random};
use protocol::Role;
use protocol::id::DatasetId;
use serde_json::Value;
use wire::did::Did;
use wire::digest::Digest;

use super::Engine;
use super::draft::{About, Draft};
use super::error::EngineError;
use super::openings::Place;
use super::parts::Parts;
use super::rule::{self, Shape};
use crate::ids::{random, urn};
use crate::record::acceptance::{Acceptance, AcceptanceChange, Alternative};
use crate::store::{Key, Kind, Store, Version};

/// The code of the log entry.
const ACTION: &str = "acceptance-changed";

/// The most rules beside one offer.
const RULES_MAX: usize = 64;

impl<P: Parts> Engine<P> {
    /// What is accepted: as provider of `dataset`, or without one as consumer.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn acceptance(
        &self,
        participant: &Did,
        dataset: Option<&DatasetId>,
    ) -> Result<Acceptance, EngineError> {
        self.acceptance_row(participant, dataset).await.map(|(_, acceptance)| acceptance)
    }

    async fn acceptance_row(
        &self,
        participant: &Did,
        dataset: Option<&DatasetId>,
    ) -> Result<(Option<Version>, Acceptance), EngineError> {
        let role = if dataset.is_some() { Role::Provider } else { Role::Consumer };
        let key = Key::new(participant, Kind::Setting, id(dataset));
        let found = self.store.get_json::<Acceptance>(&key).await?;
        Ok(match found {
            Some((version, acceptance)) => (Some(version), acceptance),
            None => (None, Acceptance::of(role)),
        })
    }

    /// Changes what is accepted; the log says that it was changed, and by whom.
    ///
    /// # Errors
    /// When the rule cannot be read or enforced, there are too many, there is no such dataset, or
    /// nothing can be committed.
    pub async fn change_acceptance(
        &self,
        participant: &Did,
        dataset: Option<&DatasetId>,
        change: AcceptanceChange,
        account: &str,
    ) -> Result<Acceptance, EngineError> {
        let (participant, standing) = self.member(participant)?;
        if let Some(dataset) = dataset {
            self.dataset(participant.did(), dataset).await?;
        }
        let (version, mut acceptance) = self.acceptance_row(participant.did(), dataset).await?;
        let mut draft = Draft::new(self, &participant, standing);
        if change.clear {
            acceptance.also.clear();
        }
        if let Some(given) = change.add {
            let (added_by, added) = (account.to_owned(), draft.at());
            acceptance.also.push(Alternative { rule: self.alternative(given)?, added_by, added });
        }
        if acceptance.also.len() > RULES_MAX {
            let words = format!("at most {RULES_MAX} rules can stand beside an offer");
            return Err(EngineError::operator("too-many-rules", words));
        }
        acceptance.no_worse = change.no_worse.unwrap_or(acceptance.no_worse);
        acceptance.promises = change.promises.unwrap_or(acceptance.promises);
        acceptance.otherwise = change.otherwise.unwrap_or(acceptance.otherwise);
        let (digest, document) = document(&acceptance)?;
        draft.document(&digest, &document)?;
        let random = Random::new(random(&self.ids));
        let place = Place { random: &random, field: "subject" };
        let body = Body::AdministratorAction {
            action: Code::parse(ACTION)
                .map_err(|_| EngineError::Internal { what: "an action's code" })?,
            subject: Some(draft.commit_to(&digest.to_string(), place)?),
        };
        let about = About { actor: Some(account.to_owned()), ..About::default() };
        draft.record_with(random, about, body)?;
        draft.write(Kind::Setting, &id(dataset), version, &acceptance)?;
        draft.commit().await?.1.release(self);
        Ok(acceptance)
    }

    fn alternative(&self, mut given: Value) -> Result<Value, EngineError> {
        let Value::Object(members) = &mut given else {
            return Err(EngineError::operator("rule-not-an-object", "a rule is a JSON object"));
        };
        members.insert("@id".to_owned(), urn(&self.ids).into());
        members.insert("@type".to_owned(), "Offer".into());
        members.remove("target");
        rule::read(&given, Shape::Offer).map_err(EngineError::into_operators)?;
        Ok(given)
    }
}

/// The policy as a document, with the digest by which decisions name it.
pub(super) fn document(acceptance: &Acceptance) -> Result<(Digest, Value), EngineError> {
    let internal = || EngineError::Internal { what: "an acceptance policy" };
    let document = serde_json::to_value(acceptance).map_err(|_| internal())?;
    let digest = Digest::of_canonical(&document).map_err(|_| internal())?;
    Ok((digest, document))
}

fn id(dataset: Option<&DatasetId>) -> String {
    match dataset {
        // A digest: ids of data sets may be longer than a key's.
        Some(dataset) => format!("acceptance/{}", Digest::of(dataset.as_str().as_bytes())),
        None => "acceptance".to_owned(),
    }
}
