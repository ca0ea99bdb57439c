//! Named accounts of a participant.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::management::actor::{AccountName, AccountRole};
use crate::management::token::Token;

/// An account to add.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAccount {
    /// Its name, new within the participant.
    pub name: AccountName,
    /// What it is there for; at least one role.
    #[schema(value_type = Vec<AccountRole>)]
    pub roles: BTreeSet<AccountRole>,
}

/// An account.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Its name.
    pub name: AccountName,
    /// What it is there for.
    #[schema(value_type = Vec<AccountRole>)]
    pub roles: BTreeSet<AccountRole>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub added: Timestamp,
    /// The account that added it.
    pub added_by: AccountName,
}

/// The answer to adding an account: the only one that ever holds its token.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountAdded {
    /// The account.
    pub account: AccountView,
    /// Its token, shown this once.
    pub token: Token,
}
