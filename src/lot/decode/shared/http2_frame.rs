//! One HTTP/2 frame: its head, and what must hold of it.
//!
//! Strict where RFC 9113 lets a receiver be lenient (flags without meaning, types that are not
//! known), since frames have no mark of their own.
//!
//! Source: RFC 9113 §4.1, §6; RFC 7838 §4; RFC 9218 §7.1.

use std::ops::Range;

use super::cursor::{Cursor, Stop};

/// What a client sends first.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame that is all there.
pub(crate) struct Frame {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its flags.
    pub(crate) flags: u8,
    /// Its stream; 0 for the connection.
    pub(crate) stream: u32,
    /// Where its head is.
    pub(crate) head: Range<usize>,
    /// Where its payload is.
    pub(crate) payload: Range<usize>,
}

/// What a frame is, by the names of RFC 9113.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Data,
    Headers,
    Priority,
    RstStream,
    Settings,
    PushPromise,
    Ping,
    GoAway,
    WindowUpdate,
    Continuation,
    AltSvc,
    PriorityUpdate,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Data,
            1 => Self::Headers,
            2 => Self::Priority,
            3 => Self::RstStream,
            4 => Self::Settings,
            5 => Self::PushPromise,
            6 => Self::Ping,
            7 => Self::GoAway,
            8 => Self::WindowUpdate,
            9 => Self::Continuation,
            10 => Self::AltSvc,
            16 => Self::PriorityUpdate,
            _ => return None,
        })
    }

    /// Its name in the RFC.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Data => "DATA",
            Self::Headers => "HEADERS",
            Self::Priority => "PRIORITY",
            Self::RstStream => "RST_STREAM",
            Self::Settings => "SETTINGS",
            Self::PushPromise => "PUSH_PROMISE",
            Self::Ping => "PING",
            Self::GoAway => "GOAWAY",
            Self::WindowUpdate => "WINDOW_UPDATE",
            Self::Continuation => "CONTINUATION",
            Self::AltSvc => "ALTSVC",
            Self::PriorityUpdate => "PRIORITY_UPDATE",
        }
    }

    /// The flags that mean something.
    pub(crate) const fn flags(self) -> u8 {
        match self {
            Self::Data => END_STREAM | PADDED,
            Self::Headers => END_STREAM | END_HEADERS | PADDED | WITH_PRIORITY,
            Self::Settings | Self::Ping => ACK,
            Self::PushPromise => END_HEADERS | PADDED,
            Self::Continuation => END_HEADERS,
            Self::Priority
            | Self::RstStream
            | Self::GoAway
            | Self::WindowUpdate
            | Self::AltSvc
            | Self::PriorityUpdate => 0,
        }
    }

    /// Whether it is of a stream, or of the connection; `None` when it may be of either.
    const fn is_of_stream(self) -> Option<bool> {
        match self {
            Self::Data
            | Self::Headers
            | Self::Priority
            | Self::RstStream
            | Self::PushPromise
            | Self::Continuation => Some(true),
            Self::Settings | Self::Ping | Self::GoAway | Self::PriorityUpdate => Some(false),
            Self::WindowUpdate | Self::AltSvc => None,
        }
    }

    const fn fits_length(self, length: usize, flags: u8) -> bool {
        match self {
            Self::Priority => length == 5,
            Self::RstStream | Self::WindowUpdate => length == 4,
            Self::Settings if flags & ACK != 0 => length == 0,
            Self::Settings => length.is_multiple_of(6),
            Self::Ping => length == 8,
            Self::GoAway => 8 <= length,
            Self::PushPromise | Self::PriorityUpdate => 4 <= length,
            Self::Data | Self::Headers | Self::Continuation | Self::AltSvc => true,
        }
    }
}

impl Frame {
    /// Reads a frame.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Stop> {
        let start = cursor.at();
        let [high, middle, low] = cursor.array()?;
        let length = u32::from_be_bytes([0, high, middle, low]);
        let kind = Kind::of(cursor.u8()?).ok_or_else(|| Stop::odd("no type of a frame"))?;
        let flags = cursor.u8()?;
        let stream = cursor.u32()?;
        let head = start..cursor.at();
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        if flags & !kind.flags() != 0 || stream >> 31 != 0 {
            return Err(Stop::odd("bits that are reserved"));
        }
        if kind
            .is_of_stream()
            .is_some_and(|is_of_stream| is_of_stream != (stream != 0))
        {
            return Err(Stop::odd("a stream that cannot be"));
        }
        if !kind.fits_length(size, flags) {
            return Err(Stop::odd("a length that cannot be"));
        }
        Ok(Self {
            kind,
            flags,
            stream,
            head,
            payload: cursor.take(length)?,
        })
    }

    /// True when a flag is set.
    pub(crate) const fn has(&self, flag: u8) -> bool {
        self.flags & self.kind.flags() & flag != 0
    }

    /// The payload without padding, and how many bytes that is.
    pub(crate) fn without_padding(&self, bytes: &[u8]) -> (Range<usize>, Option<usize>) {
        let Range { start, end } = self.payload;
        let padding = bytes.get(start).copied().map(usize::from);
        match padding {
            Some(padding) if self.has(PADDED) && start + padding < end => {
                (start + 1..end - padding, Some(padding))
            }
            _ => (self.payload.clone(), None),
        }
    }
}

/// The last frame of a stream in this direction.
pub(crate) const END_STREAM: u8 = 0x01;
/// An acknowledgment.
pub(crate) const ACK: u8 = 0x01;
/// The last frame of a block of fields.
pub(crate) const END_HEADERS: u8 = 0x04;
/// Padding follows the payload.
pub(crate) const PADDED: u8 = 0x08;
/// A priority comes before the fields.
pub(crate) const WITH_PRIORITY: u8 = 0x20;
