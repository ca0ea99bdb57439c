//! The way of data from a partner's gate to ours, with what can go wrong on it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use audit::entry::{Body, Entry};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::json;
use wire::did::Did;
use wire::digest::Digest;

use super::world::{DATA, TestParts};
use crate::clock::Clock as _;
use crate::data::chunks::Chunks;
use crate::data::pull::{ClientError, DataClient, DataResponse};
use crate::engine::Engine;
use crate::engine::permit::{DeliveryEnd, Granted};
use crate::http::mutual::DELIVERY_HEADER;

/// How the provider's data path behaves.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The body stops in the middle until it is cut.
    pub(super) hangs: AtomicBool,
    /// The answers to so many requests are lost: the partner's gate has them, we never see a head.
    pub(super) loses: AtomicUsize,
    /// The partner takes no name of ours.
    pub(super) renames: AtomicBool,
    /// The partner refuses with this code.
    pub(super) refuses: OnceLock<&'static str>,
    /// Requests that came.
    pub(super) asked: AtomicUsize,
}

/// Reads a partner's data in the same process, through the partner's own gate.
#[derive(Clone)]
pub(super) struct LocalData {
    pub(super) engine: Arc<Engine<TestParts>>,
    pub(super) flow: Arc<Flow>,
    pub(super) from: Did,
    pub(super) to: Did,
}

impl LocalData {
    /// Whether the reader's log says that this delivery has begun.
    async fn has_begun(&self, name: &str) -> bool {
        let page = crate::log::page::page(&self.engine, &self.from, 0, 1_000, |_| true).await;
        let begun = |entry: &Entry| matches!(&entry.body, Body::DeliveryStarted { delivery } if delivery.as_str() == name);
        page.unwrap().entries.iter().any(|row| begun(&row.entry))
    }

    /// The provider has begun, and its answer gets lost.
    async fn lose(&self, granted: &Granted) -> Result<DataResponse, ClientError> {
        self.flow.loses.fetch_sub(1, Ordering::SeqCst);
        let how = DeliveryEnd::Stopped { code: "reader-gone".to_owned() };
        let nothing = Digest::of(&[]);
        self.engine.delivery_ended(granted, &self.to, &how, 0, nothing).await.unwrap();
        let words = "the head is lost".to_owned();
        Err(ClientError { code: "connection-broken", words, passing: true })
    }
}

impl DataClient for LocalData {
    async fn get(
        &self,
        url: &str,
        bearer: Option<&str>,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<DataResponse, ClientError> {
        self.flow.asked.fetch_add(1, Ordering::SeqCst);
        let engine = self.engine.clone();
        let pid = url.rsplit('/').next().unwrap();
        let (ours, standing) = engine.member(&self.to).unwrap();
        let (_, theirs) = engine.member(&self.from).unwrap();
        let peer = theirs.material.check_itself(engine.clock().now()).unwrap();
        let token = bearer.unwrap();
        let name = headers.iter().find(|(name, _)| *name == DELIVERY_HEADER).map(|(_, name)| name);
        let name = name.expect("each request names its delivery");
        assert!(self.has_begun(name).await, "it is recorded before the request leaves");
        if let Some(code) = self.flow.refuses.get() {
            return Ok(refused(403, code));
        }
        let asked = Some(&**name).filter(|_| !self.flow.renames.load(Ordering::SeqCst));
        let permit = engine.permit_delivery(&ours, standing, &peer, pid, token, asked).await;
        let (granted, mut admission) = match permit {
            Ok(permit) => permit.split(),
            Err(error) => {
                let told = error.problem();
                return Ok(refused(told.status, told.code));
            }
        };
        if self.flow.loses.load(Ordering::SeqCst) > 0 {
            return self.lose(&granted).await;
        }
        let mut head = HeaderMap::new();
        let delivery = HeaderValue::from_str(granted.delivery().as_str()).unwrap();
        head.insert(HeaderName::from_static(DELIVERY_HEADER), delivery);
        head.insert(header::ETAG, HeaderValue::from_static("\"one\""));
        head.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv"));
        let known = headers
            .iter()
            .any(|(name, value)| *name == header::IF_NONE_MATCH && value == "\"one\"");
        let to = self.to.clone();
        let (sent, how) = match known {
            true => (&[][..], DeliveryEnd::Finished),
            false if self.flow.hangs.load(Ordering::SeqCst) => {
                (&DATA[..10], DeliveryEnd::Stopped { code: "agreement-ended".to_owned() })
            }
            false => (DATA, DeliveryEnd::Finished),
        };
        let hangs = !known && self.flow.hangs.load(Ordering::SeqCst);
        if !known {
            head.insert(header::CONTENT_LENGTH, HeaderValue::from(DATA.len()));
        }
        let first = stream::iter((!sent.is_empty()).then(|| Ok(Bytes::from_static(sent))));
        let rest = stream::once(async move {
            if hangs {
                admission.until_cut().await;
            }
            let digest = Digest::of(sent);
            let bytes = sent.len() as u64;
            engine.delivery_ended(&granted, &to, &how, bytes, digest).await.unwrap();
            if hangs {
                let words = "cut".to_owned();
                return Err(ClientError { code: "connection-broken", words, passing: true });
            }
            Ok(Bytes::new())
        });
        if known {
            futures_util::StreamExt::for_each(rest, |_| async {}).await;
            return Ok(DataResponse { status: 304, headers: head, chunks: Chunks::empty() });
        }
        let chunks = Chunks::new(futures_util::StreamExt::chain(first, rest));
        Ok(DataResponse { status: 200, headers: head, chunks })
    }
}

fn refused(status: u16, code: &str) -> DataResponse {
    let body = json!({"code": code, "reason": "no"}).to_string();
    let chunks = Chunks::new(stream::iter([Ok(Bytes::from(body))]));
    DataResponse { status, headers: HeaderMap::new(), chunks }
}
