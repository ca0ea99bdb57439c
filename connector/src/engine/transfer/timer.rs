//! Deadlines of rules: at the instant at which a rule may say something else, it is asked again.

use jiff::Timestamp;
use policy::Verdict;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::agreement::told;
use crate::engine::error::EngineError;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::engine::wake::Wake;
use crate::engine::{Engine, OutboxKey};
use crate::record::timer::{TimerErrand, TimerRow};
use crate::store::{Batch, Key, Kind, Span, Store};

impl<P: Parts> Engine<P> {
    /// What the timer worker waits on besides the time: deadlines that were just set.
    #[must_use]
    pub fn timers(&self) -> &Wake<OutboxKey> {
        &self.timers
    }

    /// The next deadline of a participant.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_deadline(&self, participant: &Did) -> Result<Option<Timestamp>, EngineError> {
        let span = Span::new(participant, Kind::Timer).limit(1);
        let rows = self.store.range_json::<TimerRow>(&span).await?;
        Ok(rows.first().map(|(_, _, row)| row.due))
    }

    /// Does everything of a participant that is due now.
    ///
    /// # Errors
    /// When the store cannot be read or nothing can be committed; what is due stays due.
    pub async fn do_what_is_due(&self, participant: &Did) -> Result<(), EngineError> {
        loop {
            let span = Span::new(participant, Kind::Timer).limit(1);
            let rows = self.store.range_json::<TimerRow>(&span).await?;
            let Some((id, _, row)) = rows.into_iter().next() else { return Ok(()) };
            if row.due > self.clock.now() {
                return Ok(());
            }
            let TimerErrand::Reconsider { process } = &row.errand;
            self.reconsider_transfer(participant, &process.pid).await?;
            let mut batch = Batch::new();
            batch.delete(Key::new(participant, Kind::Timer, id)).restricting();
            self.store.commit(batch).await?;
        }
    }

    /// Asks the rule of a running transfer again, and ends it if the answer is no.
    ///
    /// # Errors
    /// When the store cannot be read or nothing can be committed. The data path is cut all the same.
    pub async fn reconsider_transfer(
        &self,
        participant: &Did,
        pid: &str,
    ) -> Result<(), EngineError> {
        let (_, standing) = self.member(participant)?;
        let found = match self.transfer(participant, pid).await {
            Err(EngineError::NotFound) => return Ok(()),
            other => other?,
        };
        let process = &found.record.process;
        if process.is_over() {
            return Ok(());
        }
        let (_, agreed) = self.agreement(participant, &process.agreement_id, &process.peer).await?;
        if let Some(ended) = agreed.ended {
            let cut = Cut::AgreementEnded;
            return self.stop_transfer(participant, pid, cut, Some(ended.reason)).await;
        }
        let now = self.clock.now();
        let decision = self.judge_agreement(participant, &standing, &agreed, now).await?;
        match decision.verdict {
            Verdict::Deny => {
                let words = Some(told(&decision));
                self.stop_transfer(participant, pid, Cut::RuleRefuses, words).await
            }
            Verdict::Permit => match decision.next_change {
                Some(due) => self.set_deadline(participant, pid, due).await,
                None => Ok(()),
            },
        }
    }

    async fn set_deadline(
        &self,
        participant: &Did,
        pid: &str,
        due: Timestamp,
    ) -> Result<(), EngineError> {
        let process = crate::record::outbox::ProcessRef {
            machine: crate::record::outbox::Machine::Transfer,
            pid: pid.to_owned(),
        };
        let row = TimerRow { due, errand: TimerErrand::Reconsider { process } };
        let mut batch = Batch::new();
        batch.put_json(Key::new(participant, Kind::Timer, row.id()), &row)?;
        self.store.commit(batch).await?;
        self.timers.tell((participant.clone(), row.id()));
        Ok(())
    }
}
