//! What one commit does: expectations, puts, deletes and appends, all or nothing.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Version,
    key::{Key, Log},
};

/// One commit's wishes. Building it does nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Batch {
    pub(super) expectations: Vec<(Key, Expectation)>,
    pub(super) writes: BTreeMap<Key, Write>,
    pub(super) appends: Vec<(Log, Vec<u8>)>,
    pub(super) purpose: Purpose,
}

/// What must hold before a commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expectation {
    /// There is no such record.
    Absent,
    /// The record has this version.
    Version(Version),
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Write {
    Delete,
    Keep(Vec<u8>),
    Put(Vec<u8>),
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Purpose {
    #[default]
    Ordinary,
    Restricting,
}

/// A value that cannot be written as JSON: ours, a programming fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a record cannot be written as JSON")]
pub struct BatchError;

impl Batch {
    /// A batch that does nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The commit loses unless `expectation` holds for `key`. Several may be made for one key.
    pub fn expect(&mut self, key: Key, expectation: Expectation) -> &mut Self {
        self.expectations.push((key, expectation));
        self
    }

    /// Writes `value` under `key`, whatever is there. A later put or delete of the same key in the
    /// same batch takes its place.
    pub fn put(&mut self, key: Key, value: Vec<u8>) -> &mut Self {
        self.writes.insert(key, Write::Put(value));
        self
    }

    /// Writes `value` under `key` unless a record is there, which then stays as it is: for records
    /// whose key says what they are.
    pub fn keep(&mut self, key: Key, value: Vec<u8>) -> &mut Self {
        self.writes.insert(key, Write::Keep(value));
        self
    }

    /// Deletes the record under `key`, if there is one.
    pub fn delete(&mut self, key: Key) -> &mut Self {
        self.writes.insert(key, Write::Delete);
        self
    }

    /// Writes a record that must not be there yet.
    pub fn create(&mut self, key: Key, value: Vec<u8>) -> &mut Self {
        self.expect(key.clone(), Expectation::Absent).put(key, value)
    }

    /// Writes a record in place of the one that was read with `version`.
    pub fn replace(&mut self, key: Key, version: Version, value: Vec<u8>) -> &mut Self {
        self.expect(key.clone(), Expectation::Version(version)).put(key, value)
    }

    /// Deletes the record that was read with `version`.
    pub fn remove(&mut self, key: Key, version: Version) -> &mut Self {
        self.expect(key.clone(), Expectation::Version(version)).delete(key)
    }

    /// Appends `value` to a log; it gets the next index, which
    /// [`Committed::appended`](super::Committed::appended) tells.
    pub fn append(&mut self, log: Log, value: Vec<u8>) -> &mut Self {
        self.appends.push((log, value));
        self
    }

    /// As [`put`](Self::put), with `value` written as JSON.
    ///
    /// # Errors
    /// When `value` cannot be written as JSON.
    pub fn put_json<T: Serialize>(&mut self, key: Key, value: &T) -> Result<&mut Self, BatchError> {
        Ok(self.put(key, json(value)?))
    }

    /// As [`create`](Self::create), with `value` written as JSON.
    ///
    /// # Errors
    /// When `value` cannot be written as JSON.
    pub fn create_json<T: Serialize>(
        &mut self,
        key: Key,
        value: &T,
    ) -> Result<&mut Self, BatchError> {
        Ok(self.create(key, json(value)?))
    }

    /// As [`replace`](Self::replace), with `value` written as JSON.
    ///
    /// # Errors
    /// When `value` cannot be written as JSON.
    pub fn replace_json<T: Serialize>(
        &mut self,
        key: Key,
        version: Version,
        value: &T,
    ) -> Result<&mut Self, BatchError> {
        Ok(self.replace(key, version, json(value)?))
    }

    /// Takes over all that `other` wants; where both write the same key, `other` wins.
    pub fn merge(&mut self, other: Self) -> &mut Self {
        self.expectations.extend(other.expectations);
        self.writes.extend(other.writes);
        self.appends.extend(other.appends);
        if other.purpose == Purpose::Restricting {
            self.purpose = Purpose::Restricting;
        }
        self
    }

    /// Marks a batch that stops, revokes or erases: it may use the space that is reserved for this.
    pub fn restricting(&mut self) -> &mut Self {
        self.purpose = Purpose::Restricting;
        self
    }

    /// The records that the batch puts or deletes.
    pub fn touched(&self) -> impl Iterator<Item = &Key> {
        self.writes.keys()
    }

    /// Whether the batch writes nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.appends.is_empty()
    }

    /// The bytes of ids and values, for the limits of a commit.
    pub(super) fn bytes(&self) -> usize {
        let write = |(key, write): (&Key, &Write)| match write {
            Write::Delete => key.id().len(),
            Write::Keep(value) | Write::Put(value) => key.id().len() + value.len(),
        };
        let appended = self.appends.iter().map(|(log, value)| log.name().len() + value.len());
        self.writes.iter().map(write).chain(appended).sum()
    }
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, BatchError> {
    serde_json::to_vec(value).map_err(|_| BatchError)
}
