//! Log entries that go with a commit made elsewhere: the authority's changes of its own records.

use audit::entry::{Body, Code, Entry, Random};
use wire::dataspace::DataspaceId;
use wire::did::Did;

use super::Engine;
use super::draft::{log_of, opened_commitment};
use super::error::EngineError;
use super::openings::Place;
use super::parts::Parts;
use crate::clock::Clock;
use crate::ids::random;
use crate::store::Batch;

/// What an administrator did to whom.
#[derive(Clone, Debug)]
pub struct Deed {
    /// The action, kebab-case.
    pub action: &'static str,
    /// The member it was done to.
    pub counterparty: Option<Did>,
    /// The account, if a person did it.
    pub account: Option<String>,
    /// What more there is to say; only committed to, never shown by the log.
    pub subject: Option<String>,
}

impl<P: Parts> Engine<P> {
    /// Adds the entry of `deed` to `batch`. The entry counts once the batch is committed, and
    /// [`Engine::appended`] must be called then.
    ///
    /// # Errors
    /// When the entry cannot be made.
    pub async fn add_entry(
        &self,
        participant: &Did,
        dataspace: &DataspaceId,
        batch: &mut Batch,
        deed: &Deed,
    ) -> Result<(), EngineError> {
        let at = self.clock.now();
        let entrance = self.entrance(participant, dataspace, at).await?;
        entrance.demand(participant, batch);
        let random = Random::new(random(&self.ids));
        let commit = |field, value: &Option<String>| {
            let place = Place { random: &random, field };
            value.as_ref().map(|text| opened_commitment(self, participant, text, place)).transpose()
        };
        let action = Code::parse(deed.action);
        let body = Body::AdministratorAction {
            action: action.map_err(|_| EngineError::Internal { what: "an action's code" })?,
            subject: commit("subject", &deed.subject)?,
        };
        let actor = commit("actor", &deed.account)?;
        let entry = Entry {
            participant: participant.clone(),
            dataspace: dataspace.clone(),
            shard: entrance.shard(),
            time: at,
            random,
            retention: body.entry_type().retention(),
            agreement: None,
            process: None,
            counterparty: deed.counterparty.clone(),
            role: None,
            actor,
            reasons: Vec::new(),
            body,
        };
        let bytes = entry.to_bytes().map_err(|_| EngineError::Internal { what: "a log entry" })?;
        batch.append(log_of(participant, entry.shard), bytes);
        Ok(())
    }

    /// Entries of a commit made elsewhere are durable: the sequencer may sign them.
    pub fn appended(&self, participant: &Did) {
        self.heads.appended(participant, self.clock.now());
        self.logged.tell(participant.clone());
    }
}
