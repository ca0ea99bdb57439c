//! Which endpoint a path of the mutual listener names.

use protocol::message::MessageKind;

use crate::engine::transfer::DATA_PATH;
use crate::http::DSP_PATH;

/// One endpoint.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Route {
    /// The version document.
    Version,
    /// The catalogue.
    Catalog,
    /// One dataset of the catalogue.
    Dataset {
        /// Its id.
        id: String,
    },
    /// The state of a negotiation.
    Negotiation {
        /// Our own pid.
        pid: String,
    },
    /// A message of a negotiation.
    NegotiationMessage {
        /// Our own pid; none where the message opens the negotiation.
        pid: Option<String>,
        /// What the path takes.
        kind: MessageKind,
    },
    /// The state of a transfer.
    Transfer {
        /// Our own pid.
        pid: String,
    },
    /// A message of a transfer.
    TransferMessage {
        /// Our own pid; none where the message opens the transfer.
        pid: Option<String>,
        /// What the path takes.
        kind: MessageKind,
    },
    /// The end of an agreement.
    AgreementTermination {
        /// Its id.
        id: String,
    },
    /// The data of a transfer.
    Data {
        /// Our own pid of the transfer.
        pid: String,
    },
    /// Data that is pushed to us.
    Intake {
        /// Our own pid of the transfer.
        pid: String,
    },
    /// Something beside the Dataspace Protocol.
    Other,
}

/// The endpoint at `path`, which is still percent-encoded, for GET or POST.
pub(super) fn route(is_post: bool, path: &str) -> Option<Route> {
    if !is_post && path == protocol::http_path::VERSION {
        return Some(Route::Version);
    }
    if let Some(pid) = path.strip_prefix(DATA_PATH) {
        let pid = decoded(pid)?;
        return Some(if is_post { Route::Intake { pid } } else { Route::Data { pid } });
    }
    let Some(path) = path.strip_prefix(DSP_PATH) else { return Some(Route::Other) };
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (is_post, segments.as_slice()) {
        (true, ["catalog", "request"]) => Some(Route::Catalog),
        (true, ["agreements", id, "termination"]) => {
            Some(Route::AgreementTermination { id: decoded(id)? })
        }
        (false, ["catalog", "datasets", id]) => Some(Route::Dataset { id: decoded(id)? }),
        (false, ["negotiations", pid]) => Some(Route::Negotiation { pid: decoded(pid)? }),
        (true, ["negotiations", rest @ ..]) => negotiation(rest),
        (false, ["transfers", pid]) => Some(Route::Transfer { pid: decoded(pid)? }),
        (true, ["transfers", rest @ ..]) => transfer(rest),
        (true | false, _) => None,
    }
}

fn negotiation(rest: &[&str]) -> Option<Route> {
    let (pid, kind) = match rest {
        ["request"] => (None, MessageKind::ContractRequestMessage),
        ["offers"] => (None, MessageKind::ContractOfferMessage),
        [pid, "request"] => (Some(pid), MessageKind::ContractRequestMessage),
        [pid, "offers"] => (Some(pid), MessageKind::ContractOfferMessage),
        [pid, "agreement"] => (Some(pid), MessageKind::ContractAgreementMessage),
        [pid, "agreement", "verification"] => {
            (Some(pid), MessageKind::ContractAgreementVerificationMessage)
        }
        [pid, "events"] => (Some(pid), MessageKind::ContractNegotiationEventMessage),
        [pid, "termination"] => (Some(pid), MessageKind::ContractNegotiationTerminationMessage),
        _ => return None,
    };
    let pid = match pid {
        Some(pid) => Some(decoded(pid)?),
        None => None,
    };
    Some(Route::NegotiationMessage { pid, kind })
}

fn transfer(rest: &[&str]) -> Option<Route> {
    let (pid, kind) = match rest {
        ["request"] => (None, MessageKind::TransferRequestMessage),
        [pid, "start"] => (Some(pid), MessageKind::TransferStartMessage),
        [pid, "completion"] => (Some(pid), MessageKind::TransferCompletionMessage),
        [pid, "suspension"] => (Some(pid), MessageKind::TransferSuspensionMessage),
        [pid, "termination"] => (Some(pid), MessageKind::TransferTerminationMessage),
        _ => return None,
    };
    let pid = match pid {
        Some(pid) => Some(decoded(pid)?),
        None => None,
    };
    Some(Route::TransferMessage { pid, kind })
}

/// One segment, percent-decoded once; what is not UTF-8 names nothing.
fn decoded(segment: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
    (!decoded.is_empty()).then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, path: &str, expected: Option<Route>) {
        assert_eq!(route(method == "POST", path), expected, "{method} {path}");
    }

    #[test]
    fn paths_name_endpoints_and_nothing_else_does() {
        let pid = || "urn:uuid:1".to_owned();
        check("GET", "/.well-known/dspace-version", Some(Route::Version));
        check("POST", "/dsp/2025-1/catalog/request", Some(Route::Catalog));
        check(
            "GET",
            "/dsp/2025-1/negotiations/urn%3Auuid%3A1",
            Some(Route::Negotiation { pid: pid() }),
        );
        let kind = MessageKind::ContractAgreementVerificationMessage;
        let verification = Route::NegotiationMessage { pid: Some(pid()), kind };
        check(
            "POST",
            "/dsp/2025-1/negotiations/urn:uuid:1/agreement/verification",
            Some(verification),
        );
        check("GET", "/data/urn:uuid:1", Some(Route::Data { pid: pid() }));
        check("POST", "/data/urn:uuid:1", Some(Route::Intake { pid: pid() }));
        check("POST", "/data/", None);
        check("POST", "/dsp/2025-1/negotiations/urn:uuid:1/agreement/verification/x", None);
        check("GET", "/dsp/2025-1/", None);
        check("POST", "/renew", Some(Route::Other));
    }
}
