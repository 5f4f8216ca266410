//! Content codings, undone while bytes pass: gzip, deflate, br, zstd (RFC 9110 §8.4.1).
//!
//! Deliberately absent: holding a body. Memory is that of the decoders: windows of 32 KiB (gzip,
//! deflate), 16 MiB (br) and 8 MiB (zstd). How much comes out is for the writer behind to limit;
//! an error of it ends the decoding. Limits: [`MAX_CODINGS`] codings on top of each other.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Codings on top of each other that are undone.
const MAX_CODINGS: usize = 4;

/// A coding that is not known, or more of them than are undone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("content coding '{0}' cannot be undone")]
pub struct UnknownCoding(pub String);

/// Writes to `out` what is written, without the codings that `Content-Encoding` lists.
///
/// # Errors
///
/// When a coding is not known.
pub fn undo_codings<'w>(
    content_encoding: &[u8],
    mut out: Box<dyn Write + 'w>,
) -> Result<Box<dyn Write + 'w>, UnknownCoding> {
    let text = String::from_utf8_lossy(content_encoding).to_ascii_lowercase();
    let codings = text.split(',').map(str::trim);
    let codings = codings.filter(|coding| !matches!(*coding, "" | "identity"));
    for (count, coding) in (1..).zip(codings) {
        if MAX_CODINGS < count {
            return Err(UnknownCoding(text.clone()));
        }
        out = match coding {
            "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(out)),
            "deflate" => Box::new(Deflate::Unknown(Some(out))),
            "br" => Box::new(DecompressorWriter::new(out, BUFFER_BYTES)),
            "zstd" => match zstd(out) {
                Ok(decoder) => decoder,
                Err(_) => return Err(UnknownCoding(coding.to_owned())),
            },
            other => return Err(UnknownCoding(other.to_owned())),
        };
    }
    Ok(out)
}

fn zstd<'w>(out: Box<dyn Write + 'w>) -> io::Result<Box<dyn Write + 'w>> {
    let mut decoder = zstd::stream::write::Decoder::new(out)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(Box::new(decoder.auto_flush()))
}

/// `deflate` with its wrapper, as the RFC has it, or without, as some servers send it.
enum Deflate<'w> {
    Unknown(Option<Box<dyn Write + 'w>>),
    Wrapped(ZlibDecoder<Box<dyn Write + 'w>>),
    Bare(DeflateDecoder<Box<dyn Write + 'w>>),
}

impl Write for Deflate<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let (Self::Unknown(out), Some(first)) = (&mut *self, bytes.first()) {
            let Some(out) = out.take() else {
                return Err(io::Error::other("no output"));
            };
            // RFC 1950 §2.2: method 8, a window of at most 32 KiB.
            let is_wrapped = first & 0x0f == 8 && first >> 4 <= 7;
            *self = match is_wrapped {
                true => Self::Wrapped(ZlibDecoder::new(out)),
                false => Self::Bare(DeflateDecoder::new(out)),
            };
        }
        match self {
            Self::Unknown(_) => Ok(0),
            Self::Wrapped(decoder) => decoder.write(bytes),
            Self::Bare(decoder) => decoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Unknown(_) => Ok(()),
            Self::Wrapped(decoder) => decoder.flush(),
            Self::Bare(decoder) => decoder.flush(),
        }
    }
}

/// Windows of zstd that are taken: 8 MiB, what RFC 9659 lets a server use.
const ZSTD_WINDOW_LOG: u32 = 23;

const BUFFER_BYTES: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// Takes so many bytes, and no more.
    #[derive(Clone, Default)]
    struct Limited(Rc<RefCell<Vec<u8>>>, usize);

    impl Write for Limited {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut kept = self.0.borrow_mut();
            if self.1 < kept.len().saturating_add(bytes.len()) {
                return Err(io::Error::other("limit"));
            }
            kept.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn undone(encoding: &str, bytes: &[u8], limit: usize) -> (Vec<u8>, bool) {
        let out = Limited(Rc::default(), limit);
        let mut decoder = undo_codings(encoding.as_bytes(), Box::new(out.clone())).unwrap();
        let mut is_whole = true;
        for chunk in bytes.chunks(7) {
            is_whole = is_whole && decoder.write_all(chunk).is_ok();
        }
        is_whole = is_whole && decoder.flush().is_ok();
        drop(decoder);
        (out.0.take(), is_whole)
    }

    #[test]
    fn codings_are_undone_in_the_opposite_order() {
        let text = b"item 1, item 2, item 3, item 4".repeat(20);
        let twice = gzip(&gzip(&text));
        assert_eq!(
            undone("gzip, x-gzip", &twice, 1 << 20),
            (text.clone(), true)
        );
        let zstd = zstd::encode_all(&text[..], 3).unwrap();
        assert_eq!(undone("zstd", &zstd, 1 << 20).0, text);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(&text).unwrap();
        assert_eq!(undone("Deflate", &zlib.finish().unwrap(), 1 << 20).0, text);
        let mut bare = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        bare.write_all(&text).unwrap();
        assert_eq!(undone("deflate", &bare.finish().unwrap(), 1 << 20).0, text);
        assert!(undo_codings(b"gzip, snappy", Box::new(io::sink())).is_err());
    }

    #[test]
    fn a_bomb_stops_at_the_limit_of_what_is_behind() {
        let bomb = gzip(&gzip(&vec![0; 10 << 20]));
        let (kept, is_whole) = undone("gzip, gzip", &bomb, 1 << 20);
        assert!(!is_whole && kept.len() <= 1 << 20);
    }
}
