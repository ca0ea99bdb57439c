//! The commands that work on a home folder themselves, without asking a running connector: what
//! they are given and what they give back. Whoever composes the program says how they are done.

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Serialize;
use wire::did::{self, Did};
use wire::digest::Digest;

use super::exit::Failure;
use crate::home::Home;
use crate::management::view::PeerName;
use crate::words::Lang;

/// The commands that need no running connector.
pub trait Tasks: Send + Sync {
    /// `init`: creates the home with a commented `allmende.toml`, or adds a participant to it, with
    /// fresh keys.
    fn init(
        &self,
        home: &Home,
        options: Init,
    ) -> impl Future<Output = Result<Initialised, Failure>> + Send;

    /// `join`: fetches the root, compares it, enrols, and keeps certificate and membership.
    fn join(
        &self,
        home: &Home,
        options: Join,
    ) -> impl Future<Output = Result<Joined, Failure>> + Send;

    /// `up`: serves until a signal; `told` hears once that everything listens.
    fn up(
        &self,
        home: &Home,
        told: impl FnOnce(Listening) + Send,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// `authority init`.
    fn authority_init(
        &self,
        home: &Home,
        options: AuthorityInit,
    ) -> impl Future<Output = Result<AuthorityInitialised, Failure>> + Send;

    /// `authority up`: serves until a signal.
    fn authority_up(
        &self,
        home: &Home,
        told: impl FnOnce(Listening) + Send,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// `authority invite`.
    fn authority_invite(
        &self,
        home: &Home,
        options: Invite,
    ) -> impl Future<Output = Result<Invited, Failure>> + Send;

    /// `authority vet`.
    fn authority_vet(
        &self,
        home: &Home,
        options: Vet,
    ) -> impl Future<Output = Result<Vetted, Failure>> + Send;

    /// `authority suspend`.
    fn authority_suspend(
        &self,
        home: &Home,
        options: Suspend,
    ) -> impl Future<Output = Result<Vetted, Failure>> + Send;

    /// `authority root-crl`.
    fn authority_root_crl(
        &self,
        home: &Home,
    ) -> impl Future<Output = Result<RootCrl, Failure>> + Send;

    /// `demo`: plays the story, tells it on stdout in `lang`, and keeps it running with `stay`.
    fn demo(&self, options: Demo) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// A host name of a participant: lower-case ASCII, as a certificate and a `did:web` have it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostName(String);

impl HostName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HostName {
    type Err = did::DidError;

    fn from_str(text: &str) -> Result<Self, did::DidError> {
        did::check_host(text)?;
        Ok(Self(text.to_owned()))
    }
}

/// Where a fresh home's process listens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Addresses {
    /// On loopback only, with `net.allow` for loopback: for trying out. Otherwise the two outer
    /// listeners are on every address.
    pub loopback: bool,
    /// The mutual listener's port.
    pub mutual_port: u16,
    /// The public listener's port; part of the DID unless it is 443.
    pub public_port: u16,
    /// The management listener's port.
    pub management_port: u16,
    /// The local hand-over's port.
    pub handover_port: u16,
}

/// `init`: one participant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Init {
    /// Its own host name.
    pub host: HostName,
    /// Its name as shown to people.
    pub name: String,
    /// Where the process listens; ignored when the home has an `allmende.toml`.
    pub addresses: Addresses,
}

/// What `init` made.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Initialised {
    /// The participant.
    pub did: Did,
    /// The settings file.
    pub config: PathBuf,
    /// The folder whose files may be published.
    pub data_root: PathBuf,
}

/// `join`: membership in a data space.
#[derive(Clone, Eq, PartialEq)]
pub struct Join {
    /// The participant; absent when the home has one alone.
    pub participant: Option<PeerName>,
    /// The authority.
    pub authority: Did,
    /// SHA-256 of the root certificate, as it came with the code.
    pub fingerprint: Digest,
    /// The enrolment code. A secret: neither shown nor logged.
    pub code: String,
}

impl fmt::Debug for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join")
            .field("participant", &self.participant)
            .field("authority", &self.authority)
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

/// What `join` brought.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The participant.
    pub did: Did,
    /// The data space.
    pub dataspace: String,
    /// When its certificate expires.
    pub certificate_expires: jiff::Timestamp,
}

/// Where a process answers, once it does.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listening {
    /// The participants that it serves.
    pub participants: Vec<Did>,
    /// The mutual listener.
    pub mutual: String,
    /// The public listener.
    pub public: String,
    /// The management listener; an authority may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management: Option<String>,
    /// The local hand-over; an authority has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handover: Option<String>,
}

/// `authority init`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorityInit {
    /// The authority's own host name.
    pub host: HostName,
    /// The data space's name as shown to people.
    pub name: String,
    /// Days that a member's certificate is valid.
    pub leaf_days: u32,
    /// Where the process listens.
    pub addresses: Addresses,
}

/// What `authority init` made.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorityInitialised {
    /// The authority, whose DID is the data space's id.
    pub did: Did,
    /// SHA-256 of the root certificate: goes out with every code.
    pub fingerprint: Digest,
    /// The folder of the root key, to be taken offline.
    pub root: PathBuf,
}

/// `authority invite`: a participant that may enrol.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invite {
    /// The participant.
    pub did: Did,
    /// Its name as shown to people.
    pub name: String,
    /// The kinds that it was vetted as.
    pub kinds: Vec<String>,
    /// Where to put the code, with mode 0600; absent: it is given back.
    pub code_file: Option<PathBuf>,
}

/// What `authority invite` made: all that the participant needs for `join`.
#[derive(Clone, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invited {
    /// The authority.
    pub authority: Did,
    /// SHA-256 of the root certificate.
    pub fingerprint: Digest,
    /// The code, shown this once; absent when it was written to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where the code was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_file: Option<PathBuf>,
    /// When it expires.
    pub expires: jiff::Timestamp,
}

impl fmt::Debug for Invited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invited").field("authority", &self.authority).finish_non_exhaustive()
    }
}

/// `authority vet`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Vet {
    /// The member.
    pub member: PeerName,
    /// The kinds, which replace those before; none at all takes every kind away.
    pub kinds: Vec<String>,
}

/// `authority suspend`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Suspend {
    /// The member.
    pub member: PeerName,
    /// Why.
    pub reason: String,
}

/// What `authority vet` and `authority suspend` did.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vetted {
    /// The member.
    pub did: Did,
    /// Its standing in the trust list.
    pub status: String,
    /// Its kinds.
    pub vetted_as: Vec<String>,
    /// The number of the trust list that says so first.
    pub trust_list: u64,
}

/// What `authority root-crl` signed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RootCrl {
    /// The list's number.
    pub number: u64,
    /// When the next one is due.
    pub next_update: jiff::Timestamp,
}

/// `demo`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Demo {
    /// The folder of everything; made anew.
    pub folder: PathBuf,
    /// Keep running afterwards.
    pub stay: bool,
    /// The language of the story.
    pub lang: Lang,
    /// Tell it as JSON, one object a step.
    pub json: bool,
}
