//! HTTP/1 messages: heads as they came, bodies without chunks and unpacked, by what they are.
//!
//! A lot may hold several messages. Content codings gzip, deflate, br and zstd are undone, and a
//! body is then shown as JSON, XML, a form, parts, text or hex. Lengths of chunks are left out and
//! counted in a note; their extensions and the trailers are shown. A lot has one direction, so the
//! request of a response is not known: a response without the body that its head announces, right
//! before another one, is taken for an answer to HEAD. Behind the head of a change of protocol,
//! frames of WebSocket and HTTP/2 are shown as such.
//!
//! A body that is not all there is shown as far as it goes. Behind a gap nothing is decoded.
//!
//! Limits: heads of up to 64 KiB and 256 fields; those of `shared/nature.rs`.
//!
//! Sources: RFC 9112; RFC 9110 §8.4.

use super::shared::cursor::Stop;
use super::shared::frames;
use super::shared::http_body::Body;
use super::shared::http_head::Head;
use super::shared::inner::Inner;
use super::shared::nature::{self, Nesting};
use super::shared::plain;
use super::shared::unpack::Coding;
use super::{Decoded, Decoder, Fit, LotBytes, http2, websocket};

pub(crate) const DECODER: &dyn Decoder = &Http;

struct Http;

impl Decoder for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn summary(&self) -> &'static str {
        "HTTP/1 messages, bodies unpacked and laid out by what they are"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        is_http(lot).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        show(lot, out);
    }
}

/// True when a lot starts with a whole head.
pub(crate) fn is_http(lot: &LotBytes<'_>) -> bool {
    Head::at(lot.front(), 0).is_some()
}

/// Shows the messages of a lot.
pub(crate) fn show(lot: &LotBytes<'_>, out: &mut Decoded) {
    out.close_line();
    let front = lot.front();
    let mut nesting = Nesting::of_lot();
    let mut at = 0;
    while at < front.len() {
        let Some(head) = Head::at(front, at) else {
            let stop = Stop::odd("no head");
            return frames::show_stopped(lot, "HTTP", at, &stop, out);
        };
        at = show_message(lot, &head, &mut nesting, out);
        if let Some(protocol) = head.upgrade {
            return show_upgraded(lot, at, &protocol, out);
        }
    }
    frames::show_behind(lot, "HTTP", at, out);
}

/// Gives where the next message begins.
fn show_message(
    lot: &LotBytes<'_>,
    head: &Head,
    nesting: &mut Nesting,
    out: &mut Decoded,
) -> usize {
    let front = lot.front();
    let body = Body::behind(front, head);
    plain::show_range(lot, head.range.clone(), plain::LINES, out);
    let end = body.behind.unwrap_or(front.len());
    note_chunks(lot, &body, out);
    match &body.joined {
        Some(joined) => {
            let inner = Inner::made(lot, &body.range, joined.clone());
            show_content(&inner.lot(), head, nesting, out);
        }
        None => {
            let inner = Inner::part(lot, body.range.clone());
            show_content(&inner.lot(), head, nesting, out);
        }
    }
    if 2 < body.trailers.len() {
        plain::show_range(lot, body.trailers.clone(), plain::LINES, out);
        out.close_line();
    }
    if let Some(reason) = &body.missing {
        out.note(format_args!("the body is not whole: {reason}"));
        let shown = body.range.end.max(body.trailers.end);
        if shown < end {
            let rest = Inner::part(lot, shown..end);
            nature::show(&rest.lot(), "", nesting, out);
        }
    }
    end
}

fn note_chunks(lot: &LotBytes<'_>, body: &Body, out: &mut Decoded) {
    let Some(joined) = &body.joined else {
        return;
    };
    let length = joined.len();
    match body.chunks {
        1 => out.note(format_args!("body: {length} bytes in 1 chunk")),
        count => out.note(format_args!("body: {length} bytes in {count} chunks")),
    }
    for range in &body.extensions {
        let text = range.clone();
        plain::show_range(lot, text, plain::inline(super::SpanKind::Text), out);
        out.close_line();
    }
}

/// Undoes the codings of a body, the last one first, and shows what is in it.
fn show_content(lot: &LotBytes<'_>, head: &Head, nesting: &mut Nesting, out: &mut Decoded) {
    if lot.bytes.is_empty() {
        return;
    }
    let known: Option<Vec<_>> = head
        .codings
        .iter()
        .map(|name| Coding::named(name))
        .collect();
    match known.as_deref() {
        None => {
            let codings = head.codings.join(", ");
            out.note(format_args!("the body is not unpacked: {codings}"));
            nature::show(lot, "", nesting, out);
        }
        Some([]) => nature::show(lot, &head.content_type, nesting, out),
        Some(codings) => nature::show_coded(lot, codings, &head.content_type, nesting, out),
    }
}

/// Shows what follows a change of protocol.
fn show_upgraded(lot: &LotBytes<'_>, at: usize, protocol: &str, out: &mut Decoded) {
    if protocol == "websocket" {
        websocket::show(lot, at, out);
    } else if protocol == "h2c" {
        http2::show(lot, at, out);
    } else if at < lot.front().len() {
        let stop = Stop::odd(format!("the protocol changes to {protocol}"));
        frames::show_stopped(lot, "HTTP", at, &stop, out);
    } else {
        frames::show_behind(lot, "HTTP", at, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::decode::Gap;
    use crate::session::Direction;
    use std::io::Write as _;

    fn shown(lot: &LotBytes<'_>) -> String {
        let mut out = Decoded::default();
        Http.decode(lot, &mut out);
        out.to_string()
    }

    fn check(bytes: &[u8], expected: &str) {
        let lot = LotBytes::whole(Direction::In, bytes);
        assert_eq!(shown(&lot), expected);
        assert_eq!(Http.fit(&lot), Some(Fit::Certain));
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn response(fields: &str, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 200 OK\n{fields}Content-Length: {}\n\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    }

    #[test]
    fn messages_follow_one_another() {
        check(
            b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n",
            "POST /a HTTP/1.1\nContent-Length: 3\n\nabc\nGET / HTTP/1.1\n\n",
        );
    }

    #[test]
    fn chunks_are_joined_and_unpacked() {
        let packed = gzip(b"{\"a\":1}");
        let (first, second) = packed.split_at(10);
        let mut bytes =
            b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Encoding: gzip\n\n".to_vec();
        for chunk in [first, second, b""] {
            write!(bytes, "{:x}\r\n", chunk.len()).unwrap();
            bytes.extend(chunk);
            bytes.extend(if chunk.is_empty() { "" } else { "\r\n" }.bytes());
        }
        bytes.extend(b"Checked: yes\r\n\r\n");
        let length = packed.len();
        check(
            &bytes,
            &format!(
                "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Encoding: gzip\n\n\
                 body: {length} bytes in 2 chunks\ngzip: 7 bytes from {length}\n{{\n  \"a\": 1\n}}\n\
                 Checked: yes\n\n"
            ),
        );
    }

    #[test]
    fn codings_are_undone_from_the_last_to_the_first() {
        let inner = gzip(b"hello\n");
        let outer = zstd::encode_all(inner.as_slice(), 0).unwrap();
        let (inner, length) = (inner.len(), outer.len());
        let text = shown(&LotBytes::whole(
            Direction::In,
            &response("Content-Encoding: gzip, zstd\n", &outer),
        ));
        let shown =
            format!("zstd: {inner} bytes from {length}\ngzip: 6 bytes from {inner}\nhello\n");
        assert!(text.ends_with(&shown), "{text}");
    }

    #[test]
    fn packed_within_packed_ends_at_the_fourth() {
        let mut packed = b"hello".to_vec();
        (0..6).for_each(|_| packed = gzip(&packed));
        let text = shown(&LotBytes::whole(Direction::In, &response("", &packed)));
        assert_eq!(text.matches("gzip: ").count(), 4, "{text}");
        assert!(
            text.contains("nested deeper than 4 formats\n00000000  1f 8b"),
            "{text}"
        );
    }

    #[test]
    fn a_bomb_is_unpacked_up_to_1_mib_of_all_messages() {
        let bomb = gzip(&vec![b'a'; 3 << 20]);
        let message = response("Content-Encoding: gzip\n", &bomb);
        let text = shown(&LotBytes::whole(Direction::In, &message.repeat(3)));
        let length = bomb.len();
        assert_eq!(text.matches("HTTP/1.1 200 OK\n").count(), 3);
        assert_eq!(
            text.matches("no more than 1 MiB of a lot is unpacked")
                .count(),
            3
        );
        assert!(text.contains(&format!("gzip: {} bytes from ", 1 << 20)));
        assert!(text.len() < (1 << 20) + 15 * length, "{}", text.len());
    }

    #[test]
    fn a_body_that_is_said_to_be_packed_and_is_not_is_shown() {
        check(
            &response("Content-Encoding: gzip\n", b"plain text"),
            "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 10\n\n\
             no gzip from byte 0 on: invalid gzip header\nplain text\n",
        );
        check(
            &response("Content-Encoding: compress\n", b"plain"),
            "HTTP/1.1 200 OK\nContent-Encoding: compress\nContent-Length: 5\n\n\
             the body is not unpacked: compress\nplain\n",
        );
    }

    #[test]
    fn forms_and_parts_are_shown_as_such() {
        let form = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n";
        let text = shown(&LotBytes::whole(
            Direction::In,
            &response(form, b"a=1&b=%41"),
        ));
        assert!(text.ends_with("\n\na = 1\nb = A\n"), "{text}");
        let parts = b"--x\r\nContent-Type: application/json\r\n\r\n[1]\r\n--x--\r\n";
        let text = shown(&LotBytes::whole(Direction::In, &response("", parts)));
        assert!(text.ends_with("\n\n[\n  1\n]\n--x--\n"), "{text}");
    }

    #[test]
    fn frames_of_websocket_follow_the_change_to_it() {
        check(
            b"HTTP/1.1 101 a\nUpgrade: websocket\n\n\x81\x02hi",
            "HTTP/1.1 101 a\nUpgrade: websocket\n\ntext: {bytes: 2}\nhi\n",
        );
        check(
            b"HTTP/1.1 101 a\nUpgrade: irc\n\nhi",
            "HTTP/1.1 101 a\nUpgrade: irc\n\nno HTTP from byte 29 on: the protocol changes to irc\nhi\n",
        );
    }

    #[test]
    fn behind_a_gap_nothing_is_decoded() {
        let bytes = response("", b"abcdef");
        let gaps = [Gap {
            at: bytes.len() - 3,
            missing_bytes: 10,
        }];
        let lot = LotBytes {
            gaps: &gaps,
            ..LotBytes::whole(Direction::In, &bytes)
        };
        assert_eq!(
            shown(&lot),
            "HTTP/1.1 200 OK\nContent-Length: 6\n\nabc\n\
             the body is not whole: 3 of 6 bytes are here\n\
             no HTTP from byte 38 on: bytes are missing\n[10 bytes missing]def\n"
        );
    }

    #[test]
    fn the_answer_to_head_has_no_body() {
        let head = "HTTP/1.1 200 OK\nContent-Length: 700\n\n";
        check(
            head.repeat(2).as_bytes(),
            &format!(
                "{}the body is not whole: none of 700 bytes are here; to HEAD this is the answer\n",
                head.repeat(2)
            ),
        );
    }
}
