//! Why something was denied, as codes and values. The words for people are in `text`.

use std::collections::BTreeSet;
use std::fmt;

use odrl_parser::{LogicalOperator, Operator, Term};
use serde::{Serialize, Serializer};
use wire::pointer::Pointer;

use crate::decision::{AtomReport, ConstraintReport, RuleReport, Verdict};
use crate::evaluate::DutyState;
use crate::fact::Seen;
use crate::settings::DutyMode;
use crate::truth::Truth;

/// One reason of a denial: its code names the clause that it obeys, [`ReasonCode::clause`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What kind of reason.
    pub code: ReasonCode,
    /// The rule that caused it, if one did.
    pub rule: Option<Pointer>,
    /// The constraint that did not hold, with what it demanded and what was seen.
    pub constraint: Option<AtomReport>,
}

/// Kinds of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonCode {
    /// To judge it costs more than is allowed.
    BudgetExceeded,
    /// A constraint on another operand does not hold.
    ConditionNotMet,
    /// A duty that comes first is not done.
    DutyNotFulfilled,
    /// A duty was not done as demanded.
    DutyViolated,
    /// Sources contradict each other about a fact.
    FactConflicting,
    /// A fact is missing or cannot be compared.
    FactUnknown,
    /// What is known is out of date.
    FactStale,
    /// It is not known whether asset or party belong to a collection, or how they are.
    MembershipUnknown,
    /// Several alternatives hold where exactly one may.
    NotExactlyOne,
    /// All hold, but did not come to hold in their order, or no log says in which.
    NotInOrder,
    /// No permission regulates the action.
    NothingPermits,
    /// The party is not among the partners.
    NotThisPartner,
    /// The authority has not vetted the party as demanded.
    NotVetted,
    /// The time has not come.
    NotYet,
    /// The party that asks is not the agreement's.
    OtherAssignee,
    /// Another purpose was stated.
    OtherPurpose,
    /// The dataset is not the agreement's.
    OtherTarget,
    /// The policy contradicts itself, which by its strategy voids it.
    PolicyVoid,
    /// A prohibition applies.
    Prohibited,
    /// A prohibition may apply, and nobody can say that it does not.
    ProhibitedUnlessKnown,
    /// No purpose was stated.
    PurposeNotStated,
    /// The time is over.
    TimeOver,
    /// It is not known whether the authority has vetted the party.
    VettingUnknown,
    /// It is another time than the demanded one.
    WrongTime,
}

impl ReasonCode {
    /// All codes, in the order of their variants.
    pub const ALL: [Self; 24] = [
        Self::BudgetExceeded,
        Self::ConditionNotMet,
        Self::DutyNotFulfilled,
        Self::DutyViolated,
        Self::FactConflicting,
        Self::FactUnknown,
        Self::FactStale,
        Self::MembershipUnknown,
        Self::NotExactlyOne,
        Self::NotInOrder,
        Self::NothingPermits,
        Self::NotThisPartner,
        Self::NotVetted,
        Self::NotYet,
        Self::OtherAssignee,
        Self::OtherPurpose,
        Self::OtherTarget,
        Self::PolicyVoid,
        Self::Prohibited,
        Self::ProhibitedUnlessKnown,
        Self::PurposeNotStated,
        Self::TimeOver,
        Self::VettingUnknown,
        Self::WrongTime,
    ];

    /// The kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BudgetExceeded => "budget-exceeded",
            Self::ConditionNotMet => "condition-not-met",
            Self::DutyNotFulfilled => "duty-not-fulfilled",
            Self::DutyViolated => "duty-violated",
            Self::FactConflicting => "fact-conflicting",
            Self::FactStale => "fact-stale",
            Self::FactUnknown => "fact-unknown",
            Self::MembershipUnknown => "membership-unknown",
            Self::NotExactlyOne => "not-exactly-one",
            Self::NotInOrder => "not-in-order",
            Self::NotThisPartner => "not-this-partner",
            Self::NotVetted => "not-vetted",
            Self::NotYet => "not-yet",
            Self::NothingPermits => "nothing-permits",
            Self::OtherAssignee => "other-assignee",
            Self::OtherPurpose => "other-purpose",
            Self::OtherTarget => "other-target",
            Self::PolicyVoid => "policy-void",
            Self::Prohibited => "prohibited",
            Self::ProhibitedUnlessKnown => "prohibited-unless-known",
            Self::PurposeNotStated => "purpose-not-stated",
            Self::TimeOver => "time-over",
            Self::VettingUnknown => "vetting-unknown",
            Self::WrongTime => "wrong-time",
        }
    }
}

impl ReasonCode {
    /// The section of the ODRL Information Model 2.2, or of our profile, that the reason obeys.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::BudgetExceeded => "docs/profile.md, Judgement",
            Self::ConditionNotMet
            | Self::NotThisPartner
            | Self::NotVetted
            | Self::NotYet
            | Self::OtherPurpose
            | Self::TimeOver
            | Self::WrongTime => "ODRL Information Model 2.2, section 2.5.1",
            Self::FactConflicting
            | Self::FactStale
            | Self::FactUnknown
            | Self::PurposeNotStated
            | Self::VettingUnknown => "docs/profile.md, Operands",
            Self::NotExactlyOne | Self::NotInOrder => "ODRL Information Model 2.2, section 2.5.2",
            Self::DutyNotFulfilled | Self::DutyViolated => {
                "ODRL Information Model 2.2, section 2.6.3"
            }
            Self::MembershipUnknown | Self::OtherTarget => {
                "ODRL Information Model 2.2, section 2.2"
            }
            Self::OtherAssignee => "ODRL Information Model 2.2, section 2.3",
            Self::NothingPermits => "ODRL Information Model 2.2, section 2.6.2",
            Self::PolicyVoid => "ODRL Information Model 2.2, section 2.10",
            Self::Prohibited | Self::ProhibitedUnlessKnown => {
                "ODRL Information Model 2.2, section 2.6.4"
            }
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// What the other party may be told about a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// The answer.
    pub verdict: Verdict,
    /// The kinds of reasons.
    pub codes: BTreeSet<ReasonCode>,
}

/// What keeps a permission from holding: what is not known of asset and party, each leaf that fails
/// on a path of failing constraints, each duty that is in the way.
pub(crate) fn failing(rule: &RuleReport, mode: DutyMode) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for entity in [&rule.target, &rule.assignee].into_iter().flatten() {
        if entity.truth != Truth::Satisfied {
            let (code, rule) = (ReasonCode::MembershipUnknown, Some(rule.pointer.clone()));
            reasons.push(Reason { code, rule, constraint: None });
        }
    }
    let constraints = rule.refinements.iter().chain(&rule.constraints);
    for constraint in constraints.filter(|member| member.truth() != Truth::Satisfied) {
        collect(&rule.pointer, constraint, &mut reasons);
    }
    let in_the_way = rule.duties.iter().filter(|duty| duty.state.lets(mode) != Truth::Satisfied);
    for duty in in_the_way {
        let code = match duty.state {
            DutyState::Violated => ReasonCode::DutyViolated,
            DutyState::Cured
            | DutyState::Fulfilled
            | DutyState::Inactive
            | DutyState::Pending
            | DutyState::Unknown
            | DutyState::Waived => ReasonCode::DutyNotFulfilled,
        };
        reasons.push(Reason { code, rule: Some(duty.pointer.clone()), constraint: None });
    }
    reasons
}

fn collect(rule: &Pointer, constraint: &ConstraintReport, reasons: &mut Vec<Reason>) {
    match constraint {
        ConstraintReport::Atom(atom) => reasons.push(Reason {
            code: atom_code(atom),
            rule: Some(rule.clone()),
            constraint: Some(atom.clone()),
        }),
        ConstraintReport::Joined { operator, members, .. } => {
            let holding = members.iter().filter(|member| member.truth() == Truth::Satisfied);
            if *operator == LogicalOperator::Xone && holding.count() > 1 {
                let rule = Some(rule.clone());
                let reason = Reason { code: ReasonCode::NotExactlyOne, rule, constraint: None };
                return reasons.push(reason);
            }
            let mut failing = members.iter().filter(|it| it.truth() != Truth::Satisfied).peekable();
            if failing.peek().is_none() {
                // All hold, and still not the whole: then it is a sequence.
                let (code, rule) = (ReasonCode::NotInOrder, Some(rule.clone()));
                return reasons.push(Reason { code, rule, constraint: None });
            }
            for member in failing {
                collect(rule, member, reasons);
            }
        }
    }
}

fn atom_code(atom: &AtomReport) -> ReasonCode {
    let operand = atom.operand.operand();
    match &atom.seen {
        Seen::Absent | Seen::Untrusted { .. } if operand == Term::VETTED_AS => {
            ReasonCode::VettingUnknown
        }
        Seen::Absent | Seen::Untrusted { .. } if operand == Term::PURPOSE => {
            ReasonCode::PurposeNotStated
        }
        Seen::Absent | Seen::Untrusted { .. } => ReasonCode::FactUnknown,
        Seen::Conflicting => ReasonCode::FactConflicting,
        Seen::Stale { .. } => ReasonCode::FactStale,
        Seen::Known { .. } => known_code(operand, atom.operator, atom.truth),
    }
}

fn known_code(operand: Term, operator: Operator, truth: Truth) -> ReasonCode {
    if operand == Term::DATE_TIME || operand == Term::SINCE_AGREEMENT {
        return match operator {
            Operator::Lt | Operator::Lteq => ReasonCode::TimeOver,
            Operator::Gt | Operator::Gteq => ReasonCode::NotYet,
            Operator::Eq
            | Operator::HasPart
            | Operator::IsA
            | Operator::IsAllOf
            | Operator::IsAnyOf
            | Operator::IsNoneOf
            | Operator::IsPartOf
            | Operator::Neq => ReasonCode::WrongTime,
        };
    }
    if operand == Term::PARTICIPANT {
        ReasonCode::NotThisPartner
    } else if operand == Term::VETTED_AS {
        ReasonCode::NotVetted
    } else if operand == Term::PURPOSE {
        ReasonCode::OtherPurpose
    } else if truth == Truth::Unknown {
        ReasonCode::FactUnknown
    } else {
        ReasonCode::ConditionNotMet
    }
}
