//! A sentence in both languages, so that an answer does not depend on who reads it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The same sentence in German and English. May hold text of a peer, unescaped.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

impl Words {
    /// Both sentences.
    pub fn new(de: impl Into<String>, en: impl Into<String>) -> Self {
        Self { de: de.into(), en: en.into() }
    }

    /// A text that is the same in both, such as what a person or a peer wrote.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { de: text.clone(), en: text }
    }
}
