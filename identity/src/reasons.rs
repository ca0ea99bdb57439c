//! Every reason code of this crate with its cause and remedy, for the one table in the
//! documentation. Texts come from the errors themselves; values in them are examples.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wire::did::Did;

use crate::Distrust;
use crate::authority::RequestError;
use crate::did_document::DocumentError;
use crate::enrol::EnrolError;
use crate::guard::{GuardError, Reach, TargetError};
use crate::jws::JwsError;
use crate::keys::JwkError;
use crate::trust::TrustError;
use crate::x509::CrlFault;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What happened, with example values.
    pub cause: String,
    /// What to do.
    pub remedy: &'static str,
}

/// The table, by code.
#[must_use]
pub fn reasons() -> BTreeMap<&'static str, Reason> {
    let mut table = BTreeMap::new();
    for fault in crl_faults() {
        put(&mut table, fault.code(), &fault, fault.remedy());
    }
    for distrust in plain_distrusts().into_iter().chain(distrusts_with_values()) {
        put(&mut table, distrust.code(), &distrust, distrust.remedy());
    }
    for error in guard_errors() {
        put(&mut table, error.code(), &error, error.remedy());
    }
    for error in [
        TargetError::Host,
        TargetError::Path,
        TargetError::Port,
        TargetError::Scheme,
        TargetError::Signs,
        TargetError::TooLong,
    ] {
        put(&mut table, error.code(), &error, error.remedy());
    }
    statements(&mut table);
    malformed(&mut table);
    table
}

fn put(
    table: &mut BTreeMap<&'static str, Reason>,
    code: &'static str,
    cause: &dyn std::fmt::Display,
    remedy: &'static str,
) {
    table.insert(code, Reason { cause: cause.to_string(), remedy });
}

fn statements(table: &mut BTreeMap<&'static str, Reason>) {
    for error in [
        JwsError::Algorithm,
        JwsError::Claims,
        JwsError::Expired,
        JwsError::Form,
        JwsError::Future,
        JwsError::Key,
        JwsError::Lifetime,
        JwsError::Signature { source: wire::sign::VerifyError::Mismatch },
        JwsError::TooLarge,
        JwsError::Type,
    ] {
        put(table, error.code(), &error, error.remedy());
    }
    for error in [
        RequestError::Extension,
        RequestError::Key,
        RequestError::Possession,
        RequestError::Unreadable,
    ] {
        put(table, error.code(), &error, error.remedy());
    }
    for error in [EnrolError::Code, EnrolError::OtherKey, EnrolError::SameKey]
        .into_iter()
        .chain([EnrolError::OtherMatter { claim: "csr" }])
    {
        put(table, error.code(), &error, error.remedy());
    }
    for error in [
        DocumentError::ForeignKey,
        DocumentError::KeyTwice,
        DocumentError::OtherId,
        DocumentError::ServiceTwice,
    ] {
        put(table, error.code(), &error, error.remedy());
    }
    let at = Timestamp::UNIX_EPOCH;
    for error in [
        TrustError::Authority,
        TrustError::Expired { expires: at },
        TrustError::Future { issued: at },
        TrustError::NumberReused { number: 7 },
        TrustError::Rollback { number: 6, seen: 7 },
        TrustError::SignerEnded { authority: false },
        TrustError::SignerMissing,
        TrustError::SignerUsage,
    ] {
        put(table, error.code(), &error, error.remedy());
    }
}

/// Codes whose errors carry another crate's error: made from real ones.
fn malformed(table: &mut BTreeMap<&'static str, Reason>) {
    let null = serde_json::Value::Null;
    if let Err(source) = wire::json::parse(b"{", &wire::json::Limits::header()) {
        for (code, remedy) in [
            ("jws-json", JwsError::Form.remedy()),
            ("enrol-json", EnrolError::SameKey.remedy()),
            ("did-document-json", DocumentError::OtherId.remedy()),
        ] {
            put(table, code, &source, remedy);
        }
    }
    if let Err(source) = wire::node::Node::root(&null).object() {
        for (code, remedy) in [
            ("jws-shape", JwsError::Form.remedy()),
            ("enrol-shape", EnrolError::SameKey.remedy()),
            ("did-document-shape", DocumentError::OtherId.remedy()),
            ("trust-list-shape", TrustError::SignerMissing.remedy()),
        ] {
            put(table, code, &source, remedy);
        }
    }
    for (code, remedy) in [
        ("enrol-key", EnrolError::SameKey.remedy()),
        ("did-document-key", DocumentError::OtherId.remedy()),
        ("trust-list-key", TrustError::SignerMissing.remedy()),
    ] {
        put(table, code, &JwkError::Key, remedy);
    }
    if let Ok(did) = "did:web:ulm.example".parse::<Did>() {
        let error = RequestError::Names { did: Box::new(did) };
        put(table, error.code(), &error, error.remedy());
    }
    if let Ok(found) = "other".parse() {
        let error = TrustError::Dataspace { found };
        put(table, error.code(), &error, error.remedy());
    }
}

fn guard_errors() -> [GuardError; 5] {
    [
        GuardError::Address { address: [10, 0, 0, 1].into(), reach: Reach::Private },
        GuardError::Clear { address: [93, 184, 216, 34].into() },
        GuardError::Localhost,
        GuardError::OtherHost,
        GuardError::Port { port: 8080 },
    ]
}

fn crl_faults() -> [CrlFault; 14] {
    let at = Timestamp::UNIX_EPOCH;
    [
        CrlFault::CriticalExtension,
        CrlFault::Delta,
        CrlFault::Future { this_update: at },
        CrlFault::Indirect,
        CrlFault::IssuerUnreadable,
        CrlFault::NumberReused { number: 7 },
        CrlFault::OtherIssuer,
        CrlFault::Partial,
        CrlFault::Rollback { number: 6, seen: 7 },
        CrlFault::Signature,
        CrlFault::SignatureAlgorithm,
        CrlFault::Stale { next_update: at },
        CrlFault::TooLarge { bytes: 2_000_000 },
        CrlFault::Unreadable,
    ]
}

fn plain_distrusts() -> Vec<Distrust> {
    vec![
        Distrust::CertificateUnreadable,
        Distrust::ChainLength,
        Distrust::CrlMissing,
        Distrust::DidMissing,
        Distrust::ExtendedUsage,
        Distrust::ExtendedUsageMissing,
        Distrust::IssuerExpired,
        Distrust::IssuerMissing,
        Distrust::IssuerNotYetValid,
        Distrust::IssuerRevoked,
        Distrust::KeyCurve,
        Distrust::KeyExponent,
        Distrust::KeyKind,
        Distrust::KeyUsage,
        Distrust::LeafIsAuthority,
        Distrust::NameConstraint,
        Distrust::NameKind,
        Distrust::NameMalformed,
        Distrust::NameMissing,
        Distrust::NoCertificate,
        Distrust::NotAuthority,
        Distrust::PathLength,
        Distrust::Revoked,
        Distrust::RootUnknown,
        Distrust::SignatureInvalid,
    ]
}

fn distrusts_with_values() -> Vec<Distrust> {
    let at = Timestamp::UNIX_EPOCH;
    let mut list = vec![
        Distrust::CertificateTooLarge { bytes: 20_000 },
        Distrust::ChainInvalid { openssl: 1, depth: 0 },
        Distrust::CriticalExtension { oid: "1.2.3".to_owned() },
        Distrust::DidAmbiguous { count: 2 },
        Distrust::DidNotCanonical { name: "did:web:ULM.example".to_owned() },
        Distrust::Expired { not_after: at },
        Distrust::KeySize { bits: 1024 },
        Distrust::NameWildcard { name: "*.example".to_owned() },
        Distrust::NotYetValid { not_before: at },
        Distrust::SignatureAlgorithm { oid: "1.2.840.113549.1.1.5".to_owned() },
    ];
    if let (Ok(ulm), Ok(other)) =
        ("did:web:ulm.example".parse::<Did>(), "did:web:other.example".parse::<Did>())
    {
        let (did, found) = (Box::new(ulm), Box::new(other));
        list.push(Distrust::DataspaceScope { did: did.clone() });
        list.push(Distrust::DidOther { expected: did.clone(), found });
        list.push(Distrust::HostMismatch { name: "other.example".to_owned(), did });
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{BadCertificate, BadCrl};

    #[test]
    fn every_case_has_its_line() {
        let table = reasons();
        for code in BadCertificate::ALL
            .iter()
            .map(|case| case.code())
            .chain(BadCrl::ALL.iter().map(|case| case.code()))
        {
            assert!(table.contains_key(code), "{code}");
        }
        for (code, reason) in &table {
            let kebab = code.bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'-');
            assert!(kebab && !reason.cause.is_empty() && !reason.remedy.is_empty(), "{code}");
        }
        assert!(table.len() > 100, "{}", table.len());
    }
}
