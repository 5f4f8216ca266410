//! A session as a row: for people in a table, with exact values for programs.

use super::notes::Notes;
use super::table::{Align, Column, Cut, Fit};
use super::time_text::TimeText;
use super::units::{HumanBytes, HumanSpan};
use crate::document::{End, Seconds, TcpSession};
use crate::time::Span;

/// The columns that have a name of their own; any other column is a field of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionColumn {
    /// Number in the list of all sessions of the capture, from 1.
    Number,
    /// First packet.
    Time,
    /// Client.
    Client,
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
    pub const ALL: [Self; 13] = [
        Self::Number,
        Self::Time,
        Self::Client,
        Self::Server,
        Self::State,
        Self::Duration,
        Self::Latency,
        Self::Packets,
        Self::Out,
        Self::In,
        Self::Lots,
        Self::Tls,
        Self::Notes,
    ];

    /// The name by which people ask for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Time => "time",
            Self::Client => "client",
            Self::Server => "server",
            Self::State => "state",
            Self::Duration => "duration",
            Self::Latency => "latency",
            Self::Packets => "packets",
            Self::Out => "out",
            Self::In => "in",
            Self::Lots => "lots",
            Self::Tls => "tls",
            Self::Notes => "notes",
        }
    }

    /// The column of this name; `#` is the number.
    pub fn from_name(name: &str) -> Option<Self> {
        let wanted = if name == "#" { "number" } else { name };
        Self::ALL.into_iter().find(|column| column.name() == wanted)
    }

    /// The column of a table.
    pub fn column(self, times: &TimeText<'_>) -> Column {
        let (align, cut) = match self {
            Self::Number
            | Self::Duration
            | Self::Latency
            | Self::Packets
            | Self::Out
            | Self::In
            | Self::Lots => (Align::Right, Cut::End),
            Self::Client | Self::Server => (Align::Left, Cut::Middle),
            Self::Time | Self::State | Self::Tls | Self::Notes => (Align::Left, Cut::End),
        };
        let title = match self {
            Self::Number => "#".to_owned(),
            Self::Time => times.title().to_owned(),
            column => column.name().to_uppercase(),
        };
        Column {
            title,
            align,
            cut,
            shown: true,
            toned: self == Self::Notes,
        }
    }
}

impl SessionRow<'_> {
    /// The text of a column for people.
    pub fn cell(&self, column: SessionColumn, times: &mut TimeText<'_>) -> String {
        let session = self.session;
        match column {
            SessionColumn::Number => self
                .number
                .map(|number| number.to_string())
                .unwrap_or_default(),
            SessionColumn::Time => times.show(session.times.first).0,
            SessionColumn::Client => end_text(&session.src),
            SessionColumn::Server => end_text(&session.dst),
            SessionColumn::State => session.state.to_string(),
            SessionColumn::Duration => span_text(session.times.duration),
            SessionColumn::Latency => span_text(session.times.latency),
            SessionColumn::Packets => session.packets_count.to_string(),
            SessionColumn::Out => HumanBytes(session.out.payload).to_string(),
            SessionColumn::In => HumanBytes(session.r#in.payload).to_string(),
            SessionColumn::Lots => lots(session).to_string(),
            SessionColumn::Tls => tls_text(session),
            SessionColumn::Notes => self.notes.text.clone(),
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
            SessionColumn::Out => session.out.payload.to_string(),
            SessionColumn::In => session.r#in.payload.to_string(),
            SessionColumn::Number
            | SessionColumn::Time
            | SessionColumn::State
            | SessionColumn::Packets
            | SessionColumn::Lots
            | SessionColumn::Tls
            | SessionColumn::Notes => self.cell(column, times),
        }
    }

    /// The client without its port, which says the least of all.
    pub fn client_host(&self) -> String {
        host_text(&self.session.src)
    }
}

/// How the table of all columns of [`SessionColumn::ALL`] becomes narrow. `short_time` and
/// `short_client` are the hidden columns that stand in for time and client.
pub fn fit_steps(short_time: usize, short_client: usize) -> Vec<Fit> {
    let at = |column: SessionColumn| column as usize;
    vec![
        Fit::DropEmpty(at(SessionColumn::Tls)),
        Fit::DropEmpty(at(SessionColumn::Notes)),
        Fit::Shrink(at(SessionColumn::Notes), 32),
        Fit::Shrink(at(SessionColumn::Client), 28),
        Fit::Shrink(at(SessionColumn::Server), 36),
        Fit::Swap(at(SessionColumn::Time), short_time),
        Fit::Drop(at(SessionColumn::Lots)),
        Fit::Swap(at(SessionColumn::Client), short_client),
        Fit::Drop(at(SessionColumn::Packets)),
        Fit::Drop(at(SessionColumn::Latency)),
        Fit::Shrink(at(SessionColumn::Server), 24),
        Fit::Drop(at(SessionColumn::Tls)),
        Fit::Drop(short_time),
        Fit::Shrink(at(SessionColumn::Notes), 16),
        Fit::Shrink(short_client, 15),
        Fit::Shrink(at(SessionColumn::Server), 18),
    ]
}

fn end_text(end: &End<'_>) -> String {
    match end.name {
        Some(name) => format!("{name}:{}", end.port),
        None => end.socket.to_string(),
    }
}

fn host_text(end: &End<'_>) -> String {
    end.name.map_or_else(|| end.ip.to_string(), str::to_owned)
}

fn span_text(seconds: Option<Seconds>) -> String {
    let span = seconds.map(|Seconds(exact)| HumanSpan(Span::from_nanos(exact.nanos())));
    span.map(|span| span.to_string()).unwrap_or_default()
}

fn tls_text(session: &TcpSession<'_>) -> String {
    match &session.tls {
        Some(tls) => tls.tls_version.clone().unwrap_or_else(|| "TLS".to_owned()),
        None => String::new(),
    }
}

fn lots(session: &TcpSession<'_>) -> u64 {
    session
        .current_packet_lot
        .map_or(0, |last| last.saturating_add(1))
}
