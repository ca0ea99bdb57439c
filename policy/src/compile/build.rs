//! From checked policy to compiled one.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use odrl_parser::{LogicalOperator, Operator, Term};
use wire::pointer::Pointer;

use super::axis::{Member, atom_of, exactly_one, merge, source_of};
use super::change::moment_after;
use super::node::{Axis, Names, Node, Set};
use super::{Compiled, Duty, Match, Rule, Times};
use crate::check::{Atom, CheckedPolicy, CheckedRule, Condition, Matcher, Modality};
use crate::fact::{FactKey, Source};
use crate::profile::Profile;
use crate::value::{Phase, Value, ValueType};

pub(super) fn compile(policy: &CheckedPolicy) -> Compiled {
    let mut build = Build {
        profile: policy.profile(),
        nodes: Vec::new(),
        children: Vec::new(),
        times: Gathered::default(),
    };
    let rules = policy.rules().iter().map(|rule| build.rule(rule)).collect();
    let times = build.times.sorted(&build.nodes);
    let source = policy.policy();
    Compiled {
        policy: policy.clone(),
        nodes: build.nodes,
        children: build.children,
        rules,
        actions: policy.profile().listed_actions().clone(),
        target: source.target.clone(),
        assignee: source.assignee.clone(),
        conflict: source.conflict,
        times,
    }
}

struct Build<'a> {
    profile: &'a Profile,
    nodes: Vec<Node>,
    children: Vec<usize>,
    times: Gathered,
}

impl Build<'_> {
    fn rule(&mut self, rule: &CheckedRule) -> Rule {
        Rule {
            modality: rule.modality,
            covers: self.covers(rule),
            target: rule.target.as_ref().map(|it| self.matcher(it)),
            assignee: rule.assignee.as_ref().map(|it| self.matcher(it)),
            condition: self.all(rule.refinements.iter().chain(&rule.conditions)),
            duties: self.duties(rule),
        }
    }

    fn covers(&self, rule: &CheckedRule) -> u128 {
        let mut bits = 0;
        // One that has no bit is asked for as the plain evaluator does.
        for (at, action) in self.profile.actions().take(128).enumerate() {
            let implied = || {
                rule.modality == Modality::Prohibition
                    && self.profile.implied(action).into_iter().any(|it| rule.covers(it))
            };
            let named = |wide| self.profile.covers(wide, action);
            if rule.action.is_none_or(named) || implied() {
                bits |= 1_u128 << at;
            }
        }
        bits
    }

    fn matcher(&mut self, matcher: &Matcher) -> Match {
        self.times.collections.insert(matcher.id.clone());
        let refined = !matcher.refinements.is_empty();
        Match {
            id: matcher.id.clone(),
            is_collection: matcher.is_collection,
            refinement: refined.then(|| self.all(matcher.refinements.iter())),
        }
    }

    /// The remedies of a prohibition neither give nor take anything.
    fn duties(&mut self, rule: &CheckedRule) -> Vec<Duty> {
        if rule.modality != Modality::Permission {
            return Vec::new();
        }
        let duties = rule.duties.iter().enumerate().map(|(index, duty)| {
            self.times_of_duty(duty);
            Duty { key: duty.key.clone(), condition: self.all(duty.conditions.iter()), index }
        });
        duties.collect()
    }

    /// The plain evaluator looks at everything in a duty: so do its times.
    fn times_of_duty(&mut self, duty: &CheckedRule) {
        self.times.duties.insert(duty.key.clone());
        let matchers = [&duty.target, &duty.assignee].into_iter().flatten();
        for matcher in matchers {
            self.matcher(matcher);
        }
        self.all(duty.refinements.iter());
        for consequence in &duty.duties {
            self.times_of_duty(consequence);
            self.all(consequence.conditions.iter());
        }
    }

    /// One node for conditions that must all hold.
    fn all<'a>(&mut self, conditions: impl Iterator<Item = &'a Condition> + Clone) -> usize {
        for condition in conditions.clone() {
            self.times.condition(condition);
        }
        self.joined(LogicalOperator::And, conditions, &Pointer::root())
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn node(&mut self, condition: &Condition) -> usize {
        match condition {
            Condition::Joined { operator, members, pointer } => {
                self.joined(*operator, members.iter(), pointer)
            }
            Condition::Atom { .. } => {
                let node = atom_of(condition).map(|atom| self.atom(&atom));
                // An atom has exactly one atom in it.
                node.unwrap_or_else(|| self.push(Node::NEVER))
            }
        }
    }

    /// One that is about no line.
    fn atom(&mut self, atom: &Atom<'_>) -> usize {
        let (key, source) = (atom.key, atom.spec.source);
        if let (ValueType::Event, [Value::Iri(event)]) = (atom.spec.value_type, atom.demanded) {
            let phase = match atom.operator {
                Operator::Lt => Phase::Before,
                Operator::Gt => Phase::After,
                Operator::Eq
                | Operator::Gteq
                | Operator::HasPart
                | Operator::IsA
                | Operator::IsAllOf
                | Operator::IsAnyOf
                | Operator::IsNoneOf
                | Operator::IsPartOf
                | Operator::Lteq
                | Operator::Neq => Phase::During,
            };
            return self.push(Node::Event { event: event.clone(), source, phase });
        }
        self.names(key, source, atom)
    }

    fn names(&mut self, key: FactKey, source: Source, atom: &Atom<'_>) -> usize {
        let iris = || atom.demanded.iter().filter_map(Value::iri);
        let by_kind = matches!(atom.operator, Operator::IsA | Operator::IsPartOf);
        let mut named: Vec<Value> = if by_kind {
            iris().flat_map(|iri| self.profile.kinds_of(iri)).map(Value::Iri).collect()
        } else {
            atom.demanded.to_vec()
        };
        named.sort_unstable();
        named.dedup();
        let is_known = iris().all(|iri| self.profile.knows(iri));
        let (operator, demanded) = (atom.operator, atom.demanded.to_vec());
        self.push(Node::Names(Names { key, source, operator, named, demanded, is_known }))
    }

    fn joined<'a>(
        &mut self,
        operator: LogicalOperator,
        members: impl Iterator<Item = &'a Condition> + Clone,
        pointer: &Pointer,
    ) -> usize {
        let places = || members.clone().map(|member| member.pointer().clone()).collect();
        let mut merged = match operator {
            LogicalOperator::And | LogicalOperator::Or => merge(operator, members.clone()),
            LogicalOperator::Xone => exactly_one(members.clone(), pointer),
            LogicalOperator::AndSequence => members.clone().map(Member::of).collect(),
        };
        // What is one line is one node.
        let is_one = operator != LogicalOperator::AndSequence && merged.len() == 1;
        if let Some(only) = merged.pop_if(|_| is_one) {
            return self.child(only);
        }
        let nodes: Vec<usize> = merged.into_iter().map(|member| self.child(member)).collect();
        let from = self.children.len();
        self.children.extend(nodes);
        let children = from..self.children.len();
        if operator == LogicalOperator::AndSequence {
            return self.push(Node::Sequence { children, places: places() });
        }
        self.push(Node::Joined { operator, children })
    }

    fn child(&mut self, member: Member<'_>) -> usize {
        match (member.line, source_of(&member.condition)) {
            (Some(((key, _), set)), Some(source)) => {
                let written = Arc::new(member.condition.into_owned());
                self.push(Node::Axis(Axis { key, source, set, written }))
            }
            (_, _) => self.node(&member.condition),
        }
    }
}

/// The times of all rules while they are gathered.
#[derive(Default)]
struct Gathered {
    bounds: BTreeSet<Timestamp>,
    spans: BTreeSet<(Term, jiff::SignedDuration)>,
    keys: BTreeSet<FactKey>,
    collections: BTreeSet<odrl_parser::Id>,
    duties: BTreeSet<crate::fact::RuleKey>,
    events: BTreeSet<wire::iri::Iri>,
    steps: BTreeSet<Pointer>,
}

impl Gathered {
    fn condition(&mut self, condition: &Condition) {
        condition.for_each_atom(&mut |atom| {
            self.keys.insert(atom.key);
            for value in atom.demanded {
                match value {
                    Value::Instant(at) => self.bounds.extend([*at]),
                    Value::Day { start, end, .. } => self.bounds.extend([*start, *end]),
                    Value::DayTime(span) => self.spans.extend([(atom.spec.term, *span)]),
                    Value::Iri(event) if atom.spec.value_type == ValueType::Event => {
                        self.events.insert(event.clone());
                    }
                    Value::Decimal(_)
                    | Value::Event { .. }
                    | Value::Iri(_)
                    | Value::Quantity { .. }
                    | Value::Text { .. }
                    | Value::YearMonth(_) => {}
                }
            }
        });
        self.steps_of(condition);
    }

    fn steps_of(&mut self, condition: &Condition) {
        let Condition::Joined { operator, members, .. } = condition else { return };
        for member in members {
            if *operator == LogicalOperator::AndSequence {
                self.steps.insert(member.pointer().clone());
            }
            self.steps_of(member);
        }
    }

    fn sorted(self, nodes: &[Node]) -> Times {
        let mut flips = BTreeSet::new();
        for node in nodes {
            if let Node::Axis(Axis { key, set: Set::Nanoseconds(set), .. }) = node
                && key.operand() == Term::DATE_TIME
            {
                flips.extend(set.cuts().iter().filter_map(|(at, after)| {
                    let at = Timestamp::from_nanosecond(*at).ok()?;
                    if *after { moment_after(at) } else { Some(at) }
                }));
            }
        }
        let after: Vec<Timestamp> = self.bounds.iter().copied().filter_map(moment_after).collect();
        let bounds: BTreeSet<Timestamp> = self.bounds.into_iter().chain(after).collect();
        Times {
            flips: flips.into_iter().collect(),
            bounds: bounds.into_iter().collect(),
            spans: self.spans.into_iter().collect(),
            keys: self.keys.into_iter().collect(),
            collections: self.collections.into_iter().collect(),
            duties: self.duties.into_iter().collect(),
            events: self.events.into_iter().collect(),
            steps: self.steps.into_iter().collect(),
        }
    }
}
