//! The machine beside a second, separately written one; and its single rules.

mod compared;
mod exhaustive;
mod pair;
mod rules;
mod tables;

use super::*;
use crate::id::AgreementId;
use crate::message::NegotiationMessage;
use crate::role::Role;
use crate::testing::*;
use crate::{Code, Refusal};

/// A negotiation opened by the peer (`Requested` for a provider, `Offered` for a consumer).
pub(crate) fn opened(role: Role) -> Negotiation {
    let input = match role {
        Role::Provider => Input::RequestOpened(Opening {
            from: did(Role::Consumer),
            data_space: space(),
            message: initial_request(),
            digest: digest("opening"),
            own_pid: provider_pid(),
        }),
        Role::Consumer => Input::OfferOpened(Opening {
            from: did(Role::Provider),
            data_space: space(),
            message: initial_offer(),
            digest: digest("opening"),
            own_pid: consumer_pid(),
        }),
    };
    step(None, at(), input).unwrap().next
}

/// A negotiation opened by ourselves, not yet acknowledged.
pub(crate) fn begun(role: Role) -> Negotiation {
    let peer = role.peer();
    macro_rules! begin {
        ($own_pid:expr) => {
            Begin {
                own_pid: $own_pid,
                peer: did(peer),
                peer_address: address(peer),
                data_space: space(),
                callback_address: address(role),
                offer: offer("urn:example:offer"),
            }
        };
    }
    let command = match role {
        Role::Consumer => Command::Request(begin!(consumer_pid())),
        Role::Provider => Command::InitialOffer(begin!(provider_pid())),
    };
    step(None, at(), Input::Command(command)).unwrap().next
}

pub(crate) fn command(what: Move) -> Command {
    match what {
        Move::Request => Command::Counter { offer: offer("urn:example:counter") },
        Move::Offer => Command::Offer { offer: offer("urn:example:offer") },
        Move::Accept => Command::Accept,
        Move::Agree => Command::Agree { agreement: Box::new(agreement()), signature: None },
        Move::Verify => Command::Verify { signature: None },
        Move::Finalize => Command::Finalize,
        Move::Terminate => Command::Terminate { code: None, reason: None },
    }
}

pub(crate) fn received(from: Role, message: NegotiationMessage, bytes: &str) -> Input {
    let (from, data_space) = (did(from), space());
    Input::Received(Received { from, data_space, message, digest: digest(bytes) })
}

pub(crate) fn ack(now: &Negotiation) -> Input {
    let outgoing = now.awaiting.unwrap();
    let process = Some(crate::message::ContractNegotiation {
        consumer_pid: consumer_pid(),
        provider_pid: provider_pid(),
        state: outgoing.leads_to,
        checkpoint: None,
    });
    Input::Acknowledged(Acknowledgement { number: outgoing.number, process })
}

/// Plays moves: ours are commands that are acknowledged at once.
fn play(mut now: Negotiation, moves: &[(Role, Move)]) -> Negotiation {
    for (index, (who, what)) in moves.iter().enumerate() {
        if *who == now.role {
            now = step(Some(&now), at(), Input::Command(command(*what))).unwrap().next;
            let input = ack(&now);
            now = step(Some(&now), at(), input).unwrap().next;
        } else {
            let input = received(*who, negotiation_message(*what), &format!("{index}"));
            now = step(Some(&now), at(), input).unwrap().next;
        }
    }
    now
}

/// A negotiation of `role` in `state`, on the way that passes every state.
pub(crate) fn in_state(role: Role, state: State) -> Negotiation {
    use Move::*;
    use Role::*;
    let way = [
        (Provider, Offer),
        (Consumer, Accept),
        (Provider, Agree),
        (Consumer, Verify),
        (Provider, Finalize),
    ];
    let length = match state {
        State::Requested => 0,
        State::Offered => 1,
        State::Accepted => 2,
        State::Agreed => 3,
        State::Verified => 4,
        State::Finalized => 5,
        State::Terminated => {
            return play(in_state(role, State::Requested), &[(role.peer(), Terminate)]);
        }
    };
    let first = match role {
        Provider => opened(Provider),
        Consumer => {
            let now = begun(Consumer);
            let input = ack(&now);
            step(Some(&now), at(), input).unwrap().next
        }
    };
    let now = play(first, &way[..length]);
    assert_eq!(now.state, Some(state));
    now
}

fn code(result: Result<Step, Refusal>) -> Code {
    result.map(|step| panic!("accepted: {:?}", step.clause)).unwrap_or_else(|r| r.code)
}

#[test]
fn agreement_ids_are_kept() {
    for role in Role::ALL {
        let now = in_state(role, State::Finalized);
        let kept = now.agreement.unwrap();
        assert_eq!(kept.id, AgreementId::parse("urn:example:agreement").unwrap());
        assert_eq!(kept.digest, agreement().digest());
    }
}
