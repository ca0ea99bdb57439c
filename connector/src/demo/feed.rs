//! The town's own system, played: an HTTPS source with the town's web certificate, which sends what it
//! has and then keeps the line open, as a live feed does. It never sends more.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use openssl::pkey::PKey;
use openssl::ssl::{Ssl, SslAcceptor, SslMethod};
use openssl::x509::X509;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_openssl::SslStream;

use super::party::Party;
use crate::home::Home;
use crate::participant::folder::{Folder, Side};

/// A feed that serves until it is dropped.
pub(super) struct Feed {
    address: SocketAddr,
    host: &'static str,
    task: JoinHandle<()>,
}

/// Lines that come at once.
const LINES: usize = 100_000;

impl Feed {
    /// Starts it under the party's name.
    ///
    /// # Errors
    /// When the certificate cannot be used, or no port is to be had.
    pub(super) async fn start(party: &Party) -> io::Result<Self> {
        let acceptor = Arc::new(acceptor(party)?);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&acceptor)));
            }
        });
        Ok(Self { address, host: party.host, task })
    }

    /// Where it answers.
    pub(super) fn url(&self) -> String {
        format!("https://{}:{}/live.csv", self.host, self.address.port())
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn acceptor(party: &Party) -> io::Result<SslAcceptor> {
    let folder = Folder::of(&Home::at(&party.home), &party.did);
    let found = folder.certificate(Side::Public).map_err(io::Error::other)?;
    let (chain, key) = found.ok_or_else(|| io::Error::other("the party has not joined"))?;
    let mut acceptor = SslAcceptor::mozilla_modern_v5(SslMethod::tls_server())?;
    for (index, der) in chain.iter().enumerate() {
        let certificate = X509::from_pem(der.to_pem().map_err(io::Error::other)?.as_bytes())?;
        if index == 0 {
            acceptor.set_certificate(&certificate)?;
        } else {
            acceptor.add_extra_chain_cert(certificate)?;
        }
    }
    let pem = key.to_pem().map_err(io::Error::other)?;
    acceptor.set_private_key(&*PKey::private_key_from_pem(pem.as_bytes())?)?;
    Ok(acceptor.build())
}

/// Answers one request, then waits until the reader goes.
async fn serve(stream: TcpStream, acceptor: Arc<SslAcceptor>) -> Option<()> {
    let mut stream = SslStream::new(Ssl::new(acceptor.context()).ok()?, stream).ok()?;
    Pin::new(&mut stream).accept().await.ok()?;
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.ok()?;
    if !request.starts_with(b"HEAD ") {
        let lines: String = (0..LINES).map(line).collect();
        let chunk = format!("{:x}\r\n{lines}\r\n", lines.len());
        stream.write_all(chunk.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
    let mut gone = [0; 64];
    while stream.read(&mut gone).await.ok()? > 0 {}
    Some(())
}

fn line(number: usize) -> String {
    format!("{number};Parkhaus {};{}\n", number % 10 + 1, number * 7 % 600)
}
