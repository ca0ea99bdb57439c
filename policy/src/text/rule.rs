//! A rule term by term, complete: its actions with what narrows them, its assets, its parties, its
//! conditions, and the duties that hang on it.

use odrl_parser::{Constraint, Entity, Rule};
use wire::text::shown;

use super::{Lang, Voice, and, list, mark, quote};
use crate::badge::Badge;

/// How a rule hangs on what comes before it.
#[derive(Clone, Copy)]
pub(super) enum Owed {
    /// An obligation in its own right.
    Alone,
    /// A duty of a permission.
    For,
    /// The remedy of a prohibition.
    Remedy,
    /// The consequence of a duty.
    Consequence,
}

impl Voice<'_> {
    /// What may be done. In German with `between` before the verb, such as a time; in English after.
    pub(super) fn doing(&self, rule: &Rule, between: &str) -> String {
        self.each_action(rule, |words| match self.lang {
            Lang::De => format!("{}{between} {}", words.object, words.verb),
            Lang::En => format!("{}{between}", words.verb),
        })
    }

    /// What is forbidden, as an infinitive with "zu" or "to".
    pub(super) fn infinitive(&self, rule: &Rule) -> String {
        self.each_action(rule, |words| match self.lang {
            Lang::De => format!("{} {}", words.object, words.to_verb),
            Lang::En => format!("to {}", words.to_verb),
        })
    }

    fn each_action(&self, rule: &Rule, say: impl Fn(&crate::book::Relation) -> String) -> String {
        let actions = rule.actions.iter().map(|action| {
            let mut words = say(&self.book.terms.action(action.term, self.lang));
            if !action.refinements.is_empty() {
                let so = self.lang.pick("nur so, dass gilt", "only so that");
                words.push_str(&format!(" ({so}: {})", self.clauses(&action.refinements)));
            }
            words
        });
        list(&actions.collect::<Vec<_>>(), and(self.lang))
    }

    /// Assets and parties of a rule as a sentence of their own; nothing if the rule names none.
    pub(super) fn bound(&self, rule: &Rule) -> String {
        let mut bound = String::new();
        for (name, assets) in [
            (self.lang.pick("Gegenstand", "About"), &rule.targets),
            (self.lang.pick("Ergebnis", "Result"), &rule.outputs),
        ] {
            let assets: Vec<String> = assets.iter().map(|it| self.entity(it)).collect();
            if !assets.is_empty() {
                bound.push_str(&format!(" {name}: {}.", list(&assets, and(self.lang))));
            }
        }
        let parties = rule.parties.iter().map(|role| {
            let function = self.book.terms.party(role.function, self.lang);
            format!("{function} {}", self.entity(&role.party))
        });
        let parties: Vec<String> = parties.collect();
        if !parties.is_empty() {
            let name = self.lang.pick("Beteiligte", "Parties");
            bound.push_str(&format!(" {name}: {}.", parties.join("; ")));
        }
        bound
    }

    fn entity(&self, entity: &Entity) -> String {
        let id = entity.id.as_ref().map(|id| self.book.terms.name(id.as_str(), self.lang));
        let mut words = match (id, entity.is_collection) {
            (Some(id), false) => quote(&id, self.lang),
            (Some(id), true) => {
                let members = self.lang.pick("alle in", "all in");
                format!("{members} {}", quote(&id, self.lang))
            }
            (None, true) => self.lang.pick("eine Sammlung", "a collection").to_owned(),
            (None, false) => self.lang.pick("ohne Namen", "without a name").to_owned(),
        };
        for id in &entity.part_of {
            let claim = self.lang.pick("angeblich Teil von", "said to be part of");
            let id = quote(&shown(id.as_str()).to_string(), self.lang);
            words.push_str(&format!(" ({claim} {id})"));
        }
        if !entity.refinements.is_empty() {
            let which = self.lang.pick("für die gilt", "of which holds");
            words.push_str(&format!(", {which}: {}", self.clauses(&entity.refinements)));
        }
        words
    }

    /// A duty in any place, with its consequences.
    pub(super) fn owed(&self, rule: &Rule, how: Owed, badge: Badge) -> String {
        let before = match (how, self.lang) {
            (Owed::Alone, Lang::De) => "Wer den Datensatz nutzt, muss",
            (Owed::Alone, Lang::En) => "Whoever uses the dataset must",
            (Owed::For, Lang::De) => "Dafür ist Bedingung:",
            (Owed::For, Lang::En) => "On this condition: whoever uses the dataset must",
            (Owed::Remedy, Lang::De) => "Wer dagegen verstößt, muss",
            (Owed::Remedy, Lang::En) => "Whoever violates this must",
            (Owed::Consequence, Lang::De) => "Wer das nicht tut, muss außerdem",
            (Owed::Consequence, Lang::En) => "Whoever does not do so must also",
        };
        let mark = mark(badge, self.lang);
        let conditions = self.conditions(&rule.constraints);
        let bound = self.bound(rule);
        let mut words = format!("{before} {}{mark}{conditions}.{bound}", self.doing(rule, ""));
        for duty in &rule.duties {
            let badge = self.standing.obligation(duty).badge;
            words.push_str(&format!(" {}", self.owed(duty, Owed::Consequence, badge)));
        }
        words
    }

    fn conditions(&self, constraints: &[Constraint]) -> String {
        if constraints.is_empty() {
            return String::new();
        }
        let clauses = self.clauses(constraints);
        match self.lang {
            Lang::De => format!(", wenn gilt: {clauses}"),
            Lang::En => format!(" if {clauses}"),
        }
    }

    /// A prohibition with its remedies.
    pub(super) fn forbidden(&self, rule: &Rule) -> String {
        let actions = rule.actions.iter();
        let open = actions.filter(|action| !self.standing.ours.gates.contains(&action.term));
        // The clauses carry their own marks; here stands that of the action.
        let badge = open.count().checked_sub(1).map(|_| self.standing.prohibition(rule).badge);
        let mark = badge.map(|badge| mark(badge, self.lang)).unwrap_or_default();
        let conditions = self.conditions(&rule.constraints);
        let before = self.lang.pick("Es ist verboten,", "It is forbidden");
        let mut words =
            format!("{before} {}{mark}{conditions}.{}", self.infinitive(rule), self.bound(rule));
        for duty in &rule.duties {
            let badge = self.standing.obligation(duty).badge;
            words.push_str(&format!(" {}", self.owed(duty, Owed::Remedy, badge)));
        }
        words
    }
}
