//! What a desk is made of, and how it shows itself.

use std::fmt;
use std::sync::Arc;

use policy::Book;

use super::{Connector, Office};
use crate::config::Config;
use crate::engine::Engine;
use crate::engine::parts::Parts;
use crate::home::Home;
use crate::log::Sequencer;

/// What a desk is made of.
pub struct Made<P: Parts, D> {
    /// The engine of all participants of the process.
    pub engine: Arc<Engine<P>>,
    /// The home folder.
    pub home: Home,
    /// The settings that the process runs with.
    pub config: Arc<Config>,
    /// How partners' data is read.
    pub partners: D,
    /// Signs and exports the logs.
    pub sequencer: Arc<Sequencer<P>>,
    /// The data space's authority, if this process is one.
    pub office: Option<Arc<dyn Office>>,
    /// The sentences and words that people read and choose.
    pub book: Arc<Book>,
}

impl<P: Parts, D> Clone for Connector<P, D> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<P: Parts, D> fmt::Debug for Connector<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("engine", &self.inner.engine).finish_non_exhaustive()
    }
}

impl<P: Parts, D> fmt::Debug for Made<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("engine", &self.engine).finish_non_exhaustive()
    }
}
