//! What is built from every session while it is tracked: the count of its lots, its TLS facts.

use super::tls_feed::TlsFeed;
use crate::lot::{LotCounter, LotTotals};
use crate::session::{DataEvent, SessionObserver};
use crate::tls::TlsFacts;

/// Watches one session for its document.
#[derive(Debug, Default)]
pub(super) struct SessionProbe {
    lots: LotCounter,
    tls: TlsFeed,
}

impl SessionProbe {
    /// What it came to.
    pub(super) fn finish(self) -> (LotTotals, Option<Box<TlsFacts>>) {
        (self.lots.totals(), self.tls.finish())
    }
}

impl SessionObserver for SessionProbe {
    fn data(&mut self, event: &DataEvent<'_>) {
        self.lots.data(event);
        self.tls.data(event);
    }

    fn swap_directions(&mut self) {
        self.lots.swap_directions();
        self.tls.swap_directions();
    }
}
