//! The clauses that every step and every refusal names: sections of the Dataspace Protocol 2025-1,
//! and the few rules of our own where it is silent (`docs/divergences.md`).

use serde::{Deserialize, Serialize};

macro_rules! clauses {
    ($($(#[$doc:meta])* $name:ident => $section:literal,)*) => {
        /// A rule that a step obeys or a refusal defends.
        #[derive(
            Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Clause {
            $($(#[$doc])* $name,)*
        }

        impl Clause {
            /// Every clause; each has an accepting and a refusing test.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The section of DSP 2025-1, or of `docs/divergences.md` where it begins with `ours`.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self {
                    $(Self::$name => $section,)*
                }
            }

            /// The name, as logs and tests compare it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

clauses! {
    /// A first request opens a negotiation in REQUESTED.
    InitialContractRequest => "Contract Request Endpoint (init) (negotiations-request-post)",
    /// A counter-request leads from OFFERED to REQUESTED.
    CounterContractRequest => "Contract Request Endpoint (negotiations-providerpid-request-post)",
    /// A first offer opens a negotiation in OFFERED.
    InitialContractOffer => "Contract Offer Endpoint (init) (negotiations-offers-post)",
    /// An offer leads from REQUESTED to OFFERED.
    ContractOffer => "Contract Offer Endpoint (negotiations-consumerpid-offers-post)",
    /// An agreement leads from REQUESTED or ACCEPTED to AGREED.
    ContractAgreement => "Contract Agreement Endpoint (negotiations-consumerpid-agreement-post)",
    /// The consumer's event ACCEPTED leads from OFFERED to ACCEPTED.
    EventAccepted => "Contract Negotiation Event Endpoint (negotiations-providerpid-events-post)",
    /// A verification leads from AGREED to VERIFIED.
    AgreementVerification => "Contract Agreement Verification Endpoint (negotiations-providerpid-agreement-verification-post)",
    /// The provider's event FINALIZED leads from VERIFIED to FINALIZED.
    EventFinalized => "Contract Negotiation Event Endpoint (negotiations-consumerpid-events-post)",
    /// A termination where the diagram has an arrow for the sender.
    NegotiationTermination => "Contract Negotiation Protocol, State Machine (contract-negotiation-states)",
    /// A termination where only the prose allows it: accepted, never sent.
    NegotiationTerminationByProse => "Contract Negotiation Protocol, Contract Negotiation Termination Message",
    /// A state is entered when the receiver has acknowledged the message; a receiver that reports an
    /// earlier state disagrees, and the negotiation is terminated.
    NegotiationAcknowledged => "Contract Negotiation Protocol, ACK - Contract Negotiation",
    /// An error causes no state change by itself; what follows from it is said here.
    NegotiationError => "Contract Negotiation Protocol, ERROR - Contract Negotiation Error",
    /// Whoever is no party of a process is told that there is none.
    UnauthorizedAccess => "Contract Negotiation HTTPS Binding, Unauthorized Access (negotiation-http)",
    /// The process ids of a message are those of the process.
    ObjectNotFound => "Contract Negotiation HTTPS Binding, Object Not Found (negotiation-http)",
    /// A request opens a transfer in REQUESTED; its data address tells push from pull.
    TransferRequest => "Transfer Process Protocol, Transfer Request Message (transfers-request-post)",
    /// A start leads from REQUESTED to STARTED; its data address is there for pull.
    TransferStart => "Transfer Process Protocol, Transfer Start Message",
    /// The side that owns the data address resumes with a fresh one; the other side asks.
    TransferResumption => "Transfer Process Protocol, State Machine (transfer-process-states)",
    /// A suspension leads from STARTED to SUSPENDED.
    TransferSuspension => "Transfer Process Protocol, Transfer Suspension Message",
    /// A completion leads from STARTED to COMPLETED.
    TransferCompletion => "Transfer Process Protocol, Transfer Completion Message",
    /// A termination leads from every state that is not final to TERMINATED.
    TransferTermination => "Transfer Process Protocol, Transfer Termination Message",
    /// A state is entered when the receiver has acknowledged the message.
    TransferAcknowledged => "Transfer Process Protocol, ACK - Transfer Process",
    /// An error causes no state change by itself; what follows from it is said here.
    TransferError => "Transfer Process Protocol, ERROR - Transfer Error",
    /// The same bytes again are answered as before and change nothing.
    Replay => "ours, Replays",
    /// A message that presupposes that ours arrived acknowledges ours.
    AcknowledgedByFollowUp => "ours, Acknowledgement by a follow-up",
    /// Of two messages that cross, the more final one wins.
    Crossing => "ours, Crossing messages",
    /// One message at a time: the next one leaves when the last one is acknowledged.
    OneAtATime => "ours, One message at a time",
    /// What was never acknowledged may be given up without the peer.
    GivenUp => "ours, Giving up",
    /// After a long silence the two sides compare their states by `GET`.
    StatesCompared => "ours, Comparing states",
}

impl std::fmt::Display for Clause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.section())
    }
}
