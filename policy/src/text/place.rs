//! The common conditions of a permission, each with its place in a sentence: who, when, what for.

use odrl_parser::{Constraint, Operator, PartyFunction, Rule, Term};
use wire::iri::Iri;

use super::clause::{iris, literal_words};
use super::{Lang, Voice, and, list, mark, or, quote};
use crate::badge::Badge;

/// The conditions of a rule that have a place.
#[derive(Default)]
pub(super) struct Places {
    kinds: Option<Vec<Iri>>,
    partners: Option<Vec<Iri>>,
    from: Option<String>,
    until: Option<String>,
    within: Option<String>,
    purposes: Option<(Vec<Iri>, Badge)>,
}

impl Voice<'_> {
    /// Puts a condition into its place; false if it has none, or the place is taken.
    pub(super) fn put(&self, places: &mut Places, constraint: &Constraint) -> bool {
        let Constraint::Atomic {
            left,
            operator,
            right,
            unit: None,
            data_type: None,
            status: None,
            ..
        } = constraint
        else {
            return false;
        };
        if *left == Term::DATE_TIME || *left == Term::SINCE_AGREEMENT {
            return match right.values.as_slice() {
                [value] if right.references.is_empty() => {
                    let kind = self.book.terms.values(*left);
                    let words = literal_words(self.book, kind, value, self.lang);
                    self.put_time(places, *left, *operator, &words)
                }
                _ => false,
            };
        }
        let Some(iris) = iris(right) else {
            return false;
        };
        let is_one_of = matches!(operator, Operator::IsAnyOf | Operator::Eq);
        if *left == Term::VETTED_AS && *operator == Operator::IsAnyOf {
            put(&mut places.kinds, iris)
        } else if *left == Term::PARTICIPANT && is_one_of {
            put(&mut places.partners, iris)
        } else if *left == Term::PURPOSE && is_one_of {
            put(&mut places.purposes, (iris, self.standing.constraint(constraint).badge))
        } else {
            false
        }
    }

    fn put_time(&self, places: &mut Places, of: Term, operator: Operator, words: &str) -> bool {
        if of == Term::SINCE_AGREEMENT {
            let within = match self.lang {
                Lang::De => format!("höchstens {words} lang nach Vertragsschluss"),
                Lang::En => format!("for at most {words} after the agreement"),
            };
            return operator == Operator::Lteq && put(&mut places.within, within);
        }
        let (place, before) = match operator {
            Operator::Lteq => (&mut places.until, self.lang.pick("bis zum", "until")),
            Operator::Lt => (&mut places.until, self.lang.pick("vor dem", "before")),
            Operator::Gteq => (&mut places.from, self.lang.pick("ab dem", "from")),
            Operator::Gt => (&mut places.from, self.lang.pick("nach dem", "after")),
            Operator::Eq
            | Operator::HasPart
            | Operator::IsA
            | Operator::IsAllOf
            | Operator::IsAnyOf
            | Operator::IsNoneOf
            | Operator::IsPartOf
            | Operator::Neq => return false,
        };
        put(place, format!("{before} {words}"))
    }

    /// When: parts that follow the verb.
    pub(super) fn times(places: &Places) -> String {
        let parts = [&places.from, &places.until, &places.within];
        parts.into_iter().flatten().map(|part| format!(" {part}")).collect()
    }

    /// What for: a part that follows the main clause.
    pub(super) fn purposes(&self, places: &Places) -> String {
        let Some((purposes, badge)) = &places.purposes else {
            return String::new();
        };
        let (words, mark) = (self.quoted(purposes), mark(*badge, self.lang));
        match self.lang {
            Lang::De => format!(", für den Zweck {words}{mark}"),
            Lang::En => format!(", for {words}{mark}"),
        }
    }

    /// Who, and whether it is many.
    pub(super) fn subject(&self, rule: &Rule, places: &Places) -> (String, bool) {
        let has_assignee = rule.parties.iter().any(|role| role.function == PartyFunction::Assignee);
        if has_assignee && places.kinds.is_none() && places.partners.is_none() {
            let named = self.lang.pick("Der genannte Verpflichtete", "The assignee named here");
            return (named.to_owned(), false);
        }
        self.who(places)
    }

    fn who(&self, places: &Places) -> (String, bool) {
        let kinds = places.kinds.as_ref().map(|kinds| self.quoted(kinds));
        let partners = places.partners.as_ref().map(|partners| {
            let names = partners.iter().map(|did| self.book.terms.name(did.as_str(), self.lang));
            let names: Vec<String> = names.collect();
            (list(&names, and(self.lang)), names.len() > 1)
        });
        let lang = self.lang;
        match (partners, kinds) {
            (None, None) => {
                let all = ("Jedes Mitglied des Datenraums", "Every member of the data space");
                (lang.pick(all.0, all.1).to_owned(), false)
            }
            (None, Some(kinds)) => {
                let vetted = match lang {
                    Lang::De => {
                        format!("Mitglieder, die die Vertrauensstelle als {kinds} anerkannt hat,")
                    }
                    Lang::En => format!("Members that the authority has vetted as {kinds}"),
                };
                (vetted, true)
            }
            (Some((names, many)), kinds) => {
                let who = if many {
                    lang.pick("Nur die Partner", "Only the partners")
                } else {
                    lang.pick("Nur der Partner", "Only the partner")
                };
                let vetted = kinds.map(|kinds| vetted(&kinds, many, lang)).unwrap_or_default();
                (format!("{who} {names}{vetted}"), many)
            }
        }
    }

    fn quoted(&self, iris: &[Iri]) -> String {
        let name = |iri: &Iri| quote(&self.book.terms.name(iri.as_str(), self.lang), self.lang);
        list(&iris.iter().map(name).collect::<Vec<_>>(), or(self.lang))
    }

    /// The condition as a line of its own, if it has a place.
    pub(super) fn placed_line(&self, constraint: &Constraint) -> Option<String> {
        let mut places = Places::default();
        if !self.put(&mut places, constraint) {
            return None;
        }
        let only = self.lang.pick("nur", "only");
        let (who, _) = self.who(&places);
        Some(match (&places.partners, &places.kinds, &places.purposes) {
            (None, None, Some((purposes, _))) => {
                let what_for = self.lang.pick("für den Zweck", "for");
                format!("{only} {what_for} {}", self.quoted(purposes))
            }
            (None, None, None) => format!("{only}{}", Self::times(&places)),
            (_, _, _) => who,
        })
    }
}

fn vetted(kinds: &str, many: bool, lang: Lang) -> String {
    match lang {
        Lang::De => {
            let them = if many { "sie" } else { "ihn" };
            format!(", sofern die Vertrauensstelle {them} als {kinds} anerkannt hat,")
        }
        Lang::En => {
            let them = if many { "them" } else { "it" };
            format!(", if the authority has vetted {them} as {kinds},")
        }
    }
}

fn put<T>(place: &mut Option<T>, value: T) -> bool {
    let is_free = place.is_none();
    if is_free {
        *place = Some(value);
    }
    is_free
}
