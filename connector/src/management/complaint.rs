//! What the management listener itself refuses, before the desk is asked, in words.

use super::operation::Operation;
use super::refusal::{Fault, Refusal};
use super::view::Words;

/// A request that does not reach the desk.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Complaint {
    /// The body is not the JSON that the call takes.
    BodyInvalid {
        /// What is wrong with it, and where.
        problem: String,
    },
    /// The body is larger than what is read.
    BodyTooLarge {
        /// How much is read, in bytes.
        bytes_max: usize,
    },
    /// A page of another site sent it.
    CrossSite,
    /// The `Host` is not this listener's own loopback address.
    HostForeign,
    /// The last part of the path is no identifier.
    IdInvalid,
    /// The body is not declared as JSON.
    MediaType,
    /// The token opens no participant of this name.
    ParticipantUnknown,
    /// The query is not one that the call takes.
    QueryInvalid {
        /// What is wrong with it.
        problem: String,
    },
    /// The account has none of the roles that the call needs.
    RoleMissing {
        /// The call.
        operation: Operation,
    },
    /// There is no such call.
    RouteUnknown,
    /// No token came along.
    TokenMissing,
}

impl Complaint {
    /// One of each, for the table of codes.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        vec![
            Self::BodyInvalid { problem: "`x`".into() },
            Self::BodyTooLarge { bytes_max: 1 },
            Self::CrossSite,
            Self::HostForeign,
            Self::IdInvalid,
            Self::MediaType,
            Self::ParticipantUnknown,
            Self::QueryInvalid { problem: "`x`".into() },
            Self::RoleMissing { operation: Operation::AddDataset },
            Self::RouteUnknown,
            Self::TokenMissing,
        ]
    }

    fn code(&self) -> (Fault, &'static str) {
        match self {
            Self::BodyInvalid { .. } => (Fault::Caller, "body-invalid"),
            Self::BodyTooLarge { .. } => (Fault::TooLarge, "body-too-large"),
            Self::CrossSite => (Fault::Forbidden, "cross-site"),
            Self::HostForeign => (Fault::Forbidden, "host-foreign"),
            Self::IdInvalid => (Fault::NotFound, "id-invalid"),
            Self::MediaType => (Fault::MediaType, "media-type"),
            Self::ParticipantUnknown => (Fault::NotFound, "participant-unknown"),
            Self::QueryInvalid { .. } => (Fault::Caller, "query-invalid"),
            Self::RoleMissing { .. } => (Fault::Forbidden, "role-missing"),
            Self::RouteUnknown => (Fault::NotFound, "route-unknown"),
            Self::TokenMissing => (Fault::Login, "token-missing"),
        }
    }

    fn reason(&self) -> Words {
        match self {
            Self::BodyInvalid { problem } => Words::new(
                format!("Der Inhalt der Anfrage ist nicht lesbar: {}", problem),
                format!("the request's body cannot be read: {}", problem),
            ),
            Self::BodyTooLarge { bytes_max } => Words::new(
                format!("Der Inhalt der Anfrage ist größer als {bytes_max} Bytes."),
                format!("the request's body is larger than {bytes_max} bytes"),
            ),
            Self::CrossSite => Words::new(
                "Die Anfrage kommt von einer fremden Webseite.",
                "the request was sent by a page of another site",
            ),
            Self::HostForeign => Words::new(
                "Die Anfrage nennt einen Rechnernamen, der nicht zu dieser Verwaltung gehört.",
                "the request names a host that is not this management listener",
            ),
            Self::IdInvalid => {
                Words::new("Die Kennung im Pfad ist keine.", "the identifier in the path is none")
            }
            Self::MediaType => Words::new(
                "Der Inhalt der Anfrage ist nicht als `application/json` angekündigt.",
                "the request's body is not declared as `application/json`",
            ),
            Self::ParticipantUnknown => Words::new(
                "Mit diesem Zugang gibt es hier keinen Teilnehmer dieses Namens.",
                "there is no participant of this name here for this token",
            ),
            Self::QueryInvalid { problem } => Words::new(
                format!("Die Angaben hinter dem Fragezeichen sind nicht lesbar: {}", problem),
                format!("the query cannot be read: {}", problem),
            ),
            Self::RoleMissing { operation } => Words::new(
                format!("Dieses Konto darf `{}` nicht ausführen.", operation.name()),
                format!("this account may not call `{}`", operation.name()),
            ),
            Self::RouteUnknown => {
                Words::new("Diesen Aufruf gibt es nicht.", "there is no such call")
            }
            Self::TokenMissing => {
                Words::new("Die Anfrage hat keinen Zugangsschlüssel.", "the request has no token")
            }
        }
    }

    fn remedy(&self) -> Words {
        match self {
            Self::BodyInvalid { .. } | Self::QueryInvalid { .. } | Self::RouteUnknown => {
                Words::new(
                    "Die Beschreibung aller Aufrufe steht unter /management/v1/openapi.json.",
                    "every call is described in /management/v1/openapi.json",
                )
            }
            Self::BodyTooLarge { .. } => Words::new(
                "Daten werden nicht hochgeladen, sondern als Quelle genannt (Datei oder Adresse).",
                "data is not uploaded; name its source instead (a file or an address)",
            ),
            Self::CrossSite | Self::HostForeign => Words::new(
                "Die Verwaltung auf diesem Rechner unter 127.0.0.1 oder localhost aufrufen.",
                "call the management listener on this machine as 127.0.0.1 or localhost",
            ),
            Self::IdInvalid => Words::new(
                "Die Kennung aus der Liste übernehmen, im Pfad prozentkodiert.",
                "take the identifier from the list, percent-encoded in the path",
            ),
            Self::MediaType => Words::new(
                "`Content-Type: application/json` mitsenden.",
                "send `Content-Type: application/json`",
            ),
            Self::ParticipantUnknown => Words::new(
                "Name des Teilnehmers und Zugangsschlüssel prüfen; beide müssen zusammengehören.",
                "check the participant's name and the token: they must belong together",
            ),
            Self::RoleMissing { operation } => {
                let roles: Vec<_> = operation.roles().iter().map(|role| role.name()).collect();
                let roles = roles.join(", ");
                Words::new(
                    format!("Ein Konto mit einer dieser Rollen verwenden: {roles}."),
                    format!("use an account with one of these roles: {roles}"),
                )
            }
            Self::TokenMissing => Words::new(
                "`Authorization: Bearer <Schlüssel>` mitsenden; er steht in run/management.json oder wurde mit dem Konto ausgegeben.",
                "send `Authorization: Bearer <token>`; it stands in run/management.json or was shown when the account was added",
            ),
        }
    }
}

impl From<Complaint> for Refusal {
    fn from(complaint: Complaint) -> Self {
        let (fault, code) = complaint.code();
        Self::new(fault, code, complaint.reason(), complaint.remedy())
    }
}
