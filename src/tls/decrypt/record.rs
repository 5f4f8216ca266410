//! What comes out: records of one TLS connection, deciphered or with the reason why not.

use std::fmt;

use super::super::code_points::{CipherSuite, Version};
use crate::session::{Direction, StreamRange};

/// A record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsRecord<'a> {
    /// Who sent it.
    pub direction: Direction,
    /// Its place in the stream, header included.
    pub range: StreamRange,
    /// What it holds: the type inside, where TLS 1.3 hides it and it was deciphered.
    pub content: ContentType,
    /// Bytes behind its header.
    pub body_bytes: u16,
    /// Bytes that its content can have at most, once the tag, the MAC and the like are taken off.
    pub most_bytes: u16,
    /// Its content.
    pub payload: Payload<'a>,
}

/// What a record holds (RFC 8446 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    /// The keys change behind it; without meaning in TLS 1.3.
    ChangeCipherSpec,
    /// An alert.
    Alert,
    /// Handshake messages, or parts of them.
    Handshake,
    /// Data of the protocol above.
    ApplicationData,
    /// A heartbeat (RFC 6520).
    Heartbeat,
    /// A client's hello in the form of SSL 2.0.
    V2Hello,
    /// Unknown: the start of the record was not captured.
    Unknown,
}

/// The content of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// It was sent in the clear.
    Clear(&'a [u8]),
    /// It was deciphered: its MAC or tag verifies, its padding is taken off.
    Deciphered(&'a [u8]),
    /// It is not known, for this reason.
    Unknown(Undeciphered),
}

/// Why a record is not deciphered. The text names labels and suites, never secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Undeciphered {
    /// No secret of this connection is known.
    NoSecrets,
    /// The secret with this label is not known.
    NoSecret(&'static str),
    /// The secret with this label has a length that is none.
    BadSecret(&'static str),
    /// The handshake was not captured, and no custom fields say what it agreed on.
    HandshakeMissing,
    /// Keys before TLS 1.3 need the randoms of both hellos, and one was not captured.
    RandomMissing,
    /// No deciphering of this suite is built in.
    Cipher(CipherSuite),
    /// No deciphering of this version is built in.
    Version(Version),
    /// The records are compressed in a way that is not built in, or cannot be inflated.
    Compressed,
    /// Its MAC or tag does not verify with the keys known.
    NotVerified,
    /// The record is too short for its cipher.
    TooShort,
    /// The cipher goes on from the bytes before, some of which were not captured.
    ChainBroken,
    /// Bytes of the record were not captured.
    BytesMissing,
    /// The start of the record was not captured.
    StartMissing,
    /// It was not tried, because the first encrypted record is too long to be kept for that.
    NotTried,
    /// The hello of the other side did not come within the limit of bytes that wait for it.
    WaitedTooLong,
}

impl<'a> TlsRecord<'a> {
    /// Data of the protocol above, where it is known.
    pub fn application_data(&self) -> Option<&'a [u8]> {
        match (self.content, self.payload) {
            (ContentType::ApplicationData, Payload::Deciphered(bytes)) => Some(bytes),
            (_, _) => None,
        }
    }

    /// Why it is not known what the record holds.
    pub const fn reason(&self) -> Option<Undeciphered> {
        match self.payload {
            Payload::Unknown(reason) => Some(reason),
            Payload::Clear(_) | Payload::Deciphered(_) => None,
        }
    }
}

impl ContentType {
    /// The type by its number.
    pub(super) const fn of(number: u8) -> Self {
        match number {
            20 => Self::ChangeCipherSpec,
            21 => Self::Alert,
            22 => Self::Handshake,
            23 => Self::ApplicationData,
            24 => Self::Heartbeat,
            _ => Self::Unknown,
        }
    }

    /// The name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChangeCipherSpec => "change cipher spec",
            Self::Alert => "alert",
            Self::Handshake => "handshake",
            Self::ApplicationData => "application data",
            Self::Heartbeat => "heartbeat",
            Self::V2Hello => "SSL 2.0 hello",
            Self::Unknown => "record",
        }
    }
}

impl fmt::Display for Undeciphered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecrets => f.write_str("no secret of this connection is known"),
            Self::NoSecret(label) => write!(f, "the secret {label} is not known"),
            Self::BadSecret(label) => write!(f, "the secret {label} has no length of one"),
            Self::HandshakeMissing => f.write_str("the handshake was not captured"),
            Self::RandomMissing => f.write_str(
                "not possible: keys before TLS 1.3 need both hellos, which were not captured",
            ),
            Self::Cipher(suite) => write!(f, "{suite} is not supported"),
            Self::Version(version) => write!(f, "{version} is not supported"),
            Self::Compressed => f.write_str(
                "its compression is not supported, or goes on from bytes that are missing",
            ),
            Self::NotVerified => f.write_str("it does not verify with the secrets known"),
            Self::TooShort => f.write_str("it is too short for its cipher"),
            Self::ChainBroken => f.write_str("its cipher goes on from bytes that are missing"),
            Self::BytesMissing => f.write_str("bytes of it are missing"),
            Self::StartMissing => f.write_str("its start is missing"),
            Self::NotTried => f.write_str("not tried: the first encrypted record is too long"),
            Self::WaitedTooLong => f.write_str("the hello of the other side did not come in time"),
        }
    }
}
