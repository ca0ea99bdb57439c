//! Why a call was not done: whose fault it is, a code, and in words what happened and what helps.

use wire::pointer::Pointer;

use super::view::Words;

/// A call that was not done. The management listener turns it into a problem body.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{code}`: {}", reason.en)]
pub struct Refusal {
    /// Whose fault it is; decides the status.
    pub fault: Fault,
    /// The reason code, kebab-case, listed in `docs/errors.md`.
    pub code: &'static str,
    /// What happened and why.
    pub reason: Words,
    /// What to do next.
    pub remedy: Box<Words>,
    /// Where in the request's body the trouble lies.
    pub pointer: Option<Box<Pointer>>,
}

/// Whose fault a refusal is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fault {
    /// The caller's request is not what it must be.
    Caller,
    /// It does not fit the present state, or the rule says no.
    Conflict,
    /// The account may not do this.
    Forbidden,
    /// There is no token.
    Login,
    /// The body is not of a media type that is read here.
    MediaType,
    /// The thing does not exist, as far as this participant may know.
    NotFound,
    /// Something of ours is broken.
    Ours,
    /// The partner answered with something that we cannot accept.
    Peer,
    /// The body is larger than what is read here.
    TooLarge,
    /// We take nothing at the moment: full disk, lagging log, stopping.
    Unavailable,
    /// The partner, or the source, cannot be reached.
    Unreachable,
}

impl Fault {
    /// The HTTP status that says so.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Caller => 400,
            Self::Conflict => 409,
            Self::Forbidden => 403,
            Self::Login => 401,
            Self::MediaType => 415,
            Self::NotFound => 404,
            Self::Ours => 500,
            Self::Peer => 502,
            Self::TooLarge => 413,
            Self::Unavailable => 503,
            Self::Unreachable => 504,
        }
    }
}

impl Refusal {
    /// A refusal without a place in the request.
    #[must_use]
    pub fn new(fault: Fault, code: &'static str, reason: Words, remedy: Words) -> Self {
        Self { fault, code, reason, remedy: Box::new(remedy), pointer: None }
    }

    /// The same with the place in the request's body.
    #[must_use]
    pub fn at(self, pointer: Pointer) -> Self {
        Self { pointer: Some(Box::new(pointer)), ..self }
    }
}
