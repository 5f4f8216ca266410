//! The list of anomalies, with a limit for each kind and direction.

use super::{Anomalies, Anomaly, AnomalyKind, KEPT, LeftOut};
use crate::session::Direction;

/// The anomalies so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    kept: Vec<Anomaly>,
    accounts: Vec<Account>,
}

/// Anomalies of one kind and direction.
#[derive(Clone, Debug)]
struct Account {
    kept: usize,
    /// Bytes of all of them.
    bytes: u64,
    rest: LeftOut,
}

impl Ledger {
    /// Adds an anomaly, or counts it where no room is left.
    pub(super) fn add(&mut self, anomaly: Anomaly) {
        let account = self.account(&anomaly);
        account.bytes = account.bytes.saturating_add(anomaly.bytes);
        if account.kept < KEPT {
            account.kept += 1;
            self.kept.push(anomaly);
            return;
        }
        let rest = &mut account.rest;
        rest.count = rest.count.saturating_add(1);
        rest.packets = rest.packets.saturating_add(anomaly.packets);
        rest.bytes = rest.bytes.saturating_add(anomaly.bytes);
        rest.last = anomaly.place;
    }

    /// Bytes of all anomalies of a kind and direction.
    pub(super) fn bytes(&self, kind: AnomalyKind, direction: Direction) -> u64 {
        let is_it =
            |account: &&Account| account.rest.kind == kind && account.rest.direction == direction;
        self.accounts
            .iter()
            .find(is_it)
            .map_or(0, |account| account.bytes)
    }

    pub(super) fn finish(self) -> Anomalies {
        let mut list = self.kept;
        list.sort_by_key(|anomaly| (anomaly.place.packet, anomaly.kind, anomaly.direction));
        let rest = self.accounts.into_iter().map(|account| account.rest);
        Anomalies {
            list,
            left_out: rest.filter(|rest| 0 < rest.count).collect(),
        }
    }

    fn account(&mut self, anomaly: &Anomaly) -> &mut Account {
        let is_it = |account: &Account| {
            account.rest.kind == anomaly.kind && account.rest.direction == anomaly.direction
        };
        let place = self.accounts.iter().position(is_it);
        let place = place.unwrap_or_else(|| {
            self.accounts.push(Account {
                kept: 0,
                bytes: 0,
                rest: LeftOut {
                    kind: anomaly.kind,
                    direction: anomaly.direction,
                    count: 0,
                    packets: 0,
                    bytes: 0,
                    last: anomaly.place,
                },
            });
            self.accounts.len() - 1
        });
        &mut self.accounts[place]
    }
}
