//! `policy explain`: a request judged under a policy, with the tree behind the answer and what would
//! change it.

use std::collections::BTreeSet;
use std::path::Path;

use odrl_parser::{Id, Term};
use policy::text::{self, Voice};
use policy::{
    CheckedPolicy, ConstraintReport, Decision, Explanation, Facts, Request, RuleReport, Seen,
    Truth, Verdict, evaluate,
};
use serde::Serialize;
use serde_json::Value;
use wire::node::{Node, ShapeError};

use super::{check, read};
use crate::cli::exit::Exit;
use crate::cli::local;
use crate::cli::output::Output;
use crate::cli::run::Ended;
use crate::cli::show::{LINE_CHARS_MAX, Show, safe};
use crate::desk::words::voice;
use crate::words::Lang;

/// An answer with all that it rests on.
#[derive(Debug, Serialize)]
struct ExplainedView {
    decision: Decision,
    explanation: Explanation,
    /// The policy in sentences.
    #[serde(skip)]
    sentences: Vec<String>,
    /// Why it is a denial; empty for a permit.
    #[serde(skip)]
    reason: String,
    /// What stands in the way and what would help, as sentences.
    words: Vec<String>,
}

/// Judges the request of one file under the policy of another. Refused where the answer is no.
pub(super) fn explain(file: &Path, request: &Path, output: &mut Output<'_>) -> Ended {
    let checked = check::judged(file, &read::only(file)?)?;
    let document = read::document(request)?;
    let (asked, facts) = read_request(&document).map_err(|why| {
        let hint =
            "write `action`, `assignee`, `target` and `facts`, as in docs/policy-commands.md";
        read::refused(request, "request-refused", &why, Some(hint.to_owned()))
    })?;
    let view = ExplainedView::of(&checked, &asked, &facts, voice(output.lang.into()));
    output.data(&view).map_err(|error| local(&error))?;
    Ok(match view.decision.verdict {
        Verdict::Permit => Exit::Done,
        Verdict::Deny => Exit::Refused,
    })
}

fn read_request(document: &Value) -> Result<(Request, Facts), String> {
    let told = |error: ShapeError| error.to_string();
    let root = Node::root(document);
    let members = root.object().map_err(told)?;
    members.refuse_unknown(&["action", "assignee", "facts", "target"]).map_err(told)?;
    let id = |name: &str| {
        let node = members.required(name).map_err(told)?;
        let text = node.string().map_err(told)?;
        Id::parse(text).map_err(|error| format!("{error} {}", node.pointer().place()))
    };
    let action = members.required("action").map_err(told)?;
    let written = action.string().map_err(told)?;
    let action = Term::action(written)
        .map_err(|_| format!("unknown action {}", action.pointer().place()))?;
    let mut facts = members.required("facts").map_err(told)?.value().clone();
    if let Value::Object(snapshot) = &mut facts {
        for list in ["duties", "facts", "memberships", "performances"] {
            snapshot.entry(list).or_insert_with(|| Value::Array(Vec::new()));
        }
    }
    let facts = Facts::from_json(&facts).map_err(|error| error.to_string())?;
    Ok((Request { action, assignee: id("assignee")?, target: id("target")? }, facts))
}

impl ExplainedView {
    fn of(checked: &CheckedPolicy, asked: &Request, facts: &Facts, voice: Voice<'_>) -> Self {
        let decision = evaluate(checked, asked, facts);
        let explanation = policy::explain(checked, asked, facts);
        let sentences = voice.sentences(checked.policy()).into_iter().map(|rule| rule.text);
        let reason = match decision.verdict {
            Verdict::Permit => String::new(),
            Verdict::Deny => text::reason(voice.book, &decision, voice.lang),
        };
        let words = match decision.verdict {
            Verdict::Permit => Vec::new(),
            Verdict::Deny => voice.explanation(checked.policy(), &explanation),
        };
        Self { sentences: sentences.collect(), reason, words, decision, explanation }
    }
}

impl Show for ExplainedView {
    fn show(&self, lang: Lang) -> String {
        let mut lines = vec![match (self.decision.verdict, lang) {
            (Verdict::Permit, Lang::De) => "Ja: Die Regel erlaubt es.".to_owned(),
            (Verdict::Permit, Lang::En) => "yes: the rule permits it".to_owned(),
            (Verdict::Deny, Lang::De) => format!("Nein: {}", self.reason),
            (Verdict::Deny, Lang::En) => format!("no: {}", self.reason),
        }];
        if let Some(at) = self.decision.next_change {
            lines.push(match lang {
                Lang::De => format!("Das ändert sich zum ersten Mal am {at}."),
                Lang::En => format!("this changes first at {at}"),
            });
        }
        lines.push(String::new());
        lines.extend(self.sentences.iter().cloned());
        lines.push(String::new());
        for rule in &self.decision.rules {
            lines.push(rule_line(rule, lang));
            for constraint in &rule.constraints {
                tree(constraint, 1, lang, &mut lines);
            }
        }
        if !self.words.is_empty() {
            lines.push(String::new());
            lines.extend(self.words.iter().map(|words| format!("- {words}")));
        }
        lines.iter().map(|line| safe(line, LINE_CHARS_MAX) + "\n").collect()
    }
}

const fn mark(truth: Truth) -> &'static str {
    match truth {
        Truth::Satisfied => "+",
        Truth::Unknown => "?",
        Truth::Unsatisfied => "-",
    }
}

/// A rule of the tree: whether its conditions hold, and what that comes to.
fn rule_line(rule: &RuleReport, lang: Lang) -> String {
    let applies = match (rule.regulates, rule.applies, lang) {
        (false, _, Lang::De) => "hier geht es um etwas anderes",
        (false, _, Lang::En) => "is about something else",
        (true, true, Lang::De) => "gilt",
        (true, true, Lang::En) => "applies",
        (true, false, Lang::De) => "gilt nicht",
        (true, false, Lang::En) => "does not apply",
    };
    let action = rule.action.map(|action| format!(" {action}")).unwrap_or_default();
    format!("{} {}{action}: {applies}", mark(rule.truth), rule.pointer)
}

/// The values that were seen, or why there are none.
fn seen(seen: &Seen, lang: Lang) -> Result<&'static str, &BTreeSet<policy::Value>> {
    let words = match seen {
        Seen::Known { values, .. } if !values.is_empty() => return Err(values),
        Seen::Known { .. } => ("nichts", "nothing"),
        Seen::Absent => ("unbekannt", "not known"),
        Seen::Conflicting => ("widersprüchlich", "contradictory"),
        Seen::Stale { .. } => ("veraltet", "out of date"),
        Seen::Untrusted { .. } => {
            ("aus einer Quelle, der nicht geglaubt wird", "not from a source that is believed")
        }
    };
    Ok(match lang {
        Lang::De => words.0,
        Lang::En => words.1,
    })
}

fn tree(report: &ConstraintReport, depth: usize, lang: Lang, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    match report {
        ConstraintReport::Atom(atom) => {
            let list = |values: &mut dyn Iterator<Item = &policy::Value>| {
                values.map(ToString::to_string).collect::<Vec<_>>().join(", ")
            };
            let demanded = list(&mut atom.demanded.iter());
            let seen = seen(&atom.seen, lang)
                .map_or_else(|values| list(&mut values.iter()), ToOwned::to_owned);
            let (mark, place) = (mark(atom.truth), &atom.pointer);
            let (operand, operator) = (atom.operand.operand(), atom.operator);
            let found = match lang {
                Lang::De => "gesehen",
                Lang::En => "seen",
            };
            lines.push(format!(
                "{indent}{mark} {place} {operand} {operator} {demanded}; {found}: {seen}"
            ));
        }
        ConstraintReport::Joined { pointer, operator, truth, members } => {
            lines.push(format!("{indent}{} {pointer} {}", mark(*truth), operator.name()));
            for member in members {
                tree(member, depth + 1, lang, lines);
            }
        }
    }
}
