//! Whether two graphs are the same but for the names of their blank nodes (RDF 1.1 Concepts,
//! section 3.6): colours are refined until they say no more, then one node is told from its like
//! and it goes on. The search is bounded.

use std::collections::{BTreeMap, BTreeSet};

use odrl_parser::rdf::{Graph, Node};

/// How often nodes are coloured at most in one comparison, all together.
pub const SEARCH_MAX: usize = 1_000_000;

/// A colour for each blank node of a graph.
type Colours = Vec<usize>;

/// What a statement says of a blank node in it: the number of all that has a name, and the number
/// of the other end if that has none.
type Edge = (usize, Option<usize>);

/// The named parts of a statement: whether the blank node is its subject, the predicate, and the
/// other end unless it is blank.
type Label<'g> = (bool, &'g str, Option<&'g Node>);

/// Whether the graphs are isomorphic; none if that cannot be told within [`SEARCH_MAX`].
#[must_use]
pub fn isomorphic(one: &Graph, other: &Graph) -> Option<bool> {
    if one.len() != other.len() || ground(one) != ground(other) {
        return Some(false);
    }
    let mut labels = BTreeMap::new();
    let (one, other) = (edges(one, &mut labels), edges(other, &mut labels));
    if one.len() != other.len() {
        return Some(false);
    }
    let colours = vec![0; one.len()];
    search(&one, &other, colours.clone(), colours, &mut 0)
}

const fn is_blank(node: &Node) -> bool {
    matches!(node, Node::Blank(_))
}

/// The statements without a blank node.
fn ground(graph: &Graph) -> BTreeSet<(&Node, &str, &Node)> {
    graph.statements().filter(|(s, _, o)| !is_blank(s) && !is_blank(o)).collect()
}

/// The edges of each blank node, with numbers for names that both graphs share.
fn edges<'g>(graph: &'g Graph, labels: &mut BTreeMap<Label<'g>, usize>) -> Vec<Vec<Edge>> {
    let ends = graph.statements().flat_map(|(subject, _, object)| [subject, object]);
    let blanks: BTreeSet<&Node> = ends.filter(|node| is_blank(node)).collect();
    let numbers: BTreeMap<&Node, usize> =
        blanks.into_iter().enumerate().map(|(number, node)| (node, number)).collect();
    let mut edges = vec![Vec::new(); numbers.len()];
    for (subject, predicate, object) in graph.statements() {
        for (forward, from, to) in [(true, subject, object), (false, object, subject)] {
            let (from, end) = (numbers.get(from), numbers.get(to).copied());
            let fresh = labels.len();
            if let Some(known) = from.and_then(|from| edges.get_mut(*from)) {
                let label = (forward, predicate, end.is_none().then_some(to));
                known.push((*labels.entry(label).or_insert(fresh), end));
            }
        }
    }
    edges
}

fn search(
    one: &[Vec<Edge>],
    other: &[Vec<Edge>],
    mut first: Colours,
    mut second: Colours,
    steps: &mut usize,
) -> Option<bool> {
    loop {
        *steps += first.len() + second.len();
        if *steps > SEARCH_MAX {
            return None;
        }
        let before = classes(&first).len();
        (first, second) = refine(one, other, &first, &second);
        let (left, right) = (classes(&first), classes(&second));
        let sizes = |classes: &BTreeMap<usize, Vec<usize>>| {
            classes.iter().map(|(colour, nodes)| (*colour, nodes.len())).collect::<Vec<_>>()
        };
        if sizes(&left) != sizes(&right) {
            return Some(false);
        }
        if left.len() > before {
            continue;
        }
        let several = left.iter().filter(|(_, nodes)| nodes.len() > 1);
        let Some((colour, nodes)) = several.min_by_key(|(_, nodes)| nodes.len()) else {
            // Stable, and each colour has one node: the colours are the isomorphism.
            return Some(true);
        };
        let with = |colours: &Colours, node: usize| -> Colours {
            let recoloured = colours.iter().enumerate();
            recoloured.map(|(at, old)| if at == node { left.len() } else { *old }).collect()
        };
        let chosen = nodes.first().copied().unwrap_or_default();
        for like in right.get(colour).into_iter().flatten() {
            match search(one, other, with(&first, chosen), with(&second, *like), steps) {
                Some(false) => {}
                found => return found,
            }
        }
        return Some(false);
    }
}

fn classes(colours: &Colours) -> BTreeMap<usize, Vec<usize>> {
    let mut classes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (node, colour) in colours.iter().enumerate() {
        classes.entry(*colour).or_default().push(node);
    }
    classes
}

/// What is said of each node: its colour, and its edges with the colours of their ends.
fn said(edges: &[Vec<Edge>], colours: &Colours) -> Vec<(usize, Vec<Edge>)> {
    let coloured = |edge: &Edge| (edge.0, edge.1.and_then(|end| colours.get(end).copied()));
    let nodes = edges.iter().zip(colours);
    nodes
        .map(|(edges, colour)| {
            let mut seen: Vec<Edge> = edges.iter().map(coloured).collect();
            seen.sort_unstable();
            (*colour, seen)
        })
        .collect()
}

/// Colours both graphs anew by one table of what is said of their nodes.
fn refine(
    one: &[Vec<Edge>],
    other: &[Vec<Edge>],
    first: &Colours,
    second: &Colours,
) -> (Colours, Colours) {
    let (first, second) = (said(one, first), said(other, second));
    let all: BTreeSet<&(usize, Vec<Edge>)> = first.iter().chain(&second).collect();
    let table: BTreeMap<_, usize> =
        all.into_iter().enumerate().map(|(colour, said)| (said, colour)).collect();
    let colour = |said: &[(usize, Vec<Edge>)]| -> Colours {
        said.iter().filter_map(|said| table.get(said).copied()).collect()
    };
    (colour(&first), colour(&second))
}
