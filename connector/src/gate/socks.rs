//! A SOCKS5 server (RFC 1928) that leads to the gate itself, and nowhere else. It is how a JVM shows
//! the gate's secret on connections whose addresses stand in messages: as the user (RFC 1929), once
//! for each connection and before the first byte of it.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::secret::Secret;
use super::target::read_authority;

const VERSION: u8 = 5;
const LOGIN_VERSION: u8 = 1;
const METHOD_LOGIN: u8 = 2;
const METHOD_NONE: u8 = 0xff;
const CONNECT: u8 = 1;
const BY_NAME: u8 = 3;

/// What a connection is told after its request (RFC 1928, 6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reply {
    /// Go on.
    Granted = 0,
    /// This host may not be called.
    NotAllowed = 2,
    /// Something else than a connection.
    Command = 7,
    /// An address in place of a name.
    AddressType = 8,
}

/// Why a connection goes no further.
#[derive(Debug, thiserror::Error)]
pub(super) enum SocksFault {
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Io(#[from] std::io::Error),
    /// Another protocol, or without a login.
    #[error("this is not SOCKS5 with user and password")]
    Form,
    /// Neither user nor password is the gate's secret.
    #[error("neither user nor password is the gate's secret")]
    Secret,
    /// Not what is offered.
    #[error("a name is connected to, nothing else ({0:?})")]
    Request(Reply),
}

impl SocksFault {
    /// The reason code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "connection-broken",
            Self::Form => "socks-form",
            Self::Secret => "gate-secret",
            Self::Request(_) => "socks-request",
        }
    }
}

/// Takes login and request: the host and port that are asked for. Nothing is answered to the
/// request yet.
///
/// # Errors
/// [`SocksFault`]; the connection has been told.
pub(super) async fn asked(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    secret: &Secret,
) -> Result<(String, u16), SocksFault> {
    let [version, count] = read(stream).await?;
    if version != VERSION {
        return Err(SocksFault::Form);
    }
    let methods = text(stream, count).await?;
    if !methods.contains(&METHOD_LOGIN) {
        stream.write_all(&[VERSION, METHOD_NONE]).await?;
        return Err(SocksFault::Form);
    }
    stream.write_all(&[VERSION, METHOD_LOGIN]).await?;

    let [version, length] = read(stream).await?;
    let user = text(stream, length).await?;
    let [length] = read(stream).await?;
    let password = text(stream, length).await?;
    // Java sends the secret as the user and no password; others do it the other way round.
    let (by_user, by_password) = (secret.is(&user), secret.is(&password));
    if version != LOGIN_VERSION || !(by_user || by_password) {
        stream.write_all(&[LOGIN_VERSION, 1]).await?;
        return Err(SocksFault::Secret);
    }
    stream.write_all(&[LOGIN_VERSION, 0]).await?;

    let [version, command, _, kind] = read(stream).await?;
    let refusal = match (version, command, kind) {
        (VERSION, CONNECT, BY_NAME) => None,
        (VERSION, CONNECT, _) => Some(Reply::AddressType),
        _ => Some(Reply::Command),
    };
    if let Some(refusal) = refusal {
        answer(stream, refusal).await?;
        return Err(SocksFault::Request(refusal));
    }
    let [length] = read(stream).await?;
    let name = text(stream, length).await?;
    let port = u16::from_be_bytes(read(stream).await?);
    let found = std::str::from_utf8(&name).ok().map(|name| format!("{name}:{port}"));
    match found.as_deref().and_then(read_authority) {
        Some(found) => Ok(found),
        None => {
            answer(stream, Reply::NotAllowed).await?;
            Err(SocksFault::Request(Reply::NotAllowed))
        }
    }
}

/// Answers the request; the address bound is nobody's business.
pub(super) async fn answer(
    stream: &mut (impl AsyncWrite + Unpin),
    reply: Reply,
) -> std::io::Result<()> {
    stream.write_all(&[VERSION, reply as u8, 0, 1, 0, 0, 0, 0, 0, 0]).await
}

async fn read<const N: usize>(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn text(stream: &mut (impl AsyncRead + Unpin), length: u8) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SystemIds;

    fn login(user: &str, password: &str) -> Vec<u8> {
        let lengths = [user.len(), password.len()].map(|length| u8::try_from(length).unwrap());
        [&[5, 2, 0, 2, 1, lengths[0]], user.as_bytes(), &[lengths[1]], password.as_bytes()].concat()
    }

    fn connect(name: &str) -> Vec<u8> {
        let length = u8::try_from(name.len()).unwrap();
        [&[5, 1, 0, 3, length], name.as_bytes(), &8443_u16.to_be_bytes()].concat()
    }

    async fn talk(said: &[u8]) -> (Result<(String, u16), String>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let secret = Secret::read_or_make(&path, &SystemIds).unwrap();
        let shown = std::fs::read_to_string(&path).unwrap().trim().to_owned();
        let mut said = said.to_vec();
        let place = said.windows(SECRET.len()).position(|window| window == SECRET.as_bytes());
        if let Some(place) = place {
            said[place..place + SECRET.len()].copy_from_slice(shown.as_bytes());
        }
        let (mut near, mut far) = tokio::io::duplex(4096);
        far.write_all(&said).await.unwrap();
        far.shutdown().await.unwrap();
        let asked = asked(&mut near, &secret).await;
        drop(near);
        let mut told = Vec::new();
        far.read_to_end(&mut told).await.unwrap();
        (asked.map_err(|fault| fault.code().to_owned()), told)
    }

    /// As long as a secret, and replaced by it.
    const SECRET: &str = "SECRET-SECRET-SECRET-SECRET-SECR";

    #[tokio::test]
    async fn whoever_shows_the_secret_is_asked_for_a_name() {
        let expected = Ok(("peer.example".to_owned(), 8443));
        for (user, password) in [(SECRET, ""), ("gate", SECRET)] {
            let said = [login(user, password), connect("Peer.example")].concat();
            let (asked, told) = talk(&said).await;
            assert_eq!((asked, told.as_slice()), (expected.clone(), &[5, 2, 1, 0][..]));
        }
    }

    #[tokio::test]
    async fn everything_else_ends_where_it_is() {
        let name = connect("peer.example");
        let by_address = [&[5, 1, 0, 1, 127, 0, 0, 1][..], &[0, 80]].concat();
        for (said, code, told) in [
            ([login("root", ""), name.clone()].concat(), "gate-secret", &[5, 2, 1, 1][..]),
            (vec![5, 1, 0], "socks-form", &[5, 0xff]),
            (vec![4, 1, 0, 80], "socks-form", &[]),
            (vec![5, 1, 2, 1], "connection-broken", &[5, 2]),
            (
                [login(SECRET, ""), by_address].concat(),
                "socks-request",
                &[5, 2, 1, 0, 5, 8, 0, 1, 0, 0, 0, 0, 0, 0],
            ),
            (
                [login(SECRET, ""), vec![5, 2, 0, 3]].concat(),
                "socks-request",
                &[5, 2, 1, 0, 5, 7, 0, 1, 0, 0, 0, 0, 0, 0],
            ),
            (
                [login(SECRET, ""), connect("127.0.0.1")].concat(),
                "socks-request",
                &[5, 2, 1, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0],
            ),
        ] {
            let (asked, heard) = talk(&said).await;
            assert_eq!((asked, heard.as_slice()), (Err(code.to_owned()), told), "{said:?}");
        }
    }
}
