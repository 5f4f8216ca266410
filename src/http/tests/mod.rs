//! Streams of both directions, written as text, and the items that they give.

#![expect(clippy::arithmetic_side_effects, reason = "numbers of tests are small")]

mod h2;
mod laws;
mod messages;
mod odd;

use super::{Fields, HttpFacts, HttpLimits, Item, Keep, Mark, Marks, Message, Observer};
use crate::session::Direction::{self, In, Out};
use crate::session::{PerDirection, Piece, StreamOffset, StreamRange};
use crate::time::Timestamp;

/// Pieces of a session: bytes, or how many are missing.
pub(super) enum Part {
    Bytes(Vec<u8>),
    Gap(u64),
}

pub(super) fn bytes(text: impl AsRef<[u8]>) -> Part {
    Part::Bytes(text.as_ref().to_vec())
}

/// Reads pieces; each is a packet, and a change of direction a new lot.
pub(super) fn read_with(limits: HttpLimits, parts: &[(Direction, Part)]) -> Option<HttpFacts> {
    let mut observer = Observer::new(limits, Keep::Items);
    let mut next = PerDirection::<i64>::default();
    let (mut lot, mut before) = (0, None);
    for (packet, (direction, part)) in (0_u64..).zip(parts) {
        if before.is_some_and(|before| before != *direction) {
            lot += 1;
        }
        before = Some(*direction);
        let seconds = i64::try_from(packet).unwrap();
        let marks = Marks::of_packet(Mark {
            time: Some(Timestamp::from_nanos(seconds * 1_000_000_000)),
            lot,
            packet,
            is_late: false,
        });
        let start = next[*direction];
        let len = match part {
            Part::Bytes(bytes) => bytes.len() as u64,
            Part::Gap(len) => *len,
        };
        let end = start + i64::try_from(len).unwrap();
        next[*direction] = end;
        let piece = match part {
            Part::Bytes(bytes) => Piece::Bytes(StreamOffset(start), bytes),
            Part::Gap(_) => Piece::Gap(StreamRange {
                start: StreamOffset(start),
                end: StreamOffset(end),
            }),
        };
        observer.push(*direction, piece, &marks);
    }
    observer.finish(PerDirection {
        out: true,
        r#in: true,
    })
}

pub(super) fn read(parts: &[(Direction, Part)]) -> Option<HttpFacts> {
    read_with(HttpLimits::default(), parts)
}

/// A message in a line: `GET /a 0+0 length`, with what is odd.
fn line(message: &Message<Fields<'_>>) -> String {
    let (first, second) = message.head.line();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let start = match message.status {
        0 => format!("{} {}", text(first), text(second)),
        status => status.to_string(),
    };
    let odd: Vec<_> = message.oddities.iter().map(super::Oddity::as_str).collect();
    let open = if message.is_complete { "" } else { " open" };
    let odd = if odd.is_empty() {
        String::new()
    } else {
        format!(" [{}]", odd.join(","))
    };
    format!("{start} {}{open}{odd}", message.body_bytes)
}

fn item_line(item: &Item<Fields<'_>>) -> String {
    let side = |message: Option<&Message<Fields<'_>>>| message.map_or_else(|| "-".to_owned(), line);
    let interim: String = item
        .interim
        .iter()
        .map(|code| format!("({code}) "))
        .collect();
    let protocol = match item.protocol {
        super::Protocol::Http1 => String::new(),
        other => format!(" as {}", other.as_str()),
    };
    format!(
        "{} > {interim}{}{protocol}",
        side(item.request.as_ref()),
        side(item.response.as_ref())
    )
}

/// Items of a session in lines.
pub(super) fn lines(facts: &HttpFacts) -> Vec<String> {
    facts.items.iter().map(|item| item_line(&item)).collect()
}

/// Checks the items that text gives: what the client sends, then what the server does, and so on.
#[track_caller]
pub(super) fn check(turns: &[&str], expect: &[&str]) {
    let directions = [Out, In].into_iter().cycle();
    let parts: Vec<_> = directions
        .zip(turns)
        .filter(|(_, text)| !text.is_empty())
        .map(|(direction, text)| (direction, bytes(text)))
        .collect();
    let facts = read(&parts).unwrap();
    assert_eq!(lines(&facts), expect);
}
