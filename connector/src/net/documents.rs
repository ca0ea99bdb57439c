//! DID documents of partners, fetched through the guard and kept for a while.

use std::sync::Arc;

use identity::did_document::{self, DidDocument};
use wire::did::Did;

use super::cache::Cache;
use super::fetch::{DID_DOCUMENT, Fetcher};
use super::unsent::Failure;
use crate::clock::Clock;

/// The documents of partners. Clones share what they know.
#[derive(Debug)]
pub struct Documents<C> {
    fetcher: Fetcher,
    clock: Arc<C>,
    known: Arc<Cache<Did, Arc<DidDocument>>>,
}

impl<C> Clone for Documents<C> {
    fn clone(&self) -> Self {
        Self { fetcher: self.fetcher.clone(), clock: self.clock.clone(), known: self.known.clone() }
    }
}

impl<C: Clock> Documents<C> {
    /// Documents fetched by `fetcher`.
    #[must_use]
    pub fn new(fetcher: Fetcher, clock: Arc<C>) -> Self {
        Self { fetcher, clock, known: Arc::default() }
    }

    /// The document of `did`: kept for five minutes, a failure for half a minute.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be fetched, or is none.
    pub async fn of(&self, did: &Did) -> Result<Arc<DidDocument>, Failure> {
        self.known.get(did, self.clock.now(), self.fetch(did)).await
    }

    /// The document of `did` if it is known already.
    #[must_use]
    pub fn known(&self, did: &Did) -> Option<Arc<DidDocument>> {
        self.known.known(did, self.clock.now())
    }

    /// Forgets the document of `did`.
    pub fn forget(&self, did: &Did) {
        self.known.forget(did);
    }

    async fn fetch(&self, did: &Did) -> Result<Arc<DidDocument>, Failure> {
        let bytes = self.fetcher.get(&did.document_url(), &DID_DOCUMENT).await?;
        let document = did_document::parse(&bytes, did)
            .map_err(|error| Failure::Unknown { reason: format!("{}: {error}", error.code()) })?;
        Ok(Arc::new(document))
    }
}
