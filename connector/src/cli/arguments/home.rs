//! What is typed to make a home, join a data space, and invite into one.

use std::path::PathBuf;

use clap::Args;
use identity::enrol::Fingerprint;
use wire::did::Did;

use crate::gate::PlainUrl;
use crate::setup::{Addresses, FoundOptions, InitOptions};

/// Where a process listens.
#[derive(Args, Clone, Copy, Debug)]
#[command(
    next_help_heading = "Where it listens (written to allmende.toml; ignored when that exists)"
)]
pub struct AddressArguments {
    /// Listen on loopback only and let partners be on this machine: for trying out.
    #[arg(long)]
    pub loopback: bool,
    /// The port of the mutual listener, as partners reach it.
    #[arg(long, default_value_t = 8443, value_name = "PORT")]
    pub mutual_port: u16,
    /// The port of the public listener; part of the DID unless it is 443.
    #[arg(long, default_value_t = 8444, value_name = "PORT")]
    pub public_port: u16,
    /// The port of the management listener, on loopback.
    #[arg(long, default_value_t = 8180, value_name = "PORT")]
    pub management_port: u16,
    /// The port of the local hand-over, on loopback.
    #[arg(long, default_value_t = 8181, value_name = "PORT")]
    pub handover_port: u16,
}

impl From<AddressArguments> for Addresses {
    fn from(arguments: AddressArguments) -> Self {
        Self {
            loopback: arguments.loopback,
            mutual_port: arguments.mutual_port,
            public_port: arguments.public_port,
            management_port: arguments.management_port,
            handover_port: arguments.handover_port,
        }
    }
}

/// `init …`
#[derive(Args, Clone, Debug)]
pub struct InitArguments {
    /// The participant's own host name; its DID is made from it.
    #[arg(long, value_name = "NAME")]
    pub host: String,
    /// The name shown to people.
    #[arg(long)]
    pub name: String,
    /// Make it the gate of a connector of another make, which listens on this machine at this http address; for `allmende gate`.
    #[arg(long, value_name = "ADDRESS")]
    pub gate: Option<PlainUrl>,
    /// Where the process listens.
    #[command(flatten)]
    pub addresses: AddressArguments,
}

impl From<InitArguments> for InitOptions {
    fn from(arguments: InitArguments) -> Self {
        let InitArguments { host, name, gate, addresses } = arguments;
        Self { host, name, gate, addresses: addresses.into() }
    }
}

/// `authority init …`
#[derive(Args, Clone, Debug)]
pub struct AuthorityInitArguments {
    /// The authority's own host name; its DID, and with it the data space's id, is made from it.
    #[arg(long, value_name = "NAME")]
    pub host: String,
    /// The data space's name as shown to people.
    #[arg(long)]
    pub name: String,
    /// Days that a member's certificate is valid.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(30..=90))]
    pub leaf_days: u32,
    /// Hours after which a trust list expires, and with it all trust that was not renewed.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=168))]
    pub trust_list_hours: u32,
    /// Where the process listens.
    #[command(flatten)]
    pub addresses: AddressArguments,
}

impl From<AuthorityInitArguments> for FoundOptions {
    fn from(arguments: AuthorityInitArguments) -> Self {
        let AuthorityInitArguments { host, name, leaf_days, trust_list_hours, addresses } =
            arguments;
        Self { host, name, leaf_days, trust_list_hours, addresses: addresses.into() }
    }
}

/// `authority invite …`
#[derive(Args, Clone, Debug)]
pub struct InviteArguments {
    /// The participant's DID, as its `init` printed it.
    pub did: Did,
    /// The name shown to people.
    #[arg(long)]
    pub name: String,
    /// A kind of member that it was vetted as; may be given several times, or later with `vet`.
    #[arg(long = "as", value_name = "KIND")]
    pub kinds: Vec<String>,
    /// Write the code to this file (readable by you only) instead of printing it.
    #[arg(long, value_name = "FILE")]
    pub code_file: Option<PathBuf>,
}

/// `join …`
#[derive(Args, Clone, Debug)]
pub struct JoinArguments {
    /// The authority's DID, as it came with the code.
    pub authority: Did,
    /// The fingerprint of the data space's root, as it came with the code (64 digits; spaces and hyphens do not matter).
    #[arg(long)]
    pub fingerprint: Fingerprint,
    /// A file with the enrolment code; without it, you are asked.
    #[arg(long, value_name = "FILE")]
    pub code_file: Option<PathBuf>,
}
