//! What one request or response was.

use super::fields::{Fields, FieldsBuf, HasFields};
use super::mark::Extent;

/// Version that a message states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    /// A request line without a version.
    Http09,
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2.
    Http2,
}

impl HttpVersion {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Http09, Self::Http10, Self::Http11, Self::Http2];

    /// As it stands in a start line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http09 => "HTTP/0.9",
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// How the end of a body is told (RFC 9112 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    NoBody,
    /// By `Content-Length`.
    Length,
    /// By chunks.
    Chunked,
    /// By the end of the connection.
    UntilClose,
    /// By a frame of HTTP/2.
    EndStream,
}

impl Framing {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::NoBody,
        Self::Length,
        Self::Chunked,
        Self::UntilClose,
        Self::EndStream,
    ];

    /// As documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoBody => "none",
            Self::Length => "length",
            Self::Chunked => "chunked",
            Self::UntilClose => "close",
            Self::EndStream => "endStream",
        }
    }
}

/// A request or a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<F = FieldsBuf> {
    /// Where it came.
    pub extent: Extent,
    /// Version.
    pub version: HttpVersion,
    /// Status code of a response; 0 for a request.
    pub status: u16,
    /// Start line and fields; empty where they are not kept.
    pub head: F,
    /// Fields behind the body.
    pub trailers: F,
    /// How the end of the body is told.
    pub framing: Framing,
    /// What `Content-Length` says.
    pub content_length: Option<u64>,
    /// Bytes of the head as sent.
    pub head_bytes: u64,
    /// Bytes of the body that were captured, without chunk sizes, before content decoding.
    pub body_bytes: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
    /// Messages of gRPC that start in the body.
    pub grpc_messages: Option<u64>,
    /// It was captured from its first to its last byte.
    pub is_complete: bool,
    /// What was odd about it.
    pub oddities: Oddities,
}

impl<F: Default> Message<F> {
    /// A message of which nothing is known but where it starts.
    pub(super) fn starting_at(extent: Extent, version: HttpVersion) -> Self {
        Self {
            extent,
            version,
            status: 0,
            head: F::default(),
            trailers: F::default(),
            framing: Framing::NoBody,
            content_length: None,
            head_bytes: 0,
            body_bytes: 0,
            missing_bytes: 0,
            grpc_messages: None,
            is_complete: false,
            oddities: Oddities::default(),
        }
    }
}

impl<F: HasFields> Message<F> {
    /// This message with the fields that it has in memory.
    pub fn view(&self) -> Message<Fields<'_>> {
        Message {
            extent: self.extent,
            version: self.version,
            status: self.status,
            head: self.head.fields(),
            trailers: self.trailers.fields(),
            framing: self.framing,
            content_length: self.content_length,
            head_bytes: self.head_bytes,
            body_bytes: self.body_bytes,
            missing_bytes: self.missing_bytes,
            grpc_messages: self.grpc_messages,
            is_complete: self.is_complete,
            oddities: self.oddities,
        }
    }
}

/// Something odd about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Oddity {
    /// Only the end of the connection tells where it ends.
    NoLength,
    /// The last chunk is missing.
    NoLastChunk,
    /// The size of a chunk cannot be read.
    BadChunk,
    /// Bytes were never captured.
    BytesMissing,
    /// Packets came after what they belong to was answered.
    LatePackets,
    /// The session or the capture ends inside it.
    Cut,
    /// Its head is longer than is read.
    HeadTooLong,
    /// Lines of its head are not as the protocol says.
    BadHead,
    /// It has `Content-Length` and `Transfer-Encoding`.
    TwoLengths,
    /// Its `Content-Length` fields differ, or are no number.
    BadLength,
    /// Its transfer coding is none that can be undone.
    UnknownCoding,
    /// Bytes before it belong to no message.
    BytesBefore,
    /// A response whose request was not captured.
    NoRequest,
    /// More requests waited than are remembered: its response is not shown with it.
    TooManyWaiting,
    /// The stream was reset.
    Reset,
    /// Fields of its head stand in a table whose start was not captured.
    FieldsMissing,
}

impl Oddity {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::NoLength,
        Self::NoLastChunk,
        Self::BadChunk,
        Self::BytesMissing,
        Self::LatePackets,
        Self::Cut,
        Self::HeadTooLong,
        Self::BadHead,
        Self::TwoLengths,
        Self::BadLength,
        Self::UnknownCoding,
        Self::BytesBefore,
        Self::NoRequest,
        Self::TooManyWaiting,
        Self::Reset,
        Self::FieldsMissing,
    ];

    /// As documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoLength => "noLength",
            Self::NoLastChunk => "noLastChunk",
            Self::BadChunk => "badChunk",
            Self::BytesMissing => "bytesMissing",
            Self::LatePackets => "latePackets",
            Self::Cut => "cut",
            Self::HeadTooLong => "headTooLong",
            Self::BadHead => "badHead",
            Self::TwoLengths => "twoLengths",
            Self::BadLength => "badLength",
            Self::UnknownCoding => "unknownCoding",
            Self::BytesBefore => "bytesBefore",
            Self::NoRequest => "noRequest",
            Self::TooManyWaiting => "tooManyWaiting",
            Self::Reset => "reset",
            Self::FieldsMissing => "fieldsMissing",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// A set of oddities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oddities(u16);

impl Oddities {
    /// Adds one.
    pub const fn insert(&mut self, oddity: Oddity) {
        self.0 |= oddity.bit();
    }

    /// The set as a number.
    pub(super) const fn bits(self) -> u16 {
        self.0
    }

    /// The set of a number.
    pub(super) const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// True when it is in the set.
    pub const fn has(self, oddity: Oddity) -> bool {
        self.0 & oddity.bit() != 0
    }

    /// Those in the set.
    pub fn iter(self) -> impl Iterator<Item = Oddity> {
        Oddity::ALL
            .into_iter()
            .filter(move |oddity| self.has(*oddity))
    }
}
