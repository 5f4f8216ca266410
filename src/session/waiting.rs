//! Sessions whose observers hold bytes because others before them are missing.
//!
//! Each session may hold some, and there may be millions of sessions: so none holds bytes for longer
//! than [`WAIT_BYTES`] of capture. Since held bytes are bytes of packets, all sessions together hold
//! no more than that. It depends on the capture alone: a session is given up before its next
//! segment, on whatever thread it is tracked.

use std::collections::VecDeque;

use super::key::SessionKey;

/// Bytes of packets of the whole capture after which missing bytes are not waited for any more.
pub(super) const WAIT_BYTES: u64 = 64 << 20;

/// Sessions that wait, in the order in which they began to.
#[derive(Debug, Default)]
pub(super) struct Waiting(VecDeque<Wait>);

/// A session that waited, and perhaps still does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    /// Bytes of packets before the one with which it began.
    pub(super) since: u64,
    pub(super) key: SessionKey,
    pub(super) hash: u64,
}

impl Waiting {
    /// A session began to wait.
    pub(super) fn push(&mut self, wait: Wait) {
        self.0.push_back(wait);
    }

    /// The next session that has waited long enough.
    #[inline]
    pub(super) fn due(&mut self, position: u64) -> Option<Wait> {
        let first = self.0.front()?;
        if position.saturating_sub(first.since) < WAIT_BYTES {
            return None;
        }
        self.0.pop_front()
    }
}
