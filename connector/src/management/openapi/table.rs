//! What each call of the management API takes, gives back and is for.

use super::super::operation::Operation;
use super::super::view::{
    AcceptanceInput, AcceptanceView, AccountAdded, AccountView, ApprovalView, CatalogView,
    ContractRequest, ContractView, DatasetInput, DatasetView, DeliveryView, DoctorView,
    ExplainedView, ExportRequest, ExportView, HandoverView, InvitationInput, InvitationView,
    KindsInput, LogPage, MemberChanged, MembersView, NewAccount, PartnerView, PersonReason,
    ProgramInput, Proposal, StatusView, TermsInput,
};
use super::{Body, empty_object, many, one};

const WAIT: [(&str, &str); 2] = [
    ("wait", "Seconds to hold the answer back, at most 60, until something has changed."),
    ("seen", "The revision (of a delivery: the bytes) that the caller knows."),
];

pub(super) fn query_of(operation: Operation) -> Vec<(&'static str, &'static str)> {
    match operation {
        Operation::Contract
        | Operation::Delivery
        | Operation::ProposeContract
        | Operation::RequestContract => WAIT.to_vec(),
        Operation::Anchors => {
            vec![("members", "Whose logs the auditor gets: DIDs or host names, with commas.")]
        }
        Operation::Catalog => vec![
            ("peer", "The partner's DID or host name."),
            ("page", "The `next` of the page before, with the same filter."),
            (
                "filter",
                "Comparisons that all must hold: [{\"property\": \"dct:title\", \"operator\": \
                 \"contains\", \"value\": \"…\"}].",
            ),
        ],
        Operation::Deliveries => vec![("contract", "Only of this contract.")],
        Operation::ExplainContract => {
            vec![("at", "The instant to judge at, with its offset; absent: now.")]
        }
        Operation::LogEntries => vec![
            ("from", "The first index."),
            ("count", "How many, at most 1000."),
            ("contract", "Only about this contract."),
        ],
        Operation::Acceptance
        | Operation::AddAccount
        | Operation::AddDataset
        | Operation::ApproveContract
        | Operation::ChangeAcceptance
        | Operation::Contracts
        | Operation::CounterContract
        | Operation::DatasetAcceptance
        | Operation::OfferContract
        | Operation::Dataset
        | Operation::Datasets
        | Operation::Doctor
        | Operation::EndContract
        | Operation::ExportLog
        | Operation::ListAccounts
        | Operation::ListApprovals
        | Operation::Members
        | Operation::PartnerProgram
        | Operation::Partners
        | Operation::Pull
        | Operation::Receive
        | Operation::RejectContract
        | Operation::InviteMember
        | Operation::ReinstateMember
        | Operation::RemoveAccount
        | Operation::ReplaceDataset
        | Operation::ResumeDelivery
        | Operation::RevokeMember
        | Operation::Serve
        | Operation::Status
        | Operation::SuspendDelivery
        | Operation::SuspendMember
        | Operation::Unserve
        | Operation::VetMember
        | Operation::WithdrawDataset => Vec::new(),
    }
}

/// What a call takes, beside path and query.
pub(super) fn body_of(operation: Operation) -> Option<Body> {
    match operation {
        Operation::AddAccount => Some(one::<NewAccount>()),
        Operation::AddDataset | Operation::ReplaceDataset => Some(one::<DatasetInput>()),
        Operation::EndContract
        | Operation::RejectContract
        | Operation::RevokeMember
        | Operation::SuspendDelivery
        | Operation::SuspendMember => Some(one::<PersonReason>()),
        Operation::ExportLog => Some(one::<ExportRequest>()),
        Operation::InviteMember => Some(one::<InvitationInput>()),
        Operation::RequestContract => Some(one::<ContractRequest>()),
        Operation::VetMember => Some(one::<KindsInput>()),
        Operation::ChangeAcceptance | Operation::DatasetAcceptance => {
            Some(one::<AcceptanceInput>())
        }
        Operation::CounterContract | Operation::OfferContract => Some(one::<TermsInput>()),
        Operation::PartnerProgram => Some(one::<ProgramInput>()),
        Operation::ProposeContract => Some(one::<Proposal>()),
        Operation::Acceptance
        | Operation::Anchors
        | Operation::ApproveContract
        | Operation::Catalog
        | Operation::Contract
        | Operation::Contracts
        | Operation::Dataset
        | Operation::Datasets
        | Operation::Deliveries
        | Operation::Delivery
        | Operation::Doctor
        | Operation::ExplainContract
        | Operation::ListAccounts
        | Operation::ListApprovals
        | Operation::LogEntries
        | Operation::Members
        | Operation::Partners
        | Operation::Pull
        | Operation::Receive
        | Operation::ReinstateMember
        | Operation::RemoveAccount
        | Operation::ResumeDelivery
        | Operation::Serve
        | Operation::Status
        | Operation::Unserve
        | Operation::WithdrawDataset => None,
    }
}

/// What a call gives back.
pub(super) fn answer_of(operation: Operation) -> Option<Body> {
    match operation {
        Operation::AddAccount => Some(one::<AccountAdded>()),
        Operation::Acceptance | Operation::ChangeAcceptance => Some(one::<AcceptanceView>()),
        Operation::AddDataset
        | Operation::Dataset
        | Operation::DatasetAcceptance
        | Operation::ReplaceDataset
        | Operation::WithdrawDataset => Some(one::<DatasetView>()),
        Operation::Anchors => Some(Body { schema: empty_object(), register: |_| {} }),
        Operation::ApproveContract
        | Operation::Contract
        | Operation::CounterContract
        | Operation::EndContract
        | Operation::OfferContract
        | Operation::ProposeContract
        | Operation::RejectContract
        | Operation::RequestContract => Some(one::<ContractView>()),
        Operation::Catalog => Some(one::<CatalogView>()),
        Operation::Contracts => Some(many::<ContractView>()),
        Operation::Datasets => Some(many::<DatasetView>()),
        Operation::Deliveries => Some(many::<DeliveryView>()),
        Operation::Delivery
        | Operation::Pull
        | Operation::Receive
        | Operation::ResumeDelivery
        | Operation::SuspendDelivery => Some(one::<DeliveryView>()),
        Operation::Doctor => Some(one::<DoctorView>()),
        Operation::ExplainContract => Some(one::<ExplainedView>()),
        Operation::ExportLog => Some(one::<ExportView>()),
        Operation::InviteMember => Some(one::<InvitationView>()),
        Operation::ReinstateMember
        | Operation::RevokeMember
        | Operation::SuspendMember
        | Operation::VetMember => Some(one::<MemberChanged>()),
        Operation::ListAccounts => Some(many::<AccountView>()),
        Operation::ListApprovals => Some(many::<ApprovalView>()),
        Operation::LogEntries => Some(one::<LogPage>()),
        Operation::Members => Some(one::<MembersView>()),
        Operation::PartnerProgram => Some(one::<PartnerView>()),
        Operation::Partners => Some(many::<PartnerView>()),
        Operation::RemoveAccount | Operation::Unserve => None,
        Operation::Serve => Some(one::<HandoverView>()),
        Operation::Status => Some(one::<StatusView>()),
    }
}

pub(super) const fn summary(operation: Operation) -> &'static str {
    match operation {
        Operation::Acceptance => "Show which offers of partners are accepted without a person",
        Operation::ChangeAcceptance => {
            "Change which offers of partners are accepted without a person"
        }
        Operation::CounterContract => "Ask for other terms than those that the provider offers",
        Operation::DatasetAcceptance => {
            "Change which other terms for a dataset are accepted without a person"
        }
        Operation::OfferContract => "Offer other terms than those that the consumer asks for",
        Operation::ProposeContract => "Offer a contract to a partner that has not asked",
        Operation::AddAccount => "Add a named account; its token is shown this once",
        Operation::AddDataset => "Publish a dataset under a rule",
        Operation::Anchors => "Write the keys and heads that an auditor may believe (authority)",
        Operation::ApproveContract => "Agree to a contract that waits for approval",
        Operation::Catalog => "Read a partner's catalogue",
        Operation::Contract => "Show a contract with its deliveries",
        Operation::Contracts => "List contracts, newest first",
        Operation::Dataset => "Show a dataset",
        Operation::Datasets => "List datasets, by title",
        Operation::Deliveries => "List deliveries, newest first",
        Operation::Delivery => "Show a delivery and how far it is",
        Operation::Doctor => "Look for what is wrong",
        Operation::EndContract => "End a contract; running deliveries are cut",
        Operation::ExplainContract => {
            "Judge a contract's rule and say what would change the answer"
        }
        Operation::ExportLog => "Write an auditor's folder",
        Operation::InviteMember => {
            "Invite somebody into the data space; the code is shown this once (authority)"
        }
        Operation::ListAccounts => "List named accounts",
        Operation::ListApprovals => "List contracts that wait for a person",
        Operation::LogEntries => "Read the log, oldest first",
        Operation::Members => "List the members of the data space",
        Operation::PartnerProgram => "Say which program a partner runs, or that it is unknown",
        Operation::Partners => "List partners with their programs and what these ignore",
        Operation::Pull => "Fetch a contract's data",
        Operation::Receive => "Have the provider send a contract's data",
        Operation::ReinstateMember => "Let a suspended member take part again (authority)",
        Operation::RejectContract => "Say no to a contract that waits for approval",
        Operation::RemoveAccount => "Remove a named account",
        Operation::ReplaceDataset => "Publish another version of a dataset",
        Operation::RequestContract => "Ask a partner for a contract",
        Operation::ResumeDelivery => {
            "Let a suspended delivery go on, or ask the partner who suspended it"
        }
        Operation::RevokeMember => "Withdraw a member's certificates for good (authority)",
        Operation::Serve => "Open the local hand-over of a contract's data",
        Operation::Status => "Show how the participant is doing",
        Operation::SuspendDelivery => "Stop a delivery for now; what runs is cut",
        Operation::SuspendMember => "Keep a member out for the time being (authority)",
        Operation::Unserve => "Close the local hand-over of a contract's data",
        Operation::VetMember => "Say as what a member was vetted (authority)",
        Operation::WithdrawDataset => "Withdraw a dataset from the catalogue",
    }
}
