//! Watching a rule while data is in our own hands: at the instant at which it may say something
//! else it is asked again, and what runs is cut if it says no.

use std::sync::Arc;

use policy::Verdict;
use tokio::task::JoinSet;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::engine::judge::Exercise;
use crate::engine::live::Cut;
use crate::engine::parts::Parts;
use crate::record::agreement::AgreementRecord;

/// Watches the rule of an agreement until the returned value is dropped.
pub(in crate::desk) fn vigil<P: Parts>(
    engine: Arc<Engine<P>>,
    ours: Did,
    agreed: AgreementRecord,
) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(watch(engine, ours, agreed));
    tasks
}

async fn watch<P: Parts>(engine: Arc<Engine<P>>, ours: Did, agreed: AgreementRecord) {
    loop {
        match next_look(&engine, &ours, &agreed).await {
            Look::At(due) => engine.clock().sleep_until(due).await,
            Look::Never => return,
            Look::Refused => {
                engine.live().cut(Cut::RuleRefuses, |grounds| {
                    grounds.participant == ours
                        && grounds.agreement == agreed.id
                        && grounds.peer == agreed.peer
                });
                return;
            }
        }
    }
}

enum Look {
    At(jiff::Timestamp),
    Never,
    Refused,
}

async fn next_look<P: Parts>(engine: &Engine<P>, ours: &Did, agreed: &AgreementRecord) -> Look {
    let Ok((_, standing)) = engine.member(ours) else { return Look::Refused };
    let now = engine.clock().now();
    let exercise = Exercise::Ongoing(None);
    match engine.judge_agreement(ours, &standing, agreed, now, exercise).await {
        Ok(decision) if decision.verdict == Verdict::Permit => {
            decision.next_change.map_or(Look::Never, Look::At)
        }
        // What cannot be judged is not permitted.
        Ok(_) | Err(_) => Look::Refused,
    }
}
