//! WebSocket frames: what each is, and its payload, unmasked, by what it is.
//!
//! What was compressed (`permessage-deflate`) is inflated where the lots before are known, since a
//! message may build upon those before; else it is shown as hex. Deliberately absent: frames of one
//! message are not joined.
//!
//! Limits: those of `shared/nature.rs` and `shared/memory.rs`; a frame is shown when all of it is there.
//!
//! Source: RFC 6455 §5.2, §5.5, §7.4.

use std::ops::Range;

use super::shared::cursor::{Cursor, Stop};
use super::shared::frames;
use super::shared::inner::Inner;
use super::shared::nature::{self, Nesting};
use super::shared::tree::{Leaf, Tree};
use super::{Decoded, Decoder, Fit, Known, LotBytes};
use crate::session::Direction;

pub(crate) const DECODER: &dyn Decoder = &WebSocket;

struct WebSocket;

impl Decoder for WebSocket {
    fn name(&self) -> &'static str {
        "websocket"
    }

    fn summary(&self) -> &'static str {
        "WebSocket frames, payloads unmasked and shown by what they are"
    }

    /// Strict, since the marks of a frame are few bits: see `Plausible`.
    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        if lot.known.is_some_and(Known::is_web_socket) {
            let found = frames::look(lot, |cursor, _| Frame::read(cursor).map(drop));
            return found.is_all().then_some(Fit::Certain);
        }
        let mut plausible = Plausible::default();
        let found = frames::look(lot, |cursor, _| {
            let frame = Frame::read(cursor)?;
            let is_masked = lot.direction == Direction::Out;
            let payload = frame.unmasked(cursor.slice(frame.payload.clone()));
            if frame.is_masked() != is_masked || !plausible.takes(&frame, &payload) {
                return Err(Stop::odd("no frame"));
            }
            Ok(())
        });
        (found.is_all() && plausible.is_told).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        show(lot, 0, out);
    }
}

/// Shows the frames from an index on; no gap lies before.
pub(crate) fn show(lot: &LotBytes<'_>, from: usize, out: &mut Decoded) {
    let mut nesting = Nesting::of_lot();
    frames::show_from(lot, from, "WebSocket", out, |cursor, out| {
        let frame = Frame::read(cursor)?;
        frame.show(lot, &mut nesting, out);
        Ok(())
    });
}

/// What tells frames from other bytes that happen to have their marks: messages that begin in the
/// lot, and payloads that are what the frame says.
#[derive(Default)]
struct Plausible {
    /// A message has begun and not ended.
    is_open: bool,
    /// A frame was seen that other bytes do not look like.
    is_told: bool,
}

impl Plausible {
    fn takes(&mut self, frame: &Frame, payload: &[u8]) -> bool {
        let is_control = 8 <= frame.opcode;
        let is_continued = frame.opcode == CONTINUATION;
        if frame.reserved != 0 || (!is_control && is_continued != self.is_open) {
            return false;
        }
        if !is_control {
            self.is_open = !frame.is_final;
        }
        match frame.opcode {
            TEXT => {
                self.is_told = true;
                is_text(payload, frame.is_final) && !payload.is_empty()
            }
            CLOSE => match payload {
                [] => true,
                [high, low, reason @ ..] => {
                    self.is_told = true;
                    let code = u16::from_be_bytes([*high, *low]);
                    (1000..5000).contains(&code) && is_text(reason, true)
                }
                [_] => false,
            },
            BINARY => {
                self.is_told |= frame.is_masked();
                !payload.is_empty()
            }
            PING | PONG => {
                self.is_told |= frame.is_masked() || payload.is_empty();
                true
            }
            _ => true,
        }
    }
}

/// True for text without odd control characters; the last character may be cut.
fn is_text(payload: &[u8], is_whole: bool) -> bool {
    let text = match std::str::from_utf8(payload) {
        Ok(text) => text,
        Err(error) if !is_whole && error.error_len().is_none() => {
            let valid = payload.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_odd = |character: char| character.is_control() && !"\t\r\n".contains(character);
    !text.contains(is_odd)
}

/// A frame that is all there.
struct Frame {
    head: Range<usize>,
    is_final: bool,
    reserved: u8,
    opcode: u8,
    mask: Option<[u8; 4]>,
    payload: Range<usize>,
}

impl Frame {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Stop> {
        let start = cursor.at();
        let [first, second] = cursor.array()?;
        let opcode = first & 0x0f;
        if name(opcode).is_none() {
            return Err(Stop::odd("no kind of frame"));
        }
        let length = match second & 0x7f {
            126 => u64::from(cursor.u16()?),
            127 => cursor.array().map(u64::from_be_bytes)?,
            short => u64::from(short),
        };
        let is_shortest = match second & 0x7f {
            126 => 126 <= length,
            127 => 0xffff < length,
            _ => true,
        };
        if !is_shortest {
            return Err(Stop::odd("a length in more bytes than it takes"));
        }
        let is_final = first & 0x80 != 0;
        if 8 <= opcode && (125 < length || !is_final) {
            return Err(Stop::odd("a control frame that is too long or in parts"));
        }
        let mask = match second & 0x80 {
            0 => None,
            _ => Some(cursor.array()?),
        };
        let head = start..cursor.at();
        Ok(Self {
            head,
            is_final,
            reserved: (first >> 4) & 0x07,
            opcode,
            mask,
            payload: cursor.take(length)?,
        })
    }

    const fn is_masked(&self) -> bool {
        self.mask.is_some()
    }

    fn unmasked(&self, payload: &[u8]) -> Vec<u8> {
        let mask = self.mask.unwrap_or_default();
        let key = mask.iter().cycle();
        payload
            .iter()
            .zip(key)
            .map(|(byte, key)| byte ^ key)
            .collect()
    }

    fn show(&self, lot: &LotBytes<'_>, nesting: &mut Nesting, out: &mut Decoded) {
        let head = self.head.clone();
        let payload = lot.bytes.get(self.payload.clone()).unwrap_or_default();
        let payload = self.unmasked(payload);
        let mut tree = Tree::default();
        tree.name(name(self.opcode).unwrap_or_default());
        tree.open("{");
        tree.field("bytes", Leaf::number(payload.len(), head.clone()));
        if !self.is_final {
            tree.field("final", Leaf::word("false", head.clone()));
        }
        if self.reserved != 0 {
            let bits = format!("{:03b}", self.reserved);
            tree.field("reserved", Leaf::number(bits, head.clone()));
        }
        if self.is_masked() {
            tree.field("masked", Leaf::word("true", head.clone()));
        }
        let found = lot.known.and_then(|known| known.inflated(head.start));
        let stop = found.and_then(|frame| frame.stop);
        // What gave nothing is shown as it was sent.
        let inflated = found.filter(|frame| stop.is_none() || !frame.bytes.is_empty());
        if let Some(inflated) = inflated {
            tree.field("inflated", Leaf::number(inflated.bytes.len(), head));
        }
        let content = match (self.opcode, payload.first_chunk::<2>()) {
            (TEXT | BINARY | CONTINUATION, _) if inflated.is_some() => inflated
                .map(|frame| frame.bytes.clone())
                .unwrap_or_default(),
            (CLOSE, Some(code)) => {
                let code = u16::from_be_bytes(*code);
                tree.field("code", Leaf::number(code, self.payload.clone()));
                payload.get(2..).unwrap_or_default().to_vec()
            }
            _ => payload,
        };
        tree.close("}");
        tree.write(lot, out);
        if let Some(stop) = stop {
            out.note(format_args!("not inflated to its end: {stop}"));
        }
        if !content.is_empty() {
            let inner = Inner::made(lot, &self.payload, content);
            nature::show(&inner.lot(), "", nesting, out);
        }
    }
}

const fn name(opcode: u8) -> Option<&'static str> {
    match opcode {
        CONTINUATION => Some("continuation"),
        TEXT => Some("text"),
        BINARY => Some("binary"),
        CLOSE => Some("close"),
        PING => Some("ping"),
        PONG => Some("pong"),
        _ => None,
    }
}

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(direction: Direction, bytes: &[u8], fit: bool, expected: &str) {
        let lot = LotBytes::whole(direction, bytes);
        let mut out = Decoded::default();
        WebSocket.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        let found = WebSocket.fit(&lot).is_some();
        assert_eq!(found, fit, "{}", bytes.escape_ascii());
    }

    #[test]
    fn frames_of_a_client_are_unmasked() {
        // RFC 6455 §5.7.
        check(
            Direction::Out,
            b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
            true,
            "text: {bytes: 5, masked: true}\nHello\n",
        );
    }

    #[test]
    fn frames_of_a_server_are_not_masked() {
        check(
            Direction::In,
            b"\x01\x03Hel\x80\x02lo\x89\0\x88\x05\x03\xe8bye",
            true,
            "text: {bytes: 3, final: false}\nHel\ncontinuation: {bytes: 2}\nlo\n\
             ping: {bytes: 0}\nclose: {bytes: 5, code: 1000}\nbye\n",
        );
        check(
            Direction::Out,
            b"\x81\x02hi",
            false,
            "text: {bytes: 2}\nhi\n",
        );
    }

    #[test]
    fn a_payload_is_shown_by_what_it_is() {
        check(
            Direction::In,
            b"\x81\x0a{\"a\": [] }",
            true,
            "text: {bytes: 10}\n{\n  \"a\": []\n}\n",
        );
    }

    #[test]
    fn bytes_with_the_marks_of_a_frame_are_not_taken_for_frames() {
        let fit = |bytes| WebSocket.fit(&LotBytes::whole(Direction::In, bytes));
        // A session service of NetBIOS, a reply of X11, a message of SMB.
        assert_eq!(fit(b"\x82\0\0\0"), None);
        assert_eq!(fit(&[1, 0, 0, 22, 0, 0, 0, 0]), None);
        assert_eq!(fit(b"\0\0\0\x04\xffSMB"), None);
        assert_eq!(fit(b"\x82\x02ab"), None);
        assert_eq!(fit(b"\x81\x02a\0"), None);
        assert_eq!(fit(b"\x01\x01a\x80\x01b"), Some(Fit::Certain));
    }

    #[test]
    fn what_is_compressed_is_shown_as_it_is() {
        check(
            Direction::In,
            b"\xc1\x02\xff\xfe",
            false,
            "text: {bytes: 2, reserved: 100}\n\
             00000000  ff fe                                             |..|\n",
        );
    }
}
