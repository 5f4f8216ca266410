//! The content of a session for people: lots under their headers, decoded.
//!
//! Client and server are told apart by colour, and by a mark before every line that survives
//! without it: `>` from the client, `<` from the server. Gaps and late bytes are shown where they
//! are. Text of the capture is escaped; on a terminal long lines are broken, so that the mark
//! stands before each row.
//!
//! Limits: a lot that comes in parts has its numbers so far in its header, and all of them in a
//! line at its end.

use std::io::{self, Write};

use super::color::{BOLD, CYAN, DIM, LATE, MAGENTA, RED, RESET, YELLOW};
use super::margin::Margin;
use super::time_text::TimeText;
use super::timing_diagram::Characters;
use super::units::{HumanBytes, HumanSpan, plural};
use super::{Escaped, Surface};
use crate::document::{Seconds, TcpSession};
use crate::lot::decode::{self, Decoded, Decoder, LineEnd, Memory, Span, SpanKind};
use crate::lot::{Lot, LotPart};
use crate::time::Timestamp;

/// How content is shown.
pub struct ContentStyle<'a> {
    /// Where it is written.
    pub surface: Surface,
    /// The characters of what is added.
    pub characters: Characters,
    /// How times are shown.
    pub times: TimeText<'a>,
    /// The decoder of all lots; each lot's bytes decide without one.
    pub decoder: Option<&'static dyn Decoder>,
}

/// What is said of a part of a lot beside its content.
#[derive(Clone, Debug, Default)]
pub struct Remarks {
    /// Facts for the header of the lot.
    pub facts: Vec<String>,
    /// Lines before the content.
    pub before: Vec<Remark>,
    /// Lines behind the content.
    pub after: Vec<Remark>,
}

/// A line that is no content.
#[derive(Clone, Debug)]
pub struct Remark {
    /// Its text; escaped when it is shown.
    pub text: String,
    /// Something is wrong.
    pub is_severe: bool,
}

/// Shows lots as they come.
pub struct ContentView<'a, W> {
    out: W,
    style: ContentStyle<'a>,
    first: Option<Timestamp>,
    names: [String; 2],
    /// The decoder of the lot at hand.
    decoder: Option<&'static dyn Decoder>,
    decoded: Decoded,
    memory: Memory,
    margin: Margin,
    is_empty: bool,
}

impl<'a, W: Write> ContentView<'a, W> {
    /// A view that has not shown anything.
    pub fn new(out: W, style: ContentStyle<'a>) -> Self {
        Self {
            out,
            margin: Margin::new(style.surface.width),
            style,
            first: None,
            names: ["client".to_owned(), "server".to_owned()],
            decoder: None,
            decoded: Decoded::default(),
            memory: Memory::default(),
            is_empty: true,
        }
    }

    /// Takes in whose content it is.
    pub fn start(&mut self, session: &TcpSession<'_>) {
        let first = session.times.first.map(|Seconds(first)| first.nanos());
        self.first = first.map(Timestamp::from_nanos);
        self.style.times = self.style.times.clone().since(self.first);
        let name = |end: &crate::document::End<'_>| match end.name {
            Some(name) => format!("{name}:{}", end.port),
            None => end.socket.to_string(),
        };
        self.names = [name(&session.src), name(&session.dst)];
    }

    /// Shows a lot, or a part of one.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write(&mut self, part: &LotPart) -> io::Result<()> {
        self.write_with(part, &Remarks::default())
    }

    /// Shows a lot, or a part of one, with what is said of it.
    ///
    /// # Errors
    ///
    /// Fails when the output does.
    pub fn write_with(&mut self, part: &LotPart, remarks: &Remarks) -> io::Result<()> {
        let known = self.memory.take_in(&part.bytes());
        let bytes = part.bytes().knowing(&known);
        let has_content = !bytes.bytes.is_empty() || !bytes.gaps.is_empty();
        if part.is_first {
            self.decoder = self.style.decoder;
        }
        let shows_content = has_content || remarks.before.is_empty() && remarks.after.is_empty();
        if shows_content && self.decoder.is_none() {
            self.decoder = Some(decode::auto(&bytes));
        }
        let decoder = self.decoder.filter(|_| shows_content);
        if part.is_first {
            let name = decoder.map(|decoder| decoder.name());
            self.write_header(part, name, &remarks.facts)?;
        }
        self.write_remarks(part, &remarks.before)?;
        self.decoded.clear();
        if let Some(decoder) = decoder {
            decoder.decode(&bytes, &mut self.decoded);
        }
        self.write_decoded(part)?;
        self.write_remarks(part, &remarks.after)?;
        if part.is_last && !part.is_first {
            self.write_end(&part.lot)?;
        }
        Ok(())
    }

    /// Takes in a lot, or a part of one, that is not shown: those behind it may build upon it.
    pub fn pass_over(&mut self, part: &LotPart) {
        self.memory.take_in(&part.bytes());
    }

    /// Lines that are no content, each for itself.
    fn write_remarks(&mut self, part: &LotPart, remarks: &[Remark]) -> io::Result<()> {
        let (mark, color) = self.mark_of(&part.lot);
        if !remarks.is_empty() {
            self.margin.close(&mut self.out)?;
        }
        for remark in remarks {
            let on = match (self.style.surface.colored, remark.is_severe) {
                (false, _) => "",
                (true, true) => RED,
                (true, false) => DIM,
            };
            self.margin.begin(&mut self.out, color, mark)?;
            self.margin.write(&mut self.out, on, &remark.text)?;
            self.margin.end(&mut self.out)?;
        }
        Ok(())
    }

    /// What stands before the lines of a lot, and its colour.
    fn mark_of(&self, lot: &Lot) -> (&'static str, &'static str) {
        let color = match self.style.surface.colored {
            true => lot.by_sender(CYAN, MAGENTA),
            false => "",
        };
        (lot.by_sender("> ", "< "), color)
    }

    fn write_header(
        &mut self,
        part: &LotPart,
        decoder: Option<&str>,
        more: &[String],
    ) -> io::Result<()> {
        if !self.is_empty {
            writeln!(self.out)?;
        }
        self.is_empty = false;
        let lot = &part.lot;
        let mut facts = vec![format!("lot {}", lot.index)];
        facts.extend(self.moment(lot));
        facts.extend(lot.pause.map(|pause| format!("after {}", HumanSpan(pause))));
        if part.is_last {
            facts.extend(volume(lot));
        } else {
            facts.push("large, shown in parts".to_owned());
        }
        facts.extend_from_slice(more);
        let decoder = decoder.filter(|decoder| *decoder != PLAIN);
        facts.extend(decoder.map(|decoder| format!("as {decoder}")));
        let severe = if part.is_last {
            faults(lot)
        } else {
            Vec::new()
        };
        self.write_facts(lot, &facts, &severe)
    }

    /// The numbers of a lot that came in parts.
    fn write_end(&mut self, lot: &Lot) -> io::Result<()> {
        let mut facts = vec![format!("end of lot {}", lot.index)];
        facts.extend(volume(lot));
        self.write_facts(lot, &facts, &faults(lot))
    }

    /// Who, and facts between commas; on a terminal in as many lines as it takes.
    fn write_facts(&mut self, lot: &Lot, facts: &[String], severe: &[String]) -> io::Result<()> {
        let colored = self.style.surface.colored;
        let color = lot.by_sender(CYAN, MAGENTA);
        let arrow = match self.style.characters {
            Characters::Ascii => lot.by_sender(">", "<"),
            Characters::Unicode => lot.by_sender("▶", "◀"),
        };
        let [client, server] = &self.names;
        let name = lot.by_sender(client, server);
        let paint = |on: &'static str| if colored { on } else { "" };
        let reset = paint(RESET);
        let bold = paint(BOLD);
        write!(
            self.out,
            "{bold}{}{arrow} {}{reset}",
            paint(color),
            Escaped(name)
        )?;
        let mut room = Room::behind(2 + name.chars().count(), self.style.surface.width);
        let calm = facts.iter().map(|fact| (fact, ""));
        let facts = calm.chain(severe.iter().map(|fact| (fact, RED)));
        for (index, (fact, color)) in facts.enumerate() {
            let separator = if index == 0 { "  " } else { ", " };
            let separator = room.take(separator, fact);
            write!(self.out, "{separator}{}{fact}", paint(color))?;
            if colored && !color.is_empty() {
                write!(self.out, "{RESET}")?;
            }
        }
        writeln!(self.out)
    }

    /// When a lot began: absolute, and since the start of the session.
    fn moment(&mut self, lot: &Lot) -> Vec<String> {
        let Some(time) = lot.first else {
            return Vec::new();
        };
        let absolute = self
            .style
            .times
            .show(Some(Seconds(time.decimal(lot.precision))));
        let since = self.first.map(|first| time.since(first));
        let relative = since.map(|since| format!("+{}", HumanSpan(since)));
        [Some(absolute), relative].into_iter().flatten().collect()
    }

    fn write_decoded(&mut self, part: &LotPart) -> io::Result<()> {
        let colored = self.style.surface.colored;
        let (mark, color) = self.mark_of(&part.lot);
        for line in self.decoded.lines() {
            self.margin.begin(&mut self.out, color, mark)?;
            for span in line.spans() {
                let on = if colored { span_color(&span) } else { "" };
                let text = marked(&span, colored);
                self.margin.write(&mut self.out, on, &text)?;
            }
            if line.end() != LineEnd::Open || part.is_last {
                self.margin.end(&mut self.out)?;
            }
        }
        Ok(())
    }
}

/// The text of a span; late bytes have a mark where there is no colour.
fn marked(span: &Span<'_>, colored: bool) -> String {
    if span.late && !colored {
        format!("[late: {}]", span.text)
    } else {
        span.text.to_owned()
    }
}

const fn span_color(span: &Span<'_>) -> &'static str {
    if span.late {
        return LATE;
    }
    match span.kind {
        SpanKind::Text | SpanKind::Bytes | SpanKind::Ascii | SpanKind::Quoted => "",
        SpanKind::Escape | SpanKind::Offset => DIM,
        SpanKind::Gap => RED,
        SpanKind::Note => YELLOW,
        SpanKind::Key => BOLD,
        SpanKind::Number | SpanKind::Word => CYAN,
    }
}

/// How much a lot holds, and how long it took.
fn volume(lot: &Lot) -> [String; 1] {
    let packets = plural(lot.packets, "packet");
    let bytes = HumanBytes(lot.payload_bytes);
    let duration = lot.duration().filter(|duration| duration.nanos() != 0);
    let over = duration.map(|duration| format!(" over {}", HumanSpan(duration)));
    [format!("{bytes} in {packets}{}", over.unwrap_or_default())]
}

/// What is wrong with a lot.
fn faults(lot: &Lot) -> Vec<String> {
    let mut faults = Vec::new();
    if 0 < lot.missing_bytes {
        faults.push(format!("{} missing", HumanBytes(lot.missing_bytes)));
    }
    if 0 < lot.late_packets {
        faults.push(format!("{} late", plural(lot.late_packets, "packet")));
    }
    if 0 < lot.overlap_conflicts {
        faults.push(format!(
            "{} conflicting",
            plural(lot.overlap_conflicts, "packet")
        ));
    }
    faults
}

/// The room that is left in a line of facts.
struct Room {
    used: usize,
    width: Option<usize>,
}

impl Room {
    const fn behind(used: usize, width: Option<usize>) -> Self {
        Self { used, width }
    }

    /// The separator before a fact: a new line where it would not fit.
    fn take(&mut self, separator: &'static str, fact: &str) -> &'static str {
        let needed = fact.chars().count();
        let next = self.used + separator.len() + needed;
        if self.width.is_some_and(|width| width <= next) {
            self.used = 2 + needed;
            return "\n  ";
        }
        self.used = next;
        separator
    }
}

/// The decoder that needs no word.
const PLAIN: &str = "text";
