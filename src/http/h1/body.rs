//! Where a body ends (RFC 9112 §6 and §7).
//!
//! Bytes pass through and are counted; none is kept but those of a chunk's size and the trailers.

use super::super::fields::FieldsBuf;
use super::super::limits::HttpLimits;
use super::super::message::Oddity;
use super::head::{fields_of, head_len};

/// The rest of a body that is being read.
#[derive(Debug)]
pub(super) enum Body {
    /// So many bytes more.
    Length(u64),
    /// Chunks.
    Chunked(Chunked),
    /// All that comes.
    UntilClose,
}

/// Chunks that are being read.
#[derive(Debug)]
pub(super) struct Chunked {
    part: Part,
    /// A line, or trailers, as far as they came.
    text: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Size,
    Data(u64),
    DataEnd,
    Trailers,
}

/// What came of bytes.
pub(super) enum Step<'b> {
    /// This is content; the rest belongs to what follows.
    Content(&'b [u8], &'b [u8]),
    /// Nothing but framing was taken.
    Framing(&'b [u8]),
    /// The body ended before these bytes.
    End(&'b [u8], FieldsBuf),
    /// It is not as the protocol says.
    Bad(Oddity),
}

impl Body {
    pub(super) const fn chunked() -> Self {
        Self::Chunked(Chunked {
            part: Part::Size,
            text: Vec::new(),
        })
    }

    /// True when nothing of it is left to come.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self, Self::Length(0))
    }

    /// Takes from `bytes` what belongs to it.
    pub(super) fn step<'b>(&mut self, bytes: &'b [u8], limits: &HttpLimits) -> Step<'b> {
        match self {
            Self::UntilClose => Step::Content(bytes, &[]),
            Self::Length(left) => {
                let (content, rest) = take(bytes, left);
                Step::Content(content, rest)
            }
            Self::Chunked(chunked) => chunked.step(bytes, limits),
        }
    }

    /// Skips bytes that were never captured; false when its end is not known any more.
    pub(super) fn skip(&mut self, len: u64) -> bool {
        match self {
            Self::UntilClose => true,
            Self::Chunked(Chunked {
                part: Part::Data(left),
                ..
            })
            | Self::Length(left) => match left.checked_sub(len) {
                Some(rest) => {
                    *left = rest;
                    true
                }
                None => false,
            },
            Self::Chunked(_) => false,
        }
    }

    /// What is odd about a body that ends here.
    pub(super) const fn missing_end(&self) -> Option<Oddity> {
        match self {
            Self::UntilClose | Self::Length(0) => None,
            Self::Length(_) => Some(Oddity::Cut),
            Self::Chunked(_) => Some(Oddity::NoLastChunk),
        }
    }
}

impl Chunked {
    fn step<'b>(&mut self, bytes: &'b [u8], limits: &HttpLimits) -> Step<'b> {
        match &mut self.part {
            Part::Data(left) => {
                let (content, rest) = take(bytes, left);
                if *left == 0 {
                    self.part = Part::DataEnd;
                }
                Step::Content(content, rest)
            }
            Part::DataEnd => match bytes {
                [b'\r', rest @ ..] if self.text.is_empty() => {
                    self.text.push(b'\r');
                    Step::Framing(rest)
                }
                [b'\n', rest @ ..] => {
                    self.text.clear();
                    self.part = Part::Size;
                    Step::Framing(rest)
                }
                _ => Step::Bad(Oddity::BadChunk),
            },
            Part::Size => self.size(bytes, limits),
            Part::Trailers => self.trailers(bytes, limits),
        }
    }

    fn size<'b>(&mut self, bytes: &'b [u8], limits: &HttpLimits) -> Step<'b> {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            self.text.extend_from_slice(bytes);
            return match self.text.len() <= limits.chunk_line_bytes {
                true => Step::Framing(&[]),
                false => Step::Bad(Oddity::BadChunk),
            };
        };
        let (line, rest) = bytes.split_at_checked(end).unwrap_or_default();
        let rest = rest.get(1..).unwrap_or_default();
        let size = if self.text.is_empty() {
            chunk_size(line)
        } else {
            self.text.extend_from_slice(line);
            let size = chunk_size(&self.text);
            self.text.clear();
            size
        };
        match size {
            None => Step::Bad(Oddity::BadChunk),
            Some(0) => {
                self.part = Part::Trailers;
                Step::Framing(rest)
            }
            Some(size) => {
                self.part = Part::Data(size);
                Step::Framing(rest)
            }
        }
    }

    fn trailers<'b>(&mut self, bytes: &'b [u8], limits: &HttpLimits) -> Step<'b> {
        // A line end that is not there stands for the one of the last chunk's size.
        if self.text.is_empty() {
            self.text.push(b'\n');
        }
        let known = self.text.len();
        let room = limits.head_bytes.saturating_sub(known);
        let looked_at = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.text.extend_from_slice(looked_at);
        let searched = known.saturating_sub(3);
        let tail = self.text.get(searched..).unwrap_or_default();
        let Some(len) = head_len(tail).map(|len| len.saturating_add(searched)) else {
            return match looked_at.len() == bytes.len() {
                true => Step::Framing(&[]),
                false => Step::Bad(Oddity::HeadTooLong),
            };
        };
        let mut builder = FieldsBuf::default();
        let lines = self.text.get(..len).unwrap_or_default();
        fields_of(lines).for_each(|(name, value)| {
            if builder.len() == 0 {
                builder.push(&[], &[]);
            }
            builder.push(name, value);
        });
        let taken = len.saturating_sub(known);
        self.text = Vec::new();
        Step::End(bytes.get(taken..).unwrap_or_default(), builder)
    }
}

/// The part of `bytes` that is left to come, and the rest.
fn take<'b>(bytes: &'b [u8], left: &mut u64) -> (&'b [u8], &'b [u8]) {
    let len = usize::try_from(*left)
        .unwrap_or(usize::MAX)
        .min(bytes.len());
    *left = left.saturating_sub(len as u64);
    bytes.split_at_checked(len).unwrap_or((bytes, &[]))
}

/// The size of a chunk: hex digits up to an extension.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let size = size.trim_ascii();
    let is_hex = !size.is_empty() && size.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(size).ok().filter(|_| is_hex)?;
    u64::from_str_radix(text, 16).ok()
}
