//! A state of the world: the clock, who and what belongs to which collection, and what became of
//! duties.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use odrl_parser::rdf::{Graph, Node};
use odrl_parser::{Id, InstantError, parse_instant};

use crate::words::{DCT, REPORT, TEMP, report_name, reports, stated};

/// Why a state of the world cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// No clock, or several.
    #[error("it has no clock")]
    Clock,
    /// A clock that tells no instant.
    #[error("its clock tells no instant: {0}")]
    Instant(InstantError),
}

/// What is known besides the request.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// The clock.
    pub(crate) now: Timestamp,
    /// The clock as it is written.
    pub(crate) clock: Node,
    /// Members by collection. What belongs to a member of a collection is no member of it.
    pub(crate) members: BTreeMap<Id, BTreeSet<Id>>,
    /// What became of duties, of this policy or another.
    pub(crate) duties: Vec<DutyReport>,
}

/// What the world says of a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DutyReport {
    /// The report itself.
    pub(crate) report: Node,
    /// The duty.
    pub(crate) rule: Option<Id>,
    /// What became of it.
    pub(crate) state: DutyState,
}

/// The deontic state of a duty in the Compliance Report Model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DutyState {
    /// Done.
    Fulfilled,
    /// Neither done nor beyond being done.
    NotSet,
    /// Beyond being done.
    Violated,
}

impl World {
    /// Reads a state of the world.
    pub(crate) fn read(graph: &Graph) -> Result<Self, WorldError> {
        let clock = Node::iri(format!("{TEMP}currentTime"));
        let clock = graph.object(&clock, &format!("{DCT}issued")).ok_or(WorldError::Clock)?;
        let Node::Literal { lexical, .. } = clock else {
            return Err(WorldError::Clock);
        };
        let now = parse_instant(lexical).map_err(WorldError::Instant)?;
        let mut members: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        let part_of = format!("{}partOf", odrl_parser::vocabulary::ODRL);
        for (member, collection) in graph.with_predicate(&part_of) {
            if let (Some(member), Some(collection)) = (id(member), id(collection)) {
                members.entry(collection).or_default().insert(member);
            }
        }
        let duties = reports(graph, "DutyReport").into_iter().map(|report| DutyReport {
            report: report.clone(),
            rule: stated(graph, report, "rule").and_then(id),
            state: state(graph, report),
        });
        Ok(Self { now, clock: clock.clone(), members, duties: duties.collect() })
    }
}

fn id(node: &Node) -> Option<Id> {
    Id::parse(node.as_iri()?).ok()
}

fn state(graph: &Graph, report: &Node) -> DutyState {
    let states = graph.objects(report, &format!("{REPORT}deonticState"));
    match states.first().and_then(|state| report_name(state)) {
        Some("Fulfilled") => DutyState::Fulfilled,
        Some("Violated") => DutyState::Violated,
        Some(_) | None => DutyState::NotSet,
    }
}
