//! The two commands that keep a whole process going: what they are given and what they say. The
//! program says how they are done, so that the command line itself opens no store.

use std::future::Future;
use std::path::PathBuf;

use serde::Serialize;
use wire::did::Did;

use super::exit::Failure;
use crate::home::Home;
use crate::store::Moved;
use crate::words::Lang;

/// How the program serves and plays.
pub trait Tasks: Send + Sync {
    /// Serves the participants of a home, and the authority's office if it is one, until a signal;
    /// `told` hears once that everything listens.
    fn up(
        &self,
        home: &Home,
        told: impl FnOnce(Listening) + Send,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Serves a home as the gate of a foreign connector, until a signal; `told` hears once that
    /// everything listens.
    fn gate(
        &self,
        home: &Home,
        told: impl FnOnce(GateListening) + Send,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Moves the store of a home that is not running to the engine that its settings name; `told` hears
    /// now and then how many records and entries were copied.
    ///
    /// # Errors
    /// When it is not moved, or that is not sure.
    fn migrate(&self, home: &Home, told: impl FnMut(u64)) -> Result<StoreMoved, Failure>;

    /// Plays the main story on this machine and tells it on stdout.
    fn demo(&self, options: Demo) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Where a process answers, once it does.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listening {
    /// The participants that it serves.
    pub participants: Vec<Did>,
    /// The mutual listener.
    pub mutual: String,
    /// The public listener.
    pub public: String,
    /// The management listener.
    pub management: String,
    /// The local hand-over.
    pub handover: String,
}

/// Where a gate answers, once it does.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GateListening {
    /// Whose certificate it holds.
    pub participant: Did,
    /// The mutual listener, for partners.
    pub mutual: String,
    /// The public listener.
    pub public: String,
    /// The foreign connector, to which partners' requests go.
    pub to: String,
    /// Where the foreign connector calls partners in the clear.
    pub outward: String,
    /// Where it calls them by their own addresses.
    pub proxy: String,
    /// The folder with the gate's secret, trust stores and options.
    pub folder: PathBuf,
}

/// What `store migrate` came to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoreMoved {
    /// The engine that keeps the store now.
    pub engine: &'static str,
    /// What was moved; nothing where it kept the store already.
    #[serde(flatten)]
    pub moved: Option<Moved>,
}

/// `demo`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Demo {
    /// The folder of everything; made anew.
    pub folder: PathBuf,
    /// Keep running afterwards.
    pub stay: bool,
    /// The language of the story.
    pub lang: Lang,
    /// Tell it as JSON, one object a step.
    pub json: bool,
}
