//! `policy …`: the policy engine on files, for whoever writes, reads or tests policies.

mod check;
mod explain;
mod read;
mod render;
mod suite;

use super::arguments::PolicyCommand;
use super::client::Client;
use super::exit::Failure;
use super::output::Output;
use super::run::Ended;

/// Does one command; `client` is asked for where a contract is named.
pub(super) async fn policy(
    client: impl FnOnce() -> Result<Client, Failure>,
    command: PolicyCommand,
    output: &mut Output<'_>,
) -> Ended {
    match command {
        PolicyCommand::Check { files, strict } => check::check(&files, strict, output),
        PolicyCommand::Explain { policy, request: Some(request) } => {
            explain::of_files(policy.as_ref(), &request, output)
        }
        PolicyCommand::Explain { policy, request: None } => {
            explain::of_contract(&client()?, &policy, output).await
        }
        PolicyCommand::Render { file, form } => render::render(&file, form, output),
        PolicyCommand::Suite { folder } => suite::suite(&folder, output),
    }
}
