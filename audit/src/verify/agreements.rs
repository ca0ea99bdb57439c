//! Each agreement: were both signatures made over the same document, and do both logs say the same
//! about it, its deliveries and its end?

use std::collections::{BTreeMap, BTreeSet};

use protocol::{id::AgreementId, role::Role};
use wire::{did::Did, digest::Digest};

use super::{
    finding::{Problem, RemarkKind},
    judge::Folder,
    reconcile::{DeliveryEnd, ended_alike, ends_alike},
    report::{
        AgreementReport, Delivered, DeliveryReport, End, Recorded, SignatureStatus, Standing,
    },
    unmoved,
};
use crate::{
    agreement::{self, Statement},
    entry::{Body, DeliveryId, Entry, EntryType, PROCESS_DIED},
};

/// What names an agreement: its id together with both parties.
type Key = (Did, Did, AgreementId);

/// All entries of both sides about one agreement: the number of the log, the index, the entry.
type About = Vec<(usize, u64, Entry)>;

pub(super) fn all(
    folder: &mut Folder<'_>,
    documents: &BTreeMap<Digest, String>,
) -> Vec<AgreementReport> {
    let mut by_agreement: BTreeMap<Key, About> = BTreeMap::new();
    for (number, log) in folder.logs.iter_mut().enumerate() {
        for (index, entry) in std::mem::take(&mut log.shared) {
            if let Some(key) = key(&entry) {
                by_agreement.entry(key).or_default().push((number, index, entry.clone()));
            }
            log.shared.push((index, entry));
        }
    }
    let mut reports = Vec::new();
    let mut used = BTreeSet::new();
    for (key, about) in by_agreement {
        if let Some(report) = report(folder, &key, &about, documents) {
            used.extend(report.recorded.iter().map(|one| one.document));
            reports.push(report);
        }
    }
    for (_, path) in documents.iter().filter(|(digest, _)| !used.contains(*digest)) {
        folder.remark_unused(path);
    }
    reports
}

fn key(entry: &Entry) -> Option<Key> {
    let (consumer, provider) = parties(entry)?;
    Some((consumer, provider, entry.agreement.as_ref()?.id.clone()))
}

fn parties(entry: &Entry) -> Option<(Did, Did)> {
    let (own, other) = (entry.participant.clone(), entry.counterparty.clone()?);
    Some(match entry.role? {
        Role::Consumer => (own, other),
        Role::Provider => (other, own),
    })
}

fn report(
    folder: &mut Folder<'_>,
    (consumer, provider, agreement): &Key,
    about: &About,
    documents: &BTreeMap<Digest, String>,
) -> Option<AgreementReport> {
    let signed = about.iter().filter(|(_, _, entry)| signed_document(entry).is_some());
    let signed: Vec<_> = signed.collect();
    let (_, _, first) = signed.first()?;
    let document = signed_document(first)?;
    let mut signatures = [None, None];
    for (log, index, entry) in &signed {
        let found = check_signatures(folder, *log, *index, entry);
        for (status, found) in signatures.iter_mut().zip(found) {
            *status = (*status).max(Some(found));
        }
    }
    let [consumer_signature, provider_signature] =
        signatures.map(|status| status.unwrap_or(SignatureStatus::Missing));
    let recorded: Vec<Recorded> = signed
        .iter()
        .filter_map(|(log, index, entry)| recorded(folder, *log, *index, entry))
        .collect();
    for one in &recorded {
        if !documents.contains_key(&one.document) {
            remark_missing(folder, one);
        }
    }
    let ended: Vec<End> = about.iter().filter_map(|(_, _, entry)| end(entry)).collect();
    let deliveries = deliveries(about);
    let both = |of: &dyn Fn(Role) -> bool| of(Role::Consumer) && of(Role::Provider);
    let both_here = both(&|role| {
        folder.logs.iter().any(|log| {
            log.participant.as_ref()
                == Some(if role == Role::Consumer { consumer } else { provider })
        })
    });
    let standing = standing(
        &recorded,
        &ended,
        &deliveries,
        [consumer_signature, provider_signature],
        both_here,
    );
    Some(AgreementReport {
        agreement: agreement.clone(),
        consumer: consumer.clone(),
        provider: provider.clone(),
        dataspace: first.dataspace.clone(),
        document,
        document_here: documents.contains_key(&document),
        consumer_signature,
        provider_signature,
        recorded,
        ended,
        deliveries,
        standing,
    })
}

fn remark_missing(folder: &mut Folder<'_>, recorded: &Recorded) {
    if let Some(log) = folder.logs.iter_mut().find(|log| log.dir == recorded.log) {
        log.remark(log.entry_place(recorded.entry), RemarkKind::DocumentMissing);
    }
}

fn signed_document(entry: &Entry) -> Option<Digest> {
    if let Body::AgreementSigned { document, .. } = &entry.body { Some(*document) } else { None }
}

/// The status of the consumer's and the provider's signature in one entry. A false one is a failure of
/// the log that holds it.
fn check_signatures(
    folder: &mut Folder<'_>,
    log: usize,
    index: u64,
    entry: &Entry,
) -> [SignatureStatus; 2] {
    let missing = [SignatureStatus::Missing; 2];
    let Body::AgreementSigned { document, consumer_signature, provider_signature } = &entry.body
    else {
        return missing;
    };
    let (Some((consumer, provider)), Some(about), Some(process)) =
        (parties(entry), &entry.agreement, &entry.process)
    else {
        return missing;
    };
    let statement = process.consumer_pid.clone().zip(process.provider_pid.clone()).map(
        |(consumer_pid, provider_pid)| Statement {
            dataspace: entry.dataspace.clone(),
            consumer: consumer.clone(),
            provider: provider.clone(),
            consumer_pid,
            provider_pid,
            agreement: about.id.clone(),
            document: *document,
        },
    );
    [(consumer, consumer_signature), (provider, provider_signature)].map(|(by, signature)| {
        let status = status(folder, statement.as_ref(), &by, signature.as_deref());
        if status == SignatureStatus::Invalid
            && let Some(log) = folder.logs.get_mut(log)
        {
            log.fail(log.entry_place(index), Problem::SignatureInvalid { by });
        }
        status
    })
}

fn status(
    folder: &Folder<'_>,
    statement: Option<&Statement>,
    by: &Did,
    signature: Option<&str>,
) -> SignatureStatus {
    let Some(signature) = signature else { return SignatureStatus::Missing };
    let Some(statement) = statement else { return SignatureStatus::Invalid };
    let keys = folder.anchors.agreement_keys(by);
    let made = |key| agreement::verify(folder.verify, key, statement, signature).is_ok();
    if keys.iter().any(made) {
        SignatureStatus::Valid
    } else if keys.is_empty() {
        SignatureStatus::KeyUnknown
    } else {
        SignatureStatus::Invalid
    }
}

fn recorded(folder: &Folder<'_>, log: usize, index: u64, entry: &Entry) -> Option<Recorded> {
    let process = entry.process.clone().unwrap_or_default();
    Some(Recorded {
        role: entry.role?,
        log: folder.logs.get(log)?.dir.clone(),
        entry: index,
        time: entry.time,
        document: signed_document(entry)?,
        consumer_pid: process.consumer_pid,
        provider_pid: process.provider_pid,
    })
}

fn end(entry: &Entry) -> Option<End> {
    let Body::AgreementEnded { cause } = entry.body else { return None };
    Some(End { role: entry.role?, time: entry.time, cause, reasons: entry.reasons.clone() })
}

fn deliveries(about: &About) -> Vec<DeliveryReport> {
    let mut ends: BTreeMap<DeliveryId, [Option<Delivered>; 2]> = BTreeMap::new();
    for (_, index, entry) in about {
        let (Body::DeliveryFinished { delivery, bytes, digest }
        | Body::DeliveryStopped { delivery, bytes, digest }) = &entry.body
        else {
            continue;
        };
        let whole = entry.entry_type() == EntryType::DeliveryFinished;
        let (bytes, digest) = (*bytes, *digest);
        let (time, reasons) = (entry.time, entry.reasons.clone());
        let one = Delivered { entry: *index, time, whole, bytes, digest, reasons };
        let [consumer, provider] = ends.entry(delivery.clone()).or_default();
        match entry.role {
            Some(Role::Consumer) => *consumer = Some(one),
            Some(Role::Provider) => *provider = Some(one),
            None => {}
        }
    }
    let of = |role| about.iter().map(|(_, _, entry)| entry).filter(move |it| it.role == Some(role));
    let only_consumer = unmoved::only_in(of(Role::Consumer), of(Role::Provider));
    let only_provider = unmoved::only_in(of(Role::Provider), of(Role::Consumer));
    let report = |(delivery, [consumer, provider]): (DeliveryId, [Option<Delivered>; 2])| {
        let matches = match (&consumer, &provider) {
            (Some(here), Some(there)) => ends_alike(&delivery_end(here), &delivery_end(there)),
            (Some(_), None) => only_consumer.contains(&delivery),
            (None, Some(_)) => only_provider.contains(&delivery),
            (None, None) => false,
        };
        DeliveryReport { delivery, consumer, provider, matches }
    };
    ends.into_iter().map(report).collect()
}

fn delivery_end(side: &Delivered) -> DeliveryEnd {
    let died = !side.whole && side.reasons.iter().any(|reason| reason.as_str() == PROCESS_DIED);
    DeliveryEnd { whole: side.whole, bytes: side.bytes, digest: side.digest, died }
}

fn standing(
    recorded: &[Recorded],
    ended: &[End],
    deliveries: &[DeliveryReport],
    signatures: [SignatureStatus; 2],
    both_here: bool,
) -> Standing {
    let sides = |role| recorded.iter().filter(move |one| one.role == role);
    let once = |role| sides(role).count() == 1;
    let mut said = recorded.iter().map(|one| (one.document, &one.consumer_pid, &one.provider_pid));
    let same = said.next().is_none_or(|first| said.all(|other| other == first));
    let mut others = ended.iter();
    let end_same = others.next().is_none_or(|first| {
        others.all(|other| match first.role == other.role {
            true => first.cause == other.cause,
            false => ended_alike(first.role, first.cause, other.cause),
        })
    });
    let end_both = [Role::Consumer, Role::Provider]
        .map(|role| ended.iter().filter(|end| end.role == role).count());
    let twice = sides(Role::Consumer).count() > 1 || sides(Role::Provider).count() > 1;
    let delivered = deliveries.iter().all(|one| one.matches);
    if signatures.contains(&SignatureStatus::Invalid) || !same || !end_same || twice {
        return Standing::Disputed;
    }
    if !both_here {
        return Standing::OneSided;
    }
    let [consumer, provider] = end_both;
    if !once(Role::Consumer) || !once(Role::Provider) || consumer != provider || !delivered {
        return Standing::Disputed;
    }
    let valid = signatures == [SignatureStatus::Valid; 2];
    if valid { Standing::Agreed } else { Standing::OneSided }
}
