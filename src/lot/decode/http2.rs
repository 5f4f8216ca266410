//! HTTP/2 frames: what each is, header fields where they can be read, and data by what it is.
//!
//! Header fields refer to a table that the whole connection builds up, counted from its newest
//! field. So those are found that were added in the lot itself; at the first that is older, the rest
//! of the fields of the lot are shown in hexadecimal, behind a note. Messages
//! of gRPC are joined from the data of their stream in the lot, inflated by `grpc-encoding`, and shown
//! as Protocol Buffers; other data of one stream that comes in several frames is not joined.
//!
//! Limits: blocks of fields of 64 KiB, and 1 MiB of fields in a lot; those of `shared/nature.rs`; a
//! frame is shown when all of it is there.
//!
//! Sources: RFC 9113 §3.4, §4.1, §6; RFC 7541.

use super::shared::cursor::{Cursor, Stop};
use super::shared::frames::{self, End};
use super::shared::http2_frame::{Frame, PREFACE};
use super::shared::http2_state::Connection;
use super::shared::tree::{Leaf, Tree};
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind};
use crate::session::Direction;

pub(crate) const DECODER: &dyn Decoder = &Http2;

struct Http2;

impl Decoder for Http2 {
    fn name(&self) -> &'static str {
        "http2"
    }

    fn summary(&self) -> &'static str {
        "HTTP/2 frames, with the header fields that the lot itself tells"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        if lot.direction == Direction::Out && lot.front().starts_with(PREFACE) {
            return Some(Fit::Certain);
        }
        let found = frames::look(lot, |cursor, _| Frame::read(cursor).map(drop));
        let is_cut = 1 < found.frames && found.end == End::Short;
        (found.is_all() || is_cut).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        show(lot, 0, out);
    }
}

/// Shows the frames from an index on; no gap lies before.
pub(crate) fn show(lot: &LotBytes<'_>, from: usize, out: &mut Decoded) {
    let mut connection = Connection::new();
    frames::show_from(lot, from, "HTTP/2", out, |cursor, out| {
        if cursor.rest().starts_with(PREFACE) && cursor.at() == from {
            return show_preface(cursor, lot, out);
        }
        let frame = Frame::read(cursor)?;
        connection.show(&frame, lot, out);
        Ok(())
    });
    connection.finish(lot, out);
}

fn show_preface(
    cursor: &mut Cursor<'_>,
    lot: &LotBytes<'_>,
    out: &mut Decoded,
) -> Result<(), Stop> {
    let range = cursor.take(PREFACE.len())?;
    let mut tree = Tree::default();
    tree.leaf(Leaf::Text(SpanKind::Text, range));
    tree.write(lot, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(direction: Direction, bytes: &[u8]) -> String {
        let mut out = Decoded::default();
        Http2.decode(&LotBytes::whole(direction, bytes), &mut out);
        out.to_string()
    }

    fn fit(direction: Direction, bytes: &[u8]) -> Option<Fit> {
        Http2.fit(&LotBytes::whole(direction, bytes))
    }

    const SETTINGS: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64";
    /// `:method: GET`, `:path: /`, `a: b` that goes into the table.
    const HEADERS: &[u8] = b"\0\0\x07\x01\x05\0\0\0\x01\x82\x84\x40\x01a\x01b";
    /// `a: b`, from the table.
    const AGAIN: &[u8] = b"\0\0\x01\x01\x05\0\0\0\x03\xbe";

    #[test]
    fn fields_of_the_lot_are_read() {
        let bytes = [PREFACE, SETTINGS, HEADERS, AGAIN].concat();
        assert_eq!(
            shown(Direction::Out, &bytes),
            "PRI * HTTP/2.0\\x0d\\x0a\\x0d\\x0aSM\\x0d\\x0a\\x0d\\x0a\n\
             SETTINGS: {stream: 0, bytes: 6, maxConcurrentStreams: 100}\n\
             HEADERS: {stream: 1, bytes: 7, endStream: true, endHeaders: true}\n\
             :method: GET\n:path: /\na: b\n\
             HEADERS: {stream: 3, bytes: 1, endStream: true, endHeaders: true}\na: b\n"
        );
        assert_eq!(fit(Direction::Out, &bytes), Some(Fit::Certain));
    }

    #[test]
    fn fields_of_the_lots_before_are_not_guessed() {
        let block = b"\0\0\x03\x01\x05\0\0\0\x03\x82\xbe\x84";
        assert_eq!(
            shown(Direction::Out, &[block, AGAIN].concat()),
            "HEADERS: {stream: 3, bytes: 3, endStream: true, endHeaders: true}\n\
             :method: GET\n\
             fields that are not read: they are in the lots before\n\
             00000009  82 be 84                                          |...|\n\
             HEADERS: {stream: 3, bytes: 1, endStream: true, endHeaders: true}\n\
             fields that are not read: those before were not\n\
             00000015  be                                                |.|\n"
        );
        assert_eq!(fit(Direction::Out, AGAIN), Some(Fit::Certain));
    }

    #[test]
    fn a_bomb_of_fields_ends_at_1_mib() {
        // A field of 4000 bytes into the table, and 60,000 times out of it.
        let mut block = b"\x40\x01a\x7f\xa1\x1e".to_vec();
        block.extend([b'x'; 4000]);
        block.extend([0xbe; 60_000]);
        let length = u32::try_from(block.len()).unwrap().to_be_bytes();
        let head = [&length[1..], b"\x01\x04\0\0\0\x01"].concat();
        let text = shown(Direction::In, &[SETTINGS, &head, &block].concat());
        assert!(text.contains("no more than 1 MiB are read of a lot"));
        assert!(text.len() < (1 << 20) + 6 * block.len());
    }

    #[test]
    fn blocks_in_parts_are_joined() {
        let first = b"\0\0\x04\x01\0\0\0\0\x01\x88\x40\x01a";
        let second = b"\0\0\x02\x09\x04\0\0\0\x01\x01b";
        assert_eq!(
            shown(Direction::In, &[SETTINGS, first, second].concat()),
            "SETTINGS: {stream: 0, bytes: 6, maxConcurrentStreams: 100}\n\
             HEADERS: {stream: 1, bytes: 4}\n\
             CONTINUATION: {stream: 1, bytes: 2, endHeaders: true}\n:status: 200\na: b\n"
        );
    }

    #[test]
    fn data_is_shown_by_what_it_is() {
        let data = b"\0\0\x07\0\x01\0\0\0\x01{\"a\":1}";
        assert_eq!(
            shown(Direction::In, data),
            "DATA: {stream: 1, bytes: 7, endStream: true}\n{\n  \"a\": 1\n}\n"
        );
        let grpc = b"\0\0\x07\0\x00\0\0\0\x01\0\0\0\0\x02\x08\x01";
        assert_eq!(
            shown(Direction::In, grpc),
            "DATA: {stream: 1, bytes: 7}\nmessage: {bytes: 2}\n1: 1\n"
        );
        let padded = b"\0\0\x05\0\x08\0\0\0\x01\x02hi\0\0";
        assert_eq!(
            shown(Direction::In, padded),
            "DATA: {stream: 1, bytes: 5, padding: 2}\nhi\n"
        );
    }

    /// Data of a stream.
    fn data(stream: u8, flags: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        [&[0, 0, length, 0, flags, 0, 0, 0, stream], content].concat()
    }

    #[test]
    fn messages_of_grpc_are_joined_by_their_streams_and_unpacked() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut packed, b"\x12\x07testing").unwrap();
        let packed = packed.finish().unwrap();
        let length = u8::try_from(packed.len()).unwrap();
        let message = [&[1, 0, 0, 0, length], &*packed].concat();
        // content-type: application/grpc, grpc-encoding: gzip
        let fields = b"\x40\x0ccontent-type\x10application/grpc\x40\x0dgrpc-encoding\x04gzip";
        let head = [
            &[0, 0, u8::try_from(fields.len()).unwrap(), 1, 4, 0, 0, 0, 1],
            &fields[..],
        ];
        let bytes = [
            SETTINGS.to_vec(),
            head.concat(),
            data(1, 0, message.get(..9).unwrap()),
            data(3, 0, b"hi"),
            data(
                1,
                0,
                &[message.get(9..).unwrap(), b"\0\0\0\0\x02\x08\x01\0"].concat(),
            ),
            data(1, 1, b"\0\0"),
        ];
        let (size, total) = (length, length + 5);
        assert_eq!(
            shown(Direction::In, &bytes.concat()),
            format!(
                "SETTINGS: {{stream: 0, bytes: 6, maxConcurrentStreams: 100}}\n\
                 HEADERS: {{stream: 1, bytes: 51, endHeaders: true}}\n\
                 content-type: application/grpc\ngrpc-encoding: gzip\n\
                 DATA: {{stream: 1, bytes: 9}}\n\
                 a message of {total} bytes goes on: 9 of them so far\n\
                 DATA: {{stream: 3, bytes: 2}}\nhi\n\
                 DATA: {{stream: 1, bytes: {}}}\n\
                 message: {{bytes: {size}, compressed: true}}\n\
                 gzip: 9 bytes from {size}\n2: \"testing\"\n\
                 message: {{bytes: 2}}\n1: 1\n\
                 a message goes on: 1 of its bytes so far\n\
                 DATA: {{stream: 1, bytes: 2, endStream: true}}\n\
                 a message goes on: 3 of its bytes so far\n\
                 stream 1: a message does not end here\n\
                 00000000  00 00 00                                          |...|\n",
                total - 9 + 8
            )
        );
    }

    #[test]
    fn other_frames_have_their_fields() {
        let frames: [(&[u8], &str); 5] = [
            (
                b"\0\0\x08\x07\0\0\0\0\0\0\0\0\x05\0\0\0\x02",
                "GOAWAY: {stream: 0, bytes: 8, lastStream: 5, error: \"INTERNAL_ERROR\"}\n",
            ),
            (
                b"\0\0\x04\x08\0\0\0\0\0\0\0\x10\0",
                "WINDOW_UPDATE: {stream: 0, bytes: 4, increment: 4096}\n",
            ),
            (
                b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08",
                "RST_STREAM: {stream: 1, bytes: 4, error: \"CANCEL\"}\n",
            ),
            (
                b"\0\0\x08\x06\x01\0\0\0\0\0\x01\x02\x03\x04\x05\x06\x07",
                "PING: {stream: 0, bytes: 8, ack: true, data: 0x0001020304050607}\n",
            ),
            (
                b"\0\0\0\x04\x01\0\0\0\0",
                "SETTINGS: {stream: 0, bytes: 0, ack: true}\n",
            ),
        ];
        for (bytes, expected) in frames {
            assert_eq!(shown(Direction::In, bytes), expected);
            assert_eq!(fit(Direction::In, bytes), Some(Fit::Certain));
        }
    }

    #[test]
    fn bytes_that_break_a_rule_are_no_frames() {
        for bytes in [
            b"\0\0\x05\x08\0\0\0\0\0\0\0\x10\0\0".as_slice(),
            b"\0\0\x06\x04\0\0\0\0\x01\0\x03\0\0\0\x64",
            b"\0\0\x01\0\0\0\0\0\0x",
            b"\0\0\x01\x00\xf0\0\0\0\x01x",
            b"\0\0\x01\x2a\0\0\0\0\x01x",
            b"\0\0\x01\0\0\x80\0\0\x01x",
        ] {
            assert_eq!(fit(Direction::In, bytes), None, "{}", bytes.escape_ascii());
        }
    }
}
