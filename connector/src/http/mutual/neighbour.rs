//! Endpoints of the mutual listener beside the Dataspace Protocol: witness exchange, renewal.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use actix_web::http::Method;

use super::Caller;

/// One request to a neighbour.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// Who asks whom.
    pub caller: &'a Caller,
    /// GET or POST.
    pub method: &'a Method,
    /// The path.
    pub path: &'a str,
    /// What follows `?`, still encoded.
    pub query: &'a str,
    /// The body; empty for GET.
    pub body: &'a [u8],
}

/// A neighbour's answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub media_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// A pending answer; none when the path is not the neighbour's.
pub type Telling<'a> = Pin<Box<dyn Future<Output = Option<Told>> + Send + 'a>>;

/// Serves paths outside the Dataspace Protocol to verified peers.
pub trait Neighbour: fmt::Debug + Send + Sync {
    /// Answers, if the path is one of its own.
    fn tell<'a>(&'a self, ask: Ask<'a>) -> Telling<'a>;
}
