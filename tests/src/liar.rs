//! A member that lies: it has a joined member's certificate and stands in its place on the network,
//! but what it says between connectors is what a test puts into its mouth.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use connector::home::Home;
use openssl::ssl::{Ssl, SslAcceptor, SslContext, SslFiletype, SslMethod, SslVerifyMode};
use serde_json::Value;

use crate::https::{Connection, Request, serve};
use crate::machines::Machine;
use crate::raw::{Client, Told};

/// The member in whose place somebody lies.
#[derive(Debug)]
pub struct Liar {
    certificate: PathBuf,
    key: PathBuf,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    says: BTreeMap<String, Saying>,
    heard: Vec<Request>,
}

/// What is answered to a request, from the status on: the whole of it.
type Saying = Arc<dyn Fn(&Request) -> Vec<u8> + Send + Sync>;

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("heard", &self.heard).finish_non_exhaustive()
    }
}

impl Liar {
    /// Takes the place of `host`, which `machine` serves alone: its process goes on with its public
    /// listener, and its mutual one is the liar's from now on.
    #[must_use]
    pub fn instead_of(machine: &mut Machine, host: &str) -> Self {
        machine.kill();
        let place = machine.mutual();
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        machine.set(&format!("mutual = \"{place}\""), &format!("mutual = \"{elsewhere}\""));
        let folder = Home::at(&machine.home).participant(&machine.did(host));
        let keys = std::fs::read_dir(folder.join("keys")).unwrap().flatten();
        let mut keys = keys.filter(|it| it.file_name().to_string_lossy().starts_with("tls-"));
        let key = keys.next().unwrap().path();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let liar = Self { certificate: folder.join("certificate.pem"), key, shared };
        let listener = TcpListener::bind(place).unwrap();
        let says = liar.shared.clone();
        serve(listener, liar.acceptor(), move |request, connection| {
            answer(&says, request, connection)
        });
        machine.up();
        liar
    }

    /// From now on it answers requests to `path` with this: everything after `HTTP/1.1 `, without
    /// the fields about length and connection.
    pub fn say(&self, path: &str, head: &str, body: &Value) {
        let (head, body) = (head.to_owned(), body.to_string());
        self.say_by(path, move |_| (head.clone(), body.clone().into_bytes()));
    }

    /// As [`Liar::say`], with whatever it says to this request, and of any bytes.
    pub fn say_by(
        &self,
        path: &str,
        say: impl Fn(&Request) -> (String, Vec<u8>) + Send + Sync + 'static,
    ) {
        let saying: Saying = Arc::new(move |request| {
            let (head, body) = say(request);
            let length = format!("Content-Length: {}\r\nConnection: close", body.len());
            [format!("HTTP/1.1 {head}\r\n{length}\r\n\r\n").as_bytes(), &body].concat()
        });
        self.shared.lock().unwrap().says.insert(path.to_owned(), saying);
    }

    /// The requests to `path` so far.
    #[must_use]
    pub fn heard(&self, path: &str) -> Vec<Request> {
        let heard = self.shared.lock().unwrap().heard.clone();
        heard.into_iter().filter(|request| request.path == path).collect()
    }

    /// Sends a message to another member, below the base of the Dataspace Protocol.
    #[must_use]
    pub fn post(&self, host: &str, to: SocketAddr, path: &str, body: &Value) -> Told {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut client = Client::with(self.ssl(host), host, to).await.unwrap();
            client.post(path, body).await
        })
    }

    fn acceptor(&self) -> SslAcceptor {
        let mut acceptor = SslAcceptor::mozilla_modern_v5(SslMethod::tls_server()).unwrap();
        acceptor.set_certificate_chain_file(&self.certificate).unwrap();
        acceptor.set_private_key_file(&self.key, SslFiletype::PEM).unwrap();
        // It asks who calls, as a member must, and believes everybody.
        acceptor.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
        acceptor.build()
    }

    fn ssl(&self, host: &str) -> Ssl {
        let mut context = SslContext::builder(SslMethod::tls_client()).unwrap();
        context.set_certificate_chain_file(&self.certificate).unwrap();
        context.set_private_key_file(&self.key, SslFiletype::PEM).unwrap();
        let mut ssl = Ssl::new(&context.build()).unwrap();
        ssl.set_hostname(host).unwrap();
        ssl
    }
}

fn answer(
    shared: &Mutex<Shared>,
    request: &Request,
    connection: &mut Connection,
) -> std::io::Result<()> {
    let said = {
        let mut shared = shared.lock().unwrap();
        shared.heard.push(request.clone());
        shared.says.get(&request.path).cloned()
    };
    let nothing = "HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    match said {
        Some(said) => connection.write_all(&said(request)),
        None => connection.write_all(nothing.as_bytes()),
    }
}

/// An address at which nobody may call.
#[derive(Debug)]
pub struct Trap {
    listener: TcpListener,
}

impl Default for Trap {
    fn default() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { listener }
    }
}

impl Trap {
    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// Who has called so far and was not counted yet.
    #[must_use]
    pub fn calls(&self) -> Vec<SocketAddr> {
        std::iter::from_fn(|| self.listener.accept().ok()).map(|(_, from)| from).collect()
    }
}
