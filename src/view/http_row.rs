//! A request with its response as a row: for people in a table, with exact values for programs.

use super::cell_text::{show, show_bytes, show_count, write_end, write_host, write_span};
use super::table::{Align, Column, Cut, Fit, Tone};
use super::time_text::TimeText;
use crate::document::{HttpCommunication, HttpMessage, Oddities, Seconds, TcpSession};

/// The columns that have a name of their own; any other column is a field of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpColumn {
    /// Number in the list of all requests of the capture, from 1.
    Number,
    /// First packet of the request; without it, of the response.
    Time,
    /// The same, without its date where all are of one day.
    Clock,
    /// Client.
    Client,
    /// Client without its port.
    Host,
    /// Server.
    Server,
    /// Method.
    Method,
    /// URL.
    Url,
    /// Status code.
    Status,
    /// Body of the request.
    Out,
    /// Body of the response.
    In,
    /// From the first packet of the request to the first of the response.
    Wait,
    /// From the first packet of the request to the last of the response.
    Duration,
    /// Content type of the response, without parameters.
    Type,
    /// Number of the session in the capture, from 1.
    Session,
    /// Lots of request and response.
    Lots,
    /// What is odd.
    Notes,
}

/// A request as a row.
#[derive(Clone, Copy, Debug)]
pub struct HttpRow<'a> {
    /// Number in the list of all requests, from 1.
    pub number: usize,
    /// Number of the session, from 1.
    pub session_number: usize,
    /// Its document.
    pub item: &'a HttpCommunication<'a>,
    /// Its ends.
    pub ends: &'a HttpRowEnds,
}

/// The ends of a session as text for people, made once for all requests of a session.
#[derive(Clone, Debug)]
pub struct HttpRowEnds {
    client: String,
    host: String,
    server: String,
}

impl HttpRowEnds {
    /// Those of a session.
    pub fn of(session: &TcpSession<'_>) -> Self {
        Self {
            client: text(|out| write_end(out, &session.src)),
            host: text(|out| write_host(out, &session.src)),
            server: text(|out| write_end(out, &session.dst)),
        }
    }
}

impl HttpColumn {
    /// The columns of a table, in order; [`http_fit_steps`] refers to their positions.
    pub const ALL: [Self; 17] = [
        Self::Number,
        Self::Time,
        Self::Clock,
        Self::Client,
        Self::Host,
        Self::Server,
        Self::Method,
        Self::Url,
        Self::Status,
        Self::Out,
        Self::In,
        Self::Wait,
        Self::Duration,
        Self::Type,
        Self::Session,
        Self::Lots,
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
            Self::Method => "method",
            Self::Url => "url",
            Self::Status => "status",
            Self::Out => "out",
            Self::In => "in",
            Self::Wait => "wait",
            Self::Duration => "duration",
            Self::Type => "type",
            Self::Session => "session",
            Self::Lots => "lots",
            Self::Notes => "notes",
        }
    }

    /// The column of this name; `#` is the number.
    pub fn from_name(name: &str) -> Option<Self> {
        let wanted = if name == "#" { "number" } else { name };
        let mut all = Self::ALL.into_iter();
        all.find(|column| column.name() == wanted)
    }

    /// The column of a table; one that stands in for wider ones is hidden.
    pub fn column(self, times: &TimeText<'_>) -> Column {
        let align = match self {
            Self::Number | Self::Out | Self::In | Self::Wait | Self::Duration | Self::Session => {
                Align::Right
            }
            _ => Align::Left,
        };
        let cut = match self {
            Self::Client | Self::Host | Self::Server | Self::Url => Cut::Middle,
            _ => Cut::End,
        };
        let title = match self {
            Self::Number => "#".to_owned(),
            Self::Time => times.title(),
            Self::Clock => times.short_title(),
            Self::Host => Self::Client.name().to_uppercase(),
            column => column.name().to_uppercase(),
        };
        Column {
            title,
            align,
            cut,
            shown: !matches!(self, Self::Clock | Self::Host),
            toned: matches!(self, Self::Status | Self::Notes),
        }
    }
}

impl HttpRow<'_> {
    /// How much attention it asks for: a server's error, an answer that is missing or cut.
    pub fn tone(&self) -> Tone {
        let is_whole = |message: &HttpMessage<'_>| message.complete && message.oddities.is_empty();
        let request = self.item.request.as_ref();
        let is_calm = request.is_some_and(|request| is_whole(&request.message));
        match &self.item.response {
            None => Tone::Severe,
            Some(response) if 500 <= response.status || !response.message.complete => Tone::Severe,
            Some(response) if 400 <= response.status || !is_whole(&response.message) => {
                Tone::Notable
            }
            Some(_) if is_calm => Tone::Calm,
            Some(_) => Tone::Notable,
        }
    }

    /// Appends the text of a column for people.
    pub fn write_cell(&self, column: HttpColumn, times: &mut TimeText<'_>, out: &mut String) {
        let item = self.item;
        match column {
            HttpColumn::Time => times.write(self.time(), out),
            HttpColumn::Clock => times.write_short(self.time(), out),
            HttpColumn::Client => out.push_str(&self.ends.client),
            HttpColumn::Host => out.push_str(&self.ends.host),
            HttpColumn::Server => out.push_str(&self.ends.server),
            HttpColumn::Out => {
                write_size(out, item.request.as_ref().map(|request| &request.message));
            }
            HttpColumn::In => {
                write_size(
                    out,
                    item.response.as_ref().map(|response| &response.message),
                );
            }
            HttpColumn::Wait => write_span(out, item.wait),
            HttpColumn::Duration => write_span(out, item.duration),
            HttpColumn::Status if item.response.is_none() => out.push_str("none"),
            HttpColumn::Number
            | HttpColumn::Method
            | HttpColumn::Url
            | HttpColumn::Status
            | HttpColumn::Type
            | HttpColumn::Session
            | HttpColumn::Lots
            | HttpColumn::Notes => self.write_exact(column, times, out),
        }
    }

    /// Appends the value of a column for programs: exact, without units.
    pub fn write_exact(&self, column: HttpColumn, times: &mut TimeText<'_>, out: &mut String) {
        let item = self.item;
        let request = item.request.as_ref();
        let response = item.response.as_ref();
        match column {
            HttpColumn::Number => show_count(out, self.number as u64),
            HttpColumn::Client => show(out, item.src.socket),
            HttpColumn::Server => show(out, item.dst.socket),
            HttpColumn::Method => out.extend(request.map(|request| &*request.method)),
            HttpColumn::Url => {
                let parts = request.map(|request| request.url.0.parts());
                out.extend(parts.into_iter().flatten());
            }
            HttpColumn::Status => {
                number_if(out, response.map(|response| u64::from(response.status)));
            }
            HttpColumn::Out => number_if(out, request.map(|request| request.message.body_bytes)),
            HttpColumn::In => number_if(out, response.map(|response| response.message.body_bytes)),
            HttpColumn::Wait => show_if(out, item.wait),
            HttpColumn::Duration => show_if(out, item.duration),
            HttpColumn::Type => {
                let full = response.and_then(|response| response.message.content_type.as_deref());
                let kind = full.and_then(|full| full.split(';').next());
                out.extend(kind.map(str::trim));
            }
            HttpColumn::Session => show_count(out, self.session_number as u64),
            HttpColumn::Lots => self.write_lots(out),
            HttpColumn::Notes => self.write_notes(out),
            HttpColumn::Time | HttpColumn::Clock | HttpColumn::Host => {
                self.write_cell(column, times, out);
            }
        }
    }

    /// Time of the first packet of the request; without it, of the response.
    fn time(&self) -> Option<Seconds> {
        let request = self.item.request.as_ref();
        let response = self.item.response.as_ref();
        match request {
            Some(request) => request.message.first,
            None => response?.message.first,
        }
    }

    fn write_lots(&self, out: &mut String) {
        let request = self.item.request.as_ref();
        let response = self.item.response.as_ref();
        write_lots(out, request.map(|request| request.message.lots));
        out.push('/');
        write_lots(out, response.map(|response| response.message.lots));
    }

    /// What is odd, in words.
    fn write_notes(&self, out: &mut String) {
        let item = self.item;
        let mut notes = NoteList { out, count: 0 };
        match (item.protocol, &item.web_socket) {
            ("websocket", Some(socket)) => notes.add(format_args!(
                "websocket: {} frames out, {} in",
                socket.client.frames, socket.server.frames
            )),
            ("http/1.1", _) => {}
            (protocol, _) => notes.add(format_args!("{protocol}")),
        }
        for status in item.interim {
            notes.add(format_args!("after {status}"));
        }
        let request = item
            .request
            .as_ref()
            .map(|request| request.message.oddities);
        let response = item.response.as_ref();
        let response = response.map(|response| response.message.oddities);
        for (name, oddities) in [("request", request), ("response", response)] {
            for oddity in oddities.into_iter().flat_map(Oddities::iter) {
                notes.add(format_args!("{name}: {}", words(oddity)));
            }
        }
    }
}

/// Notes with commas between them.
struct NoteList<'t> {
    out: &'t mut String,
    count: usize,
}

impl NoteList<'_> {
    fn add(&mut self, note: std::fmt::Arguments<'_>) {
        if 0 < self.count {
            self.out.push_str(", ");
        }
        self.count += 1;
        show(self.out, note);
    }
}

/// Appends the first and the last lot of a message.
fn write_lots(out: &mut String, lots: Option<[u64; 2]>) {
    match lots {
        Some([first, last]) => {
            show_count(out, first);
            if first != last {
                out.push_str("..");
                show_count(out, last);
            }
        }
        None => out.push('-'),
    }
}

/// The text that `write` appends.
fn text(write: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    write(&mut text);
    text
}

/// Appends a number, where there is one.
fn number_if(out: &mut String, number: Option<u64>) {
    if let Some(number) = number {
        show_count(out, number);
    }
}

/// Appends a value, where there is one.
fn show_if(out: &mut String, value: Option<impl std::fmt::Display>) {
    if let Some(value) = value {
        show(out, value);
    }
}

/// An oddity in words.
fn words(oddity: &str) -> &str {
    match oddity {
        "noLength" => "no length",
        "noLastChunk" => "last chunk missing",
        "badChunk" => "bad chunk",
        "bytesMissing" => "bytes missing",
        "latePackets" => "late packets",
        "headTooLong" => "head too long",
        "badHead" => "bad head",
        "twoLengths" => "two lengths",
        "badLength" => "bad length",
        "unknownCoding" => "unknown coding",
        "bytesBefore" => "other bytes before",
        "fieldsMissing" => "fields not captured",
        "noRequest" => "without request",
        "tooManyWaiting" => "too many waiting",
        other => other,
    }
}

/// Appends the size of a body; what its head says, too, where that differs.
fn write_size(out: &mut String, message: Option<&HttpMessage<'_>>) {
    let Some(message) = message else {
        return;
    };
    show_bytes(out, message.body_bytes);
    match message.content_length {
        Some(length) if length != message.body_bytes && message.framing != "none" => {
            out.push_str(" of ");
            show_bytes(out, length);
        }
        Some(_) | None => {}
    }
}

/// How the table of [`HttpColumn::ALL`] becomes narrow: what says least goes first.
pub fn http_fit_steps() -> Vec<Fit> {
    use HttpColumn as C;
    let at = |column: HttpColumn| column as usize;
    vec![
        Fit::DropEmpty(at(C::Notes)),
        Fit::Swap(at(C::Time), at(C::Clock)),
        Fit::Shrink(at(C::Notes), 32),
        Fit::Shrink(at(C::Type), 24),
        Fit::Shrink(at(C::Url), 60),
        Fit::Swap(at(C::Client), at(C::Host)),
        Fit::Drop(at(C::Lots)),
        Fit::Shrink(at(C::Server), 22),
        Fit::Shrink(at(C::Host), 22),
        Fit::Shrink(at(C::Type), 16),
        Fit::Drop(at(C::Out)),
        Fit::Drop(at(C::Server)),
        Fit::Drop(at(C::Wait)),
        Fit::Shrink(at(C::Notes), 20),
        Fit::Drop(at(C::Type)),
        Fit::Shrink(at(C::Host), 15),
        Fit::Drop(at(C::Host)),
        Fit::Shrink(at(C::Url), 30),
        Fit::Drop(at(C::Notes)),
        Fit::Drop(at(C::Session)),
        Fit::Drop(at(C::Clock)),
        Fit::Shrink(at(C::Url), 20),
        Fit::Drop(at(C::Duration)),
        Fit::Drop(at(C::In)),
    ]
}
