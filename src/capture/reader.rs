//! One input to batches of packets, in file order.
//!
//! Bytes are read into the batch and framed where they lie; only the unfinished tail of a batch is
//! copied, into the next one. It deliberately knows nothing of other inputs.
//!
//! Limits: a batch grows beyond its target only for one long packet, and only as fast as the bytes
//! of that packet really arrive.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::error::{FirstBytes, OpenError};
use super::format::{HEAD_BYTES, Recognised, recognise};
use super::framing::{Next, Output, Window};
use super::source::{Filled, Input, Source, read_up_to};
use super::{Batch, Findings, Format, NoticeKind, PacketNumber, ReadLimits};

/// Reads one input.
pub(crate) struct InputReader {
    source: Source,
    format: Box<Format>,
    /// Bytes that are read, but not framed.
    tail: Vec<u8>,
    /// Offset of the tail in the (decompressed) input.
    offset: u64,
    ended: bool,
    /// What was found besides packets.
    pub(crate) findings: Findings,
}

impl InputReader {
    /// Opens an input and reads its first header.
    pub(crate) fn open(
        input: Input,
        limits: &ReadLimits,
        read: &Arc<AtomicU64>,
    ) -> Result<Self, OpenError> {
        let path = input.name();
        let mut source = Source::open(input, limits, read)?;
        let mut tail = Vec::new();
        read_head(&mut source, &mut tail, HEAD_BYTES, &path)?;
        let mut recognised = recognise(&tail, limits);
        if let Recognised::Need(_, needed) = recognised {
            read_head(&mut source, &mut tail, needed, &path)?;
            recognised = recognise(&tail, limits);
        }
        let (format, header_len) = match recognised {
            Recognised::Yes(format, header_len) => (format, header_len),
            other => return Err(not_recognised(path, &other, &tail, &source)),
        };
        tail.drain(..header_len.min(tail.len()));
        Ok(Self {
            findings: Findings::new(&path),
            source,
            format,
            tail,
            offset: header_len as u64,
            ended: false,
        })
    }

    /// Reads the next packets, about `target` bytes of them; false when there are none left.
    ///
    /// Packets are numbered from `number` on, which is moved behind them.
    pub(crate) fn fill(
        &mut self,
        batch: &mut Batch,
        target: usize,
        number: &mut PacketNumber,
    ) -> bool {
        batch.slots.clear();
        if batch.bytes.capacity() == 0 {
            // The allocator knows which memory is zero already.
            batch.bytes = vec![0; target];
        }
        let mut len = self.take_tail(&mut batch.bytes);
        let (mut position, mut want) = (0, target);
        while !self.ended && batch.slots.is_empty() {
            batch.bytes.drain(..position);
            len = len.saturating_sub(position);
            self.offset = self.offset.saturating_add(position as u64);
            batch.bytes.resize(want.max(len), 0);
            let filled = self.source.fill(&mut batch.bytes, &mut len);
            let window = Window {
                bytes: batch.bytes.get(..len).unwrap_or_default(),
                start: 0,
                offset: self.offset,
                at_end: !matches!(filled, Filled::More),
            };
            let mut out = Output {
                slots: &mut batch.slots,
                number,
                findings: &mut self.findings,
            };
            let framed = self.format.frame(&window, &mut out);
            position = framed.position;
            let left = len.saturating_sub(position);
            match framed.next {
                Next::Stop => self.ended = true,
                Next::Need(needed) => {
                    self.ended = self.note_end(&filled, position, left, needed);
                    want = target.max(needed.min(left.saturating_mul(2)));
                }
            }
        }
        batch.bytes.truncate(len);
        self.tail
            .extend_from_slice(batch.bytes.get(position..).unwrap_or_default());
        batch.bytes.truncate(position);
        self.offset = self.offset.saturating_add(position as u64);
        !batch.slots.is_empty()
    }

    /// Puts the unframed bytes at the start of `bytes`, whose length (and so the zeroing of its
    /// memory) is kept; gives their count.
    fn take_tail(&mut self, bytes: &mut Vec<u8>) -> usize {
        let len = self.tail.len();
        bytes.resize(bytes.len().max(len), 0);
        for (byte, kept) in bytes.iter_mut().zip(self.tail.drain(..)) {
            *byte = kept;
        }
        len
    }

    /// Notes why there is nothing more to read; false where there is.
    fn note_end(&mut self, filled: &Filled, position: usize, left: usize, needed: usize) -> bool {
        let offset = self.offset.saturating_add(position as u64);
        let read_to = offset.saturating_add(left as u64);
        match filled {
            Filled::More => return false,
            Filled::End if left == 0 => {}
            Filled::End => {
                let unit = self.format.unit();
                let message = format!("cut short in a {unit}: {needed} bytes needed, {left} left");
                self.findings.note(NoticeKind::CutShort, offset, message);
            }
            Filled::LimitReached => {
                let message = "the limit of decompressed bytes was reached".to_owned();
                self.findings
                    .note(NoticeKind::LimitReached, read_to, message);
            }
            Filled::Failed(error) => self.note_failure(error, read_to),
        }
        true
    }

    fn note_failure(&mut self, error: &io::Error, offset: u64) {
        let is_cut = error.kind() == io::ErrorKind::UnexpectedEof;
        let (kind, message) = match self.source.compression {
            Some(compression) if is_cut => (
                NoticeKind::CutShort,
                format!("the {compression} data is cut short"),
            ),
            Some(compression) => (
                NoticeKind::Damaged,
                format!("the {compression} data is damaged ({error})"),
            ),
            None => (NoticeKind::Damaged, format!("cannot read on ({error})")),
        };
        self.findings.note(kind, offset, message);
    }
}

fn read_head(
    source: &mut Source,
    head: &mut Vec<u8>,
    want: usize,
    path: &str,
) -> Result<(), OpenError> {
    match (read_up_to(source, head, want), source.compression) {
        (Ok(()), _) => Ok(()),
        (Err(error), Some(compression)) => Err(OpenError::Decompress {
            path: path.to_owned(),
            compression,
            source: error,
        }),
        (Err(error), None) => Err(OpenError::Io {
            path: path.to_owned(),
            source: error,
        }),
    }
}

fn not_recognised(
    path: String,
    recognised: &Recognised,
    head: &[u8],
    source: &Source,
) -> OpenError {
    let compression = source.compression;
    match *recognised {
        Recognised::Version(format, major, minor) => OpenError::UnsupportedVersion {
            path,
            format,
            major,
            minor,
        },
        Recognised::Need(format, needed) => OpenError::CutHeader {
            path,
            format,
            needed,
            found: head.len(),
            compression,
        },
        Recognised::Yes(..) | Recognised::No if head.is_empty() => {
            OpenError::Empty { path, compression }
        }
        Recognised::Yes(..) | Recognised::No => OpenError::NotACapture {
            path,
            start: FirstBytes::new(head),
            compression,
        },
    }
}
