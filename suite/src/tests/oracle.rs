//! A judge of what the published cases use and of nothing else: clock, parties, targets, actions,
//! one level of collections, duties that may still be done.

use jiff::Timestamp;
use odrl_parser::rdf::Node;
use odrl_parser::vocabulary::XSD;
use odrl_parser::{
    Constraint, Entity, LiteralTag, LogicalOperator, Operator, PartyFunction, Policy, Rule, Term,
    parse_instant,
};

use crate::world::{DutyState, World};
use crate::{Judged, JudgedConstraint, JudgedRule};

pub(super) fn judge(policy: &Policy, request: &Policy, world: &World) -> Judged {
    let asked = &request.permissions[0];
    let permissions = policy.permissions.iter().map(|rule| ("PermissionReport", rule));
    let prohibitions = policy.prohibitions.iter().map(|rule| ("ProhibitionReport", rule));
    let rules =
        permissions.chain(prohibitions).map(|(class, rule)| judge_rule(class, rule, asked, world));
    Judged { rules: rules.collect() }
}

fn judge_rule(class: &'static str, rule: &Rule, asked: &Rule, world: &World) -> JudgedRule {
    let any = |named: &[&Entity], asked: &[&Entity]| {
        (!named.is_empty()).then(|| {
            named.iter().any(|named| asked.iter().any(|asked| covers(named, asked, world)))
        })
    };
    let target =
        any(&rule.targets.iter().collect::<Vec<_>>(), &asked.targets.iter().collect::<Vec<_>>());
    let party = any(&assignees(rule), &assignees(asked));
    let action = (!rule.actions.is_empty()).then(|| {
        let asked = asked.actions[0].term;
        rule.actions.iter().any(|action| action.term.covers(asked))
    });
    let constraints: Vec<JudgedConstraint> =
        rule.constraints.iter().map(|constraint| judge_constraint(constraint, world)).collect();
    let violated = rule.duties.iter().any(|duty| {
        let reports = world.duties.iter().filter(|report| report.rule == duty.id);
        reports.into_iter().any(|report| report.state == DutyState::Violated)
    });
    let conditions = world.duties.iter().filter(|_| !rule.duties.is_empty());
    JudgedRule {
        id: rule.id.clone(),
        class,
        is_active: [target, party, action].into_iter().flatten().all(|holds| holds)
            && constraints.iter().all(holds)
            && !violated,
        target,
        party,
        action,
        constraints,
        conditions: conditions.map(|report| report.report.clone()).collect(),
    }
}

fn assignees(rule: &Rule) -> Vec<&Entity> {
    let roles = rule.parties.iter().filter(|role| role.function == PartyFunction::Assignee);
    roles.map(|role| &role.party).collect()
}

fn covers(named: &Entity, asked: &Entity, world: &World) -> bool {
    let (named_id, asked_id) = (named.id.as_ref().unwrap(), asked.id.as_ref().unwrap());
    let members = world.members.get(named_id).filter(|_| named.is_collection);
    named_id == asked_id || members.is_some_and(|members| members.contains(asked_id))
}

fn holds(constraint: &JudgedConstraint) -> bool {
    match constraint {
        JudgedConstraint::Atomic { is_satisfied, .. }
        | JudgedConstraint::Logical { is_satisfied, .. } => *is_satisfied,
    }
}

fn judge_constraint(constraint: &Constraint, world: &World) -> JudgedConstraint {
    match constraint {
        Constraint::Atomic { id, left, operator, right, .. } => {
            assert_eq!(*left, Term::DATE_TIME);
            let [value] = &right.values[..] else { panic!("one value") };
            let LiteralTag::Datatype(datatype) = &value.tag else { panic!("a typed value") };
            let than = parse_instant(&value.lexical).unwrap();
            JudgedConstraint::Atomic {
                id: id.clone(),
                left: Some(world.clock.clone()),
                operator: *operator,
                right: vec![Node::typed(
                    &*value.lexical,
                    datatype.as_str().strip_prefix(XSD).unwrap(),
                )],
                is_satisfied: compare(world.now, *operator, than),
            }
        }
        Constraint::Logical { id, operator, operands, .. } => {
            let operands: Vec<_> =
                operands.iter().map(|operand| judge_constraint(operand, world)).collect();
            let is_satisfied = match operator {
                LogicalOperator::And => operands.iter().all(holds),
                LogicalOperator::Or => operands.iter().any(holds),
                LogicalOperator::AndSequence | LogicalOperator::Xone => panic!("{operator:?}"),
            };
            JudgedConstraint::Logical {
                id: id.clone(),
                operator: *operator,
                operands,
                is_satisfied,
            }
        }
    }
}

fn compare(now: Timestamp, operator: Operator, than: Timestamp) -> bool {
    match operator {
        Operator::Eq => now == than,
        Operator::Gt => now > than,
        Operator::Gteq => now >= than,
        Operator::Lt => now < than,
        Operator::Lteq => now <= than,
        Operator::Neq => now != than,
        Operator::HasPart
        | Operator::IsA
        | Operator::IsAllOf
        | Operator::IsAnyOf
        | Operator::IsNoneOf
        | Operator::IsPartOf => panic!("{operator}"),
    }
}
