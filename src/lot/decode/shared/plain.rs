//! Bytes as text, every one of them: characters as they are, and what is none as escapes.
//!
//! Escaped are control characters other than the tab, and bytes that are not UTF-8. A character
//! that is late in part is late.

use std::ops::Range;

use super::decoded::{Decoded, LineEnd, SpanKind};
use super::lot_bytes::{Lateness, LotBytes, Piece};

/// What line breaks in the bytes become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// LF and CRLF end the line.
    End,
    /// Escapes like other control characters.
    Escape,
}

/// How a run of bytes is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Kind of the characters that are shown as they are.
    pub(crate) kind: SpanKind,
    /// What line breaks become.
    pub(crate) breaks: Breaks,
}

/// Text with its own lines.
pub(crate) const LINES: Style = Style {
    kind: SpanKind::Text,
    breaks: Breaks::End,
};

/// A piece of one line.
pub(crate) const fn inline(kind: SpanKind) -> Style {
    Style {
        kind,
        breaks: Breaks::Escape,
    }
}

/// Shows a whole lot, with the gaps within the lines.
pub(crate) fn show(lot: &LotBytes<'_>, out: &mut Decoded) {
    for piece in lot.pieces() {
        match piece {
            Piece::Bytes { at, bytes, .. } => show_range(lot, at..at + bytes.len(), LINES, out),
            Piece::Gap { gap, .. } => out.add_gap(&gap),
        }
    }
}

/// Shows an index range of a lot as if nothing were missing in it.
pub(crate) fn show_range(lot: &LotBytes<'_>, range: Range<usize>, style: Style, out: &mut Decoded) {
    let start = range.start;
    let bytes = lot.bytes.get(range).unwrap_or_default();
    show_bytes(bytes, start, &|at| lot.lateness(at), style, out);
}

/// Shows bytes, the first of which has the index `start` for `lateness`.
pub(crate) fn show_bytes(
    bytes: &[u8],
    start: usize,
    lateness: &impl Fn(usize) -> Lateness,
    style: Style,
    out: &mut Decoded,
) {
    let mut at = start;
    for chunk in bytes.utf8_chunks() {
        show_text(chunk.valid(), at, lateness, style, out);
        at += chunk.valid().len();
        show_escaped(chunk.invalid(), at, lateness, out);
        at += chunk.invalid().len();
    }
}

fn show_escaped(
    bytes: &[u8],
    start: usize,
    lateness: &impl Fn(usize) -> Lateness,
    out: &mut Decoded,
) {
    for (index, byte) in bytes.iter().enumerate() {
        out.add_escaped(*byte, lateness(start + index).is_late);
    }
}

fn show_text(
    text: &str,
    start: usize,
    lateness: &impl Fn(usize) -> Lateness,
    style: Style,
    out: &mut Decoded,
) {
    let mut shown = 0;
    while let Some((rest, first)) = text
        .get(shown..)
        .and_then(|rest| Some((rest, rest.chars().next()?)))
    {
        let at = start + shown;
        shown += if let Some((end, length)) = line_end(rest, style.breaks) {
            out.end_line(end);
            length
        } else if is_escaped(first) {
            let bytes = rest.as_bytes().get(..first.len_utf8()).unwrap_or_default();
            show_escaped(bytes, at, lateness, out);
            bytes.len()
        } else {
            let (run, is_late) = run(rest, first, at, lateness(at));
            out.add(style.kind, run, is_late);
            run.len()
        };
    }
}

fn line_end(text: &str, breaks: Breaks) -> Option<(LineEnd, usize)> {
    match breaks {
        Breaks::Escape => None,
        Breaks::End if text.starts_with('\n') => Some((LineEnd::Lf, 1)),
        Breaks::End if text.starts_with("\r\n") => Some((LineEnd::CrLf, 2)),
        Breaks::End => None,
    }
}

/// The characters up to the next one that is escaped or of other lateness, and whether they are
/// late. It looks no further than that, however many edges there are.
fn run(text: &str, first: char, at: usize, here: Lateness) -> (&str, bool) {
    let room = here.until.saturating_sub(at);
    if room < first.len_utf8() {
        // The edge is within this character.
        return (text.get(..first.len_utf8()).unwrap_or_default(), true);
    }
    let room = text
        .get(..text.floor_char_boundary(room))
        .unwrap_or_default();
    let length = room.find(is_escaped).unwrap_or(room.len());
    (room.get(..length).unwrap_or_default(), here.is_late)
}

/// True for characters that are not shown as they are.
pub(crate) fn is_escaped(character: char) -> bool {
    character.is_control() && character != '\t'
}

/// True when the first 4 KiB are nearly all text: enough to tell, and few enough to look at in
/// every lot. One byte in twenty may be something else: a message may have a stray byte, and
/// random bytes are printable only in two of five.
pub(crate) fn looks_like_text(bytes: &[u8]) -> bool {
    let sample = bytes
        .get(..bytes.len().min(SAMPLE_BYTES))
        .unwrap_or_default();
    let mut others = 0;
    let mut seen = 0;
    for chunk in sample.utf8_chunks() {
        let escaped =
            |character: &char| is_escaped(*character) && !matches!(character, '\r' | '\n');
        let characters = chunk.valid().chars().filter(escaped);
        others += characters.map(char::len_utf8).sum::<usize>();
        seen += chunk.valid().len() + chunk.invalid().len();
        let is_cut = seen == sample.len() && is_cut_character(chunk.invalid());
        others += if is_cut { 0 } else { chunk.invalid().len() };
    }
    !sample.is_empty() && others * 20 <= sample.len()
}

/// True for the start of a character of several bytes, whose end is behind the sample.
fn is_cut_character(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

const SAMPLE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_by_the_end_of_the_sample_does_not_count() {
        assert!(looks_like_text("é".as_bytes()));
        assert!(looks_like_text(&"aé".as_bytes()[..2]));
        let mut long = vec![b'a'; SAMPLE_BYTES - 1];
        long.extend("é".as_bytes());
        assert!(looks_like_text(&long));
    }

    #[test]
    fn one_byte_in_twenty_may_be_something_else() {
        assert!(looks_like_text(b"nineteen characters\0"));
        assert!(!looks_like_text(b"eighteen character\0"));
        assert!(!looks_like_text(b""));
        assert!(looks_like_text(b"\r\n\t"));
    }
}
