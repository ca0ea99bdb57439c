//! `policy …`: the policy engine on files, for whoever writes, reads or tests policies, and on the
//! contracts of a running connector. On files it needs neither home nor connector; where there is a
//! home, it speaks by the sentences of that home.

mod check;
mod explain;
mod read;
mod render;
mod sentences;
mod suite;

use std::sync::Arc;

use policy::Book;

use super::arguments::{Common, PolicyCommand};
use super::exit::Failure;
use super::find;
use super::output::Output;
use super::run::Ended;
use crate::config::{Config, PolicySettings};
use crate::desk::words::Speaker;
use crate::home::Home;
use crate::runtime::node::StartError;

/// Does one command.
pub(super) async fn policy(
    common: &Common,
    command: &PolicyCommand,
    output: &mut Output<'_>,
) -> Ended {
    match command {
        PolicyCommand::Explain { contract: Some(named), at, .. } => {
            return explain::contract(&find::client(common)?, named, *at, output).await;
        }
        PolicyCommand::Sentences { write: Some(folder) } => {
            return sentences::write(folder, output);
        }
        PolicyCommand::Suite { folder } => return suite::suite(folder, output),
        PolicyCommand::Check { .. }
        | PolicyCommand::Explain { .. }
        | PolicyCommand::Render { .. }
        | PolicyCommand::Sentences { write: None } => {}
    }
    let book = book(&Home::at(&common.home))?;
    let speaker = Speaker::of(&book);
    match command {
        PolicyCommand::Check { files, strict } => check::check(speaker, files, *strict, output),
        PolicyCommand::Explain { file: Some(file), request: Some(request), .. } => {
            explain::files(speaker, file, request, output)
        }
        PolicyCommand::Render { file, form } => render::render(speaker, file, *form, output),
        PolicyCommand::Explain { .. }
        | PolicyCommand::Sentences { .. }
        | PolicyCommand::Suite { .. } => sentences::list(&book, output),
    }
}

/// The book of a home, or of this version where there is none.
fn book(home: &Home) -> Result<Arc<Book>, Failure> {
    let settings = match home.config().exists() {
        true => Config::read(&home.config()).map_err(StartError::from)?.policy,
        false => PolicySettings::default(),
    };
    Ok(crate::book::of(home, &settings)?)
}
