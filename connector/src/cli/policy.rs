//! `policy …`: the policy engine on files, for whoever writes, reads or tests policies. Needs neither
//! home nor connector.

mod check;
mod explain;
mod read;
mod render;
mod suite;

use super::arguments::PolicyCommand;
use super::output::Output;
use super::run::Ended;

/// Does one command.
pub(super) fn policy(command: &PolicyCommand, output: &mut Output<'_>) -> Ended {
    match command {
        PolicyCommand::Check { files, strict } => check::check(files, *strict, output),
        PolicyCommand::Explain { file, request } => explain::explain(file, request, output),
        PolicyCommand::Render { file, form } => render::render(file, *form, output),
        PolicyCommand::Suite { folder } => suite::suite(folder, output),
    }
}
