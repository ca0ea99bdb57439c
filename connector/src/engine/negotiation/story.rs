//! How a negotiation came to where it stands: the terms so far, the last step, and why.

use protocol::fact::{Event, Fact};
use protocol::negotiation::State;

use super::flow::Flow;
use crate::engine::parts::Parts;
use crate::record::negotiation::{By, LastStep, OfferMade};

impl<P: Parts> Flow<'_, P> {
    /// The terms on the table join those before them, once.
    pub(super) fn note_offer(&mut self) {
        let (at, actor) = (self.draft.at(), self.actor.clone());
        let Some(record) = &mut self.record else { return };
        let (digest, by) = (record.process.offer.digest, record.process.offer.by);
        if record.offers.last().is_some_and(|last| last.digest == digest && last.by == by) {
            return;
        }
        let account = actor.filter(|_| by == record.process.role);
        record.offers.push(OfferMade { digest, by, at, account });
    }

    /// Who made the last step, and why.
    pub(super) fn note_last(&mut self, fact: &Fact<State>) {
        let (by, code) = match fact.event {
            Event::Acknowledged | Event::Withdrawn => return,
            Event::Compared => (By::Us, "states-compared".to_owned()),
            Event::Received => (By::Peer, "partner".to_owned()),
            Event::Sent if self.because.is_some() => {
                (By::Us, self.because.take().unwrap_or_default())
            }
            Event::Sent if self.actor.is_some() => (By::Us, "person".to_owned()),
            Event::Sent => (By::Us, "script".to_owned()),
            Event::GivenUp => (By::Us, "given-up".to_owned()),
            Event::RefusedByPeer => (By::Us, "refused-by-peer".to_owned()),
        };
        let account = self.actor.clone().filter(|_| code == "person");
        let (what, at) = (fact.message, self.draft.at());
        self.set_aside(|record| record.last = Some(LastStep { what, by, code, account, at }));
    }
}
