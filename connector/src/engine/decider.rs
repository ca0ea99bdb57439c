//! Who decides the next step where the standard leaves it open: the rule, a person, or a script of
//! the conformance kits. The engine asks; it never knows which of them answers.

use std::sync::Arc;

use policy::{Decision, Verdict};

use crate::record::dataset::{ApprovalRule, DatasetRecord};

/// The reason code for terms that our acceptance policy refuses.
const OTHER_TERMS: &str = "other-terms";

/// What we think of the terms on the table, before the rule is asked about the partner.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Terms {
    /// They are our own: what our catalogue offers, or what we offered or asked for ourselves.
    Ours,
    /// They are the partner's, and our acceptance policy takes them.
    Accepted,
    /// They are the partner's, and a person is to say what we think of them.
    ForPerson,
    /// They are the partner's, and our acceptance policy refuses them.
    Refused,
}

/// Where a process stands when the engine asks what to do next.
#[derive(Debug)]
pub enum Situation<'a> {
    /// We provide: a consumer asks for a contract. `decision` judges the hypothetical agreement
    /// under the terms on the table.
    Requested {
        /// The dataset asked for.
        dataset: &'a DatasetRecord,
        /// Whose terms they are.
        terms: Terms,
        /// What its rule says about this consumer now.
        decision: &'a Decision,
    },
    /// We provide: the consumer accepted our offer.
    Accepted {
        /// The account that made it, if a person of ours did.
        offered_by: Option<&'a str>,
        /// The dataset.
        dataset: &'a DatasetRecord,
        /// What its rule says about this consumer now.
        decision: &'a Decision,
    },
    /// We provide: the consumer has verified the agreement.
    Verified,
    /// We consume: the provider offers.
    Offered {
        /// Whose terms they are.
        terms: Terms,
    },
    /// We consume: the provider agreed to exactly what we asked for.
    Agreed,
    /// We provide: the consumer asks for a transfer. `decision` judges the agreement.
    TransferRequested {
        /// What the agreement says now.
        decision: &'a Decision,
    },
    /// We provide: the consumer asks for a suspended transfer to go on.
    ResumptionRequested {
        /// What the agreement says now.
        decision: &'a Decision,
        /// Whether it was suspended by one of our own people.
        suspended_by_us: bool,
    },
}

/// What to do next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next {
    /// Go on: agree, verify, finalise, start.
    Proceed,
    /// Nothing; a person will say.
    AskPerson,
    /// Nothing at all; only scripts answer so.
    Stay,
    /// End it, with the reason code for the peer.
    Refuse {
        /// The reason code.
        code: String,
    },
}

/// Decides. Pure: what it needs is in the situation.
pub trait Decider: Send + Sync + 'static {
    /// The next step.
    fn next(&self, situation: &Situation<'_>) -> Next;
}

impl<D: Decider + ?Sized> Decider for Arc<D> {
    fn next(&self, situation: &Situation<'_>) -> Next {
        (**self).next(situation)
    }
}

/// The product's decider: the rule decides; where a dataset asks for it, a second person too.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByRule;

impl Decider for ByRule {
    fn next(&self, situation: &Situation<'_>) -> Next {
        match situation {
            Situation::Requested { dataset, terms, decision } => {
                let second = dataset.approval == ApprovalRule::SecondPerson;
                let next = weighed(*terms);
                match (next, judged(decision)) {
                    (Next::Refuse { code }, _) | (_, Next::Refuse { code }) => {
                        Next::Refuse { code }
                    }
                    (next, _) if !second => next,
                    (_, _) => Next::AskPerson,
                }
            }
            Situation::Accepted { dataset, offered_by, decision } => {
                // Whoever offered it is the second person, unless they published it themselves.
                let alone = offered_by.is_none_or(|account| account == dataset.published_by);
                let second = dataset.approval == ApprovalRule::SecondPerson && alone;
                let next = judged(decision);
                if second && next == Next::Proceed { Next::AskPerson } else { next }
            }
            // Who suspended it resumes it: a peer may ask, and a person of ours will say.
            Situation::ResumptionRequested { decision, suspended_by_us } => {
                let next = judged(decision);
                if *suspended_by_us && next == Next::Proceed { Next::AskPerson } else { next }
            }
            Situation::TransferRequested { decision } => judged(decision),
            Situation::Verified | Situation::Agreed => Next::Proceed,
            Situation::Offered { terms } => weighed(*terms),
        }
    }
}

fn weighed(terms: Terms) -> Next {
    match terms {
        Terms::Ours | Terms::Accepted => Next::Proceed,
        Terms::ForPerson => Next::AskPerson,
        Terms::Refused => Next::Refuse { code: OTHER_TERMS.to_owned() },
    }
}

fn judged(decision: &Decision) -> Next {
    match decision.verdict {
        Verdict::Permit => Next::Proceed,
        Verdict::Deny => {
            let code = decision.reasons.first().map_or("rule-refuses", |reason| reason.code.code());
            Next::Refuse { code: code.to_owned() }
        }
    }
}
