//! What people do while a contract is talked over: counter, offer, propose, and say what is accepted
//! without asking them.

use policy::Book;
use protocol::id::DatasetId;
use serde_json::Value;

use super::Inner;
use super::words::Speaker;
use crate::engine::negotiation::{Act, Proposed};
use crate::engine::parts::Parts;
use crate::engine::rule::{self, Shape};
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{
    AcceptanceInput, AcceptanceView, AcceptedRule, ContractId, ContractView, DatasetView,
    OtherTerms, Proposal, RuleInput, TermsInput, Wait, Words,
};
use crate::record::acceptance::{Acceptance, AcceptanceChange, Otherwise};

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn counter_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        terms: TermsInput,
    ) -> Answer<ContractView> {
        self.act(actor, id, Act::Counter(terms_of(&self.book, terms.terms)?)).await
    }

    pub(super) async fn offer_contract(
        &self,
        actor: &Actor,
        id: &ContractId,
        terms: TermsInput,
    ) -> Answer<ContractView> {
        self.act(actor, id, Act::Offer(terms_of(&self.book, terms.terms)?)).await
    }

    async fn act(&self, actor: &Actor, id: &ContractId, act: Act) -> Answer<ContractView> {
        let ours = actor.participant();
        let pid = self.find_contract(ours, id).await?.negotiation.pid;
        self.engine.negotiate(ours, &pid, &act, Some(actor.account().as_str())).await?;
        self.shown_again(actor, &pid).await
    }

    pub(super) async fn propose_contract(
        &self,
        actor: &Actor,
        proposal: Proposal,
        wait: Wait,
    ) -> Answer<ContractView> {
        let ours = actor.participant();
        let peer = self.partner(actor, &proposal.peer)?;
        let dataset = self.find_dataset(ours, &proposal.dataset).await?;
        // From here on, nothing that happens is missed by the wait.
        let watch = self.engine.watch();
        let proposed = Proposed {
            peer,
            dataset,
            offer: proposal.terms.map(|terms| terms_of(&self.book, terms)).transpose()?,
            account: Some(actor.account().as_str().to_owned()),
        };
        let pid = self.engine.offer_to(ours, proposed).await?;
        self.settled(actor, &pid, wait, watch).await
    }

    pub(super) async fn acceptance(&self, actor: &Actor) -> Answer<AcceptanceView> {
        let acceptance = self.engine.acceptance(actor.participant(), None).await?;
        acceptance_view(Speaker::of(&self.book), acceptance, None)
    }

    pub(super) async fn change_acceptance(
        &self,
        actor: &Actor,
        change: AcceptanceInput,
    ) -> Answer<AcceptanceView> {
        let (ours, account) = (actor.participant(), actor.account().as_str());
        let changed =
            self.engine.change_acceptance(ours, None, change_of(&self.book, change)?, account);
        acceptance_view(Speaker::of(&self.book), changed.await?, None)
    }

    pub(super) async fn dataset_acceptance(
        &self,
        actor: &Actor,
        id: &DatasetId,
        change: AcceptanceInput,
    ) -> Answer<DatasetView> {
        let (ours, account) = (actor.participant(), actor.account().as_str());
        let id = self.find_dataset(ours, id).await?;
        let change = change_of(&self.book, change)?;
        self.engine.change_acceptance(ours, Some(&id), change, account).await?;
        self.dataset(actor, &id).await
    }
}

fn change_of(book: &Book, given: AcceptanceInput) -> Answer<AcceptanceChange> {
    let otherwise = given.otherwise.map(|chosen| match chosen {
        OtherTerms::AskPerson => Otherwise::AskPerson,
        OtherTerms::Refuse => Otherwise::Refuse,
    });
    let add = given.rule.map(|rule| terms_of(book, rule)).transpose()?;
    let AcceptanceInput { clear, no_worse, promises, .. } = given;
    Ok(AcceptanceChange { clear, add, no_worse, promises, otherwise })
}

/// The terms that a person gave, as an offer that has no id yet.
pub(super) fn terms_of(book: &Book, given: RuleInput) -> Answer<Value> {
    let mut terms = super::rule::terms(book, given)?;
    if let Value::Object(members) = &mut terms {
        for own in ["@id", "target", "assigner", "assignee"] {
            members.remove(own);
        }
        members.insert("@type".to_owned(), "Offer".into());
    }
    Ok(terms)
}

/// What is accepted, in words: beside a dataset as its provider, or as consumer.
pub(super) fn acceptance_view(
    speaker: Speaker<'_>,
    acceptance: Acceptance,
    dataset: Option<&DatasetId>,
) -> Answer<AcceptanceView> {
    let words = words(&acceptance, dataset.is_some());
    let accepted = |alternative: crate::record::acceptance::Alternative| {
        let rule = rule::read(&alternative.rule, Shape::Offer)?;
        Ok(AcceptedRule {
            sentence: speaker.sentence(&rule),
            lines: speaker.lines(&rule),
            policy: alternative.rule,
            added_by: alternative.added_by,
            added: alternative.added,
        })
    };
    Ok(AcceptanceView {
        words,
        rules: acceptance.also.into_iter().map(accepted).collect::<Answer<_>>()?,
        no_worse: acceptance.no_worse,
        promises: acceptance.promises,
        otherwise: match acceptance.otherwise {
            Otherwise::AskPerson => OtherTerms::AskPerson,
            Otherwise::Refuse => OtherTerms::Refuse,
        },
    })
}

fn words(acceptance: &Acceptance, as_provider: bool) -> Words {
    let listed = match acceptance.also.len() {
        0 => ("".to_owned(), "".to_owned()),
        count => {
            (format!(" und {count} weitere Regel(n)"), format!(" and {count} further rule(s)"))
        }
    };
    let own = match as_provider {
        true => ("das eigene Angebot", "the own offer"),
        false => ("das selbst Angefragte", "what was asked for"),
    };
    let better = match (acceptance.no_worse, as_provider) {
        (false, _) => ("", ""),
        (true, true) => (
            ", und alles, was dem Partner beweisbar nicht mehr erlaubt",
            ", and whatever provably grants the partner no more",
        ),
        (true, false) => (
            ", und alles, was uns beweisbar nicht weniger erlaubt",
            ", and whatever provably grants us no less",
        ),
    };
    let promises = match (acceptance.promises, as_provider) {
        (_, true) => ("", ""),
        (false, false) => (
            "; nichts, was uns mehr zusagen lässt als ein Mensch hier wollte",
            "; nothing that makes us promise more than a person here wanted",
        ),
        (true, false) => (
            "; auch mit Zusagen, die kein Programm für uns hält",
            "; with promises too that no program keeps for us",
        ),
    };
    let rest = match acceptance.otherwise {
        Otherwise::AskPerson => {
            ("Über alles andere entscheidet ein Mensch.", "a person decides about the rest")
        }
        Otherwise::Refuse => ("Alles andere wird abgelehnt.", "the rest is refused"),
    };
    Words::new(
        format!(
            "Von selbst angenommen: {}{}{}{}. {}",
            own.0, listed.0, better.0, promises.0, rest.0
        ),
        format!("accepted by itself: {}{}{}{}; {}", own.1, listed.1, better.1, promises.1, rest.1),
    )
}
