//! A body as it comes: a stream of byte chunks that ends, or breaks off with a reason.
//!
//! Chunks are handed on untouched: nothing here copies, joins or keeps them.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

/// A body of unknown origin. `E` says why it broke off.
pub struct Chunks<E> {
    stream: Pin<Box<dyn Stream<Item = Result<Bytes, E>> + Send>>,
}

impl<E: Send + 'static> Chunks<E> {
    /// Takes any stream of chunks.
    pub fn new(stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static) -> Self {
        Self { stream: Box::pin(stream) }
    }

    /// A body without a byte.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(stream::empty())
    }

    /// The same body, held to `expected` bytes: it breaks off with `misfit` when it ends early,
    /// and before the chunk that would exceed them.
    #[must_use]
    pub fn exactly(self, expected: u64, misfit: impl Fn(Misfit) -> E + Send + 'static) -> Self {
        let state = Some((self, expected));
        Self::new(stream::unfold((state, misfit), |(state, misfit)| async move {
            let (mut chunks, left) = state?;
            let item = match chunks.next().await {
                Some(Ok(chunk)) => match left.checked_sub(chunk.len() as u64) {
                    Some(left) => return Some((Ok(chunk), (Some((chunks, left)), misfit))),
                    None => Err(misfit(Misfit::TooLong)),
                },
                Some(Err(error)) => Err(error),
                None if left > 0 => Err(misfit(Misfit::TooShort)),
                None => return None,
            };
            Some((item, (None, misfit)))
        }))
    }

    /// The same body, broken off with `excess` before the chunk that would exceed `most` bytes.
    #[must_use]
    pub fn at_most(self, most: u64, excess: impl Fn() -> E + Send + 'static) -> Self {
        let state = Some((self, most));
        Self::new(stream::unfold((state, excess), |(state, excess)| async move {
            let (mut chunks, left) = state?;
            match chunks.next().await? {
                Ok(chunk) => match left.checked_sub(chunk.len() as u64) {
                    Some(left) => Some((Ok(chunk), (Some((chunks, left)), excess))),
                    None => Some((Err(excess()), (None, excess))),
                },
                Err(error) => Some((Err(error), (None, excess))),
            }
        }))
    }
}

/// How a body differs from its announced length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Misfit {
    /// More bytes came than announced.
    TooLong,
    /// It ended early.
    TooShort,
}

impl<E> Stream for Chunks<E> {
    type Item = Result<Bytes, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.as_mut().poll_next(cx)
    }
}

impl<E> fmt::Debug for Chunks<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chunks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(parts: &[&'static str], expected: u64) -> Vec<Result<Bytes, Misfit>> {
        let parts: Vec<_> =
            parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))).collect();
        Chunks::new(stream::iter(parts)).exactly(expected, |misfit| misfit).collect().await
    }

    #[tokio::test]
    async fn a_body_is_held_to_its_announced_length() {
        let (ab, c) = (Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"c")));
        assert_eq!(check(&["ab", "c"], 3).await, [ab.clone(), c]);
        assert_eq!(check(&["ab", "c"], 2).await, [ab.clone(), Err(Misfit::TooLong)]);
        assert_eq!(check(&["ab"], 3).await, [ab, Err(Misfit::TooShort)]);
        assert_eq!(check(&[], 0).await, []);
    }
}
