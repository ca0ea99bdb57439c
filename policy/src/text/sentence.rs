//! A policy as sentences, one for each rule. The common conditions get a place in the sentence; any
//! other follows term by term. No condition is left out.

use odrl_parser::{LogicalOperator, Operator, Term};
use serde::Serialize;
use wire::iri::Iri;
use wire::pointer::Pointer;

use super::clause::{clause, value_words};
use super::{Lang, and, badge, label, list, or};
use crate::badge::Badge;
use crate::check::{CheckedPolicy, CheckedRule, Condition, Modality};
use crate::value::Value;

/// One rule in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSentence {
    /// The rule.
    pub pointer: Pointer,
    /// Its sentence.
    pub text: String,
    /// What stands behind it as a whole.
    pub badge: Badge,
}

/// The whole policy in words.
#[must_use]
pub fn sentence(policy: &CheckedPolicy, lang: Lang) -> String {
    let texts: Vec<String> = sentences(policy, lang).into_iter().map(|rule| rule.text).collect();
    texts.join(" ")
}

/// Each rule in words, permissions first, in the document's order.
#[must_use]
pub fn sentences(policy: &CheckedPolicy, lang: Lang) -> Vec<RuleSentence> {
    let rules = policy.rules().iter().map(|rule| RuleSentence {
        pointer: rule.pointer.clone(),
        text: match rule.modality {
            Modality::Permission => permission(rule, lang),
            Modality::Prohibition
            | Modality::Obligation
            | Modality::Duty
            | Modality::Remedy
            | Modality::Consequence => prohibition(rule, lang),
        },
        badge: rule.badge(policy.profile()).badge,
    });
    rules.collect()
}

/// Each condition in words with its own badge, so that it can be seen which of them are only
/// promised; a rule without conditions, and a prohibition, as a whole.
#[must_use]
pub fn lines(policy: &CheckedPolicy, lang: Lang) -> Vec<RuleSentence> {
    let mut lines = Vec::new();
    for (rule, whole) in policy.rules().iter().zip(sentences(policy, lang)) {
        if rule.conditions.is_empty() || rule.modality == Modality::Prohibition {
            lines.push(whole);
            continue;
        }
        let badges = rule.badge(policy.profile()).constraints;
        for condition in side_by_side(&rule.conditions) {
            let (Condition::Atom { pointer, .. } | Condition::Joined { pointer, .. }) = condition;
            let weakest = badges.iter().filter(|atom| within(&atom.pointer, pointer));
            let badge = weakest.map(|atom| atom.badge).max().unwrap_or(whole.badge);
            let (pointer, text) = (pointer.clone(), line(condition, lang));
            lines.push(RuleSentence { pointer, text, badge });
        }
    }
    lines
}

/// All conditions that must hold together: `and` says nothing more than constraints side by side.
fn side_by_side(conditions: &[Condition]) -> Vec<&Condition> {
    let mut flat = Vec::new();
    for condition in conditions {
        match condition {
            Condition::Joined { operator: LogicalOperator::And, members, .. } => {
                flat.extend(side_by_side(members));
            }
            Condition::Atom { .. } | Condition::Joined { .. } => flat.push(condition),
        }
    }
    flat
}

fn within(inner: &Pointer, outer: &Pointer) -> bool {
    let rest = inner.as_str().strip_prefix(outer.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One condition of a permission as a line of its own.
fn line(condition: &Condition, lang: Lang) -> String {
    let places = places(std::slice::from_ref(condition), lang);
    let or = |iris: &[Iri]| list(&quoted_all(iris, lang), or(lang));
    if let Some(kinds) = &places.kinds {
        return match lang {
            Lang::De => {
                format!("nur Mitglieder, die die Vertrauensstelle als {} anerkannt hat", or(kinds))
            }
            Lang::En => format!("only members that the authority has vetted as {}", or(kinds)),
        };
    }
    if let Some(partners) = &places.partners {
        let names: Vec<String> = partners.iter().map(|did| label(did, lang)).collect();
        let names = list(&names, and(lang));
        return match lang {
            Lang::De => format!("nur {names}"),
            Lang::En => format!("only {names}"),
        };
    }
    if let Some(purposes) = &places.purposes {
        return match lang {
            Lang::De => format!("nur für den Zweck {}", or(purposes)),
            Lang::En => format!("only for {}", or(purposes)),
        };
    }
    let times = places.times();
    if !times.is_empty() {
        return match lang {
            Lang::De => format!("nur{times}"),
            Lang::En => format!("only{times}"),
        };
    }
    clause(condition, lang)
}

/// The conditions of a rule, sorted into the places of a sentence.
#[derive(Default)]
struct Places {
    kinds: Option<Vec<Iri>>,
    partners: Option<Vec<Iri>>,
    from: Option<String>,
    until: Option<String>,
    within: Option<String>,
    purposes: Option<Vec<Iri>>,
    rest: Vec<String>,
}

fn places(conditions: &[Condition], lang: Lang) -> Places {
    let mut places = Places::default();
    for condition in conditions {
        places.put(condition, lang);
    }
    places
}

impl Places {
    fn put(&mut self, condition: &Condition, lang: Lang) {
        match condition {
            // `and` says nothing more than constraints side by side.
            Condition::Joined { operator: LogicalOperator::And, members, .. } => {
                for member in members {
                    self.put(member, lang);
                }
            }
            Condition::Atom { spec, operator, demanded, .. } => {
                if !self.put_list(spec.term, *operator, demanded)
                    && !self.put_time(spec.term, *operator, demanded, lang)
                {
                    self.rest.push(clause(condition, lang));
                }
            }
            Condition::Joined { .. } => self.rest.push(clause(condition, lang)),
        }
    }

    fn put_list(&mut self, term: Term, operator: Operator, demanded: &[Value]) -> bool {
        let place = if term == Term::VETTED_AS && operator == Operator::IsAnyOf {
            &mut self.kinds
        } else if !matches!(operator, Operator::IsAnyOf | Operator::Eq) {
            return false;
        } else if term == Term::PARTICIPANT {
            &mut self.partners
        } else if term == Term::PURPOSE {
            &mut self.purposes
        } else {
            return false;
        };
        let iris: Vec<Iri> = demanded.iter().filter_map(iri).collect();
        if place.is_some() || iris.len() != demanded.len() {
            return false;
        }
        *place = Some(iris);
        true
    }

    fn put_time(&mut self, term: Term, operator: Operator, demanded: &[Value], lang: Lang) -> bool {
        let [value] = demanded else {
            return false;
        };
        let words = value_words(value, lang);
        if term == Term::SINCE_AGREEMENT && operator == Operator::Lteq && self.within.is_none() {
            self.within = Some(match lang {
                Lang::De => format!("höchstens {words} lang nach Vertragsschluss"),
                Lang::En => format!("for at most {words} after the agreement"),
            });
            return true;
        }
        if term != Term::DATE_TIME {
            return false;
        }
        let (place, text) = match (operator, lang) {
            (Operator::Lteq, Lang::De) => (&mut self.until, format!("bis zum {words}")),
            (Operator::Lteq, Lang::En) => (&mut self.until, format!("until {words}")),
            (Operator::Lt, Lang::De) => (&mut self.until, format!("vor dem {words}")),
            (Operator::Lt, Lang::En) => (&mut self.until, format!("before {words}")),
            (Operator::Gteq, Lang::De) => (&mut self.from, format!("ab dem {words}")),
            (Operator::Gteq, Lang::En) => (&mut self.from, format!("from {words}")),
            (Operator::Gt, Lang::De) => (&mut self.from, format!("nach dem {words}")),
            (Operator::Gt, Lang::En) => (&mut self.from, format!("after {words}")),
            (_, _) => return false,
        };
        if place.is_some() {
            return false;
        }
        *place = Some(text);
        true
    }

    /// When: parts that follow the verb.
    fn times(&self) -> String {
        let parts = [&self.from, &self.until, &self.within];
        parts.into_iter().flatten().map(|part| format!(" {part}")).collect()
    }

    /// What else: parts that follow the main clause.
    fn tail(&self, lang: Lang) -> String {
        let mut tail = String::new();
        if let Some(purposes) = &self.purposes {
            let promised = badge(Badge::Promised, lang);
            let words = list(&quoted_all(purposes, lang), or(lang));
            tail.push_str(&match lang {
                Lang::De => format!(", für den Zweck {words} ({promised})"),
                Lang::En => format!(", for {words} ({promised})"),
            });
        }
        if !self.rest.is_empty() {
            let rest = list(&self.rest, and(lang));
            tail.push_str(&match lang {
                Lang::De => format!(", sofern gilt: {rest}"),
                Lang::En => format!(", provided that {rest}"),
            });
        }
        tail
    }

    /// Who, and whether it is many.
    fn subject(&self, lang: Lang) -> (String, bool) {
        let kinds = self.kinds.as_ref().map(|kinds| list(&quoted_all(kinds, lang), or(lang)));
        let partners = self.partners.as_ref().map(|partners| {
            let names: Vec<String> = partners.iter().map(|did| label(did, lang)).collect();
            (list(&names, and(lang)), names.len() > 1)
        });
        match (partners, kinds, lang) {
            (None, None, Lang::De) => ("Jedes Mitglied des Datenraums".to_owned(), false),
            (None, None, Lang::En) => ("Every member of the data space".to_owned(), false),
            (None, Some(kinds), Lang::De) => {
                (format!("Mitglieder, die die Vertrauensstelle als {kinds} anerkannt hat,"), true)
            }
            (None, Some(kinds), Lang::En) => {
                (format!("Members that the authority has vetted as {kinds}"), true)
            }
            (Some((names, many)), None, Lang::De) => {
                (format!("Nur {} {names}", if many { "die Partner" } else { "der Partner" }), many)
            }
            (Some((names, many)), None, Lang::En) => {
                (format!("Only the {} {names}", if many { "partners" } else { "partner" }), many)
            }
            (Some((names, many)), Some(kinds), Lang::De) => {
                let who = if many { "die Partner" } else { "der Partner" };
                let vetted = format!("sofern die Vertrauensstelle sie als {kinds} anerkannt hat,");
                let vetted = if many { vetted } else { vetted.replacen(" sie ", " ihn ", 1) };
                (format!("Nur {who} {names}, {vetted}"), many)
            }
            (Some((names, many)), Some(kinds), Lang::En) => {
                let (who, them) = if many { ("partners", "them") } else { ("partner", "it") };
                let vetted = format!("if the authority has vetted {them} as {kinds},");
                (format!("Only the {who} {names}, {vetted}"), many)
            }
        }
    }
}

fn quoted_all(iris: &[Iri], lang: Lang) -> Vec<String> {
    iris.iter().map(|iri| label::quoted(iri, lang)).collect()
}

fn permission(rule: &CheckedRule, lang: Lang) -> String {
    let places = places(&rule.conditions, lang);
    let (subject, many) = places.subject(lang);
    let action = label::action(rule.action.unwrap_or(Term::USE));
    let (times, tail) = (places.times(), places.tail(lang));
    match lang {
        Lang::De => {
            let may = if many { "dürfen" } else { "darf" };
            format!("{subject} {may} den Datensatz{times} {}{tail}.", action.german)
        }
        Lang::En => format!("{subject} may {}{times}{tail}.", action.english),
    }
}

fn prohibition(rule: &CheckedRule, lang: Lang) -> String {
    let action = label::action(rule.action.unwrap_or(Term::USE));
    let clauses: Vec<String> = rule.conditions.iter().map(|member| clause(member, lang)).collect();
    let clauses = list(&clauses, and(lang));
    let mark = if rule.action == Some(Term::USE) {
        String::new()
    } else {
        format!(" ({})", badge(Badge::Promised, lang))
    };
    match (lang, clauses.is_empty()) {
        (Lang::De, true) => {
            format!("Es ist verboten, den Datensatz {}{mark}.", action.german_zu)
        }
        (Lang::De, false) => {
            format!(
                "Es ist verboten, den Datensatz {}{mark}, wenn gilt: {clauses}.",
                action.german_zu
            )
        }
        (Lang::En, true) => format!("It is forbidden to {}{mark}.", action.english),
        (Lang::En, false) => format!("It is forbidden to {}{mark} if {clauses}.", action.english),
    }
}

fn iri(value: &Value) -> Option<Iri> {
    match value {
        Value::Iri(iri) => Some(iri.clone()),
        Value::Day { .. }
        | Value::DayTime(_)
        | Value::Decimal(_)
        | Value::Event { .. }
        | Value::Instant(_)
        | Value::Quantity { .. }
        | Value::Text { .. }
        | Value::YearMonth(_) => None,
    }
}
