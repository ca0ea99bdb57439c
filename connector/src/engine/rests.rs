//! What a step rests on, as reason codes of the log and as a line of the journal: what happened to
//! the message, the rules of ours that it leans on, and what it says that means nothing here.

use protocol::Clause;
use protocol::fact::{Event, Fact};
use protocol::message::MessageKind;
use wire::did::Did;
use wire::digest::Digest;
use wire::pointer::Pointer;

use super::quiet::STATES_COMPARED;

/// The reason code of a message that said more than is understood here.
const MEMBERS_IGNORED: &str = "members-ignored";
/// Places that one line of the journal names at most.
const PLACES_MAX: usize = 16;
/// Characters that one line of the journal spends on a place at most.
const PLACE_CHARS_MAX: usize = 128;

/// A message as it was read: by which bytes a replay is known, and whether it says more than is
/// understood here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    /// SHA-256 of the body as it arrived.
    pub(super) digest: Digest,
    /// Whether there are members without a meaning here.
    pub(super) ignored: bool,
}

impl Read {
    /// Of `body`; tells the journal what of it means nothing here.
    pub(super) fn of(body: &[u8], peer: &Did, message: MessageKind, places: &[Pointer]) -> Self {
        Self { digest: Digest::of(body), ignored: ignored(peer, message.name(), places) }
    }
}

/// The reason codes of a step; nothing where the step does not stand in the log.
///
/// What we sent is in the log since it was committed; its acknowledgement adds nothing.
pub(super) fn reasons<S>(pid: &str, fact: &Fact<S>, ignored: bool) -> Option<Vec<String>> {
    let clause = fact.clause.name();
    let (message, event) = (fact.message.name(), fact.event);
    tracing::info!(pid, message, ?event, clause, "a step");
    let mut codes = match fact.event {
        Event::Acknowledged => return None,
        Event::Received | Event::Sent | Event::Withdrawn => vec![],
        Event::Compared => vec![STATES_COMPARED],
        Event::GivenUp => vec!["given-up"],
        Event::RefusedByPeer => vec!["refused-by-peer"],
    };
    if fact.acknowledges.is_some() {
        codes.push("acknowledged-by-follow-up");
    }
    if fact.clause == Clause::Crossing {
        codes.push("crossing");
    }
    if fact.clause == Clause::NegotiationTerminationByProse {
        codes.push("termination-by-prose");
    }
    if ignored && fact.event == Event::Received {
        codes.push(MEMBERS_IGNORED);
    }
    Some(codes.into_iter().map(str::to_owned).collect())
}

/// Tells the journal what a message says that means nothing here; whether there is any.
pub(crate) fn ignored(peer: &Did, message: &str, places: &[Pointer]) -> bool {
    if places.is_empty() {
        return false;
    }
    let short = |place: &Pointer| place.as_str().chars().take(PLACE_CHARS_MAX).collect::<String>();
    let shown: Vec<String> = places.iter().take(PLACES_MAX).map(short).collect();
    let count = places.len();
    tracing::info!(code = MEMBERS_IGNORED, %peer, message, count, places = ?shown, "not understood");
    true
}

#[cfg(test)]
mod tests {
    use protocol::negotiation::State;

    use super::*;

    fn fact(event: Event, clause: Clause) -> Fact<State> {
        Fact {
            event,
            message: MessageKind::ContractNegotiationTerminationMessage,
            digest: None,
            before: Some(State::Accepted),
            after: Some(State::Terminated),
            acknowledges: None,
            clause,
        }
    }

    #[test]
    fn a_step_that_leans_on_a_rule_of_ours_says_so_in_the_log() {
        let says = |fact: &Fact<State>, ignored| reasons("pid", fact, ignored).unwrap();
        let by_diagram = fact(Event::Received, Clause::NegotiationTermination);
        assert!(says(&by_diagram, false).is_empty());
        assert_eq!(says(&by_diagram, true), ["members-ignored"]);
        let by_prose = fact(Event::Received, Clause::NegotiationTerminationByProse);
        assert_eq!(says(&by_prose, false), ["termination-by-prose"]);
        let mut crossed = fact(Event::Received, Clause::Crossing);
        assert_eq!(says(&crossed, false), ["crossing"]);
        crossed.acknowledges = Some(MessageKind::ContractOfferMessage);
        assert_eq!(says(&crossed, false), ["acknowledged-by-follow-up", "crossing"]);
        // What we send ourselves says nothing that we do not understand.
        let sent = fact(Event::Sent, Clause::NegotiationTermination);
        assert!(says(&sent, true).is_empty());
        assert_eq!(says(&fact(Event::GivenUp, Clause::GivenUp), false), ["given-up"]);
        assert!(reasons("pid", &fact(Event::Acknowledged, Clause::GivenUp), false).is_none());
    }
}
