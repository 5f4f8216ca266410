//! One lz4 frame after the other to bytes.
//!
//! A block is handed out before the next one is looked at, so that damage loses none. It
//! deliberately does not read the legacy format.
//!
//! Limits: a block has at most 8 MiB by the format.
//! Source: the LZ4 frame format 1.6.

use std::io::{self, BufRead, Read};

use lz4_flex::frame::FrameDecoder;

/// Reads the frames of an lz4 file.
///
/// The decoder says "end" both at the end mark of a frame and where the input is cut between two
/// blocks; only in the second case it ran into the end of the input.
pub(super) struct Lz4Frames<R: Read>(FrameDecoder<EndWatch<R>>);

impl<R: BufRead> Lz4Frames<R> {
    /// The frames in `inner`.
    pub(super) fn new(inner: R) -> Self {
        Self(FrameDecoder::new(EndWatch {
            inner,
            ended: false,
        }))
    }
}

impl<R: BufRead> Read for Lz4Frames<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.0.read(buf)?;
            if count != 0 || buf.is_empty() {
                return Ok(count);
            }
            let watch = self.0.get_mut();
            if watch.ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if watch.inner.fill_buf()?.is_empty() {
                return Ok(0);
            }
        }
    }
}

/// Remembers that the end of the input was met.
struct EndWatch<R> {
    inner: R,
    ended: bool,
}

impl<R: Read> Read for EndWatch<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.ended |= count == 0 && !buf.is_empty();
        Ok(count)
    }
}
