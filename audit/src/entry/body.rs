//! What can happen: the closed list of entry types, each with its own fields.
//!
//! Documents are named by their digests; they lie beside the log.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use protocol::{Event, id::DatasetId, message::MessageKind, negotiation, transfer};
use serde::{Deserialize, Serialize};
use wire::digest::Digest;

use super::{Code, DeliveryId, Retention, Shard};
use crate::commitment::Commitment;

macro_rules! bodies {
    ($(
        $(#[$doc:meta])*
        $variant:ident = $name:literal, $retention:ident {
            $($(#[$meta:meta])* $field:ident: $of:ty,)*
        }
    )*) => {
        /// What happened. The digest `document` is always that of the canonical document.
        #[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
        #[serde(tag = "type", content = "body", deny_unknown_fields)]
        pub enum Body {
            $(
                $(#[$doc])*
                #[serde(rename = $name, rename_all = "camelCase")]
                $variant { $($(#[$meta])* $field: $of,)* },
            )*
        }

        /// The name of what happened.
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
        pub enum EntryType {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Body {
            /// The name of what happened.
            pub const fn entry_type(&self) -> EntryType {
                match self {
                    $(Self::$variant { .. } => EntryType::$variant,)*
                }
            }
        }

        impl EntryType {
            /// Every type.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name as it stands in an entry.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The retention class that entries of this type usually have.
            pub const fn retention(self) -> Retention {
                match self {
                    $(Self::$variant => Retention::$retention,)*
                }
            }
        }
    };
}

bodies! {
    /// A person of the participant did something as administrator.
    AdministratorAction = "administrator-action", Operation {
        /// What was done.
        action: Code,
        /// To what, as a commitment (the field `subject`).
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<Commitment>,
    }
    /// The agreement has ended for this participant.
    AgreementEnded = "agreement-ended", Contract {
        /// Who or what ended it.
        cause: EndCause,
    }
    /// Both signatures that there will be over an agreement are known.
    AgreementSigned = "agreement-signed", Contract {
        /// The agreement.
        document: Digest,
        /// The consumer's detached JWS over the statement; absent where its connector signs nothing.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        consumer_signature: Option<String>,
        /// The provider's detached JWS over the statement; absent where its connector signs nothing.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        provider_signature: Option<String>,
    }
    /// A second person approved.
    ApprovalGiven = "approval-given", Contract {
        /// What was approved.
        document: Digest,
    }
    /// A second person refused.
    ApprovalRefused = "approval-refused", Contract {
        /// What was refused.
        document: Digest,
    }
    /// The participant has another certificate.
    CertificateChanged = "certificate-changed", Trust {
        /// The digest of the new certificate (DER).
        certificate: Digest,
        /// Until when it is valid.
        not_after: Timestamp,
    }
    /// The head of another's log was seen, and is consistent with the last one seen.
    CheckpointReceived = "checkpoint-received", Trust {
        /// The signed note, whole.
        checkpoint: String,
    }
    /// What was held under an ended agreement was erased. The other party knows nothing of it.
    CopyErased = "copy-erased", Delivery {
        /// How many bytes had been held.
        bytes: u64,
        /// The digest of the whole copy; absent where no delivery had come to its end.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        digest: Option<Digest>,
    }
    /// A decision about what is allowed.
    DecisionMade = "decision", Contract {
        /// The outcome.
        verdict: Verdict,
        /// The decision with its explanation.
        decision: Digest,
        /// The policy that was decided upon.
        policy: Digest,
    }
    /// A dataset was published.
    DatasetPublished = "dataset-published", Contract {
        /// The dataset.
        dataset: DatasetId,
        /// Its offer.
        document: Digest,
    }
    /// A dataset was replaced.
    DatasetReplaced = "dataset-replaced", Contract {
        /// The dataset.
        dataset: DatasetId,
        /// The offer that holds from now on.
        document: Digest,
        /// The offer that held before.
        previous: Digest,
    }
    /// A dataset is no longer offered.
    DatasetWithdrawn = "dataset-withdrawn", Contract {
        /// The dataset.
        dataset: DatasetId,
    }
    /// A delivery came to its end: all bytes were handed over.
    DeliveryFinished = "delivery-finished", Delivery {
        /// The delivery.
        delivery: DeliveryId,
        /// How many bytes.
        bytes: u64,
        /// The digest of all of them.
        digest: Digest,
    }
    /// A delivery begins.
    DeliveryStarted = "delivery-started", Delivery {
        /// The delivery.
        delivery: DeliveryId,
    }
    /// A delivery was stopped before its end.
    DeliveryStopped = "delivery-stopped", Delivery {
        /// The delivery.
        delivery: DeliveryId,
        /// How many bytes had been sent or received.
        bytes: u64,
        /// The digest of those.
        digest: Digest,
    }
    /// A delivery goes on: the first `bytes` bytes have gone over.
    DeliveryWindow = "delivery-window", Delivery {
        /// The delivery.
        delivery: DeliveryId,
        /// How many bytes since its beginning, a multiple of [`super::DELIVERY_WINDOW_BYTES`].
        bytes: u64,
        /// The digest of all of them.
        digest: Digest,
    }
    /// A committed value was destroyed together with its salt.
    Erasure = "erasure", Operation {
        /// The shard of the entry that holds the commitment.
        shard: Shard,
        /// The index of that entry.
        entry: u64,
        /// The name of the field.
        field: Code,
        /// The commitment that nobody can open any more.
        commitment: Commitment,
    }
    /// The local hand-over of held data to the participant's own programs came to its end. The other
    /// party knows nothing of it.
    HandoverEnded = "handover-ended", Delivery {
        /// The hand-over.
        delivery: DeliveryId,
        /// How many bytes had been handed over.
        bytes: u64,
        /// The digest of those.
        digest: Digest,
    }
    /// Held data is handed over to a program of the participant's own.
    HandoverStarted = "handover-started", Delivery {
        /// The hand-over.
        delivery: DeliveryId,
    }
    /// The participant has another key.
    KeyChanged = "key-changed", Trust {
        /// What it is for.
        purpose: KeyPurpose,
        /// The digest of the new public key (SPKI, DER).
        key: Digest,
    }
    /// The first entry of a shard.
    LogShardOpened = "log-shard-opened", Trust {
        /// The last signed head of the shard before it; absent in the first shard of a participant.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        previous: Option<String>,
    }
    /// Something happened to a message of a negotiation.
    NegotiationStep = "negotiation-step", Contract {
        /// Which message.
        message: MessageKind,
        /// What happened to it.
        event: Event,
        /// The state after it; absent before the process exists for both.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        state: Option<negotiation::State>,
        /// The offer or agreement that it carries or is about; none for a termination.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        document: Option<Digest>,
    }
    /// Something happened to a message of a transfer.
    TransferStep = "transfer-step", Delivery {
        /// Which message.
        message: MessageKind,
        /// What happened to it.
        event: Event,
        /// The state after it; absent before the process exists for both.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        state: Option<transfer::State>,
    }
    /// A newer trust list of the data space's authority holds from now on.
    TrustListAccepted = "trust-list-accepted", Trust {
        /// Its number.
        number: u64,
        /// Its digest.
        document: Digest,
        /// Until when it holds.
        expires: Timestamp,
    }
}

/// A field that stands outside the body and that some types need.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Needed {
    /// The agreement.
    Agreement,
    /// The other participant.
    Counterparty,
    /// The negotiation or transfer.
    Process,
    /// The part that the participant plays.
    Role,
}

impl Needed {
    /// The name of the field.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Counterparty => "counterparty",
            Self::Process => "process",
            Self::Role => "role",
        }
    }
}

impl EntryType {
    /// The fields that an entry of this type must have: all that the other side's log also says can be
    /// laid beside it only with these.
    pub const fn needs(self) -> &'static [Needed] {
        use Needed::{Agreement, Counterparty, Process, Role};
        match self {
            Self::NegotiationStep => &[Counterparty, Role, Process],
            Self::AgreementEnded
            | Self::CopyErased
            | Self::HandoverEnded
            | Self::HandoverStarted => &[Agreement, Counterparty, Role],
            Self::AgreementSigned
            | Self::DeliveryFinished
            | Self::DeliveryStarted
            | Self::DeliveryStopped
            | Self::DeliveryWindow
            | Self::TransferStep => &[Agreement, Counterparty, Role, Process],
            Self::AdministratorAction
            | Self::ApprovalGiven
            | Self::ApprovalRefused
            | Self::CertificateChanged
            | Self::CheckpointReceived
            | Self::DecisionMade
            | Self::DatasetPublished
            | Self::DatasetReplaced
            | Self::DatasetWithdrawn
            | Self::Erasure
            | Self::KeyChanged
            | Self::LogShardOpened
            | Self::TrustListAccepted => &[],
        }
    }
}

/// Who or what ended an agreement. Both logs say the same.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndCause {
    /// The consumer ended it.
    Consumer,
    /// The provider ended it.
    Provider,
    /// The time that its rules name came.
    TimeCame,
    /// One side is no longer trusted: its certificate was revoked or it left the data space.
    TrustLost,
}

/// What a key of the participant is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPurpose {
    /// Signs agreements.
    Agreement,
    /// Signs the heads of the log.
    Checkpoint,
    /// Countersigns others' heads.
    Countersignature,
    /// Issues credentials.
    Credential,
    /// Stands behind the DID.
    Did,
    /// Mutual TLS.
    Tls,
    /// Signs tokens.
    Token,
}

/// The outcome of a decision.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Not allowed.
    Deny,
    /// Allowed.
    Permit,
}

/// A text that is no entry type.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no entry type has this name")]
pub struct EntryTypeError;

impl fmt::Display for EntryType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EntryType {
    type Err = EntryTypeError;

    fn from_str(text: &str) -> Result<Self, EntryTypeError> {
        Self::ALL.iter().copied().find(|known| known.name() == text).ok_or(EntryTypeError)
    }
}
