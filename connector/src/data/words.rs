//! What a reader is told in German and English when no data comes, by the reason code. Codes that
//! are not in the table keep the words that came with them.

use crate::management::view::Words;

/// Both texts of one code: what happened, and what to do.
type Row = (&'static str, [&'static str; 2], [&'static str; 2]);

const LOOK: [&str; 2] =
    ["`allmende contract show` nennt den Grund.", "`allmende contract show` says why"];
const NETWORK: [&str; 2] = [
    "Netz prüfen, und ob der Anbieter läuft; dann noch einmal holen.",
    "check the network and whether the provider is up, then pull again",
];
const AGAIN: [&str; 2] = [
    "Noch einmal holen: es geht dort weiter, wo es abbrach.",
    "pull again: it goes on where it broke off",
];

const TABLE: &[Row] = &[
    (
        "agreement-ended",
        ["Der Vertrag ist beendet.", "the contract has ended"],
        ["Einen neuen Vertrag anfragen.", "request a new contract"],
    ),
    (
        "answer-inconsistent",
        [
            "Die Antwort des Anbieters widerspricht sich.",
            "the provider's answer contradicts itself",
        ],
        [
            "Den Anbieter verständigen; erneutes Holen beginnt von vorn.",
            "tell the provider; pulling again begins anew",
        ],
    ),
    (
        "answer-timeout",
        ["Der Anbieter antwortet nicht rechtzeitig.", "the provider does not answer in time"],
        NETWORK,
    ),
    (
        "browser-refused",
        [
            "Anfragen von Webseiten werden nicht beantwortet.",
            "requests from web pages are not answered",
        ],
        ["Mit einem Programm lesen, zum Beispiel curl.", "read with a program, for instance curl"],
    ),
    (
        "certificate-refused",
        ["Ein Zertifikat gilt nicht mehr.", "a certificate is no longer accepted"],
        LOOK,
    ),
    (
        "connection-broken",
        ["Die Verbindung zum Anbieter brach ab.", "the connection to the provider broke"],
        NETWORK,
    ),
    ("delivery-broken", ["Die Lieferung brach ab.", "the delivery broke off"], AGAIN),
    (
        "delivery-stalled",
        ["Der Anbieter schickt nichts mehr.", "the provider sends nothing any more"],
        AGAIN,
    ),
    (
        "host-not-local",
        [
            "Die Anfrage nennt einen anderen Rechner als diesen.",
            "the request names another host than this machine",
        ],
        [
            "127.0.0.1, [::1] oder localhost in die Adresse schreiben.",
            "use 127.0.0.1, [::1] or localhost in the address",
        ],
    ),
    (
        "log-lags",
        ["Das eigene Protokoll hinkt nach.", "our own log lags behind"],
        ["`allmende doctor` sagt, was fehlt.", "`allmende doctor` says what is wrong"],
    ),
    (
        "method-not-allowed",
        ["Hier wird nur GET und HEAD beantwortet.", "only GET and HEAD are answered here"],
        ["Mit GET lesen.", "read with GET"],
    ),
    (
        "no-data-address",
        [
            "Der Anbieter hat nicht gesagt, wo die Daten liegen.",
            "the provider started the transfer without saying where the data lies",
        ],
        ["Den Anbieter verständigen.", "tell the provider"],
    ),
    (
        "no-such-address",
        ["Unter dieser Adresse gibt es nichts.", "there is nothing at this address"],
        [
            "/contracts/{Vereinbarung}/data lesen; `allmende serve` zeigt die Adresse.",
            "read /contracts/{agreement}/data; `allmende serve` prints the address",
        ],
    ),
    (
        "not-found",
        ["Diesen Vertrag gibt es nicht.", "there is no such contract"],
        ["Einen neuen Vertrag anfragen.", "request a new contract"],
    ),
    (
        "not-recorded",
        ["Die Lieferung ließ sich nicht mehr protokollieren.", "the delivery cannot be recorded"],
        ["`allmende doctor` sagt, was fehlt.", "`allmende doctor` says what is wrong"],
    ),
    (
        "process-died",
        [
            "Das Programm wurde mitten in der Lieferung beendet.",
            "the connector was killed in the middle of the delivery",
        ],
        AGAIN,
    ),
    (
        "provider-silent",
        [
            "Der Anbieter hat die Übertragung noch nicht begonnen.",
            "the provider has not started the transfer yet",
        ],
        NETWORK,
    ),
    (
        "rate-exceeded",
        [
            "Mehr Abrufe in der Sekunde, als die Regel erlaubt.",
            "more requests a second than the rule permits",
        ],
        AGAIN,
    ),
    (
        "rule-refuses",
        ["Die Regel lässt es nicht mehr zu.", "the rule does not allow it any more"],
        LOOK,
    ),
    (
        "shutting-down",
        ["Das Programm wird gerade angehalten.", "the connector is stopping"],
        ["Wieder versuchen, wenn es läuft.", "try again when it runs"],
    ),
    (
        "slow-reader",
        ["Es wurde zu langsam gelesen.", "too little was read for too long"],
        ["Schneller lesen.", "read faster"],
    ),
    (
        "source-unavailable",
        [
            "Der Anbieter kann seine Quelle gerade nicht lesen.",
            "the provider cannot read its source at present",
        ],
        [
            "Später wieder versuchen, oder den Anbieter fragen: sein Journal nennt den Grund.",
            "try again later, or ask the provider: its journal says why",
        ],
    ),
    (
        "token-refused",
        [
            "Diesen Vertrag gibt es nicht, oder der Zugangsschlüssel gehört nicht zu ihm.",
            "there is no such contract, or the token is not its token",
        ],
        [
            "`Authorization: Bearer <Schlüssel>` senden; `allmende serve` zeigt Adresse und Schlüssel.",
            "send `Authorization: Bearer <token>`; `allmende serve` prints address and token",
        ],
    ),
    (
        "transfer-over",
        ["Die Übertragung endete, bevor Daten kamen.", "the transfer ended before any data came"],
        ["Den Anbieter nach dem Grund fragen.", "ask the provider for the reason"],
    ),
    (
        "transfer-stopped",
        ["Die Übertragung wurde beendet oder angehalten.", "the transfer was ended or suspended"],
        LOOK,
    ),
    (
        "transfer-suspended",
        ["Der Anbieter hat die Übertragung angehalten.", "the provider has suspended the transfer"],
        ["Den Anbieter fragen, wann es weitergeht.", "ask the provider when it goes on"],
    ),
];

/// What happened and what to do, in both languages, where the code is one of ours.
#[must_use]
pub fn of_code(code: &str) -> Option<(Words, Words)> {
    let (_, reason, remedy) = TABLE.iter().find(|(known, ..)| *known == code)?;
    let words = |[de, en]: &[&str; 2]| Words::new(*de, *en);
    Some((words(reason), words(remedy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_two_texts_that_differ() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
        for (code, ..) in TABLE {
            let (reason, remedy) = of_code(code).unwrap();
            for words in [reason, remedy] {
                assert!(!words.de.is_empty() && !words.en.is_empty(), "{code}");
                assert_ne!(words.de, words.en, "{code}");
            }
        }
    }
}
