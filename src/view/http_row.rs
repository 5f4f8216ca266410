//! A request with its response as a row: for people in a table, with exact values for programs.

use super::cell_text::{write_end, write_host, write_span};
use super::table::{Align, Column, Cut, Fit, Tone};
use super::time_text::TimeText;
use super::units::HumanBytes;
use crate::document::{HttpCommunication, HttpMessage, Seconds};

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

    /// The text of a column for people.
    pub fn cell(&self, column: HttpColumn, times: &mut TimeText<'_>) -> String {
        let item = self.item;
        match column {
            HttpColumn::Number => self.number.to_string(),
            HttpColumn::Time => times.show(self.time()),
            HttpColumn::Clock => times.show_short(self.time()),
            HttpColumn::Client => text(|out| write_end(out, &item.src)),
            HttpColumn::Host => text(|out| write_host(out, &item.src)),
            HttpColumn::Server => text(|out| write_end(out, &item.dst)),
            HttpColumn::Out => size_text(item.request.as_ref().map(|request| &request.message)),
            HttpColumn::In => size_text(item.response.as_ref().map(|response| &response.message)),
            HttpColumn::Wait => text(|out| write_span(out, item.wait)),
            HttpColumn::Duration => text(|out| write_span(out, item.duration)),
            HttpColumn::Status if item.response.is_none() => "none".to_owned(),
            HttpColumn::Method
            | HttpColumn::Url
            | HttpColumn::Status
            | HttpColumn::Type
            | HttpColumn::Session
            | HttpColumn::Lots
            | HttpColumn::Notes => self.exact(column, times),
        }
    }

    /// The value of a column for programs: exact, without units.
    pub fn exact(&self, column: HttpColumn, times: &mut TimeText<'_>) -> String {
        let item = self.item;
        let request = item.request.as_ref();
        let response = item.response.as_ref();
        let seconds = |value: Option<Seconds>| value.map(|value| value.to_string());
        let text = match column {
            HttpColumn::Client => Some(item.src.socket.to_string()),
            HttpColumn::Server => Some(item.dst.socket.to_string()),
            HttpColumn::Method => request.map(|request| request.method.to_string()),
            HttpColumn::Url => request.map(|request| request.url.clone()),
            HttpColumn::Status => response.map(|response| response.status.to_string()),
            HttpColumn::Out => request.map(|request| request.message.body_bytes.to_string()),
            HttpColumn::In => response.map(|response| response.message.body_bytes.to_string()),
            HttpColumn::Wait => seconds(item.wait),
            HttpColumn::Duration => seconds(item.duration),
            HttpColumn::Type => response.and_then(|response| {
                let full = response.message.content_type.as_deref()?;
                full.split(';').next().map(|kind| kind.trim().to_owned())
            }),
            HttpColumn::Session => Some(self.session_number.to_string()),
            HttpColumn::Lots => Some(self.lots()),
            HttpColumn::Notes => Some(self.notes()),
            HttpColumn::Number | HttpColumn::Time | HttpColumn::Clock | HttpColumn::Host => {
                Some(self.cell(column, times))
            }
        };
        text.unwrap_or_default()
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

    fn lots(&self) -> String {
        let request = self
            .item
            .request
            .as_ref()
            .map(|request| request.message.lots);
        let response = self
            .item
            .response
            .as_ref()
            .map(|response| response.message.lots);
        let one = |lots: Option<[u64; 2]>| match lots {
            Some([first, last]) if first == last => first.to_string(),
            Some([first, last]) => format!("{first}..{last}"),
            None => "-".to_owned(),
        };
        format!("{}/{}", one(request), one(response))
    }

    /// What is odd, in words.
    fn notes(&self) -> String {
        let item = self.item;
        let mut notes: Vec<String> = Vec::new();
        match (item.protocol, &item.web_socket) {
            ("websocket", Some(socket)) => notes.push(format!(
                "websocket: {} frames out, {} in",
                socket.client.frames, socket.server.frames
            )),
            ("http/1.1", _) => {}
            (protocol, _) => notes.push(protocol.to_owned()),
        }
        notes.extend(item.interim.iter().map(|status| format!("after {status}")));
        let messages = [
            (
                "request",
                item.request.as_ref().map(|request| &request.message),
            ),
            (
                "response",
                item.response.as_ref().map(|response| &response.message),
            ),
        ];
        for (name, message) in messages {
            let oddities = message.map(|message| message.oddities.as_slice());
            let words = oddities
                .unwrap_or_default()
                .iter()
                .map(|oddity| words(oddity));
            notes.extend(words.map(|words| format!("{name}: {words}")));
        }
        notes.join(", ")
    }
}

/// The text that `write` appends.
fn text(write: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    write(&mut text);
    text
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
        "noRequest" => "without request",
        "tooManyWaiting" => "too many waiting",
        other => other,
    }
}

/// The size of a body; what its head says, too, where that differs.
fn size_text(message: Option<&HttpMessage<'_>>) -> String {
    let Some(message) = message else {
        return String::new();
    };
    let captured = HumanBytes(message.body_bytes);
    match message.content_length {
        Some(length) if length != message.body_bytes && message.framing != "none" => {
            format!("{captured} of {}", HumanBytes(length))
        }
        Some(_) | None => captured.to_string(),
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
