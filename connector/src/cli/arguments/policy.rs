//! `policy …`

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;

/// `policy …`: on files, and on a running connector's contracts.
#[derive(Clone, Debug, Subcommand)]
pub enum PolicyCommand {
    /// Read policies and say what is wrong, or what they mean.
    Check {
        /// Files of JSON (of the Dataspace Protocol, or ODRL JSON-LD) or Turtle (`.ttl`, `.nt`);
        /// `-` for JSON on stdin.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Also the rules of the W3C that real policies seldom keep: without a profile, the core
        /// vocabulary alone.
        #[arg(long)]
        strict: bool,
    },
    /// Judge a request under a policy, or a contract: the answer, the tree behind it, and what would
    /// change it.
    Explain {
        /// A file with one policy.
        #[arg(required_unless_present = "contract", requires = "request")]
        file: Option<PathBuf>,
        /// A file of JSON: `action`, `assignee`, `target`, and as `facts` what is known, by whom.
        #[arg(long, value_name = "FILE", requires = "file")]
        request: Option<PathBuf>,
        /// A contract of the running connector, judged with what it knows: an id, the first eight or
        /// more characters of it, or a title.
        #[arg(long, conflicts_with_all = ["file", "request"])]
        contract: Option<String>,
        /// Judge the contract at this instant (2027-01-01T00:00:00Z) instead of now.
        #[arg(long, value_name = "INSTANT", requires = "contract")]
        at: Option<Timestamp>,
    },
    /// Write a policy in another form.
    Render {
        /// A file with one policy.
        file: PathBuf,
        /// The form.
        #[arg(long = "as", value_enum, default_value_t = FormName::Sentences)]
        form: FormName,
    },
    /// List the sentences in force here, with the legal texts that they refer to.
    Sentences {
        /// Write the files of this version to this folder instead, to be changed.
        #[arg(long, value_name = "FOLDER")]
        write: Option<PathBuf>,
    },
    /// Put a folder that is laid out as the ODRL Test Suite to the engine.
    Suite {
        /// The folder.
        folder: PathBuf,
    },
}

/// A form of a policy.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum FormName {
    /// JSON of the Dataspace Protocol.
    Dsp,
    /// ODRL as JSON-LD under the context of the W3C.
    Odrl,
    /// Sentences, in the language of the output.
    Sentences,
}
