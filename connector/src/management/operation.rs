//! The calls of the management API: one table of what may be called, where, and by whom.
//!
//! The server, its OpenAPI document and the tests all go through this table; there is no route and
//! no right beside it.

use super::actor::AccountRole;

/// The path before every call that concerns a participant.
pub const PARTICIPANT_PATH: &str = "/management/v1/participants/{participant}";

/// The path of the OpenAPI document, which needs no token.
pub const OPENAPI_PATH: &str = "/management/v1/openapi.json";

/// An HTTP method that the API uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Takes something away.
    Delete,
    /// Reads.
    Get,
    /// Makes or does something.
    Post,
    /// Replaces something.
    Put,
}

impl Method {
    /// The method's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// Whether a JSON body must come with it.
    #[must_use]
    pub const fn has_body(self) -> bool {
        match self {
            Self::Delete | Self::Get => false,
            Self::Post | Self::Put => true,
        }
    }
}

/// One call of the API, named as in OpenAPI's `operationId`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Operation {
    /// Show what is accepted of partners' offers without a person.
    Acceptance,
    /// Add a named account.
    AddAccount,
    /// Publish a dataset.
    AddDataset,
    /// Write the keys and heads that an auditor may believe (authority).
    Anchors,
    /// Decide for a contract.
    ApproveContract,
    /// Change what is accepted of partners' offers without a person.
    ChangeAcceptance,
    /// Ask for other terms than those offered.
    CounterContract,
    /// Change which terms for a dataset are accepted without a person.
    DatasetAcceptance,
    /// Offer other terms than those asked for.
    OfferContract,
    /// Offer a contract to a partner that has not asked.
    ProposeContract,
    /// Read a partner's catalogue.
    Catalog,
    /// Show a contract.
    Contract,
    /// List contracts.
    Contracts,
    /// Show a dataset.
    Dataset,
    /// List datasets.
    Datasets,
    /// List deliveries.
    Deliveries,
    /// Show a delivery.
    Delivery,
    /// Look for what is wrong.
    Doctor,
    /// End a contract.
    EndContract,
    /// Judge a contract and say why.
    ExplainContract,
    /// Write an auditor's folder.
    ExportLog,
    /// Invite somebody into the data space (authority).
    InviteMember,
    /// List accounts.
    ListAccounts,
    /// List what waits for a person.
    ListApprovals,
    /// Read the log.
    LogEntries,
    /// List the data space's members.
    Members,
    /// Say which program a partner runs.
    PartnerProgram,
    /// List partners with their programs.
    Partners,
    /// Fetch a contract's data.
    Pull,
    /// Have a contract's data sent by the provider.
    Receive,
    /// Let a suspended member take part again (authority).
    ReinstateMember,
    /// Decide against a contract.
    RejectContract,
    /// Remove a named account.
    RemoveAccount,
    /// Publish another version of a dataset.
    ReplaceDataset,
    /// Ask a partner for a contract.
    RequestContract,
    /// Let a suspended delivery go on.
    ResumeDelivery,
    /// Withdraw a member's certificates for good (authority).
    RevokeMember,
    /// Open the local hand-over of a contract.
    Serve,
    /// Show how the participant is doing.
    Status,
    /// Stop a delivery for now.
    SuspendDelivery,
    /// Keep a member out for the time being (authority).
    SuspendMember,
    /// Close the local hand-over of a contract.
    Unserve,
    /// Say as what a member was vetted (authority).
    VetMember,
    /// Withdraw a dataset.
    WithdrawDataset,
}

use AccountRole::{Approver, Auditor, Clerk, Operator};

const EVERYONE: &[AccountRole] = &AccountRole::ALL;

impl Operation {
    /// Every call.
    pub const ALL: [Self; 44] = [
        Self::Acceptance,
        Self::ChangeAcceptance,
        Self::CounterContract,
        Self::DatasetAcceptance,
        Self::OfferContract,
        Self::ProposeContract,
        Self::AddAccount,
        Self::AddDataset,
        Self::Anchors,
        Self::ApproveContract,
        Self::Catalog,
        Self::Contract,
        Self::Contracts,
        Self::Dataset,
        Self::Datasets,
        Self::Deliveries,
        Self::Delivery,
        Self::Doctor,
        Self::EndContract,
        Self::ExplainContract,
        Self::ExportLog,
        Self::InviteMember,
        Self::ListAccounts,
        Self::ListApprovals,
        Self::LogEntries,
        Self::Members,
        Self::PartnerProgram,
        Self::Partners,
        Self::Pull,
        Self::Receive,
        Self::ReinstateMember,
        Self::RejectContract,
        Self::RemoveAccount,
        Self::ReplaceDataset,
        Self::RequestContract,
        Self::ResumeDelivery,
        Self::RevokeMember,
        Self::Serve,
        Self::Status,
        Self::SuspendDelivery,
        Self::SuspendMember,
        Self::Unserve,
        Self::VetMember,
        Self::WithdrawDataset,
    ];

    /// Where it is called, below [`PARTICIPANT_PATH`].
    #[must_use]
    pub const fn route(self) -> (Method, &'static str) {
        match self {
            Self::Acceptance => (Method::Get, "/acceptance"),
            Self::ChangeAcceptance => (Method::Post, "/acceptance"),
            Self::CounterContract => (Method::Post, "/contracts/{id}/counter"),
            Self::DatasetAcceptance => (Method::Post, "/datasets/{id}/acceptance"),
            Self::OfferContract => (Method::Post, "/contracts/{id}/offer"),
            Self::ProposeContract => (Method::Post, "/proposals"),
            Self::AddAccount => (Method::Post, "/accounts"),
            Self::AddDataset => (Method::Post, "/datasets"),
            Self::Anchors => (Method::Get, "/authority/anchors"),
            Self::ApproveContract => (Method::Post, "/contracts/{id}/approve"),
            Self::Catalog => (Method::Get, "/catalog"),
            Self::Contract => (Method::Get, "/contracts/{id}"),
            Self::Contracts => (Method::Get, "/contracts"),
            Self::Dataset => (Method::Get, "/datasets/{id}"),
            Self::Datasets => (Method::Get, "/datasets"),
            Self::Deliveries => (Method::Get, "/deliveries"),
            Self::Delivery => (Method::Get, "/deliveries/{id}"),
            Self::Doctor => (Method::Get, "/doctor"),
            Self::EndContract => (Method::Post, "/contracts/{id}/end"),
            Self::ExplainContract => (Method::Get, "/contracts/{id}/explanation"),
            Self::ExportLog => (Method::Post, "/log/export"),
            Self::InviteMember => (Method::Post, "/authority/invitations"),
            Self::ListAccounts => (Method::Get, "/accounts"),
            Self::ListApprovals => (Method::Get, "/approvals"),
            Self::LogEntries => (Method::Get, "/log"),
            Self::Members => (Method::Get, "/members"),
            Self::PartnerProgram => (Method::Put, "/partners/{id}/program"),
            Self::Partners => (Method::Get, "/partners"),
            Self::Pull => (Method::Post, "/contracts/{id}/pull"),
            Self::Receive => (Method::Post, "/contracts/{id}/receive"),
            Self::ReinstateMember => (Method::Post, "/authority/members/{id}/reinstate"),
            Self::RejectContract => (Method::Post, "/contracts/{id}/reject"),
            Self::RemoveAccount => (Method::Delete, "/accounts/{id}"),
            Self::ReplaceDataset => (Method::Put, "/datasets/{id}"),
            Self::RequestContract => (Method::Post, "/contracts"),
            Self::ResumeDelivery => (Method::Post, "/deliveries/{id}/resume"),
            Self::RevokeMember => (Method::Post, "/authority/members/{id}/revoke"),
            Self::Serve => (Method::Post, "/contracts/{id}/serve"),
            Self::Status => (Method::Get, "/status"),
            Self::SuspendDelivery => (Method::Post, "/deliveries/{id}/suspend"),
            Self::SuspendMember => (Method::Post, "/authority/members/{id}/suspend"),
            Self::Unserve => (Method::Delete, "/contracts/{id}/serve"),
            Self::VetMember => (Method::Put, "/authority/members/{id}/kinds"),
            Self::WithdrawDataset => (Method::Delete, "/datasets/{id}"),
        }
    }

    /// The roles of which one is enough to call it.
    #[must_use]
    pub const fn roles(self) -> &'static [AccountRole] {
        match self {
            Self::Acceptance
            | Self::Contract
            | Self::Contracts
            | Self::Dataset
            | Self::Datasets
            | Self::Deliveries
            | Self::Delivery
            | Self::ExplainContract
            | Self::ListApprovals
            | Self::LogEntries
            | Self::Members
            | Self::Partners
            | Self::Status => EVERYONE,
            Self::AddDataset
            | Self::ChangeAcceptance
            | Self::DatasetAcceptance
            | Self::InviteMember
            | Self::ProposeContract
            | Self::Pull
            | Self::Receive
            | Self::ReinstateMember
            | Self::ReplaceDataset
            | Self::RequestContract
            | Self::ResumeDelivery
            | Self::Serve
            | Self::VetMember => &[Clerk],
            Self::Catalog | Self::CounterContract | Self::OfferContract => &[Approver, Clerk],
            // Restricting never waits for the right person to come back from lunch.
            Self::EndContract | Self::SuspendDelivery | Self::Unserve => {
                &[Approver, Clerk, Operator]
            }
            Self::RevokeMember | Self::SuspendMember | Self::WithdrawDataset => &[Clerk, Operator],
            Self::ApproveContract | Self::RejectContract => &[Approver],
            Self::ExportLog => &[Auditor, Operator],
            Self::AddAccount | Self::PartnerProgram | Self::RemoveAccount => &[Operator],
            Self::Anchors | Self::Doctor | Self::ListAccounts => &[Auditor, Operator],
        }
    }

    /// The call's name in OpenAPI.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acceptance => "acceptance",
            Self::ChangeAcceptance => "changeAcceptance",
            Self::CounterContract => "counterContract",
            Self::DatasetAcceptance => "datasetAcceptance",
            Self::OfferContract => "offerContract",
            Self::ProposeContract => "proposeContract",
            Self::AddAccount => "addAccount",
            Self::AddDataset => "addDataset",
            Self::Anchors => "anchors",
            Self::ApproveContract => "approveContract",
            Self::Catalog => "catalog",
            Self::Contract => "contract",
            Self::Contracts => "contracts",
            Self::Dataset => "dataset",
            Self::Datasets => "datasets",
            Self::Deliveries => "deliveries",
            Self::Delivery => "delivery",
            Self::Doctor => "doctor",
            Self::EndContract => "endContract",
            Self::ExplainContract => "explainContract",
            Self::ExportLog => "exportLog",
            Self::InviteMember => "inviteMember",
            Self::ListAccounts => "listAccounts",
            Self::ListApprovals => "listApprovals",
            Self::LogEntries => "logEntries",
            Self::Members => "members",
            Self::PartnerProgram => "partnerProgram",
            Self::Partners => "partners",
            Self::Pull => "pull",
            Self::Receive => "receive",
            Self::ReinstateMember => "reinstateMember",
            Self::RejectContract => "rejectContract",
            Self::RemoveAccount => "removeAccount",
            Self::ReplaceDataset => "replaceDataset",
            Self::RequestContract => "requestContract",
            Self::ResumeDelivery => "resumeDelivery",
            Self::RevokeMember => "revokeMember",
            Self::Serve => "serve",
            Self::Status => "status",
            Self::SuspendDelivery => "suspendDelivery",
            Self::SuspendMember => "suspendMember",
            Self::Unserve => "unserve",
            Self::VetMember => "vetMember",
            Self::WithdrawDataset => "withdrawDataset",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_call_has_a_route_and_a_name_of_its_own() {
        let routes: BTreeSet<_> =
            Operation::ALL.iter().map(|o| (o.route().0.name(), o.route().1)).collect();
        let names: BTreeSet<_> = Operation::ALL.iter().map(|o| o.name()).collect();
        assert_eq!((routes.len(), names.len()), (Operation::ALL.len(), Operation::ALL.len()));
    }

    #[test]
    fn an_auditor_changes_nothing_but_writes_a_folder() {
        for operation in Operation::ALL {
            let reads = operation.route().0 == Method::Get || operation == Operation::ExportLog;
            assert!(reads || !operation.roles().contains(&Auditor), "{operation:?}");
        }
    }

    #[test]
    fn whoever_publishes_does_not_decide_and_whoever_runs_the_machine_does_neither() {
        for (operation, role, may) in [
            (Operation::ApproveContract, Clerk, false),
            (Operation::ApproveContract, Operator, false),
            (Operation::AddDataset, Approver, false),
            (Operation::AddDataset, Operator, false),
            (Operation::AddAccount, Clerk, false),
            (Operation::EndContract, Operator, true),
        ] {
            assert_eq!(operation.roles().contains(&role), may, "{operation:?} {role}");
        }
    }
}
