//! Changes of documents.

mod bytes;
mod tokens;
mod tree;

pub(crate) use bytes::change as change_bytes;
pub(crate) use tokens::change as change_tokens;
pub(crate) use tree::change as change_tree;
