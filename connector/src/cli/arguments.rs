//! The command line as it is typed. Secrets never stand on it: codes and tokens come from a prompt
//! or a file.

mod contract;
mod dataset;
mod delivery;
mod home;
mod partner;
mod policy;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use protocol::id::AgreementId;

pub use contract::{AcceptanceArguments, ContractCommand, OtherwiseName, TermsArguments, YesNo};
pub use dataset::{DatasetArguments, RuleArguments, VisibleTo};
pub use delivery::DeliveryCommand;
pub use home::{
    AddressArguments, AuthorityInitArguments, InitArguments, InviteArguments, JoinArguments,
};

pub use partner::PartnerCommand;
pub use policy::{FormName, PolicyCommand};

use super::help;
use crate::management::actor::{AccountName, AccountRole};
use crate::management::view::{ExportName, PeerName};
use crate::words::Lang;

/// Allmende, a sovereign data-space connector.
#[derive(Clone, Debug, Parser)]
#[command(name = "allmende", version, about, override_help = help::root(Lang::En), disable_help_subcommand = true)]
pub struct Arguments {
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "For every command")]
pub struct Common {
    /// The folder in which everything of one process lies.
    #[arg(
        long,
        global = true,
        env = "ALLMENDE_HOME",
        default_value = "./allmende",
        value_name = "FOLDER"
    )]
    pub home: PathBuf,
    /// The participant to speak for, by host name or DID; needed when the process serves several.
    #[arg(long, global = true, env = "ALLMENDE_PARTICIPANT", value_name = "NAME")]
    pub participant: Option<PeerName>,
    /// Print data as JSON, and nothing else.
    #[arg(long, global = true)]
    pub json: bool,
    /// The language: de or en; without it, that of the system.
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub lang: Option<Lang>,
    /// The system's locale.
    #[arg(long, global = true, env = "LANG", hide = true, default_value = "")]
    pub locale: String,
    /// A file with the token of a named account; without it, the local operator's is used.
    #[arg(long, global = true, env = "ALLMENDE_TOKEN_FILE", value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The management address, for accounts that cannot read the home.
    #[arg(long, global = true, env = "ALLMENDE_CONNECTOR", value_name = "ADDRESS")]
    pub connector: Option<SocketAddr>,
}

impl Common {
    /// The language to talk in.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(|| Lang::of_locale(&self.locale))
    }
}

/// Every command.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Manage named accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Verify, read and export the log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Run the authority of a data space.
    #[command(subcommand)]
    Authority(AuthorityCommand),
    /// Read a partner's catalogue.
    Catalog {
        /// The partner, by host name or DID.
        peer: PeerName,
        /// Only what is like this: `title=…` for the very text, `title~…` for a part of it; also
        /// `description`, `mediaType` and `id`. May be given several times; then all must hold.
        #[arg(long, value_name = "PROPERTY=VALUE")]
        filter: Vec<String>,
    },
    /// Request, decide, follow and end contracts.
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Publish, replace, withdraw and list datasets.
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// List, suspend and resume what flows under contracts.
    #[command(subcommand)]
    Delivery(DeliveryCommand),
    /// Play a whole data space on this machine, step by step.
    Demo {
        /// Keep everything running afterwards, and print the addresses.
        #[arg(long)]
        stay: bool,
    },
    /// Look for what is wrong.
    Doctor,
    /// Serve this home as the gate of a foreign connector until stopped.
    Gate,
    /// Write the manual page or shell completions.
    #[command(hide = true, subcommand)]
    Generate(GenerateCommand),
    /// Create the home folder, or add a participant to it.
    Init(InitArguments),
    /// Join a data space with an enrolment code.
    Join(JoinArguments),
    /// List the members of the data space.
    Members,
    /// Say and see which programs partners run, and what these ignore.
    #[command(subcommand)]
    Partner(PartnerCommand),
    /// Check, explain, render and test policies.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Fetch the data of a contract.
    Pull {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
        /// Where to put the data; `-` for stdout.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Have the data of a contract sent by the provider.
    Receive {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
        /// Where to put the data; `-` for stdout.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Open a local address where your own programs read a contract's data.
    Serve {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
        /// Close the address instead.
        #[arg(long)]
        stop: bool,
    },
    /// Show how the participant is doing.
    Status,
    /// Move the store of a home that is not running.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Serve the participants of this home until stopped.
    Up,
}

/// `store …`
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum StoreCommand {
    /// Move everything to the engine that `store.engine` in allmende.toml names.
    Migrate,
}

/// `account …`
#[derive(Clone, Debug, Subcommand)]
pub enum AccountCommand {
    /// Add an account; its token is printed this once.
    Add {
        /// Its name.
        name: AccountName,
        /// What it is there for; may be given several times.
        #[arg(long, required = true)]
        role: Vec<RoleName>,
    },
    /// List the accounts.
    List,
    /// Remove an account; its token is worthless at once.
    Remove {
        /// Its name.
        name: AccountName,
    },
}

/// A role on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    /// Decides about contracts for datasets that another account published.
    Approver,
    /// Reads everything and exports the log.
    Auditor,
    /// Publishes, requests, fetches.
    Clerk,
    /// Runs the machine.
    Operator,
}

impl From<RoleName> for AccountRole {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Approver => Self::Approver,
            RoleName::Auditor => Self::Auditor,
            RoleName::Clerk => Self::Clerk,
            RoleName::Operator => Self::Operator,
        }
    }
}

/// `audit …`
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Write an auditor's folder beneath `export/<host>/` of the home.
    Export {
        /// The contract, or `all`.
        contract: String,
        /// The folder's name; without it, made from the contract's.
        name: Option<ExportName>,
    },
    /// Make every recorded decision of a folder of logs again, offline, and flag what differs.
    Replay {
        /// The folder.
        folder: PathBuf,
        /// The auditor's own file of keys to believe; without it, only consistency is shown.
        #[arg(long, value_name = "FILE")]
        anchors: Option<PathBuf>,
        /// Only the decisions about this contract, by its whole id.
        #[arg(long, value_name = "ID")]
        contract: Option<AgreementId>,
    },
    /// Read the log.
    Show {
        /// Only about this contract.
        #[arg(long)]
        contract: Option<String>,
        /// The first entry.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many entries.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
        count: u16,
    },
    /// Verify a folder of logs offline; needs no running connector.
    Verify {
        /// The folder.
        folder: PathBuf,
        /// The auditor's own file of keys to believe.
        #[arg(long, value_name = "FILE")]
        anchors: PathBuf,
    },
}

/// `authority …`
#[derive(Clone, Debug, Subcommand)]
pub enum AuthorityCommand {
    /// Write to stdout which keys and heads an auditor may believe.
    Anchors {
        /// The members whose logs the auditor gets, by host name or DID.
        #[arg(required = true)]
        members: Vec<PeerName>,
    },
    /// Create a data space: its root, issuing key, lists and home folder.
    Init(AuthorityInitArguments),
    /// Make a one-time code for somebody who may join.
    Invite(InviteArguments),
    /// Let a suspended member take part again.
    Reinstate {
        /// The member, by host name or DID.
        member: PeerName,
    },
    /// Withdraw a member's certificates for good.
    Revoke {
        /// The member, by host name or DID.
        member: PeerName,
        /// Why; it stands in the log.
        #[arg(long)]
        reason: String,
    },
    /// Sign the root's revocation list anew; the only command beside `init` that opens the root key.
    RootCrl,
    /// Keep a member out for the time being.
    Suspend {
        /// The member, by host name or DID.
        member: PeerName,
        /// Why; it stands in the log.
        #[arg(long)]
        reason: String,
    },
    /// Run the authority until stopped.
    Up,
    /// Say as what kinds of member a participant was vetted.
    Vet {
        /// The member, by host name or DID.
        member: PeerName,
        /// A kind; may be given several times. The kinds given replace those before.
        #[arg(long = "as", value_name = "KIND")]
        kinds: Vec<String>,
    },
}

/// `dataset …`
#[derive(Clone, Debug, Subcommand)]
pub enum DatasetCommand {
    /// Say which other terms for a dataset are accepted without asking a person.
    Accept {
        /// The dataset: its id, the first eight or more characters of it, or its exact title.
        dataset: String,
        /// What is accepted.
        #[command(flatten)]
        with: AcceptanceArguments,
    },
    /// Publish a dataset under a rule.
    Add(DatasetArguments),
    /// List datasets.
    List,
    /// Publish another version of a dataset; contracts in force keep their agreement.
    Replace {
        /// The dataset: its id, the first eight or more characters of it, or its exact title.
        dataset: String,
        /// The new version.
        #[command(flatten)]
        with: DatasetArguments,
    },
    /// Show a dataset with its rule.
    Show {
        /// The dataset: its id, the first eight or more characters of it, or its exact title.
        dataset: String,
    },
    /// Withdraw a dataset; contracts in force stay.
    Withdraw {
        /// The dataset: its id, the first eight or more characters of it, or its exact title.
        dataset: String,
    },
}

/// `generate …`
#[derive(Clone, Debug, Subcommand)]
pub enum GenerateCommand {
    /// Shell completions for bash, fish and zsh.
    Completions {
        /// The folder to write to.
        folder: PathBuf,
    },
    /// Manual pages.
    Man {
        /// The folder to write to.
        folder: PathBuf,
    },
}
