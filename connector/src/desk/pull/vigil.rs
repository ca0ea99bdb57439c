//! Watching a rule while data is in our own hands: at the instant at which it may say something
//! else it is asked again, and what runs is cut if it says no.

use std::sync::Arc;

use policy::Verdict;
use tokio::task::JoinSet;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::engine::judge::Exercise;
use crate::engine::judged::Judged;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::record::agreement::AgreementRecord;

/// Which data in our hands are watched over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::desk) enum Held {
    /// What a transfer is bringing: its own end records why.
    Arriving,
    /// What our own programs read: nobody else records why that ends.
    Kept,
}

/// Watches the rule of an agreement until the returned value is dropped.
pub(in crate::desk) fn vigil<P: Parts>(
    engine: Arc<Engine<P>>,
    ours: Did,
    agreed: AgreementRecord,
    held: Held,
) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(watch(engine, ours, agreed, held));
    tasks
}

async fn watch<P: Parts>(engine: Arc<Engine<P>>, ours: Did, agreed: AgreementRecord, held: Held) {
    loop {
        match next_look(&engine, &ours, &agreed).await {
            Look::At(due) => engine.clock().sleep_until(due).await,
            Look::Never => return,
            Look::Refused(judged) => {
                engine.live().cut(Cut::RuleRefuses, |grounds| {
                    grounds.participant == ours
                        && grounds.agreement == agreed.id
                        && grounds.peer == agreed.peer
                });
                if let (Held::Kept, Some(judged)) = (held, judged) {
                    // The reader that was cut ends this watch: what it has seen is recorded all the same.
                    tokio::spawn(async move {
                        engine.note_held_refusal(&ours, &agreed, &judged).await;
                    });
                }
                return;
            }
        }
    }
}

enum Look {
    At(jiff::Timestamp),
    Never,
    /// With the answer, if the rule could be asked.
    Refused(Option<Box<Judged>>),
}

async fn next_look<P: Parts>(engine: &Engine<P>, ours: &Did, agreed: &AgreementRecord) -> Look {
    let Ok((_, standing)) = engine.member(ours) else { return Look::Refused(None) };
    let now = engine.clock().now();
    let exercise = Exercise::Ongoing(None);
    match engine.judged_agreement(ours, &standing, agreed, now, exercise).await {
        Ok(judged) if judged.decision.verdict == Verdict::Permit => {
            judged.decision.next_change.map_or(Look::Never, Look::At)
        }
        Ok(judged) => Look::Refused(Some(Box::new(judged))),
        // What cannot be judged is not permitted.
        Err(_) => Look::Refused(None),
    }
}
