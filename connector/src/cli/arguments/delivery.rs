//! `delivery …`

use clap::Subcommand;

/// `delivery …`
#[derive(Clone, Debug, Subcommand)]
pub enum DeliveryCommand {
    /// List deliveries, newest first.
    List {
        /// Only under this contract.
        #[arg(long)]
        contract: Option<String>,
    },
    /// Let a suspended delivery go on, or ask the partner who suspended it.
    Resume {
        /// The delivery: its id, or the first eight or more characters of it.
        delivery: String,
    },
    /// Show a delivery.
    Show {
        /// The delivery: its id, or the first eight or more characters of it.
        delivery: String,
    },
    /// Stop a delivery for now; what runs is cut at once.
    Suspend {
        /// The delivery: its id, or the first eight or more characters of it.
        delivery: String,
        /// Why; the partner sees it.
        #[arg(long)]
        reason: String,
    },
}
