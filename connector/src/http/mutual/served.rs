//! What the mutual listener serves from: the engine, the participants' data, and neighbours.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use wire::did::Did;

use super::intake::Intake;
use super::neighbour::Neighbour;
use crate::data::source::root::DataRoot;
use crate::engine::Engine;
use crate::engine::parts::Parts;

/// Told of each checkpoint that a partner sent along: ours, the partner, the signed note.
pub type SeenCheckpoint = Arc<dyn Fn(&Did, &Did, &str) + Send + Sync>;

/// Everything that requests on the mutual listener are answered from.
pub struct Served<P: Parts, F> {
    /// The engine.
    pub engine: Arc<Engine<P>>,
    /// Where each participant's files lie.
    pub roots: BTreeMap<Did, DataRoot>,
    /// Reads network sources, for each participant as its operator lists them.
    pub sources: BTreeMap<Did, F>,
    /// Takes what providers push.
    pub intake: Arc<dyn Intake>,
    /// Endpoints beside the Dataspace Protocol.
    pub neighbours: Vec<Arc<dyn Neighbour>>,
    /// Told of partners' checkpoints.
    pub seen: SeenCheckpoint,
}

impl<P: Parts, F> fmt::Debug for Served<P, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served").field("engine", &self.engine).finish_non_exhaustive()
    }
}
