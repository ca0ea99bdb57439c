//! The version document at `.well-known/dspace-version`: plain JSON without `@context`.

use serde_json::Value;
use wire::node::Node;

use super::MessageError;
use super::envelope::{Body, required_text, text};

/// The version of the protocol that this crate speaks.
pub const VERSION: &str = "2025-1";

/// The only binding of the standard.
pub const BINDING: &str = "HTTPS";

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

    /// The first entry that speaks 2025-1 over HTTPS and asks for no credential protocol that we do
    /// not have: `speaks` is asked about each `auth` that is there.
    pub fn choose(&self, speaks: impl Fn(&VersionAuth) -> bool) -> Option<&VersionEntry> {
        self.versions.iter().find(|entry| {
            entry.version == VERSION
                && entry.binding == BINDING
                && entry.auth.as_ref().is_none_or(&speaks)
        })
    }
}

impl VersionEntry {
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
