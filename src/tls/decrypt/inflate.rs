//! Compression of records (RFC 3749): one DEFLATE stream a direction, cut at each record.
//!
//! Limits: a record inflates to 16 KiB at most (RFC 3749 §2); more than that, or bytes that are no
//! DEFLATE, end the stream for good.

use flate2::{Decompress, FlushDecompress, Status};

/// Inflates the records of one direction.
#[derive(Debug)]
pub(super) struct Inflate {
    /// Absent where records are missing: the stream cannot be picked up again.
    stream: Option<Decompress>,
}

impl Inflate {
    pub(super) fn new() -> Self {
        Self {
            stream: Some(Decompress::new(true)),
        }
    }

    /// A record is missing.
    pub(super) fn lose_place(&mut self) {
        self.stream = None;
    }

    /// Puts the inflated record in the place of the deflated one; false when that cannot be.
    pub(super) fn inflate(&mut self, record: &mut Vec<u8>) -> bool {
        if record.is_empty() && self.stream.is_some() {
            return true;
        }
        let inflated = self.stream.as_mut().and_then(|stream| {
            let mut out = vec![0; MAX_RECORD];
            let before = (stream.total_in(), stream.total_out());
            let status = stream.decompress(record, &mut out, FlushDecompress::Sync);
            let taken = stream.total_in().saturating_sub(before.0);
            let given = stream.total_out().saturating_sub(before.1);
            let is_whole = usize::try_from(taken) == Ok(record.len());
            out.truncate(usize::try_from(given).ok()?);
            matches!(status, Ok(Status::Ok | Status::StreamEnd) if is_whole).then_some(out)
        });
        match inflated {
            Some(inflated) => *record = inflated,
            None => self.stream = None,
        }
        self.stream.is_some()
    }
}

/// The most that a record holds.
const MAX_RECORD: usize = 1 << 14;
