//! `pull` and `receive`: starts a delivery, watches it, and puts the data where it is wanted.

use std::io::{self, Write};
use std::path::Path;

use super::client::{Call, Client};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::{find, local, local_file};
use crate::management::operation::Operation;
use crate::management::view::contract::WAIT_SECONDS_MAX;
use crate::management::view::{DeliveryOutcome, DeliveryView, Words};

/// Has the data of a contract fetched (`how` is [`Operation::Pull`]) or sent, to `target` if one is
/// named: `-` is stdout.
pub(super) async fn pull(
    client: &Client,
    how: Operation,
    contract: &str,
    target: Option<&Path>,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let contract = find::contract(client, contract).await?;
    let mut delivery: DeliveryView = client.call(how, Call::about(contract.as_str())).await?;
    let bar = output.bar();
    while delivery.outcome.is_none() {
        if let Some(total) = delivery.bytes_total {
            bar.set_length(total);
        }
        bar.set_position(delivery.bytes);
        let id = delivery.id.clone();
        let call =
            Call::about(id.as_str()).with("wait", WAIT_SECONDS_MAX).with("seen", delivery.bytes);
        delivery = client.call(Operation::Delivery, call).await?;
    }
    bar.finish_and_clear();
    if delivery.outcome != Some(DeliveryOutcome::Complete) {
        return Err(incomplete(&delivery));
    }
    match target {
        Some(target) if target == Path::new("-") => {
            copy(&delivery, output.bytes())?;
        }
        Some(target) => {
            let mut file =
                std::fs::File::create(target).map_err(|error| local_file(target, &error))?;
            copy(&delivery, &mut file)?;
            file.sync_all().map_err(|error| local_file(target, &error))?;
            output.data(&delivery).map_err(|error| local(&error))?;
        }
        None => output.data(&delivery).map_err(|error| local(&error))?,
    }
    Ok(Exit::Done)
}

/// Copies what the connector holds.
fn copy(delivery: &DeliveryView, target: &mut dyn Write) -> Result<(), Failure> {
    let held = delivery.held_at.as_deref().map(Path::new).ok_or_else(not_held)?;
    let mut held_file = std::fs::File::open(held).map_err(|error| local_file(held, &error))?;
    let copied = io::copy(&mut held_file, target).map_err(|error| local(&error))?;
    target.flush().map_err(|error| local(&error))?;
    if copied != delivery.bytes {
        return Err(not_held());
    }
    Ok(())
}

fn not_held() -> Failure {
    Failure::new(
        Exit::Refused,
        "data-not-held",
        Words::new(
            "Der Konnektor hält die Daten nicht mehr.",
            "the connector does not hold the data any more",
        ),
        Words::new(
            "Mit `allmende contract show` nachsehen, ob der Vertrag noch gilt, dann noch einmal holen.",
            "look with `allmende contract show` whether the contract stands, then pull again",
        ),
    )
}

fn incomplete(delivery: &DeliveryView) -> Failure {
    let what = match delivery.outcome {
        Some(DeliveryOutcome::Cut) => {
            Words::new("Die Lieferung wurde abgebrochen.", "the delivery was cut")
        }
        Some(DeliveryOutcome::Refused) => {
            Words::new("Die Lieferung wurde abgelehnt.", "the delivery was refused")
        }
        Some(DeliveryOutcome::Complete | DeliveryOutcome::Failed) | None => {
            Words::new("Die Lieferung ist fehlgeschlagen.", "the delivery failed")
        }
    };
    let remedy = delivery.remedy.clone().unwrap_or_else(|| {
        Words::new(
            "Mit `allmende contract show` nachsehen, ob der Vertrag noch gilt.",
            "look with `allmende contract show` whether the contract stands",
        )
    });
    let code = delivery.code.as_deref().unwrap_or("delivery-incomplete");
    Failure {
        why: delivery.why.clone().map(Box::new),
        ..Failure::new(Exit::Refused, code, what, remedy)
    }
}
