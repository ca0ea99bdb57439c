//! What each side does when the other tells its state after a long silence.

use super::*;

/// What comes of it, for each of [`State::ALL`] at the peer and last for *no such process*: `=` the
/// same state, `w` wait for the peer's message to come again, `e` followed to the peer's end, `t` a
/// termination to the peer.
fn outcomes(now: &Transfer, overdue: bool) -> String {
    let told = State::ALL.into_iter().map(Some).chain([None]);
    told.map(|peer_state| {
        let input = Input::Compared(Compared { peer_state, overdue });
        let step = step(Some(now), at(), input).unwrap();
        match (step.next.state, step.next.awaiting.map(|outgoing| outgoing.what)) {
            _ if step.is_idle() && peer_state == now.state => '=',
            _ if step.is_idle() => 'w',
            (Some(state), None) if state.is_terminal() => {
                assert_eq!(state, peer_state.unwrap_or(State::Terminated));
                assert_eq!(step.effects[0], Effect::CloseDataPath);
                'e'
            }
            (_, Some(Move::Terminate)) => 't',
            other => panic!("{other:?}"),
        }
    })
    .collect()
}

#[test]
fn a_peer_that_has_ended_is_followed_and_one_message_behind_is_waited_for() {
    use Role::{Consumer, Provider};
    use State::{Requested, Started, Suspended};
    let rows = [
        //                               REQUESTED STARTED COMPLETED SUSPENDED TERMINATED none
        (Consumer, Flow::Pull, Requested, "=tetee", "=tetee"),
        (Consumer, Flow::Pull, Started, "w=ewee", "t=etee"),
        (Consumer, Flow::Pull, Suspended, "twe=ee", "tte=ee"),
        (Provider, Flow::Pull, Requested, "=tetee", "=tetee"),
        (Provider, Flow::Pull, Started, "t=etee", "t=etee"),
        (Provider, Flow::Pull, Suspended, "twe=ee", "tte=ee"),
        (Consumer, Flow::Push, Started, "w=etee", "t=etee"),
        (Provider, Flow::Push, Started, "t=ewee", "t=etee"),
    ];
    for (role, flow, state, waiting, overdue) in rows {
        let now = in_state(role, flow, state);
        assert_eq!(outcomes(&now, false), waiting, "{role} in {state}, {flow:?}");
        assert_eq!(outcomes(&now, true), overdue, "{role} in {state}, {flow:?}, overdue");
    }
}

#[test]
fn a_message_of_our_own_that_is_under_way_says_more_than_the_peers_state() {
    let now = ours(&in_state(Role::Provider, Flow::Pull, State::Started), Move::Suspend).next;
    let now = Transfer { awaiting: begun(Flow::Pull).awaiting, ..now };
    let input = Input::Compared(Compared { peer_state: Some(State::Started), overdue: true });
    assert!(step(Some(&now), at(), input).unwrap().is_idle());
}
