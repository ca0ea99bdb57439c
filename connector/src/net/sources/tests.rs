//! Own back ends over plain http: opened by their listing, and nothing beside them.

use std::io::{Read, Write};
use std::net::TcpListener;

use futures_util::TryStreamExt;

use super::*;
use crate::config::Net;

const FOUND: &str = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\n1,2";

/// Answers each connection in the clear.
fn serve(answer: &'static str) -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in socket.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

async fn read(sources: &Sources, url: &str) -> String {
    match sources.get(url, vec![]).await {
        Ok(fetched) => {
            let status = fetched.status;
            let body = fetched.chunks.try_collect::<Vec<_>>().await.unwrap().concat();
            format!("{status} {}", String::from_utf8(body).unwrap())
        }
        Err(error) => error.code().to_owned(),
    }
}

fn sources(listed: &[String]) -> Sources {
    let origins: Vec<Origin> = listed.iter().map(|text| text.parse().unwrap()).collect();
    Sources::new(&Guard::new(&Net::default()).unwrap(), &Roots::Web).listing(&origins)
}

#[tokio::test]
async fn a_listed_back_end_is_read_by_name_and_by_address() {
    let port = serve(FOUND);
    for host in ["127.0.0.1", "localhost", "backend.localhost"] {
        let origin = format!("http://{host}:{port}");
        let listed = sources(std::slice::from_ref(&origin));
        assert_eq!(read(&listed, &format!("{origin}/x.csv?a=b")).await, "200 1,2", "{host}");
    }
}

#[tokio::test]
async fn what_is_not_listed_is_not_called() {
    let port = serve(FOUND);
    let listed = sources(&[format!("http://127.0.0.1:{port}")]);
    for url in [
        format!("http://localhost:{port}/x"),
        format!("http://127.0.0.2:{port}/x"),
        format!("https://127.0.0.1:{port}/x"),
        "http://127.0.0.1:1/x".to_owned(),
        "https://localhost/x".to_owned(),
    ] {
        assert_eq!(read(&listed, &url).await, "source-not-allowed", "{url}");
    }
}

#[tokio::test]
async fn a_listing_opens_no_metadata_service() {
    let origin = "http://169.254.169.254".to_owned();
    let listed = sources(std::slice::from_ref(&origin));
    assert_eq!(read(&listed, &format!("{origin}/latest")).await, "source-not-allowed");
}

#[tokio::test]
async fn a_listed_back_end_leads_nowhere_else() {
    let port = serve(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/secret\r\ncontent-length: 0\r\n\
         connection: close\r\n\r\n",
    );
    let origin = format!("http://127.0.0.1:{port}");
    let listed = sources(std::slice::from_ref(&origin));
    assert_eq!(read(&listed, &format!("{origin}/x")).await, "302 ");
}

#[tokio::test]
async fn the_refusal_says_which_line_opens_it() {
    let error = sources(&[]).get("http://10.1.2.3:8080/x", vec![]).await.unwrap_err();
    let line = "sources = [\"http://10.1.2.3:8080\"]";
    assert!(error.to_string().ends_with(line), "{error}");
}
