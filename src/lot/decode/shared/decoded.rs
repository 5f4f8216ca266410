//! What decoders write: lines of spans, in one text with marks.
//!
//! A span says what its text is, so that a view can colour it; the text of a line, one span after
//! another, is what a reader sees. Neighbours of one kind become one span.

use std::fmt::{self, Write as _};

use super::lot_bytes::Gap;

/// A lot made readable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    text: String,
    spans: Vec<SpanMark>,
    lines: Vec<LineMark>,
}

/// What the text of a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// Text of the lot as it is, or what stands between other spans. May hold tabs.
    Text,
    /// Bytes written as `\x00`.
    Escape,
    /// Place in the lot, in hexadecimal.
    Offset,
    /// Bytes in hexadecimal, with spaces.
    Bytes,
    /// The same bytes as characters, `.` for those that are none.
    Ascii,
    /// Missing bytes: `[1460 bytes missing]`.
    Gap,
    /// A remark of the decoder.
    Note,
    /// Name of a value.
    Key,
    /// Text in quotes, quotes included.
    Quoted,
    /// A number, with the digits of the lot.
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineEnd {
    /// The decoder ended it.
    Own,
    /// By a line feed in the lot.
    Lf,
    /// By a carriage return and a line feed in the lot.
    CrLf,
    /// Not: the bytes are at their end. The next part of the lot goes on in this line.
    Open,
}

/// A piece of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// What it is.
    pub kind: SpanKind,
    /// Its text; not yet safe for a terminal.
    pub text: &'a str,
    /// True when it shows bytes that came late.
    pub late: bool,
}

/// A line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    decoded: &'a Decoded,
    first: usize,
    behind: usize,
    end: LineEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SpanMark {
    end: usize,
    kind: SpanKind,
    late: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LineMark {
    behind: usize,
    end: LineEnd,
}

/// How much was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    text: usize,
    spans: usize,
    lines: usize,
}

impl Decoded {
    /// Appends to the current line.
    pub fn add(&mut self, kind: SpanKind, text: impl fmt::Display, late: bool) {
        let before = self.text.len();
        // Writing to a `String` cannot fail.
        _ = write!(self.text, "{text}");
        let end = self.text.len();
        if before == end {
            return;
        }
        let open = self.finished_spans();
        match self.spans.get_mut(open..).and_then(<[_]>::last_mut) {
            Some(last) if (last.kind, last.late) == (kind, late) => last.end = end,
            _ => self.spans.push(SpanMark { end, kind, late }),
        }
    }

    /// Appends bytes as `\x00`.
    pub fn add_escaped(&mut self, byte: u8, late: bool) {
        self.add(SpanKind::Escape, format_args!("\\x{byte:02x}"), late);
    }

    /// Appends the place of what follows in the line.
    pub fn add_offset(&mut self, offset: u64) {
        self.add(SpanKind::Offset, format_args!("{offset:08x}"), false);
        self.add(SpanKind::Text, "  ", false);
    }

    /// Appends a gap to the current line.
    pub fn add_gap(&mut self, gap: &Gap) {
        self.add(SpanKind::Gap, gap, false);
    }

    /// Writes a remark as a line of its own.
    pub fn note(&mut self, text: impl fmt::Display) {
        self.close_line();
        self.add(SpanKind::Note, text, false);
        self.end_line(LineEnd::Own);
    }

    /// Ends the current line, even if it is empty.
    pub fn end_line(&mut self, end: LineEnd) {
        self.lines.push(LineMark {
            behind: self.spans.len(),
            end,
        });
    }

    /// Ends the current line unless it is empty.
    pub fn close_line(&mut self) {
        if self.finished_spans() < self.spans.len() {
            self.end_line(LineEnd::Own);
        }
    }

    /// How much was written, at the end of a line.
    pub(crate) const fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            spans: self.spans.len(),
            lines: self.lines.len(),
        }
    }

    /// Takes back what was written since the mark.
    pub(crate) fn take_back(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        self.spans.truncate(mark.spans);
        self.lines.truncate(mark.lines);
    }

    /// The lines so far; the last is open when nothing ended it.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let open = (self.finished_spans() < self.spans.len()).then_some(LineMark {
            behind: self.spans.len(),
            end: LineEnd::Open,
        });
        let mut first = 0;
        self.lines.iter().copied().chain(open).map(move |mark| {
            let line = Line {
                decoded: self,
                first,
                behind: mark.behind,
                end: mark.end,
            };
            first = mark.behind;
            line
        })
    }

    /// True when nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.lines.is_empty()
    }

    /// Forgets all lines and keeps the memory, for the next lot.
    pub fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.lines.clear();
    }

    fn finished_spans(&self) -> usize {
        self.lines.last().map_or(0, |line| line.behind)
    }

    /// Where the text of a span starts.
    fn start_of(&self, span: usize) -> usize {
        let before = span
            .checked_sub(1)
            .and_then(|before| self.spans.get(before));
        before.map_or(0, |mark| mark.end)
    }
}

/// The text alone, a line each.
impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.lines() {
            writeln!(f, "{}", line.text())?;
        }
        Ok(())
    }
}

impl<'a> Line<'a> {
    /// Its spans, none of them empty.
    pub fn spans(&self) -> impl Iterator<Item = Span<'a>> + use<'a> {
        let decoded = self.decoded;
        let mut start = decoded.start_of(self.first);
        let marks = decoded.spans.get(self.first..self.behind);
        marks.unwrap_or_default().iter().map(move |mark| {
            let text = decoded.text.get(start..mark.end).unwrap_or_default();
            start = mark.end;
            Span {
                kind: mark.kind,
                text,
                late: mark.late,
            }
        })
    }

    /// The text of all its spans.
    pub fn text(&self) -> &'a str {
        let decoded = self.decoded;
        let range = decoded.start_of(self.first)..decoded.start_of(self.behind);
        decoded.text.get(range).unwrap_or_default()
    }

    /// How it ends.
    pub const fn end(&self) -> LineEnd {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_kind_become_one_span_within_a_line() {
        let mut out = Decoded::default();
        out.add(SpanKind::Text, "a", false);
        out.add(SpanKind::Text, "b", false);
        out.add(SpanKind::Text, "c", true);
        out.end_line(LineEnd::Lf);
        out.add(SpanKind::Text, "d", true);
        out.add(SpanKind::Text, "", false);
        let lines: Vec<_> = out.lines().collect();
        let texts = |index: usize| lines[index].spans().map(|span| span.text);
        assert!(texts(0).eq(["ab", "c"]) && texts(1).eq(["d"]));
        assert_eq!((lines[0].text(), lines[1].text()), ("abc", "d"));
        assert_eq!(
            (lines[0].end(), lines[1].end()),
            (LineEnd::Lf, LineEnd::Open)
        );
    }

    #[test]
    fn empty_lines_are_lines() {
        let mut out = Decoded::default();
        assert!(out.is_empty());
        out.end_line(LineEnd::Lf);
        out.end_line(LineEnd::Lf);
        assert_eq!(out.to_string(), "\n\n");
        assert!(!out.is_empty());
        out.clear();
        assert!(out.is_empty());
    }

    #[test]
    fn what_was_written_can_be_taken_back_to_the_end_of_a_line() {
        let mut out = Decoded::default();
        out.note("a");
        let before = out.clone();
        let mark = out.mark();
        out.add(SpanKind::Note, "b", false);
        out.end_line(LineEnd::Own);
        out.add(SpanKind::Text, "c", true);
        out.take_back(mark);
        assert_eq!(out, before);
    }

    #[test]
    fn a_note_has_its_own_line() {
        let mut out = Decoded::default();
        out.add(SpanKind::Text, "a", false);
        out.note("hm");
        out.add(SpanKind::Text, "b", false);
        assert_eq!(out.to_string(), "a\nhm\nb\n");
    }
}
