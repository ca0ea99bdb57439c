//! The messages, acknowledgements and error bodies of the three protocols, one file each: read
//! strictly from a node, written as the standard's schemas want them.
//!
//! Reading checks the schema's rules and those that only the text has. It never looks at state,
//! sender or policy.

pub mod agreement;
pub mod agreement_termination;
pub mod catalog;
pub mod catalog_error;
pub mod catalog_request;
pub mod contract_agreement;
pub mod contract_agreement_verification;
pub mod contract_negotiation;
pub mod contract_negotiation_error;
pub mod contract_negotiation_event;
pub mod contract_negotiation_termination;
pub mod contract_offer;
pub mod contract_request;
pub mod data_address;
pub mod data_service;
pub mod dataset;
pub mod dataset_request;
pub mod distribution;
mod envelope;
mod error;
pub mod extension;
pub mod kind;
mod negotiation;
pub mod offer;
pub mod properties;
mod rules;
#[cfg(test)]
mod tests;
mod transfer;
pub mod transfer_completion;
pub mod transfer_error;
pub mod transfer_process;
pub mod transfer_request;
pub mod transfer_start;
pub mod transfer_suspension;
pub mod transfer_termination;
pub mod version;

pub use agreement::{Agreement, AgreementMismatch, Parties};
pub use agreement_termination::AgreementTerminationMessage;
pub use catalog::{Catalog, NestedCatalog};
pub use catalog_error::CatalogError;
pub use catalog_request::CatalogRequestMessage;
pub use contract_agreement::ContractAgreementMessage;
pub use contract_agreement_verification::ContractAgreementVerificationMessage;
pub use contract_negotiation::ContractNegotiation;
pub use contract_negotiation_error::ContractNegotiationError;
pub use contract_negotiation_event::{ContractNegotiationEventMessage, EventType};
pub use contract_negotiation_termination::ContractNegotiationTerminationMessage;
pub use contract_offer::{ContractOfferMessage, OfferForm};
pub use contract_request::{ContractRequestMessage, RequestForm};
pub use data_address::{DataAddress, EndpointProperty};
pub use data_service::DataService;
pub use dataset::Dataset;
pub use dataset_request::DatasetRequestMessage;
pub use distribution::{AccessService, Distribution};
pub use error::MessageError;
pub use kind::MessageKind;
pub use negotiation::NegotiationMessage;
pub use offer::{CatalogOffer, MessageOffer};
pub use properties::Properties;
pub use transfer::TransferMessage;
pub use transfer_completion::TransferCompletionMessage;
pub use transfer_error::TransferError;
pub use transfer_process::TransferProcess;
pub use transfer_request::TransferRequestMessage;
pub use transfer_start::TransferStartMessage;
pub use transfer_suspension::TransferSuspensionMessage;
pub use transfer_termination::TransferTerminationMessage;
pub use version::{NoVersion, VersionAuth, VersionEntry, VersionResponse};

use wire::pointer::Pointer;

/// A message together with the members that were read but not understood. They change nothing;
/// they are listed so that a log can show them.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<T> {
    /// What was understood.
    pub message: T,
    /// The places of members without a meaning here, in document order.
    pub ignored: Vec<Pointer>,
}

impl<T> Parsed<T> {
    /// The same places beside another message.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { message: into(self.message), ignored: self.ignored }
    }
}
