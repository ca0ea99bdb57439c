//! HTTP around a body: what a request asks for, and the answer's status and header fields.
//!
//! An answer always says its length when it is known, and is chunked otherwise, so that a body that
//! was broken off is never taken for a whole one.

use actix_web::body::{BodyStream, BoxBody, MessageBody, SizedStream};
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;

use super::demand::{Demand, Span};
use super::source::{Answer, Opened, Parts};
use super::stream::Delivery;
use super::version::Version;

/// What `request` asks for.
#[must_use]
pub fn demand(request: &HttpRequest) -> Demand {
    let text = |name: HeaderName| request.headers().get(name).and_then(|it| it.to_str().ok());
    Demand::parse(text(RANGE), text(IF_RANGE), text(IF_NONE_MATCH))
}

/// What is sent for an [`Answer`].
#[derive(Debug)]
pub enum Reply {
    /// An answer without a body, ready to be sent. Nothing is delivered.
    Bare(HttpResponse),
    /// A body; it is to be delivered, and [`Head::respond`] makes the answer around it.
    Body(Head, Opened),
}

/// Status and header fields of an answer with a body.
#[derive(Debug)]
pub struct Head {
    status: StatusCode,
    version: Option<Version>,
    media_type: String,
    content_range: Option<String>,
    parts: Parts,
    length: Option<u64>,
}

/// Sorts `answer` into what is sent at once and what is delivered. A request for the head alone
/// never delivers.
#[must_use]
pub fn reply(method: &Method, answer: Answer) -> Reply {
    let opened = match answer {
        Answer::NotModified { version } => {
            let mut response = builder(StatusCode::NOT_MODIFIED, Some(&version));
            return Reply::Bare(response.finish());
        }
        Answer::Unsatisfiable { length } => {
            let mut response = builder(StatusCode::RANGE_NOT_SATISFIABLE, None);
            if let Some(length) = length {
                response.insert_header((CONTENT_RANGE, format!("bytes */{length}")));
            }
            return Reply::Bare(response.finish());
        }
        Answer::Opened(opened) => opened,
    };
    let head = Head::of(&opened);
    if method == Method::HEAD {
        return Reply::Bare(head.respond_without_body());
    }
    Reply::Body(head, opened)
}

impl Head {
    fn of(opened: &Opened) -> Self {
        let total = opened.total.map_or("*".to_owned(), |total| total.to_string());
        let content_range = opened.span.map(|Span { first, length }| {
            format!("bytes {first}-{}/{total}", first.saturating_add(length).saturating_sub(1))
        });
        Self {
            status: content_range.as_ref().map_or(StatusCode::OK, |_| StatusCode::PARTIAL_CONTENT),
            version: opened.version.clone(),
            media_type: opened.media_type.clone(),
            content_range,
            parts: opened.parts,
            length: opened.length(),
        }
    }

    /// The answer with `delivery` as its body.
    #[must_use]
    pub fn respond(self, delivery: Delivery) -> HttpResponse {
        let body = match self.length {
            Some(length) => SizedStream::new(length, delivery).boxed(),
            None => BodyStream::new(delivery).boxed(),
        };
        self.with(body)
    }

    fn respond_without_body(self) -> HttpResponse {
        let nothing = stream::empty::<Result<bytes::Bytes, std::io::Error>>();
        let body = match self.length {
            Some(length) => SizedStream::new(length, nothing).boxed(),
            None => BodyStream::new(nothing).boxed(),
        };
        self.with(body)
    }

    fn with(self, body: BoxBody) -> HttpResponse {
        let mut response = builder(self.status, self.version.as_ref());
        response.insert_header((CONTENT_TYPE, self.media_type));
        response.insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
        if let Some(range) = self.content_range {
            response.insert_header((CONTENT_RANGE, range));
        }
        let ranges = match self.parts {
            Parts::None => "none",
            Parts::Ranges => "bytes",
        };
        response.insert_header((ACCEPT_RANGES, ranges));
        response.body(body)
    }
}

/// Nothing on the way may keep a copy: who may read is decided anew for each request.
fn builder(status: StatusCode, version: Option<&Version>) -> HttpResponseBuilder {
    let mut response = HttpResponseBuilder::new(status);
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Some(version) = version {
        response.insert_header((ETAG, version.to_string()));
    }
    response
}
