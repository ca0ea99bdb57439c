//! What a delivery may still send. A chunk that is larger than that leaves in parts, the rest when
//! more has been lent.

use std::fmt;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use crate::engine::live::Cut;
use crate::engine::permit::{Lender, Lending};

/// The bytes that a delivery may still send.
pub(super) struct Allowance {
    left: u64,
    lender: Option<Box<dyn Lender>>,
    asked: Option<Lending>,
    /// What has come from the source and may not leave yet.
    kept: Bytes,
}

impl Allowance {
    /// From a lender; all there is, where there is none.
    pub(super) fn new(lender: Option<Box<dyn Lender>>) -> Self {
        let left = lender.as_ref().map_or(u64::MAX, |lender| lender.first());
        Self { left, lender, asked: None, kept: Bytes::new() }
    }

    /// Whether something waits to leave, so that the source need not be asked.
    pub(super) fn keeps(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Takes a chunk of the source; nothing may be kept when it comes.
    pub(super) fn keep(&mut self, chunk: Bytes) {
        self.kept = chunk;
    }

    /// What of it may leave now; asks for more where nothing may.
    pub(super) fn poll_leave(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, Cut>> {
        let Some(lender) = &self.lender else {
            return Poll::Ready(Ok(std::mem::take(&mut self.kept)));
        };
        while self.left == 0 && !self.kept.is_empty() {
            let asked = self.asked.get_or_insert_with(|| lender.more());
            let lent = ready!(asked.as_mut().poll(cx));
            self.asked = None;
            self.left = lent?;
        }
        let part = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.kept.len());
        self.left = self.left.saturating_sub(part as u64);
        Poll::Ready(Ok(self.kept.split_to(part)))
    }
}

impl fmt::Debug for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowance").field("left", &self.left).finish_non_exhaustive()
    }
}
