//! Reading and decoding: inputs in, batches with their segments out.
//!
//! Beside them, what the capture itself says becomes known here: interfaces, names, secrets.

use std::sync::{Arc, PoisonError, RwLock};

use super::Progress;
use super::decoded::{Decoded, Router};
use super::record::{CaptureSummary, CaptureTables};
use crate::capture::{Batch, Capture, CaptureNotice, Input, NoticeKind};
use crate::config::Config;
use crate::error::Error;
use crate::names::{AnswerCollector, NameService};
use crate::packet::{Decoder, NameDatagram, SegmentHead};

/// Reads and decodes.
pub(super) struct Reader {
    capture: Capture,
    decoder: Decoder,
    router: Router,
    answers: AnswerCollector,
    packet_limit: Option<u64>,
    packets: u64,
    segments: u64,
    /// What is known of the capture so far.
    pub(super) tables: Arc<RwLock<CaptureTables>>,
    /// How much of it is known there.
    known: [usize; 4],
    known_answers: usize,
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
            router: Router::new(config.separate, config.shard),
            answers: AnswerCollector::default(),
            packet_limit: config.packet_limit,
            packets: 0,
            segments: 0,
            tables: Arc::new(RwLock::new(tables)),
            known: [0; 4],
            known_answers: 0,
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
        decoded.decode(&mut self.decoder);
        self.collect_answers(&decoded);
        decoded.route(self.decoder.encapsulations(), &mut self.router);
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

    /// Reads the answers of name services in a batch that was just decoded, in capture order.
    fn collect_answers(&mut self, decoded: &Decoded) {
        let Decoded { batch, heads, .. } = decoded;
        let mut datagrams = self.decoder.datagrams().iter().peekable();
        let from_dns = |head: &&SegmentHead| head.source.port == NameDatagram::DNS;
        for head in heads.iter().filter(from_dns) {
            while let Some(datagram) = datagrams.next_if(|next| next.number <= head.number) {
                read_datagram(&mut self.answers, datagram, batch);
            }
            let payload = head.resolve(batch).payload;
            self.answers.read_segment(payload, head.time);
        }
        datagrams.for_each(|datagram| read_datagram(&mut self.answers, datagram, batch));
    }

    /// Makes new interfaces, encapsulations and names known before their segments are tracked.
    fn publish_tables(&mut self) {
        let (interfaces, around) = (self.capture.interfaces(), self.decoder.encapsulations());
        let (names, secrets) = (self.capture.names(), self.capture.secrets());
        let known = [interfaces.len(), around.len(), names.len(), secrets.len()];
        let answers = self.answers.answers();
        if self.known == known && self.known_answers == answers.len() {
            return;
        }
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        if self.known != known {
            tables.interfaces = interfaces.to_vec();
            tables.encapsulations = around.to_vec();
            tables.names = names.to_vec();
            tables.secrets = secrets.to_vec();
        }
        // Nearly every batch of a long capture may bring some, so that they are not copied anew.
        let new = answers.get(self.known_answers..).unwrap_or_default();
        tables.answers.extend_from_slice(new);
        self.known = known;
        self.known_answers = answers.len();
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
        notices.extend(names_left_out(self.answers.left_out()));
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

fn read_datagram(answers: &mut AnswerCollector, datagram: &NameDatagram, batch: &Batch) {
    let service = match datagram.source_port {
        NameDatagram::MULTICAST_DNS => NameService::MulticastDns,
        _ => NameService::Dns,
    };
    answers.read(datagram.payload(batch), service, datagram.time);
}

fn names_left_out(count: u64) -> Option<CaptureNotice> {
    (0 < count).then(|| CaptureNotice {
        kind: NoticeKind::LimitReached,
        file: String::new(),
        byte_offset: None,
        message: "names in answers of name services were left out: too many, or too long"
            .to_owned(),
        count,
    })
}
