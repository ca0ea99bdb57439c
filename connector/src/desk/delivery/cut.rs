//! Why a delivery was cut, in words.

use crate::engine::live::Cut;
use crate::management::view::Words;

/// Why a delivery was cut, by its code.
pub(super) fn cut_words(code: &str) -> Words {
    let known = [
        (Cut::AgreementEnded, "Der Vertrag wurde beendet.", "the contract was ended"),
        (
            Cut::CertificateRefused,
            "Ein Zertifikat gilt nicht mehr.",
            "a certificate is no longer accepted",
        ),
        (
            Cut::NotRecorded,
            "Die Lieferung ließ sich nicht mehr protokollieren.",
            "the delivery could no longer be recorded",
        ),
        (
            Cut::PushFailed,
            "Die Daten ließen sich nicht zustellen.",
            "the data could not be delivered",
        ),
        (
            Cut::RuleRefuses,
            "Die Regel lässt es nicht mehr zu.",
            "the rule does not allow it any more",
        ),
        (Cut::ShuttingDown, "Das Programm wurde angehalten.", "the program was stopped"),
        (Cut::SlowReader, "Es wurde zu langsam gelesen.", "too little was read for too long"),
        (
            Cut::TransferStopped,
            "Die Übertragung wurde beendet oder angehalten.",
            "the transfer was ended or suspended",
        ),
    ];
    let found = known.iter().find(|(cut, ..)| cut.code() == code);
    match found {
        Some((_, de, en)) => Words::new(*de, *en),
        None => Words::new(
            format!("Die Lieferung brach ab ({code})."),
            format!("the delivery broke off ({code})"),
        ),
    }
}
