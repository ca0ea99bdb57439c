//! What the peer's answer to `GET` does when nothing has happened for a long time: the two sides
//! compare their states, follow an end that they did not hear of, and part where they cannot agree.

use jiff::Timestamp;

use super::answer::{break_off, concluded};
use super::command::give_up;
use super::{Compared, Move, Negotiation, State, Step, after};
use crate::clause::Clause;
use crate::fact::Event;
use crate::refusal::Refusal;
use crate::role::Role;

/// The peer has told its state.
pub(super) fn compared(
    now: &Negotiation,
    at: Timestamp,
    compared: Compared,
) -> Result<Step, Refusal> {
    let clause = Clause::StatesCompared;
    // Our own message under way says more than an answer to `GET` could.
    let Some(state) = now.state.filter(|_| now.awaiting.is_none() && !now.is_over()) else {
        return Ok(Step::idle(now, clause));
    };
    match compared.peer_state {
        None | Some(State::Terminated) => Ok(give_up(now, at, Event::Compared, clause)),
        Some(theirs) if theirs == state => Ok(Step::idle(now, clause)),
        // Both have signed, and the provider has put it in force.
        Some(State::Finalized) if may_be_in_force(now) => {
            Ok(concluded(now, at, Event::Compared, clause))
        }
        Some(theirs) if !compared.overdue && is_unacknowledged(now, theirs, state) => {
            Ok(Step::idle(now, clause))
        }
        Some(_) => Ok(break_off(now, at, "state-disagreement", clause)),
    }
}

/// Whether the agreement was the provider's to put in force, and we have signed it.
fn may_be_in_force(now: &Negotiation) -> bool {
    now.role == Role::Consumer && now.state == Some(State::Verified) && now.agreement.is_some()
}

/// Whether one message of the peer leads from its state to ours: we have taken it, and our answer
/// has not reached the peer, which sends it again.
fn is_unacknowledged(now: &Negotiation, theirs: State, ours: State) -> bool {
    let peer = now.role.peer();
    Move::ALL
        .into_iter()
        .any(|what| after(peer, theirs, what).is_some_and(|(state, _)| state == ours))
}
