//! What the management API says and hears, as plain data: camelCase JSON, described in OpenAPI.
//!
//! These types hold no logic and no secrets except a token on the one answer that hands it out.
//! Texts that a peer wrote stand here unchanged; whoever shows them escapes them.

pub mod account;
pub mod authority;
pub mod catalog;
pub mod contract;
pub mod dataset;
pub mod delivery;
pub mod explained;
pub mod log;
pub mod partner;
pub mod status;
pub mod terms;
pub mod words;

pub use account::{AccountAdded, AccountView, NewAccount};
pub use authority::{InvitationInput, InvitationView, KindsInput, MemberChanged};
pub use catalog::{BadgeName, CatalogReference, CatalogView, OfferView, PeerName, RuleLine};
pub use contract::{
    ApprovalView, ContractId, ContractRequest, ContractStage, ContractView, PersonReason,
    SignatureView, Turn, Wait,
};
pub use dataset::{
    Approval, DatasetInput, DatasetView, RuleInput, RuleSentence, SourceInput, Visibility,
};
pub use delivery::{DeliveryId, DeliveryOutcome, DeliveryView, HandoverView};
pub use explained::ExplainedView;
pub use log::{ExportName, ExportRequest, ExportScope, ExportView, LogEntryView, LogPage};
pub use partner::{IgnoredView, PartnerView, ProgramInput, ProgramView};
pub use status::{
    CheckView, DoctorView, LogStatus, MemberView, MembersView, StatusView, StoreStatus,
};
pub use terms::{
    AcceptanceInput, AcceptanceView, AcceptedRule, ChangeKind, OtherTerms, Proposal, StepView,
    TermsChange, TermsInput, TermsView,
};
pub use words::Words;
