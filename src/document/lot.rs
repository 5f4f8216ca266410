//! The `PacketLot` document: one lot of a session, with or without its content.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::exact::{Seconds, Text};
use super::times::{distance, span_seconds};
use crate::lot::Lot;
use crate::lot::decode::{self, LotBytes};
use crate::session::Direction;
use crate::time::Timestamp;

/// One lot of a session.
///
/// The order of the fields is that of the keys; an absent value is an absent key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PacketLot<'a> {
    /// Always [`Self::TYPE`].
    #[serde(rename = "@type")]
    pub document_type: &'static str,
    /// `@id` of the session.
    pub session: &'a str,
    /// Number in the session, from 0.
    pub index: u64,
    /// `out` or `in`.
    pub direction: Text<Direction>,
    /// Time of its first packet in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Seconds>,
    /// Time of its last packet in seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Seconds>,
    /// `last - first` in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// Seconds from the last packet of the lot before to the first of this; absent in lot 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Seconds>,
    /// Packets with payload, re-sent ones included.
    pub packets: u64,
    /// Unique payload bytes captured.
    pub bytes: u64,
    /// Runs of bytes that were never captured.
    pub gaps: u64,
    /// Bytes that were never captured.
    pub missing_bytes: u64,
    /// Packets that came after what they belong to was answered.
    pub late_packets: u64,
    /// Packets that brought other bytes than those captured before at the same place.
    pub overlap_conflicts: u64,
    /// Number in the capture, from 1, of its first packet.
    pub first_packet: u64,
    /// Number in the capture, from 1, of its last packet.
    pub last_packet: u64,
}

impl<'a> PacketLot<'a> {
    /// The `@type` of every document of this kind.
    pub const TYPE: &'static str = "PacketLot";

    /// The document of a lot of the session `session`.
    pub fn new(session: &'a str, lot: &Lot) -> Self {
        let seconds = |time: Timestamp| Seconds(time.decimal(lot.precision));
        Self {
            document_type: Self::TYPE,
            session,
            index: lot.index,
            direction: Text(lot.direction),
            first: lot.first.map(seconds),
            last: lot.last.map(seconds),
            duration: distance(lot.first, lot.last, lot.precision),
            pause: lot.pause.map(|pause| span_seconds(pause, lot.precision)),
            packets: lot.packets,
            bytes: lot.payload_bytes,
            gaps: lot.gaps,
            missing_bytes: lot.missing_bytes,
            late_packets: lot.late_packets,
            overlap_conflicts: lot.overlap_conflicts,
            first_packet: lot.first_packet.value(),
            last_packet: lot.last_packet.value(),
        }
    }

    /// Writes the document with its content: the array of pieces that [`write_pieces`] wrote.
    ///
    /// # Errors
    ///
    /// Fails when `out` does.
    pub fn write_with_content(
        &self,
        out: &mut impl Write,
        pieces: &mut impl io::Read,
    ) -> io::Result<()> {
        let json = serde_json::to_vec(self)?;
        let (_, open) = json.split_last().unwrap_or((&b'}', b"{"));
        out.write_all(open)?;
        out.write_all(b",\"content\":[")?;
        io::copy(pieces, out)?;
        out.write_all(b"]}")
    }
}

/// A piece of the content of a lot.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Piece<'a> {
    /// Bytes that are text: UTF-8.
    Text(&'a str),
    /// Bytes that are not: Base64 (RFC 4648 §4).
    Base64(String),
    /// Bytes that were never captured: how many.
    Missing(u64),
}

/// A piece with its mark.
#[derive(Clone, Debug, Serialize)]
struct MarkedPiece<'a> {
    #[serde(flatten)]
    piece: Piece<'a>,
    /// True for bytes that came after what they belong to was answered.
    #[serde(skip_serializing_if = "is_false")]
    late: bool,
}

/// Writes the content of a lot, or of a part of one, as the members of a JSON array: pieces in
/// stream order, between commas. `is_first` when no piece stands before them.
///
/// # Errors
///
/// Fails when `out` does.
pub fn write_pieces(out: &mut impl Write, lot: &LotBytes<'_>, is_first: bool) -> io::Result<()> {
    let mut comma = if is_first { "" } else { "," };
    let mut write = |piece: MarkedPiece<'_>| {
        out.write_all(comma.as_bytes())?;
        comma = ",";
        serde_json::to_writer(&mut *out, &piece).map_err(io::Error::from)
    };
    for piece in lot.pieces() {
        match piece {
            decode::Piece::Bytes { at, bytes, .. } => {
                let mut rest = bytes;
                let mut at = at;
                while !rest.is_empty() {
                    let lateness = lot.lateness(at);
                    let (run, tail) = rest.split_at((lateness.until - at).min(rest.len()));
                    write(MarkedPiece {
                        piece: piece_of(run),
                        late: lateness.is_late,
                    })?;
                    (at, rest) = (lateness.until, tail);
                }
            }
            decode::Piece::Gap { gap, .. } => write(MarkedPiece {
                piece: Piece::Missing(gap.missing_bytes),
                late: false,
            })?,
        }
    }
    Ok(())
}

fn piece_of(bytes: &[u8]) -> Piece<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Piece::Text(text),
        Err(_) => Piece::Base64(STANDARD.encode(bytes)),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference to the field"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::Gap;

    #[test]
    fn pieces_show_gaps_and_late_bytes_where_they_are() {
        let content = LotBytes {
            gaps: &[
                Gap {
                    at: 0,
                    missing_bytes: 7,
                },
                Gap {
                    at: 4,
                    missing_bytes: 2,
                },
                Gap {
                    at: 8,
                    missing_bytes: 1,
                },
            ],
            late: std::slice::from_ref(&(2..4)),
            ..LotBytes::whole(Direction::Out, b"abcd\xff\xfeef")
        };
        let mut json = Vec::new();
        write_pieces(&mut json, &content, true).unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            "{\"missing\":7},{\"text\":\"ab\"},{\"text\":\"cd\",\"late\":true},{\"missing\":2},\
             {\"base64\":\"//5lZg==\"},{\"missing\":1}"
        );
    }

    #[test]
    fn no_content_has_no_pieces() {
        let mut json = Vec::new();
        write_pieces(&mut json, &LotBytes::whole(Direction::In, b""), true).unwrap();
        assert_eq!(json, b"");
    }
}
