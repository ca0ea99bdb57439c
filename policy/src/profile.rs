//! Which left operands can be judged, with which values and operators, and where the fact about
//! each comes from. What a profile does not list is refused before it is evaluated.
//! `profiles/allmende-v1.toml` is the table, `docs/profile.md` says the same in words.

mod read;
mod taxonomy;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use odrl_parser::{Operator, Term};
use wire::digest::Digest;
use wire::iri::Iri;

pub use read::ProfileError;
pub use window::Window;

use crate::badge::Badge;
use crate::fact::Source;
use crate::value::ValueType;
use taxonomy::Taxonomy;

/// IRI of the Allmende profile version 1.
pub const PROFILE_V1: &str = odrl_parser::vocabulary::ALLMENDE_V1;

/// The table of version 1 as it is compiled in.
pub const PROFILE_V1_TABLE: &str = include_str!("../profiles/allmende-v1.toml");

/// Never changes once it is read; should the table ever not be readable, nothing can be judged.
static V1: LazyLock<Profile> =
    LazyLock::new(|| Profile::read(PROFILE_V1_TABLE).unwrap_or_else(|_| Profile::of([])));

/// One left operand of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperandSpec {
    /// The left operand.
    pub term: Term,
    /// The type of its value.
    pub value_type: ValueType,
    /// The operators that are taken.
    pub operators: BTreeSet<Operator>,
    /// The one source that is believed.
    pub source: Source,
    /// What stands behind a constraint on it.
    pub badge: Badge,
    /// The units of which a quantity must have one; nothing else has a unit.
    pub units: BTreeSet<Iri>,
}

/// The operands, actions and the taxonomy against which policies are checked and evaluated.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile(Arc<Table>);

/// The digest alone: the table is long, and the same in every policy.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Profile").field(&self.0.digest.hex()).finish()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Table {
    operands: BTreeMap<Term, Arc<OperandSpec>>,
    aliases: BTreeMap<Term, Term>,
    unavailable: BTreeMap<Term, String>,
    actions: BTreeMap<Term, Badge>,
    /// The names of the actions in their order, for whoever numbers them.
    listed: Arc<[Term]>,
    /// Each of these actions with all that include it.
    above: BTreeMap<Term, Vec<Term>>,
    implies: BTreeMap<Term, BTreeSet<Term>>,
    membership: BTreeSet<Source>,
    duty: BTreeSet<Source>,
    narrowing: bool,
    taxonomy: Taxonomy,
    windows: BTreeMap<Iri, Window>,
    digest: Digest,
}

impl Profile {
    /// The Allmende profile version 1.
    #[must_use]
    pub fn v1() -> Self {
        V1.clone()
    }

    /// Reads a profile's table. Terms that the parser does not know cannot occur in a policy and
    /// are left out; anything else that is not understood is refused.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn read(table: &str) -> Result<Self, ProfileError> {
        read::table(table).map(|table| Self(Arc::new(table)))
    }

    /// A profile of the operands; operators that mean nothing for an operand's type are left out.
    /// The operator and the authority are believed about collections and duties.
    #[must_use]
    pub fn of(operands: impl IntoIterator<Item = OperandSpec>) -> Self {
        let operands = operands.into_iter().map(|mut spec| {
            spec.operators.retain(|operator| spec.value_type.gives_meaning_to(*operator));
            (spec.term, Arc::new(spec))
        });
        let table = Table {
            operands: operands.collect(),
            aliases: BTreeMap::new(),
            unavailable: BTreeMap::new(),
            actions: BTreeMap::from([(Term::USE, Badge::Enforced)]),
            listed: [Term::USE].into(),
            above: BTreeMap::new(),
            implies: BTreeMap::new(),
            membership: BTreeSet::from([Source::Operator, Source::TrustList]),
            duty: BTreeSet::from([Source::Credential, Source::Log, Source::Operator]),
            narrowing: false,
            taxonomy: Taxonomy::default(),
            windows: BTreeMap::new(),
            digest: Digest::of(b""),
        };
        let profile = Self(Arc::new(table));
        profile.sealed()
    }

    /// Adds to the taxonomy that `narrower` is a kind of `broader`. Cycles are harmless.
    #[must_use]
    pub fn with_broader(mut self, narrower: Iri, broader: Iri) -> Self {
        Arc::make_mut(&mut self.0).taxonomy.add(narrower, broader);
        self.sealed()
    }

    /// Adds that `implied` may not be prohibited where `action` is done (`odrl:implies`).
    #[must_use]
    pub fn with_implied(mut self, action: Term, implied: Term) -> Self {
        Arc::make_mut(&mut self.0).implies.entry(action).or_default().insert(implied);
        self.sealed()
    }

    /// What is added to a profile makes it another one.
    fn sealed(mut self) -> Self {
        let table = Arc::make_mut(&mut self.0);
        table.digest = Digest::of(b"");
        let whole = format!("{table:?}");
        table.digest = Digest::of(whole.as_bytes());
        self
    }

    /// The operand, if the profile can judge it; a deprecated name gives the one that replaced it.
    #[must_use]
    pub fn operand(&self, term: Term) -> Option<&OperandSpec> {
        self.shared_operand(term).map(Arc::as_ref)
    }

    pub(crate) fn shared_operand(&self, term: Term) -> Option<&Arc<OperandSpec>> {
        let term = self.0.aliases.get(&term).copied().unwrap_or(term);
        self.0.operands.get(&term)
    }

    /// All operands, by term.
    pub fn operands(&self) -> impl Iterator<Item = &OperandSpec> {
        self.0.operands.values().map(Arc::as_ref)
    }

    /// Why nobody here can judge a known operand, if the profile says so.
    #[must_use]
    pub fn unavailable(&self, term: Term) -> Option<&str> {
        self.0.unavailable.get(&term).map(String::as_str)
    }

    /// What stands behind a rule about the action. What is done elsewhere is a promise.
    #[must_use]
    pub fn action_badge(&self, action: Term) -> Badge {
        self.0.actions.get(&action).copied().unwrap_or(Badge::Promised)
    }

    /// Whether a rule about `wide` also regulates `narrow`.
    #[must_use]
    pub(crate) fn covers(&self, wide: Term, narrow: Term) -> bool {
        match self.0.above.get(&narrow) {
            Some(above) => above.contains(&wide),
            None => wide.covers(narrow),
        }
    }

    /// The actions that the profile names, in their order.
    pub fn actions(&self) -> impl Iterator<Item = Term> {
        self.0.listed.iter().copied()
    }

    pub(crate) fn listed_actions(&self) -> &Arc<[Term]> {
        &self.0.listed
    }

    /// The actions that may not be prohibited where `action` is done: all that it implies, and all
    /// that these imply.
    #[must_use]
    pub fn implied(&self, action: Term) -> BTreeSet<Term> {
        let mut found = BTreeSet::new();
        let mut open = vec![action];
        while let Some(action) = open.pop() {
            let implied = self.0.implies.get(&action).into_iter().flatten().copied();
            open.extend(implied.filter(|implied| found.insert(*implied)));
        }
        found
    }

    /// Whether the source is believed about the members of a collection.
    #[must_use]
    pub fn believes_membership(&self, source: Source) -> bool {
        self.0.membership.contains(&source)
    }

    /// Whether the source is believed about a duty that was done.
    #[must_use]
    pub fn believes_duty(&self, source: Source) -> bool {
        self.0.duty.contains(&source)
    }

    /// Whether a prohibition strictly below a permission narrows it where a policy names no
    /// conflict strategy (ruling 7).
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.0.narrowing
    }

    /// Whether `narrow` is `broad` or a kind of it; none if the pinned taxonomy does not know both.
    #[must_use]
    pub fn is_kind_of(&self, narrow: &Iri, broad: &Iri) -> Option<bool> {
        self.0.taxonomy.is_kind_of(narrow, broad)
    }

    /// Whether the taxonomy names it.
    #[must_use]
    pub fn knows(&self, kind: &Iri) -> bool {
        self.0.taxonomy.knows(kind)
    }

    /// Everything that is a kind of `broad`, itself included.
    #[must_use]
    pub fn kinds_of(&self, broad: &Iri) -> BTreeSet<Iri> {
        self.0.taxonomy.kinds_of(broad)
    }

    /// The window of time of this name.
    #[must_use]
    pub fn window(&self, name: &Iri) -> Option<&Window> {
        self.0.windows.get(name)
    }

    /// How many steps an answer of the taxonomy can take.
    #[must_use]
    pub fn taxonomy_size(&self) -> usize {
        self.0.taxonomy.size()
    }

    /// The digest of the table: two profiles with the same one judge alike.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest
    }
}

impl ValueType {
    /// Whether the operator means something for left values of this type.
    #[must_use]
    pub const fn gives_meaning_to(self, operator: Operator) -> bool {
        match operator {
            Operator::Eq | Operator::Neq => !matches!(self, Self::IriSet),
            Operator::Gt | Operator::Lt => self.is_ordered() || matches!(self, Self::Event),
            Operator::Gteq | Operator::Lteq => self.is_ordered(),
            Operator::HasPart | Operator::IsAllOf => matches!(self, Self::IriSet),
            Operator::IsA | Operator::IsPartOf => matches!(self, Self::Iri | Self::IriSet),
            Operator::IsAnyOf | Operator::IsNoneOf => !matches!(self, Self::Event),
        }
    }

    /// Whether the values lie on a line.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        match self {
            Self::Decimal | Self::Duration | Self::Instant | Self::Quantity | Self::YearMonth => {
                true
            }
            // Days and months have no order in common.
            Self::Event | Self::Interval | Self::Iri | Self::IriSet | Self::Text => false,
        }
    }
}
