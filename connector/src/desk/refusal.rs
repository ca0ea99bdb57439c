//! The one place where the engine's errors become refusals of the management API.

use protocol::Fault as Whose;

use crate::engine::error::EngineError;
use crate::engine::parts::Unsent;
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::Words;
use crate::store::CommitError;

/// What was asked for is not there, as far as this participant may know.
pub(super) fn unknown(what_de: &str, what_en: &str) -> Refusal {
    Refusal::new(
        Fault::NotFound,
        "not-found",
        Words::new(format!("{what_de} gibt es hier nicht."), format!("there is no such {what_en}")),
        Words::new(
            "Die Kennung aus der Liste übernehmen.",
            "take the identifier from the list of this participant",
        ),
    )
}

/// A short form that fits to more than one.
pub(super) fn ambiguous() -> Refusal {
    Refusal::new(
        Fault::Conflict,
        "ambiguous",
        Words::new("Diese Kurzform passt auf mehrere.", "this short form fits more than one"),
        Words::new("Mehr Zeichen der Kennung angeben.", "write more characters of the identifier"),
    )
}

/// The caller's input is not what it must be.
pub(super) fn input(code: &'static str, de: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(
        Fault::Caller,
        code,
        Words::new(de, en),
        Words::new("Die Angabe ändern.", "change what was given"),
    )
}

/// It does not fit the present state.
pub(super) fn conflict(code: &'static str, reason: (&str, &str), remedy: (&str, &str)) -> Refusal {
    let (reason, remedy) = (Words::new(reason.0, reason.1), Words::new(remedy.0, remedy.1));
    Refusal::new(Fault::Conflict, code, reason, remedy)
}

/// A partner's answer cannot be accepted.
pub(super) fn partner(code: &'static str, what: &str) -> Refusal {
    Refusal::new(
        Fault::Peer,
        code,
        Words::new(
            format!("Die Antwort des Partners ist nicht annehmbar: {what}"),
            format!("the partner's answer cannot be accepted: {what}"),
        ),
        Words::new("Dem Partner diese Meldung zeigen.", "show this message to the partner"),
    )
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        let code = error.code();
        let fault = fault(&error);
        let (reason, remedy) = words(&error);
        Self::new(fault, code, reason, remedy)
    }
}

impl From<Unsent> for Refusal {
    fn from(unsent: Unsent) -> Self {
        EngineError::Unsent(unsent).into()
    }
}

fn fault(error: &EngineError) -> Fault {
    match error {
        EngineError::Denied { code: "own-approval", .. } => Fault::Forbidden,
        EngineError::Denied { fault: Whose::Operator | Whose::Peer, .. }
        | EngineError::NotJoined
        | EngineError::Commit(CommitError::Lost { .. }) => Fault::Conflict,
        EngineError::Refused(refusal) => match refusal.fault {
            Whose::Operator => Fault::Conflict,
            Whose::Peer => Fault::Peer,
            Whose::Engine => Fault::Ours,
        },
        EngineError::Message(_) | EngineError::Json(_) => Fault::Peer,
        EngineError::NotFound => Fault::NotFound,
        EngineError::Busy { .. } | EngineError::Commit(CommitError::Stopped { .. }) => {
            Fault::Unavailable
        }
        EngineError::Commit(CommitError::TooLarge { .. }) => Fault::Caller,
        EngineError::Denied { fault: Whose::Engine, .. }
        | EngineError::Read(_)
        | EngineError::Internal { .. } => Fault::Ours,
        EngineError::Unsent(unsent) if unsent.passing => Fault::Unreachable,
        EngineError::Unsent(_) => Fault::Peer,
    }
}

fn words(error: &EngineError) -> (Words, Words) {
    match error {
        EngineError::Denied { code, words, .. } => denied(code, words),
        EngineError::Refused(refusal) => (
            Words::new(
                format!("Der Stand des Vorgangs lässt das nicht zu ({}).", refusal.code.name()),
                refusal.code.words(),
            ),
            Words::new("Den Stand ansehen und neu entscheiden.", "look at its state, then decide"),
        ),
        EngineError::Message(_) | EngineError::Json(_) => {
            let refusal = partner("unreadable", &error.to_string());
            (refusal.reason, *refusal.remedy)
        }
        EngineError::NotFound => {
            let refusal = unknown("Das", "thing");
            (refusal.reason, *refusal.remedy)
        }
        EngineError::NotJoined => (
            Words::new(
                "Dieser Teilnehmer gehört noch keinem Datenraum an.",
                "this participant has not joined a data space",
            ),
            Words::new("Mit `allmende join` beitreten.", "join one with `allmende join`"),
        ),
        EngineError::Busy { reason } => (
            Words::new(
                format!("Im Augenblick geht das nicht ({reason})."),
                format!("not at this moment ({reason})"),
            ),
            Words::new(
                "Gleich noch einmal versuchen; bleibt es dabei, hilft `allmende doctor`.",
                "try again in a moment; if it stays so, ask `allmende doctor`",
            ),
        ),
        EngineError::Commit(CommitError::Stopped { reason }) => (
            Words::new(
                format!("Es kann nichts gespeichert werden: {reason}"),
                format!("nothing can be stored: {reason}"),
            ),
            Words::new(
                "Speicherplatz schaffen oder den Dienst neu starten; `allmende doctor` sagt mehr.",
                reason.hint(),
            ),
        ),
        EngineError::Commit(CommitError::Lost { .. }) => (
            Words::new("Jemand anders war schneller.", "someone else changed it in the meantime"),
            Words::new("Noch einmal ansehen und neu entscheiden.", "look again, then decide"),
        ),
        EngineError::Commit(CommitError::TooLarge { .. })
        | EngineError::Read(_)
        | EngineError::Internal { .. } => (
            Words::new(format!("Ein eigener Fehler: {error}"), format!("a fault of ours: {error}")),
            Words::new(
                "`allmende doctor` ausführen und das Protokoll des Dienstes ansehen.",
                "run `allmende doctor` and read the service's journal",
            ),
        ),
        EngineError::Unsent(unsent) => unsent_words(unsent),
    }
}

fn unsent_words(unsent: &Unsent) -> (Words, Words) {
    let reason = Words::new(
        format!("Der Partner ist nicht erreichbar: {}", unsent.words),
        format!("the partner cannot be reached: {}", unsent.words),
    );
    let remedy = if unsent.passing {
        Words::new(
            "Netz prüfen und später noch einmal versuchen.",
            "check the network and try again later",
        )
    } else {
        Words::new(
            "Den Partner bitten, Adresse und Zertifikat zu prüfen, und `net` in allmende.toml ansehen.",
            "ask the partner to check its address and certificate, and look at `net` in allmende.toml",
        )
    };
    (reason, remedy)
}

/// What a code means in German, and what helps; a code that is not here is shown as it was given.
const DENIED: [(&str, &str, &str, &str); 11] = [
    (
        "agreement-ended",
        "Der Nutzungsvertrag ist beendet.",
        "Einen neuen Nutzungsvertrag anfragen.",
        "request a new contract",
    ),
    (
        "bad-address",
        "Eine Adresse ist nicht verwendbar.",
        "Die Adresse des Partners und `mutual_url` in allmende.toml prüfen.",
        "check the partner's address and `mutual_url` in allmende.toml",
    ),
    (
        "contended",
        "Zu viele ändern das zugleich.",
        "Gleich noch einmal versuchen.",
        "try again in a moment",
    ),
    (
        "dataset-withdrawn",
        "Der Datensatz ist zurückgezogen.",
        "Den Datensatz neu veröffentlichen.",
        "publish the dataset anew",
    ),
    (
        "not-the-consumer",
        "In diesem Nutzungsvertrag sind wir der Anbieter.",
        "Die Daten liegen in der eigenen Quelle.",
        "the data lies in your own source",
    ),
    (
        "nothing-to-approve",
        "Hier wartet nichts auf eine Entscheidung.",
        "Die Liste der offenen Entscheidungen ansehen.",
        "look at the list of what waits for a decision",
    ),
    (
        "nothing-to-resume",
        "Diese Lieferung ist weder angehalten noch wartet sie auf einen Anfang.",
        "Nachsehen, wie es um sie steht.",
        "look at where it stands",
    ),
    (
        "offer-withdrawn",
        "Der Datensatz wurde seit der Anfrage zurückgezogen oder seine Regel ersetzt.",
        "Die Anfrage ablehnen; der Partner kann neu anfragen.",
        "reject the request; the partner can ask anew",
    ),
    (
        "own-approval",
        "Wer veröffentlicht oder angefragt hat, entscheidet nicht selbst.",
        "Ein anderes Konto mit der Rolle `approver` entscheiden lassen.",
        "let another account with the role `approver` decide",
    ),
    (
        "transfer-not-started",
        "Die Übertragung läuft nicht.",
        "Die Daten neu abholen.",
        "pull the data anew",
    ),
    (
        "unknown-agreement",
        "Der Partner kennt diesen Nutzungsvertrag nicht.",
        "Mit dem Partner klären oder einen neuen anfragen.",
        "ask the partner, or request a new contract",
    ),
];

fn denied(code: &str, words: &str) -> (Words, Words) {
    let known = DENIED.iter().find(|(known, ..)| *known == code);
    if let Some((_, de, remedy_de, remedy_en)) = known {
        return (Words::new(*de, words), Words::new(*remedy_de, *remedy_en));
    }
    let told = super::words::of_code(code);
    match told {
        Some(told) => (told.reason, told.remedy),
        None => (
            Words::same(words),
            Words::new(
                "Den Nutzungsvertrag und seine Regel ansehen.",
                "look at the contract and its rule",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_fault_it_is_decides_the_status() {
        let unsent =
            |passing| Unsent { code: "answer-timeout", words: "no answer".into(), passing };
        for (error, fault, code) in [
            (EngineError::operator("own-approval", "x"), Fault::Forbidden, "own-approval"),
            (EngineError::operator("agreement-ended", "x"), Fault::Conflict, "agreement-ended"),
            (EngineError::peer("not-vetted", "x"), Fault::Conflict, "not-vetted"),
            (EngineError::NotFound, Fault::NotFound, "not-found"),
            (EngineError::NotJoined, Fault::Conflict, "not-joined"),
            (EngineError::Busy { reason: "log-lags" }, Fault::Unavailable, "log-lags"),
            (EngineError::Internal { what: "x" }, Fault::Ours, "internal"),
            (EngineError::Unsent(unsent(true)), Fault::Unreachable, "answer-timeout"),
            (EngineError::Unsent(unsent(false)), Fault::Peer, "answer-timeout"),
        ] {
            let refusal = Refusal::from(error);
            assert_eq!((refusal.fault, refusal.code), (fault, code));
            assert!(!refusal.reason.de.is_empty() && !refusal.remedy.en.is_empty(), "{code}");
        }
    }

    #[test]
    fn a_reason_of_the_rule_is_said_in_both_languages() {
        let refusal = Refusal::from(EngineError::peer("not-vetted", "english words"));
        assert_ne!(refusal.reason.de, refusal.reason.en);
        assert_ne!(refusal.remedy.de, refusal.remedy.en);
    }
}
