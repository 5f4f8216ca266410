//! XML, a line for each element, indented.
//!
//! Tags, text and comments are copied as they came; white space between tags is left out and made
//! anew, but for elements with text of their own, which stay as they are. Deliberately absent:
//! entities and character references stay as written, and nothing external is read. Encodings other
//! than UTF-8 are not read. Behind the place where it is no longer well-formed, the rest is shown
//! as text, behind a note.
//!
//! Limits: whole lots of up to 1 MiB; elements nested 128 deep; indentation ends at 32 levels.
//!
//! Source: XML 1.0 (fifth edition) §2.1, §2.4.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::shared::plain;
use super::shared::registry::{is_declined, show_rest};
use super::{Decoded, Decoder, Fit, LotBytes, SpanKind, http};

pub(crate) const DECODER: &dyn Decoder = &Xml;

struct Xml;

impl Decoder for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn summary(&self) -> &'static str {
        "XML, a line for each element"
    }

    fn fit(&self, lot: &LotBytes<'_>) -> Option<Fit> {
        is_xml(lot).then_some(Fit::Certain)
    }

    fn decode(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        if http::is_http(lot) {
            http::show(lot, out);
        } else if !is_declined(lot, "XML", out) {
            out.close_line();
            show(lot, out);
        }
    }
}

/// True when all of a lot is one well-formed document.
pub(crate) fn is_xml(lot: &LotBytes<'_>) -> bool {
    let start = lot.bytes.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if !start.starts_with(b"<") || lot.why_not_all_here().is_some() {
        return false;
    }
    let mut tokens = Tokens::new(lot.bytes);
    tokens.by_ref().for_each(drop);
    tokens.stop.is_none() && tokens.roots == 1
}

/// Shows a lot without gaps, and behind its XML what is none.
pub(crate) fn show(lot: &LotBytes<'_>, out: &mut Decoded) {
    let mut writer = Writer {
        lot,
        out,
        depth: 0,
        mixed: None,
        before: Kind::Other,
    };
    let mut tokens = Tokens::new(lot.bytes);
    let mut ahead = tokens.by_ref().peekable();
    while let Some(token) = ahead.next() {
        writer.token(&token, ahead.peek().map(|next| next.kind));
    }
    out.close_line();
    if let Some(Stop { from, reason }) = tokens.stop {
        out.note(format_args!("no XML from byte {from} on: {reason}"));
        show_rest(lot, from, out);
    }
}

/// What stands in an index range.
#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    /// Text that is more than white space.
    Text,
    White,
    /// An empty element, a comment, a declaration, an instruction.
    Other,
}

/// Where XML ends, and why.
#[derive(Debug)]
struct Stop {
    from: usize,
    reason: String,
}

/// The tokens of a document.
struct Tokens<'a> {
    bytes: &'a [u8],
    reader: Reader<&'a [u8]>,
    at: usize,
    depth: usize,
    /// Elements that are within no other.
    roots: usize,
    stop: Option<Stop>,
}

impl<'a> Tokens<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            reader: Reader::from_reader(bytes),
            at: 0,
            depth: 0,
            roots: 0,
            stop: None,
        }
    }

    fn stop(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        let from = self.at;
        self.stop.get_or_insert(Stop { from, reason });
    }

    fn open(&mut self) -> Option<Kind> {
        self.count_root();
        self.depth += 1;
        if MAX_DEPTH < self.depth {
            self.stop(format!("nested deeper than {MAX_DEPTH} levels"));
            return None;
        }
        Some(Kind::Open)
    }

    fn count_root(&mut self) {
        self.roots += usize::from(self.depth == 0);
    }

    fn kind(&mut self, event: &Event<'_>) -> Option<Kind> {
        match event {
            Event::Start(_) => self.open(),
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Some(Kind::Close)
            }
            Event::Empty(_) => {
                self.count_root();
                Some(Kind::Other)
            }
            Event::Text(text) if text.trim_ascii().is_empty() => Some(Kind::White),
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                if self.depth == 0 && self.at != 0 {
                    self.stop("text outside of elements");
                    return None;
                }
                Some(Kind::Text)
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                Some(Kind::Other)
            }
            Event::Eof => {
                if 0 < self.depth {
                    self.stop("it ends too early");
                }
                None
            }
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if self.stop.is_some() {
            return None;
        }
        let event = match self.reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                self.stop(error.to_string());
                return None;
            }
        };
        let kind = self.kind(&event)?;
        let end = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        let range = self.at..end.min(self.bytes.len());
        self.at = range.end;
        Some(Token { kind, range })
    }
}

struct Writer<'a, 'lot> {
    lot: &'a LotBytes<'lot>,
    out: &'a mut Decoded,
    depth: usize,
    /// Depth of the outermost element with text here; white space counts in it.
    mixed: Option<usize>,
    before: Kind,
}

impl Writer<'_, '_> {
    fn token(&mut self, token: &Token, next: Option<Kind>) {
        match token.kind {
            Kind::Open => {
                self.new_line();
                self.copy(token, SpanKind::Key);
                self.depth += 1;
            }
            Kind::Close => {
                self.depth = self.depth.saturating_sub(1);
                if !matches!(self.before, Kind::Open | Kind::White) {
                    self.new_line();
                }
                self.copy(token, SpanKind::Key);
                self.mixed = self.mixed.filter(|depth| *depth <= self.depth);
            }
            Kind::Text => {
                self.copy(token, SpanKind::Text);
                self.mixed.get_or_insert(self.depth);
            }
            Kind::White if self.mixed.is_some() => self.copy(token, SpanKind::Text),
            Kind::White if self.before == Kind::Open && next == Some(Kind::Close) => {
                self.copy(token, SpanKind::Text);
            }
            Kind::White => return,
            Kind::Other => {
                self.new_line();
                self.copy(token, SpanKind::Text);
            }
        }
        self.before = token.kind;
    }

    fn copy(&mut self, token: &Token, kind: SpanKind) {
        let style = plain::Style {
            kind,
            ..plain::LINES
        };
        plain::show_range(self.lot, token.range.clone(), style, self.out);
    }

    /// Begins a line, unless white space counts here.
    fn new_line(&mut self) {
        if self.mixed.is_some() {
            return;
        }
        self.out.close_line();
        let width = self.depth.min(INDENTED_LEVELS) * LEVEL_WIDTH;
        self.out
            .add(SpanKind::Text, format_args!("{:width$}", ""), false);
    }
}

const MAX_DEPTH: usize = 128;
const LEVEL_WIDTH: usize = 2;
const INDENTED_LEVELS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn check(text: &str, fit: bool, expected: &str) {
        let lot = LotBytes::whole(Direction::In, text.as_bytes());
        let mut out = Decoded::default();
        Xml.decode(&lot, &mut out);
        assert_eq!(out.to_string(), expected);
        assert_eq!(Xml.fit(&lot).is_some(), fit, "{text}");
    }

    #[test]
    fn an_element_has_a_line() {
        check(
            "<?xml version='1.0'?><!-- c --><a x=\"1\">\n\n  <b/><c>text</c><d> </d><e></e></a>\n",
            true,
            "<?xml version='1.0'?>\n<!-- c -->\n<a x=\"1\">\n  <b/>\n  <c>text</c>\n  <d> </d>\n  \
             <e></e>\n</a>\n",
        );
    }

    #[test]
    fn text_with_elements_in_it_stays_as_it_is() {
        let mixed = "<p>one <b>two</b> <i>three</i>\n&amp; <![CDATA[<four>]]> </p>";
        check(
            &format!("<a>{mixed}<q/></a>"),
            true,
            &format!("<a>\n  {mixed}\n  <q/>\n</a>\n"),
        );
    }

    #[test]
    fn entities_stay_as_written() {
        let text = "<!DOCTYPE a [<!ENTITY x \"yyyy\">]><a>&x;&x;</a>";
        check(
            text,
            true,
            "<!DOCTYPE a [<!ENTITY x \"yyyy\">]>\n<a>&x;&x;</a>\n",
        );
    }

    #[test]
    fn what_is_not_well_formed_is_shown_as_text() {
        check(
            "<a><b></a>",
            false,
            "<a>\n  <b>\nno XML from byte 6 on: ill-formed document: expected `</b>`, but `</a>` \
             was found\n</a>\n",
        );
        check(
            "<a><b>x",
            false,
            "<a>\n  <b>x\nno XML from byte 7 on: it ends too early\n",
        );
        check("<a/><b/>", false, "<a/>\n<b/>\n");
        check(
            "<a/>tail",
            false,
            "<a/>\nno XML from byte 4 on: text outside of elements\ntail\n",
        );
        let line = "<14>Oct 11 22:14:15 su: failed\n";
        check(
            line,
            false,
            &format!("{line}no XML from byte 31 on: it ends too early\n"),
        );
    }

    #[test]
    fn elements_nested_too_deeply_are_declined() {
        let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
        let fits = |text: &str| is_xml(&LotBytes::whole(Direction::In, text.as_bytes()));
        assert!(fits(&nested(128)) && !fits(&nested(129)));
    }
}
