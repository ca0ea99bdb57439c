//! Why a statement does not count. The signer's or the sender's fault, except `Key`.

use wire::json::JsonError;
use wire::node::ShapeError;
use wire::sign::VerifyError;

/// Why a signed statement is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum JwsError {
    /// Not ES256 or EdDSA, or not what the key is for.
    #[error("the statement's algorithm is not the one of the key")]
    Algorithm,
    /// The claims are no object, or cannot be written canonically.
    #[error("the statement's claims are not an object that can be signed")]
    Claims,
    /// Its lifetime is longer than allowed.
    #[error("the statement claims to hold longer than allowed")]
    Lifetime,
    /// It ended.
    #[error("the statement has expired")]
    Expired,
    /// Not three parts of unpadded base64url.
    #[error("the statement is not a compact JWS")]
    Form,
    /// Issued in the future.
    #[error("the statement is dated in the future")]
    Future,
    /// Header or claims are not strict JSON.
    #[error("the statement holds bad JSON: {source}")]
    Json {
        /// Where and what.
        source: JsonError,
    },
    /// The key at hand could not sign: ours.
    #[error("the key could not sign")]
    Key,
    /// A header member is missing, unknown or of the wrong type; or a claim is.
    #[error("{source}")]
    Shape {
        /// Where and what.
        #[from]
        source: ShapeError,
    },
    /// The signature does not verify.
    #[error("{source}")]
    Signature {
        /// Why.
        source: VerifyError,
    },
    /// Longer than we look at.
    #[error("the statement is longer than allowed")]
    TooLarge,
    /// Another kind of statement.
    #[error("the statement is of another type than the one expected here")]
    Type,
}

impl JwsError {
    /// What can be done about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        "compare both clocks and keys; the sender must sign the statement anew"
    }

    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Algorithm => "jws-algorithm",
            Self::Claims => "jws-claims",
            Self::Expired => "jws-expired",
            Self::Form => "jws-form",
            Self::Future => "jws-future",
            Self::Json { .. } => "jws-json",
            Self::Key => "jws-key",
            Self::Lifetime => "jws-lifetime",
            Self::Shape { .. } => "jws-shape",
            Self::Signature { .. } => "jws-signature",
            Self::TooLarge => "jws-too-large",
            Self::Type => "jws-type",
        }
    }
}
