//! Compressed bytes, unpacked as far as they go and within a limit.
//!
//! Turns bytes and the name of their coding into what they unpack to, how many of them were used,
//! and why it ended before its end. Members of gzip
//! and frames of Zstandard that follow one another are one content.
//!
//! Limits: as many bytes as the caller has room for, whatever the ratio; windows of 8 MiB
//! (Zstandard) and 16 MiB (Brotli).
//!
//! Sources: RFC 1950, RFC 1951, RFC 1952, RFC 7932, RFC 8878; RFC 9110 §8.4.1 and RFC 9659 for
//! the names and the window of content codings.

use std::fmt;
use std::io::{self, Read};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// How bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// gzip.
    Gzip,
    /// zlib, or deflate without a header, as some servers send it.
    Deflate,
    /// Brotli.
    Brotli,
    /// Zstandard.
    Zstd,
}

/// What bytes unpack to.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    /// As far as they go.
    pub(crate) bytes: Vec<u8>,
    /// How many bytes were used.
    pub(crate) used: usize,
    /// File names in it.
    pub(crate) names: Vec<Vec<u8>>,
    /// Why it ended before its end.
    pub(crate) stop: Option<String>,
}

impl fmt::Display for Coding {
    /// Its name in `Content-Encoding`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        })
    }
}

impl Coding {
    /// The coding of a name in `Content-Encoding`, in lower case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The coding that bytes name themselves, by their whole fixed header.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [
                0x1f,
                0x8b,
                8,
                flags,
                _,
                _,
                _,
                _,
                0 | 2 | 4,
                0..=13 | 255,
                ..,
            ] if flags & 0xe0 == 0 => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, descriptor, _, ..] if descriptor & 0x08 == 0 => {
                Some(Self::Zstd)
            }
            _ => None,
        }
    }

    /// Unpacks what begins here, and all of this coding that follows, up to `room` bytes.
    pub(crate) fn unpack_all(self, bytes: &[u8], room: usize) -> Unpacked {
        let mut all = Unpacked::default();
        loop {
            let rest = bytes.get(all.used..).unwrap_or_default();
            let one = self.unpack(rest, room.saturating_sub(all.bytes.len()));
            all.bytes.extend(one.bytes);
            all.names.extend(one.names);
            all.used += one.used;
            all.stop = one.stop;
            let rest = bytes.get(all.used..).unwrap_or_default();
            if all.stop.is_some() || one.used == 0 || Self::of(rest) != Some(self) {
                return all;
            }
        }
    }

    /// Unpacks what begins here, up to `room` bytes.
    fn unpack(self, bytes: &[u8], room: usize) -> Unpacked {
        let mut rest = bytes;
        let mut out = match self {
            Self::Gzip => unpack_gzip(&mut rest, room),
            Self::Deflate if is_zlib(bytes) => read(&mut ZlibDecoder::new(&mut rest), room),
            Self::Deflate => read(&mut DeflateDecoder::new(&mut rest), room),
            Self::Brotli => return unpack_brotli(bytes, room),
            Self::Zstd => unpack_zstd(&mut rest, room),
        };
        out.used = bytes.len() - rest.len();
        out
    }
}

fn unpack_gzip(rest: &mut &[u8], room: usize) -> Unpacked {
    let mut decoder = GzDecoder::new(rest);
    let mut out = read(&mut decoder, room);
    let name = decoder.header().and_then(|header| header.filename());
    out.names.extend(name.map(<[u8]>::to_vec));
    out
}

/// RFC 1950 §2.2.
fn is_zlib(bytes: &[u8]) -> bool {
    bytes
        .first_chunk()
        .is_some_and(|head| head[0] & 0x0f == 8 && u16::from_be_bytes(*head).is_multiple_of(31))
}

fn read(decoder: &mut impl Read, room: usize) -> Unpacked {
    let mut bytes = Vec::new();
    let limit = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
    let result = decoder.take(limit).read_to_end(&mut bytes);
    let stop = match result {
        Err(error) => Some(reason(&error)),
        Ok(_) if room < bytes.len() => Some(FULL.to_owned()),
        Ok(_) => None,
    };
    bytes.truncate(room);
    Unpacked {
        bytes,
        stop,
        ..Unpacked::default()
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => CUT.to_owned(),
        _ => error.to_string(),
    }
}

fn unpack_zstd(rest: &mut &[u8], room: usize) -> Unpacked {
    let decoder = zstd::stream::read::Decoder::with_buffer(rest).and_then(|mut decoder| {
        decoder.window_log_max(ZSTD_WINDOW_LOG)?;
        Ok(decoder.single_frame())
    });
    match decoder {
        Ok(mut decoder) => read(&mut decoder, room),
        Err(error) => Unpacked {
            stop: Some(reason(&error)),
            ..Unpacked::default()
        },
    }
}

fn unpack_brotli(bytes: &[u8], room: usize) -> Unpacked {
    let alloc = StandardAlloc::default;
    // The strict state refuses the large windows of up to 1 GiB that are beyond RFC 7932.
    let mut state = BrotliState::new_strict(alloc(), alloc(), alloc());
    let mut out = Vec::new();
    let mut buffer = [0; 8 << 10];
    let (mut left, mut used, mut total) = (bytes.len(), 0, 0);
    let stop = loop {
        let (mut free, mut filled) = (buffer.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut used,
            bytes,
            &mut free,
            &mut filled,
            &mut buffer,
            &mut total,
            &mut state,
        );
        out.extend_from_slice(buffer.get(..filled).unwrap_or_default());
        if room < out.len() {
            out.truncate(room);
            break Some(FULL.to_owned());
        }
        match result {
            BrotliResult::ResultSuccess => break None,
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput => break Some(CUT.to_owned()),
            BrotliResult::ResultFailure => break Some("invalid Brotli stream".to_owned()),
        }
    };
    Unpacked {
        bytes: out,
        used,
        stop,
        ..Unpacked::default()
    }
}

/// RFC 9659 §3.
const ZSTD_WINDOW_LOG: u32 = 23;
const CUT: &str = "the compressed bytes end too early";
const FULL: &str = "no more than 1 MiB of a lot is unpacked";

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// `printf 'hello hello hello hello' | brotli`.
    const BROTLI: &[u8] = b"\x1b\x16\x00\xf8\x8d\x94n\xdeDU\x86\x96l o!O\x1c\xe08";

    #[test]
    fn members_are_joined_and_what_follows_them_is_left() {
        let mut bytes = [gzip(b"he"), gzip(b"llo")].concat();
        let length = bytes.len();
        bytes.extend(b"rest");
        let out = Coding::Gzip.unpack_all(&bytes, 100);
        assert_eq!(
            (out.bytes.as_slice(), out.used),
            (b"hello".as_slice(), length)
        );
        assert_eq!(out.stop, None);
        let mut bytes = zstd::encode_all(b"hello".as_slice(), 0).unwrap();
        let length = bytes.len();
        bytes.extend(b"rest");
        let out = Coding::Zstd.unpack_all(&bytes, 100);
        assert_eq!(
            (out.bytes.as_slice(), out.used),
            (b"hello".as_slice(), length)
        );
        assert_eq!(out.stop, None);
    }

    #[test]
    fn deflate_has_a_zlib_header_or_none() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(b"hello").unwrap();
        let zlib = zlib.finish().unwrap();
        let raw = &zlib[2..zlib.len() - 4];
        for bytes in [&zlib, raw] {
            let out = Coding::Deflate.unpack(bytes, 100);
            assert_eq!(
                (out.bytes.as_slice(), out.stop),
                (b"hello".as_slice(), None)
            );
        }
    }

    #[test]
    fn brotli_is_unpacked() {
        let out = Coding::Brotli.unpack(BROTLI, 100);
        assert_eq!(out.bytes, b"hello hello hello hello");
        assert_eq!((out.used, out.stop), (BROTLI.len(), None));
    }

    #[test]
    fn what_ends_too_early_is_unpacked_as_far_as_it_goes() {
        let text: Vec<u8> = (0..2000_u32)
            .flat_map(|n| n.to_string().into_bytes())
            .collect();
        let whole = gzip(&text);
        let out = Coding::Gzip.unpack(&whole[..whole.len() / 2], 1 << 20);
        assert!(100 < out.bytes.len() && text.starts_with(&out.bytes));
        assert_eq!(out.stop.as_deref(), Some(CUT));
    }

    #[test]
    fn a_bomb_fills_no_more_than_the_room() {
        let zeros = vec![0; 10 << 20];
        let packed = zstd::encode_all(zeros.as_slice(), 0).unwrap();
        for (coding, packed) in [(Coding::Gzip, gzip(&zeros)), (Coding::Zstd, packed)] {
            let out = coding.unpack(&packed, 1000);
            assert_eq!((out.bytes.len(), out.stop.as_deref()), (1000, Some(FULL)));
        }
    }

    #[test]
    fn a_coding_is_known_by_its_whole_header() {
        assert_eq!(Coding::of(&gzip(b"a")), Some(Coding::Gzip));
        let zstd = zstd::encode_all(b"a".as_slice(), 0).unwrap();
        assert_eq!(Coding::of(&zstd), Some(Coding::Zstd));
        assert_eq!(Coding::of(b"\x1f\x8b\x08"), None);
        assert_eq!(Coding::of(b"\x1f\x8b\x08\xff\0\0\0\0\0\0"), None);
    }
}
