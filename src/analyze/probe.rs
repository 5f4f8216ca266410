//! What is built from every session while it is tracked: the count of its lots, TLS facts, HTTP.

use std::sync::Arc;

use super::content_feed::{ContentFeed, ContentSettings};
use super::record::SessionRecord;
use crate::lot::LotCounter;
use crate::session::{DataEvent, PerDirection, SessionObserver, SessionSummary};

/// Watches one session for its document.
#[derive(Debug, Default)]
pub(super) struct SessionProbe {
    lots: LotCounter,
    content: ContentFeed,
}

impl SessionProbe {
    /// A probe with these settings.
    pub(super) const fn new(settings: ContentSettings) -> Self {
        Self {
            lots: LotCounter::new(),
            content: ContentFeed::new(settings),
        }
    }

    /// What it came to.
    pub(super) fn finish(self, summary: Box<SessionSummary>) -> SessionRecord {
        let content = self.content.finish(closed(&summary));
        SessionRecord {
            summary,
            lots: self.lots.totals(),
            tls: content.tls.map(Arc::from),
            http: content.http.map(Arc::from),
        }
    }
}

impl SessionObserver for SessionProbe {
    fn fresh(&self) -> Self {
        Self {
            lots: LotCounter::new(),
            content: self.content.fresh(),
        }
    }

    fn data(&mut self, event: &DataEvent<'_>) {
        let place = self.lots.place(event);
        self.content.data(event, place, &self.lots);
    }

    #[inline]
    fn is_waiting(&self) -> bool {
        self.content.is_waiting()
    }

    fn give_up(&mut self) {
        self.content.give_up();
    }

    fn settle(&mut self) {
        self.content.settle();
    }

    fn swap_directions(&mut self) {
        self.lots.swap_directions();
        self.content.swap_directions();
    }
}

/// Which directions their senders closed by a FIN: letters of the history.
pub(super) fn closed(summary: &SessionSummary) -> PerDirection<bool> {
    PerDirection {
        out: summary.history.contains('F'),
        r#in: summary.history.contains('f'),
    }
}
