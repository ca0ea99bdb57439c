//! Deadlines of rules: at the instant at which a rule may say something else, it is asked again.

use jiff::{SignedDuration, Timestamp};
use policy::Verdict;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::engine::judge::Exercise;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::engine::wake::Wake;
use crate::participant::Standing;
use crate::record::timer::{TimerErrand, TimerRow};
use crate::store::{Batch, Key, Kind, Span, Store};

impl<P: Parts> Engine<P> {
    /// What the timer worker waits on besides the time: deadlines that were just set.
    #[must_use]
    pub fn timers(&self) -> &Wake<(Did, Timestamp)> {
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
        // What cannot be asked on a full disk must not hold back what stops.
        let (mut passed, mut failed) = (None::<String>, Ok(()));
        loop {
            let mut span = Span::new(participant, Kind::Timer).limit(1);
            if let Some(passed) = &passed {
                span = span.after(passed.clone());
            }
            let rows = self.store.range_json::<TimerRow>(&span).await?;
            let Some((id, _, row)) = rows.into_iter().next() else { return failed };
            if row.due > self.clock.now() {
                return failed;
            }
            match &row.errand {
                TimerErrand::Reconsider { process } => {
                    self.reconsider_transfer(participant, &process.pid).await?;
                    let mut batch = Batch::new();
                    batch.delete(Key::new(participant, Kind::Timer, id)).restricting();
                    self.store.commit(batch).await?;
                }
                TimerErrand::Compare { process, pause_seconds } => {
                    let asked = self.compare_if_quiet(participant, &id, process, *pause_seconds);
                    if let Err(error) = asked.await {
                        failed = Err(error);
                        passed = Some(id);
                    }
                }
            }
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
        self.cut_unbelieved(participant, pid, &standing);
        let (_, agreed) = self.agreement(participant, &process.agreement_id, &process.peer).await?;
        if let Some(ended) = agreed.ended {
            let cut = Cut::AgreementEnded;
            return self.stop_transfer(participant, pid, cut, Some(ended.reason)).await;
        }
        let now = self.clock.now();
        let exercise = Exercise::Ongoing(Some(process.flow));
        let judged = self.judged_agreement(participant, &standing, &agreed, now, exercise).await?;
        match judged.decision.verdict {
            Verdict::Deny => self.stop_refused(participant, pid, &judged).await,
            Verdict::Permit => {
                let rule = judged.decision.next_change;
                let trust = self.trust_deadline(participant, pid, &standing);
                match rule.into_iter().chain(trust).min() {
                    Some(due) => self.set_deadline(participant, pid, due).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// When a running delivery of the transfer must be looked at again for its reader's sake.
    fn trust_deadline(
        &self,
        participant: &Did,
        pid: &str,
        standing: &Standing,
    ) -> Option<Timestamp> {
        let running = self.live.grounds();
        let readers = running
            .iter()
            .filter(|grounds| grounds.participant == *participant && grounds.transfer == pid);
        let ends = readers.filter_map(|grounds| grounds.verified.as_ref()).map(|peer| {
            let end = peer.not_after().min(standing.list.expires);
            end.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX)
        });
        ends.min()
    }

    /// Cuts the deliveries of a transfer whose reader is not believed any longer, because its
    /// certificate or our copy of the authority's list has ended. The transfer itself goes on: the
    /// partner may come back with a renewed certificate, and we with a newer list.
    fn cut_unbelieved(&self, participant: &Did, pid: &str, standing: &Standing) {
        let now = self.clock.now();
        let list_over = standing.list.check_time(now).is_err();
        self.live.cut(Cut::CertificateRefused, |grounds| {
            grounds.participant == *participant
                && grounds.transfer == pid
                && grounds.verified.as_ref().is_some_and(|peer| {
                    list_over || standing.material.trust().recheck(peer, now).is_err()
                })
        });
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
        self.timers.tell((participant.clone(), due));
        Ok(())
    }
}
