//! Reading and decoding: inputs in, batches with their segments out.
//!
//! Beside them, what the capture itself says becomes known here: interfaces, names, secrets.

use std::sync::{Arc, PoisonError, RwLock};

use super::Progress;
use super::decoded::{Decoded, Router};
use super::lessons::Teacher;
use super::record::{CaptureSummary, CaptureTables};
use crate::capture::{Batch, Capture, CaptureNotice, Input, NoticeKind};
use crate::config::Config;
use crate::error::Error;
use crate::names::{AnswerCollector, NameService};
use crate::packet::{Decoder, NameDatagram, SegmentHead};
use crate::pcapng::SecretBlock;
use crate::tls::KeyLog;

/// Reads and decodes: both steps, one after the other.
pub(super) struct Reader {
    pub(super) intake: Intake,
    pub(super) decoding: Decoding,
    /// What is known of the capture so far.
    pub(super) tables: Arc<RwLock<CaptureTables>>,
}

/// Reads batches.
pub(super) struct Intake {
    capture: Capture,
    packet_limit: Option<u64>,
    packets: u64,
    tables: Arc<RwLock<CaptureTables>>,
    /// How many interfaces, names and secrets are known there.
    known: [usize; 3],
    /// TLS secrets that are known so far.
    keys: Arc<KeyLog>,
    known_secrets: usize,
}

/// Finds the segments of batches, and names.
pub(super) struct Decoding {
    decoder: Decoder,
    router: Router,
    answers: AnswerCollector,
    segments: u64,
    tables: Arc<RwLock<CaptureTables>>,
    known_encapsulations: usize,
    known_answers: usize,
    /// Derives secrets, where that is of use.
    teacher: Option<Teacher>,
    known_derived: usize,
}

impl Reader {
    /// Opens the inputs.
    pub(super) fn open(inputs: Vec<Input>, config: &Config) -> Result<Self, Error> {
        let capture = Capture::open(inputs, config.read)?;
        let tables = Arc::new(RwLock::new(CaptureTables {
            first_input: capture.first_input().to_owned(),
            ..CaptureTables::default()
        }));
        Ok(Self {
            intake: Intake {
                capture,
                packet_limit: config.packet_limit,
                packets: 0,
                tables: Arc::clone(&tables),
                known: [0; 3],
                keys: Arc::clone(&config.keys),
                known_secrets: 0,
            },
            decoding: Decoding {
                decoder: Decoder::new(config.decode),
                router: Router::new(config.separate, config.shard),
                answers: AnswerCollector::default(),
                segments: 0,
                tables: Arc::clone(&tables),
                known_encapsulations: 0,
                known_answers: 0,
                teacher: Some(Teacher::new(config)),
                known_derived: 0,
            },
            tables,
        })
    }

    /// The next batch, decoded into the memory of an old one; `None` at the end.
    pub(super) fn next(
        &mut self,
        mut decoded: Decoded,
        progress: &dyn Progress,
    ) -> Option<Decoded> {
        if !self.intake.next(&mut decoded, progress) {
            return None;
        }
        self.decoding.handle(&mut decoded);
        Some(decoded)
    }

    /// The same, without deriving secrets.
    pub(super) fn without_lessons(mut self) -> Self {
        self.decoding.teacher = None;
        self
    }

    /// What is known of the capture when it was read.
    pub(super) fn finish(self) -> CaptureSummary {
        finish(self.intake, self.decoding)
    }
}

impl Intake {
    /// Replaces the batch of `decoded` by the next one, yet to be decoded; false at the end.
    pub(super) fn next(&mut self, decoded: &mut Decoded, progress: &dyn Progress) -> bool {
        let batch = &mut decoded.batch;
        let left = self
            .packet_limit
            .map(|limit| limit.saturating_sub(self.packets));
        if left == Some(0) || !self.capture.next_batch(batch) {
            return false;
        }
        if let Some(left) = left.and_then(|left| usize::try_from(left).ok()) {
            batch.slots.truncate(left);
        }
        self.packets += batch.slots.len() as u64;
        self.publish();
        self.add_secrets();
        decoded.keys = Arc::clone(&self.keys);
        progress.read(
            self.capture.bytes_read(),
            self.capture.total_bytes(),
            self.packets,
        );
        true
    }

    /// Makes new interfaces, names and secrets known before their segments are tracked.
    fn publish(&mut self) {
        let interfaces = self.capture.interfaces();
        let (names, secrets) = (self.capture.names(), self.capture.secrets());
        let known = [interfaces.len(), names.len(), secrets.len()];
        if self.known == known {
            return;
        }
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        tables.interfaces = interfaces.to_vec();
        tables.names = names.to_vec();
        tables.secrets = secrets.to_vec();
        self.known = known;
    }
}

impl Intake {
    /// Takes the TLS secrets that the capture gave since.
    fn add_secrets(&mut self) {
        let secrets = self.capture.secrets();
        let new = secrets.get(self.known_secrets..).unwrap_or_default();
        if new.is_empty() {
            return;
        }
        self.known_secrets = secrets.len();
        let keys = Arc::make_mut(&mut self.keys);
        for block in new {
            if block.secrets_type == SecretBlock::TLS_KEY_LOG {
                keys.add(&block.bytes);
            }
        }
    }
}

impl Decoding {
    /// Decodes a batch that was read.
    pub(super) fn handle(&mut self, decoded: &mut Decoded) {
        decoded.decode(&mut self.decoder);
        self.collect_answers(decoded);
        if let Some(teacher) = &mut self.teacher {
            teacher.handle(decoded);
        }
        decoded.route(self.decoder.encapsulations(), &mut self.router);
        self.segments += decoded.heads.len() as u64;
        self.publish();
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

    /// Makes new encapsulations, answers and derived secrets known before their segments are tracked.
    fn publish(&mut self) {
        let around = self.decoder.encapsulations();
        let answers = self.answers.answers();
        let derived = self.teacher.as_ref().map_or(&[][..], Teacher::derived);
        let is_known = self.known_encapsulations == around.len();
        let is_all_derived_known = self.known_derived == derived.len();
        if is_known && is_all_derived_known && self.known_answers == answers.len() {
            return;
        }
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        if !is_known {
            tables.encapsulations = around.to_vec();
        }
        // Nearly every batch of a long capture may bring some, so that they are not copied anew.
        let new = answers.get(self.known_answers..).unwrap_or_default();
        tables.answers.extend_from_slice(new);
        let new = derived.get(self.known_derived..).unwrap_or_default();
        tables.derived.extend_from_slice(new);
        self.known_encapsulations = around.len();
        self.known_answers = answers.len();
        self.known_derived = derived.len();
    }
}

/// What is known of a capture when it was read.
pub(super) fn finish(mut intake: Intake, mut decoding: Decoding) -> CaptureSummary {
    decoding.decoder.finish();
    intake.known = [usize::MAX; 3];
    intake.publish();
    decoding.publish();
    let Intake {
        capture, packets, ..
    } = intake;
    let tables = decoding
        .tables
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let mut notices: Vec<CaptureNotice> = capture.notices().notices().to_vec();
    notices.extend_from_slice(decoding.decoder.notices().notices());
    notices.extend(names_left_out(decoding.answers.left_out()));
    CaptureSummary {
        tables,
        notices,
        statistics: capture.statistics().cloned().collect(),
        packets,
        segments: decoding.segments,
        bytes: capture.bytes_read(),
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
