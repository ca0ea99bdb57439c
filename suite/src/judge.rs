//! The judgement of `policy` as the suite wants it told. Rules without action or target are taken,
//! a duty is a promise that only its violation breaks, and the state of the world is all there is:
//! a collection of which it names no members has none.

use std::collections::{BTreeMap, BTreeSet};

use odrl_parser::rdf::Node;
use odrl_parser::vocabulary::XSD;
use odrl_parser::{Constraint, Entity, Id, Literal, LiteralTag, PartyFunction, Policy, Rule, Term};
use policy::{
    Activation, Compiled, ConstraintReport, Decision, DutyFact, DutyMode, EntityReport, Facts,
    Incomplete, Membership, Modality, PolicyError, Profile, Provenance, Request, RuleKey,
    RuleReport, Settings, Told, Truth, check_with, evaluate,
};
use wire::pointer::Pointer;

use crate::judged::{Judged, JudgedConstraint, JudgedRule};
use crate::world::{DutyReport, DutyState, World};

/// Why a case cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// The compiled policy answers otherwise than the plain evaluator: a fault of ours.
    #[error("the compiled policy gives another answer")]
    Disagree,
    /// The policy cannot be evaluated.
    #[error("the policy cannot be judged: {0}")]
    Policy(PolicyError),
    /// The request does not say who wants to do what to which asset, each once.
    #[error("the request is not for one party, one action and one target")]
    Request,
}

/// Judges a request under a policy.
///
/// # Errors
/// [`JudgeError`] when the policy or the request is none that can be judged.
pub(crate) fn judge(
    policy: &Policy,
    request: &Policy,
    world: &World,
) -> Result<Judged, JudgeError> {
    let settings =
        Settings { duties: DutyMode::Promise, incomplete: Incomplete::Any, ..Settings::default() };
    let checked = check_with(policy, &Profile::v1(), &settings).map_err(JudgeError::Policy)?;
    let request = asked(request).ok_or(JudgeError::Request)?;
    let facts = facts(policy, world);
    let decision = evaluate(&checked, &request, &facts);
    let compiled = Compiled::new(&checked);
    let answer = compiled.decide(&request, &facts, &mut compiled.scratch());
    if (answer.verdict, answer.next_change) != (decision.verdict, decision.next_change) {
        return Err(JudgeError::Disagree);
    }
    let told = View { world, request: &request, truths: truths(&decision) };
    let rules = [
        (&policy.permissions, Modality::Permission, "PermissionReport"),
        (&policy.prohibitions, Modality::Prohibition, "ProhibitionReport"),
    ];
    let rules = rules
        .into_iter()
        .flat_map(|(rules, modality, class)| rules.iter().map(move |rule| (rule, modality, class)));
    let judged = rules.map(|(rule, modality, class)| {
        let of =
            |report: &&RuleReport| report.modality == modality && report.pointer == rule.pointer;
        let reports: Vec<&RuleReport> = decision.rules.iter().filter(of).collect();
        told.rule(rule, class, &reports)
    });
    Ok(Judged { rules: judged.collect() })
}

/// The one permission that is asked for.
fn asked(request: &Policy) -> Option<Request> {
    let [rule] = request.permissions.as_slice() else { return None };
    let [action] = rule.actions.as_slice() else { return None };
    let [target] = rule.targets.as_slice() else { return None };
    let mut assignees = assignees(rule);
    let assignee = assignees.next()?.id.clone()?;
    if assignees.next().is_some() {
        return None;
    }
    Some(Request { action: action.term, assignee, target: target.id.clone()? })
}

fn assignees(rule: &Rule) -> impl Iterator<Item = &Entity> {
    let roles = rule.parties.iter().filter(|role| role.function == PartyFunction::Assignee);
    roles.map(|role| &role.party)
}

/// What is known: the suite's own words count as those of the operator.
fn facts(policy: &Policy, world: &World) -> Facts {
    let provenance = Provenance::Operator;
    let mut facts = Facts::at(world.now);
    let rules = policy.permissions.iter().chain(&policy.prohibitions);
    let entities = rules.flat_map(|rule| rule.targets.iter().chain(assignees(rule)));
    let named = entities.filter(|entity| entity.is_collection).filter_map(|it| it.id.clone());
    for collection in named.chain(world.members.keys().cloned()).collect::<BTreeSet<Id>>() {
        let members = world.members.get(&collection).cloned().unwrap_or_default();
        let membership = Membership { members, provenance, valid_until: None };
        facts = facts.with_members(collection, membership);
    }
    for DutyReport { rule, state, .. } in &world.duties {
        let told = match state {
            DutyState::Fulfilled => Told::Fulfilled,
            DutyState::Violated => Told::Violated,
            DutyState::NotSet => continue,
        };
        if let Some(rule) = rule {
            let fact = DutyFact { told, provenance, valid_until: None };
            facts = facts.with_duty(RuleKey::Id(rule.clone()), fact);
        }
    }
    facts
}

/// Whether the constraints hold, by their places.
fn truths(decision: &Decision) -> BTreeMap<&Pointer, Truth> {
    let mut truths = BTreeMap::new();
    let mut open: Vec<&ConstraintReport> =
        decision.rules.iter().flat_map(|rule| &rule.constraints).collect();
    while let Some(report) = open.pop() {
        truths.insert(report.pointer(), report.truth());
        if let ConstraintReport::Joined { members, .. } = report {
            open.extend(members);
        }
    }
    truths
}

/// What rules are told of.
struct View<'a> {
    world: &'a World,
    request: &'a Request,
    truths: BTreeMap<&'a Pointer, Truth>,
}

impl View<'_> {
    /// A rule with several actions, targets or parties was judged once for each combination.
    fn rule(&self, rule: &Rule, class: &'static str, reports: &[&RuleReport]) -> JudgedRule {
        let entity = |of: fn(&RuleReport) -> Option<&EntityReport>| {
            let truths: Vec<Truth> =
                reports.iter().filter_map(|report| of(report)).map(|entity| entity.truth).collect();
            (!truths.is_empty()).then(|| truths.contains(&Truth::Satisfied))
        };
        let is_done = |report: &&RuleReport| {
            let covers = report.action.is_none_or(|action| action.covers(self.request.action));
            covers && report.refinements.iter().all(|it| it.truth() == Truth::Satisfied)
        };
        JudgedRule {
            id: rule.id.clone(),
            class,
            is_active: reports.iter().any(|report| report.activation == Activation::Active),
            target: entity(|report| report.target.as_ref()),
            party: entity(|report| report.assignee.as_ref()),
            action: (!rule.actions.is_empty()).then(|| reports.iter().any(is_done)),
            constraints: rule.constraints.iter().map(|it| self.constraint(it)).collect(),
            conditions: self.conditions(rule),
        }
    }

    /// The reports on the rule's duties. A world that has reports, but on other duties alone, is
    /// read as the suite reads it: they are meant for this one.
    fn conditions(&self, rule: &Rule) -> Vec<Node> {
        if rule.duties.is_empty() {
            return Vec::new();
        }
        let is_own = |report: &&DutyReport| {
            report.rule.is_some() && rule.duties.iter().any(|duty| duty.id == report.rule)
        };
        let own: Vec<&DutyReport> = self.world.duties.iter().filter(is_own).collect();
        let meant = if own.is_empty() { self.world.duties.iter().collect() } else { own };
        meant.into_iter().map(|report| report.report.clone()).collect()
    }

    /// The recursion is bounded by the nesting of a policy that was read.
    fn constraint(&self, constraint: &Constraint) -> JudgedConstraint {
        let is_satisfied = self.truths.get(constraint.pointer()) == Some(&Truth::Satisfied);
        match constraint {
            Constraint::Atomic { id, left, operator, right, .. } => JudgedConstraint::Atomic {
                id: id.clone(),
                left: (*left == Term::DATE_TIME).then(|| self.world.clock.clone()),
                operator: *operator,
                right: right.values.iter().map(node).collect(),
                is_satisfied,
            },
            Constraint::Logical { id, operator, operands, .. } => JudgedConstraint::Logical {
                id: id.clone(),
                operator: *operator,
                operands: operands.iter().map(|it| self.constraint(it)).collect(),
                is_satisfied,
            },
        }
    }
}

fn node(literal: &Literal) -> Node {
    let text = literal.lexical.as_str();
    match &literal.tag {
        LiteralTag::Boolean => Node::typed(text, "boolean"),
        LiteralTag::Datatype(datatype) => {
            let name = datatype.as_str().strip_prefix(XSD).unwrap_or("string");
            Node::typed(text, name)
        }
        LiteralTag::Iri => Node::iri(text),
        LiteralTag::Language(language) => Node::tagged(text, language),
        LiteralTag::Number => Node::typed(text, "integer"),
        LiteralTag::Plain => Node::typed(text, "string"),
    }
}
