//! Pushing: a body that a provider sends and a consumer takes into its held copy.
//!
//! Whether either is allowed is the caller's to know: it brings the admission.

mod client;
mod take;

pub use client::{PushAnswer, PushClient, PushHead, PushLine};
pub use take::take;
