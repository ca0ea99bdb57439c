//! People who talk over terms: they counter, offer, accept what is on the table, and change what is
//! accepted without them.

use connector::engine::negotiation::{Act, Proposed};
use connector::record::acceptance::{AcceptanceChange, Otherwise};
use jiff::SignedDuration;
use protocol::Role;
use serde_json::Value;

use super::people::{self, TOWNS, wish};
use super::run::Simulation;
use crate::cast::{Who, now};
use crate::story::{self, ENGINEER, PUBLISHER, SECOND, rule, rule_end};

/// Terms of some kind: those of most offers, or such as grant less, more or something else.
fn some_terms(sim: &Simulation) -> Value {
    story::offer(&match sim.world.dice.below(5) {
        0 => rule(),
        1 => story::rule_until(now() + SignedDuration::from_hours(6)),
        2 => story::rule_until(rule_end() + SignedDuration::from_hours(6)),
        3 => rule().split_off(1),
        _ => [rule(), vec![format!("partners={}", Who::Company.did().as_str())]].concat(),
    })
}

/// Somebody makes a move in a negotiation, whether it is their turn or not.
pub fn talk(sim: &Simulation) {
    let dice = &sim.world.dice;
    let who = *dice.choose(&Who::ALL);
    let Some((pid, record)) = people::some_negotiation(sim, who) else { return };
    let act = match (record.process.role, dice.below(4)) {
        (Role::Consumer, 0 | 1) => Act::Counter(some_terms(sim)),
        (Role::Consumer, _) => Act::Accept,
        (Role::Provider, 0 | 1) => Act::Offer(some_terms(sim)),
        (Role::Provider, _) => Act::Agree,
    };
    let account = *dice.choose(&[PUBLISHER, ENGINEER, SECOND]);
    let engine = sim.node(who).engine.clone();
    wish(sim, who, "talk over terms", async move {
        engine.negotiate(&who.did(), &pid, &act, Some(account)).await
    });
}

/// A town offers something that nobody asked for.
pub fn propose(sim: &Simulation) {
    let dice = &sim.world.dice;
    let (who, peer) = (*dice.choose(&TOWNS), *dice.choose(&[Who::Company, Who::Firm]));
    let engine = sim.node(who).engine.clone();
    let offer = dice.chance(500).then(|| some_terms(sim));
    let which = dice.below(1024);
    wish(sim, who, "propose", async move {
        let datasets = engine.datasets(&who.did()).await?;
        if datasets.is_empty() {
            return Ok(());
        }
        let dataset = datasets[which % datasets.len()].id.clone();
        let account = Some(PUBLISHER.to_owned());
        let proposed = Proposed { peer: peer.did(), dataset, offer, account };
        engine.offer_to(&who.did(), proposed).await.map(|_| ())
    });
}

/// Somebody says otherwise what is accepted by itself.
pub fn decide_beforehand(sim: &Simulation) {
    let dice = &sim.world.dice;
    let who = *dice.choose(&Who::ALL);
    let (clear, add) = (dice.chance(500), dice.chance(300).then(|| some_terms(sim)));
    let no_worse = dice.chance(700);
    let change = AcceptanceChange {
        clear,
        add,
        no_worse: Some(no_worse),
        promises: Some(no_worse),
        otherwise: Some(*dice.choose(&[Otherwise::AskPerson, Otherwise::Refuse])),
    };
    let which = dice.below(1024);
    let engine = sim.node(who).engine.clone();
    wish(sim, who, "decide beforehand", async move {
        let datasets = engine.datasets(&who.did()).await?;
        let dataset = (!datasets.is_empty()).then(|| &datasets[which % datasets.len()].id);
        engine.change_acceptance(&who.did(), dataset, change, PUBLISHER).await.map(|_| ())
    });
}
