//! From files to cases. What the files say about upstream's own tools is not looked at.

use std::collections::BTreeMap;

use odrl_parser::rdf::{Graph, ImportError, Node, Rules, TYPE, policies, read_turtle};
use odrl_parser::{Id, Policy};
use wire::text::shown;

use crate::words::{DCT, EX};
use crate::world::{World, WorldError};

/// A file of the suite.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path below the suite's folder, with `/`; its folder says what it is.
    pub path: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// What a case is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The report that is expected.
    ExpectedReport,
    /// The policy.
    Policy,
    /// The request, with one permission.
    Request,
    /// The state of the world.
    World,
}

/// Why a case cannot be judged at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The case does not name one part, or nothing has the name.
    #[error("the case has no {}", .0.name())]
    Missing(Part),
    /// The file of the case cannot be read.
    #[error("{0}")]
    Unreadable(ImportError),
    /// A state of the world that cannot be read.
    #[error("the state of the world: {0}")]
    World(WorldError),
}

/// A policy, request or state of the world that cannot be read. Cases that name it lack it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {error}", shown(.path))]
pub struct Unreadable {
    /// The file.
    pub path: String,
    /// What is wrong with it.
    pub error: ImportError,
}

impl Part {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExpectedReport => "expected report",
            Self::Policy => "policy",
            Self::Request => "request",
            Self::World => "state of the world",
        }
    }

    /// The property that leads from a case to the part.
    const fn property(self) -> &'static str {
        match self {
            Self::ExpectedReport => "expectedReport",
            Self::Policy => "policy",
            Self::Request => "request",
            Self::World => "sotw",
        }
    }
}

/// A case that can be judged.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) policy: Policy,
    pub(crate) request: Policy,
    pub(crate) world: World,
    /// The statements of the expected report.
    pub(crate) expected: Graph,
}

/// A case, or why it is none.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) case: Result<Case, CaseError>,
}

/// Policies, requests and states of the world by their IRIs.
#[derive(Default)]
struct Library {
    policies: BTreeMap<Id, Policy>,
    requests: BTreeMap<Id, Policy>,
    worlds: BTreeMap<String, Graph>,
}

/// All cases, by path, and what they could not be made of.
pub(crate) fn read(files: &[File]) -> (Vec<Read>, Vec<Unreadable>) {
    let mut library = Library::default();
    let mut unreadable = Vec::new();
    let mut cases: Vec<&File> = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".ttl")) {
        match folder(&file.path) {
            "policies" | "requests" | "sotw" => {
                if let Err(error) = library.take(file) {
                    unreadable.push(Unreadable { path: file.path.clone(), error });
                }
            }
            "test_cases" => cases.push(file),
            _ => {}
        }
    }
    cases.sort_by(|one, other| one.path.cmp(&other.path));
    (cases.into_iter().flat_map(|file| library.cases(file)).collect(), unreadable)
}

fn folder(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let _name = parts.next();
    parts.next().unwrap_or_default()
}

impl Library {
    fn take(&mut self, file: &File) -> Result<(), ImportError> {
        let graph = read_turtle(&file.bytes)?;
        let shelf = match folder(&file.path) {
            "policies" => &mut self.policies,
            "requests" => &mut self.requests,
            _ => {
                for (subject, class) in graph.with_predicate(TYPE) {
                    if class.as_iri() == Some(&format!("{EX}Sotw"))
                        && let Some(iri) = subject.as_iri()
                    {
                        self.worlds.insert(iri.to_owned(), graph.clone());
                    }
                }
                return Ok(());
            }
        };
        shelf
            .extend(policies(&graph, Rules::Bare)?.into_iter().map(|read| (read.id.clone(), read)));
        Ok(())
    }

    /// The cases of a file; a file that cannot be read is one that failed.
    fn cases(&self, file: &File) -> Vec<Read> {
        let path = file.path.clone();
        let graph = match read_turtle(&file.bytes) {
            Ok(graph) => graph,
            Err(error) => {
                let case = Err(CaseError::Unreadable(error));
                return vec![Read { path, title: String::new(), case }];
            }
        };
        let class = Node::iri(format!("{EX}TestCase"));
        let typed = graph.with_predicate(TYPE).into_iter().filter(|(_, object)| **object == class);
        typed
            .map(|(subject, _)| Read {
                path: path.clone(),
                title: title(&graph, subject),
                case: self.case(&graph, subject),
            })
            .collect()
    }

    fn case(&self, graph: &Graph, case: &Node) -> Result<Case, CaseError> {
        let name = |part: Part| {
            let named = graph.object(case, &format!("{EX}{}", part.property()));
            named.and_then(Node::as_iri).ok_or(CaseError::Missing(part))
        };
        let policy = |part: Part, shelf: &BTreeMap<Id, Policy>| {
            let id = Id::parse(name(part)?).ok();
            let found = id.and_then(|id| shelf.get(&id).cloned());
            found.ok_or(CaseError::Missing(part))
        };
        Ok(Case {
            policy: policy(Part::Policy, &self.policies)?,
            request: policy(Part::Request, &self.requests)?,
            world: {
                let world = self.worlds.get(name(Part::World)?);
                let world = world.ok_or(CaseError::Missing(Part::World))?;
                World::read(world).map_err(CaseError::World)?
            },
            expected: expected(graph, case, name(Part::ExpectedReport)?)?,
        })
    }
}

/// Everything in the file of a case but the case itself: the report with all that it links to, and
/// what it forgets to link to.
fn expected(graph: &Graph, case: &Node, report: &str) -> Result<Graph, CaseError> {
    let report = Node::iri(report);
    if graph.predicates(&report).next().is_none() {
        return Err(CaseError::Missing(Part::ExpectedReport));
    }
    let mut expected = Graph::default();
    for (subject, predicate, object) in graph.statements().filter(|(s, ..)| *s != case) {
        // A part of a graph that was read is within its bounds.
        let _ = expected.insert(subject.clone(), predicate, object.clone());
    }
    Ok(expected)
}

fn title(graph: &Graph, case: &Node) -> String {
    match graph.object(case, &format!("{DCT}title")) {
        Some(Node::Literal { lexical, .. }) => lexical.clone(),
        Some(Node::Blank(_) | Node::Iri(_)) | None => String::new(),
    }
}
