//! Our turn: what the rule, a person or a script wants next, as a command of the state machine.

use audit::agreement::sign;
use policy::CheckedPolicy;
use protocol::Role;
use protocol::id::AgreementId;
use protocol::message::{Agreement, CatalogOffer, MessageOffer};
use protocol::negotiation::{Command, State};
use wire::digest::Digest;
use wire::node::Node;

use super::check;
use super::flow::Flow;
use super::weigh::{self, Beside, Weighed};
use crate::engine::agreement::told;
use crate::engine::decider::{Decider, Next, Situation, Terms};
use crate::engine::error::EngineError;
use crate::engine::judged::Judged;
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::record::dataset::DatasetRecord;

/// What a partner is told whose terms our acceptance policy refuses.
const OTHER_TERMS: &str = "these terms are not accepted; ask for the offer as it stands";

/// As provider: the terms on the table and what their rule says about the consumer.
pub(super) struct OnTable {
    pub(super) dataset: DatasetRecord,
    /// The rule on the table, and whether it is the catalogue's own.
    rule: CheckedPolicy,
    as_offered: bool,
    pub(super) judged: Judged,
}

impl<P: Parts> Flow<'_, P> {
    /// What we do next, if it is ours to do and decided already.
    pub(super) async fn next_command(&mut self) -> Result<Option<Command>, EngineError> {
        let process = &self.current()?.process;
        match (process.role, process.state) {
            (Role::Provider, Some(State::Requested | State::Accepted)) => self.judge().await,
            (Role::Provider, Some(State::Verified)) => {
                let next = self.engine.decider.next(&Situation::Verified);
                Ok(self.plain(next, Command::Finalize, "verified"))
            }
            (Role::Consumer, Some(State::Offered)) => self.weigh_offer().await,
            (Role::Consumer, Some(State::Agreed)) => {
                let next = self.engine.decider.next(&Situation::Agreed);
                let verify = self.verify().await?;
                Ok(self.plain(next, verify, "as-agreed"))
            }
            (Role::Provider | Role::Consumer, _) => Ok(None),
        }
    }

    /// As provider: weighs the terms on the table, asks their rule about this consumer, and then the
    /// decider.
    async fn judge(&mut self) -> Result<Option<Command>, EngineError> {
        let table = self.judge_terms().await?;
        let record = self.current()?;
        let accepted = record.process.state == Some(State::Accepted);
        let mine = record.process.offer.by == Role::Provider;
        let offered_by = record.asked_by().map(str::to_owned);
        let weighed = match table.as_offered || mine {
            true => Weighed { terms: Terms::Ours, code: weigh::code::OURS },
            false => self.weigh(&table.rule, Beside::Catalogue(&table.dataset.offer)).await?,
        };
        self.note_decision(&table.judged)?;
        let (dataset, decision, terms) = (&table.dataset, &table.judged.decision, weighed.terms);
        let next = self.engine.decider.next(&if accepted {
            Situation::Accepted { dataset, offered_by: offered_by.as_deref(), decision }
        } else {
            Situation::Requested { dataset, terms, decision }
        });
        match next {
            Next::Proceed => {
                self.because = Some(match terms {
                    Terms::Accepted => weighed.code.to_owned(),
                    Terms::Ours | Terms::ForPerson | Terms::Refused => "rule-permits".to_owned(),
                });
                self.agree().await.map(Some)
            }
            Next::Refuse { code } => {
                let reason = Some(match terms {
                    Terms::Refused => OTHER_TERMS.to_owned(),
                    Terms::Ours | Terms::Accepted | Terms::ForPerson => told(decision),
                });
                self.because = Some(code.clone());
                Ok(Some(Command::Terminate { code: Some(code), reason }))
            }
            Next::AskPerson => {
                self.ask_person(match terms {
                    Terms::ForPerson => weigh::code::FOR_PERSON,
                    Terms::Ours | Terms::Accepted | Terms::Refused => "second-person",
                });
                Ok(None)
            }
            Next::Stay => Ok(None),
        }
    }

    /// As consumer: weighs the provider's offer beside what we asked for, then asks the decider.
    async fn weigh_offer(&mut self) -> Result<Option<Command>, EngineError> {
        let offer = self.offer_on_table().await?;
        let rule = rule::read(offer.document(), Shape::Request)?;
        let asked = self.current()?.offers.iter().any(|made| made.by == Role::Consumer);
        let weighed = self.weigh(&rule, Beside::Asked(offer.document())).await?;
        let terms = weighed.terms;
        let next = self.engine.decider.next(&Situation::Offered { terms });
        if next == Next::AskPerson {
            self.ask_person(if asked { weighed.code } else { "unasked-offer" });
            return Ok(None);
        }
        let command = self.plain(next, Command::Accept, weighed.code);
        Ok(match command {
            Some(Command::Terminate { code, reason: None }) if terms == Terms::Refused => {
                Some(Command::Terminate { code, reason: Some(OTHER_TERMS.to_owned()) })
            }
            other => other,
        })
    }

    /// As provider: what the rule on the table says about this consumer now. Terms that are the
    /// catalogue's own are judged by the catalogue's document.
    pub(super) async fn judge_terms(&mut self) -> Result<OnTable, EngineError> {
        let process = &self.current()?.process;
        let ours = self.draft.participant().did();
        let dataset = self.engine.dataset(ours, &process.offer.target).await?.1;
        let (target, peer) = (process.offer.target.clone(), process.peer.clone());
        let asked = self.offer_on_table().await?;
        let catalogue = CatalogOffer::parse(&Node::root(&dataset.offer))?;
        let as_offered = asked.has_rules_of(&catalogue);
        let (document, shape) = match as_offered {
            true => (&dataset.offer, Shape::Offer),
            false => (asked.document(), Shape::Request),
        };
        let rule = rule::read(document, shape)?;
        let made =
            rule::judge_offered(&rule, &peer, &target, self.draft.standing(), self.draft.at())?;
        let policy = Digest::of_canonical(document)
            .map_err(|_| EngineError::Internal { what: "the offer's digest" })?;
        let judged = Judged::new(made, &rule, shape, policy);
        Ok(OnTable { dataset, rule, as_offered, judged })
    }

    fn ask_person(&mut self, why: &str) {
        let asked = Some(why.to_owned());
        self.change(|record| (record.awaits_person, record.asked) = (true, asked));
    }

    fn plain(&mut self, next: Next, go_on: Command, because: &str) -> Option<Command> {
        match next {
            Next::Proceed => {
                self.because = Some(because.to_owned());
                Some(go_on)
            }
            Next::Refuse { code } => {
                self.because = Some(code.clone());
                Some(Command::Terminate { code: Some(code), reason: None })
            }
            Next::AskPerson => {
                self.ask_person("second-person");
                None
            }
            Next::Stay => None,
        }
    }

    /// Records a decision with what it was made from.
    pub(super) fn note_decision(&mut self, judged: &Judged) -> Result<(), EngineError> {
        let about = self.about(vec![])?;
        self.draft.decided(about, &judged.recorded()?)
    }

    /// As provider: the agreement on the offer on the table, signed.
    pub(super) async fn agree(&mut self) -> Result<Command, EngineError> {
        let offer = self.offer_on_table().await?;
        let participant = self.draft.participant();
        let process = &self.current()?.process;
        let id = AgreementId::parse(&self.engine.fresh_urn())
            .map_err(|_| EngineError::Internal { what: "an agreement id" })?;
        let parties = check::parties(participant.did(), process)?;
        let agreement = Agreement::of_offer(&offer, &id, &parties, self.draft.at())?;
        let signature = self.signature(&agreement)?;
        Ok(Command::Agree { agreement: Box::new(agreement), signature: Some(signature) })
    }

    /// As consumer: our own signature over the agreement.
    pub(super) async fn verify(&mut self) -> Result<Command, EngineError> {
        let agreement = self.agreement_on_table().await?;
        let signature = self.signature(&agreement)?;
        Ok(Command::Verify { signature: Some(signature) })
    }

    fn signature(&self, agreement: &Agreement) -> Result<String, EngineError> {
        let participant = self.draft.participant();
        let statement = check::statement(participant.did(), &self.current()?.process, agreement)?;
        sign(&participant.keys().agreement, &statement)
            .map_err(|_| EngineError::Internal { what: "the agreement's signature" })
    }

    async fn offer_on_table(&self) -> Result<MessageOffer, EngineError> {
        let on_table = &self.current()?.process.offer;
        match &self.offer {
            Some(offer) if offer.digest() == on_table.digest => Ok(offer.clone()),
            Some(_) | None => {
                let did = self.draft.participant().did();
                self.engine.stored_offer(did, &on_table.digest).await
            }
        }
    }

    async fn agreement_on_table(&self) -> Result<Agreement, EngineError> {
        let on_table = self.current()?.process.agreement.as_ref();
        let on_table = on_table.ok_or(EngineError::Internal { what: "the agreement" })?;
        match &self.agreement {
            Some(agreement) if agreement.digest() == on_table.digest => Ok(agreement.clone()),
            Some(_) | None => {
                let did = self.draft.participant().did();
                self.engine.stored_agreement(did, &on_table.digest).await
            }
        }
    }
}
