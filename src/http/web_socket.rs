//! Frames of a WebSocket: counted, and compressed messages inflated (RFC 6455 §5, RFC 7692).
//!
//! Deliberately absent: the content of messages that are not compressed, which a caller has.
//! Limits: those of inflating; nothing is held but a header.

use super::deflate::{InflateFailure, Inflater, SenderTerms};
use super::item::FrameTotals;

/// Reads the frames of one direction.
#[derive(Debug, Default)]
pub struct FrameReader {
    header: Vec<u8>,
    /// Bytes of payload left to come.
    left: u64,
    frame: Frame,
    /// The message at hand is compressed.
    is_packed: bool,
    inflater: Option<Box<Inflater>>,
    unmasked: Vec<u8>,
    totals: FrameTotals,
    /// Bytes of messages, inflated.
    message_bytes: u64,
    has_failed: bool,
}

/// The frame at hand.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    is_final: bool,
    is_data: bool,
    mask: [u8; 4],
    /// Bytes of payload so far.
    at: usize,
}

/// What is told of compressed messages.
#[derive(Debug, PartialEq, Eq)]
pub enum FrameEvent<'a> {
    /// A frame of such a message: where its header starts in the bytes at hand; `None` when it
    /// started before them.
    Frame(Option<usize>),
    /// Inflated bytes of that frame.
    Inflated(&'a [u8]),
    /// It could not be inflated any further.
    Failed(InflateFailure),
}

impl FrameReader {
    /// A reader of messages that may be compressed.
    pub fn inflating(terms: SenderTerms) -> Self {
        Self {
            inflater: Some(Box::new(Inflater::new(terms))),
            ..Self::default()
        }
    }

    /// Takes in bytes, and tells of compressed messages in them.
    pub fn push(&mut self, bytes: &[u8], each: &mut dyn FnMut(FrameEvent<'_>)) {
        let mut rest = bytes;
        let mut start = None;
        while !rest.is_empty() {
            if 0 < self.left {
                let len = usize::try_from(self.left)
                    .unwrap_or(usize::MAX)
                    .min(rest.len());
                let (payload, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                self.left = self.left.saturating_sub(len as u64);
                rest = behind;
                self.payload(payload, each);
                continue;
            }
            if self.header.is_empty() {
                start = Some(bytes.len().saturating_sub(rest.len()));
            }
            let (byte, behind) = rest.split_first().unwrap_or((&0, &[]));
            self.header.push(*byte);
            rest = behind;
            if let Some(len) = self.payload_len() {
                self.begin(len, start, each);
            }
        }
    }

    /// Skips bytes that were never captured; false when the next frame cannot be found.
    pub fn skip(&mut self, len: u64) -> bool {
        if let Some(inflater) = self.inflater.as_mut().filter(|_| self.is_packed) {
            inflater.lose();
            self.has_failed = true;
        }
        match self.left.checked_sub(len) {
            Some(left) if self.header.is_empty() => {
                self.left = left;
                true
            }
            _ => false,
        }
    }

    /// True within a frame.
    pub const fn is_inside(&self) -> bool {
        0 < self.left || !self.header.is_empty()
    }

    /// What came to pass.
    pub fn totals(&self) -> FrameTotals {
        FrameTotals {
            message_bytes: (self.inflater.is_some() && !self.has_failed)
                .then_some(self.message_bytes),
            ..self.totals
        }
    }

    /// The length of the payload, when the header is whole.
    fn payload_len(&self) -> Option<u64> {
        let (_, second) = (self.header.first()?, self.header.get(1)?);
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if second & 0x80 == 0 { 0 } else { MASK_BYTES };
        let whole = 2_usize.saturating_add(extended).saturating_add(mask);
        if self.header.len() < whole {
            return None;
        }
        if extended == 0 {
            return Some(u64::from(second & 0x7f));
        }
        let digits = self.header.get(2..extended.saturating_add(2))?;
        Some(
            digits
                .iter()
                .fold(0, |len, byte| (len << 8) | u64::from(*byte)),
        )
    }

    /// A header is whole.
    fn begin(&mut self, len: u64, start: Option<usize>, each: &mut dyn FnMut(FrameEvent<'_>)) {
        let [first, second] = self.header.first_chunk().copied().unwrap_or_default();
        let has_mask = second & 0x80 != 0;
        let mask = self.header.last_chunk().copied().filter(|_| has_mask);
        self.frame = Frame {
            is_final: first & 0x80 != 0,
            is_data: first & 0x08 == 0,
            mask: mask.unwrap_or_default(),
            at: 0,
        };
        self.header.clear();
        self.left = len;
        let totals = &mut self.totals;
        totals.frames = totals.frames.saturating_add(1);
        let ends = self.frame.is_final && self.frame.is_data;
        totals.messages = totals.messages.saturating_add(u64::from(ends));
        totals.payload_bytes = totals.payload_bytes.saturating_add(len);
        if self.frame.is_data && first & 0x0f != 0 {
            self.is_packed = first & 0x40 != 0 && self.inflater.is_some();
        }
        if self.frame.is_data && self.is_packed {
            each(FrameEvent::Frame(start));
        }
        if len == 0 {
            self.payload(&[], each);
        }
    }

    /// Takes in payload of the frame at hand.
    fn payload(&mut self, payload: &[u8], each: &mut dyn FnMut(FrameEvent<'_>)) {
        if !self.frame.is_data {
            return;
        }
        let total = &mut self.message_bytes;
        let Some(inflater) = self.inflater.as_mut().filter(|_| self.is_packed) else {
            *total = total.saturating_add(payload.len() as u64);
            return;
        };
        let key = self.frame.mask.iter().cycle().skip(self.frame.at & 3);
        self.unmasked.clear();
        let unmasked = payload.iter().zip(key).map(|(byte, key)| byte ^ key);
        self.unmasked.extend(unmasked);
        self.frame.at = self.frame.at.wrapping_add(payload.len());
        let mut inflated = |bytes: &[u8]| {
            *total = total.saturating_add(bytes.len() as u64);
            each(FrameEvent::Inflated(bytes));
        };
        let mut done = inflater.push(&self.unmasked, &mut inflated);
        if self.left == 0 && self.frame.is_final {
            let ended = inflater.end_message(&mut inflated);
            done = done.and(ended);
        }
        if let Err(failure) = done {
            self.has_failed = true;
            each(FrameEvent::Failed(failure));
        }
    }
}

const MASK_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::DeflateTerms;

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let mut bytes = vec![0x81, 0x83, 1, 2, 3, 4, 9, 9, 9, 0x02, 126, 0, 200];
        bytes.extend([7; 200]);
        bytes.extend([0x80, 0, 0x89, 0]);
        for cut in 1..bytes.len() {
            let mut frames = FrameReader::default();
            bytes
                .chunks(cut)
                .for_each(|chunk| frames.push(chunk, &mut |_| {}));
            let FrameTotals {
                frames: count,
                messages,
                payload_bytes,
                message_bytes,
            } = frames.totals();
            assert_eq!((count, messages, payload_bytes), (4, 2, 203), "{cut}");
            assert_eq!(message_bytes, None);
            assert!(!frames.is_inside());
        }
    }

    /// RFC 7692 §7.2.3.2: "Hello" twice, the second by the first, with a ping between fragments.
    const MESSAGES: &[u8] = b"\x41\x03\xf2\x48\xcd\x89\0\x80\x04\xc9\xc9\x07\0\
        \xc1\x05\xf2\0\x11\0\0\x81\x02hi";

    #[test]
    fn compressed_messages_are_inflated_however_they_are_cut() {
        for cut in 1..=MESSAGES.len() {
            let mut frames = FrameReader::inflating(DeflateTerms::default().server);
            let mut told = String::new();
            for chunk in MESSAGES.chunks(cut) {
                frames.push(chunk, &mut |event| match event {
                    FrameEvent::Frame(_) => told.push('|'),
                    FrameEvent::Inflated(bytes) => told.push_str(&String::from_utf8_lossy(bytes)),
                    FrameEvent::Failed(failure) => told.push_str(failure.as_str()),
                });
            }
            assert_eq!(told.replace('|', ""), "HelloHello", "{cut}");
            assert_eq!(told.matches('|').count(), 3);
            let totals = frames.totals();
            assert_eq!((totals.messages, totals.message_bytes), (3, Some(12)));
        }
    }

    #[test]
    fn behind_missing_bytes_nothing_is_inflated_that_builds_upon_them() {
        let mut frames = FrameReader::inflating(DeflateTerms::default().server);
        let mut failures = Vec::new();
        let mut each = |event: FrameEvent<'_>| {
            if let FrameEvent::Failed(failure) = event {
                failures.push(failure);
            }
        };
        frames.push(b"\xc1\x07\xf2\x48", &mut each);
        assert!(frames.skip(3));
        frames.push(b"\x07\0\xc1\x05\xf2\0\x11\0\0", &mut each);
        assert_eq!(failures, [InflateFailure::BytesMissing; 2]);
        assert_eq!(frames.totals().message_bytes, None);
        assert!(!frames.skip(1));
    }
}
