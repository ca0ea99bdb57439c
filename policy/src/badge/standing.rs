//! The badge computed: from what our own program and the partner's can really do. What nothing here
//! prevents is never called enforced.

use std::collections::BTreeSet;

use odrl_parser::{Action, Constraint, Rule, Term};

use super::{Badge, Capabilities, Point};
use crate::book::Peer;

/// Who keeps a rule: our program and, if it is known, the partner's.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// What our program can do.
    pub ours: &'a Capabilities,
    /// The partner's program; none if nothing is known of it.
    pub partner: Option<&'a Peer>,
}

/// A badge and the reason for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judged {
    /// What stands behind it.
    pub badge: Badge,
    /// Why.
    pub why: Why,
}

/// Why something has its badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It happens where only the partner is, and nothing is known of its program.
    AtPartner,
    /// Our program judges it before data flows.
    DecidedHere,
    /// Our program does it to the data before they flow.
    DoneHere,
    /// Our program demands a receipt before data flow.
    ReceiptBefore,
    /// The partner's program does it and we get a receipt, or see in the log that there is none.
    ReceiptAfter,
    /// Nothing here can know it.
    NoSource,
    /// The partner's program keeps it, and its log shows whether it did.
    PartnerKeeps,
    /// It is the partner's own word.
    Word,
}

impl Why {
    /// All reasons, in the order of their variants.
    pub const ALL: [Self; 8] = [
        Self::AtPartner,
        Self::DecidedHere,
        Self::DoneHere,
        Self::ReceiptBefore,
        Self::ReceiptAfter,
        Self::NoSource,
        Self::PartnerKeeps,
        Self::Word,
    ];
}

const fn judged(badge: Badge, why: Why) -> Judged {
    Judged { badge, why }
}

impl Standing<'_> {
    /// What stands behind a constraint: of joined ones, the weakest.
    #[must_use]
    pub fn constraint(&self, constraint: &Constraint) -> Judged {
        match constraint {
            Constraint::Atomic { left, right, .. } => {
                // A value that is not there is judged by nobody.
                if right.references.is_empty() { self.operand(*left) } else { NO_SOURCE }
            }
            Constraint::Logical { operands, .. } => {
                operands.iter().map(|it| self.constraint(it)).max().unwrap_or(NO_SOURCE)
            }
        }
    }

    fn operand(&self, operand: Term) -> Judged {
        if self.ours.decides(operand, Point::TransferStart) {
            judged(Badge::Enforced, Why::DecidedHere)
        } else if self.ours.claims.contains(&operand) {
            judged(Badge::Promised, Why::Word)
        } else if self.partner.is_some_and(|partner| partner.reads(operand)) {
            judged(Badge::Evidenced, Why::PartnerKeeps)
        } else {
            NO_SOURCE
        }
    }

    /// What stands behind a permission to use without more.
    #[must_use]
    pub fn bare(&self) -> Judged {
        self.term(Term::USE)
    }

    /// What stands behind a permission with its constraints and duties.
    #[must_use]
    pub fn permission(&self, rule: &Rule) -> Judged {
        let duties = rule.duties.iter().map(|duty| self.duty(duty));
        self.gated(rule).into_iter().chain(duties).max().unwrap_or(NO_SOURCE)
    }

    /// What stands behind a prohibition. A remedy does not make it stronger.
    #[must_use]
    pub fn prohibition(&self, rule: &Rule) -> Judged {
        self.gated(rule).into_iter().max().unwrap_or(NO_SOURCE)
    }

    /// What stands behind a duty of a permission: it must be done before data flow.
    #[must_use]
    pub fn duty(&self, rule: &Rule) -> Judged {
        self.each(rule, |action| {
            if self.ours.transforms.contains(&action) {
                judged(Badge::Enforced, Why::DoneHere)
            } else if self.ours.receipts_before.contains(&action) {
                judged(Badge::Enforced, Why::ReceiptBefore)
            } else {
                self.owed(action)
            }
        })
    }

    /// What stands behind an obligation.
    #[must_use]
    pub fn obligation(&self, rule: &Rule) -> Judged {
        self.each(rule, |action| self.owed(action))
    }

    fn owed(&self, action: Term) -> Judged {
        match self.partner {
            Some(partner) if partner.keeps(action) => {
                let has_receipt = self.ours.receipts.contains(&action);
                let why = if has_receipt { Why::ReceiptAfter } else { Why::PartnerKeeps };
                judged(Badge::Evidenced, why)
            }
            Some(_) | None => judged(Badge::Promised, Why::AtPartner),
        }
    }

    fn each(&self, rule: &Rule, judge: impl Fn(Term) -> Judged) -> Judged {
        let actions = rule.actions.iter().map(|action| judge(action.term));
        let refined = rule.actions.iter().flat_map(|action| &action.refinements);
        let refined = refined.map(|refinement| self.constraint(refinement));
        actions.chain(refined).max().unwrap_or(NO_SOURCE)
    }

    /// The action, what narrows it, and the constraints.
    fn gated(&self, rule: &Rule) -> BTreeSet<Judged> {
        let conditions = rule.constraints.iter().map(|it| self.constraint(it));
        conditions.chain(rule.actions.iter().map(|action| self.action(action))).collect()
    }

    fn term(&self, action: Term) -> Judged {
        if self.ours.gates.contains(&action) {
            judged(Badge::Enforced, Why::DecidedHere)
        } else if self.partner.is_some_and(|partner| partner.keeps(action)) {
            judged(Badge::Evidenced, Why::PartnerKeeps)
        } else {
            judged(Badge::Promised, Why::AtPartner)
        }
    }

    fn action(&self, action: &Action) -> Judged {
        let own = self.term(action.term);
        let refined = action.refinements.iter().map(|it| self.constraint(it));
        refined.chain([own]).max().unwrap_or(own)
    }
}

const NO_SOURCE: Judged = judged(Badge::Promised, Why::NoSource);
