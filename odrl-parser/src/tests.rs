//! The crate's tests, as data.
