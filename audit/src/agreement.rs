//! The statement that both parties of an agreement sign, and its signatures: detached JWS
//! (RFC 7515 appendix F) with one fixed protected header.
//!
//! The statement carries its type, data space, parties, roles and process ids, so that a signature
//! means nothing elsewhere. Which keys count is the caller's to say; no header is ever obeyed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::id::{AgreementId, ConsumerPid, ProviderPid};
use serde::{Deserialize, Serialize};
use wire::{
    dataspace::DataspaceId,
    did::Did,
    digest::Digest,
    json,
    sign::{Algorithm, PublicKey, Sign, SignError, Verify, VerifyError},
};

/// The longest signature that is read, in bytes.
pub const SIGNATURE_BYTES_MAX: usize = 1024;

/// What kind of statement it is.
const STATEMENT_TYPE: &str = "https://w3id.org/allmende/v1/AgreementStatement";

/// What the consumer and the provider of an agreement both sign, the same bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Statement {
    /// The data space in which it was agreed.
    pub dataspace: DataspaceId,
    /// Who gets the data.
    pub consumer: Did,
    /// Who has the data.
    pub provider: Did,
    /// The consumer's name for the negotiation.
    pub consumer_pid: ConsumerPid,
    /// The provider's name for the negotiation.
    pub provider_pid: ProviderPid,
    /// The agreement.
    pub agreement: AgreementId,
    /// The digest of the agreement's canonical document.
    pub document: Digest,
}

/// Why nothing was signed. Ours, never a peer's fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SigningError {
    /// Agreements are signed with ES256 keys only.
    #[error("agreements are signed with ES256 keys, not with {algorithm}")]
    Algorithm {
        /// The algorithm of the key.
        algorithm: Algorithm,
    },
    /// The key could not sign.
    #[error("the agreement was not signed")]
    Sign(#[source] SignError),
}

/// Why a signature over an agreement does not count. The signer's fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureError {
    /// The key is no ES256 key.
    #[error("agreements are signed with ES256 keys, not with {algorithm}")]
    Algorithm {
        /// The algorithm of the key.
        algorithm: Algorithm,
    },
    /// It is not a detached JWS with the one header that is taken.
    #[error("the signature is no detached JWS with the header of an agreement")]
    Form,
    /// It is no signature of this key over this statement.
    #[error("the signature was not made with this key over this agreement")]
    Verify(#[source] VerifyError),
}

impl Statement {
    /// The bytes that are signed: RFC 8785 JSON with the type of the statement in it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { dataspace, consumer, provider, consumer_pid, provider_pid, agreement, document } =
            self;
        let statement = serde_json::json!({
            "type": STATEMENT_TYPE,
            "dataspace": dataspace,
            "consumer": consumer,
            "provider": provider,
            "consumerPid": consumer_pid,
            "providerPid": provider_pid,
            "agreement": agreement,
            "document": document,
        });
        // Strings only: there is always a canonical form. Nothing signs the empty text.
        json::canonical(&statement).unwrap_or_default()
    }
}

/// Signs a statement: `<header>..<signature>`.
///
/// # Errors
/// When the key is no ES256 key or could not sign.
pub fn sign(signer: &dyn Sign, statement: &Statement) -> Result<String, SigningError> {
    let algorithm = signer.algorithm();
    if algorithm != Algorithm::Es256 {
        return Err(SigningError::Algorithm { algorithm });
    }
    let signature = signer.sign(&signing_input(statement)).map_err(SigningError::Sign)?;
    Ok(format!("{}..{}", header(), URL_SAFE_NO_PAD.encode(signature)))
}

/// Checks that `signature` was made with `key` over `statement`.
///
/// # Errors
/// When it was not, or is not in the form that [`sign`] gives it.
pub fn verify(
    verifier: &dyn Verify,
    key: &PublicKey,
    statement: &Statement,
    signature: &str,
) -> Result<(), SignatureError> {
    let algorithm = key.algorithm();
    if algorithm != Algorithm::Es256 {
        return Err(SignatureError::Algorithm { algorithm });
    }
    if signature.len() > SIGNATURE_BYTES_MAX {
        return Err(SignatureError::Form);
    }
    let (found, encoded) = signature.split_once("..").ok_or(SignatureError::Form)?;
    if found != header() {
        return Err(SignatureError::Form);
    }
    let raw = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| SignatureError::Form)?;
    if raw.len() != 64 {
        return Err(SignatureError::Form);
    }
    verifier.verify(key, &signing_input(statement), &raw).map_err(SignatureError::Verify)
}

/// The one protected header, encoded.
fn header() -> String {
    URL_SAFE_NO_PAD.encode(br#"{"alg":"ES256","typ":"allmende-agreement+jws"}"#)
}

fn signing_input(statement: &Statement) -> Vec<u8> {
    format!("{}.{}", header(), URL_SAFE_NO_PAD.encode(statement.to_bytes())).into_bytes()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::testing::{FakeKey, FakeVerify};

    fn statement() -> Statement {
        Statement {
            dataspace: "urn:allmende:demo".parse().unwrap(),
            consumer: "did:web:firm.example".parse().unwrap(),
            provider: "did:web:ulm.example".parse().unwrap(),
            consumer_pid: "urn:uuid:c".parse().unwrap(),
            provider_pid: "urn:uuid:p".parse().unwrap(),
            agreement: "urn:uuid:a".parse().unwrap(),
            document: Digest::of(b"{}"),
        }
    }

    #[test]
    fn both_parties_sign_these_bytes() {
        assert_snapshot!(String::from_utf8(statement().to_bytes()).unwrap(), @r#"{"agreement":"urn:uuid:a","consumer":"did:web:firm.example","consumerPid":"urn:uuid:c","dataspace":"urn:allmende:demo","document":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","provider":"did:web:ulm.example","providerPid":"urn:uuid:p","type":"https://w3id.org/allmende/v1/AgreementStatement"}"#);
    }

    #[test]
    fn a_signature_counts_for_its_key_and_statement_only() {
        let (ulm, firm) = (FakeKey::es256("ulm"), FakeKey::es256("firm"));
        let signature = sign(&ulm, &statement()).unwrap();
        let check = |key: &FakeKey, statement: &Statement, signature: &str| {
            verify(&FakeVerify, &key.public_key(), statement, signature)
        };
        assert_eq!(check(&ulm, &statement(), &signature), Ok(()));
        let mismatch = Err(SignatureError::Verify(VerifyError::Mismatch));
        assert_eq!(check(&firm, &statement(), &signature), mismatch);
        let s = statement;
        for other in [
            Statement { dataspace: "urn:allmende:other".parse().unwrap(), ..s() },
            Statement { consumer: s().provider, ..s() },
            Statement { provider: s().consumer, ..s() },
            Statement { consumer_pid: "urn:uuid:x".parse().unwrap(), ..s() },
            Statement { provider_pid: "urn:uuid:x".parse().unwrap(), ..s() },
            Statement { agreement: "urn:uuid:x".parse().unwrap(), ..s() },
            Statement { document: Digest::of(b"x"), ..s() },
        ] {
            assert_eq!(check(&ulm, &other, &signature), mismatch);
        }
    }

    #[test]
    fn only_the_one_form_of_a_signature_is_read() {
        let ulm = FakeKey::es256("ulm");
        let good = sign(&ulm, &statement()).unwrap();
        let none = URL_SAFE_NO_PAD.encode(br#"{"alg":"none"}"#);
        let raw = good.split_once("..").unwrap().1;
        for bad in [
            String::new(),
            raw.to_owned(),
            format!("{none}..{raw}"),
            format!("{good}=="),
            good.replace("..", "."),
            good.replace("..", ".e30."),
            good.chars().take(good.len() - 1).collect(),
            format!("{}..{}", header(), "A".repeat(SIGNATURE_BYTES_MAX)),
        ] {
            let found = verify(&FakeVerify, &ulm.public_key(), &statement(), &bad);
            assert_eq!(found, Err(SignatureError::Form), "{bad}");
        }
        let algorithm = Algorithm::Ed25519;
        let key = FakeKey::ed25519("ulm");
        assert_eq!(sign(&key, &statement()), Err(SigningError::Algorithm { algorithm }));
        let found = verify(&FakeVerify, &key.public_key(), &statement(), &good);
        assert_eq!(found, Err(SignatureError::Algorithm { algorithm }));
    }
}
