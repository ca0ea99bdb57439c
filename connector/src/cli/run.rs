//! Each command, from its arguments to its exit code.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

use serde_json::Value;

use super::arguments::{
    AccountCommand, Arguments, AuditCommand, AuthorityCommand, Command, Common, DatasetCommand,
    GenerateCommand, InviteArguments, JoinArguments, StoreCommand,
};
use super::client::{Call, Client};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::show::{Show, short};
use super::task::{Demo, Tasks};
use super::{
    contract, dataset, delivery, find, help, home, local, local_file, partner, policy, pull,
    replay, verify,
};
use crate::home::{Home, write_secret};
use crate::management::operation::Operation;
use crate::management::view::{
    AccountAdded, AccountView, DatasetView, DoctorView, ExportName, ExportRequest, ExportScope,
    ExportView, HandoverView, InvitationInput, InvitationView, KindsInput, LogPage, MemberChanged,
    MembersView, NewAccount, PeerName, PersonReason, StatusView, Words,
};
use crate::setup::JoinOptions;
use crate::words::Phrase;

pub(super) type Ended = Result<Exit, Failure>;

/// Does one command.
pub(super) async fn run<T: Tasks>(
    tasks: &T,
    arguments: Arguments,
    output: &mut Output<'_>,
) -> Ended {
    let Arguments { common, command } = arguments;
    let home = Home::at(&common.home);
    let client = || find::client(&common);
    match command {
        Command::Account(command) => account(&client()?, command, output).await,
        Command::Audit(command) => audit(client, command, output).await,
        Command::Authority(command) => authority(tasks, &common, command, output).await,
        Command::Catalog { peer, filter } => catalog(&client()?, &peer, &filter, output).await,
        Command::Contract(command) => contract::contract(&client()?, command, output).await,
        Command::Dataset(command) => datasets(&client()?, command, output).await,
        Command::Demo { stay } => {
            let folder = Path::new("allmende-demo").to_owned();
            let options = Demo { folder, stay, lang: output.lang, json: output.json };
            tasks.demo(options).await.map(|()| Exit::Done)
        }
        Command::Delivery(command) => delivery::delivery(&client()?, command, output).await,
        Command::Doctor => {
            let view: DoctorView = client()?.call(Operation::Doctor, Call::plain()).await?;
            let exit = if view.ok { Exit::Done } else { Exit::Refused };
            show(&view, output).map(|_| exit)
        }
        Command::Gate => gate(tasks, &home, output).await,
        Command::Generate(command) => generate(&command),
        Command::Init(options) => show(&home::init(&home, &options.into())?, output),
        Command::Join(options) => join(&home, &common, options, output).await,
        Command::Members => {
            show::<MembersView>(&client()?.call(Operation::Members, Call::plain()).await?, output)
        }
        Command::Partner(command) => partner::partner(&client()?, command, output).await,
        Command::Policy(command) => policy::policy(&common, &command, output).await,
        Command::Pull { contract, output: target } => {
            pull::pull(&client()?, Operation::Pull, &contract, target.as_deref(), output).await
        }
        Command::Receive { contract, output: target } => {
            pull::pull(&client()?, Operation::Receive, &contract, target.as_deref(), output).await
        }
        Command::Serve { contract, stop } => serve(&client()?, &contract, stop, output).await,
        Command::Status => {
            show::<StatusView>(&client()?.call(Operation::Status, Call::plain()).await?, output)
        }
        Command::Store(StoreCommand::Migrate) => migrate(tasks, &home, output),
        Command::Up => up(tasks, &home, output).await,
    }
}

/// Data that is shown as it is.
pub(super) fn show<T: Show>(view: &T, output: &mut Output<'_>) -> Ended {
    output.data(view).map_err(|error| local(&error))?;
    Ok(Exit::Done)
}

async fn catalog(
    client: &Client,
    peer: &PeerName,
    filter: &[String],
    output: &mut Output<'_>,
) -> Ended {
    let view = find::catalog(client, peer, &find::comparisons(filter)?).await?;
    if view.filtered_here {
        output.say_phrase(Phrase::FilteredHere);
    }
    if view.next.is_some() {
        output.say_phrase(Phrase::MorePages);
    }
    show(&view, output)
}

async fn account(client: &Client, command: AccountCommand, output: &mut Output<'_>) -> Ended {
    match command {
        AccountCommand::Add { name, role } => {
            let roles = role.into_iter().map(Into::into).collect();
            let call = Call::plain().sending(&NewAccount { name, roles })?;
            let added: AccountAdded = client.call(Operation::AddAccount, call).await?;
            output.say_phrase(Phrase::TokenOnce);
            show(&added, output)
        }
        AccountCommand::List => {
            let accounts: Vec<AccountView> =
                client.call(Operation::ListAccounts, Call::plain()).await?;
            show(&accounts, output)
        }
        AccountCommand::Remove { name } => {
            client.tell(Operation::RemoveAccount, Call::about(name.as_str())).await?;
            Ok(Exit::Done)
        }
    }
}

/// Verifying and replaying need no connector.
async fn audit(
    client: impl FnOnce() -> Result<Client, Failure>,
    command: AuditCommand,
    output: &mut Output<'_>,
) -> Ended {
    match command {
        AuditCommand::Export { contract, name } => {
            let client = &client()?;
            let (scope, suggestion) = if contract == "all" {
                (ExportScope::All, "all".to_owned())
            } else {
                let contract = find::contract(client, &contract).await?;
                let suggestion = format!("contract-{}", short(contract.as_str()));
                (ExportScope::Contract { contract }, suggestion)
            };
            let name = match name {
                Some(name) => name,
                None => ExportName::parse(&suggestion).map_err(|_| export_unnamed())?,
            };
            let call = Call::plain().sending(&ExportRequest { scope, name })?;
            show::<ExportView>(&client.call(Operation::ExportLog, call).await?, output)
        }
        AuditCommand::Replay { folder, anchors, contract } => {
            replay::replay(&folder, anchors.as_deref(), contract.as_ref(), output)
        }
        AuditCommand::Show { contract, from, count } => {
            let client = &client()?;
            let mut call = Call::plain().with("from", from).with("count", count);
            if let Some(contract) = contract {
                call = call.with("contract", find::contract(client, &contract).await?);
            }
            show::<LogPage>(&client.call(Operation::LogEntries, call).await?, output)
        }
        AuditCommand::Verify { folder, anchors } => verify::verify(&folder, &anchors, output),
    }
}

fn export_unnamed() -> Failure {
    Failure::new(
        Exit::Usage,
        "export-unnamed",
        Words::new(
            "Aus der Kennung dieses Vertrags lässt sich kein Ordnername bilden.",
            "no folder name can be made from this contract's id",
        ),
        Words::new("Hinter dem Vertrag einen Namen angeben.", "give a name after the contract"),
    )
}

async fn authority<T: Tasks>(
    tasks: &T,
    common: &Common,
    command: AuthorityCommand,
    output: &mut Output<'_>,
) -> Ended {
    let folder = Home::at(&common.home);
    let (operation, member, call) = match command {
        AuthorityCommand::Init(options) => {
            return show(&home::found(&folder, &options.into())?, output);
        }
        AuthorityCommand::RootCrl => return show(&home::root_crl(&folder)?, output),
        AuthorityCommand::Up => return up(tasks, &folder, output).await,
        AuthorityCommand::Invite(options) => return invite(common, options, output).await,
        AuthorityCommand::Anchors { members } => {
            let members: Vec<_> = members.iter().map(ToString::to_string).collect();
            let call = Call::plain().with("members", members.join(","));
            let anchors: Value = find::client(common)?.call(Operation::Anchors, call).await?;
            output.json_line(&anchors).map_err(|error| local(&error))?;
            return Ok(Exit::Done);
        }
        AuthorityCommand::Reinstate { member } => {
            (Operation::ReinstateMember, member, Call::plain())
        }
        AuthorityCommand::Revoke { member, reason } => {
            (Operation::RevokeMember, member, Call::plain().sending(&PersonReason { reason })?)
        }
        AuthorityCommand::Suspend { member, reason } => {
            (Operation::SuspendMember, member, Call::plain().sending(&PersonReason { reason })?)
        }
        AuthorityCommand::Vet { member, kinds } => {
            (Operation::VetMember, member, Call::plain().sending(&KindsInput { kinds })?)
        }
    };
    let member = member.to_string();
    let call = Call { id: &member, ..call };
    show::<MemberChanged>(&find::client(common)?.call(operation, call).await?, output)
}

async fn invite(common: &Common, options: InviteArguments, output: &mut Output<'_>) -> Ended {
    let InviteArguments { did, name, kinds, code_file } = options;
    let input = InvitationInput { did, name, vetted_as: kinds };
    let call = Call::plain().sending(&input)?;
    let client = find::client(common)?;
    let mut view: InvitationView = client.call(Operation::InviteMember, call).await?;
    match code_file {
        Some(path) => {
            write_secret(&path, view.code.as_bytes()).map_err(|error| local_file(&path, &error))?;
            view.code.clear();
            let path = path.display();
            let told = Words::new(
                format!("Der Code steht in `{path}`, nur für Sie lesbar."),
                format!("the code is in `{path}`, readable by you only"),
            );
            output.say(told.in_lang(output.lang));
        }
        None => output.say_phrase(Phrase::CodeOnce),
    }
    show(&view, output)
}

/// Serves until a signal. That nobody reads where it listens is no reason to stop.
async fn up<T: Tasks>(tasks: &T, home: &Home, output: &mut Output<'_>) -> Ended {
    let told = |listening| {
        let _ = output.data(&listening);
    };
    tasks.up(home, told).await.map(|()| Exit::Done)
}

fn migrate<T: Tasks>(tasks: &T, home: &Home, output: &mut Output<'_>) -> Ended {
    let count = output.count(Phrase::Moving);
    let moved = tasks.migrate(home, |records| count.set_position(records));
    count.finish_and_clear();
    let moved = moved?;
    let then = if moved.moved.is_some() { Phrase::RemoveFormer } else { Phrase::KeptAlready };
    show(&moved, output)?;
    output.say_phrase(then);
    Ok(Exit::Done)
}

/// As [`up`], for a gate.
async fn gate<T: Tasks>(tasks: &T, home: &Home, output: &mut Output<'_>) -> Ended {
    let told = |listening| {
        let _ = output.data(&listening);
    };
    tasks.gate(home, told).await.map(|()| Exit::Done)
}

async fn datasets(client: &Client, command: DatasetCommand, output: &mut Output<'_>) -> Ended {
    let view: DatasetView = match command {
        DatasetCommand::Accept { dataset, with } => {
            let id = find::dataset(client, &dataset).await?;
            let call = Call::about(id.as_str()).sending(&contract::acceptance(with)?)?;
            client.call(Operation::DatasetAcceptance, call).await?
        }
        DatasetCommand::Add(arguments) => {
            let call = Call::plain().sending(&dataset::input(arguments)?)?;
            client.call(Operation::AddDataset, call).await?
        }
        DatasetCommand::List => {
            let views: Vec<DatasetView> = client.call(Operation::Datasets, Call::plain()).await?;
            return show(&views, output);
        }
        DatasetCommand::Replace { dataset, with } => {
            let id = find::dataset(client, &dataset).await?;
            let call = Call::about(id.as_str()).sending(&dataset::input(with)?)?;
            client.call(Operation::ReplaceDataset, call).await?
        }
        DatasetCommand::Show { dataset } => {
            let id = find::dataset(client, &dataset).await?;
            client.call(Operation::Dataset, Call::about(id.as_str())).await?
        }
        DatasetCommand::Withdraw { dataset } => {
            let id = find::dataset(client, &dataset).await?;
            client.call(Operation::WithdrawDataset, Call::about(id.as_str())).await?
        }
    };
    show(&view, output)
}

async fn serve(client: &Client, contract: &str, stop: bool, output: &mut Output<'_>) -> Ended {
    let contract = find::contract(client, contract).await?;
    let call = Call::about(contract.as_str());
    if stop {
        client.tell(Operation::Unserve, call).await?;
        return Ok(Exit::Done);
    }
    let view: HandoverView = client.call(Operation::Serve, call).await?;
    output.say_phrase(Phrase::TokenOnce);
    show(&view, output)
}

fn generate(command: &GenerateCommand) -> Ended {
    let (folder, written) = match command {
        GenerateCommand::Completions { folder } => (folder, help::completions(folder)),
        GenerateCommand::Man { folder } => (folder, help::manual(folder)),
    };
    written.map_err(|error| local_file(folder, &error))?;
    Ok(Exit::Done)
}

async fn join(
    folder: &Home,
    common: &Common,
    options: JoinArguments,
    output: &mut Output<'_>,
) -> Ended {
    let did = home::participant(folder, common.participant.as_ref())?;
    let text = match &options.code_file {
        Some(path) => std::fs::read_to_string(path).map_err(|error| local_file(path, &error))?,
        None => asked(output)?,
    };
    let code = text.trim().parse().map_err(|error| code_invalid(&error))?;
    let JoinArguments { authority, fingerprint, code_file: _ } = options;
    show(&home::join(folder, JoinOptions { did, authority, fingerprint, code }).await?, output)
}

fn code_invalid(error: &dyn std::error::Error) -> Failure {
    Failure::new(
        Exit::Usage,
        "code-invalid",
        Words::new("Das ist kein Aufnahmecode.", "this is not an enrolment code"),
        Words::new(
            "Den Code genau so eingeben, wie die Vertrauensstelle ihn ausgegeben hat.",
            "enter the code exactly as the authority gave it out",
        ),
    )
    .because(error.to_string())
}

/// The code, asked for on the terminal, or from a pipe.
fn asked(output: &mut Output<'_>) -> Result<String, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        output.prompt(Phrase::AskCode);
    }
    let mut line = String::new();
    let _ = stdin.lock().read_line(&mut line).map_err(|error| local(&error))?;
    Ok(line)
}
