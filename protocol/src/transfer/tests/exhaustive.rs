//! All short input sequences for both roles, push and pull, against a machine written a second
//! time: from the standard's table as text, with none of the product's types for states.

use super::*;
use crate::fact::{self, Fact};

/// DSP 2025-1, Transfer Process Protocol, State Machine: from, to, message, who.
const TABLE: &str = "
    REQUESTED STARTED    start     P
    REQUESTED TERMINATED terminate CP
    STARTED   COMPLETED  complete  CP
    STARTED   SUSPENDED  suspend   CP
    STARTED   TERMINATED terminate CP
    SUSPENDED STARTED    start     CP
    SUSPENDED TERMINATED terminate CP
";

fn look_up(from: &str, what: &str, who: Role) -> Option<&'static str> {
    let who = if who == Role::Consumer { 'C' } else { 'P' };
    TABLE.lines().find_map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [f, to, w, roles] if f == from && w == what && roles.contains(who) => Some(to),
        _ => None,
    })
}

#[derive(Clone, Debug, PartialEq)]
struct Model {
    role: Role,
    push: bool,
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
        Move::Start => "start",
        Move::Suspend => "suspend",
        Move::Complete => "complete",
        Move::Terminate => "terminate",
    }
}

fn weight(word: &str) -> usize {
    ["start", "suspend", "complete", "terminate"].iter().position(|w| *w == word).unwrap_or(0)
}

impl Model {
    /// The arrow for a message of `who`; a start by the side without the address asks only.
    fn arrow(&self, from: &str, word: &str, who: Role) -> Option<&'static str> {
        let to = look_up(from, word, who)?;
        let owner = (who == Role::Consumer) == self.push;
        Some(if from == "SUSPENDED" && word == "start" && !owner { "SUSPENDED" } else { to })
    }

    fn next(&self, event: Event) -> Option<Self> {
        let to = |state, awaiting| Some(Self { state, awaiting, ..self.clone() });
        let terminated = to(Some("TERMINATED"), None);
        match event {
            Event::Peer(what) => {
                let what = word(what);
                let arrow = |from: &str| self.arrow(from, what, self.role.peer());
                let here = self.state.and_then(arrow);
                match self.awaiting {
                    None => to(Some(here?), None),
                    Some((ours, ahead)) => match here {
                        None if ours == "terminate" && what == "terminate" => terminated,
                        None => to(Some(arrow(ahead)?), None),
                        Some("SUSPENDED") if what == "start" && ours == "start" => {
                            to(self.state, self.awaiting)
                        }
                        Some(state) => {
                            (weight(what) >= weight(ours)).then_some(())?;
                            to(Some(state), None)
                        }
                    },
                }
            }
            Event::Own(what) => {
                let what = word(what);
                if matches!(self.state, Some("COMPLETED" | "TERMINATED")) {
                    return None;
                }
                match self.awaiting {
                    Some(("terminate", _)) => return None,
                    Some(_) if what != "terminate" => return None,
                    Some(_) | None => {}
                }
                if self.state.is_none() {
                    return terminated;
                }
                to(self.state, Some((what, self.arrow(self.state?, what, self.role)?)))
            }
            Event::Acknowledged => match self.awaiting {
                Some((_, ahead)) => to(Some(ahead), None),
                None => to(self.state, None),
            },
            Event::Refused(_) | Event::GivenUp => match self.awaiting {
                None => to(self.state, None),
                Some(("terminate", _)) => terminated,
                Some(_) if self.state.is_none() || event == Event::Refused(404) => terminated,
                Some(("start", "SUSPENDED")) if event != Event::GivenUp => to(self.state, None),
                Some(_) => to(self.state, Some(("terminate", "TERMINATED"))),
            },
        }
    }
}

fn view(now: &Transfer) -> Model {
    Model {
        role: now.role,
        push: now.flow == Flow::Push,
        state: now.state.map(State::name),
        awaiting: now.awaiting.map(|out| (word(out.what), out.leads_to.name())),
    }
}

fn input(now: &Transfer, event: Event, fresh: &str) -> Input {
    let number = now.awaiting.map_or(now.sent, |outgoing| outgoing.number);
    match event {
        Event::Peer(what) => peers(now, what, fresh),
        Event::Own(what) => Input::Command(command(now, what)),
        Event::Acknowledged if now.awaiting.is_some() => ack(now),
        Event::Acknowledged => Input::Acknowledged(Acknowledgement { number, process: None }),
        Event::Refused(status) => {
            Input::RefusedByPeer(RefusedByPeer { number, status, peer_state: None })
        }
        Event::GivenUp => Input::GivenUp(GivenUp { number }),
    }
}

/// `open` is what the effects so far have made of the data path.
fn explore(now: &Transfer, open: bool, left: u8, path: &mut Vec<Event>, count: &mut u32) {
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
        let seen = found.as_ref().ok().map(|step| view(&step.next));
        assert_eq!(seen, expected, "{} {:?} {path:?}", now.role, now.flow);
        if let Ok(step) = found {
            let open = check_step(now, open, &step, path);
            if !step.is_idle() {
                explore(&step.next, open, left - 1, path, count);
            }
        }
        path.pop();
    }
}

fn check_step(now: &Transfer, mut open: bool, step: &Step, path: &[Event]) -> bool {
    let next = &step.next;
    assert!(!now.is_over() || step.is_idle(), "{path:?}: something after the end");
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
    for (index, effect) in step.effects.iter().enumerate() {
        match effect {
            Effect::OpenDataPath => open = true,
            Effect::CloseDataPath => {
                assert_eq!(index, 0, "{path:?}: a stop cuts first");
                open = false;
            }
            Effect::Send { number, .. } => {
                assert_eq!(next.awaiting.map(|outgoing| outgoing.number), Some(*number));
            }
            Effect::Record(_)
            | Effect::Withdraw { .. }
            | Effect::Decide
            | Effect::AwaitPeer
            | Effect::Close => {}
        }
    }
    // Open exactly where data may flow: in STARTED unless a stop is under way, and from the moment
    // that we give out an address.
    let stopping = next.awaiting.is_some_and(|out| out.leads_to != State::Started);
    let giving = next.awaiting.is_some_and(|out| out.leads_to == State::Started)
        && next.own_side().owns_address;
    let expected = (next.state == Some(State::Started) && !stopping) || giving;
    assert_eq!(open, expected, "{} {:?} {path:?} {:?}", now.role, now.flow, step.effects);
    assert!(!next.is_over() || next.data_address.is_none(), "{path:?}: a token outlives the end");
    assert!(!open || next.data_address.is_some(), "{path:?}: open without an address");
    let stored = serde_json::to_vec(next).unwrap();
    assert_eq!(serde_json::from_slice::<Transfer>(&stored).unwrap(), *next);
    open
}

#[test]
fn all_short_sequences_agree_with_the_standards_table() {
    let mut count = 0;
    for flow in [Flow::Pull, Flow::Push] {
        for start in [opened(flow), begun(flow)] {
            explore(&start, false, 5, &mut Vec::new(), &mut count);
        }
    }
    assert!(count > 3_000, "{count}");
}

#[test]
fn the_product_and_the_text_have_the_same_arrows() {
    for role in Role::ALL {
        for (from, what) in State::ALL.into_iter().flat_map(|f| Move::ALL.map(|w| (f, w))) {
            let expected = look_up(from.name(), word(what), role);
            let owner = after(Side { role, owns_address: true }, from, what);
            assert_eq!(owner.map(|(to, _)| to.name()), expected, "{role} {from} {what:?}");
        }
    }
}
