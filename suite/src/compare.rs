//! Three ways to compare a report with the expected one, each stricter than the one before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use odrl_parser::rdf::{Graph, Node, TYPE};
use wire::text::shown;

use crate::isomorphic::isomorphic;
use crate::words::{REPORT, report_name, reports, stated};

/// How strictly reports are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Which rules are active.
    Activation,
    /// Which rules are active, and which of their premises are satisfied.
    Premises,
    /// The same graph, where the names of reports do not count.
    Graph,
}

impl Level {
    /// All of them, the strictest last.
    pub const ALL: [Self; 3] = [Self::Activation, Self::Premises, Self::Graph];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Premises => "premises",
            Self::Graph => "graph",
        }
    }
}

/// Most lines of each kind in a [`Difference`].
const LINES_MAX: usize = 3;

/// What one report says and the other does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Expected and not found, at most three.
    pub missing: Vec<String>,
    /// Found and not expected, at most three.
    pub unexpected: Vec<String>,
    /// Whether the search for an isomorphism was given up.
    pub undecided: bool,
}

/// Compares at a level.
///
/// # Errors
/// [`Difference`].
pub(crate) fn compare(level: Level, expected: &Graph, found: &Graph) -> Result<(), Difference> {
    match level {
        Level::Activation => same(activations(expected), activations(found)),
        Level::Premises => {
            same(activations(expected), activations(found))?;
            same(premises(expected), premises(found))
        }
        Level::Graph => {
            let (expected, found) = (nameless(expected), nameless(found));
            match isomorphic(&expected, &found) {
                Some(true) => Ok(()),
                other => {
                    let lines = difference(shapes(&expected), shapes(&found));
                    Err(Difference { undecided: other.is_none(), ..lines })
                }
            }
        }
    }
}

/// Lines, and how often each stands there.
type Lines = BTreeMap<String, usize>;

fn same(expected: Lines, found: Lines) -> Result<(), Difference> {
    if expected == found { Ok(()) } else { Err(difference(expected, found)) }
}

fn difference(expected: Lines, found: Lines) -> Difference {
    let more = |some: &Lines, than: &Lines| {
        let more = some.iter().filter(|(line, count)| than.get(*line) != Some(count));
        more.take(LINES_MAX).map(|(line, _)| line.clone()).collect()
    };
    Difference {
        missing: more(&expected, &found),
        unexpected: more(&found, &expected),
        undecided: false,
    }
}

fn lines(all: impl IntoIterator<Item = String>) -> Lines {
    let mut lines = Lines::new();
    for line in all {
        *lines.entry(line).or_default() += 1;
    }
    lines
}

const RULE_REPORTS: [&str; 3] = ["PermissionReport", "ProhibitionReport", "DutyReport"];

fn rule_reports(graph: &Graph) -> Vec<&Node> {
    RULE_REPORTS.into_iter().flat_map(|class| reports(graph, class)).collect()
}

/// What a property says in the words of the report model, or as it is written.
fn word(graph: &Graph, subject: &Node, property: &str) -> String {
    match stated(graph, subject, property) {
        Some(node) => report_name(node).map_or_else(|| node.to_string(), str::to_owned),
        None => "nothing".to_owned(),
    }
}

fn activations(graph: &Graph) -> Lines {
    lines(rule_reports(graph).into_iter().map(|rule| {
        format!("{} {}", word(graph, rule, "rule"), word(graph, rule, "activationState"))
    }))
}

fn premises(graph: &Graph) -> Lines {
    let mut found = Vec::new();
    for rule in rule_reports(graph) {
        let mut seen = BTreeSet::new();
        let mut open = vec![rule];
        while let Some(report) = open.pop() {
            for premise in graph.objects(report, &format!("{REPORT}premiseReport")) {
                if seen.insert(premise) {
                    found.push(format!(
                        "{}: {} {} {}",
                        word(graph, rule, "rule"),
                        graph.object(premise, TYPE).and_then(report_name).unwrap_or("nothing"),
                        word(graph, premise, "constraint"),
                        word(graph, premise, "satisfactionState"),
                    ));
                    open.push(premise);
                }
            }
        }
    }
    lines(found)
}

/// The graph with all its subjects turned into blank nodes.
fn nameless(graph: &Graph) -> Graph {
    let mut nameless = Graph::default();
    let subjects: BTreeSet<&Node> = graph.statements().map(|(subject, ..)| subject).collect();
    let blanks: BTreeMap<&Node, Node> =
        subjects.into_iter().map(|subject| (subject, nameless.blank())).collect();
    let renamed = |node: &Node| blanks.get(node).unwrap_or(node).clone();
    for (subject, predicate, object) in graph.statements() {
        // As many statements as the graph had, and no new names.
        let _ = nameless.insert(renamed(subject), predicate, renamed(object));
    }
    nameless
}

/// Statements without the names of blank nodes, to be shown.
fn shapes(graph: &Graph) -> Lines {
    let shape = |node: &Node| match node {
        Node::Blank(_) => "[]".to_owned(),
        Node::Iri(_) | Node::Literal { .. } => node.to_string(),
    };
    lines(graph.statements().map(|(s, p, o)| format!("{} <{p}> {}", shape(s), shape(o))))
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lead = "";
        for (lines, what) in [(&self.missing, "missing"), (&self.unexpected, "unexpected")] {
            for line in lines {
                write!(f, "{lead}{what} {}", shown(line))?;
                lead = "; ";
            }
        }
        match (lead.is_empty(), self.undecided) {
            (true, true) => f.write_str("the graphs are too much alike to be told apart"),
            (true, false) => f.write_str("the same statements hang together otherwise"),
            (false, _) => Ok(()),
        }
    }
}
