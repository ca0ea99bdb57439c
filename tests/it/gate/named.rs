//! The foreign connector to partners' own https addresses: through the proxy, and by host names.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use allmende_tests::foreign::Foreign;
use allmende_tests::machines::Machine;
use openssl::ssl::{SslConnector, SslMethod};
use serde_json::Value;

use super::{GATE, TOWN, secret, space};

const VERSION: &str = "/.well-known/dspace-version";

/// A SOCKS5 connection as Java makes it; the gate's answer to the request.
fn proxied(gate: &Machine, user: &str, host: &str, port: u16) -> Result<(TcpStream, u8), String> {
    let mut stream = TcpStream::connect(gate.outward[1]).map_err(|error| error.to_string())?;
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    let login = [&[5, 1, 2, 1, length(user)], user.as_bytes(), &[0]].concat();
    let connect = [&[5, 1, 0, 3, length(host)], host.as_bytes(), &port.to_be_bytes()].concat();
    stream.write_all(&login).unwrap();
    let mut told = [0; 4];
    stream.read_exact(&mut told).map_err(|error| error.to_string())?;
    if told != [5, 2, 1, 0] {
        return Err(format!("refused: {told:?}"));
    }
    stream.write_all(&connect).unwrap();
    let mut told = [0; 10];
    stream.read_exact(&mut told).map_err(|error| error.to_string())?;
    Ok((stream, told[1]))
}

/// A request over TLS that believes the gate-local authority alone.
fn get(gate: &Machine, stream: TcpStream, host: &str, request: &str) -> Result<String, String> {
    let mut connector = SslConnector::builder(SslMethod::tls_client()).unwrap();
    connector.set_ca_file(gate.home.join("gate/trust.pem")).unwrap();
    let tls = connector.build().connect(host, stream);
    let mut tls = tls.map_err(|error| error.to_string())?;
    tls.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut told = String::new();
    // The connection may end without a farewell.
    let _ = tls.read_to_string(&mut told);
    Ok(told)
}

fn request(host: &str, port: u16, path: &str, fields: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{fields}Connection: close\r\n\r\n")
}

#[test]
fn the_proxy_leads_to_partners_under_their_own_names_and_nowhere_else() {
    let foreign = Foreign::saying("404 Not Found", b"");
    let (_machines, town, gate) = space(&foreign);
    let (mutual, public) = (town.mutual().port(), town.did(TOWN).port().unwrap());
    let secret = secret(&gate);

    let (stream, granted) = proxied(&gate, &secret, TOWN, mutual).unwrap();
    assert_eq!(granted, 0);
    let told = get(&gate, stream, TOWN, &request(TOWN, mutual, VERSION, "")).unwrap();
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("2025-1"), "{told}");

    let (stream, _) = proxied(&gate, &secret, TOWN, public).unwrap();
    let told =
        get(&gate, stream, TOWN, &request(TOWN, public, "/.well-known/did.json", "")).unwrap();
    assert!(told.contains(town.did(TOWN).as_str()), "{told}");

    assert!(proxied(&gate, "root", TOWN, mutual).is_err());
    for (host, port) in [("stranger.localhost", mutual), (GATE, gate.mutual().port())] {
        assert_eq!(proxied(&gate, &secret, host, port).unwrap().1, 2, "{host}");
    }
    let (stream, _) = proxied(&gate, &secret, TOWN, mutual).unwrap();
    let other = get(&gate, stream, TOWN, &request("other.localhost", mutual, VERSION, "")).unwrap();
    assert!(other.contains("host-foreign"), "{other}");
    let (stream, _) = proxied(&gate, &secret, TOWN, mutual).unwrap();
    let page = request(TOWN, mutual, VERSION, "Origin: https://ulm.localhost\r\n");
    let page = get(&gate, stream, TOWN, &page).unwrap();
    assert!(page.contains("cross-site"), "{page}");
}

#[test]
fn host_names_lead_to_the_gate_and_each_request_shows_the_secret() {
    let foreign = Foreign::saying("404 Not Found", b"");
    let (_machines, town, mut gate) = space(&foreign);
    let port = town.mutual().port();
    // The town has the port at 127.0.0.1; the gate answers it at an address of its own.
    gate.kill();
    let names = "names = \"127.0.1.1\"\nports = ";
    gate.set(&format!("{names}[]"), &format!("{names}[{port}]"));
    gate.up();
    let hosts = std::fs::read_to_string(gate.home.join("gate/hosts")).unwrap();
    assert!(hosts.contains(&format!("127.0.1.1 {TOWN}\n")) && !hosts.contains(GATE), "{hosts}");
    let at = SocketAddr::from(([127, 0, 1, 1], port));
    let ask = |fields: &str| {
        let stream = TcpStream::connect(at).unwrap();
        get(&gate, stream, TOWN, &request(TOWN, port, VERSION, fields)).unwrap()
    };
    let secret = secret(&gate);
    let told = ask(&format!("Allmende-Gate-Secret: {secret}\r\n"));
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    for fields in [String::new(), format!("Allmende-Gate-Secret: {}\r\n", secret.to_uppercase())] {
        let told = ask(&fields);
        assert!(told.starts_with("HTTP/1.1 403") && told.contains("gate-secret"), "{told}");
    }
    let stranger = get(&gate, TcpStream::connect(at).unwrap(), "stranger.localhost", "");
    assert!(stranger.is_err());
}

/// What Eclipse EDC does with the files that the gate writes, done by a few lines of Java.
const JAVA: &str = r#"
import java.net.*;
class Ask {
    public static void main(String[] a) throws Exception {
        var connection = (HttpURLConnection) new URL(a[0]).openConnection();
        System.out.print(connection.getResponseCode() + " ");
        System.out.print(new String(connection.getInputStream().readAllBytes()));
    }
}
"#;

#[test]
fn a_java_program_finds_partners_by_the_options_that_the_gate_writes() {
    if Command::new("java").arg("-version").output().is_err() {
        eprintln!(
            "SKIPPED: there is no `java` here, so the trust store and the options go untested"
        );
        return;
    }
    let foreign = Foreign::saying("404 Not Found", b"");
    let (machines, town, gate) = space(&foreign);
    let source = machines.path().join("Ask.java");
    std::fs::write(&source, JAVA).unwrap();
    let url = format!("https://{TOWN}:{}{VERSION}", town.mutual().port());
    let options = gate.home.join("gate/java-options");
    let java = |options: &Path| {
        let file = format!("@{}", options.display());
        Command::new("java").arg(file).arg(&source).arg(&url).output().unwrap()
    };
    let told = java(&options);
    let said = String::from_utf8_lossy(&told.stdout);
    let error = String::from_utf8_lossy(&told.stderr);
    let json = said.strip_prefix("200 ").unwrap_or_else(|| panic!("{said} {error}"));
    let json: Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["protocolVersions"][0]["version"], "2025-1");

    let without = machines.path().join("without");
    let lines = std::fs::read_to_string(&options).unwrap();
    std::fs::write(&without, lines.replace(&secret(&gate), "somebody")).unwrap();
    assert!(!java(&without).status.success());
}

#[test]
fn a_taken_or_foreign_address_keeps_the_gate_from_starting() {
    let foreign = Foreign::saying("404 Not Found", b"");
    let machines = allmende_tests::machines::Machines::found();
    let gate = machines.closed_gate(GATE, &foreign.url());
    let (plain, proxy) = (gate.outward[0].to_string(), gate.outward[1].to_string());
    let taken = TcpListener::bind(gate.outward[1]).unwrap();
    let (exit, error) = gate.another().unwrap_err().refused();
    assert_eq!((exit, error["code"].as_str()), (1, Some("address-taken")), "{error}");
    drop(taken);
    for (from, to) in [(&plain, "0.0.0.0:8190"), (&proxy, "192.0.2.1:8191")] {
        gate.set(from, to);
        let (exit, error) = gate.another().unwrap_err().refused();
        assert_eq!((exit, error["code"].as_str()), (1, Some("bad-settings")), "{error}");
        gate.set(to, from);
    }
    gate.set(&foreign.url(), "http://192.0.2.1:8282");
    let (_, error) = gate.another().unwrap_err().refused();
    assert_eq!(error["code"], "bad-settings", "{error}");
    assert!(error["why"]["en"].as_str().unwrap().contains("this machine"), "{error}");
    gate.set("http://192.0.2.1:8282", &foreign.url());
    let (exit, error) = gate.run(&["up"]).refused();
    assert_eq!((exit, error["code"].as_str()), (1, Some("gate-home")), "{error}");
    let (_, error) = machines.authority().run(&["gate"]).refused();
    assert!(
        ["no-gate-home", "store-unusable"].contains(&error["code"].as_str().unwrap()),
        "{error}"
    );
}
