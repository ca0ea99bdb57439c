//! A named account of a participant, and where its token leads.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::management::actor::{AccountName, AccountRole};
use crate::management::token::TokenHash;

/// One account. The token itself is never kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct AccountRecord {
    /// Its name.
    pub name: AccountName,
    /// What it is there for.
    pub roles: BTreeSet<AccountRole>,
    /// The hash of its token.
    pub token: TokenHash,
    /// When it was added.
    pub added: Timestamp,
    /// The account that added it.
    pub added_by: AccountName,
}

/// What the ids of accounts begin with.
pub const NAMES: &str = "name/";

/// The id of an account's record.
#[must_use]
pub fn id(name: &AccountName) -> String {
    format!("{NAMES}{name}")
}

/// The id under which a token's account is found: its value is the account's name.
#[must_use]
pub fn token_id(token: &TokenHash) -> String {
    format!("token/{}", token.digest())
}
