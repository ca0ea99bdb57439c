//! What the authority does on its public listener.

use bytes::Bytes;

use super::envelope::Certificates;
use super::{Authority, Record, Refusal};
use crate::clock::Clock;
use crate::http::public::{Document, Office};
use crate::ids::Ids;
use crate::net::fetch::{CRL, ROOT, TRUST_LIST};
use crate::store::Store;

impl<S: Store, C: Clock, I: Ids, R: Record> Office for Authority<S, C, I, R> {
    fn host(&self) -> Option<&str> {
        Some(self.office.authority.host())
    }

    fn document(&self, path: &str) -> Option<Document> {
        let of = |kind: &crate::net::fetch::Kind, bytes| Document {
            media_type: kind.media_type(),
            bytes,
        };
        Some(match path {
            "/root.pem" => of(&ROOT, Bytes::copy_from_slice(self.root_pem.as_bytes())),
            "/crl/root" => of(&CRL, Bytes::copy_from_slice(&self.offices.root_crl)),
            "/crl/issuing" => of(&CRL, self.published()?.crl.clone()),
            "/trust-list" => of(&TRUST_LIST, self.published()?.list.clone()),
            _ => return None,
        })
    }

    async fn enrol(&self, body: &[u8]) -> Result<Certificates, Refusal> {
        Self::enrol(self, body).await
    }

    fn status(&self, refusal: &Refusal) -> u16 {
        super::neighbour::status(refusal)
    }
}
