//! The commands of the help, by who uses them.

use super::{Both, both};

/// A heading of the help and its commands.
type Group = (Both, &'static [(&'static str, Both)]);

/// The commands by who uses them. A test compares them with the commands that exist.
pub(super) const GROUPS: &[Group] = &[
    (
        both(
            "Sachbearbeitung: Daten teilen, sehen und anhalten, was mit ihnen geschieht",
            "Clerk: share data, see and stop what happens to it",
        ),
        &[
            (
                "dataset",
                both(
                    "Datensätze veröffentlichen, ersetzen, zurückziehen und auflisten",
                    "publish, replace, withdraw and list datasets",
                ),
            ),
            (
                "contract",
                both(
                    "Verträge anfragen, entscheiden, verfolgen und beenden",
                    "request, decide, follow and end contracts",
                ),
            ),
            (
                "delivery",
                both(
                    "Lieferungen auflisten, anhalten und fortsetzen",
                    "list, suspend and resume what flows under contracts",
                ),
            ),
            (
                "partner",
                both(
                    "sagen und sehen, welche Programme Partner haben und was diese nicht beachten",
                    "say and see which programs partners run, and what these ignore",
                ),
            ),
            (
                "members",
                both(
                    "die Mitglieder des Datenraums auflisten",
                    "list the members of the data space",
                ),
            ),
        ],
    ),
    (
        both("Technik: Daten finden und fließen lassen", "Engineer: find data and let it flow"),
        &[
            ("catalog", both("den Katalog eines Partners lesen", "read a partner's catalogue")),
            (
                "policy",
                both(
                    "Regeln prüfen, erklären, umschreiben und testen",
                    "check, explain, render and test policies",
                ),
            ),
            ("pull", both("die Daten eines Vertrags holen", "fetch the data of a contract")),
            (
                "receive",
                both(
                    "die Daten eines Vertrags vom Anbieter schicken lassen",
                    "have the data of a contract sent by the provider",
                ),
            ),
            (
                "serve",
                both(
                    "eine lokale Adresse öffnen, an der eigene Programme sie lesen",
                    "open a local address where your own programs read it",
                ),
            ),
        ],
    ),
    (
        both(
            "Prüfung: wer hat wann was unter welchem Vertrag bekommen",
            "Auditor: who got what, when, under which contract",
        ),
        &[(
            "audit",
            both("das Protokoll prüfen, lesen und mitnehmen", "verify, read and export the log"),
        )],
    ),
    (
        both("Betrieb: es laufen lassen", "Operator: run it"),
        &[
            (
                "init",
                both(
                    "den Ordner anlegen, oder einen Teilnehmer darin",
                    "create the home folder, or add a participant to it",
                ),
            ),
            (
                "join",
                both(
                    "mit einem Aufnahmecode einem Datenraum beitreten",
                    "join a data space with an enrolment code",
                ),
            ),
            (
                "up",
                both(
                    "die Teilnehmer dieses Ordners bedienen, bis es angehalten wird",
                    "serve the participants of this home until stopped",
                ),
            ),
            (
                "gate",
                both(
                    "einen fremden Konnektor am Datenraum teilnehmen lassen",
                    "let a connector of another make take part in the data space",
                ),
            ),
            (
                "status",
                both("zeigen, wie es dem Teilnehmer geht", "show how the participant is doing"),
            ),
            (
                "store",
                both(
                    "den Speicher eines Ordners, der nicht läuft, umziehen",
                    "move the store of a home that is not running",
                ),
            ),
            ("doctor", both("suchen, was nicht stimmt", "look for what is wrong")),
            ("account", both("Konten mit Namen verwalten", "manage named accounts")),
            (
                "authority",
                both(
                    "die Vertrauensstelle eines Datenraums betreiben",
                    "run the authority of a data space",
                ),
            ),
        ],
    ),
    (
        both("Für alle: sehen, wie es geht", "Everybody: see it work"),
        &[(
            "demo",
            both(
                "einen ganzen Datenraum auf diesem Rechner vorspielen, Schritt für Schritt",
                "play a whole data space on this machine, step by step",
            ),
        )],
    ),
];
