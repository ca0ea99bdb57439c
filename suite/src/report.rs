//! A decision as a report in the Compliance Report Model 0.9, as the suite writes it: operator and
//! right operand stand in the report of an atomic constraint only when it is satisfied.

use odrl_parser::rdf::{Graph, ImportError, Node, TYPE};
use odrl_parser::vocabulary::ODRL;
use odrl_parser::{Id, Policy};

use crate::judged::{Judged, JudgedConstraint, JudgedRule};
use crate::words::{DCT, REPORT, report};

/// Writes the report on a request under a policy.
///
/// # Errors
/// [`ImportError`] if the report is larger than a graph may be.
pub(crate) fn write(
    policy: &Policy,
    request: &Policy,
    clock: &Node,
    judged: &Judged,
) -> Result<Graph, ImportError> {
    let mut writer = Writer(Graph::default());
    let whole = writer.report("PolicyReport")?;
    writer.0.insert(whole.clone(), &format!("{DCT}created"), clock.clone())?;
    writer.say(&whole, "policy", name(&policy.id))?;
    writer.say(&whole, "policyRequest", name(&request.id))?;
    let asked = request.permissions.first().and_then(|rule| rule.id.as_ref());
    for rule in &judged.rules {
        let rule = writer.rule(rule, asked)?;
        writer.say(&whole, "ruleReport", rule)?;
    }
    Ok(writer.0)
}

fn name(id: &Id) -> Node {
    Node::iri(id.as_str())
}

struct Writer(Graph);

impl Writer {
    fn report(&mut self, class: &str) -> Result<Node, ImportError> {
        let subject = self.0.blank();
        self.0.insert(subject.clone(), TYPE, report(class))?;
        Ok(subject)
    }

    fn say(&mut self, subject: &Node, property: &str, object: Node) -> Result<(), ImportError> {
        self.0.insert(subject.clone(), &format!("{REPORT}{property}"), object)
    }

    fn rule(&mut self, rule: &JudgedRule, asked: Option<&Id>) -> Result<Node, ImportError> {
        let subject = self.report(rule.class)?;
        self.say(&subject, "attemptState", report("Attempted"))?;
        if let Some(id) = &rule.id {
            self.say(&subject, "rule", name(id))?;
        }
        if let Some(id) = asked {
            self.say(&subject, "ruleRequest", name(id))?;
        }
        let active = if rule.is_active { "Active" } else { "Inactive" };
        self.say(&subject, "activationState", report(active))?;
        for (class, satisfied) in [
            ("TargetReport", rule.target),
            ("PartyReport", rule.party),
            ("ActionReport", rule.action),
        ] {
            if let Some(satisfied) = satisfied {
                let premise = self.premise(class, satisfied)?;
                self.say(&subject, "premiseReport", premise)?;
            }
        }
        self.constraints(&subject, &rule.constraints)?;
        for condition in &rule.conditions {
            self.say(&subject, "conditionReport", condition.clone())?;
        }
        Ok(subject)
    }

    fn premise(&mut self, class: &str, satisfied: bool) -> Result<Node, ImportError> {
        let subject = self.report(class)?;
        let state = if satisfied { "Satisfied" } else { "Unsatisfied" };
        self.say(&subject, "satisfactionState", report(state))?;
        Ok(subject)
    }

    /// The recursion is bounded by the nesting of a policy that was read.
    fn constraints(
        &mut self,
        parent: &Node,
        constraints: &[JudgedConstraint],
    ) -> Result<(), ImportError> {
        for constraint in constraints {
            let subject = match constraint {
                JudgedConstraint::Atomic { id, left, operator, right, is_satisfied } => {
                    let subject = self.premise("ConstraintReport", *is_satisfied)?;
                    self.named(&subject, id.as_ref())?;
                    if let Some(left) = left {
                        self.say(&subject, "constraintLeftOperand", left.clone())?;
                    }
                    if *is_satisfied {
                        self.say(&subject, "constraintOperator", term(operator.name()))?;
                        for value in right {
                            self.say(&subject, "constraintRightOperand", value.clone())?;
                        }
                    }
                    subject
                }
                JudgedConstraint::Logical { id, operator, operands, is_satisfied } => {
                    let subject = self.premise("ConstraintReport", *is_satisfied)?;
                    self.named(&subject, id.as_ref())?;
                    self.say(&subject, "constraintLogicalOperand", term(operator.name()))?;
                    self.constraints(&subject, operands)?;
                    subject
                }
            };
            self.say(parent, "premiseReport", subject)?;
        }
        Ok(())
    }

    fn named(&mut self, subject: &Node, id: Option<&Id>) -> Result<(), ImportError> {
        id.map_or(Ok(()), |id| self.say(subject, "constraint", name(id)))
    }
}

fn term(name: &str) -> Node {
    Node::iri(format!("{ODRL}{name}"))
}
