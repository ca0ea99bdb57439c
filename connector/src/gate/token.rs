//! A token that comes with a partner's request must be that partner's. The gate verifies no
//! signature, which is the foreign connector's part: it holds the token's words against the
//! certificate.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use wire::did::Did;
use wire::json::{Limits, parse};

/// Longest token that is read, in bytes.
const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// Why a token is not passed on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum TokenFault {
    /// Its issuer is neither the partner nor the foreign connector itself.
    #[error("the token was issued by somebody else than the partner of the certificate")]
    Issuer,
    /// The foreign connector gave it to another partner.
    #[error("the token was given to another partner")]
    Audience,
    /// A JSON web token whose claims two readers could read in two ways, or that is too long; or
    /// bare claims without a signature.
    #[error("the token cannot be read")]
    Unreadable,
    /// More than one `Authorization`.
    #[error("there are several tokens")]
    Several,
}

impl TokenFault {
    /// The reason code.
    #[must_use]
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Issuer => "token-issuer",
            Self::Audience => "token-audience",
            Self::Unreadable => "token-unreadable",
            Self::Several => "token-several",
        }
    }
}

/// Checks the token of a request of `peer` to `ours`, if there is one.
///
/// A token without claims that can be read is passed on. One issued by `peer` is the partner's own;
/// one issued by `ours` was given out with a data address, and must have been given to `peer`.
///
/// # Errors
/// [`TokenFault`].
pub(super) fn check(headers: &HeaderMap, ours: &Did, peer: &Did) -> Result<(), TokenFault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(()) };
    if values.next().is_some() {
        return Err(TokenFault::Several);
    }
    let value = value.to_str().map_err(|_| TokenFault::Unreadable)?.trim();
    // What an identity service for tests believes without a signature.
    if value.starts_with('{') {
        return Err(TokenFault::Unreadable);
    }
    // Some connectors send the token without its scheme.
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) | None => value,
    };
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, _] = parts.as_slice() else { return Ok(()) };
    let object =
        |part: &str| decoded(part).filter(|bytes| bytes.trim_ascii_start().starts_with(b"{"));
    if object(head).is_none() {
        return Ok(());
    }
    let bytes = object(claims).filter(|bytes| bytes.len() <= TOKEN_BYTES_MAX);
    let bytes = bytes.ok_or(TokenFault::Unreadable)?;
    let limits = Limits::message().with_bytes_max(TOKEN_BYTES_MAX);
    let claims = parse(&bytes, &limits).map_err(|_| TokenFault::Unreadable)?;
    let Some(issuer) = claims.get("iss") else { return Ok(()) };
    match issuer.as_str() {
        Some(issuer) if issuer == peer.as_str() => Ok(()),
        Some(issuer) if issuer == ours.as_str() => given_to(claims.get("aud"), peer),
        Some(_) | None => Err(TokenFault::Issuer),
    }
}

fn given_to(audience: Option<&serde_json::Value>, peer: &Did) -> Result<(), TokenFault> {
    let is_peer = |value: &serde_json::Value| value.as_str() == Some(peer.as_str());
    match audience {
        None => Ok(()),
        Some(serde_json::Value::Array(several)) if several.iter().any(is_peer) => Ok(()),
        Some(one) if is_peer(one) => Ok(()),
        Some(_) => Err(TokenFault::Audience),
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "did:web:gate.example";
    const PEER: &str = "did:web:peer.example";

    fn jwt(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part("{\"alg\":\"ES256\"}"), part(claims))
    }

    fn check_value(value: &str, expected: Result<(), TokenFault>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        let (ours, peer) = (Did::parse(OURS).unwrap(), Did::parse(PEER).unwrap());
        assert_eq!(check(&headers, &ours, &peer), expected, "{value}");
    }

    fn check_claims(claims: &str, expected: Result<(), TokenFault>) {
        let token = jwt(claims);
        for value in [format!("Bearer {token}"), format!("bearer  {token}"), token] {
            check_value(&value, expected);
        }
    }

    #[test]
    fn a_token_is_the_partners_or_was_given_to_it() {
        check_claims(&format!(r#"{{"iss":"{PEER}"}}"#), Ok(()));
        check_claims(r#"{"iss":"did:web:other.example"}"#, Err(TokenFault::Issuer));
        check_claims(r#"{"iss":7}"#, Err(TokenFault::Issuer));
        check_claims(&format!(r#"{{"iss":"{OURS}","aud":"{PEER}"}}"#), Ok(()));
        check_claims(&format!(r#"{{"iss":"{OURS}","aud":["x","{PEER}"]}}"#), Ok(()));
        check_claims(&format!(r#"{{"iss":"{OURS}"}}"#), Ok(()));
        check_claims(&format!(r#"{{"iss":"{OURS}","aud":"x"}}"#), Err(TokenFault::Audience));
    }

    #[test]
    fn a_token_that_two_readers_could_read_in_two_ways_is_refused() {
        let twice = format!(r#"{{"iss":"{PEER}","iss":"did:web:other.example"}}"#);
        check_claims(&twice, Err(TokenFault::Unreadable));
        check_value(r#"{"clientId":"did:web:peer.example"}"#, Err(TokenFault::Unreadable));
        check_claims("{", Err(TokenFault::Unreadable));
        check_claims("[]", Err(TokenFault::Unreadable));
    }

    #[test]
    fn an_opaque_token_passes() {
        for value in
            ["Bearer abc", "abc", "Basic dXNlcjpwYXNz", "Bearer a.b.c", "Bearer a.b.c.d.e", ""]
        {
            check_value(value, Ok(()));
        }
        check_claims(r#"{"sub":"x"}"#, Ok(()));
    }

    #[test]
    fn two_tokens_are_one_too_many() {
        let mut headers = HeaderMap::new();
        headers.append(header::AUTHORIZATION, "Bearer a".parse().unwrap());
        headers.append(header::AUTHORIZATION, "Bearer b".parse().unwrap());
        let did = Did::parse(PEER).unwrap();
        assert_eq!(check(&headers, &did, &did), Err(TokenFault::Several));
    }
}
