//! Why a document was refused, and where.

use std::fmt;

use crate::pointer::Pointer;

/// A document that was refused. The fault is the writer's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JsonError {
    /// The value that was being read; the root where the problem is the document as a whole.
    pub pointer: Pointer,
    /// The line, counted from 1; 0 where no line applies.
    pub line: usize,
    /// The column in bytes, counted from 1; 0 where no column applies.
    pub column: usize,
    /// What is wrong.
    pub problem: JsonProblem,
}

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JsonProblem {
    /// It begins with a byte order mark.
    #[error("the document begins with a byte order mark")]
    ByteOrderMark,
    /// The same member name twice in one object.
    #[error("the member stands twice in one object")]
    DuplicateMember,
    /// It is not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// `-0`, which has the same canonical form as `0`.
    #[error("negative zero is not taken")]
    NegativeZero,
    /// A number beyond what every reader keeps: one that overflows or vanishes in double precision,
    /// or is an integer outside ±(2^53 − 1), or would be one in its canonical form.
    #[error("the number cannot be kept exactly by every reader")]
    NumberOutOfRange,
    /// A number with more characters than the limit.
    #[error("the number is longer than {bytes_max} characters")]
    NumberTooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// A string or member name longer than the limit.
    #[error("a string is longer than {bytes_max} bytes")]
    StringTooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// It is not JSON (RFC 8259); a lone surrogate is among these.
    #[error("the document is not well-formed JSON")]
    Syntax,
    /// Deeper than the limit.
    #[error("arrays and objects nest deeper than {depth_max}")]
    TooDeep {
        /// The limit.
        depth_max: usize,
    },
    /// Longer than the limit.
    #[error("the document is longer than {bytes_max} bytes")]
    TooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// More values than the limit.
    #[error("the document has more than {nodes_max} values")]
    TooManyNodes {
        /// The limit.
        nodes_max: usize,
    },
    /// More bytes after the first JSON text.
    #[error("something follows the end of the document")]
    TrailingBytes,
    /// The document ends in the middle.
    #[error("the document ends in the middle")]
    Truncated,
}

impl JsonProblem {
    /// The kebab-case code of the problem.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ByteOrderMark => "json-byte-order-mark",
            Self::DuplicateMember => "json-duplicate-member",
            Self::NotUtf8 => "json-not-utf8",
            Self::NegativeZero => "json-negative-zero",
            Self::NumberOutOfRange => "json-number-out-of-range",
            Self::NumberTooLong { .. } => "json-number-too-long",
            Self::StringTooLong { .. } => "json-string-too-long",
            Self::Syntax => "json-syntax",
            Self::TooDeep { .. } => "json-too-deep",
            Self::TooLong { .. } => "json-too-long",
            Self::TooManyNodes { .. } => "json-too-many-nodes",
            Self::TrailingBytes => "json-trailing-bytes",
            Self::Truncated => "json-truncated",
        }
    }
}

impl JsonError {
    /// A problem of the document as a whole.
    pub(super) const fn whole(problem: JsonProblem) -> Self {
        Self { pointer: Pointer::root(), line: 0, column: 0, problem }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.problem, self.pointer.place())?;
        if self.line > 0 {
            write!(f, ", line {} column {}", self.line, self.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for JsonError {}
