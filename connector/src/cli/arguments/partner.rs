//! Partners and their programs as they are typed.

use clap::Subcommand;

use crate::management::view::PeerName;

/// `partner …`
#[derive(Clone, Debug, Subcommand)]
pub enum PartnerCommand {
    /// List partners, each with its program as far as it is known.
    List,
    /// Say which program a partner runs, so that it is shown what that one ignores of a rule.
    Program {
        /// The partner, by host name or DID.
        partner: PeerName,
        /// The program: allmende, edc, fiware, sovity, tractus-x, or another one of the list in
        /// force (docs/sentences.md).
        #[arg(required_unless_present = "unknown")]
        program: Option<String>,
        /// What was said before counts no longer.
        #[arg(long, conflicts_with = "program")]
        unknown: bool,
    },
    /// Show a partner, and what its program is known to ignore.
    Show {
        /// The partner, by host name or DID.
        partner: PeerName,
    },
}
