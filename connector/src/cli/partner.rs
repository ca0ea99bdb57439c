//! `partner …`: which programs partners run, and what these are known to ignore.

use super::arguments::PartnerCommand;
use super::client::{Call, Client};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::run::{Ended, show};
use crate::management::operation::Operation;
use crate::management::view::{PartnerView, PeerName, ProgramInput, Words};

/// Does one command.
pub(super) async fn partner(
    client: &Client,
    command: PartnerCommand,
    output: &mut Output<'_>,
) -> Ended {
    match command {
        PartnerCommand::List => show(&all(client).await?, output),
        PartnerCommand::Program { partner, program, unknown: _ } => {
            let partner = partner.to_string();
            let call = Call::about(&partner).sending(&ProgramInput { program })?;
            show::<PartnerView>(&client.call(Operation::PartnerProgram, call).await?, output)
        }
        PartnerCommand::Show { partner } => {
            let found = all(client).await?.into_iter().find(|view| match &partner {
                PeerName::Did(did) => view.did == *did,
                PeerName::Host(host) => view.did.host() == host,
            });
            show(&found.ok_or_else(|| no_partner(&partner))?, output)
        }
    }
}

async fn all(client: &Client) -> Result<Vec<PartnerView>, Failure> {
    client.call(Operation::Partners, Call::plain()).await
}

fn no_partner(named: &PeerName) -> Failure {
    Failure::new(
        Exit::Refused,
        "not-a-member",
        Words::new(
            format!("`{named}` ist kein anderes Mitglied des Datenraums, soweit die Liste reicht."),
            format!("`{named}` is no other member of the data space, as far as the list says"),
        ),
        Words::new(
            "Die Partner zeigt `allmende partner list`.",
            "`allmende partner list` shows the partners",
        ),
    )
}
