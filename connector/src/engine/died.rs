//! Deliveries over which the process died, also those of which it had only asked: the log gets their
//! ends at the next start, so that both sides' logs tell of the same deliveries. How far one came is
//! not known any more.

use audit::entry::{Body, PROCESS_DIED, Process};
use wire::did::Did;
use wire::digest::Digest;

use super::Engine;
use super::draft::{About, Draft};
use super::error::EngineError;
use super::parts::Parts;
use crate::record::delivery::{self, FlowEnd, FlowRecord, OpenRecord};
use crate::store::{Kind, Span, Store};

impl<P: Parts> Engine<P> {
    /// Records the end of each delivery of `participant` that has none. To be called before
    /// anything is served: what runs has no end yet either.
    ///
    /// # Errors
    /// When nothing can be read or committed; what was recorded before stays.
    pub async fn end_what_died(&self, participant: &Did) -> Result<(), EngineError> {
        let mut span = Span::new(participant, Kind::Delivery).prefix(delivery::OPEN);
        loop {
            let rows = self.store.range_json::<OpenRecord>(&span).await?;
            let Some((last, _, _)) = rows.last() else { return Ok(()) };
            span = span.after(last.clone());
            for (id, _, open) in rows {
                self.end_died(participant, &id, open).await?;
            }
        }
    }

    async fn end_died(
        &self,
        participant: &Did,
        id: &str,
        open: OpenRecord,
    ) -> Result<(), EngineError> {
        let OpenRecord { transfer: pid, delivery, started } = open;
        let process = self.transfer(participant, &pid).await?.record.process;
        let (_, agreed) = self.agreement(participant, &process.agreement_id, &process.peer).await?;
        let (participant, standing) = self.member(participant)?;
        let mut draft = Draft::new(self, &participant, standing);
        draft.count_for(&agreed.id, &agreed.peer).await?;
        let about = About {
            process: Some(Process {
                consumer_pid: Some(process.consumer_pid.clone()),
                provider_pid: process.provider_pid.clone(),
            }),
            counterparty: Some(agreed.peer.clone()),
            role: Some(agreed.role),
            reasons: vec![PROCESS_DIED.to_owned()],
            actor: None,
        };
        let (bytes, digest) = (0, Digest::of(&[]));
        let body = Body::DeliveryStopped { delivery: delivery.clone(), bytes, digest };
        draft.record(about, body)?;
        draft.delete(Kind::Delivery, id);
        let code = Some(PROCESS_DIED.to_owned());
        let ended = Some(FlowEnd { at: draft.at(), bytes, digest, code });
        let flow = FlowRecord { delivery, started, ended };
        draft.put(Kind::Delivery, &delivery::flow_id(&pid), &flow)?;
        draft.changed(pid);
        let (_, errands) = draft.commit().await?;
        errands.release(self);
        Ok(())
    }
}
