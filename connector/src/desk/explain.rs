//! An answer with all that it rests on: of a contract, with what is really known, or of files.

use jiff::Timestamp;
use policy::text::{self, Lang};
use policy::{CheckedPolicy, Decision, Explanation, Verdict};
use protocol::Role;
use wire::did::Did;

use super::Inner;
use super::find::Contract;
use super::words::{Speaker, both, tree};
use crate::clock::Clock;
use crate::engine::error::EngineError;
use crate::engine::facts::{Circumstances, Moment};
use crate::engine::judge::Exercise;
use crate::engine::parts::Parts;
use crate::engine::rule;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{ContractId, ExplainedView, Words};

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn explain_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        at: Option<Timestamp>,
    ) -> Answer<ExplainedView> {
        let ours = actor.participant();
        let contract = self.find_contract(ours, id).await?;
        let process = &contract.negotiation.record.process;
        let rule = self.rule_of(ours, &contract).await?;
        let (decision, explanation) = self.explanation_of(ours, &contract, &rule, at).await?;
        let program = self.program_of(ours, &process.peer).await?;
        let mut view = explained(self.speaker(&program), &rule, &decision, &explanation)?;
        if contract.agreement.as_ref().is_some_and(|agreed| !agreed.stands()) {
            let Words { de, en } = &view.answer;
            view.answer = Words::new(
                format!("Nein: Der Vertrag ist beendet. Seine Regel allein sagt: {de}"),
                format!("no: the contract has ended; its rule alone says: {en}"),
            );
            view.permitted = false;
        }
        Ok(view)
    }

    /// By what is known now, also where another instant is asked for: that the authority's list must be
    /// renewed until then is our program's business.
    async fn explanation_of(
        &self,
        ours: &Did,
        contract: &Contract,
        rule: &CheckedPolicy,
        at: Option<Timestamp>,
    ) -> Result<(Decision, Explanation), EngineError> {
        let (_, standing) = self.engine.member(ours)?;
        let now = self.engine.clock().now();
        let list_over = standing.list.check_time(now).is_err();
        let (list_until, at) = (list_over.then_some(standing.list.expires), at.unwrap_or(now));
        if let Some(agreed) = &contract.agreement {
            let case = self.engine.case(ours, agreed).await?;
            return case.explain(&standing, at, list_until, Exercise::Another(None));
        }
        let process = &contract.negotiation.record.process;
        let consumer = match process.role {
            Role::Consumer => ours,
            Role::Provider => &process.peer,
        };
        let (standing, moment) = (&*standing, Moment::Offered);
        let circumstances = Circumstances { consumer, standing, now: at, list_until, moment };
        rule::explain(rule, &process.offer.target, &circumstances)
    }
}

/// The answer in words and whole.
///
/// # Errors
/// When the decision cannot be written as JSON.
pub(crate) fn explained(
    speaker: Speaker<'_>,
    rule: &CheckedPolicy,
    decision: &Decision,
    explanation: &Explanation,
) -> Result<ExplainedView, EngineError> {
    let unwritable = |_| EngineError::Internal { what: "a decision as JSON" };
    let policy = rule.policy();
    let permitted = decision.verdict == Verdict::Permit;
    let lines = |of: &dyn Fn(Lang) -> Vec<String>| -> Vec<Words> {
        let (de, en) = (of(Lang::De), of(Lang::En));
        de.into_iter().zip(en).map(|(de, en)| Words::new(de, en)).collect()
    };
    let said =
        |lang| speaker.voice(lang).sentences(policy).into_iter().map(|rule| rule.text).collect();
    let because = |lang| text::reason(speaker.book, decision, lang);
    Ok(ExplainedView {
        permitted,
        answer: match permitted {
            true => Words::new("Ja: Die Regel erlaubt es.", "yes: the rule permits it"),
            false => Words::new(
                format!("Nein: {}", because(Lang::De)),
                format!("no: {}", because(Lang::En)),
            ),
        },
        changes: decision.next_change.map(|at| {
            both(|lang| match lang {
                Lang::De => format!("Das ändert sich zum ersten Mal am {at}."),
                Lang::En => format!("this changes first at {at}"),
            })
        }),
        sentences: lines(&said),
        tree: tree::lines(&decision.rules),
        words: match permitted {
            true => Vec::new(),
            false => lines(&|lang| speaker.voice(lang).explanation(policy, explanation)),
        },
        decision: serde_json::to_value(decision).map_err(unwritable)?,
        explanation: serde_json::to_value(explanation).map_err(unwritable)?,
    })
}
