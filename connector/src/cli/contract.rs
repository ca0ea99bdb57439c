//! `contract …`: asked for, talked over, decided, watched and ended.

use protocol::id::OfferId;

use super::arguments::{AcceptanceArguments, ContractCommand, RuleArguments};
use super::client::{Call, Client};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::run::{Ended, show};
use super::show::before_signing;
use super::{dataset, find};
use crate::management::operation::Operation;
use crate::management::view::{
    AcceptanceInput, AcceptanceView, ApprovalView, CatalogView, ContractRequest, ContractStage,
    ContractView, OfferView, PersonReason, Proposal, RuleInput, TermsInput, Words,
};
use crate::words::Phrase;

/// Does one command.
pub(super) async fn contract(
    client: &Client,
    command: ContractCommand,
    output: &mut Output<'_>,
) -> Ended {
    let (operation, contract, reason) = match command {
        ContractCommand::Acceptance(with) => return accepted(client, with, output).await,
        ContractCommand::Approve { contract } => (Operation::ApproveContract, contract, None),
        ContractCommand::Counter { contract, terms } => {
            let terms = dataset::rule(terms.rule)?;
            return talk(client, Operation::CounterContract, &contract, terms, output).await;
        }
        ContractCommand::End { contract, reason } => {
            (Operation::EndContract, contract, Some(reason))
        }
        ContractCommand::Reject { contract, reason } => {
            (Operation::RejectContract, contract, Some(reason))
        }
        ContractCommand::List { pending: false } => {
            let views: Vec<ContractView> = client.call(Operation::Contracts, Call::plain()).await?;
            return show(&views, output);
        }
        ContractCommand::List { pending: true } => {
            let views: Vec<ApprovalView> =
                client.call(Operation::ListApprovals, Call::plain()).await?;
            return show(&views, output);
        }
        ContractCommand::Offer { named, to: Some(peer), terms } => {
            let dataset = find::dataset(client, &named).await?;
            let terms = given(terms).transpose()?;
            let call = Call::plain().sending(&Proposal { peer, dataset, terms })?;
            return settled(&client.call(Operation::ProposeContract, call).await?, output);
        }
        ContractCommand::Offer { named, to: None, terms } => {
            let terms = given(terms).ok_or_else(no_terms)??;
            return talk(client, Operation::OfferContract, &named, terms, output).await;
        }
        ContractCommand::Request { peer, dataset, offer, purpose, rule, wait } => {
            let (dataset, catalog) = find::offered(client, &peer, &dataset).await?;
            let terms = given(RuleArguments::of(rule)).transpose()?;
            // Whoever brings terms has read them.
            if terms.is_none() {
                show_offers(&catalog, offer.as_ref(), output);
            }
            let request = ContractRequest { peer, dataset, offer, purpose, terms };
            let call = Call::plain().with("wait", wait).sending(&request)?;
            if wait > 0 {
                output.say_phrase(Phrase::WaitingForPartner);
            }
            return settled(&client.call(Operation::RequestContract, call).await?, output);
        }
        ContractCommand::Show { contract, wait } => {
            let contract = find::contract(client, &contract).await?;
            let call = Call::about(contract.as_str()).with("wait", wait);
            return show::<ContractView>(&client.call(Operation::Contract, call).await?, output);
        }
    };
    let contract = find::contract(client, &contract).await?;
    if operation == Operation::ApproveContract {
        let call = Call::about(contract.as_str());
        let view: ContractView = client.call(Operation::Contract, call).await?;
        let kept = (&*view.ignored, &*view.promises);
        let rule = (&view.sentence, &*view.rules);
        output.say(before_signing(rule, &view.program, kept, output.lang).trim_end());
    }
    let mut call = Call::about(contract.as_str());
    if let Some(reason) = reason {
        call = call.sending(&PersonReason { reason })?;
    }
    show::<ContractView>(&client.call(operation, call).await?, output)
}

/// What is asked for, before it is: to ask for an offer as it stands is to promise what it says.
fn show_offers(catalog: &CatalogView, wanted: Option<&OfferId>, output: &mut Output<'_>) {
    let is_it = |offer: &&OfferView| wanted.is_none_or(|wanted| *wanted == offer.offer);
    for offer in catalog.offers.iter().filter(is_it) {
        let kept = (&*offer.ignored, &*offer.promises);
        let rule = (&offer.sentence, &*offer.rules);
        output.say(before_signing(rule, &catalog.program, kept, output.lang).trim_end());
    }
}

/// Puts other terms on the table.
async fn talk(
    client: &Client,
    operation: Operation,
    named: &str,
    terms: RuleInput,
    output: &mut Output<'_>,
) -> Ended {
    let contract = find::contract(client, named).await?;
    let call = Call::about(contract.as_str()).sending(&TermsInput { terms })?;
    show::<ContractView>(&client.call(operation, call).await?, output)
}

/// Shows what is accepted of partners' offers, after a change of it if there is one.
async fn accepted(client: &Client, with: AcceptanceArguments, output: &mut Output<'_>) -> Ended {
    let change = acceptance(with)?;
    let view: AcceptanceView = if change == AcceptanceInput::default() {
        client.call(Operation::Acceptance, Call::plain()).await?
    } else {
        client.call(Operation::ChangeAcceptance, Call::plain().sending(&change)?).await?
    };
    show(&view, output)
}

/// A change of what is accepted, as it was typed.
pub(super) fn acceptance(arguments: AcceptanceArguments) -> Result<AcceptanceInput, Failure> {
    let AcceptanceArguments { no_worse, promises, otherwise, clear, rule } = arguments;
    Ok(AcceptanceInput {
        clear,
        rule: given(rule).transpose()?,
        no_worse: no_worse.map(Into::into),
        promises: promises.map(Into::into),
        otherwise: otherwise.map(Into::into),
    })
}

/// The rule that was typed, if one was.
fn given(arguments: RuleArguments) -> Option<Result<RuleInput, Failure>> {
    (!arguments.is_empty()).then(|| dataset::rule(arguments))
}

/// Without terms everything would be allowed; that is nothing to happen by mistake.
fn no_terms() -> Failure {
    Failure::new(
        Exit::Usage,
        "terms-missing",
        Words::new("Es sind keine Bedingungen angegeben.", "no terms are given"),
        Words::new(
            "`--until`, `--vetted-as`, `--partner`, `--purpose` oder `--rule` angeben.",
            "give `--until`, `--vetted-as`, `--partner`, `--purpose` or `--rule`",
        ),
    )
}

/// A contract that was asked for: no contract is no success.
fn settled(view: &ContractView, output: &mut Output<'_>) -> Ended {
    let exit = match view.stage {
        ContractStage::InForce | ContractStage::Negotiating | ContractStage::WaitingForApproval => {
            Exit::Done
        }
        ContractStage::Ended | ContractStage::Refused => Exit::Refused,
    };
    show(view, output).map(|_| exit)
}
