//! Where a tracker puts the sessions that end.

use std::ops::ControlFlow;
use std::sync::mpsc::SyncSender;

use super::record::SessionRecord;
use super::sessions::Sessions;

/// Takes the sessions of one share as they end.
pub(super) trait Outlet: Send {
    /// What is left when all have ended.
    type Kept: Send;

    /// Takes a session.
    fn take(&mut self, record: SessionRecord);

    /// Hands on what was taken, where somebody waits for it; breaks when nobody does any more.
    fn hand_on(&mut self) -> ControlFlow<()>;

    /// Ends it: nobody waits for more.
    fn close(self) -> Self::Kept;
}

/// Keeps all until the end of the capture.
impl Outlet for Sessions {
    type Kept = Self;

    fn take(&mut self, record: SessionRecord) {
        self.push(record);
    }

    fn hand_on(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn close(self) -> Self {
        self
    }
}

/// Keeps them for the caller, who takes them after every batch.
impl Outlet for Vec<SessionRecord> {
    type Kept = Self;

    fn take(&mut self, record: SessionRecord) {
        self.push(record);
    }

    fn hand_on(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn close(self) -> Self {
        self
    }
}

/// Sends them to another thread, those of one batch at a time.
pub(super) struct Sending {
    ended: Vec<SessionRecord>,
    to: SyncSender<Vec<SessionRecord>>,
}

impl Sending {
    pub(super) const fn new(to: SyncSender<Vec<SessionRecord>>) -> Self {
        Self {
            ended: Vec::new(),
            to,
        }
    }
}

impl Outlet for Sending {
    type Kept = ();

    fn take(&mut self, record: SessionRecord) {
        self.ended.push(record);
    }

    fn hand_on(&mut self) -> ControlFlow<()> {
        if self.ended.is_empty() {
            return ControlFlow::Continue(());
        }
        match self.to.send(std::mem::take(&mut self.ended)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    fn close(self) {}
}
