//! Contracts as they are typed.

use clap::{Args, Subcommand, ValueEnum};
use protocol::id::OfferId;

use super::RuleArguments;
use crate::management::view::{OtherTerms, PeerName};

/// `contract …`
#[derive(Clone, Debug, Subcommand)]
pub enum ContractCommand {
    /// Show or change which offers of partners are accepted without asking a person.
    Acceptance(AcceptanceArguments),
    /// Agree to a contract that waits for approval.
    Approve {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
    },
    /// Ask for other terms than those that the provider offers.
    Counter {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
        /// What you ask for instead.
        #[command(flatten)]
        terms: TermsArguments,
    },
    /// End a contract; running deliveries are cut at once.
    End {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
        /// Why; the partner sees it.
        #[arg(long)]
        reason: String,
    },
    /// List contracts.
    List {
        /// Only those that wait for a person here.
        #[arg(long)]
        pending: bool,
    },
    /// Offer other terms than those asked for; with `--to`, offer a contract unasked.
    Offer {
        /// The contract; with `--to`, one of your datasets: an id, the first eight or more
        /// characters of it, or a title.
        named: String,
        /// A partner that has not asked, by host name or DID.
        #[arg(long, value_name = "PEER")]
        to: Option<PeerName>,
        /// What you offer; with `--to`, without any of these: the catalogue's offer.
        #[command(flatten)]
        terms: RuleArguments,
    },
    /// Say no to a contract that waits for approval.
    Reject {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
        /// Why; the partner sees it.
        #[arg(long)]
        reason: String,
    },
    /// Ask a partner for a contract.
    Request {
        /// The partner, by host name or DID.
        peer: PeerName,
        /// The dataset: its id, the first eight or more characters of it, or its exact title.
        dataset: String,
        /// The offer, where the dataset has several.
        #[arg(long)]
        offer: Option<OfferId>,
        /// The purpose that you state.
        #[arg(long)]
        purpose: Option<String>,
        /// Other terms than the offer's: sentences that `dataset add --help` lists, or a file with an
        /// ODRL offer in the JSON of DSP 2025-1.
        #[arg(long, value_name = "SENTENCE|FILE")]
        rule: Vec<String>,
        /// Seconds to wait for the answer.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(0..=60))]
        wait: u16,
    },
    /// Show a contract with its rule, signatures and deliveries.
    Show {
        /// The contract: its id, the first eight or more characters of it, or its title.
        contract: String,
        /// Seconds to wait until it is settled.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=60))]
        wait: u16,
    },
}

/// Terms: at least one sentence, or a file. Nothing at all would mean that everything is allowed.
#[derive(Args, Clone, Debug)]
#[command(group = clap::ArgGroup::new("terms").required(true).multiple(true).args(["rule", "until", "vetted_as", "partner", "purpose"]))]
pub struct TermsArguments {
    /// The terms.
    #[command(flatten)]
    pub rule: RuleArguments,
}

/// What is accepted without asking a person; what is not given stays.
#[derive(Args, Clone, Debug)]
pub struct AcceptanceArguments {
    /// Accept terms that are provably no worse for us.
    #[arg(long, value_name = "YES|NO")]
    pub no_worse: Option<YesNo>,
    /// As consumer: accept terms too that make us promise what nobody here asked for.
    #[arg(long, value_name = "YES|NO")]
    pub promises: Option<YesNo>,
    /// What happens to all other terms.
    #[arg(long, value_name = "WHAT")]
    pub otherwise: Option<OtherwiseName>,
    /// Forget all rules that were added before.
    #[arg(long)]
    pub clear: bool,
    /// A rule that is as good to you as your own.
    #[command(flatten)]
    pub rule: RuleArguments,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// What happens to terms that nothing accepts, on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OtherwiseName {
    /// A person is asked.
    AskPerson,
    /// They are refused.
    Refuse,
}

impl From<YesNo> for bool {
    fn from(answer: YesNo) -> Self {
        match answer {
            YesNo::Yes => true,
            YesNo::No => false,
        }
    }
}

impl From<OtherwiseName> for OtherTerms {
    fn from(name: OtherwiseName) -> Self {
        match name {
            OtherwiseName::AskPerson => Self::AskPerson,
            OtherwiseName::Refuse => Self::Refuse,
        }
    }
}
