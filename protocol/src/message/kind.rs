//! The names of all messages, acknowledgements and error bodies, as `@type` spells them.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The `@type` of a message, acknowledgement or error body.
        #[derive(
            Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        pub enum MessageKind {
            $($(#[$doc])* $name,)*
        }

        impl MessageKind {
            /// Every kind, in the standard's order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The value of `@type`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

kinds! {
    /// Asks for the catalogue.
    CatalogRequestMessage,
    /// Asks for one dataset.
    DatasetRequestMessage,
    /// The catalogue.
    Catalog,
    /// One dataset.
    Dataset,
    /// Why there is no catalogue or dataset.
    CatalogError,
    /// The consumer asks for an agreement on an offer.
    ContractRequestMessage,
    /// The provider offers.
    ContractOfferMessage,
    /// The provider agrees.
    ContractAgreementMessage,
    /// The consumer confirms the agreement.
    ContractAgreementVerificationMessage,
    /// The consumer accepts or the provider finalizes.
    ContractNegotiationEventMessage,
    /// Either side ends the negotiation.
    ContractNegotiationTerminationMessage,
    /// The acknowledgement of a negotiation.
    ContractNegotiation,
    /// Why a negotiation message was refused.
    ContractNegotiationError,
    /// The consumer asks for data under an agreement.
    TransferRequestMessage,
    /// The provider starts, or either side resumes.
    TransferStartMessage,
    /// Either side pauses.
    TransferSuspensionMessage,
    /// Either side says that all data has come over.
    TransferCompletionMessage,
    /// Either side ends the transfer.
    TransferTerminationMessage,
    /// The acknowledgement of a transfer.
    TransferProcess,
    /// Why a transfer message was refused.
    TransferError,
}

impl std::fmt::Display for MessageKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
