//! One direction of TLS 1.2 and before, between two changes of keys.

use super::super::key_log::KeyLog;
use super::hellos::{Agreement, Role};
use super::inflate::Inflate;
use super::keys::{RecordKeys, Sealed};
use super::record::Undeciphered;
use super::sequence::{Budget, Sequence};

/// Keys, and what comes behind them.
#[derive(Debug)]
pub(super) struct Classic {
    keys: RecordKeys,
    inflate: Option<Inflate>,
}

impl Classic {
    /// What a handshake agreed on for one sender.
    pub(super) fn of(
        agreement: &Agreement,
        role: Role,
        log: &KeyLog,
    ) -> Result<Self, Undeciphered> {
        Ok(Self {
            keys: agreement.classic_keys(role, log)?,
            inflate: agreement.inflate(),
        })
    }

    /// Puts what the record holds into `out`. The record is over then, whatever came of it.
    pub(super) fn open(
        &mut self,
        record: Sealed<'_>,
        sequence: &mut Sequence,
        budget: &mut Budget,
        out: &mut Vec<u8>,
    ) -> Result<(), Undeciphered> {
        let opened = sequence.open(&mut self.keys, record, budget, out);
        self.keys.advance(record.body);
        if opened.is_err() {
            sequence.pass();
            self.lose_deflated();
            return opened;
        }
        let inflate = self.inflate.as_mut();
        match inflate.is_none_or(|inflate| inflate.inflate(out)) {
            true => Ok(()),
            false => Err(Undeciphered::Compressed),
        }
    }

    /// A record of `len` bytes is over, some of which were not captured.
    pub(super) fn advance_unseen(&mut self, len: usize) {
        self.keys.advance_unseen(len);
        self.lose_deflated();
    }

    /// An unknown number of records was not captured.
    pub(super) fn lose_place(&mut self) {
        self.keys.lose_place();
        self.lose_deflated();
    }

    /// The least that a record needs beside its content.
    pub(super) fn overhead(&self) -> usize {
        self.keys.overhead()
    }

    /// What is deflated behind a record that is not known cannot be inflated.
    pub(super) fn lose_deflated(&mut self) {
        if let Some(inflate) = &mut self.inflate {
            inflate.lose_place();
        }
    }
}
