//! The two languages and every fixed sentence that the command line says in them.
//!
//! Sentences with values in them are made where the values are; here stand the ones without.

use std::str::FromStr;

use crate::management::view::Words;

/// A language that we speak.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Lang {
    /// German.
    De,
    /// English.
    #[default]
    En,
}

/// A language that we do not speak.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the languages are `de` and `en`")]
pub struct LangError;

impl From<Lang> for policy::text::Lang {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::De => Self::De,
            Lang::En => Self::En,
        }
    }
}

impl FromStr for Lang {
    type Err = LangError;

    /// Reads `de` and `en`.
    fn from_str(text: &str) -> Result<Self, LangError> {
        match text {
            "de" => Ok(Self::De),
            "en" => Ok(Self::En),
            _ => Err(LangError),
        }
    }
}

impl Lang {
    /// The language of a locale such as `de_DE.UTF-8`; English for everything that is not German.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '-', '.', '@']).next();
        if language == Some("de") { Self::De } else { Self::En }
    }

    /// The language of an `Accept-Language` field (RFC 9110, 12.5.4): of the two that we speak, the
    /// one with more weight, and of two alike the first.
    #[must_use]
    pub fn of_accept(field: &str) -> Self {
        let mut best = (Self::default(), 0.0);
        for asked in field.split(',') {
            let (tag, weight) = match asked.split_once(';') {
                Some((tag, weight)) => (tag, weight.trim().strip_prefix("q=")),
                None => (asked, Some("1")),
            };
            let weight = weight.and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(0.0);
            let language = tag.trim().split('-').next().unwrap_or("").to_ascii_lowercase();
            if let Ok(lang) = language.parse::<Self>()
                && weight > best.1
            {
                best = (lang, weight);
            }
        }
        best.0
    }
}

impl Words {
    /// The sentence in one language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::De => &self.de,
            Lang::En => &self.en,
        }
    }
}

macro_rules! phrases {
    ($($name:ident: $de:literal, $en:literal;)*) => {
        /// A fixed word or sentence.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[expect(missing_docs, reason = "each is its own text, in the table below")]
        pub enum Phrase {
            $($name,)*
        }

        impl Phrase {
            /// Every phrase.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// The phrase in one language.
            #[must_use]
            pub const fn text(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $(
                        (Self::$name, Lang::De) => $de,
                        (Self::$name, Lang::En) => $en,
                    )*
                }
            }
        }
    };
}

phrases! {
    // Labels of views.
    Accepted: "Annahme", "acceptance";
    Account: "Konto", "account";
    Added: "angelegt", "added";
    Agreement: "Vereinbarung", "agreement";
    Approval: "Freigabe", "approval";
    ApprovalAutomatic: "automatisch", "automatic";
    ApprovalSecondPerson: "durch eine zweite Person", "by a second person";
    Certificate: "Zertifikat bis", "certificate until";
    Concluded: "geschlossen", "concluded";
    Contract: "Vertrag", "contract";
    Contracts: "Verträge in Kraft", "contracts in force";
    Dataset: "Datensatz", "dataset";
    AlsoCatalogued: "auch im Katalog", "also catalogued";
    Dataspace: "Datenraum", "data space";
    Datasets: "Datensätze", "datasets";
    Delivery: "Lieferung", "delivery";
    Description: "Beschreibung", "description";
    Digest: "Prüfsumme", "digest";
    Ended: "beendet", "ended";
    Erased: "Kopie gelöscht", "copy erased";
    HeldAt: "liegt unter", "held at";
    Expected: "Vertrag zu erwarten", "contract expected";
    Expires: "gültig bis", "expires";
    Kinds: "geprüft als", "vetted as";
    LastStep: "letzter Schritt", "last step";
    Log: "Protokoll", "log";
    Member: "Mitglied", "member";
    Name: "Name", "name";
    NextChange: "ändert sich am", "changes on";
    No: "nein", "no";
    Offer: "Angebot", "offer";
    Offers: "Bedingungen", "terms";
    Participant: "Teilnehmer", "participant";
    Partner: "Partner", "partner";
    Pending: "warten auf Freigabe", "waiting for approval";
    Permitted: "Daten dürfen fließen", "data may flow";
    Published: "veröffentlicht", "published";
    Reason: "Grund", "why";
    ReasonCode: "Kennung", "code";
    Remedy: "Nächster Schritt", "next";
    Requested: "angefragt", "requested";
    Roles: "Rollen", "roles";
    Rule: "Regel", "rule";
    ServedAt: "lokal lesbar unter", "served at";
    Signatures: "Unterschriften", "signatures";
    Source: "Quelle", "source";
    Started: "läuft seit", "running since";
    State: "Stand", "state";
    Store: "Speicher", "store";
    Title: "Titel", "title";
    Type: "Typ", "type";
    Version: "Version", "version";
    Us: "wir", "us";
    Ignores: "hält es nicht ein", "it ignores";
    KnownFrom: "bekannt aus", "known from";
    LegalText: "Rechtstext", "legal text";
    PartnerSays: "der Partner sagt", "the partner says";
    PartnersProgram: "Programm des Partners", "partner's program";
    Program: "Programm", "program";
    Said: "gesagt am", "said on";
    ToDo: "selbst einzuhalten", "ours to keep";
    VisibleTo: "sichtbar für", "visible to";
    VisibleToMembers: "alle Mitglieder, wenn die Regel nichts anderes sagt; wem sie keinen Vertrag gibt, dem wird gesagt, was fehlt", "every member, unless the rule says otherwise; whom it gives no contract is told what is missing";
    VisibleToPermitted: "nur wem die Regel einen Vertrag gibt; für andere gibt es ihn nicht", "only those to whom the rule gives a contract; to others it does not exist";
    YoursIf: "wäre Ihrer, wenn gilt", "would be yours if";
    Withdrawn: "zurückgezogen", "withdrawn";
    Yes: "ja", "yes";
    Code: "Aufnahmecode", "enrolment code";
    DataFolder: "Datenordner", "data folder";
    Event: "Ereignis", "event";
    Example: "Beispiel", "example";
    Fingerprint: "Fingerabdruck", "fingerprint";
    Folder: "Ordner", "folder";
    ForeignConnector: "fremder Konnektor", "foreign connector";
    GateFolder: "Dateien für ihn", "files for it";
    ListenHandover: "Übergabe", "hand-over";
    ListenManagement: "Verwaltung", "management";
    ListenMutual: "Partner", "partners";
    ListenOutward: "nach außen", "outward";
    ListenProxy: "Stellvertreter", "proxy";
    ListenPublic: "öffentlich", "public";
    Moment: "Zeit", "time";
    NotWritable: "nimmt nichts mehr auf", "takes no more writes";
    Number: "Nr.", "no.";
    RootKey: "Wurzelschlüssel (offline verwahren)", "root key (keep offline)";
    Settings: "Einstellungen", "settings";
    Size: "Größe", "size";
    Token: "Zugangsschlüssel", "token";
    TrustList: "Mitgliederliste", "trust list";
    // Stages of contracts and outcomes of deliveries.
    Complete: "vollständig", "complete";
    Cut: "abgebrochen", "cut";
    Failed: "fehlgeschlagen", "failed";
    InForce: "in Kraft", "in force";
    Negotiating: "in Verhandlung", "negotiating";
    Refused: "abgelehnt", "refused";
    Running: "läuft", "running";
    Suspended: "angehalten", "suspended";
    WaitingForApproval: "wartet auf Freigabe", "waiting for approval";
    TurnOurs: "wir sind am Zug", "our turn";
    TurnPerson: "ein Mensch bei uns", "a person here";
    TurnTheirs: "der Partner ist am Zug", "the partner's turn";
    TurnUnderWay: "unsere Nachricht ist unterwegs", "our message is under way";
    RoleConsumer: "wir nutzen", "we use";
    RoleProvider: "wir liefern", "we provide";
    // Badges.
    Enforced: "erzwungen", "enforced";
    Evidenced: "im Protokoll sichtbar", "evidenced";
    Promised: "zugesagt", "promised";
    // Checks.
    CheckBad: "FEHLER", "WRONG";
    CheckOk: "ok", "ok";
    Verified: "gültig", "valid";
    NotVerified: "fehlt oder ungültig", "missing or invalid";
    // Talk.
    Error: "Fehler", "error";
    NothingHere: "Nichts vorhanden.", "nothing here";
    AskCode: "Aufnahmecode: ", "enrolment code: ";
    WaitingForPartner: "Warte auf den Partner …", "waiting for the partner …";
    CodeOnce: "Dieser Aufnahmecode wird nur dieses eine Mal gezeigt; auf getrenntem Weg weitergeben.", "this code is shown this once; hand it over by another way than the network";
    TokenOnce: "Dieser Zugangsschlüssel wird nur dieses eine Mal gezeigt.", "this token is shown this once";
    Fetching: "Hole Daten", "fetching";
    Moving: "Übertrage Einträge", "moving records";
    Moved: "übertragen", "moved";
    FormerStore: "bisheriger Speicher", "former store";
    RemoveFormer: "Wenn alles läuft, kann der bisherige Speicher gelöscht werden.", "once everything runs, the former store can be removed";
    KeptAlready: "Der Speicher ist dort schon; es war nichts zu tun.", "the store is there already; nothing was to be done";
    FilteredHere: "Der Partner kennt diesen Filter nicht; was er geschickt hat, wurde hier gefiltert.", "the partner does not know this filter; what it sent was filtered here";
    MorePages: "Der Katalog geht weiter, als hier gelesen wird; mit `--filter` wird er kürzer.", "the catalogue goes on beyond what is read here; `--filter` makes it shorter";
    MoreEntries: "Weitere Einträge ab Nummer", "more entries from index";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_chooses_the_language() {
        for (locale, lang) in [
            ("de_DE.UTF-8", Lang::De),
            ("de", Lang::De),
            ("de-AT", Lang::De),
            ("en_GB.UTF-8", Lang::En),
            ("C", Lang::En),
            ("", Lang::En),
            ("den", Lang::En),
        ] {
            assert_eq!(Lang::of_locale(locale), lang, "{locale}");
        }
    }

    #[test]
    fn a_reader_names_its_language() {
        for (field, lang) in [
            ("de", Lang::De),
            ("de-AT,de;q=0.9,en;q=0.8", Lang::De),
            ("en-GB, de;q=0.9", Lang::En),
            ("fr, de;q=0.5", Lang::De),
            ("en;q=0.2, de;q=0.9", Lang::De),
            ("de;q=0, en;q=0.1", Lang::En),
            ("fr", Lang::En),
            ("", Lang::En),
            ("de;q=many", Lang::En),
        ] {
            assert_eq!(Lang::of_accept(field), lang, "{field}");
        }
    }

    #[test]
    fn no_phrase_is_empty_in_either_language() {
        for phrase in Phrase::ALL {
            assert!(!phrase.text(Lang::De).is_empty() && !phrase.text(Lang::En).is_empty());
        }
    }
}
