//! One zstd frame after the other to bytes.
//!
//! The library forgets what a call has made when the same call meets damage. So each call is given
//! no more than what is missing of one block or one header: whatever was made is handed out before
//! the next block is looked at. It deliberately keeps no block that is itself damaged.
//!
//! Limits: [`ReadLimits::zstd_window_log`](super::ReadLimits::zstd_window_log).
//! Source: RFC 8878 §3.1.1.

use std::io::{self, BufRead, Read};

use zstd::stream::raw::{DParameter, Decoder, Operation as _, Status};

/// Reads the frames of a zstd file.
pub(super) struct ZstdFrames<R> {
    inner: R,
    decoder: Decoder<'static>,
    /// Bytes that the library asks for: what is missing of a block or header, and in the case of a
    /// block the header of the next one; 0 between frames.
    wanted: usize,
    /// Made, but for want of room not handed out yet.
    waiting: bool,
}

impl<R: BufRead> ZstdFrames<R> {
    /// The frames in `inner`, with windows of at most 2^`window_log` bytes.
    pub(super) fn new(inner: R, window_log: u32) -> io::Result<Self> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(window_log))?;
        Ok(Self {
            inner,
            decoder,
            wanted: 0,
            waiting: false,
        })
    }

    /// Makes one step; `None` where it gave nothing, and another one may.
    fn step(&mut self, room: &mut [u8]) -> io::Result<Option<usize>> {
        let status = if self.waiting {
            self.decoder.run_on_buffers(&[], room)?
        } else {
            let packed = self.inner.fill_buf()?;
            if packed.is_empty() && self.wanted == 0 {
                return Ok(Some(0));
            }
            if packed.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let one = self.wanted.saturating_sub(BLOCK_HEADER_BYTES).max(1);
            let packed = packed.get(..one).unwrap_or(packed);
            let status = self.decoder.run_on_buffers(packed, room)?;
            self.inner.consume(status.bytes_read);
            status
        };
        let Status {
            remaining,
            bytes_written,
            ..
        } = status;
        self.wanted = remaining;
        self.waiting = bytes_written == room.len();
        Ok((0 < bytes_written).then_some(bytes_written))
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
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

const BLOCK_HEADER_BYTES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(packed: &[u8], step: usize) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut reader = ZstdFrames::new(packed, 27).unwrap();
        let (mut bytes, mut room) = (Vec::new(), vec![0; step]);
        loop {
            match reader.read(&mut room) {
                Ok(0) => return (bytes, None),
                Ok(count) => bytes.extend_from_slice(&room[..count]),
                Err(error) => return (bytes, Some(error.kind())),
            }
        }
    }

    /// Text that does not shrink to nothing.
    fn text(len: u32) -> Vec<u8> {
        let word = |n: u32| format!("{:x} ", n.wrapping_mul(2_654_435_761) >> (n % 23));
        let text: String = (0..len).map(word).collect();
        text.into_bytes()
    }

    /// Three frames, one of them of nothing, one to be skipped, one with a checksum.
    fn packed(whole: &[u8]) -> Vec<u8> {
        let (one, two) = whole.split_at(whole.len() / 3);
        let mut checked = zstd::Encoder::new(Vec::new(), 3).unwrap();
        checked.include_checksum(true).unwrap();
        io::copy(&mut &two[..], &mut checked).unwrap();
        [
            zstd::encode_all(one, 1).unwrap(),
            zstd::encode_all(&b""[..], 1).unwrap(),
            vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3],
            checked.finish().unwrap(),
        ]
        .concat()
    }

    #[test]
    fn frames_come_out_whole_whatever_the_room() {
        let whole = text(120_000);
        let packed = packed(&whole);
        for step in [1, 1000, 1 << 16, 1 << 17, 1 << 20] {
            assert!(drain(&packed, step) == (whole.clone(), None), "{step}");
        }
        assert_eq!(drain(b"", 10), (vec![], None));
    }

    #[test]
    fn every_cut_gives_a_prefix_and_says_so() {
        let whole = text(500);
        let packed = packed(&whole);
        for len in 1..packed.len() {
            let (bytes, error) = drain(&packed[..len], 1 << 16);
            assert!(whole.starts_with(&bytes), "cut at {len}");
            let is_cut = error == Some(io::ErrorKind::UnexpectedEof);
            assert!(is_cut || error.is_none(), "cut at {len}");
        }
    }

    #[test]
    fn blocks_before_a_damaged_one_are_handed_out() {
        let whole = text(200_000);
        let packed = zstd::encode_all(&whole[..], 1).unwrap();
        let mut last = 0;
        for at in (0..packed.len()).step_by(packed.len() / 40) {
            for room in [1 << 10, 1 << 20] {
                let mut damaged = packed.clone();
                for byte in damaged.iter_mut().skip(at).take(64) {
                    *byte ^= 0x5a;
                }
                let (bytes, _) = drain(&damaged, room);
                let same = bytes.iter().zip(&whole).take_while(|(a, b)| a == b);
                // A frame of text shrinks to about a half: blocks of 128 KiB come before.
                let blocks = at / (1 << 17);
                assert!(blocks << 17 <= same.count(), "damage at {at}");
                last = last.max(blocks);
            }
        }
        assert!(2 < last, "{last}");
    }
}
