//! What is recorded of a delivery that the rule refuses. A reader that asks again and again is told
//! the same each time, but one answer stands in the log once, until a delivery is permitted again: so
//! nobody fills the log by asking.

use std::sync::Arc;

use audit::entry::Process;
use wire::did::Did;

use super::super::Engine;
use super::super::draft::{About, Draft};
use super::super::error::EngineError;
use super::super::judged::{Judged, codes};
use super::super::negotiation::TRIES_MAX;
use super::super::parts::Parts;
use super::Granted;
use crate::participant::{Participant, Standing};
use crate::record::agreement::{self, AgreementRecord};
use crate::record::delivery::{RefusedRecord, refused_id};
use crate::store::{Key, Kind, Store};

/// What was refused: under which agreement, and between whom in which transfer, if there is one.
pub(super) type Of<'a> = (&'a AgreementRecord, Option<Process>, Option<&'a str>);

impl Granted {
    /// Where it is remembered that a delivery like this one was refused before.
    pub(super) fn refused_id(&self) -> String {
        match &self.transfer {
            Some(pid) => refused_id(pid),
            None => refused_id(&agreement::id(&self.agreement, &self.peer)),
        }
    }
}

impl<P: Parts> Engine<P> {
    /// Records that the rule no longer permits our own programs to read what we hold under an agreement,
    /// unless that stands in the log already.
    pub(crate) async fn note_held_refusal(
        &self,
        ours: &Did,
        agreed: &AgreementRecord,
        judged: &Judged,
    ) {
        match self.member(ours) {
            Ok((participant, standing)) => {
                self.note_refusal(&participant, standing, (agreed, None, None), judged).await;
            }
            Err(error) => tracing::error!(%error, "that held data are refused cannot be recorded"),
        }
    }

    /// Records the answer, if it is not the last that was recorded. That it cannot be recorded makes
    /// it no other answer: nothing is released.
    pub(super) async fn note_refusal(
        &self,
        participant: &Participant,
        standing: Arc<Standing>,
        of: Of<'_>,
        judged: &Judged,
    ) {
        if let Err(error) = self.try_refusal(participant, &standing, of, judged).await {
            tracing::error!(%error, "that a delivery was refused could not be recorded");
        }
    }

    async fn try_refusal(
        &self,
        participant: &Participant,
        standing: &Arc<Standing>,
        (agreed, process, transfer): Of<'_>,
        judged: &Judged,
    ) -> Result<(), EngineError> {
        let reasons = codes(&judged.decision);
        let id = match transfer {
            Some(pid) => refused_id(pid),
            None => refused_id(&agreement::id(&agreed.id, &agreed.peer)),
        };
        let key = Key::new(participant.did(), Kind::Delivery, &*id);
        for _ in 0..TRIES_MAX {
            let last = self.store.get_json::<RefusedRecord>(&key).await?;
            if last.as_ref().is_some_and(|(_, last)| last.reasons == reasons) {
                return Ok(());
            }
            let mut draft = Draft::new(self, participant, standing.clone());
            draft.count_for(&agreed.id, &agreed.peer).await?;
            let about = About {
                process: process.clone(),
                counterparty: Some(agreed.peer.clone()),
                role: Some(agreed.role),
                ..About::default()
            };
            draft.decided(about, &judged.recorded()?)?;
            let row = RefusedRecord { since: draft.at(), reasons: reasons.clone() };
            // Whoever was refused at the same time has recorded it: then all of this is lost.
            draft.write(Kind::Delivery, &id, last.map(|(version, _)| version), &row)?;
            match draft.commit().await {
                Err(error) if error.is_lost() => {}
                done => return done.map(|(_, errands)| errands.release(self)),
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }
}
