//! Why an input cannot be used at all.
//!
//! Damage after a good start is a notice, never an error.

use std::fmt;
use std::io;

use thiserror::Error;

/// An input that gives no packet and will give none (exit status 2).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such file.
    #[error("{path}: no such file")]
    NotFound {
        /// The input as the user named it.
        path: String,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The input as the user named it.
        path: String,
        /// What it said.
        source: io::Error,
    },
    /// There is not one byte in it.
    #[error("{path}: empty{}", Within(*compression))]
    Empty {
        /// The input as the user named it.
        path: String,
        /// What it is wrapped in.
        compression: Option<Compression>,
    },
    /// The start of the file is of no format that is read.
    #[error("{path}: not a pcap or pcapng capture{} (starts with {start})", Within(*compression))]
    NotACapture {
        /// The input as the user named it.
        path: String,
        /// Its first bytes, after decompression.
        start: FirstBytes,
        /// What it is wrapped in.
        compression: Option<Compression>,
    },
    /// The file ends inside of its first header.
    #[error(
        "{path}: the {format} header is cut short{}: {needed} bytes needed, {found} found",
        Within(*compression)
    )]
    CutHeader {
        /// The input as the user named it.
        path: String,
        /// `pcap` or `pcapng`.
        format: &'static str,
        /// Bytes of the header.
        needed: usize,
        /// Bytes there are.
        found: usize,
        /// What it is wrapped in.
        compression: Option<Compression>,
    },
    /// A version of the format that is not read.
    #[error("{path}: {format} version {major}.{minor} is not supported")]
    UnsupportedVersion {
        /// The input as the user named it.
        path: String,
        /// `pcap` or `pcapng`.
        format: &'static str,
        /// Major version as the file gives it.
        major: u16,
        /// Minor version as the file gives it.
        minor: u16,
    },
    /// The compressed data is damaged from its start.
    #[error("{path}: cannot decompress {compression}: {source}")]
    Decompress {
        /// The input as the user named it.
        path: String,
        /// What it is wrapped in.
        compression: Compression,
        /// What the decompressor said.
        source: io::Error,
    },
}

impl OpenError {
    /// What the user can do about it, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotACapture { start, .. } => Some(start.hint()),
            Self::NotFound { .. }
            | Self::Io { .. }
            | Self::Empty { .. }
            | Self::CutHeader { .. }
            | Self::UnsupportedVersion { .. }
            | Self::Decompress { .. } => None,
        }
    }
}

/// What a capture is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952, one or more members.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// The LZ4 frame format.
    Lz4,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
        })
    }
}

/// The first bytes of an input, at most eight; prints four of them in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstBytes {
    bytes: [u8; 8],
    len: usize,
}

impl FirstBytes {
    /// Keeps the first bytes of `start`.
    pub(crate) fn new(start: &[u8]) -> Self {
        let mut bytes = [0; 8];
        for (kept, byte) in bytes.iter_mut().zip(start) {
            *kept = *byte;
        }
        Self {
            bytes,
            len: start.len().min(8),
        }
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn hint(&self) -> String {
        let known = KNOWN_FORMATS
            .iter()
            .find(|(magic, _)| self.as_slice().starts_with(magic));
        match known {
            Some((_, Known::Packed(name))) => format!("this is {name}; unpack it first"),
            Some((_, Known::Capture(name))) => {
                format!("this is a {name} capture; convert it with editcap -F pcapng")
            }
            None => "convert other formats with editcap -F pcapng".to_owned(),
        }
    }
}

impl fmt::Display for FirstBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.as_slice().iter().take(4).enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{byte:02x}")?;
        }
        Ok(())
    }
}

/// Prints ` in gzip data` or nothing.
struct Within(Option<Compression>);

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(compression) => write!(f, " inside of its {compression} compression"),
            None => Ok(()),
        }
    }
}

enum Known {
    Packed(&'static str),
    Capture(&'static str),
}

const KNOWN_FORMATS: [(&[u8], Known); 14] = [
    (b"\xfd7zXZ\0", Known::Packed("xz data")),
    (b"BZh", Known::Packed("bzip2 data")),
    (b"PK\x03\x04", Known::Packed("a zip archive")),
    (b"7z\xbc\xaf", Known::Packed("a 7z archive")),
    (b"Rar!", Known::Packed("a RAR archive")),
    (b"\x1f\x8b", Known::Packed("gzip data in gzip data")),
    (
        b"\x28\xb5\x2f\xfd",
        Known::Packed("zstd data in compressed data"),
    ),
    (
        b"\x04\x22\x4d\x18",
        Known::Packed("lz4 data in compressed data"),
    ),
    (
        b"\x02\x21\x4c\x18",
        Known::Packed("lz4 data of the legacy format"),
    ),
    (b"snoop\0\0\0", Known::Capture("snoop")),
    (b"RTSS", Known::Capture("Network Monitor 1")),
    (b"GMBU", Known::Capture("Network Monitor 2")),
    (b"TRSNIFF", Known::Capture("Sniffer")),
    (b"XCP\0", Known::Capture("Sniffer or NetXRay")),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn not_a_capture(start: &[u8], compression: Option<Compression>) -> OpenError {
        OpenError::NotACapture {
            path: "a.bin".to_owned(),
            start: FirstBytes::new(start),
            compression,
        }
    }

    #[test]
    fn error_says_how_the_file_starts_and_what_to_do() {
        let error = not_a_capture(b"\x7fELF\x02\x01", None);
        assert_eq!(
            error.to_string(),
            "a.bin: not a pcap or pcapng capture (starts with 7f 45 4c 46)"
        );
        assert_eq!(
            error.hint().unwrap(),
            "convert other formats with editcap -F pcapng"
        );
    }

    #[test]
    fn known_formats_are_named_in_the_hint() {
        let hint = not_a_capture(b"snoop\0\0\0", None).hint().unwrap();
        assert_eq!(
            hint,
            "this is a snoop capture; convert it with editcap -F pcapng"
        );
        let hint = not_a_capture(b"BZh91AY", None).hint().unwrap();
        assert_eq!(hint, "this is bzip2 data; unpack it first");
    }

    #[test]
    fn compression_is_named() {
        assert_eq!(
            not_a_capture(b"ab", Some(Compression::Gzip)).to_string(),
            "a.bin: not a pcap or pcapng capture inside of its gzip compression (starts with 61 62)"
        );
    }
}
