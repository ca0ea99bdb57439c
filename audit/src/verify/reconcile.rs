//! The logs of two participants side by side: what both must have recorded, matched by what it is
//! about. The only answer to an entry that one side left out.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{
    Event,
    id::{ConsumerPid, ProviderPid},
    message::MessageKind,
    role::Role,
};
use wire::{did::Did, digest::Digest};

use super::{
    log::Log,
    report::{Different, PairReport, SharedEvent, Unmatched},
    unmoved,
};
use crate::entry::{Body, DeliveryId, EndCause, Entry, EntryType, Process};

/// What an entry says about an event that both sides must have recorded, besides naming it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Content {
    /// Nothing more.
    None,
    /// A document.
    Document(Option<Digest>),
    /// Who ended it.
    Ended(EndCause),
    /// The end of a delivery.
    End(DeliveryEnd),
    /// The first bytes of a delivery.
    Window(Digest),
}

/// The end of a delivery as one side recorded it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct DeliveryEnd {
    pub(super) whole: bool,
    pub(super) bytes: u64,
    pub(super) digest: Digest,
    /// Its process died over the delivery, and it knows no more than that.
    pub(super) died: bool,
}

/// One event as one side recorded it.
#[derive(Clone, Debug)]
struct Shared {
    event: SharedEvent,
    content: Content,
    role: Role,
    message: Option<(MessageKind, Event)>,
    /// Whether the other side must have it too: what was refused, given up, taken back, or only
    /// inferred from the other side's state may have arrived or not.
    expected: bool,
    unmatched: Unmatched,
}

/// Lays the logs of every two participants side by side.
pub(super) fn all(logs: &[Log]) -> Vec<PairReport> {
    let participants: BTreeSet<&Did> =
        logs.iter().filter_map(|log| log.participant.as_ref()).collect();
    let mut pairs = Vec::new();
    for (number, here) in participants.iter().enumerate() {
        for there in participants.iter().skip(number + 1) {
            let (ours, theirs) = (about(logs, here, there), about(logs, there, here));
            if !ours.is_empty() || !theirs.is_empty() {
                pairs.push(pair(here, there, &ours, &theirs));
            }
        }
    }
    pairs
}

/// The entries in the logs of `of` that `other` should have too, shards in order.
fn about<'a>(logs: &'a [Log], of: &Did, other: &Did) -> Vec<(&'a Log, u64, &'a Entry)> {
    let mut logs: Vec<&Log> =
        logs.iter().filter(|log| log.participant.as_ref() == Some(of)).collect();
    logs.sort_by_key(|log| log.shard);
    let entries = logs
        .into_iter()
        .flat_map(|log| log.shared.iter().map(move |(index, entry)| (log, *index, entry)));
    entries.filter(|(_, _, entry)| entry.counterparty.as_ref() == Some(other)).collect()
}

/// Processes by the consumer's name: both sides know it but for the first message of a provider.
type Names = BTreeMap<ProviderPid, ConsumerPid>;

fn pair(
    here: &Did,
    there: &Did,
    ours: &[(&Log, u64, &Entry)],
    theirs: &[(&Log, u64, &Entry)],
) -> PairReport {
    let processes = ours.iter().chain(theirs).filter_map(|(_, _, entry)| entry.process.clone());
    let both = processes.filter_map(|process| process.provider_pid.zip(process.consumer_pid));
    let names: Names = both.collect();
    let mut report = PairReport {
        here: here.clone(),
        there: there.clone(),
        matched: 0,
        only_here: Vec::new(),
        only_there: Vec::new(),
        different: Vec::new(),
    };
    let (ours, theirs) = (&arrived(ours, theirs), &arrived(theirs, ours));
    let (mut ours, mut theirs) = (group(ours, &names), group(theirs, &names));
    let events: BTreeSet<SharedEvent> = ours.keys().chain(theirs.keys()).cloned().collect();
    for event in events {
        let left = ours.remove(&event).unwrap_or_default();
        let right = theirs.remove(&event).unwrap_or_default();
        lay_side_by_side(left, right, &mut report);
    }
    report.only_here.sort_by(|a, b| (&a.log, a.entry).cmp(&(&b.log, b.entry)));
    report.only_there.sort_by(|a, b| (&a.log, a.entry).cmp(&(&b.log, b.entry)));
    report.different.sort_by(|a, b| (&a.here.log, a.here.entry).cmp(&(&b.here.log, b.here.entry)));
    report
}

/// The entries of one side without what the other cannot have recorded: deliveries that moved nothing,
/// and windows that were on the way when a delivery was stopped, or came after its process died.
fn arrived<'a>(
    of: &[(&'a Log, u64, &'a Entry)],
    other: &[(&Log, u64, &Entry)],
) -> Vec<(&'a Log, u64, &'a Entry)> {
    let mut seen: BTreeMap<&DeliveryId, u64> = BTreeMap::new();
    for (_, _, entry) in other {
        if let Body::DeliveryWindow { delivery, bytes, .. } = &entry.body {
            let most = seen.entry(delivery).or_default();
            *most = (*most).max(*bytes);
        }
    }
    let stopped = other.iter().filter_map(|(_, _, entry)| {
        let Body::DeliveryStopped { delivery, bytes, .. } = &entry.body else { return None };
        let seen = seen.get(delivery).copied().unwrap_or(0);
        let reached = if entry.is_of_dead_process() { seen } else { *bytes };
        let may_lack = entry.is_of_dead_process() || entry.role == Some(Role::Consumer);
        may_lack.then_some((delivery, reached))
    });
    let reached: BTreeMap<&DeliveryId, u64> = stopped.collect();
    let unmoved = unmoved::only_in(
        of.iter().map(|(_, _, entry)| *entry),
        other.iter().map(|(_, _, entry)| *entry),
    );
    let expected = |entry: &Entry| {
        if unmoved::delivery(entry).is_some_and(|delivery| unmoved.contains(delivery)) {
            return false;
        }
        let Body::DeliveryWindow { delivery, bytes, .. } = &entry.body else { return true };
        reached.get(delivery).is_none_or(|reached| bytes <= reached)
    };
    of.iter().filter(|(_, _, entry)| expected(entry)).copied().collect()
}

/// First what is alike, then what is about the same event, then what is left. What need not have
/// arrived is missed by nobody, and takes no partner from what must have arrived.
fn lay_side_by_side(mut left: Vec<Shared>, mut right: Vec<Shared>, report: &mut PairReport) {
    left.sort_by_key(|one| !one.expected);
    right.sort_by_key(|other| !other.expected);
    let mut rest = Vec::new();
    for one in left {
        if let Some(at) = right.iter().position(|other| alike(&one, other)) {
            right.remove(at);
            report.matched += 1;
        } else if one.expected {
            rest.push(one);
        }
    }
    let mut right = right.into_iter().filter(|other| other.expected);
    for one in rest {
        match right.next() {
            Some(other) => {
                report.different.push(Different { here: one.unmatched, there: other.unmatched })
            }
            None => report.only_here.push(one.unmatched),
        }
    }
    report.only_there.extend(right.map(|other| other.unmatched));
}

/// Whether two entries about the same event say the same.
fn alike(one: &Shared, other: &Shared) -> bool {
    one.role != other.role && contents_alike(one.role, &one.content, &other.content)
}

/// Whether two ends of a delivery say the same. What was on the way when a delivery was stopped may
/// be lost: the provider may have sent more than the consumer received. Whoever died over it says
/// nothing of how far it came, and so contradicts nothing.
pub(super) fn ends_alike(consumer: &DeliveryEnd, provider: &DeliveryEnd) -> bool {
    if consumer.died || provider.died {
        return true;
    }
    // An answer without a byte whose head was lost: there is nothing that one of them could deny.
    if !consumer.whole && (consumer.bytes, provider.bytes) == (0, 0) {
        return true;
    }
    if consumer.whole != provider.whole {
        return false;
    }
    let same = consumer.bytes == provider.bytes && consumer.digest == provider.digest;
    same || (!consumer.whole && consumer.bytes < provider.bytes)
}

fn contents_alike(role: Role, one: &Content, other: &Content) -> bool {
    let (consumer, provider) = match role {
        Role::Consumer => (one, other),
        Role::Provider => (other, one),
    };
    if let (Content::End(consumer), Content::End(provider)) = (consumer, provider) {
        return ends_alike(consumer, provider);
    }
    if let (Content::Ended(one), Content::Ended(other)) = (one, other) {
        return ended_alike(role, *one, *other);
    }
    one == other
}

/// Whether two entries about the end of an agreement say the same. Both parties may have ended it at
/// once: each then says so of itself.
pub(super) fn ended_alike(role: Role, one: EndCause, other: EndCause) -> bool {
    let itself = |role| match role {
        Role::Consumer => EndCause::Consumer,
        Role::Provider => EndCause::Provider,
    };
    one == other || (one == itself(role) && other == itself(role.peer()))
}

/// The entries by the event they are about.
fn group(entries: &[(&Log, u64, &Entry)], names: &Names) -> BTreeMap<SharedEvent, Vec<Shared>> {
    let mut groups: BTreeMap<SharedEvent, Vec<Shared>> = BTreeMap::new();
    for (log, index, entry) in entries {
        let Some(shared) = shared(log, *index, entry, names) else { continue };
        match shared.message {
            Some((
                _,
                Event::Compared | Event::GivenUp | Event::RefusedByPeer | Event::Withdrawn,
            )) => {
                let sent = groups.get_mut(&shared.event).and_then(|sent| sent.last_mut());
                if let Some(sent) = sent {
                    sent.expected = false;
                }
            }
            Some((_, Event::Acknowledged)) => {}
            Some((_, Event::Received | Event::Sent)) | None => {
                groups.entry(shared.event.clone()).or_default().push(shared);
            }
        }
    }
    groups
}

fn shared(log: &Log, index: u64, entry: &Entry, names: &Names) -> Option<Shared> {
    let role = entry.role?;
    let (detail, content, message) = event(entry, role)?;
    // Both ends of a delivery are the same event with unlike outcomes.
    let stopped = entry.entry_type() == EntryType::DeliveryStopped;
    let entry_type = if stopped { EntryType::DeliveryFinished } else { entry.entry_type() };
    // A step before the agreement names it on one side only; an end needs no process.
    let with_agreement = entry_type != EntryType::NegotiationStep;
    let about = entry.agreement.as_ref().filter(|_| with_agreement);
    let by_agreement = about.map(|about| about.id.clone());
    let with_process = entry_type != EntryType::AgreementEnded;
    let process = entry.process.as_ref().filter(|_| with_process);
    let by_process = process.and_then(|process| name(process, names));
    let event = SharedEvent { entry_type, agreement: by_agreement, process: by_process, detail };
    let unmatched = Unmatched {
        log: log.dir.clone(),
        entry: index,
        counter: entry.agreement.as_ref().map(|about| about.counter),
        event: event.clone(),
    };
    Some(Shared { event, content, role, message, expected: true, unmatched })
}

fn name(process: &Process, names: &Names) -> Option<String> {
    let provider = process.provider_pid.as_ref();
    let consumer = process.consumer_pid.as_ref();
    let consumer = consumer.or_else(|| provider.and_then(|provider| names.get(provider)));
    consumer.map(ToString::to_string).or_else(|| provider.map(ToString::to_string))
}

type Named = (Option<String>, Content, Option<(MessageKind, Event)>);

/// What names the event beside agreement and process, and what is said about it.
fn event(entry: &Entry, role: Role) -> Option<Named> {
    let step = |message: MessageKind, event: Event, content| {
        let sender = match event {
            Event::Received => role.peer(),
            Event::Acknowledged
            | Event::Compared
            | Event::GivenUp
            | Event::RefusedByPeer
            | Event::Sent
            | Event::Withdrawn => role,
        };
        (Some(format!("{message} by the {sender}")), content, Some((message, event)))
    };
    let end = |whole, bytes: u64, digest: Digest| {
        Content::End(DeliveryEnd { whole, bytes, digest, died: entry.is_of_dead_process() })
    };
    Some(match &entry.body {
        Body::NegotiationStep { message, event, document, .. } => {
            step(*message, *event, Content::Document(*document))
        }
        Body::TransferStep { message, event, .. } => step(*message, *event, Content::None),
        Body::AgreementSigned { document, .. } => (None, Content::Document(Some(*document)), None),
        Body::AgreementEnded { cause } => (None, Content::Ended(*cause), None),
        Body::DeliveryStarted { delivery } => (Some(delivery.to_string()), Content::None, None),
        Body::DeliveryWindow { delivery, bytes, digest } => {
            (Some(format!("{delivery} to byte {bytes}")), Content::Window(*digest), None)
        }
        Body::DeliveryFinished { delivery, bytes, digest } => {
            (Some(delivery.to_string()), end(true, *bytes, *digest), None)
        }
        Body::DeliveryStopped { delivery, bytes, digest } => {
            (Some(delivery.to_string()), end(false, *bytes, *digest), None)
        }
        Body::AdministratorAction { .. }
        | Body::ApprovalGiven { .. }
        | Body::ApprovalRefused { .. }
        | Body::CertificateChanged { .. }
        | Body::CheckpointReceived { .. }
        | Body::CopyErased { .. }
        | Body::DecisionMade { .. }
        | Body::DatasetPublished { .. }
        | Body::DatasetReplaced { .. }
        | Body::DatasetWithdrawn { .. }
        | Body::Erasure { .. }
        | Body::HandoverEnded { .. }
        | Body::HandoverStarted { .. }
        | Body::KeyChanged { .. }
        | Body::LogShardOpened { .. }
        | Body::TrustListAccepted { .. } => return None,
    })
}
