//! Who may come in: local programs with a token; never a page in a browser.

use actix_web::HttpResponse;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    WWW_AUTHENTICATE,
};

use super::super::refusal::DataRefusal;
use super::token::Token;
use crate::engine::live::Cut;
use crate::words::Lang;

/// Sent by browsers with each request, and by nothing else.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Checks the request's header fields; the token that came with it.
pub(super) fn enter(headers: &HeaderMap) -> Result<Token, DataRefusal> {
    let host = single(headers, &HOST);
    if !host.is_some_and(is_local) {
        // A name that a page made to point here (DNS rebinding) still arrives under that name.
        let reason = "the request names another host than this machine";
        let remedy = "use 127.0.0.1, [::1] or localhost in the address";
        return Err(DataRefusal::new(421, "host-not-local", reason, remedy));
    }
    if headers.contains_key(ORIGIN) || headers.contains_key(SEC_FETCH_SITE) {
        let reason = "requests from web pages are not answered";
        let remedy = "read with a program, for instance curl";
        return Err(DataRefusal::new(403, "browser-refused", reason, remedy));
    }
    let credentials = single(headers, &AUTHORIZATION).and_then(|text| text.split_once(' '));
    let (scheme, token) = credentials.ok_or_else(unauthorised)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unauthorised());
    }
    Token::read(token.trim()).ok_or_else(unauthorised)
}

/// The field's value, if it is there exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    ["127.0.0.1", "[::1]", "localhost"].contains(&name)
}

/// The same for a wrong token and an unknown contract.
pub(super) fn unauthorised() -> DataRefusal {
    let reason = "there is no such contract, or the token is not its token";
    let remedy = "send `Authorization: Bearer <token>`; `allmende serve` prints address and token";
    DataRefusal::new(401, "token-refused", reason, remedy)
}

/// The language that the reader asks for.
pub(super) fn lang(headers: &HeaderMap) -> Lang {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked.map_or(Lang::default(), Lang::of_accept)
}

/// The refusal as an answer.
pub(super) fn refuse(refusal: &DataRefusal) -> HttpResponse {
    let mut response = refusal.respond();
    if refusal.status == 401 {
        let challenge = HeaderValue::from_static("Bearer realm=\"allmende\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// A delivery that was cut before its first byte.
pub(super) fn cut(reason: Cut) -> DataRefusal {
    let show = "`allmende contract show` says more";
    let (status, words, remedy) = match reason {
        Cut::AgreementEnded => (410, "the contract has ended", show),
        Cut::CertificateRefused => (403, "a certificate is no longer accepted", show),
        Cut::NotRecorded => {
            (503, "the delivery cannot be recorded", "`allmende doctor` says what is wrong")
        }
        Cut::PushFailed => (503, "the data could not be delivered", show),
        Cut::RuleRefuses => (403, "the rule does not allow it any more", show),
        Cut::ShuttingDown => (503, "the connector is stopping", "try again when it runs"),
        Cut::SlowReader => (408, "too little was read for too long", "read faster"),
        Cut::TransferStopped => (403, "the transfer was ended or suspended", show),
    };
    let refusal = DataRefusal::new(status, reason.code(), words, remedy);
    if status == 503 { refusal.retry_after(5) } else { refusal }
}

/// The provider's refusal, in terms that make sense to a local reader: its 401 is not about the
/// reader's token, and its redirects and failures are not ours.
pub(super) fn passed_on(refusal: &DataRefusal) -> DataRefusal {
    let status = match refusal.status {
        status @ (403 | 404 | 410 | 429 | 503) => status,
        401 => 403,
        _ => 502,
    };
    let mut refusal = DataRefusal { status, ..refusal.clone() };
    if matches!(status, 429 | 503) {
        refusal.retry_after_s = refusal.retry_after_s.or(Some(30));
    }
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_hosts() {
        for (host, local) in [
            ("localhost", true),
            ("localhost:8181", true),
            ("127.0.0.1:8181", true),
            ("[::1]:8181", true),
            ("[::1]", true),
            ("", false),
            ("ulm.localhost", false),
            ("localhost.evil.example", false),
            ("localhost:80@evil.example", false),
            ("127.0.0.1.evil.example:8181", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_local(host), local, "{host}");
        }
    }
}
