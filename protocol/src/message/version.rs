//! The version document at `.well-known/dspace-version`: plain JSON without `@context`.

use serde_json::Value;
use wire::node::Node;

use super::MessageError;
use super::envelope::{Body, required_text, text};

/// The version of the protocol that this crate speaks.
pub const VERSION: &str = "2025-1";

/// The only binding of the standard.
pub const BINDING: &str = "HTTPS";

/// How we name participants.
pub const IDENTIFIER_TYPE: &str = "did:web";

/// The longest path of an entry, in bytes.
const PATH_BYTES_MAX: usize = 1024;
/// Entries that are told of where none can be used.
const OFFERED_MAX: usize = 8;
/// The longest word of a peer that is shown, in characters.
const SHOWN_CHARS_MAX: usize = 64;

/// Which versions a connector speaks, and where (DSP 2025-1, Exposure of Versions).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VersionResponse {
    /// `protocolVersions`: at least one; several may share a version.
    pub versions: Vec<VersionEntry>,
}

/// One version of the protocol at one path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VersionEntry {
    /// `version`, such as `2025-1`.
    pub version: String,
    /// `path`, to be appended to the root.
    pub path: String,
    /// `binding`.
    pub binding: String,
    /// `serviceId`.
    pub service_id: Option<String>,
    /// `identifierType`, such as `did:web`.
    pub identifier_type: Option<String>,
    /// `auth`.
    pub auth: Option<VersionAuth>,
}

/// How a caller proves who it is at one entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VersionAuth {
    /// `protocol`.
    pub protocol: String,
    /// `version`.
    pub version: String,
    /// `profile`.
    pub profiles: Vec<String>,
}

impl VersionResponse {
    /// Reads a version document. Members without a meaning here are passed over: an entry is
    /// chosen by those that have one.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let entries = node.object()?.required("protocolVersions")?.non_empty_array()?;
        let versions: Result<Vec<_>, _> = entries.iter().map(VersionEntry::parse).collect();
        Ok(Self { versions: versions? })
    }

    /// The document as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let versions: Vec<Value> = self.versions.iter().map(VersionEntry::to_json).collect();
        Body::new().with("protocolVersions", versions).into_value()
    }

    /// The first entry that speaks 2025-1 over HTTPS, names its participants by `did:web`, lies at a
    /// plain path, and asks for no credential protocol that we do not have: `speaks` is asked about
    /// each `auth` that is there.
    ///
    /// # Errors
    /// [`NoVersion`], with what is offered instead: a client that finds no version must stop (DSP
    /// 2025-1, Exposure of Versions).
    pub fn choose(
        &self,
        speaks: impl Fn(&VersionAuth) -> bool,
    ) -> Result<&VersionEntry, NoVersion> {
        let ours = |entry: &&VersionEntry| {
            entry.version == VERSION
                && entry.binding == BINDING
                && entry.identifier_type.as_ref().is_none_or(|kind| kind == IDENTIFIER_TYPE)
                && entry.auth.as_ref().is_none_or(&speaks)
        };
        let mut found = self.versions.iter().filter(ours).peekable();
        let Some(first) = found.peek().copied() else {
            return Err(NoVersion::NotSpoken { offered: self.offered() });
        };
        let plain = found.find(|entry| entry.lies_at_a_plain_path());
        plain.ok_or_else(|| NoVersion::Path { path: shown(&first.path) })
    }

    /// What a document offers, in words.
    fn offered(&self) -> String {
        let mut words: Vec<String> =
            self.versions.iter().take(OFFERED_MAX).map(VersionEntry::in_words).collect();
        let more = self.versions.len().saturating_sub(OFFERED_MAX);
        if more > 0 {
            words.push(format!("and {more} more"));
        }
        words.join("; ")
    }
}

/// Why no entry of a version document can be used. The fault is whoever's document it is.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoVersion {
    /// No entry is one that we speak.
    #[error(
        "it offers no {VERSION} over {BINDING} with `{IDENTIFIER_TYPE}` and a certificate; \
         it offers {offered}"
    )]
    NotSpoken {
        /// What is offered, in words.
        offered: String,
    },
    /// An entry is, but not where it lies.
    #[error("the path `{path}` of its entry for {VERSION} is no plain absolute path")]
    Path {
        /// The path of the first such entry.
        path: String,
    },
}

impl NoVersion {
    /// The reason code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSpoken { .. } => "version-not-spoken",
            Self::Path { .. } => "version-path",
        }
    }
}

fn shown(text: &str) -> String {
    wire::text::shown_within(text, SHOWN_CHARS_MAX).to_string()
}

impl VersionEntry {
    /// Whether the path, behind the root, means one place only: absolute, without empty, dot or
    /// coded segments, query or fragment. A slash at its end is nothing of its own.
    fn lies_at_a_plain_path(&self) -> bool {
        let Some(below) = self.path.strip_prefix('/') else { return false };
        let signs =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte);
        let below = below.strip_suffix('/').unwrap_or(below);
        let segments = || below.split('/');
        self.path.len() <= PATH_BYTES_MAX
            && self.path.bytes().all(signs)
            && (self.path == "/" || segments().all(|it| !matches!(it, "" | "." | "..")))
    }

    fn in_words(&self) -> String {
        let mut words = format!("{} over {}", shown(&self.version), shown(&self.binding));
        if let Some(kind) = &self.identifier_type {
            words.push_str(&format!(" with `{}`", shown(kind)));
        }
        if let Some(auth) = &self.auth {
            words.push_str(&format!(" and {} {}", shown(&auth.protocol), shown(&auth.version)));
        }
        words
    }

    fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        Ok(Self {
            version: required_text(&members, "version")?,
            path: required_text(&members, "path")?,
            binding: required_text(&members, "binding")?,
            service_id: text(&members, "serviceId")?,
            identifier_type: text(&members, "identifierType")?,
            auth: members.optional("auth").map(|auth| VersionAuth::parse(&auth)).transpose()?,
        })
    }

    fn to_json(&self) -> Value {
        Body::new()
            .with("version", self.version.as_str())
            .with("path", self.path.as_str())
            .with("binding", self.binding.as_str())
            .with_some("serviceId", self.service_id.clone())
            .with_some("identifierType", self.identifier_type.clone())
            .with_some("auth", self.auth.as_ref().map(VersionAuth::to_json))
            .into_value()
    }
}

impl VersionAuth {
    fn parse(node: &Node<'_>) -> Result<Self, MessageError> {
        let members = node.object()?;
        let mut profiles = Vec::new();
        if let Some(list) = members.optional("profile") {
            for profile in list.array()? {
                profiles.push(profile.string()?.to_owned());
            }
        }
        Ok(Self {
            protocol: required_text(&members, "protocol")?,
            version: required_text(&members, "version")?,
            profiles,
        })
    }

    fn to_json(&self) -> Value {
        let profiles = self.profiles.iter().map(|profile| profile.as_str().into());
        Body::new()
            .with("protocol", self.protocol.as_str())
            .with("version", self.version.as_str())
            .with_any("profile", profiles.collect())
            .into_value()
    }
}
