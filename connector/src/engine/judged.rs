//! A decision of a rule with all that it was made from, recorded so that an audit can make it again
//! from the log and its documents alone.

use audit::entry::{Body, Verdict};
use policy::{Basis, CheckedPolicy, Decision, Facts, Shape};
use wire::digest::Digest;
use wire::json::canonical;

use super::draft::{About, Draft};
use super::error::EngineError;
use super::parts::Parts;

/// What a rule says, with what it was asked on.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// The answer.
    pub(crate) decision: Decision,
    facts: Facts,
    basis: Basis,
}

/// A decision as it is kept: the entry of the log, and the documents that it leads to. The policy's
/// own document is kept by whoever brought it.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    verdict: Verdict,
    reasons: Vec<String>,
    policy: Digest,
    /// The digest of the decision, and its canonical bytes.
    decision: (Digest, Vec<u8>),
    /// The same of the facts.
    snapshot: (Digest, Vec<u8>),
}

impl Judged {
    /// A decision under `rule`, which was read from the document of the digest `document`.
    pub(crate) fn new(
        (decision, facts): (Decision, Facts),
        rule: &CheckedPolicy,
        shape: Shape,
        document: Digest,
    ) -> Self {
        Self { decision, facts, basis: Basis::of(rule, shape, document) }
    }

    /// As it is kept.
    pub(crate) fn recorded(&self) -> Result<Recorded, EngineError> {
        let internal = || EngineError::Internal { what: "the decision's record" };
        let decision = self.basis.record(&self.decision).map_err(|_| internal())?;
        let decision = canonical(&decision).map_err(|_| internal())?;
        let snapshot = canonical(&self.facts.to_json()).map_err(|_| internal())?;
        Ok(Recorded {
            verdict: match self.decision.verdict {
                policy::Verdict::Deny => Verdict::Deny,
                policy::Verdict::Permit => Verdict::Permit,
            },
            reasons: codes(&self.decision),
            policy: self.basis.document,
            decision: (Digest::of(&decision), decision),
            // The digest that the decision names.
            snapshot: (self.decision.snapshot, snapshot),
        })
    }
}

/// The reason codes of a decision, in its order.
pub(crate) fn codes(decision: &Decision) -> Vec<String> {
    decision.reasons.iter().map(|reason| reason.code.code().to_owned()).collect()
}

impl<P: Parts> Draft<'_, P> {
    /// Records a decision of a rule, with its explanation and the facts that it was made on.
    pub(crate) fn decided(&mut self, about: About, it: &Recorded) -> Result<(), EngineError> {
        for (digest, bytes) in [&it.decision, &it.snapshot] {
            self.keep(digest, bytes.clone());
        }
        let (verdict, policy) = (it.verdict, it.policy);
        let body = Body::DecisionMade { verdict, decision: it.decision.0, policy };
        self.record(About { reasons: it.reasons.clone(), ..about }, body)
    }
}
