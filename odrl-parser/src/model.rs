//! The source model: what a policy document says, every term resolved, every value still as
//! written. It decides nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use wire::iri::Iri;
use wire::pointer::Pointer;

use crate::id::Id;
use crate::operator::{LogicalOperator, Operator};
use crate::shorthand::Shorthand;
use crate::term::Term;

/// A policy: an Offer or Agreement of DSP 2025-1, or any policy of ODRL 2.2.
///
/// DSP binds target and parties at the policy and nowhere else; a policy of plain ODRL has them in
/// its rules, where the shorthand of a compact policy has been moved when it was read (ODRL
/// Information Model 2.2, section 2.7.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its `@type` and, for an offer, which of the two shapes of the contract schema it has.
    pub kind: PolicyKind,
    /// `@id`, or `uid`.
    pub id: Id,
    /// `target` as DSP binds it: absent in an offer of a catalogue and in plain ODRL.
    pub target: Option<Id>,
    /// `assigner` as DSP binds it: always present in its agreements.
    pub assigner: Option<Id>,
    /// `assignee` as DSP binds it: always present in its agreements.
    pub assignee: Option<Id>,
    /// `timestamp`: present exactly in an agreement of DSP.
    pub timestamp: Option<Timestamp>,
    /// `profile`: each one known to this crate.
    pub profiles: Vec<Iri>,
    /// `inheritFrom`: the policies whose rules this one takes over. What inherits cannot be judged:
    /// whoever holds the parents resolves it before anybody signs.
    pub inherits: Vec<Id>,
    /// What a compact policy of plain ODRL says once for all its rules. It stands in each of them
    /// already and means nothing more there; heirs take it over for theirs.
    pub shorthand: Shorthand,
    /// `conflict`; none where the document says nothing.
    pub conflict: Option<ConflictStrategy>,
    /// `permission`, in the document's order.
    pub permissions: Vec<Rule>,
    /// `prohibition`, in the document's order.
    pub prohibitions: Vec<Rule>,
    /// `obligation`, in the document's order.
    pub obligations: Vec<Rule>,
    /// Members that carry information only, by the name they were written with. They bind nobody.
    pub informative: Informative,
}

impl From<Policy> for Cow<'_, Policy> {
    fn from(policy: Policy) -> Self {
        Cow::Owned(policy)
    }
}

impl<'a> From<&'a Policy> for Cow<'a, Policy> {
    fn from(policy: &'a Policy) -> Self {
        Cow::Borrowed(policy)
    }
}

/// The policy types of ODRL 2.2, and the offer of DSP messages, which the DSP 2025-1 contract schema
/// gives a shape of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// What both parties are bound by.
    Agreement,
    /// A claim about rules.
    Assertion,
    /// An offer inside a negotiation message: it names its target.
    MessageOffer,
    /// An offer inside a catalogue: the dataset around it is its target. Also any offer of plain
    /// ODRL.
    Offer,
    /// What somebody is willing to let happen to personal data.
    Privacy,
    /// What an assignee wishes for.
    Request,
    /// Rules without more; also what has the type `Policy`.
    Set,
    /// A right of whoever holds it.
    Ticket,
}

/// What happens when a permission and a prohibition meet (ODRL Information Model 2.2, section 2.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConflictStrategy {
    /// `invalid`: the policy is void.
    Invalid,
    /// `perm`: the permission wins.
    Perm,
    /// `prohibit`: the prohibition wins.
    Prohibit,
}

impl ConflictStrategy {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 3] = [Self::Invalid, Self::Perm, Self::Prohibit];

    /// The name of the term.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Perm => "perm",
            Self::Prohibit => "prohibit",
        }
    }
}

impl PolicyKind {
    /// The value of `@type`.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Agreement => "Agreement",
            Self::Assertion => "Assertion",
            Self::MessageOffer | Self::Offer => "Offer",
            Self::Privacy => "Privacy",
            Self::Request => "Request",
            Self::Set => "Set",
            Self::Ticket => "Ticket",
        }
    }
}

/// Informative members: texts, language-tagged texts and references.
pub type Informative = BTreeMap<String, Value>;

/// A permission, prohibition, or duty in any of its four places.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// `@id`, unique in the policy.
    pub id: Option<Id>,
    /// `action`: exactly one in DSP and after expansion; several are so many rules.
    pub actions: Vec<Action>,
    /// `target`: empty where DSP binds it at the policy.
    pub targets: Vec<Entity>,
    /// `output`: what the action makes.
    pub outputs: Vec<Entity>,
    /// Parties by function, in the order of the functions.
    pub parties: Vec<Role>,
    /// `constraint`: all of them must hold.
    pub constraints: Vec<Constraint>,
    /// The duties that hang on this rule: `duty` of a permission, `remedy` of a prohibition,
    /// `consequence` of a duty or obligation.
    pub duties: Vec<Rule>,
    /// Members that carry information only.
    pub informative: Informative,
    /// Where the rule stands in the document that was parsed, relative to that document's root.
    pub pointer: Pointer,
}

impl Rule {
    /// Visits each constraint in it and in its duties.
    pub(crate) fn each_constraint(&mut self, visit: &mut dyn FnMut(&mut Constraint)) {
        let actions = self.actions.iter_mut().map(|action| &mut action.refinements);
        let parties = self.parties.iter_mut().map(|role| &mut role.party);
        let entities = self.targets.iter_mut().chain(&mut self.outputs).chain(parties);
        let refinements = entities.map(|entity| &mut entity.refinements);
        let all = actions.chain(refinements).chain([&mut self.constraints]);
        all.flatten().for_each(|constraint| constraint.each(visit));
        self.duties.iter_mut().for_each(|duty| duty.each_constraint(visit));
    }
}

/// What a rule is about, with what narrows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The action.
    pub term: Term,
    /// `refinement`: all of them must hold of what is done.
    pub refinements: Vec<Constraint>,
    /// Where it stands.
    pub pointer: Pointer,
}

/// An asset or a party, or a collection of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// `uid`; of a collection with refinements its `source`. None where only its kind is said.
    pub id: Option<Id>,
    /// Whether it is an `AssetCollection` or `PartyCollection`: the rule is about its members, of
    /// which a trusted source must know.
    pub is_collection: bool,
    /// `partOf`, as the document claims: it is shown and never believed.
    pub part_of: Vec<Id>,
    /// `refinement`: which members of the collection are meant.
    pub refinements: Vec<Constraint>,
    /// Where it stands.
    pub pointer: Pointer,
}

/// A party in a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// What it has to do with the rule.
    pub function: PartyFunction,
    /// Who it is.
    pub party: Entity,
}

/// The party functions of the ODRL 2.2 vocabulary, section 3.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyFunction {
    /// Who issues the rule.
    Assigner,
    /// Whom the rule binds.
    Assignee,
    /// Who is to be attributed.
    AttributedParty,
    /// Who attributes.
    AttributingParty,
    /// Who is compensated.
    CompensatedParty,
    /// Who compensates.
    CompensatingParty,
    /// Who has consented.
    ConsentedParty,
    /// Who obtains consent.
    ConsentingParty,
    /// Who is contracted.
    ContractedParty,
    /// Who contracts.
    ContractingParty,
    /// Who is informed.
    InformedParty,
    /// Who informs.
    InformingParty,
    /// Who is tracked.
    TrackedParty,
    /// Who tracks.
    TrackingParty,
}

impl PartyFunction {
    /// All functions, assigner and assignee first.
    pub const ALL: [Self; 14] = [
        Self::Assigner,
        Self::Assignee,
        Self::AttributedParty,
        Self::AttributingParty,
        Self::CompensatedParty,
        Self::CompensatingParty,
        Self::ConsentedParty,
        Self::ConsentingParty,
        Self::ContractedParty,
        Self::ContractingParty,
        Self::InformedParty,
        Self::InformingParty,
        Self::TrackedParty,
        Self::TrackingParty,
    ];

    /// The name of the property.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assigner => "assigner",
            Self::Assignee => "assignee",
            Self::AttributedParty => "attributedParty",
            Self::AttributingParty => "attributingParty",
            Self::CompensatedParty => "compensatedParty",
            Self::CompensatingParty => "compensatingParty",
            Self::ConsentedParty => "consentedParty",
            Self::ConsentingParty => "consentingParty",
            Self::ContractedParty => "contractedParty",
            Self::ContractingParty => "contractingParty",
            Self::InformedParty => "informedParty",
            Self::InformingParty => "informingParty",
            Self::TrackedParty => "trackedParty",
            Self::TrackingParty => "trackingParty",
        }
    }
}

/// A condition on a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    /// `leftOperand operator rightOperand`.
    Atomic {
        /// `@id`, unique in the policy.
        id: Option<Id>,
        /// `leftOperand`.
        left: Term,
        /// `operator`.
        operator: Operator,
        /// `rightOperand`.
        right: Operand,
        /// `unit` of the right operand, such as a currency.
        unit: Option<Iri>,
        /// `dataType` of the right operand.
        data_type: Option<Iri>,
        /// `status`: what the document claims of the left operand. It is shown and never believed.
        status: Option<Literal>,
        /// Where it stands.
        pointer: Pointer,
    },
    /// Constraints joined by a logical operator.
    Logical {
        /// `@id`, unique in the policy.
        id: Option<Id>,
        /// The member that joins them.
        operator: LogicalOperator,
        /// The joined constraints, at least one.
        operands: Vec<Constraint>,
        /// Where it stands.
        pointer: Pointer,
    },
}

impl Constraint {
    /// Where the constraint stands.
    #[must_use]
    pub const fn pointer(&self) -> &Pointer {
        match self {
            Self::Atomic { pointer, .. } | Self::Logical { pointer, .. } => pointer,
        }
    }

    /// Visits it and the constraints in it. The depth is that of a parsed policy, hence bounded.
    pub(crate) fn each(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        visit(self);
        if let Self::Logical { operands, .. } = self {
            operands.iter_mut().for_each(|operand| operand.each(visit));
        }
    }
}

/// A right operand: one value or, for operators that take a list, several. A list of one is the
/// same as its one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// `rightOperand`: the values, at least one unless there are references.
    pub values: Vec<Literal>,
    /// `rightOperandReference`: where the values are to be had. Nothing here fetches them: what has
    /// one cannot be judged until whoever made the policy has put the values in their place.
    pub references: Vec<Iri>,
    /// Where it stands.
    pub pointer: Pointer,
}

/// One value as written. What it means is decided by the type of the left operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text, or the digits of a number.
    pub lexical: String,
    /// How it was tagged.
    pub tag: LiteralTag,
    /// Where it stands.
    pub pointer: Pointer,
}

/// What a document says about the type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LiteralTag {
    /// A JSON boolean.
    Boolean,
    /// `{"@value": …, "@type": …}` with the absolute IRI of the type.
    Datatype(Iri),
    /// `{"@id": …}`; the text is an absolute IRI.
    Iri,
    /// `{"@value": …, "@language": …}` with the language tag in lower case.
    Language(String),
    /// A JSON integer.
    Number,
    /// A JSON string.
    Plain,
}
