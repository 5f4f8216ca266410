//! Inputs to bytes: files, pipes and the compression around them.
//!
//! Compression is found by the first bytes, never by the name. Reading streams: nothing is held
//! but the windows of the decompressors, which write straight into the room that they are given.
//! What they made before damage or a cut is handed out before the error. It deliberately does not
//! look into a second layer of compression.
//!
//! Limits: [`ReadLimits::max_decompressed_bytes`], [`ReadLimits::zstd_window_log`].

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ReadLimits;
use super::error::{Compression, OpenError};
use super::gzip_members::GzipMembers;
use super::lz4_frames::Lz4Frames;
use super::zstd_frames::ZstdFrames;

/// One input of a capture.
pub enum Input {
    /// A file, named pipe or device.
    File(PathBuf),
    /// Something that is open already, such as standard input.
    Stream {
        /// What the user calls it.
        name: String,
        /// Where its bytes come from.
        reader: Box<dyn Read + Send>,
    },
}

impl Input {
    /// What the user calls this input.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stream { name, .. } => name.clone(),
        }
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Input").field(&self.name()).finish()
    }
}

/// Bytes of an input that is a regular file.
pub(crate) fn file_size(input: &Input) -> Option<u64> {
    match input {
        Input::File(path) => {
            let metadata = std::fs::metadata(path).ok()?;
            metadata.is_file().then_some(metadata.len())
        }
        Input::Stream { .. } => None,
    }
}

/// The decompressed bytes of one input.
pub(crate) struct Source {
    reader: Box<dyn Read + Send>,
    /// How it was compressed.
    pub(crate) compression: Option<Compression>,
    /// Bytes come when they come: what is there is handed on at once.
    pub(crate) is_live: bool,
    left: u64,
}

impl Source {
    /// Opens an input and looks for compression. Compressed bytes are counted in `read`.
    pub(crate) fn open(
        input: Input,
        limits: &ReadLimits,
        read: &Arc<AtomicU64>,
    ) -> Result<Self, OpenError> {
        let path = input.name();
        let (raw, is_live) = match input {
            Input::File(file) => open_file(&file, &path)?,
            Input::Stream { reader, .. } => (reader, true),
        };
        let mut raw = Counted {
            inner: raw,
            count: Arc::clone(read),
        };
        let mut start = Vec::new();
        read_up_to(&mut raw, &mut start, MAGIC_BYTES).map_err(|source| OpenError::Io {
            path: path.clone(),
            source,
        })?;
        if start.is_empty() {
            return Err(OpenError::Empty {
                path,
                compression: None,
            });
        }
        let compression = compression_of(&start);
        let whole = Cursor::new(start).chain(raw);
        let reader = decompress(whole, compression, limits)
            .map_err(|source| OpenError::Io { path, source })?;
        Ok(Self {
            reader,
            compression,
            is_live,
            left: match compression {
                Some(_) => limits.max_decompressed_bytes,
                None => u64::MAX,
            },
        })
    }

    /// Reads into `room` from `len` on until it is full; a live source stops after one read.
    ///
    /// Moves `len` behind what was read, also before an error.
    pub(crate) fn fill(&mut self, room: &mut [u8], len: &mut usize) -> Filled {
        // What is decompressed does not come at the pace of its source.
        let pause = match self.compression {
            Some(_) => len.saturating_add(LIVE_DECOMPRESSED_BYTES),
            None => 0,
        };
        loop {
            let Some(free) = room.get_mut(*len..).filter(|free| !free.is_empty()) else {
                return Filled::More;
            };
            if self.left == 0 {
                return Filled::LimitReached;
            }
            let allowed = usize::try_from(self.left)
                .unwrap_or(usize::MAX)
                .min(free.len());
            let free = free.get_mut(..allowed).unwrap_or_default();
            match self.read(free) {
                Ok(0) => return Filled::End,
                Ok(count) => {
                    *len = len.saturating_add(count);
                    if self.is_live && pause <= *len {
                        return Filled::More;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Filled::Failed(error),
            }
        }
    }
}

/// Decompressed bytes of a live source that are handed on together.
const LIVE_DECOMPRESSED_BYTES: usize = 1 << 16;

/// How a read ended.
#[derive(Debug)]
pub(crate) enum Filled {
    /// There may be more.
    More,
    /// The input ends.
    End,
    /// [`ReadLimits::max_decompressed_bytes`] was reached.
    LimitReached,
    /// The system or a decompressor failed.
    Failed(io::Error),
}

/// Reads until `bytes` holds `want` bytes or the input ends.
pub(crate) fn read_up_to(
    reader: &mut impl Read,
    bytes: &mut Vec<u8>,
    want: usize,
) -> io::Result<()> {
    let missing = want.saturating_sub(bytes.len()) as u64;
    reader.take(missing).read_to_end(bytes)?;
    Ok(())
}

impl Read for Source {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buf)?;
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

fn open_file(
    file: &std::path::Path,
    path: &str,
) -> Result<(Box<dyn Read + Send>, bool), OpenError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => OpenError::NotFound {
            path: path.to_owned(),
        },
        _ => OpenError::Io {
            path: path.to_owned(),
            source,
        },
    };
    let opened = File::open(file).map_err(failed)?;
    let is_file = opened.metadata().map_err(failed)?.is_file();
    Ok((Box::new(opened), !is_file))
}

fn compression_of(start: &[u8]) -> Option<Compression> {
    match start {
        [0x1f, 0x8b, ..] => Some(Compression::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Compression::Zstd),
        // A skippable frame may come first.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Compression::Zstd),
        [0x04, 0x22, 0x4d, 0x18, ..] => Some(Compression::Lz4),
        _ => None,
    }
}

fn decompress<R: Read + Send + 'static>(
    raw: R,
    compression: Option<Compression>,
    limits: &ReadLimits,
) -> io::Result<Box<dyn Read + Send>> {
    let Some(compression) = compression else {
        return Ok(Box::new(raw));
    };
    let buffered = BufReader::with_capacity(COMPRESSED_BUFFER, raw);
    Ok(match compression {
        Compression::Gzip => Box::new(GzipMembers::new(buffered)),
        Compression::Zstd => Box::new(ZstdFrames::new(buffered, limits.zstd_window_log)?),
        Compression::Lz4 => Box::new(Lz4Frames::new(buffered)),
    })
}

/// Counts what passes through.
struct Counted {
    inner: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Bytes that decide over compression, and that an error message shows.
const MAGIC_BYTES: usize = 8;
const COMPRESSED_BUFFER: usize = 1 << 17;
