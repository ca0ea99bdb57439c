//! Which header fields pass the gate: what belongs to one connection stays on it, and what claims
//! to know who is at the other end is the gate's alone to say.

use http::{HeaderMap, HeaderName, header};

/// Tells the foreign connector which partner's certificate was verified: its DID.
pub const PEER_DID: &str = "allmende-peer-did";

/// Shows the gate's secret, where it does not stand in the path.
pub const SECRET: &str = "allmende-gate-secret";

/// Beginnings of fields that are about one connection (RFC 9110, 7.6.1), about who came through
/// whom, or the gate's own.
const STOPPED: [&str; 5] =
    ["allmende-gate-", "allmende-peer-", "proxy-", "x-forwarded-", "x-original-"];

/// The same, as whole names. Lengths are set anew by what carries the body on.
const STOPPED_WHOLE: [&str; 17] = [
    "cf-connecting-ip",
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "keep-alive",
    "ssl-client-cert",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "via",
    "x-client-cert",
    "x-real-ip",
    "x-ssl-cert",
    "http2-settings",
];

/// The fields of `from` that pass; also not those that its `Connection` names.
#[must_use]
pub(super) fn passing(from: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = from
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut to = HeaderMap::with_capacity(from.len());
    for (name, value) in from {
        let text = name.as_str();
        if !is_stopped(text) && !named.iter().any(|named| named == text) {
            to.append(name.clone(), value.clone());
        }
    }
    to
}

/// Whether a web page has sent the request: no connector of any make sends these.
#[must_use]
pub(super) fn is_of_web_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        || headers.keys().any(|name: &HeaderName| name.as_str().starts_with("sec-fetch-"))
}

fn is_stopped(name: &str) -> bool {
    // Some servers read `_` as `-`.
    let name = name.replace('_', "-");
    STOPPED_WHOLE.contains(&name.as_str()) || STOPPED.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = list.iter().map(|(name, value)| (*name, *value));
        pairs
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn check(name: &'static str, passes: bool) {
        let from = fields(&[("connection", "close, X-Named"), (name, "x")]);
        assert_eq!(passing(&from).contains_key(name), passes, "{name}");
    }

    #[test]
    fn what_belongs_to_a_connection_or_claims_an_origin_does_not_pass() {
        for name in [
            "connection",
            "keep-alive",
            "te",
            "transfer-encoding",
            "content-length",
            "upgrade",
            "proxy-authorization",
            "x-named",
            "forwarded",
            "via",
            "x-real-ip",
            "x-forwarded-for",
            "x-forwarded-client-cert",
            "x_forwarded_for",
            "allmende-peer-did",
            "allmende_peer_did",
            "allmende-gate-secret",
        ] {
            check(name, false);
        }
        for name in
            ["authorization", "content-type", "accept", "allmende-delivery", "x-api-key", "link"]
        {
            check(name, true);
        }
    }

    #[test]
    fn repeated_fields_pass_repeated() {
        let mut from = fields(&[("link", "<a>")]);
        from.append("link", "<b>".parse().unwrap());
        assert_eq!(passing(&from).get_all("link").iter().count(), 2);
    }

    #[test]
    fn web_pages_are_known_by_what_they_cannot_leave_out() {
        for name in ["origin", "sec-fetch-site", "sec-fetch-mode", "Sec-Fetch-Dest"] {
            assert!(is_of_web_page(&fields(&[(name, "null")])), "{name}");
        }
        assert!(!is_of_web_page(&fields(&[("accept", "application/json")])));
    }
}
