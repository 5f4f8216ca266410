//! Where a tracker puts the sessions that end.

use std::ops::ControlFlow;
use std::sync::mpsc::SyncSender;

use super::record::SessionRecord;
use super::sessions::Sessions;

/// Takes the sessions of one share as they end.
pub(super) trait Outlet: Send {
    /// Takes a session.
    fn take(&mut self, record: SessionRecord);

    /// Hands on what was taken, where somebody waits for it; breaks when nobody does any more.
    fn hand_on(&mut self) -> ControlFlow<()>;
}

/// Keeps all until the end of the capture.
impl Outlet for Sessions {
    fn take(&mut self, record: SessionRecord) {
        self.push(record);
    }

    fn hand_on(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Keeps them for the caller, who takes them after every batch.
impl Outlet for Vec<SessionRecord> {
    fn take(&mut self, record: SessionRecord) {
        self.push(record);
    }

    fn hand_on(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
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
}
