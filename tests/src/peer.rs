//! A joined member's certificate in a client by hand: what a partner could send, and what no client
//! of ours would.

use std::net::SocketAddr;
use std::path::PathBuf;

use connector::home::Home;
use openssl::ssl::{Ssl, SslAcceptor, SslContext, SslFiletype, SslMethod, SslVerifyMode};

use crate::machines::Machine;
use crate::raw::{Client, Told};

/// One member's certificate and key.
#[derive(Clone, Debug)]
pub struct Peer {
    certificate: PathBuf,
    key: PathBuf,
}

impl Peer {
    /// What `host` on `machine` shows its partners.
    ///
    /// Ends the test where it has none.
    #[must_use]
    pub fn of(machine: &Machine, host: &str) -> Self {
        let folder = Home::at(&machine.home).participant(&machine.did(host));
        let keys = std::fs::read_dir(folder.join("keys")).expect("keys");
        let mut keys = keys.flatten().map(|it| it.path());
        let tls = |path: &PathBuf| {
            path.file_name().is_some_and(|it| it.to_string_lossy().starts_with("tls-"))
        };
        let key = keys.find(tls).expect("a key");
        Self { certificate: folder.join("certificate.pem"), key }
    }

    /// A connection to `host` at `to`.
    ///
    /// # Errors
    /// What OpenSSL says.
    pub async fn connect(&self, host: &str, to: SocketAddr) -> Result<Client, String> {
        Client::with(self.ssl(host), host, to).await
    }

    /// Sends one request as it stands on a connection of its own, and reads its answer.
    ///
    /// # Errors
    /// When there is none.
    pub fn ask(&self, host: &str, to: SocketAddr, request: &str) -> Result<Told, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime
            .expect("a runtime")
            .block_on(async { self.connect(host, to).await?.ask(request.as_bytes()).await })
    }

    /// A server that shows this certificate whatever name it is asked for, and believes everybody.
    #[must_use]
    pub fn acceptor(&self) -> SslAcceptor {
        let mut acceptor = SslAcceptor::mozilla_modern_v5(SslMethod::tls_server()).expect("TLS");
        acceptor.set_certificate_chain_file(&self.certificate).expect("a certificate");
        acceptor.set_private_key_file(&self.key, SslFiletype::PEM).expect("a key");
        acceptor.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
        acceptor.build()
    }

    fn ssl(&self, host: &str) -> Ssl {
        let mut context = SslContext::builder(SslMethod::tls_client()).expect("a context");
        context.set_certificate_chain_file(&self.certificate).expect("a certificate");
        context.set_private_key_file(&self.key, SslFiletype::PEM).expect("a key");
        let mut ssl = Ssl::new(&context.build()).expect("a connection");
        ssl.set_hostname(host).expect("a name");
        ssl
    }
}
