//! Reading and decoding: inputs in, batches with their segments out.

use std::sync::{Arc, PoisonError, RwLock};

use super::Progress;
use super::decoded::{Decoded, Router};
use super::record::{CaptureSummary, CaptureTables};
use crate::capture::{Capture, CaptureNotice, Input};
use crate::config::Config;
use crate::error::Error;
use crate::packet::Decoder;

/// Reads and decodes.
pub(super) struct Reader {
    capture: Capture,
    decoder: Decoder,
    router: Router,
    packet_limit: Option<u64>,
    packets: u64,
    segments: u64,
    /// What is known of the capture so far.
    pub(super) tables: Arc<RwLock<CaptureTables>>,
    /// How much of it is known there.
    known: [usize; 4],
}

impl Reader {
    /// Opens the inputs.
    pub(super) fn open(inputs: Vec<Input>, config: &Config) -> Result<Self, Error> {
        let capture = Capture::open(inputs, config.read)?;
        let tables = CaptureTables {
            first_input: capture.first_input().to_owned(),
            ..CaptureTables::default()
        };
        Ok(Self {
            capture,
            decoder: Decoder::new(config.decode),
            router: Router::new(config.separate),
            packet_limit: config.packet_limit,
            packets: 0,
            segments: 0,
            tables: Arc::new(RwLock::new(tables)),
            known: [0; 4],
        })
    }

    /// The next batch, decoded into the memory of an old one; `None` at the end.
    pub(super) fn next(
        &mut self,
        mut decoded: Decoded,
        progress: &dyn Progress,
    ) -> Option<Decoded> {
        let left = self
            .packet_limit
            .map(|limit| limit.saturating_sub(self.packets));
        if left == Some(0) || !self.capture.next_batch(&mut decoded.batch) {
            return None;
        }
        if let Some(left) = left.and_then(|left| usize::try_from(left).ok()) {
            decoded.batch.slots.truncate(left);
        }
        decoded.decode(&mut self.decoder, &mut self.router);
        self.packets += decoded.batch.slots.len() as u64;
        self.segments += decoded.heads.len() as u64;
        self.publish_tables();
        progress.read(
            self.capture.bytes_read(),
            self.capture.total_bytes(),
            self.packets,
        );
        Some(decoded)
    }

    /// Makes new interfaces and encapsulations known before their segments are tracked.
    fn publish_tables(&mut self) {
        let (interfaces, around) = (self.capture.interfaces(), self.decoder.encapsulations());
        let (names, secrets) = (self.capture.names(), self.capture.secrets());
        let known = [interfaces.len(), around.len(), names.len(), secrets.len()];
        if self.known == known {
            return;
        }
        self.known = known;
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        tables.interfaces = interfaces.to_vec();
        tables.encapsulations = around.to_vec();
        tables.names = names.to_vec();
        tables.secrets = secrets.to_vec();
    }

    /// What is known of the capture when it was read.
    pub(super) fn finish(mut self) -> CaptureSummary {
        self.decoder.finish();
        self.known = [usize::MAX; 4];
        self.publish_tables();
        let tables = self
            .tables
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut notices: Vec<CaptureNotice> = self.capture.notices().notices().to_vec();
        notices.extend_from_slice(self.decoder.notices().notices());
        CaptureSummary {
            tables,
            notices,
            statistics: self.capture.statistics().cloned().collect(),
            packets: self.packets,
            segments: self.segments,
            bytes: self.capture.bytes_read(),
        }
    }
}
