//! What the peer's answer to `GET` does when nothing has happened for a long time: the two sides
//! compare their states, follow an end that they did not hear of, and part where they cannot agree.

use jiff::Timestamp;

use super::answer::break_off;
use super::command::give_up;
use super::{Compared, Move, Side, State, Step, Transfer, after};
use crate::clause::Clause;
use crate::fact::Event;
use crate::refusal::Refusal;

/// The peer has told its state.
pub(super) fn compared(now: &Transfer, at: Timestamp, compared: Compared) -> Result<Step, Refusal> {
    let clause = Clause::StatesCompared;
    // Our own message under way says more than an answer to `GET` could.
    let Some(state) = now.state.filter(|_| now.awaiting.is_none() && !now.is_over()) else {
        return Ok(Step::idle(now, clause));
    };
    match compared.peer_state {
        None => Ok(give_up(now, at, State::Terminated, Event::Compared, clause)),
        Some(ended) if ended.is_terminal() => Ok(give_up(now, at, ended, Event::Compared, clause)),
        Some(theirs) if theirs == state => Ok(Step::idle(now, clause)),
        Some(theirs) if !compared.overdue && is_unacknowledged(now, theirs, state) => {
            Ok(Step::idle(now, clause))
        }
        Some(_) => Ok(break_off(now, at, "state-disagreement", clause)),
    }
}

/// Whether one message of the peer leads from its state to ours: we have taken it, and our answer
/// has not reached the peer, which sends it again.
fn is_unacknowledged(now: &Transfer, theirs: State, ours: State) -> bool {
    let own = now.own_side();
    let peer = Side { role: own.role.peer(), owns_address: !own.owns_address };
    Move::ALL
        .into_iter()
        .any(|what| after(peer, theirs, what).is_some_and(|(state, _)| state == ours))
}
