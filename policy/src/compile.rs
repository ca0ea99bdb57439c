//! The compiled evaluator: the same answers as [`crate::evaluate`], without an allocation and
//! without looking twice. Comparisons of one operand are merged into sets of intervals, so that a
//! policy of hundreds of them is one binary search; the conditions as they were written stay beside
//! them, and the whole report is made from those only when somebody asks for it.
//!
//! It never reads a clock, never fetches, and never answers what the plain evaluator would not.

mod axis;
mod build;
mod change;
mod line;
mod node;
mod run;

use std::sync::Arc;

use jiff::Timestamp;
use odrl_parser::{ConflictStrategy, Id, Term};

use crate::check::{CheckedPolicy, Modality};
use crate::decision::{Decision, Request, Verdict};
use crate::evaluate::Judge;
use crate::fact::{FactKey, Facts, RuleKey};
use crate::truth::Truth;
use node::Node;

/// A policy that answers fast. It is made once and asked often.
#[derive(Clone, Debug)]
pub struct Compiled {
    policy: CheckedPolicy,
    nodes: Vec<Node>,
    children: Vec<usize>,
    rules: Vec<Rule>,
    /// The profile's actions; the first 128 have a bit.
    actions: Arc<[Term]>,
    /// Whom and what the whole policy is about, if not anybody and anything.
    target: Option<Id>,
    assignee: Option<Id>,
    conflict: Option<ConflictStrategy>,
    times: Times,
}

/// One permission or prohibition.
#[derive(Clone, Debug)]
struct Rule {
    modality: Modality,
    /// A bit for each action that it is about, by its place in the list of actions.
    covers: u128,
    target: Option<Match>,
    assignee: Option<Match>,
    /// The refinements of the action and the constraints, as one node.
    condition: usize,
    duties: Vec<Duty>,
}

#[derive(Clone, Debug)]
struct Match {
    id: Id,
    is_collection: bool,
    /// None where every member is meant.
    refinement: Option<usize>,
}

#[derive(Clone, Debug)]
struct Duty {
    key: RuleKey,
    condition: usize,
    /// Where it stands in its rule.
    index: usize,
}

/// What can make the answer turn by itself.
#[derive(Clone, Debug, Default)]
struct Times {
    /// Each instant at which a merged set of intervals turns.
    flips: Vec<Timestamp>,
    /// Each instant that the plain evaluator tries.
    bounds: Vec<Timestamp>,
    /// Durations from an origin that the facts know.
    spans: Vec<(Term, jiff::SignedDuration)>,
    keys: Vec<FactKey>,
    collections: Vec<Id>,
    duties: Vec<RuleKey>,
    events: Vec<wire::iri::Iri>,
    steps: Vec<wire::pointer::Pointer>,
}

/// The answer without its reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// The first instant at which it changes by itself; see [`Decision::next_change`].
    pub next_change: Option<Timestamp>,
}

/// Room to think in, to be used again for each question to the same policy. After an answer it
/// holds what became of each condition.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// Two bits a node: not looked at, satisfied, unknown, unsatisfied.
    seen: Vec<u8>,
    rules: Vec<Option<Truth>>,
    later: Vec<Timestamp>,
}

impl Compiled {
    /// Compiles a policy.
    #[must_use]
    pub fn new(policy: &CheckedPolicy) -> Self {
        build::compile(policy)
    }

    /// Room for questions to this policy.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch {
            seen: vec![0; self.nodes.len().div_ceil(4)],
            rules: vec![None; self.rules.len()],
            later: Vec::with_capacity(self.times.room()),
        }
    }

    /// The policy as it was checked.
    #[must_use]
    pub const fn policy(&self) -> &CheckedPolicy {
        &self.policy
    }

    /// How many nodes are left of the conditions: what is merged is one.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.nodes.len()
    }

    /// Answers a request with the facts at hand. It allocates nothing, but where something was done
    /// for a duty, or the plain evaluator would give up before the next change.
    #[must_use]
    pub fn decide(&self, request: &Request, facts: &Facts, scratch: &mut Scratch) -> Answer {
        scratch.seen.fill(0);
        scratch.rules.fill(None);
        let Some(question) = self.question(request, facts) else {
            return Answer { verdict: Verdict::Deny, next_change: None };
        };
        let verdict = question.verdict(facts.now(), Some(scratch));
        let next_change = question.next_change(verdict, scratch);
        Answer { verdict, next_change }
    }

    /// The verdict of [`Self::decide`] alone: for whoever asks many policies and keeps no answer.
    #[must_use]
    pub fn verdict(&self, request: &Request, facts: &Facts) -> Verdict {
        let question = self.question(request, facts);
        question.map_or(Verdict::Deny, |question| question.verdict(facts.now(), None))
    }

    /// None where an answer would cost more than is allowed.
    fn question<'a>(&'a self, request: &'a Request, facts: &'a Facts) -> Option<run::Question<'a>> {
        let covered = self.covered(request.action);
        let is_exhausted = Judge::new(&self.policy, request, facts).is_exhausted();
        (!is_exhausted).then_some(run::Question { of: self, request, facts, covered })
    }

    /// The whole decision behind an answer: what [`crate::evaluate`] would have said.
    #[must_use]
    pub fn render(&self, request: &Request, facts: &Facts, answer: Answer) -> Decision {
        Judge::new(&self.policy, request, facts).decision(answer.verdict, answer.next_change)
    }

    /// The bit of the action, and none where the action has no bit.
    fn covered(&self, action: Term) -> Option<u128> {
        let at = self.actions.binary_search(&action).ok()?;
        1_u128.checked_shl(u32::try_from(at).ok()?)
    }
}

impl Scratch {
    /// What became of the rule at this place among permissions and prohibitions, action, asset,
    /// party and duties included; none where the answer did not need it.
    #[must_use]
    pub fn rule(&self, index: usize) -> Option<Truth> {
        self.rules.get(index).copied().flatten()
    }

    /// What became of the condition with this number; none where the answer did not need it.
    #[must_use]
    pub fn condition(&self, node: usize) -> Option<Truth> {
        match self.seen.get(node / 4).map(|byte| byte >> (node % 4 * 2) & 3) {
            Some(1) => Some(Truth::Satisfied),
            Some(2) => Some(Truth::Unknown),
            Some(3) => Some(Truth::Unsatisfied),
            Some(_) | None => None,
        }
    }

    fn note(&mut self, node: usize, truth: Truth) {
        let bits: u8 = match truth {
            Truth::Satisfied => 1,
            Truth::Unknown => 2,
            Truth::Unsatisfied => 3,
        };
        if let Some(byte) = self.seen.get_mut(node / 4) {
            *byte |= bits << (node % 4 * 2);
        }
    }
}
