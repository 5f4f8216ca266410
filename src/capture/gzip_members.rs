//! The members of a gzip file, one after the other, to bytes.
//!
//! Inflates in steps as large as the room that it is given, and hands out every byte that was made
//! before damage or a cut was met: the error comes with the call after. It deliberately does not
//! look for a further member behind damage, and keeps no field of a header.
//!
//! Limits: none of its own; memory is one window of 32 KiB.
//! Sources: RFC 1952, RFC 1951.

use std::io::{self, BufRead, Read};

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

/// Reads the members of a gzip file.
pub(super) struct GzipMembers<R> {
    inner: R,
    inflate: Decompress,
    /// A header was begun, and its trailer is not met yet.
    within: bool,
    /// What ended the bytes that were handed out last.
    failure: Option<io::Error>,
}

impl<R: BufRead> GzipMembers<R> {
    /// The members in `inner`.
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            inflate: Decompress::new_gzip(WINDOW_BITS),
            within: false,
            failure: None,
        }
    }

    /// Makes one step; `None` where it gave nothing, and another one may.
    fn step(&mut self, room: &mut [u8]) -> io::Result<Option<usize>> {
        let packed = self.inner.fill_buf()?;
        let at_end = packed.is_empty();
        if at_end && !self.within {
            return Ok(Some(0));
        }
        let (used, made) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(packed, room, FlushDecompress::None);
        let used = grown(self.inflate.total_in(), used);
        let made = grown(self.inflate.total_out(), made);
        self.inner.consume(used);
        self.within = true;
        match status {
            Ok(Status::StreamEnd) => {
                self.within = false;
                self.inflate.reset(true);
            }
            Ok(Status::Ok | Status::BufError) if at_end && made == 0 => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Status::Ok | Status::BufError) => {}
            Err(error) if made == 0 => return Err(damage(&error)),
            Err(error) => self.failure = Some(damage(&error)),
        }
        Ok((0 < made).then_some(made))
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if room.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(made) = self.step(room)? {
                return Ok(made);
            }
        }
    }
}

/// How much a total has grown.
fn grown(now: u64, before: u64) -> usize {
    usize::try_from(now.saturating_sub(before)).unwrap_or(usize::MAX)
}

/// What was found, in a few words that do not depend on the library.
fn damage(error: &DecompressError) -> io::Error {
    let message = match error.message().unwrap_or_default() {
        "incorrect data check" | "incorrect length check" => {
            "corrupt gzip stream does not have a matching checksum"
        }
        "incorrect header check"
        | "unknown compression method"
        | "unknown header flags set"
        | "header crc mismatch" => "invalid gzip header",
        _ => "corrupt deflate stream",
    };
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// Binary logarithm of the window that deflate can ask for at most.
const WINDOW_BITS: u8 = 15;

#[cfg(test)]
mod tests {
    use flate2::bufread::MultiGzDecoder;

    use super::*;
    use crate::capture::testing::gzip;

    /// Everything that comes before the end or an error, and the error.
    fn drain(reader: &mut impl Read, step: usize) -> (Vec<u8>, Option<io::ErrorKind>) {
        let (mut bytes, mut room) = (Vec::new(), vec![0; step]);
        loop {
            match reader.read(&mut room) {
                Ok(0) => return (bytes, None),
                Ok(count) => bytes.extend_from_slice(&room[..count]),
                Err(error) => return (bytes, Some(error.kind())),
            }
        }
    }

    fn large_steps(packed: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
        drain(&mut GzipMembers::new(packed), 1 << 16)
    }

    /// The library's own reader, byte by byte, so that it keeps back nothing.
    fn small_steps(packed: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
        drain(&mut MultiGzDecoder::new(packed), 1)
    }

    /// Two members, of text that has both matches and literals.
    fn packed() -> (Vec<u8>, Vec<u8>) {
        let text = |seed: u32| -> String {
            let word = |n: u32| format!("{:x} ", n.wrapping_mul(2_654_435_761) >> (n % 23));
            (seed..).take(150).map(word).collect()
        };
        let (one, two) = (text(1), text(1000));
        let packed = [gzip(one.as_bytes()), gzip(two.as_bytes())].concat();
        (packed, [one, two].concat().into_bytes())
    }

    #[test]
    fn members_come_out_whole() {
        let (packed, whole) = packed();
        assert_eq!(large_steps(&packed), (whole, None));
        assert_eq!(large_steps(b""), (vec![], None));
    }

    #[test]
    fn every_cut_gives_all_that_small_steps_give() {
        let (packed, whole) = packed();
        for len in 1..packed.len() {
            let (bytes, error) = large_steps(&packed[..len]);
            assert!(whole.starts_with(&bytes), "cut at {len}");
            assert_eq!((bytes, error), small_steps(&packed[..len]), "cut at {len}");
        }
    }

    #[test]
    fn every_damage_gives_all_that_small_steps_give() {
        let (packed, _) = packed();
        for at in 0..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] ^= 0x55;
            let (bytes, error) = large_steps(&damaged);
            let (least, same) = small_steps(&damaged);
            // A byte that was made in the call that met the damage is kept back there.
            assert!(bytes.starts_with(&least), "damage at {at}");
            assert!(bytes.len() <= least.len() + 1, "damage at {at}");
            assert_eq!(error, same, "damage at {at}");
        }
    }

    #[test]
    fn damage_is_told_after_what_came_before_it() {
        let (mut packed, whole) = packed();
        let last = packed.len() - 1;
        packed[last] ^= 1;
        let mut reader = GzipMembers::new(&packed[..]);
        let mut bytes = Vec::new();
        let error = reader.read_to_end(&mut bytes).unwrap_err();
        assert_eq!(bytes, whole);
        assert_eq!(
            error.to_string(),
            "corrupt gzip stream does not have a matching checksum"
        );
        let mut behind = gzip(b"text");
        behind.extend([0; 20]);
        let mut reader = GzipMembers::new(&behind[..]);
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "invalid gzip header");
    }
}
