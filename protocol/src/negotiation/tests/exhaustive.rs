//! All short input sequences for both roles and both ways to open, against a machine written a
//! second time: from the standard's table as text, with none of the product's types for states.

use super::*;
use crate::clause::Clause;
use crate::fact::{self, Fact};

/// DSP 2025-1, Contract Negotiation Protocol, State Machine: from, to, message, who.
const TABLE: &str = "
    REQUESTED OFFERED    offer     P
    REQUESTED AGREED     agree     P
    REQUESTED TERMINATED terminate CP
    OFFERED   REQUESTED  request   C
    OFFERED   ACCEPTED   accept    C
    OFFERED   TERMINATED terminate CP
    ACCEPTED  AGREED     agree     P
    ACCEPTED  TERMINATED terminate P
    AGREED    VERIFIED   verify    C
    AGREED    TERMINATED terminate C
    VERIFIED  FINALIZED  finalize  P
    VERIFIED  TERMINATED terminate P
";

/// What the prose of the termination message allows beyond the diagram: accepted, not sent.
const PROSE: &str = "
    ACCEPTED  TERMINATED terminate C
    AGREED    TERMINATED terminate P
    VERIFIED  TERMINATED terminate C
";

fn look_up(table: &'static str, from: &str, what: &str, who: Role) -> Option<&'static str> {
    let who = if who == Role::Consumer { 'C' } else { 'P' };
    table.lines().find_map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [f, to, w, roles] if f == from && w == what && roles.contains(who) => Some(to),
        _ => None,
    })
}

#[derive(Clone, Debug, PartialEq)]
struct Model {
    role: Role,
    state: Option<&'static str>,
    awaiting: Option<(&'static str, &'static str)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Peer(Move),
    Own(Move),
    Acknowledged,
    Refused(u16),
    GivenUp,
}

fn word(what: Move) -> &'static str {
    match what {
        Move::Request => "request",
        Move::Offer => "offer",
        Move::Accept => "accept",
        Move::Agree => "agree",
        Move::Verify => "verify",
        Move::Finalize => "finalize",
        Move::Terminate => "terminate",
    }
}

fn is_final(state: Option<&str>) -> bool {
    matches!(state, Some("FINALIZED" | "TERMINATED"))
}

impl Model {
    /// The next state by the standard and by docs/divergences.md, or nothing where it is refused.
    fn next(&self, event: Event) -> Option<Self> {
        let to = |state, awaiting| Some(Self { role: self.role, state, awaiting });
        match event {
            Event::Peer(what) => {
                let peer = self.role.peer();
                let arrow = |from: &str| {
                    look_up(TABLE, from, word(what), peer)
                        .or_else(|| look_up(PROSE, from, word(what), peer))
                };
                match self.awaiting {
                    Some(("terminate", _)) => {
                        (word(what) == "terminate").then_some(())?;
                        to(Some("TERMINATED"), None)
                    }
                    Some((_, ahead)) => {
                        let state = self.state.and_then(arrow).or_else(|| arrow(ahead))?;
                        to(Some(state), None)
                    }
                    None => to(Some(arrow(self.state?)?), None),
                }
            }
            Event::Own(Move::Terminate) => {
                if is_final(self.state)
                    || matches!(self.awaiting, Some(("terminate" | "finalize", _)))
                {
                    return None;
                }
                let Some(state) = self.state else { return to(Some("TERMINATED"), None) };
                let places = [Some(state), self.awaiting.map(|(_, ahead)| ahead)];
                let arrow = |from| look_up(TABLE, from, "terminate", self.role);
                places.into_iter().flatten().find_map(arrow)?;
                to(self.state, Some(("terminate", "TERMINATED")))
            }
            Event::Own(what) => {
                if self.awaiting.is_some() {
                    return None;
                }
                let ahead = look_up(TABLE, self.state?, word(what), self.role)?;
                to(self.state, Some((word(what), ahead)))
            }
            Event::Acknowledged => match self.awaiting {
                Some((_, ahead)) => to(Some(ahead), None),
                None => to(self.state, None),
            },
            Event::Refused(_) | Event::GivenUp => match self.awaiting {
                None => to(self.state, None),
                Some(("terminate", _)) => to(Some("TERMINATED"), None),
                Some((_, ahead @ "FINALIZED")) if event == Event::GivenUp => to(Some(ahead), None),
                Some(_) if self.state.is_none() || event == Event::Refused(404) => {
                    to(Some("TERMINATED"), None)
                }
                Some(_) => to(self.state, Some(("terminate", "TERMINATED"))),
            },
        }
    }
}

fn view(now: &Negotiation) -> Model {
    Model {
        role: now.role,
        state: now.state.map(State::name),
        awaiting: now.awaiting.map(|out| (word(out.what), out.leads_to.name())),
    }
}

fn input(now: &Negotiation, event: Event, fresh: &str) -> Input {
    let number = now.awaiting.map_or(now.sent, |outgoing| outgoing.number);
    match event {
        Event::Peer(what) => received(now.role.peer(), negotiation_message(what), fresh),
        Event::Own(what) => Input::Command(command(what)),
        Event::Acknowledged if now.awaiting.is_some() => ack(now),
        Event::Acknowledged => Input::Acknowledged(Acknowledgement { number, process: None }),
        Event::Refused(status) => {
            Input::RefusedByPeer(RefusedByPeer { number, status, peer_state: None })
        }
        Event::GivenUp => Input::GivenUp(GivenUp { number }),
    }
}

fn explore(now: &Negotiation, left: u8, path: &mut Vec<Event>, count: &mut u32) {
    if left == 0 {
        return;
    }
    let mut events: Vec<Event> = Move::ALL.into_iter().map(Event::Peer).collect();
    events.extend(Move::ALL.into_iter().map(Event::Own));
    events.extend([Event::Acknowledged, Event::Refused(400), Event::Refused(404), Event::GivenUp]);
    for event in events {
        path.push(event);
        *count += 1;
        let fresh = format!("{path:?}");
        let found = step(Some(now), at(), input(now, event, &fresh));
        let expected = view(now).next(event);
        assert_eq!(found.as_ref().ok().map(|step| view(&step.next)), expected, "{path:?}");
        if let Ok(step) = found {
            check_step(now, &step, path);
            // What changed nothing, or was refused, continues as the shorter sequence does.
            if !step.is_idle() {
                explore(&step.next, left - 1, path, count);
            }
        }
        path.pop();
    }
}

/// What holds for every step that is made.
fn check_step(now: &Negotiation, step: &Step, path: &[Event]) {
    let next = &step.next;
    assert!(!now.is_over() || step.is_idle(), "{path:?}: something after the end");
    let sends: Vec<u32> = step
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send { number, .. } => Some(*number),
            Effect::Record(_)
            | Effect::Withdraw { .. }
            | Effect::Decide
            | Effect::AwaitPeer
            | Effect::Conclude
            | Effect::Close => None,
        })
        .collect();
    let sent: Vec<u32> = (now.sent + 1..=next.sent).collect();
    assert_eq!(sends, sent, "{path:?}");
    if let [number] = sends[..] {
        assert_eq!(next.awaiting.map(|outgoing| outgoing.number), Some(number));
    }
    let withdrawn = |fact: &Fact<State>| fact.event == fact::Event::Withdrawn;
    let facts = step.effects.iter().filter_map(|effect| {
        let Effect::Record(fact) = effect else { return None };
        Some(fact)
    });
    let (taken_back, done): (Vec<_>, Vec<_>) = facts.partition(|fact| withdrawn(fact));
    assert_eq!(done.len(), usize::from(!step.is_idle()), "{path:?}: one fact per step");
    for fact in taken_back {
        assert_eq!(Some(fact.message), now.awaiting.map(|ours| ours.what.message()), "{path:?}");
    }
    let concludes = step.effects.contains(&Effect::Conclude);
    assert_eq!(concludes, next.state == Some(State::Finalized) && now.state != next.state);
    assert!(!concludes || next.agreement.is_some(), "{path:?}: in force without an agreement");
    assert_ne!(step.clause, Clause::UnauthorizedAccess);
    // The record survives the store.
    let stored = serde_json::to_vec(next).unwrap();
    assert_eq!(serde_json::from_slice::<Negotiation>(&stored).unwrap(), *next);
}

#[test]
fn all_short_sequences_agree_with_the_standards_table() {
    let mut count = 0;
    for role in Role::ALL {
        for start in [opened(role), begun(role)] {
            explore(&start, 5, &mut Vec::new(), &mut count);
        }
    }
    assert!(count > 3_000, "{count}");
}

#[test]
fn the_product_and_the_text_have_the_same_arrows() {
    for (role, from, what) in Role::ALL.into_iter().flat_map(|role| {
        State::ALL.into_iter().flat_map(move |from| Move::ALL.map(|what| (role, from, what)))
    }) {
        let diagram = look_up(TABLE, from.name(), word(what), role);
        let prose = look_up(PROSE, from.name(), word(what), role);
        let (to, clause) = after(role, from, what).unzip();
        assert_eq!(to.map(State::name), diagram.or(prose), "{role} {from} {what:?}");
        assert_eq!(clause == Some(Clause::NegotiationTerminationByProse), prose.is_some());
    }
}
