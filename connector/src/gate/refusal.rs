//! Why the gate does not carry out what the foreign connector asks. The answer goes to our own
//! operator's program and no farther, so it says the whole reason.

use identity::trust::TrustError;

use super::flow::Broken;
use crate::net::unsent::Failure;

/// Why nothing is carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// A header field cannot be sent.
    #[error("a header field or the path cannot be sent")]
    Form,
    /// Another name was asked for than the listener's own, or than the connection is for.
    #[error("`Host` names something else than this connection is for")]
    HostForeign,
    /// A web page asks.
    #[error("a web page has sent the request")]
    WebPage,
    /// The secret is missing or wrong.
    #[error("the gate's secret is missing or wrong")]
    Secret,
    /// The method is not passed on.
    #[error("this method is not passed on")]
    Method,
    /// The gate's participant belongs to no data space.
    #[error("the gate's participant has not joined a data space")]
    NotJoined,
    /// The authority's list does not count any more.
    #[error("the authority's list of members does not count: {0}")]
    List(#[source] TrustError),
    /// No member has this host.
    #[error("the authority's list names no member with the host `{0}`")]
    NotRegistered(String),
    /// Several members have this host.
    #[error("the authority's list names several members with the host `{0}`")]
    Ambiguous(String),
    /// The authority has suspended it.
    #[error("the authority has suspended the member with the host `{0}`")]
    Suspended(String),
    /// The gate's own participant.
    #[error("the gate's own participant was asked for")]
    Itself,
    /// Only documents are read from a public listener.
    #[error("only GET is sent to a public listener")]
    PublicWrite,
    /// The body is longer than it may be, or broke off.
    #[error("the body did not come whole: {0}")]
    Body(#[source] Broken),
    /// The partner was not reached, or is not whom it should be.
    #[error("{0}")]
    Failure(#[from] Failure),
}

impl Refused {
    /// The reason code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Form => "header-not-passed",
            Self::HostForeign => "host-foreign",
            Self::WebPage => "cross-site",
            Self::Secret => "gate-secret",
            Self::Method => "method-not-passed",
            Self::NotJoined => "not-joined",
            Self::List(error) => error.code(),
            Self::NotRegistered(_) => "not-a-member",
            Self::Ambiguous(_) => "member-ambiguous",
            Self::Suspended(_) => "member-suspended",
            Self::Itself => "partner-is-yourself",
            Self::PublicWrite => "public-read-only",
            Self::Body(broken) => broken.code(),
            Self::Failure(failure) => failure.code(),
        }
    }

    /// The HTTP status.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Form => 400,
            Self::HostForeign
            | Self::WebPage
            | Self::Secret
            | Self::NotRegistered(_)
            | Self::Ambiguous(_)
            | Self::Suspended(_)
            | Self::Itself => 403,
            Self::Method | Self::PublicWrite => 405,
            Self::NotJoined | Self::List(_) => 503,
            Self::Body(Broken::TooLarge) => 413,
            Self::Body(Broken::Cut | Broken::Sender(_) | Broken::Still | Broken::Unwanted) => 400,
            Self::Failure(Failure::TimedOut) => 504,
            Self::Failure(
                Failure::BadAddress
                | Failure::Broken { .. }
                | Failure::Coding
                | Failure::Forbidden { .. }
                | Failure::Handshake { .. }
                | Failure::MediaType { .. }
                | Failure::Status { .. }
                | Failure::TooLarge { .. }
                | Failure::Unknown { .. }
                | Failure::Unresolved { .. }
                | Failure::Versions { .. },
            ) => 502,
        }
    }
}
