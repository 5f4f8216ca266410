//! Frames of a WebSocket, counted (RFC 6455 §5).
//!
//! Deliberately absent: the content of messages, and what they say of their compression.

use super::super::item::FrameTotals;

/// Reads the frames of one direction.
#[derive(Debug, Default)]
pub(super) struct Frames {
    header: Vec<u8>,
    /// Bytes of payload left to come.
    left: u64,
    totals: FrameTotals,
}

impl Frames {
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if 0 < self.left {
                let len = usize::try_from(self.left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                self.left = self.left.saturating_sub(len as u64);
                bytes = bytes.get(len..).unwrap_or_default();
                continue;
            }
            let (byte, rest) = bytes.split_first().unwrap_or((&0, &[]));
            self.header.push(*byte);
            bytes = rest;
            if let Some(len) = self.payload_len() {
                self.count(len);
            }
        }
    }

    /// Skips bytes that were never captured; false when the next frame cannot be found.
    pub(super) fn skip(&mut self, len: u64) -> bool {
        match self.left.checked_sub(len) {
            Some(left) if self.header.is_empty() => {
                self.left = left;
                true
            }
            _ => false,
        }
    }

    /// True within a frame.
    pub(super) const fn is_inside(&self) -> bool {
        0 < self.left || !self.header.is_empty()
    }

    pub(super) const fn totals(&self) -> FrameTotals {
        self.totals
    }

    /// The length of the payload, when the header is whole.
    fn payload_len(&self) -> Option<u64> {
        let (_, second) = (self.header.first()?, self.header.get(1)?);
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
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

    fn count(&mut self, len: u64) {
        let first = self.header.first().copied().unwrap_or_default();
        let (is_last, is_data) = (first & 0x80 != 0, first & 0x08 == 0);
        self.header.clear();
        self.left = len;
        self.totals.frames = self.totals.frames.saturating_add(1);
        self.totals.messages = self
            .totals
            .messages
            .saturating_add(u64::from(is_last && is_data));
        self.totals.payload_bytes = self.totals.payload_bytes.saturating_add(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let mut bytes = vec![0x81, 0x83, 1, 2, 3, 4, 9, 9, 9, 0x02, 126, 0, 200];
        bytes.extend([7; 200]);
        bytes.extend([0x80, 0, 0x89, 0]);
        for cut in 1..bytes.len() {
            let mut frames = Frames::default();
            bytes.chunks(cut).for_each(|chunk| frames.push(chunk));
            let FrameTotals {
                frames: count,
                messages,
                payload_bytes,
            } = frames.totals();
            assert_eq!((count, messages, payload_bytes), (4, 2, 203), "{cut}");
            assert!(!frames.is_inside());
        }
    }
}
