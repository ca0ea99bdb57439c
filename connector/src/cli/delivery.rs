//! `delivery`: what flows under contracts, and stopping it for now.

use super::arguments::DeliveryCommand;
use super::client::{Call, Client};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::{find, local};
use crate::management::operation::Operation;
use crate::management::view::{DeliveryView, PersonReason};

/// Does one of the commands about deliveries.
pub(super) async fn delivery(
    client: &Client,
    command: DeliveryCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let (operation, id, reason) = match command {
        DeliveryCommand::List { contract } => {
            let mut call = Call::plain();
            if let Some(contract) = contract {
                call = call.with("contract", find::contract(client, &contract).await?);
            }
            let views: Vec<DeliveryView> = client.call(Operation::Deliveries, call).await?;
            output.data(&views).map_err(|error| local(&error))?;
            return Ok(Exit::Done);
        }
        DeliveryCommand::Resume { delivery } => (Operation::ResumeDelivery, delivery, None),
        DeliveryCommand::Show { delivery } => (Operation::Delivery, delivery, None),
        DeliveryCommand::Suspend { delivery, reason } => {
            (Operation::SuspendDelivery, delivery, Some(reason))
        }
    };
    let mut call = Call::about(&id);
    if let Some(reason) = reason {
        call = call.sending(&PersonReason { reason })?;
    }
    let view: DeliveryView = client.call(operation, call).await?;
    output.data(&view).map_err(|error| local(&error))?;
    Ok(Exit::Done)
}
