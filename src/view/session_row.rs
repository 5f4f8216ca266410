//! A session as a row: for people in a table, with exact values for programs.

use super::cell_text::{show_bytes, show_count, write_end, write_host, write_span};
use super::notes::Notes;
use super::table::{Align, Column, Cut, Fit};
use super::time_text::TimeText;
use crate::document::{Seconds, TcpSession, time_to_connect, time_to_first_byte};

/// The columns that have a name of their own; any other column is a field of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionColumn {
    /// Number in the list of all sessions of the capture, from 1.
    Number,
    /// First packet.
    Time,
    /// First packet, without its date where all are of one day.
    Clock,
    /// Client.
    Client,
    /// Client without its port.
    Host,
    /// Server.
    Server,
    /// State after the last packet.
    State,
    /// From first to last packet.
    Duration,
    /// From SYN to SYN with ACK.
    Latency,
    /// Packets of both directions.
    Packets,
    /// Payload bytes of both directions.
    Bytes,
    /// Payload bytes from client to server.
    Out,
    /// Payload bytes from server to client.
    In,
    /// Lots of both directions.
    Lots,
    /// TLS version.
    Tls,
    /// What is wrong.
    Notes,
    /// From the first packet to the SYN with ACK.
    Connected,
    /// From the first packet to the first payload of the server.
    FirstByte,
    /// Last packet.
    Last,
}

/// A session with its number.
#[derive(Clone, Copy, Debug)]
pub struct SessionRow<'a> {
    /// Number in the list of all sessions of the capture, from 1; absent where there is no list.
    pub number: Option<usize>,
    /// The session.
    pub session: &'a TcpSession<'a>,
    /// What is wrong with it.
    pub notes: &'a Notes,
}

impl SessionColumn {
    /// All columns in the order of the table.
    pub const ALL: [Self; 16] = [
        Self::Number,
        Self::Time,
        Self::Clock,
        Self::Client,
        Self::Host,
        Self::Server,
        Self::State,
        Self::Duration,
        Self::Latency,
        Self::Packets,
        Self::Bytes,
        Self::Out,
        Self::In,
        Self::Lots,
        Self::Tls,
        Self::Notes,
    ];

    /// The columns of the timing table, in their order.
    pub const TIMING: [Self; 13] = [
        Self::Number,
        Self::Time,
        Self::Clock,
        Self::Client,
        Self::Host,
        Self::Server,
        Self::Connected,
        Self::Latency,
        Self::FirstByte,
        Self::Last,
        Self::Duration,
        Self::State,
        Self::Notes,
    ];

    /// The name by which people ask for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Time => "time",
            Self::Clock => "clock",
            Self::Client => "client",
            Self::Host => "host",
            Self::Server => "server",
            Self::State => "state",
            Self::Duration => "duration",
            Self::Latency => "latency",
            Self::Packets => "packets",
            Self::Bytes => "bytes",
            Self::Out => "out",
            Self::In => "in",
            Self::Lots => "lots",
            Self::Tls => "tls",
            Self::Notes => "notes",
            Self::Connected => "connected",
            Self::FirstByte => "first-byte",
            Self::Last => "last",
        }
    }

    /// The column of this name; `#` is the number.
    pub fn from_name(name: &str) -> Option<Self> {
        let wanted = if name == "#" { "number" } else { name };
        let all = Self::ALL.into_iter().chain(Self::TIMING);
        all.into_iter().find(|column| column.name() == wanted)
    }

    /// True for a column that stands in for wider ones where room is short.
    const fn is_stand_in(self) -> bool {
        matches!(self, Self::Clock | Self::Host | Self::Bytes)
    }

    /// The column of a table; one that stands in for wider ones is hidden.
    pub fn column(self, times: &TimeText<'_>) -> Column {
        let (align, cut) = match self {
            Self::Number
            | Self::Duration
            | Self::Latency
            | Self::Packets
            | Self::Bytes
            | Self::Out
            | Self::In
            | Self::Lots
            | Self::Connected
            | Self::FirstByte => (Align::Right, Cut::End),
            Self::Client | Self::Host | Self::Server => (Align::Left, Cut::Middle),
            Self::Time | Self::Clock | Self::State | Self::Tls | Self::Notes | Self::Last => {
                (Align::Left, Cut::End)
            }
        };
        let title = match self {
            Self::Number => "#".to_owned(),
            Self::Time => times.title(),
            Self::Clock => times.short_title(),
            Self::Host => Self::Client.name().to_uppercase(),
            Self::FirstByte => "FIRST BYTE".to_owned(),
            column => column.name().to_uppercase(),
        };
        Column {
            title,
            align,
            cut,
            shown: !self.is_stand_in(),
            toned: self == Self::Notes,
        }
    }
}

impl SessionRow<'_> {
    /// The text of a column for people.
    pub fn cell(&self, column: SessionColumn, times: &mut TimeText<'_>) -> String {
        let mut text = String::new();
        self.write_cell(column, times, &mut text);
        text
    }

    /// Appends the text of a column for people.
    pub fn write_cell(&self, column: SessionColumn, times: &mut TimeText<'_>, out: &mut String) {
        let session = self.session;
        match column {
            SessionColumn::Number => {
                if let Some(number) = self.number {
                    show_count(out, number as u64);
                }
            }
            SessionColumn::Time => times.write(session.times.first, out),
            SessionColumn::Clock => times.write_short(session.times.first, out),
            SessionColumn::Client => write_end(out, &session.src),
            SessionColumn::Host => write_host(out, &session.src),
            SessionColumn::Server => write_end(out, &session.dst),
            SessionColumn::State => out.push_str(session.state.0.as_str()),
            SessionColumn::Duration => write_span(out, session.times.duration),
            SessionColumn::Latency => write_span(out, session.times.latency),
            SessionColumn::Packets => show_count(out, session.packets_count),
            SessionColumn::Bytes => show_bytes(out, payload_bytes(session)),
            SessionColumn::Out => show_bytes(out, session.out.payload),
            SessionColumn::In => show_bytes(out, session.r#in.payload),
            SessionColumn::Lots => show_count(out, lots(session)),
            SessionColumn::Tls => out.push_str(tls_text(session)),
            SessionColumn::Notes => out.push_str(&self.notes.text),
            SessionColumn::Connected => write_span(out, time_to_connect(session)),
            SessionColumn::FirstByte => write_span(out, time_to_first_byte(session)),
            SessionColumn::Last => times.write_short(session.times.last, out),
        }
    }

    /// The value of a column for programs: exact, without units.
    pub fn exact(&self, column: SessionColumn, times: &mut TimeText<'_>) -> String {
        let session = self.session;
        let seconds = |value: Option<Seconds>| value.map(|value| value.to_string());
        match column {
            SessionColumn::Client => session.src.socket.to_string(),
            SessionColumn::Server => session.dst.socket.to_string(),
            SessionColumn::Duration => seconds(session.times.duration).unwrap_or_default(),
            SessionColumn::Latency => seconds(session.times.latency).unwrap_or_default(),
            SessionColumn::Connected => seconds(time_to_connect(session)).unwrap_or_default(),
            SessionColumn::FirstByte => seconds(time_to_first_byte(session)).unwrap_or_default(),
            SessionColumn::Last => seconds(session.times.last).unwrap_or_default(),
            SessionColumn::Bytes => payload_bytes(session).to_string(),
            SessionColumn::Out => session.out.payload.to_string(),
            SessionColumn::In => session.r#in.payload.to_string(),
            SessionColumn::Number
            | SessionColumn::Time
            | SessionColumn::Clock
            | SessionColumn::Host
            | SessionColumn::State
            | SessionColumn::Packets
            | SessionColumn::Lots
            | SessionColumn::Tls
            | SessionColumn::Notes => self.cell(column, times),
        }
    }
}

/// How the table of [`SessionColumn::ALL`] becomes narrow: what says least goes first.
pub fn fit_steps() -> Vec<Fit> {
    use SessionColumn as C;
    let at = |column: SessionColumn| column as usize;
    vec![
        Fit::DropEmpty(at(C::Tls)),
        Fit::DropEmpty(at(C::Notes)),
        Fit::Swap(at(C::Time), at(C::Clock)),
        Fit::Shrink(at(C::Notes), 32),
        Fit::Shrink(at(C::Client), 32),
        Fit::Shrink(at(C::Server), 36),
        Fit::Drop(at(C::Lots)),
        Fit::Swap(at(C::Client), at(C::Host)),
        Fit::Shrink(at(C::Host), 24),
        Fit::Shrink(at(C::Server), 28),
        Fit::Drop(at(C::Packets)),
        Fit::Shrink(at(C::Notes), 24),
        Fit::Drop(at(C::Latency)),
        Fit::Drop(at(C::Clock)),
        Fit::Drop(at(C::Tls)),
        Fit::Shrink(at(C::Notes), 15),
        Fit::Swap(at(C::Out), at(C::Bytes)),
        Fit::Drop(at(C::In)),
        Fit::Shrink(at(C::Server), 22),
        Fit::Shrink(at(C::Host), 15),
        Fit::Drop(at(C::Duration)),
        Fit::Drop(at(C::Bytes)),
    ]
}

/// How the table of [`SessionColumn::TIMING`] becomes narrow.
pub fn timing_fit_steps() -> Vec<Fit> {
    use SessionColumn as C;
    let at = |wanted: SessionColumn| {
        let found = C::TIMING.iter().position(|column| *column == wanted);
        found.unwrap_or(usize::MAX)
    };
    vec![
        Fit::DropEmpty(at(C::Notes)),
        Fit::Swap(at(C::Time), at(C::Clock)),
        Fit::Shrink(at(C::Notes), 24),
        Fit::Shrink(at(C::Client), 32),
        Fit::Shrink(at(C::Server), 36),
        Fit::Drop(at(C::Last)),
        Fit::Drop(at(C::Notes)),
        Fit::Swap(at(C::Client), at(C::Host)),
        Fit::Shrink(at(C::Host), 20),
        Fit::Shrink(at(C::Server), 24),
        Fit::Drop(at(C::Connected)),
        Fit::Shrink(at(C::Host), 15),
        Fit::Shrink(at(C::Server), 20),
        Fit::Drop(at(C::State)),
        Fit::Drop(at(C::Clock)),
    ]
}

fn tls_text<'t>(session: &'t TcpSession<'_>) -> &'t str {
    match &session.tls {
        Some(tls) => tls.tls_version.as_deref().unwrap_or("TLS"),
        None => "",
    }
}

const fn payload_bytes(session: &TcpSession<'_>) -> u64 {
    session.out.payload.saturating_add(session.r#in.payload)
}

fn lots(session: &TcpSession<'_>) -> u64 {
    session
        .current_packet_lot
        .map_or(0, |last| last.saturating_add(1))
}
