//! Before a contract is signed: what the partner's program is known to ignore of it.

use odrl_parser::{Constraint, LogicalOperator, Policy, Rule, Term};
use wire::pointer::Pointer;

use crate::book::{Gap, Peer};

/// A part of a policy that the partner's program is known to ignore, or to read otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The rule or constraint.
    pub pointer: Pointer,
    /// What is known.
    pub gap: Gap,
}

/// What the partner's program is known to ignore of the policy, in the order of the document. It
/// says nothing of what is not known: an unknown program has no list.
#[must_use]
pub fn before_signing(policy: &Policy, partner: &Peer) -> Vec<Ignored> {
    let mut found = Found { partner, ignored: Vec::new() };
    for rule in &policy.permissions {
        found.action(rule);
        found.constraints(&rule.constraints);
        rule.duties.iter().for_each(|duty| found.duty(duty));
    }
    for rule in &policy.prohibitions {
        if found.partner.has(Gap::Prohibitions) {
            found.add(&rule.pointer, Gap::Prohibitions);
            continue;
        }
        match rule.constraints.as_slice() {
            [] => found.add(&rule.pointer, Gap::BareProhibition),
            [_] => {}
            [..] => found.add(&rule.pointer, Gap::AnyOfProhibition),
        }
        found.action(rule);
        found.constraints(&rule.constraints);
    }
    policy.obligations.iter().for_each(|rule| found.duty(rule));
    found.ignored
}

struct Found<'a> {
    partner: &'a Peer,
    ignored: Vec<Ignored>,
}

impl Found<'_> {
    /// Notes a gap that the partner has.
    fn add(&mut self, pointer: &Pointer, gap: Gap) {
        if self.partner.has(gap) {
            self.ignored.push(Ignored { pointer: pointer.clone(), gap });
        }
    }

    fn action(&mut self, rule: &Rule) {
        let knows = |term| term == Term::USE || self.partner.keeps(term);
        if !rule.actions.iter().all(|action| knows(action.term)) {
            self.add(&rule.pointer, Gap::UnboundAction);
        }
    }

    fn duty(&mut self, rule: &Rule) {
        if self.partner.has(Gap::Duties) {
            return self.add(&rule.pointer, Gap::Duties);
        }
        self.add(&rule.pointer, Gap::DutyAction);
        self.constraints(&rule.constraints);
    }

    fn constraints(&mut self, constraints: &[Constraint]) {
        for constraint in constraints {
            match constraint {
                Constraint::Atomic { left, pointer, .. } => {
                    if !self.partner.reads(*left) {
                        self.add(pointer, Gap::UnboundConstraint);
                    } else if *left == Term::DATE_TIME || *left == Term::SINCE_AGREEMENT {
                        self.add(pointer, Gap::LateEnd);
                    }
                }
                Constraint::Logical { operator, operands, pointer, .. } => {
                    if *operator == LogicalOperator::AndSequence {
                        self.add(pointer, Gap::Sequence);
                    }
                    self.constraints(operands);
                }
            }
        }
    }
}
