//! One direction of a connection: bytes to messages.
//!
//! ```text
//!            look, head                     body over
//!   start ---------------> body (if any) --------------> start
//!     | no start, gap        | gap over its end, bad chunk
//!     v                      v
//!   lost: every piece is looked at, until one starts a message
//! ```

mod starting;

use super::super::collect::Role;
use super::super::deflate::{DeflateTerms, SenderTerms};
use super::super::item::Item;
use super::super::limits::HttpLimits;
use super::super::mark::{Extent, Marks};
use super::super::message::{Framing, HttpVersion, Message, Oddity};
use super::super::web_socket::FrameReader;
use super::body::{Body, Step};
use super::exchange::{Asked, Exchange, Place};
use super::head::{Method, Upgrade};

/// Reads one direction.
#[derive(Debug, Default)]
pub(super) struct Half {
    state: State,
    /// A head, as far as it came.
    text: Vec<u8>,
    /// Where `text` came.
    extent: Option<Extent>,
    /// Its first line was looked at.
    has_line: bool,
    /// Bytes were lost: what looks like a start may be none, and pairs are to be found anew.
    is_lost: bool,
    /// Bytes before the next message belong to none.
    has_stray: bool,
    /// A message was read.
    has_message: bool,
    /// The other protocol that may follow is not to be read here.
    may_switch: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Start,
    Body(Box<Current>),
    Frames(Box<FrameReader>),
    Tunnel,
}

/// The message whose body is being read.
#[derive(Debug)]
struct Current {
    place: Place,
    message: Message,
    body: Body,
}

/// What is to be done before the rest of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'b> {
    /// Nothing is left.
    Done,
    /// The direction turns out to be the other one.
    Turned(&'b [u8]),
    /// HTTP/2 starts here.
    Http2(&'b [u8]),
    /// A response turned the connection into something else; this is what follows.
    Switch(Switch, &'b [u8]),
}

/// What a connection turned into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Switch {
    pub(super) to: Option<Upgrade>,
    pub(super) item: Option<Box<Item>>,
    pub(super) deflate: Option<DeflateTerms>,
}

/// What reading needs besides the direction.
pub(super) struct Setting<'a> {
    pub(super) role: Role,
    pub(super) marks: &'a Marks,
    pub(super) limits: &'a HttpLimits,
    pub(super) exchange: &'a mut Exchange,
}

impl Half {
    /// Takes in bytes.
    pub(super) fn push<'b>(&mut self, mut bytes: &'b [u8], set: &mut Setting<'_>) -> Next<'b> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Tunnel => return Next::Done,
                State::Frames(frames) => {
                    frames.push(bytes, &mut |_| {});
                    if !frames.is_inside() {
                        set.exchange.collector.note_lot(set.marks.last.lot);
                    }
                    return Next::Done;
                }
                State::Body(_) => bytes = self.read_body(bytes, set),
                State::Start => match self.read_start(bytes, set) {
                    Ok(rest) => bytes = rest,
                    Err(next) => return next,
                },
            }
        }
        Next::Done
    }

    fn continue_with(
        &mut self,
        place: Place,
        mut message: Message,
        body: Body,
        set: &mut Setting<'_>,
    ) {
        if body.is_over() {
            message.is_complete = true;
            set.exchange.end(set.role, place, message);
        } else {
            self.state = State::Body(Box::new(Current {
                place,
                message,
                body,
            }));
        }
    }

    fn read_body<'b>(&mut self, bytes: &'b [u8], set: &mut Setting<'_>) -> &'b [u8] {
        let State::Body(current) = &mut self.state else {
            return bytes;
        };
        current.message.extent.extend(set.marks);
        let (rest, is_over) = match current.body.step(bytes, set.limits) {
            Step::Content(content, rest) => {
                current.take_content(content, set);
                (rest, current.body.is_over())
            }
            Step::Framing(rest) => (rest, false),
            Step::End(rest, trailers) => {
                if set.exchange.collector.keeps_items() {
                    current.message.trailers = trailers;
                }
                (rest, true)
            }
            Step::Bad(oddity) => {
                current.message.oddities.insert(oddity);
                set.exchange.collector.has_failed = true;
                self.end(false, set);
                self.lose(set);
                return &[];
            }
        };
        if is_over {
            self.end(true, set);
        }
        rest
    }

    /// Ends the message at hand.
    fn end(&mut self, is_complete: bool, set: &mut Setting<'_>) {
        if let State::Body(current) = std::mem::take(&mut self.state) {
            let Current { place, message, .. } = *current;
            let message = Message {
                is_complete,
                ..message
            };
            set.exchange.end(set.role, place, message);
        }
    }

    /// Bytes were never captured.
    pub(super) fn push_gap(&mut self, len: u64, set: &mut Setting<'_>) {
        match &mut self.state {
            State::Tunnel => {}
            State::Frames(frames) => {
                if !frames.skip(len) {
                    self.state = State::Tunnel;
                }
                set.exchange.collector.note_gap();
            }
            State::Body(current) => {
                let missing = &mut current.message.missing_bytes;
                *missing = missing.saturating_add(len);
                if !current.body.skip(len) {
                    current.message.oddities.insert(Oddity::BytesMissing);
                    self.end(false, set);
                    self.lose(set);
                } else if current.body.is_over() {
                    self.end(true, set);
                }
            }
            State::Start => {
                self.cut_head(Oddity::BytesMissing, set);
                self.lose(set);
                set.exchange.collector.note_gap();
            }
        }
    }

    /// The rest is not to be had: a message is to be found anew.
    fn lose(&mut self, _: &Setting<'_>) {
        self.state = State::Start;
        self.text = Vec::new();
        self.extent = None;
        self.has_line = false;
        self.is_lost = true;
    }

    /// The capture ends; `is_closed`: its sender closed the direction.
    pub(super) fn finish(&mut self, is_closed: bool, set: &mut Setting<'_>) {
        match &mut self.state {
            State::Tunnel => {}
            State::Frames(frames) => {
                if frames.is_inside() {
                    set.exchange.collector.note_gap();
                }
            }
            State::Start => self.cut_head(Oddity::Cut, set),
            State::Body(current) => {
                let missing_end = current.body.missing_end();
                let is_complete = missing_end.is_none() && is_closed;
                if !is_complete {
                    let oddity = missing_end.unwrap_or(Oddity::Cut);
                    current.message.oddities.insert(oddity);
                }
                self.end(is_complete, set);
            }
        }
    }

    /// What follows is another protocol.
    pub(super) fn switch_to(&mut self, to: Option<Upgrade>, deflate: Option<SenderTerms>) {
        self.may_switch = true;
        if to == Some(Upgrade::WebSocket) && matches!(self.state, State::Start) {
            let reader = deflate.map(FrameReader::inflating);
            self.state = State::Frames(Box::new(reader.unwrap_or_default()));
        }
    }

    /// What went through it as a WebSocket.
    pub(super) fn frames(&self) -> Option<&FrameReader> {
        match &self.state {
            State::Frames(frames) => Some(frames),
            State::Start | State::Body(_) | State::Tunnel => None,
        }
    }

    /// True when its bytes cannot be of HTTP, as far as they were looked at.
    pub(super) const fn is_lost(&self) -> bool {
        self.is_lost && self.text.is_empty()
    }
}

impl Current {
    fn take_content(&mut self, content: &[u8], set: &mut Setting<'_>) {
        let bytes = &mut self.message.body_bytes;
        *bytes = bytes.saturating_add(content.len() as u64);
        if let Some(index) = self.place.index() {
            set.exchange.collector.body(index, set.role, content);
        }
    }
}

/// How the end of the body is told (RFC 9112 §6.3).
fn framing(message: &Message, asked: Asked, role: Role) -> (Framing, Body) {
    let no_body = (Framing::NoBody, Body::Length(0));
    let by_length = |length| (Framing::Length, Body::Length(length));
    let has_none = match role {
        Role::Request => message.version == HttpVersion::Http09,
        Role::Response => {
            let is_tunnel = asked.method == Method::Connect && matches!(message.status, 200..300);
            is_tunnel || asked.method == Method::Head || matches!(message.status, 101 | 204 | 304)
        }
    };
    match (has_none, message.framing, message.content_length) {
        (true, _, _) => no_body,
        (false, Framing::Chunked, _) => (Framing::Chunked, Body::chunked()),
        (false, Framing::NoBody, Some(length)) => by_length(length),
        (false, _, length) => match (role, length) {
            (Role::Request, Some(length)) => by_length(length),
            (Role::Request, None) => no_body,
            (Role::Response, _) => (Framing::UntilClose, Body::UntilClose),
        },
    }
}
