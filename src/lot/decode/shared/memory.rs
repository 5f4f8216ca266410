//! What the lots of a session say to each other: that a WebSocket was agreed on, and the compressed
//! messages in it, which build upon those before.
//!
//! A decoder sees one lot. Whoever shows lots one after the other tells a [`Memory`] each of them in
//! their order, and hands on what it gives, so that decoders stay without state.
//!
//! Deliberately absent: tables of HTTP/2, and whatever else a connection builds up.
//! Limits: 1 MiB inflated and 65,536 compressed frames a lot, or a part of one; more are shown as
//! they were sent. Behind missing bytes the frames of a direction are not known any more.
//! Sources: RFC 6455 §4.2.2; RFC 7692.

use super::http_body::Body;
use super::http_head::{Head, is_response};
use super::lot_bytes::{LotBytes, Piece};
use crate::http::{DeflateTerms, FrameEvent, FrameReader, InflateFailure};
use crate::session::{Direction, PerDirection};

/// What was said so far.
#[derive(Debug, Default)]
pub struct Memory {
    /// Frames of each direction, since a WebSocket was agreed on; none where they are lost.
    frames: Option<PerDirection<Option<FrameReader>>>,
}

/// What is known of a lot, or of a part of one, beside its bytes.
#[derive(Debug, Default)]
pub struct Known {
    is_web_socket: bool,
    /// Compressed frames, by the indexes of their first bytes.
    frames: Vec<InflatedFrame>,
    /// Bytes that may still be inflated.
    room_bytes: usize,
}

/// What a compressed frame gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InflatedFrame {
    /// Index of its first byte; 0 as well where it began in a part before.
    at: usize,
    pub(crate) bytes: Vec<u8>,
    /// Why there are no more.
    pub(crate) stop: Option<&'static str>,
}

impl Memory {
    /// Takes in the next lot, or the next part of one; gives what is known of it.
    pub fn take_in(&mut self, lot: &LotBytes<'_>) -> Known {
        let mut known = Known {
            is_web_socket: self.frames.is_some(),
            frames: Vec::new(),
            room_bytes: MAX_INFLATED_BYTES,
        };
        match self.frames.is_some() {
            true => self.read(lot, 0, &mut known),
            false => {
                if let Some((from, terms)) = agreement(lot) {
                    self.agree(lot.direction, terms);
                    self.read(lot, from, &mut known);
                }
            }
        }
        known
    }

    fn agree(&mut self, server: Direction, terms: Option<DeflateTerms>) {
        let mut frames = PerDirection::default();
        frames[server] = Some(terms.map_or_else(FrameReader::default, |terms| {
            FrameReader::inflating(terms.server)
        }));
        frames[server.opposite()] = Some(terms.map_or_else(FrameReader::default, |terms| {
            FrameReader::inflating(terms.client)
        }));
        self.frames = Some(frames);
    }

    /// Reads the frames from an index on.
    fn read(&mut self, lot: &LotBytes<'_>, from: usize, known: &mut Known) {
        let Some(frames) = &mut self.frames else {
            return;
        };
        let slot = &mut frames[lot.direction];
        for piece in lot.pieces() {
            let Some(reader) = slot else { return };
            match piece {
                Piece::Gap { gap, .. } => {
                    if !reader.skip(gap.missing_bytes) {
                        *slot = None;
                    }
                }
                Piece::Bytes { at, bytes, .. } => {
                    let start = from.saturating_sub(at).min(bytes.len());
                    let bytes = bytes.get(start..).unwrap_or_default();
                    let at = at.saturating_add(start);
                    reader.push(bytes, &mut |event| known.note(at, event));
                }
            }
        }
    }
}

impl Known {
    /// True where frames of a WebSocket are what the connection was turned into before.
    pub(crate) const fn is_web_socket(&self) -> bool {
        self.is_web_socket
    }

    /// What the compressed frame gave whose first byte has this index.
    pub(crate) fn inflated(&self, at: usize) -> Option<&InflatedFrame> {
        let found = self.frames.binary_search_by_key(&at, |frame| frame.at);
        self.frames.get(found.ok()?)
    }

    fn note(&mut self, base: usize, event: FrameEvent<'_>) {
        match event {
            FrameEvent::Frame(start) if self.frames.len() < MAX_FRAMES => {
                // The rest of a frame of the part before is shown with nothing.
                if let Some(start) = start {
                    self.frames.push(InflatedFrame {
                        at: base.saturating_add(start),
                        bytes: Vec::new(),
                        stop: None,
                    });
                }
            }
            FrameEvent::Frame(_) => {}
            FrameEvent::Inflated(bytes) => {
                let Some(frame) = self.frames.last_mut() else {
                    return;
                };
                let room = self.room_bytes.min(bytes.len());
                frame
                    .bytes
                    .extend_from_slice(bytes.get(..room).unwrap_or_default());
                self.room_bytes = self.room_bytes.saturating_sub(room);
                if room < bytes.len() {
                    frame.stop = Some("no more than 1 MiB of a lot are inflated");
                }
            }
            FrameEvent::Failed(failure) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.stop = Some(InflateFailure::as_str(failure));
                }
            }
        }
    }
}

/// Where a lot turns the connection into a WebSocket: the index behind the head that does, and what
/// it says of compressed messages.
fn agreement(lot: &LotBytes<'_>) -> Option<(usize, Option<DeflateTerms>)> {
    let front = lot.front();
    if lot.offset != 0 || !is_response(front) {
        return None;
    }
    let mut at = 0;
    while let Some(head) = Head::at(front, at) {
        if head.upgrade.as_deref() == Some("websocket") {
            let text = front.get(head.range.clone()).unwrap_or_default();
            return Some((head.range.end, terms(text)));
        }
        if head.upgrade.is_some() {
            return None;
        }
        at = Body::behind(front, &head).behind?;
    }
    None
}

/// What a head says of compressed messages.
fn terms(head: &[u8]) -> Option<DeflateTerms> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        let is_ours = name
            .trim_ascii()
            .eq_ignore_ascii_case(b"sec-websocket-extensions");
        is_ours.then(|| DeflateTerms::of(value.get(1..)?)).flatten()
    })
}

const MAX_INFLATED_BYTES: usize = 1 << 20;
const MAX_FRAMES: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::{Decoded, Gap, auto};

    const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n\r\n";

    /// What each lot is shown as, and by which decoder.
    fn shown(lots: &[(Direction, &[u8], &[Gap])]) -> Vec<String> {
        let mut memory = Memory::default();
        let shown = lots.iter().map(|(direction, bytes, gaps)| {
            let lot = LotBytes {
                gaps,
                ..LotBytes::whole(*direction, bytes)
            };
            let known = memory.take_in(&lot);
            let lot = lot.knowing(&known);
            let mut out = Decoded::default();
            let decoder = auto(&lot);
            decoder.decode(&lot, &mut out);
            format!("{}: {out}", decoder.name())
        });
        shown.collect()
    }

    #[test]
    fn messages_are_inflated_by_those_of_the_lots_before() {
        let first = [ANSWER, b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\0"].concat();
        let lots = shown(&[
            (Direction::In, &first, &[]),
            (
                Direction::Out,
                b"\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\0",
                &[],
            ),
            (Direction::In, b"\xc1\x05\xf2\0\x11\0\0", &[]),
        ]);
        assert!(lots[0].starts_with("http: HTTP/1.1 101 Switching Protocols\n"));
        let text = "text: {bytes: 7, reserved: 100, inflated: 5}\nHello\n";
        assert!(lots[0].ends_with(text), "{}", lots[0]);
        assert_eq!(
            lots[1],
            "websocket: text: {bytes: 7, reserved: 100, masked: true, inflated: 5}\nHello\n"
        );
        assert_eq!(
            lots[2],
            "websocket: text: {bytes: 5, reserved: 100, inflated: 5}\nHello\n"
        );
    }

    #[test]
    fn what_builds_upon_missing_bytes_is_shown_as_it_was_sent() {
        let gaps = [Gap {
            at: 4,
            missing_bytes: 5,
        }];
        let lots = shown(&[
            (Direction::In, ANSWER, &[]),
            (Direction::In, b"\xc1\x07\xf2\x48", &gaps),
            (Direction::In, b"\xc1\x05\xf2\0\x11\0\0", &[]),
        ]);
        assert!(lots[1].contains("[5 bytes missing]"), "{}", lots[1]);
        assert_eq!(
            lots[2],
            "websocket: text: {bytes: 5, reserved: 100}\n\
             not inflated to its end: bytes before it are missing\n\
             00000000  f2 00 11 00 00                                    |.....|\n"
        );
    }

    #[test]
    fn without_an_agreement_nothing_is_inflated() {
        let lots = shown(&[
            (
                Direction::In,
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                &[],
            ),
            (Direction::In, b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\0", &[]),
        ]);
        assert!(lots[1].starts_with("hex: "), "{}", lots[1]);
    }
}
