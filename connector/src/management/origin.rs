//! Keeps web pages away from the management port: only requests that name this listener by a
//! loopback name, and that no other site's page sent, go on.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::complaint::Complaint;

/// The names under which the listener answers, besides its port.
const LOCAL_NAMES: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// Checks `Host`, `Origin` and `Sec-Fetch-Site` of a request to the listener on `port`.
///
/// # Errors
/// [`Complaint::HostForeign`] or [`Complaint::CrossSite`].
pub fn check(request: &HttpRequest, port: u16) -> Result<(), Complaint> {
    let headers = request.headers();
    let host = only(headers.get_all(header::HOST)).ok_or(Complaint::HostForeign)?;
    let ours = |host: &str| LOCAL_NAMES.iter().any(|name| host == format!("{name}:{port}"));
    let named_elsewhere = request.uri().authority().is_some_and(|named| named.as_str() != host);
    if !ours(host) || named_elsewhere {
        return Err(Complaint::HostForeign);
    }
    if headers.contains_key(header::ORIGIN) {
        let origin = only(headers.get_all(header::ORIGIN)).ok_or(Complaint::CrossSite)?;
        if origin != format!("http://{host}") {
            return Err(Complaint::CrossSite);
        }
    }
    for site in headers.get_all("sec-fetch-site") {
        // `none` is a person who typed the address.
        if !matches!(site.as_bytes(), b"same-origin" | b"none") {
            return Err(Complaint::CrossSite);
        }
    }
    Ok(())
}

/// The value of a header that must stand there exactly once.
fn only<'a>(mut values: impl Iterator<Item = &'a header::HeaderValue>) -> Option<&'a str> {
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn check_headers(headers: &[(&'static str, &'static str)]) -> Result<(), Complaint> {
        let mut request = TestRequest::get().uri("/management/v1/openapi.json");
        for header in headers {
            request = request.append_header(*header);
        }
        check(&request.to_http_request(), 8180)
    }

    #[test]
    fn only_our_own_loopback_names_are_answered() {
        for host in ["127.0.0.1:8180", "localhost:8180", "[::1]:8180"] {
            assert_eq!(check_headers(&[("host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.example:8180", "127.0.0.1:80", "localhost", "localhost.:8180", ""] {
            assert_eq!(check_headers(&[("host", host)]), Err(Complaint::HostForeign), "{host}");
        }
        assert_eq!(check_headers(&[]), Err(Complaint::HostForeign));
        let twice = [("host", "localhost:8180"), ("host", "evil.example")];
        assert_eq!(check_headers(&twice), Err(Complaint::HostForeign));
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        let host = ("host", "localhost:8180");
        assert_eq!(check_headers(&[host, ("origin", "http://localhost:8180")]), Ok(()));
        assert_eq!(check_headers(&[host, ("sec-fetch-site", "none")]), Ok(()));
        assert_eq!(check_headers(&[host, ("sec-fetch-site", "same-origin")]), Ok(()));
        for header in [
            ("origin", "null"),
            ("origin", "http://evil.example"),
            ("origin", "http://127.0.0.1:8180"),
            ("origin", "https://localhost:8180"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert_eq!(check_headers(&[host, header]), Err(Complaint::CrossSite), "{header:?}");
        }
    }
}
