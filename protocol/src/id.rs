//! Identifiers of the protocol: opaque texts, compared byte for byte.
//!
//! Peers name things as they like (plain UUIDs, `urn:uuid:`, base64 parts), so nothing is parsed,
//! normalised or resolved here; only length and characters are bounded.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wire::text;

use crate::role::Role;

/// The longest identifier that is read, in bytes.
pub const ID_BYTES_MAX: usize = 1024;

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IdError {
    /// Nothing was written.
    #[error("an identifier is empty")]
    Empty,
    /// More than [`ID_BYTES_MAX`] bytes.
    #[error("an identifier may have at most {ID_BYTES_MAX} bytes")]
    TooLong,
    /// A space, a control character, or one that shows nothing.
    #[error("an identifier has a space, a control character or an invisible one")]
    Character,
}

fn checked(text: &str) -> Result<String, IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(IdError::TooLong);
    }
    if text.chars().any(|c| c.is_whitespace() || text::is_deceptive(c)) {
        return Err(IdError::Character);
    }
    Ok(text.to_owned())
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Takes a text as it stands.
            ///
            /// # Errors
            /// When it is empty, longer than [`ID_BYTES_MAX`], or has characters that cannot be seen.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                checked(text).map(Self)
            }

            /// The identifier as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    };
}

identifier! {
    /// `@id` of an Agreement. Unique only together with both parties: two providers may use the same.
    AgreementId
}
identifier! {
    /// `@id` of a Catalog.
    CatalogId
}
identifier! {
    /// `consumerPid`: the consumer's name for a negotiation or transfer.
    ConsumerPid
}
identifier! {
    /// `@id` of a Dataset, and the `target` of offers and agreements about it.
    DatasetId
}
identifier! {
    /// `@id` of an Offer.
    OfferId
}
identifier! {
    /// A participant as `participantId`, `assigner` and `assignee` name it; in Allmende data spaces its DID.
    ParticipantId
}
identifier! {
    /// `providerPid`: the provider's name for a negotiation or transfer.
    ProviderPid
}
identifier! {
    /// `@id` of a DataService.
    ServiceId
}

/// A process id together with the side that gave it.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(tag = "role", content = "pid", rename_all = "kebab-case")]
pub enum ProcessPid {
    /// Given by the consumer.
    Consumer(ConsumerPid),
    /// Given by the provider.
    Provider(ProviderPid),
}

impl ProcessPid {
    /// The side that gave it.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Consumer(_) => Role::Consumer,
            Self::Provider(_) => Role::Provider,
        }
    }

    /// Takes a text as a process id of `role`.
    ///
    /// # Errors
    /// As the constructors of [`ConsumerPid`] and [`ProviderPid`].
    pub fn parse(role: Role, text: &str) -> Result<Self, IdError> {
        match role {
            Role::Consumer => ConsumerPid::parse(text).map(Self::Consumer),
            Role::Provider => ProviderPid::parse(text).map(Self::Provider),
        }
    }

    /// The identifier as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Consumer(pid) => pid.as_str(),
            Self::Provider(pid) => pid.as_str(),
        }
    }
}

impl From<ConsumerPid> for ProcessPid {
    fn from(pid: ConsumerPid) -> Self {
        Self::Consumer(pid)
    }
}

impl From<ProviderPid> for ProcessPid {
    fn from(pid: ProviderPid) -> Self {
        Self::Provider(pid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_opaque_and_bounded() {
        for text in ["urn:uuid:1", "3dd1add8-4d2d", "CD123:ACN0101:456", "a/b?c#d", "straße"] {
            assert_eq!(OfferId::parse(text).unwrap().as_str(), text);
        }
        for (text, expected) in [
            ("", IdError::Empty),
            ("a b", IdError::Character),
            ("a\u{0}", IdError::Character),
            ("a\u{202e}b", IdError::Character),
            ("a\n", IdError::Character),
        ] {
            assert_eq!(OfferId::parse(text), Err(expected), "{text:?}");
        }
        assert_eq!(OfferId::parse(&"x".repeat(ID_BYTES_MAX + 1)), Err(IdError::TooLong));
    }

    #[test]
    fn identifiers_are_checked_when_read_from_the_store() {
        assert!(serde_json::from_str::<ConsumerPid>("\"a b\"").is_err());
        let pid = ProcessPid::from(ConsumerPid::parse("p1").unwrap());
        let json = serde_json::to_string(&pid).unwrap();
        assert_eq!(json, r#"{"role":"consumer","pid":"p1"}"#);
        assert_eq!(serde_json::from_str::<ProcessPid>(&json).unwrap(), pid);
    }
}
