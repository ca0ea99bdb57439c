//! The claims of a trust list, read strictly: no unknown member, no member twice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use wire::node::{Expected, Node};
use wire::sign::Algorithm;

use super::{ListedAuthority, MEMBERS_MAX, Member, TrustError, TrustList, Witness};
use crate::guard::Target;
use crate::keys::{public_jwk, read_public_jwk};
use crate::time::from_unix;
use crate::x509::Der;

/// Most authorities of one data space.
const AUTHORITIES_MAX: usize = 16;

pub(super) fn list(claims: &Value) -> Result<TrustList, TrustError> {
    let node = Node::root(claims);
    let claims = node.object()?;
    claims.refuse_unknown(&[
        "authorities",
        "authority",
        "dataspace",
        "exp",
        "iat",
        "members",
        "number",
        "witness",
    ])?;
    let number = claims.required("number")?;
    Ok(TrustList {
        authorities: authorities(&claims.required("authorities")?)?,
        authority: claims.required("authority")?.parse("a did:web")?,
        dataspace: claims.required("dataspace")?.parse("the name of a data space")?,
        expires: instant(&claims.required("exp")?)?,
        issued: instant(&claims.required("iat")?)?,
        members: members(&claims.required("members")?)?,
        number: u64::try_from(number.integer()?)
            .map_err(|_| number.wrong(Expected::Named("a number that is not negative")))?,
        witness: claims.optional("witness").map(|node| witness(&node)).transpose()?,
    })
}

fn instant(node: &Node<'_>) -> Result<Timestamp, TrustError> {
    from_unix(node.integer()?).ok_or_else(|| node.wrong(Expected::Named("Unix seconds")).into())
}

fn members(node: &Node<'_>) -> Result<Vec<Member>, TrustError> {
    let list = node.array()?;
    if list.len() > MEMBERS_MAX {
        return Err(node.wrong(Expected::Named("a shorter list")).into());
    }
    let members: Vec<Member> = list.iter().map(Member::read).collect::<Result<_, _>>()?;
    let sorted = members.windows(2).all(|pair| match pair {
        [one, other] => one.did < other.did,
        [] | [_] | [_, _, _, ..] => true,
    });
    if sorted {
        Ok(members)
    } else {
        Err(node.wrong(Expected::Named("members sorted by DID, each once")).into())
    }
}

fn authorities(node: &Node<'_>) -> Result<Vec<ListedAuthority>, TrustError> {
    let list = node.non_empty_array()?;
    if list.len() > AUTHORITIES_MAX {
        return Err(node.wrong(Expected::Named("a shorter list")).into());
    }
    list.iter().map(authority).collect()
}

fn authority(node: &Node<'_>) -> Result<ListedAuthority, TrustError> {
    let members = node.object()?;
    members.refuse_unknown(&["certificate", "crl"])?;
    let certificate = members.required("certificate")?;
    let der = STANDARD
        .decode(certificate.string()?)
        .map_err(|_| certificate.wrong(Expected::Named("base64")))?;
    let url: Target = members.required("crl")?.parse("an https address")?;
    Ok(ListedAuthority { certificate: Der::new(der), crl_url: url.to_string() })
}

pub(super) fn authority_json(authority: &ListedAuthority) -> Value {
    json!({
        "certificate": STANDARD.encode(authority.certificate.as_bytes()),
        "crl": authority.crl_url,
    })
}

fn witness(node: &Node<'_>) -> Result<Witness, TrustError> {
    let members = node.object()?;
    members.refuse_unknown(&["key", "name"])?;
    let key = members.required("key")?;
    let public = read_public_jwk(&key)?;
    if public.algorithm() != Algorithm::Ed25519 {
        return Err(key.wrong(Expected::Named("an Ed25519 key")).into());
    }
    Ok(Witness { key: public, name: members.required("name")?.string()?.to_owned() })
}

pub(super) fn witness_json(witness: &Witness) -> Value {
    json!({ "key": public_jwk(&witness.key), "name": witness.name })
}
