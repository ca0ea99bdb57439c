//! A store for tests: it forgets everything with the process.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{PoisonError, RwLock},
};

use bytes::Bytes;

use super::{
    engine::{Engine, EngineError, Op, Raw},
    span::RawSpan,
};

/// Ordered bytes in memory.
#[derive(Debug, Default)]
pub(super) struct Memory {
    records: RwLock<BTreeMap<Vec<u8>, Bytes>>,
}

impl Engine for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        Ok(self.records.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn range(&self, span: &RawSpan, skip: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Raw>, EngineError> {
        let Some((start, end)) = span.bounds() else { return Ok(Vec::new()) };
        let bounds = (Bound::Included(start), Bound::Excluded(end));
        let records = self.records.read().unwrap_or_else(PoisonError::into_inner);
        span.read(records.range::<[u8], _>(bounds), |(key, value)| {
            Ok((!skip(key)).then(|| Raw { key: key.clone(), value: value.clone() }))
        })
    }

    fn apply(&self, ops: &[Op], _number: u64) -> Result<(), EngineError> {
        let mut records = self.records.write().unwrap_or_else(PoisonError::into_inner);
        for op in ops {
            match &op.value {
                Some(value) => records.insert(op.key.clone(), value.clone()),
                None => records.remove(&op.key),
            };
        }
        Ok(())
    }
}
