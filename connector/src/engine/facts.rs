//! What is known of a partner at the moment of a decision, and who says so.

mod stated;
mod window;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use identity::trust::Status;
use jiff::Timestamp;
use odrl_parser::Term;
use policy::{Asked, Capabilities, CheckedPolicy, Fact, FactKey, Facts, Provenance, Value};
use protocol::transfer::Flow;
use wire::did::Did;
use wire::iri::Iri;

pub use self::stated::stated_purposes;
pub(super) use self::window::{is_known as is_known_window, turns as window_turns};

use super::usage::{Tense, Usage};
use crate::participant::Standing;
use crate::record::dataset::{CHANNEL_PULL, CHANNEL_PUSH};

/// What the authority's list says of whoever may take part (`docs/profile.md`).
const ACTIVE_MEMBER: &str = "https://w3id.org/allmende/v1/active-member";

/// What this program can do about a rule: the facts gathered below decide at each gate, and of what is
/// stated it has the partner's word. It changes no data and gets no receipts.
pub(crate) fn capabilities() -> &'static Capabilities {
    static OURS: LazyLock<Capabilities> = LazyLock::new(|| {
        let decided = [
            Term::COUNT,
            Term::DATE_TIME,
            Term::DELIVERY_CHANNEL,
            Term::ELAPSED_TIME,
            Term::MEMBERSHIP,
            Term::PARTICIPANT,
            Term::RATE,
            Term::SINCE_AGREEMENT,
            Term::TIME_INTERVAL,
            Term::TIME_WINDOW,
            Term::VETTED_AS,
            Term::VOLUME,
        ];
        let ours = Capabilities::deciding(decided);
        let gates = ours.gates.iter().copied().chain([Term::SEE]).collect();
        Capabilities { claims: stated::OPERANDS.into(), gates, ..ours }
    });
    &OURS
}

/// At which moment a rule is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment<'a> {
    /// Before there is a contract: what would be if it were agreed now, and used for the first time as
    /// the rule wants it, by the right channel and at the right hour.
    Offered,
    /// Under a contract.
    Agreed {
        /// When it ended, if it has.
        ended: Option<Timestamp>,
        /// Its meter; none where the rule asks for none.
        usage: Option<&'a Usage>,
        /// Which use is asked for.
        tense: Tense,
        /// Which way the data go; none where none is chosen yet.
        flow: Option<Flow>,
    },
}

/// About whom, and when, facts are gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'a> {
    /// Who uses the data.
    pub(crate) consumer: &'a Did,
    /// What our participant knows of the members of its data space.
    pub(crate) standing: &'a Standing,
    /// The time.
    pub(crate) now: Timestamp,
    /// Until when what the list says is good; none: always, where only the rule's own times are of
    /// interest.
    pub(crate) list_until: Option<Timestamp>,
    /// The moment.
    pub(crate) moment: Moment<'a>,
}

/// The facts that `rule` asks for, as far as anybody here knows them. The certificate says who the
/// consumer is, the authority's list as what it was vetted: a party that the list does not name, or
/// names as suspended, is nothing; a list that has expired says nothing at all.
pub(crate) fn gather(rule: &CheckedPolicy, circumstances: &Circumstances<'_>) -> Facts {
    let Circumstances { consumer, now, moment, .. } = circumstances;
    let agreed = rule.policy().timestamp.unwrap_or(*now);
    let facts = Facts::at(*now).agreed_at(agreed).participant(consumer, None);
    let all = &rule.asked();
    let facts = stated::state(listed(facts, circumstances), all);
    match moment {
        Moment::Offered => {
            let facts = Usage::default().read(facts, rule, *now, Tense::Next);
            let facts = wanted(facts, all, Term::TIME_WINDOW, Provenance::OwnClock);
            wanted(facts, all, Term::DELIVERY_CHANNEL, Provenance::Transfer)
        }
        Moment::Agreed { ended, usage, tense, flow } => {
            let facts = usage.map_or(facts.clone(), |usage| usage.read(facts, rule, *now, *tense));
            let facts = ended.map_or(facts.clone(), |ended| facts.ended_at(ended));
            let facts = window::open(facts, all, rule.profile(), *now);
            channel(facts, all, *flow)
        }
    }
}

fn listed(facts: Facts, circumstances: &Circumstances<'_>) -> Facts {
    let Circumstances { consumer, standing, now, list_until, .. } = circumstances;
    let list = &standing.list;
    if list_until.is_some() && list.check_time(*now).is_err() {
        return facts;
    }
    let member = list.member(consumer).filter(|member| member.status == Status::Active);
    let kinds = member.into_iter().flat_map(|member| member.vetted_as.iter().cloned());
    let facts = facts.vetted_as(kinds, list.number, *list_until);
    let standing = member.and_then(|_| Iri::parse(ACTIVE_MEMBER).ok()).map(Value::Iri);
    let provenance = Provenance::TrustList { number: list.number };
    let values = standing.into_iter().collect();
    let fact = Fact::Known { values, provenance, valid_until: *list_until };
    facts.with(FactKey::of(Term::MEMBERSHIP), fact)
}

/// The channel of the transfer; where none is chosen yet, what the rule wants can still be chosen.
fn channel(facts: Facts, asked: &[Asked<'_>], flow: Option<Flow>) -> Facts {
    let Some(flow) = flow else {
        return wanted(facts, asked, Term::DELIVERY_CHANNEL, Provenance::Transfer);
    };
    if !asked.iter().any(|asked| asked.key.operand() == Term::DELIVERY_CHANNEL) {
        return facts;
    }
    let values = Iri::parse(channel_of(flow)).map(Value::Iri).into_iter().collect();
    let provenance = Provenance::Transfer;
    let fact = Fact::Known { values, provenance, valid_until: None };
    facts.with(FactKey::of(Term::DELIVERY_CHANNEL), fact)
}

fn channel_of(flow: Flow) -> &'static str {
    match flow {
        Flow::Pull => CHANNEL_PULL,
        Flow::Push => CHANNEL_PUSH,
    }
}

/// Whether data can go this way at all.
pub(super) fn is_known_channel(name: &Iri) -> bool {
    [Flow::Pull, Flow::Push].into_iter().any(|flow| channel_of(flow) == name.as_str())
}

/// What the rule wants of `operand`.
fn wanted(facts: Facts, asked: &[Asked<'_>], operand: Term, provenance: Provenance) -> Facts {
    let values: BTreeSet<Value> = stated::wanted(asked, operand).cloned().collect();
    if values.is_empty() {
        return facts;
    }
    facts.with(FactKey::of(operand), Fact::Known { values, provenance, valid_until: None })
}
