//! `policy …`

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// `policy …`: work on files, without a connector.
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
    /// Judge a request under a policy: the answer, the tree behind it, and what would change it.
    Explain {
        /// A file with one policy.
        file: PathBuf,
        /// A file of JSON: `action`, `assignee`, `target`, and as `facts` what is known, by whom.
        #[arg(long, value_name = "FILE")]
        request: PathBuf,
    },
    /// Write a policy in another form.
    Render {
        /// A file with one policy.
        file: PathBuf,
        /// The form.
        #[arg(long = "as", value_enum, default_value_t = FormName::Sentences)]
        form: FormName,
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
