//! What is a kind of what, or lies within what, as pinned data.

use std::collections::{BTreeMap, BTreeSet};

use wire::iri::Iri;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Taxonomy {
    broader: BTreeMap<Iri, BTreeSet<Iri>>,
}

impl Taxonomy {
    pub(super) fn add(&mut self, narrower: Iri, broader: Iri) {
        self.name(broader.clone());
        self.broader.entry(narrower).or_default().insert(broader);
    }

    /// Makes a kind known without saying what it is a kind of.
    pub(super) fn name(&mut self, kind: Iri) {
        self.broader.entry(kind).or_default();
    }

    pub(super) fn knows(&self, kind: &Iri) -> bool {
        self.broader.contains_key(kind)
    }

    pub(super) fn size(&self) -> usize {
        self.broader.values().map(|broader| broader.len().saturating_add(1)).sum()
    }

    pub(super) fn is_kind_of(&self, narrow: &Iri, broad: &Iri) -> Option<bool> {
        let mut seen = BTreeSet::from([narrow]);
        let mut open = vec![narrow];
        while let Some(kind) = open.pop() {
            if kind == broad {
                return Some(true);
            }
            let parents = self.broader.get(kind).into_iter().flatten();
            open.extend(parents.filter(|parent| seen.insert(parent)));
        }
        (self.knows(narrow) && self.knows(broad)).then_some(false)
    }

    /// Everything below `broad`, and `broad` itself.
    pub(super) fn kinds_of(&self, broad: &Iri) -> BTreeSet<Iri> {
        let mut found = BTreeSet::from([broad]);
        loop {
            let known = found.len();
            for (kind, broader) in &self.broader {
                if broader.iter().any(|it| found.contains(it)) {
                    found.insert(kind);
                }
            }
            if found.len() == known {
                return found.into_iter().cloned().collect();
            }
        }
    }
}
