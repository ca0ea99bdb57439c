//! A dataset and its rule as they are typed.

use clap::{Args, ValueEnum};
use wire::did::Did;

use crate::management::view::{Approval, Visibility};

/// The sentences to choose from, after the help.
fn sentences() -> String {
    let list = policy::text::sentences(policy::Book::shipped());
    format!("Sentences for --rule, with their blanks as dots:\n{list}")
}

/// What a dataset is made of.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = sentences())]
#[command(group = clap::ArgGroup::new("source").required(true).args(["file", "http"]))]
pub struct DatasetArguments {
    /// The name that people see.
    #[arg(long)]
    pub title: String,
    /// What it holds, in words.
    #[arg(long, default_value = "")]
    pub description: String,
    /// A file, as a path below the participant's data folder.
    #[arg(long, value_name = "PATH")]
    pub file: Option<String>,
    /// An HTTP source, read anew for each delivery.
    #[arg(long, value_name = "URL")]
    pub http: Option<String>,
    /// The media type; without it, guessed from the name's ending.
    #[arg(long, value_name = "TYPE")]
    pub media_type: Option<String>,
    /// Let a second person decide about each contract.
    #[arg(long)]
    pub second_person: bool,
    /// Who sees the dataset in the catalogue.
    #[arg(long, value_enum, default_value_t = VisibleTo::Members)]
    pub visible_to: VisibleTo,
    /// The rule.
    #[command(flatten)]
    pub rule: RuleArguments,
}

impl DatasetArguments {
    /// Who decides about a contract.
    #[must_use]
    pub fn approval(&self) -> Approval {
        if self.second_person { Approval::SecondPerson } else { Approval::Automatic }
    }
}

/// A rule: named sentences that all must hold, or a file.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(next_help_heading = "The rule (all that is given must hold; nothing: every member)")]
pub struct RuleArguments {
    /// A sentence that `dataset add --help` lists, in German or English or by its key
    /// (`until=2027-12-31`); several: all must hold. Or one file with an ODRL offer in the JSON of DSP
    /// 2025-1, instead of everything below.
    #[arg(long, value_name = "SENTENCE|FILE")]
    pub rule: Vec<String>,
    /// Only until this day (2026-12-31, or with an offset 2026-12-31+01:00) or instant.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// Only for members vetted as this kind; several: any of them.
    #[arg(long, value_name = "KIND")]
    pub vetted_as: Vec<String>,
    /// Only for this partner; several: any of them.
    #[arg(long, value_name = "DID")]
    pub partner: Vec<Did>,
    /// Only for this purpose (promised by the partner, not enforced).
    #[arg(long)]
    pub purpose: Option<String>,
}

/// Who sees a dataset in the catalogue, on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum VisibleTo {
    /// Every member; whom the rule gives no contract is told what is missing.
    Members,
    /// Only those to whom the rule gives a contract now; to others it does not exist.
    Permitted,
}

impl RuleArguments {
    /// Whether nothing was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { rule, until, vetted_as, partner, purpose } = self;
        rule.is_empty()
            && until.is_none()
            && vetted_as.is_empty()
            && partner.is_empty()
            && purpose.is_none()
    }

    /// Only sentences, or a file.
    #[must_use]
    pub const fn of(rule: Vec<String>) -> Self {
        Self { rule, until: None, vetted_as: vec![], partner: vec![], purpose: None }
    }
}

impl From<VisibleTo> for Visibility {
    fn from(visible: VisibleTo) -> Self {
        match visible {
            VisibleTo::Members => Self::Members,
            VisibleTo::Permitted => Self::Permitted,
        }
    }
}
