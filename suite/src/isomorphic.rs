//! Whether two graphs are the same but for the names of their blank nodes (RDF 1.1 Concepts, section
//! 3.6): colours are refined until they say no more, then one node is told from its like and it goes
//! on. The search is bounded.

use std::collections::{BTreeMap, BTreeSet};

use odrl_parser::rdf::{Graph, Node};

/// How often nodes are coloured at most in one comparison, all together.
pub const SEARCH_MAX: usize = 1_000_000;

/// A colour for each blank node.
type Colours<'g> = BTreeMap<&'g Node, usize>;

/// What is said of a node from its place: whether it is the subject, the predicate, and the other
/// end: a name, or the colour of a blank node.
type Said<'g> = (bool, &'g str, Result<&'g Node, usize>);

/// Whether the graphs are isomorphic; none if that cannot be told within [`SEARCH_MAX`].
#[must_use]
pub fn isomorphic(one: &Graph, other: &Graph) -> Option<bool> {
    if one.len() != other.len() || ground(one) != ground(other) {
        return Some(false);
    }
    let (one, other) = (Ends::of(one), Ends::of(other));
    search(&one, &other, one.uncoloured(), other.uncoloured(), &mut 0)
}

const fn is_blank(node: &Node) -> bool {
    matches!(node, Node::Blank(_))
}

/// The statements without a blank node.
fn ground(graph: &Graph) -> BTreeSet<(&Node, &str, &Node)> {
    graph.statements().filter(|(s, _, o)| !is_blank(s) && !is_blank(o)).collect()
}

/// The statements about each blank node, from its side.
struct Ends<'g>(BTreeMap<&'g Node, Vec<(bool, &'g str, &'g Node)>>);

impl<'g> Ends<'g> {
    fn of(graph: &'g Graph) -> Self {
        let mut ends: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (subject, predicate, object) in graph.statements() {
            if is_blank(subject) {
                ends.entry(subject).or_default().push((true, predicate, object));
            }
            if is_blank(object) {
                ends.entry(object).or_default().push((false, predicate, subject));
            }
        }
        Self(ends)
    }

    fn uncoloured(&self) -> Colours<'g> {
        self.0.keys().map(|node| (*node, 0)).collect()
    }

    fn said(&self, node: &Node, colours: &Colours<'g>) -> Vec<Said<'g>> {
        let ends = self.0.get(node).into_iter().flatten();
        let mut said: Vec<Said<'g>> = ends
            .map(|(forward, predicate, end)| {
                (*forward, *predicate, colours.get(end).copied().map_or(Ok(*end), Err))
            })
            .collect();
        said.sort_unstable();
        said
    }
}

fn search<'g>(
    one: &Ends<'g>,
    other: &Ends<'g>,
    mut first: Colours<'g>,
    mut second: Colours<'g>,
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
        let sizes = |classes: &BTreeMap<usize, Vec<&Node>>| {
            classes.iter().map(|(colour, nodes)| (*colour, nodes.len())).collect::<Vec<_>>()
        };
        if sizes(&left) != sizes(&right) {
            return Some(false);
        }
        if left.len() > before {
            continue;
        }
        // Stable: where each class has one node the colours are the isomorphism.
        let Some((colour, nodes)) =
            left.iter().filter(|(_, nodes)| nodes.len() > 1).min_by_key(|(_, nodes)| nodes.len())
        else {
            return Some(true);
        };
        let fresh = left.len();
        let chosen = nodes.first().copied();
        for like in right.get(colour).into_iter().flatten().copied() {
            let (mut first, mut second) = (first.clone(), second.clone());
            first.extend(chosen.map(|node| (node, fresh)));
            second.insert(like, fresh);
            match search(one, other, first, second, steps) {
                Some(false) => {}
                found => return found,
            }
        }
        return Some(false);
    }
}

fn classes<'g>(colours: &Colours<'g>) -> BTreeMap<usize, Vec<&'g Node>> {
    let mut classes: BTreeMap<usize, Vec<&'g Node>> = BTreeMap::new();
    for (node, colour) in colours {
        classes.entry(*colour).or_default().push(node);
    }
    classes
}

/// Colours both graphs by the same table of what was said before.
fn refine<'g>(
    one: &Ends<'g>,
    other: &Ends<'g>,
    first: &Colours<'g>,
    second: &Colours<'g>,
) -> (Colours<'g>, Colours<'g>) {
    let seen = |ends: &Ends<'g>, colours: &Colours<'g>| {
        let seen =
            colours.iter().map(|(node, colour)| (*node, (*colour, ends.said(node, colours))));
        seen.collect::<BTreeMap<_, _>>()
    };
    let (first, second) = (seen(one, first), seen(other, second));
    let all: BTreeSet<_> = first.values().chain(second.values()).collect();
    let table: BTreeMap<_, usize> =
        all.into_iter().enumerate().map(|(at, said)| (said, at)).collect();
    let colour = |seen: &BTreeMap<&'g Node, (usize, Vec<Said<'g>>)>| {
        let coloured =
            seen.iter().map(|(node, said)| (*node, table.get(said).copied().unwrap_or(0)));
        coloured.collect::<Colours<'g>>()
    };
    (colour(&first), colour(&second))
}
