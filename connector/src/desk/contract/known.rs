//! What a partner's catalogue said of a dataset when we asked for a contract: title and kind, so
//! that people recognise their contracts. Never a ground for a decision.

use protocol::id::DatasetId;
use serde::{Deserialize, Serialize};
use wire::did::Did;

use super::super::Inner;
use super::super::catalog::Shown;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::management::desk::Answer;
use crate::store::{Batch, Key, Kind, Store};

/// The row.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(in crate::desk) struct Known {
    pub(in crate::desk) title: String,
    pub(in crate::desk) media_type: Option<String>,
}

impl<P: Parts, D> Inner<P, D> {
    /// Keeps what a partner's catalogue says of a dataset.
    pub(super) async fn know(
        &self,
        ours: &Did,
        peer: &Did,
        dataset: &DatasetId,
        shown: Shown,
    ) -> Answer<()> {
        let mut batch = Batch::new();
        let known = Known { title: shown.title, media_type: shown.media_type };
        batch.put_json(key(ours, peer, dataset), &known).map_err(EngineError::from)?;
        self.engine.store().commit(batch).await.map_err(EngineError::from)?;
        Ok(())
    }

    /// What is known of a partner's dataset.
    pub(in crate::desk) async fn known(
        &self,
        ours: &Did,
        peer: &Did,
        dataset: &DatasetId,
    ) -> Answer<Option<Known>> {
        let found = self.engine.store().get_json(&key(ours, peer, dataset)).await;
        Ok(found.map_err(EngineError::from)?.map(|(_, known)| known))
    }
}

fn key(ours: &Did, peer: &Did, dataset: &DatasetId) -> Key {
    // A digest: a partner's ids may be longer than a key's.
    let id = wire::digest::Digest::of(format!("{peer}\n{dataset}").as_bytes());
    Key::new(ours, Kind::Catalog, format!("seen/{id}"))
}
