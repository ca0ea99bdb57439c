//! One entry of the log as one sentence in each language.

use audit::entry::{Body, EndCause, Entry, Verdict};
use protocol::message::MessageKind;
use protocol::{Event, Role};

use crate::management::view::Words;

/// What happened, in words.
pub(super) fn sentence(entry: &Entry) -> Words {
    let peer = entry.counterparty.as_ref().map_or_else(String::new, |did| did.host().to_owned());
    match &entry.body {
        Body::AdministratorAction { action, .. } => administrator(&action.to_string()),
        Body::AgreementEnded { cause } => agreement_ended(*cause, &peer),
        Body::AgreementSigned { .. } => Words::new(
            format!("Der Vertrag mit {peer} ist geschlossen."),
            format!("the contract with {peer} is concluded"),
        ),
        Body::ApprovalGiven { .. } => approval(&peer, "zugestimmt", "approved"),
        Body::ApprovalRefused { .. } => approval(&peer, "abgelehnt", "rejected"),
        Body::CertificateChanged { not_after, .. } => Words::new(
            format!("Ein neues Zertifikat gilt, bis {not_after}."),
            format!("a new certificate is in force until {not_after}"),
        ),
        Body::CheckpointReceived { .. } => Words::new(
            format!("{peer} hat den Stand seines Protokolls gezeigt."),
            format!("{peer} showed the head of its log"),
        ),
        Body::CopyErased { bytes, .. } => copy_erased(*bytes, &peer),
        Body::DecisionMade { verdict, .. } => decision(*verdict, entry, &peer),
        Body::DatasetPublished { .. } => {
            Words::new("Ein Datensatz wurde veröffentlicht.", "a dataset was published")
        }
        Body::DatasetReplaced { .. } => {
            Words::new("Ein Datensatz wurde ersetzt.", "a dataset was replaced")
        }
        Body::DatasetWithdrawn { .. } => {
            Words::new("Ein Datensatz wurde zurückgezogen.", "a dataset was withdrawn")
        }
        Body::DeliveryFinished { bytes, .. } => delivery(
            &peer,
            &format!("ist vollständig: {bytes} Bytes."),
            &format!("is complete: {bytes} bytes"),
        ),
        Body::DeliveryStarted { .. } => delivery(&peer, "beginnt.", "begins"),
        Body::DeliveryStopped { bytes, .. } => delivery(
            &peer,
            &format!("brach nach {bytes} Bytes ab{}.", because(entry)),
            &format!("was stopped after {bytes} bytes{}", because(entry)),
        ),
        Body::DeliveryWindow { bytes, .. } => delivery(
            &peer,
            &format!("läuft; bisher {bytes} Bytes."),
            &format!("goes on; {bytes} bytes so far"),
        ),
        Body::Erasure { field, .. } => Words::new(
            format!("Ein Wert des Feldes `{field}` wurde gelöscht."),
            format!("a value of the field `{field}` was erased"),
        ),
        Body::HandoverEnded { bytes, .. } => Words::new(
            format!("Ein eigenes Programm hat {bytes} Bytes gelesen."),
            format!("a program of our own has read {bytes} bytes"),
        ),
        Body::HandoverStarted { .. } => Words::new(
            "Ein eigenes Programm liest die Daten.",
            "a program of our own reads the data",
        ),
        Body::KeyChanged { .. } => Words::new("Ein neuer Schlüssel gilt.", "a new key is in force"),
        Body::LogShardOpened { .. } => {
            Words::new("Ein neuer Teil des Protokolls beginnt.", "a new part of the log begins")
        }
        Body::NegotiationStep { message, event, .. } => step(*message, *event, &peer),
        Body::TransferStep { message, event, .. } => step(*message, *event, &peer),
        Body::TrustListAccepted { number, expires, .. } => Words::new(
            format!("Die Mitgliederliste Nr. {number} gilt, bis {expires}."),
            format!("the list of members no. {number} is in force until {expires}"),
        ),
    }
}

fn copy_erased(bytes: u64, peer: &str) -> Words {
    Words::new(
        format!("Was von {peer} gehalten wurde, ist nach Vertragsende gelöscht: {bytes} Bytes."),
        format!("what was held from {peer} was erased after the contract's end: {bytes} bytes"),
    )
}

/// What a delivery does.
fn delivery(peer: &str, de: &str, en: &str) -> Words {
    Words::new(format!("Eine Lieferung mit {peer} {de}"), format!("a delivery with {peer} {en}"))
}

fn approval(peer: &str, de: &str, en: &str) -> Words {
    Words::new(
        format!("Ein zweiter Mensch hat {de}: Vertrag mit {peer}."),
        format!("a second person {en} the contract with {peer}"),
    )
}

fn because(entry: &Entry) -> String {
    let codes: Vec<String> = entry.reasons.iter().map(ToString::to_string).collect();
    if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) }
}

fn decision(verdict: Verdict, entry: &Entry, peer: &str) -> Words {
    // The rule is about the consumer: the partner, or we ourselves.
    let (de, en) = match entry.role {
        Some(Role::Consumer) => ("uns", "us"),
        Some(Role::Provider) | None => (peer, peer),
    };
    match verdict {
        Verdict::Permit => Words::new(
            format!("Die Regel erlaubt {de} die Nutzung."),
            format!("the rule permits {en} to use the data"),
        ),
        Verdict::Deny => Words::new(
            format!("Die Regel erlaubt {de} die Nutzung nicht{}.", because(entry)),
            format!("the rule does not permit {en} to use the data{}", because(entry)),
        ),
    }
}

fn agreement_ended(cause: EndCause, peer: &str) -> Words {
    let (de, en) = match cause {
        EndCause::Consumer => ("durch den, der die Daten nutzt", "by the consumer"),
        EndCause::Provider => ("durch den, der die Daten anbietet", "by the provider"),
        EndCause::TimeCame => ("weil seine Zeit um ist", "because its time is over"),
        EndCause::TrustLost => ("weil das Vertrauen verloren ist", "because trust was lost"),
    };
    Words::new(
        format!("Der Vertrag mit {peer} ist beendet, {de}."),
        format!("the contract with {peer} has ended {en}"),
    )
}

/// What administrators do; a code that is not here is shown as it is.
const ACTIONS: [(&str, &str, &str); 13] = [
    (
        "acceptance-changed",
        "Was ohne Rückfrage angenommen wird, wurde geändert.",
        "what is accepted without asking was changed",
    ),
    ("account-added", "Ein Konto wurde angelegt.", "an account was added"),
    ("account-removed", "Ein Konto wurde entfernt.", "an account was removed"),
    (
        "certificate-renewed",
        "Ein Mitglied hat ein neues Zertifikat bekommen.",
        "a member got a new certificate",
    ),
    (
        "handover-closed",
        "Die Übergabe an eigene Programme wurde geschlossen.",
        "the hand-over to our own programs was closed",
    ),
    (
        "handover-opened",
        "Die Übergabe an eigene Programme wurde geöffnet.",
        "the hand-over to our own programs was opened",
    ),
    (
        "log-exported",
        "Das Protokoll wurde für eine Prüfung mitgenommen.",
        "the log was exported for an audit",
    ),
    ("member-enrolled", "Ein Mitglied ist beigetreten.", "a member has joined"),
    ("member-invited", "Ein Teilnehmer wurde eingeladen.", "a participant was invited"),
    ("member-reinstated", "Ein Mitglied wurde wieder zugelassen.", "a member was reinstated"),
    ("member-revoked", "Ein Mitglied wurde ausgeschlossen.", "a member was revoked"),
    ("member-suspended", "Ein Mitglied wurde ausgesetzt.", "a member was suspended"),
    ("member-vetted", "Ein Mitglied wurde anerkannt.", "a member was vetted"),
];

fn administrator(action: &str) -> Words {
    let known = ACTIONS.iter().find(|(code, ..)| *code == action);
    match known {
        Some((_, de, en)) => Words::new(*de, *en),
        None => Words::new(
            format!("Ein Mensch hat den Dienst verwaltet ({action})."),
            format!("a person administered the service ({action})"),
        ),
    }
}

fn step(message: MessageKind, event: Event, peer: &str) -> Words {
    let name = message.name();
    match event {
        Event::Received => {
            Words::new(format!("Von {peer} kam {name}."), format!("{name} came from {peer}"))
        }
        Event::Sent => {
            Words::new(format!("An {peer} geht {name}."), format!("{name} goes to {peer}"))
        }
        Event::Acknowledged => Words::new(
            format!("{peer} hat {name} angenommen."),
            format!("{peer} acknowledged {name}"),
        ),
        Event::RefusedByPeer => Words::new(
            format!("{peer} hat {name} zurückgewiesen."),
            format!("{peer} refused {name}"),
        ),
        Event::Compared => Words::new(
            format!("{peer} wurde nach dem Stand gefragt; wir sind ihm gefolgt."),
            format!("{peer} was asked how things stand, and was followed"),
        ),
        Event::GivenUp => Words::new(
            format!("{name} an {peer} blieb ohne Antwort."),
            format!("{name} to {peer} was never answered"),
        ),
        Event::Withdrawn => Words::new(
            format!("{name} an {peer} wurde zurückgenommen."),
            format!("{name} to {peer} was taken back"),
        ),
    }
}
