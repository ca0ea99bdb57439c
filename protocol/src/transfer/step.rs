//! The one entrance: which input meets which transfer.

use jiff::Timestamp;

use super::{Command, Input, State, Step, Transfer, answer, command, compared, open, receive};
use crate::clause::Clause;
use crate::refusal::{Code, Fault, Refusal};

/// Judges what `input` does to the transfer `now` (`None`: there is none yet) at the time `at`.
///
/// # Errors
/// A [`Refusal`] for everything that the standard and `docs/divergences.md` do not list; the stored
/// transfer then stands as it is.
pub fn step(now: Option<&Transfer>, at: Timestamp, input: Input) -> Result<Step, Refusal> {
    match (now, input) {
        (None, Input::RequestOpened(opening)) => open::by_request(at, opening),
        (None, Input::Command(Command::Request(begin))) => open::request(at, *begin),
        (None, Input::Received(received)) => {
            Err(missing(Fault::Peer, received.message.kind().name(), Clause::ObjectNotFound))
        }
        (None, Input::Command(command)) => {
            Err(missing(Fault::Operator, command.name(), Clause::ObjectNotFound))
        }
        (None, Input::Acknowledged(_)) => {
            Err(missing(Fault::Engine, "acknowledged", Clause::TransferAcknowledged))
        }
        (None, Input::RefusedByPeer(_)) => {
            Err(missing(Fault::Engine, "refused-by-peer", Clause::TransferError))
        }
        (None, Input::GivenUp(_)) => Err(missing(Fault::Engine, "given-up", Clause::GivenUp)),
        (None, Input::Compared(_)) => {
            Err(missing(Fault::Engine, "compared", Clause::StatesCompared))
        }

        (Some(now), Input::RequestOpened(opening)) => receive::again(now, &opening),
        (Some(now), Input::Received(received)) => receive::receive(now, at, received),
        (Some(now), Input::Command(command)) => command::command(now, at, command),
        (Some(now), Input::Acknowledged(answer)) => answer::acknowledged(now, at, answer),
        (Some(now), Input::RefusedByPeer(answer)) => answer::refused(now, at, answer),
        (Some(now), Input::GivenUp(answer)) => answer::given_up(now, at, answer.number),
        (Some(now), Input::Compared(answer)) => compared::compared(now, at, answer),
    }
}

const fn missing(fault: Fault, input: &'static str, clause: Clause) -> Refusal {
    Refusal { fault, code: Code::UnknownProcess, role: None, state: None, input, clause }
}

impl Transfer {
    /// A refusal that says where the transfer stands.
    pub(super) fn refuse(
        &self,
        fault: Fault,
        code: Code,
        input: &'static str,
        clause: Clause,
    ) -> Refusal {
        let state = self.state.map(State::name);
        Refusal { fault, code, role: Some(self.role), state, input, clause }
    }
}
