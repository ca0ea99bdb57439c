//! OpenSSL's part of the chain check: building the path to a root and its own rules. Revocation is
//! not asked here, since lists reach an OpenSSL store only through files; the caller does it.

use jiff::Timestamp;
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509PurposeId, X509StoreContext, X509StoreContextRef};

use super::Usage;
use crate::Distrust;
use crate::anchors::Anchors;
use crate::x509::{Certificate, Der, Leaf};

/// OpenSSL's count of certificates between leaf and root.
pub(crate) const MAX_DEPTH: i32 = 1;

/// OpenSSL's security level: 112 bits, no SHA-1, RSA from 2048 bits.
pub(crate) const SECURITY_LEVEL: i32 = 2;

/// Strict reading of RFC 5280, and paths through our roots first.
pub(crate) fn flags() -> X509VerifyFlags {
    X509VerifyFlags::X509_STRICT | X509VerifyFlags::TRUSTED_FIRST
}

/// The path from leaf to root that OpenSSL accepts.
pub(super) fn build_path(
    leaf: &Der,
    others: &[Der],
    anchors: &Anchors,
    now: Timestamp,
    usage: Usage,
) -> Result<Vec<X509>, Distrust> {
    let unreadable = |_| Distrust::CertificateUnreadable;
    let certificate = leaf.to_openssl().map_err(unreadable)?;
    let mut untrusted = Stack::new().map_err(ours)?;
    for der in others {
        untrusted.push(der.to_openssl().map_err(unreadable)?).map_err(ours)?;
    }
    let store = store(anchors, now, usage).map_err(ours)?;
    let mut context = X509StoreContext::new().map_err(ours)?;
    context
        .init(&store, &certificate, &untrusted, |context| {
            let accepted = context.verify_cert()?;
            Ok(if accepted { Ok(path(context)) } else { Err(distrust_of(context)) })
        })
        .map_err(ours)?
}

fn path(context: &X509StoreContextRef) -> Vec<X509> {
    context.chain().map(|chain| chain.iter().map(ToOwned::to_owned).collect()).unwrap_or_default()
}

/// A store with all roots and rules set; the instant is fixed in it, so it serves one check or
/// one connection.
pub(crate) fn store(
    anchors: &Anchors,
    now: Timestamp,
    usage: Usage,
) -> Result<X509Store, ErrorStack> {
    let mut param = X509VerifyParam::new()?;
    param.set_flags(flags())?;
    param.set_time(now.as_second());
    param.set_depth(MAX_DEPTH);
    param.set_auth_level(SECURITY_LEVEL);
    param.set_purpose(match usage {
        Usage::Client => X509PurposeId::SSL_CLIENT,
        Usage::Server => X509PurposeId::SSL_SERVER,
    })?;
    let mut builder = X509StoreBuilder::new()?;
    for root in anchors.roots() {
        builder.add_cert(root.clone())?;
    }
    builder.set_param(&param)?;
    Ok(builder.build())
}

fn ours(_: ErrorStack) -> Distrust {
    Distrust::ChainInvalid { openssl: 0, depth: 0 }
}

/// Our word for the error in which OpenSSL stopped. Where our own reading of the certificate says
/// more than OpenSSL's number, it is preferred.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these words can be sharpened")]
pub(crate) fn distrust_of(context: &X509StoreContextRef) -> Distrust {
    let depth = context.error_depth();
    let word = word(context.error().as_raw(), depth);
    let Some(der) = context.current_cert().and_then(|certificate| certificate.to_der().ok()) else {
        return word;
    };
    let der = Der::new(der);
    match word {
        Distrust::ChainInvalid { .. } => Certificate::read(&der).err().unwrap_or(word),
        Distrust::ExtendedUsage | Distrust::NameConstraint if depth == 0 => {
            Leaf::read(&der).err().unwrap_or(word)
        }
        Distrust::Expired { .. } => Certificate::read(&der)
            .map_or(word, |read| Distrust::Expired { not_after: read.validity.not_after }),
        Distrust::NotYetValid { .. } => Certificate::read(&der)
            .map_or(word, |read| Distrust::NotYetValid { not_before: read.validity.not_before }),
        _ => word,
    }
}

/// OpenSSL's numbers (`openssl/x509_vfy.h`) in our words.
fn word(openssl: i32, depth: u32) -> Distrust {
    let authority = depth > 0;
    match openssl {
        // Unable to get (local) issuer certificate, unable to verify the leaf signature.
        2 | 20 | 21 if authority => Distrust::RootUnknown,
        2 | 20 | 21 => Distrust::IssuerMissing,
        // Unable to decrypt or decode, signature failure.
        4 | 6 | 7 => Distrust::SignatureInvalid,
        9 if authority => Distrust::IssuerNotYetValid,
        9 => Distrust::NotYetValid { not_before: Timestamp::MIN },
        10 if authority => Distrust::IssuerExpired,
        10 => Distrust::Expired { not_after: Timestamp::MAX },
        // Depth zero self-signed, self-signed in chain.
        18 | 19 => Distrust::RootUnknown,
        22 => Distrust::ChainLength,
        // No usage for signing certificates, invalid authority, constraints without authority.
        32 | 79 | 81 | 82 | 89 | 92 => Distrust::NotAuthority,
        25 | 38 | 80 => Distrust::PathLength,
        26 if authority => Distrust::NotAuthority,
        26 => Distrust::ExtendedUsage,
        // Permitted, excluded, minimum and maximum, constraint type, constraint and name syntax.
        47..=49 | 51..=53 => Distrust::NameConstraint,
        _ => Distrust::ChainInvalid { openssl, depth },
    }
}
