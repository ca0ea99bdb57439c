//! What a participant's own people change about the connector itself: each change commits together
//! with its log entry, or not at all.

use audit::entry::{Body, Code, Random};
use wire::did::Did;

use super::Engine;
use super::draft::{About, Draft};
use super::error::EngineError;
use super::openings::Place;
use super::parts::Parts;
use crate::ids::random;
use crate::store::Batch;

/// Something that an account does.
#[derive(Clone, Copy, Debug)]
pub struct Action<'a> {
    /// The account.
    pub account: &'a str,
    /// What it does, kebab-case.
    pub code: &'static str,
    /// To what; the log only commits to it.
    pub subject: Option<&'a str>,
}

impl<P: Parts> Engine<P> {
    /// Commits `changes` to a participant's records together with the entry that an account made
    /// them.
    ///
    /// # Errors
    /// When an expectation of `changes` does not hold, or nothing can be committed.
    pub async fn administer(
        &self,
        participant: &Did,
        action: Action<'_>,
        changes: Batch,
    ) -> Result<(), EngineError> {
        let (participant, standing) = self.member(participant)?;
        let mut draft = Draft::new(self, &participant, standing);
        draft.merge(changes);
        let random = Random::new(random(&self.ids));
        let place = Place { random: &random, field: "subject" };
        let subject = action.subject.map(|subject| draft.commit_to(subject, place));
        let body = Body::AdministratorAction {
            action: Code::parse(action.code)
                .map_err(|_| EngineError::Internal { what: "an action's code" })?,
            subject: subject.transpose()?,
        };
        let about = About { actor: Some(action.account.to_owned()), ..About::default() };
        draft.record_with(random, about, body)?;
        draft.commit().await?.1.release(self);
        Ok(())
    }
}
