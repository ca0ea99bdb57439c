//! Which terms of a partner we accept without asking a person: a policy of the owner, kept as data.

use jiff::Timestamp;
use protocol::Role;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which other terms than our own are accepted by themselves, and what happens to the rest.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Acceptance {
    /// Rules that are as good to us as our own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Alternative>,
    /// Whether terms are accepted that are provably no worse for us than our own or one of these: as
    /// provider, that grant no more; as consumer, that grant no less.
    pub no_worse: bool,
    /// As consumer: whether such terms are also accepted where they make us promise what no person
    /// here asked for or named, and no program keeps.
    #[serde(default)]
    pub promises: bool,
    /// What happens to all others.
    pub otherwise: Otherwise,
}

/// A rule that is as good to us as our own.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Alternative {
    /// The rule, an ODRL offer without a target, under an id of its own.
    pub rule: Value,
    /// The account that said so.
    pub added_by: String,
    /// When.
    pub added: Timestamp,
}

/// What happens to terms that nothing accepts.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// A person is asked.
    #[default]
    AskPerson,
    /// They are refused.
    Refuse,
}

impl Acceptance {
    /// What holds where nobody has said anything: as provider a person is asked about all other
    /// terms; as consumer, what grants no less than was asked for is accepted.
    #[must_use]
    pub fn of(role: Role) -> Self {
        let no_worse = match role {
            Role::Consumer => true,
            Role::Provider => false,
        };
        Self { also: Vec::new(), no_worse, promises: false, otherwise: Otherwise::AskPerson }
    }
}

/// A change of what is accepted; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcceptanceChange {
    /// Forget all rules that were added before.
    pub clear: bool,
    /// Add this rule.
    pub add: Option<Value>,
    /// Whether what is no worse is accepted.
    pub no_worse: Option<bool>,
    /// Whether it is accepted that we promise more.
    pub promises: Option<bool>,
    /// What happens to the rest.
    pub otherwise: Option<Otherwise>,
}
