//! Two machines and an unreliable line between them: whatever is lost, doubled or crosses, once
//! the line is quiet both sides are in the same state.

use std::collections::BTreeSet;

use super::*;

#[derive(Clone, Debug, PartialEq)]
struct World {
    sides: [Transfer; 2],
    /// Outboxes: number, message, and the answer once the receiver has given one.
    outbox: [Vec<(u32, TransferMessage, Option<Answer>)>; 2],
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Taken(State),
    Refused,
}

fn side(role: Role) -> usize {
    usize::from(role == Role::Provider)
}

impl World {
    fn apply(&mut self, role: Role, input: Input) -> bool {
        let now = &self.sides[side(role)];
        let Ok(step) = step(Some(now), at(), input) else { return false };
        for effect in step.effects {
            match effect {
                Effect::Send { number, message } => {
                    self.outbox[side(role)].push((number, *message, None));
                }
                Effect::Withdraw { number } => {
                    // A message that is under way already cannot be called back.
                    let kept = |n: u32, a: &Option<Answer>| n != number || a.is_some();
                    self.outbox[side(role)].retain(|(n, _, answer)| kept(*n, answer));
                }
                Effect::CloseDataPath
                | Effect::Record(_)
                | Effect::OpenDataPath
                | Effect::Decide
                | Effect::AwaitPeer
                | Effect::Close => {}
            }
        }
        self.sides[side(role)] = step.next;
        true
    }

    fn deliver(&mut self, role: Role) -> bool {
        let Some((number, message, _)) = self.outbox[side(role)].first().cloned() else {
            return false;
        };
        let receiver = role.peer();
        let input = received(&self.sides[side(receiver)], message, &format!("{role}{number}"));
        let taken = self.apply(receiver, input);
        let state = self.sides[side(receiver)].state;
        let answer = if taken { Answer::Taken(state.unwrap()) } else { Answer::Refused };
        if let Some(first) = self.outbox[side(role)].first_mut() {
            first.2 = Some(answer);
        }
        true
    }

    fn answer(&mut self, role: Role) -> bool {
        let Some((number, _, Some(answer))) = self.outbox[side(role)].first().cloned() else {
            return false;
        };
        self.outbox[side(role)].remove(0);
        let input = match answer {
            Answer::Taken(state) => {
                let process = Some(process(state));
                Input::Acknowledged(Acknowledgement { number, process })
            }
            Answer::Refused => {
                // The engine asks for the state before it believes a refusal.
                let peer_state = self.sides[side(role.peer())].state;
                Input::RefusedByPeer(RefusedByPeer { number, status: 400, peer_state })
            }
        };
        self.apply(role, input);
        true
    }
}

fn explore(world: &World, commands: u8, path: &mut Vec<String>, seen: &mut BTreeSet<String>) {
    if !seen.insert(format!("{world:?} {commands}")) {
        return;
    }
    let mut quiet = true;
    for role in Role::ALL {
        let mut next = world.clone();
        if next.deliver(role) {
            quiet = false;
            path.push(format!("{role}-arrives"));
            explore(&next, commands, path, seen);
            path.pop();
        }
        let mut next = world.clone();
        if next.answer(role) {
            path.push(format!("{role}-answered"));
            explore(&next, commands, path, seen);
            path.pop();
        }
        for what in Move::ALL {
            let mut next = world.clone();
            let command = command(&next.sides[side(role)], what);
            if commands > 0 && next.apply(role, Input::Command(command)) {
                path.push(format!("{role}:{what:?}"));
                explore(&next, commands - 1, path, seen);
                path.pop();
            }
        }
    }
    if quiet {
        let [consumer, provider] = &world.sides;
        let path = path.join(" ");
        assert_eq!(consumer.state, provider.state, "{path}");
        assert_eq!((consumer.awaiting, provider.awaiting), (None, None), "{path}");
    }
}

#[test]
fn both_sides_end_in_the_same_state_whatever_crosses() {
    for flow in [Flow::Pull, Flow::Push] {
        for state in [State::Requested, State::Started, State::Suspended] {
            let sides = [Role::Consumer, Role::Provider].map(|role| in_state(role, flow, state));
            let world = World { sides, outbox: [Vec::new(), Vec::new()] };
            explore(&world, 3, &mut Vec::new(), &mut BTreeSet::new());
        }
    }
}
