//! Who is calling: a participant's account, as the login check found it.
//!
//! An [`Actor`] cannot be made anywhere but in the login check of this module's parent; whoever
//! holds one has presented a valid token of that participant.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;
use wire::did::Did;

/// The longest account name, in bytes.
pub const ACCOUNT_BYTES_MAX: usize = 64;

/// An account whose token was checked for this request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Actor {
    participant: Did,
    account: AccountName,
    roles: BTreeSet<AccountRole>,
}

impl Actor {
    /// Only the login check makes one.
    pub(in crate::management) fn checked(
        participant: Did,
        account: AccountName,
        roles: BTreeSet<AccountRole>,
    ) -> Self {
        Self { participant, account, roles }
    }

    /// An actor without a login, for tests of the desk.
    #[cfg(test)]
    #[must_use]
    pub fn for_test(participant: Did, account: &str, roles: &[AccountRole]) -> Self {
        Self {
            participant,
            account: AccountName::parse(account).expect("an account name"),
            roles: roles.iter().copied().collect(),
        }
    }

    /// The participant whose account it is, and the only one that it may name, read or change.
    #[must_use]
    pub fn participant(&self) -> &Did {
        &self.participant
    }

    /// The account, as the log names it.
    #[must_use]
    pub fn account(&self) -> &AccountName {
        &self.account
    }

    /// What the account may do.
    #[must_use]
    pub fn roles(&self) -> &BTreeSet<AccountRole> {
        &self.roles
    }
}

/// What an account is there for. An account may have several.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccountRole {
    /// Decides about contracts for datasets that another account published.
    Approver,
    /// Reads everything and exports the log; changes nothing.
    Auditor,
    /// Publishes datasets, requests and ends contracts, fetches data.
    Clerk,
    /// Runs the machine: accounts, checks, stopping. Publishes nothing.
    Operator,
}

impl AccountRole {
    /// Every role, in alphabetical order.
    pub const ALL: [Self; 4] = [Self::Approver, Self::Auditor, Self::Clerk, Self::Operator];

    /// The role's name in JSON and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Clerk => "clerk",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for AccountRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of an account within its participant: lower-case ASCII letters, digits, `.`, `-`, `_`
/// and `@`, at most [`ACCOUNT_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(transparent)]
pub struct AccountName(String);

/// A text that is no account name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "an account name has 1 to {ACCOUNT_BYTES_MAX} lower-case ASCII letters, digits, `.`, `-`, `_` or `@`"
)]
pub struct AccountNameError;

impl AccountName {
    /// The account behind the token in `run/management.json`: whoever may read that file.
    pub const LOCAL_OPERATOR: &'static str = "local-operator";

    /// Takes a name as it stands.
    ///
    /// # Errors
    /// [`AccountNameError`] when it is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, AccountNameError> {
        let allowed = |b: u8| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_' | b'@')
        };
        if text.is_empty() || text.len() > ACCOUNT_BYTES_MAX || !text.bytes().all(allowed) {
            return Err(AccountNameError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name of the account behind `run/management.json`.
    #[must_use]
    pub fn local_operator() -> Self {
        Self(Self::LOCAL_OPERATOR.to_owned())
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for AccountName {
    type Err = AccountNameError;

    fn from_str(text: &str) -> Result<Self, AccountNameError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for AccountName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_names_are_plain() {
        for good in ["clerk", "anna.huber@ulm", "local-operator", "a1_b"] {
            assert_eq!(AccountName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "Anna", "a b", "ä", "a/b", &"x".repeat(65)] {
            assert_eq!(AccountName::parse(bad), Err(AccountNameError), "{bad:?}");
        }
    }
}
