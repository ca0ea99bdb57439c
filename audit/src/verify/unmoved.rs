//! Deliveries that moved nothing: a request that was refused, lost or never answered leaves its entries
//! in one log only, and nobody denies a byte by lacking them.

use std::collections::{BTreeMap, BTreeSet};

use protocol::role::Role;

use crate::entry::{Body, DeliveryId, Entry};

/// The delivery that an entry is about, if both sides must have recorded it.
pub(super) fn delivery(entry: &Entry) -> Option<&DeliveryId> {
    match &entry.body {
        Body::DeliveryStarted { delivery }
        | Body::DeliveryWindow { delivery, .. }
        | Body::DeliveryFinished { delivery, .. }
        | Body::DeliveryStopped { delivery, .. } => Some(delivery),
        Body::AdministratorAction { .. }
        | Body::AgreementEnded { .. }
        | Body::AgreementSigned { .. }
        | Body::ApprovalGiven { .. }
        | Body::ApprovalRefused { .. }
        | Body::CertificateChanged { .. }
        | Body::CheckpointReceived { .. }
        | Body::CopyErased { .. }
        | Body::DatasetPublished { .. }
        | Body::DatasetReplaced { .. }
        | Body::DatasetWithdrawn { .. }
        | Body::DecisionMade { .. }
        | Body::Erasure { .. }
        | Body::HandoverEnded { .. }
        | Body::HandoverStarted { .. }
        | Body::KeyChanged { .. }
        | Body::LogShardOpened { .. }
        | Body::NegotiationStep { .. }
        | Body::TransferStep { .. }
        | Body::TrustListAccepted { .. } => None,
    }
}

/// The deliveries that stand in the log `of` and not in `other`, and moved nothing by the account of `of`.
pub(super) fn only_in<'a>(
    of: impl Iterator<Item = &'a Entry>,
    other: impl Iterator<Item = &'a Entry>,
) -> BTreeSet<&'a DeliveryId> {
    let mut about: BTreeMap<&DeliveryId, Vec<&Entry>> = BTreeMap::new();
    for entry in of {
        if let Some(delivery) = delivery(entry) {
            about.entry(delivery).or_default().push(entry);
        }
    }
    for delivery in other.filter_map(delivery) {
        about.remove(delivery);
    }
    about.retain(|_, entries| moved_nothing(entries));
    about.into_keys().collect()
}

/// Whether all entries of one log about a delivery say that it began, and stopped before its first
/// byte. A provider that died over it does not say so: it may have sent what it no longer knows.
fn moved_nothing(entries: &[&Entry]) -> bool {
    let [started, stopped] = entries else { return false };
    let Body::DeliveryStopped { bytes: 0, .. } = &stopped.body else { return false };
    let died = stopped.role == Some(Role::Provider) && stopped.is_of_dead_process();
    let same = started.agreement.as_ref().map(|it| &it.id)
        == stopped.agreement.as_ref().map(|it| &it.id)
        && (&started.process, started.role) == (&stopped.process, stopped.role);
    matches!(started.body, Body::DeliveryStarted { .. }) && same && !died
}
