//! What stands above the packets: who talks to whom since when, and the captions.

use std::io::{self, Write};

use super::PacketFlow;
use super::layout::Place;
use crate::document::{End, TcpSession};
use crate::view::color::{BOLD, DIM};
use crate::view::table::{Shortened, width_of};
use crate::view::{Characters, Cut, Escaped};

impl<W: Write> PacketFlow<'_, W> {
    /// The session, its two ends, and when it began.
    pub(super) fn write_ends(&mut self, session: &TcpSession<'_>) -> io::Result<()> {
        self.write_fact("session", &session.id)?;
        self.write_fact("client", &full_name(&session.src))?;
        self.write_fact("server", &full_name(&session.dst))?;
        let start = session.times.first.map(|first| self.clock.date(first));
        let missed = session.times.missed_syn.then_some("no SYN was captured");
        let facts: Vec<&str> = start.as_deref().into_iter().chain(missed).collect();
        if !facts.is_empty() {
            self.write_fact("start", &facts.join(", "))?;
        }
        self.end_line()
    }

    /// What the columns are, and who stands at which side of the ladder.
    pub(super) fn write_captions(&mut self, session: &TcpSession<'_>) -> io::Result<()> {
        let layout = self.layout.clone();
        let columns = [
            (Some(layout.number), "#"),
            (layout.clock, self.clock.title().unwrap_or_default()),
            (layout.elapsed, "SECONDS"),
            (layout.delta, "(DELTA)"),
            (layout.lot, "LOT"),
        ];
        for (end, title) in columns {
            if let Some(end) = end {
                self.line.put_before(end, BOLD, title);
            }
        }
        let characters = self.style.characters;
        let room = (layout.ladder.len().saturating_sub(2)) / 2;
        let room = self.style.surface.width.map(|_| room);
        self.line.pad_to(layout.ladder.start);
        self.line.put(
            BOLD,
            &shortened(&short_name(&session.src), room, characters),
        );
        let server = shortened(&short_name(&session.dst), room, characters);
        self.line.put_before(layout.ladder.end, BOLD, &server);
        if layout.place == Place::Beside {
            self.line.pad_to(layout.ladder.end + 3);
            self.line.put(BOLD, "FIRST BYTES");
        }
        self.end_line()
    }

    fn write_fact(&mut self, title: &str, text: &str) -> io::Result<()> {
        self.line.put(DIM, title);
        self.line.pad_to(FACT_START);
        let text = shortened(text, self.line.room(), self.style.characters);
        self.line.put("", &text);
        self.end_line()
    }
}

/// An end by all that is known of it.
fn full_name(end: &End<'_>) -> String {
    match end.name {
        Some(name) => format!("{}  {name}", end.socket),
        None => end.socket.to_string(),
    }
}

/// An end by its name, or by its address.
fn short_name(end: &End<'_>) -> String {
    match end.name {
        Some(name) => format!("{name}:{}", end.port),
        None => end.socket.to_string(),
    }
}

/// Text from the network, harmless, and without its middle where there is no room for it.
fn shortened(text: &str, room: Option<usize>, characters: Characters) -> String {
    let mut text = Escaped(text).to_string();
    if characters == Characters::Ascii && !text.is_ascii() {
        text = ascii(&text);
    }
    let room = room.unwrap_or_else(|| width_of(&text));
    Shortened::new(&text, room, Cut::Middle).to_string()
}

fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            plain.push(character);
        } else {
            plain.extend(character.escape_unicode());
        }
    }
    plain
}

const FACT_START: usize = "session  ".len();
