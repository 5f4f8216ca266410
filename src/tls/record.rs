//! The records of one direction to what they show.
//!
//! ```text
//!   content type | version | length | body
//!        1            2        2      length
//! ```
//!
//! Bodies of application data are passed over unread. Bytes that cannot be records end the search
//! in that direction; what was found so far stands. Where bytes are missing, reading goes on if
//! they lie within a record, or if a record starts right behind them.
//! Limits: [`TlsLimits`]; after [`SETTLED_RECORDS`] records with application data nothing more is
//! read.
//! Source: RFC 8446 §5.1 and §5.2, RFC 5246 §6.2.

use super::code_points::Version;
use super::found::{Alert, Found};
use super::limits::TlsLimits;
use super::message::Messages;

/// Reads the records of one direction.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The header of the next record, as far as it has come.
    header: Header,
    /// The content of the record that is being read.
    content: Content,
    /// Bytes of its body that have not come.
    left: u16,
    messages: Messages,
    /// The first encrypted record, as far as it has come.
    sealing: Vec<u8>,
}

/// Whether there is more to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    More,
    /// Nothing more will be found in this direction.
    Done,
}

#[derive(Debug, Default)]
struct Header {
    bytes: [u8; HEADER_LEN],
    filled: usize,
}

/// What is done with the body of a record.
#[derive(Clone, Copy, Debug, Default)]
enum Content {
    #[default]
    Ignored,
    Handshake,
    /// The first encrypted record, which is kept.
    Sealed,
    /// An alert of two bytes, with the first when it has come.
    Alert(Option<u8>),
}

impl Records {
    pub(super) fn push(&mut self, bytes: &[u8], found: &mut Found, limits: &TlsLimits) -> Progress {
        let mut rest = bytes;
        while !rest.is_empty() {
            if 0 < self.left {
                rest = self.body(rest, found, limits);
                continue;
            }
            rest = self.header.fill(rest);
            if self.header.filled < HEADER_LEN {
                break;
            }
            let bytes = std::mem::take(&mut self.header).bytes;
            if !self.start(bytes, found) || SETTLED_RECORDS <= found.encrypted.records {
                return Progress::Done;
            }
        }
        Progress::More
    }

    /// Takes in that `len` bytes are missing.
    pub(super) fn push_gap(&mut self, len: u64, found: &mut Found) -> Progress {
        let is_handshake = matches!(self.content, Content::Handshake);
        let inside = 0 < self.left && len <= self.left.into();
        if is_handshake || !inside {
            found.messages_lost = true;
            self.messages = Messages::default();
        }
        if 0 < self.header.filled {
            return Progress::Done;
        }
        self.content = Content::Ignored;
        self.sealing = Vec::new();
        let left = u64::from(self.left).saturating_sub(len);
        self.left = u16::try_from(left).unwrap_or_default();
        Progress::More
    }

    /// Starts a record; false when this is no header of one.
    fn start(&mut self, header: [u8; HEADER_LEN], found: &mut Found) -> bool {
        if !is_header(header) {
            return false;
        }
        let [content, major, minor, high, low] = header;
        let version = Version(u16::from_be_bytes([major, minor]));
        found.record_version.get_or_insert(version);
        found.records = found.records.saturating_add(1);
        self.left = u16::from_be_bytes([high, low]);
        self.content = Content::Ignored;
        match content {
            CHANGE_CIPHER_SPEC => found.handle_change(),
            ALERT if self.left == 2 => self.content = Content::Alert(None),
            HANDSHAKE if found.changed_keys => {
                found.finished = true;
                self.keep_sealed(header, found);
            }
            HANDSHAKE => self.content = Content::Handshake,
            APPLICATION_DATA => {
                found.encrypted.handle_record(self.left);
                self.keep_sealed(header, found);
            }
            _ => {}
        }
        true
    }

    /// Keeps the first encrypted record: it tells whether secrets fit.
    fn keep_sealed(&mut self, header: [u8; HEADER_LEN], found: &mut Found) {
        let is_first = !std::mem::replace(&mut found.is_sealed_seen, true);
        if is_first && self.left <= MAX_SEALED_LEN {
            self.content = Content::Sealed;
            self.sealing = header.to_vec();
        }
    }

    /// Reads what has come of the body; gives what lies behind it.
    fn body<'a>(&mut self, rest: &'a [u8], found: &mut Found, limits: &TlsLimits) -> &'a [u8] {
        let len = rest.len().min(self.left.into());
        let (body, after) = rest.split_at(len);
        self.left = self
            .left
            .saturating_sub(u16::try_from(len).unwrap_or(u16::MAX));
        match &mut self.content {
            Content::Ignored => {}
            Content::Sealed => {
                self.sealing.extend_from_slice(body);
                if self.left == 0 {
                    found.sealed = Some(std::mem::take(&mut self.sealing).into());
                }
            }
            Content::Handshake => {
                self.messages
                    .push(body, limits.message_bytes, &mut |kind, body| {
                        found.handle_message(kind, body, limits);
                    });
            }
            Content::Alert(level) => {
                for byte in body {
                    match level.take() {
                        None => *level = Some(*byte),
                        Some(level) if found.alerts.len() < limits.alerts => {
                            found.alerts.push(Alert {
                                fatal: level == 2,
                                description: *byte,
                            });
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        after
    }
}

impl Header {
    /// Takes the bytes that are missing from the front of `rest`.
    fn fill<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let room = self.bytes.get_mut(self.filled..).unwrap_or_default();
        let len = room.len().min(rest.len());
        let (taken, after) = rest.split_at(len);
        for (to, from) in room.iter_mut().zip(taken) {
            *to = *from;
        }
        self.filled = self.filled.saturating_add(len);
        after
    }
}

/// True when this can be the header of a record.
pub(super) const fn is_header([content, major, minor, high, low]: [u8; HEADER_LEN]) -> bool {
    let len = u16::from_be_bytes([high, low]);
    CHANGE_CIPHER_SPEC <= content
        && content <= HEARTBEAT
        && major == 3
        && minor <= 4
        && len <= MAX_RECORD_LEN
        // Only application data may be empty (RFC 5246 §6.2.1).
        && (0 < len || content == APPLICATION_DATA)
}

/// Bytes of a record's header.
pub(super) const HEADER_LEN: usize = 5;
const CHANGE_CIPHER_SPEC: u8 = 20;
/// Content type of alerts.
pub(super) const ALERT: u8 = 21;
/// Content type of handshake messages.
pub(super) const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const HEARTBEAT: u8 = 24;
/// The most that any version allows: 2^14 and 2048 bytes of overhead (RFC 5246 §6.2.3).
const MAX_RECORD_LEN: u16 = (1 << 14) + 2048;
/// The longest encrypted record that is kept; a Finished message takes 100 bytes or so.
const MAX_SEALED_LEN: u16 = 1024;
/// Enough to be past early data and the end of any handshake.
const SETTLED_RECORDS: u32 = 64;
