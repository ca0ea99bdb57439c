//! How much JSON is read before it is refused. Every limit has a name here; nothing is unlimited.

/// Bounds on one document. Each bound is inclusive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// The length of the document, in bytes.
    pub bytes_max: usize,
    /// How deep arrays and objects may nest; a document `[]` has depth 1. At most 127 takes effect.
    pub depth_max: usize,
    /// How many values (objects, arrays, strings, numbers, literals) there may be in all.
    pub nodes_max: usize,
    /// The length of each string and member name, in bytes of UTF-8 after unescaping.
    pub string_bytes_max: usize,
    /// The length of each number as written, in bytes.
    pub number_bytes_max: usize,
}

impl Limits {
    /// For one protocol message: 256 KiB, depth 64, 20,000 values, strings of 64 KiB.
    pub const fn message() -> Self {
        Self {
            bytes_max: 256 * 1024,
            depth_max: 64,
            nodes_max: 20_000,
            string_bytes_max: 64 * 1024,
            number_bytes_max: 64,
        }
    }

    /// For a document that holds many messages' worth, as a catalogue page or a trust list does:
    /// 16 MiB, depth 64, 1,000,000 values, strings of 256 KiB.
    pub const fn document() -> Self {
        Self {
            bytes_max: 16 * 1024 * 1024,
            depth_max: 64,
            nodes_max: 1_000_000,
            string_bytes_max: 256 * 1024,
            number_bytes_max: 64,
        }
    }

    /// For small signed headers and claims: 16 KiB, depth 8, 256 values.
    pub const fn header() -> Self {
        Self {
            bytes_max: 16 * 1024,
            depth_max: 8,
            nodes_max: 256,
            string_bytes_max: 8 * 1024,
            number_bytes_max: 32,
        }
    }

    /// The same limits with another bound on the whole length, in bytes.
    #[must_use]
    pub const fn with_bytes_max(self, bytes_max: usize) -> Self {
        Self { bytes_max, ..self }
    }
}
