//! One reader of a catalogue: each rule is asked once, however many datasets stand under it. What is
//! missing is told without values, names and places, which the rule itself may say of others.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use odrl_parser::Term;
use protocol::id::DatasetId;
use protocol::message::extension::{MISSING, REFUSED_NOW};
use serde_json::{Map, Value};
use wire::did::Did;

use super::{Prepared, Rules, Shown};
use crate::engine::error::EngineError;
use crate::engine::rule;
use crate::participant::Standing;
use crate::record::dataset::ListedFor;

/// What is known of a rule and this reader; nothing before it was asked.
#[derive(Clone, Debug, Default)]
struct Asked {
    sees: Option<bool>,
    permits: Option<bool>,
    missing: Option<Arc<str>>,
}

/// A reader at one moment.
pub(super) struct Reader<'a> {
    peer: &'a Did,
    standing: &'a Standing,
    now: Timestamp,
    /// By the number of the rule.
    asked: RefCell<Vec<Asked>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(peer: &'a Did, standing: &'a Standing, now: Timestamp) -> Self {
        Self { peer, standing, now, asked: RefCell::default() }
    }

    /// Whether the dataset is shown.
    pub(super) fn sees(
        &self,
        dataset: &DatasetId,
        listed_for: ListedFor,
        rules: &Rules,
    ) -> Result<bool, EngineError> {
        if !self.may_see(dataset, rules)? {
            return Ok(false);
        }
        match listed_for {
            ListedFor::Members => Ok(true),
            ListedFor::Permitted => self.permits(dataset, rules),
        }
    }

    fn may_see(&self, dataset: &DatasetId, rules: &Rules) -> Result<bool, EngineError> {
        let Some(access) = &rules.access else { return Ok(true) };
        if let Some(sees) = self.known(rules).sees {
            return Ok(sees);
        }
        let Self { peer, standing, now, .. } = self;
        let sees = rule::permits(access, Term::SEE, peer, dataset, standing, *now)?;
        self.keep(rules, |asked| asked.sees = Some(sees));
        Ok(sees)
    }

    /// The dataset as it is shown: to whom its rule gives no contract now, with what is missing.
    pub(super) fn shown(&self, dataset: &Arc<Prepared>) -> Result<Shown, EngineError> {
        let missing = match self.permits(&dataset.id, &dataset.rules)? {
            true => None,
            false => Some(self.missing(&dataset.id, &dataset.rules)?),
        };
        Ok(Shown { dataset: dataset.clone(), missing })
    }

    fn permits(&self, dataset: &DatasetId, rules: &Rules) -> Result<bool, EngineError> {
        if let Some(permits) = self.known(rules).permits {
            return Ok(permits);
        }
        let Self { peer, standing, now, .. } = self;
        let permits = rule::permits(&rules.whole, Term::USE, peer, dataset, standing, *now)?;
        self.keep(rules, |asked| asked.permits = Some(permits));
        Ok(permits)
    }

    fn missing(&self, dataset: &DatasetId, rules: &Rules) -> Result<Arc<str>, EngineError> {
        if let Some(missing) = self.known(rules).missing {
            return Ok(missing);
        }
        let Self { peer, standing, now, .. } = self;
        let rule = rules.whole.policy();
        let decision = rule::decide(rule, peer, dataset, standing, *now)?.redacted();
        let explanation = rule::explain_offered(rule, peer, dataset, standing, *now)?;
        let codes = decision.codes.iter().map(|code| Value::from(code.code()));
        let smallest = explanation.missing.unwrap_or_default();
        let operands: BTreeSet<String> =
            smallest.iter().filter_map(|missing| Some(missing.operand?.operand().iri())).collect();
        let mut told = Map::new();
        told.insert(REFUSED_NOW.to_owned(), codes.collect());
        if !operands.is_empty() {
            told.insert(MISSING.to_owned(), operands.into_iter().map(Value::from).collect());
        }
        let told = Value::Object(told).to_string();
        // Further members of an object that is there already.
        let members: Arc<str> = told.get(1..).unwrap_or("}").into();
        self.keep(rules, |asked| asked.missing = Some(members.clone()));
        Ok(members)
    }

    fn known(&self, rules: &Rules) -> Asked {
        self.asked.borrow().get(rules.number).cloned().unwrap_or_default()
    }

    fn keep(&self, rules: &Rules, change: impl FnOnce(&mut Asked)) {
        let mut asked = self.asked.borrow_mut();
        if asked.len() <= rules.number {
            asked.resize(rules.number + 1, Asked::default());
        }
        if let Some(asked) = asked.get_mut(rules.number) {
            change(asked);
        }
    }
}
