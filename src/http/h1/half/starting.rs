//! The start of a message: its first bytes, its head, and what is done where there is none.

use super::super::super::collect::Role;
use super::super::super::mark::Extent;
use super::super::super::message::{Framing, Message, Oddity};
use super::super::exchange::Asked;
use super::super::head::{self, Head, Method, Outcome};
use super::super::start::{LOOKED_AT, Look, PREFACE, look};
use super::{Half, Next, Setting, State, Switch, framing};

impl Half {
    pub(super) fn read_start<'b>(
        &mut self,
        mut bytes: &'b [u8],
        set: &mut Setting<'_>,
    ) -> Result<&'b [u8], Next<'b>> {
        if self.text.is_empty() {
            // Empty lines between messages (RFC 9112 §2.2).
            while let [b'\r' | b'\n', rest @ ..] = bytes {
                bytes = rest;
            }
            if bytes.is_empty() {
                return Ok(bytes);
            }
        }
        let known = self.text.len();
        let is_new = known < LOOKED_AT;
        if 0 < known || is_new && look(bytes) == Look::More {
            self.keep(bytes, set);
        }
        let seen = if self.text.is_empty() {
            bytes
        } else {
            &self.text
        };
        if is_new {
            match look(seen) {
                Look::More => return Ok(&[]),
                Look::Start(role) if role == set.role => {}
                Look::Start(_) if set.exchange.collector.is_recognised => {
                    return Ok(self.stray(set));
                }
                Look::Start(_) => {
                    self.text.truncate(known);
                    return Err(Next::Turned(bytes));
                }
                Look::Preface if 0 < known => {
                    self.text.clear();
                    let behind = PREFACE.len().saturating_sub(known);
                    return Err(Next::Http2(bytes.get(behind..).unwrap_or_default()));
                }
                Look::Preface => {
                    let rest = bytes.get(PREFACE.len()..);
                    return Err(Next::Http2(rest.unwrap_or_default()));
                }
                Look::No => return Ok(self.stray(set)),
            }
        }
        self.read_head(bytes, known, set)
    }

    /// Reads the head that `text` starts, or `bytes` where nothing is kept.
    pub(super) fn read_head<'b>(
        &mut self,
        bytes: &'b [u8],
        known: usize,
        set: &mut Setting<'_>,
    ) -> Result<&'b [u8], Next<'b>> {
        let keep = set.exchange.collector.keeps_items();
        let outcome = if self.text.is_empty() {
            head::parse(bytes, set.role, keep)
        } else if self.is_worth_parsing(known) {
            head::parse(&self.text, set.role, keep)
        } else {
            Outcome::Partial
        };
        match outcome {
            Outcome::Bad => Ok(self.stray(set)),
            Outcome::Whole(head) => {
                let taken = head.len.saturating_sub(known);
                let rest = bytes.get(taken..).unwrap_or_default();
                let extent = self.extent.take().unwrap_or_else(|| Extent::of(set.marks));
                self.text.clear();
                self.begin(*head, extent, rest, set)
            }
            Outcome::Partial => {
                if self.text.is_empty() {
                    self.keep(bytes, set);
                    self.has_line = memchr::memchr(b'\n', &self.text).is_some();
                }
                if set.limits.head_bytes < self.text.len() {
                    self.cut_head(Oddity::HeadTooLong, set);
                    self.lose(set);
                }
                Ok(&[])
            }
        }
    }

    /// Keeps a part of a head: not much more than the limit, which then ends it.
    pub(super) fn keep(&mut self, bytes: &[u8], set: &Setting<'_>) {
        let room = set.limits.head_bytes.saturating_add(1);
        let room = room.saturating_sub(self.text.len()).min(bytes.len());
        self.text
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
        match &mut self.extent {
            Some(extent) => extent.extend(set.marks),
            None => self.extent = Some(Extent::of(set.marks)),
        }
    }

    /// True when the bytes from `known` on end the first line, or the head.
    pub(super) fn is_worth_parsing(&mut self, known: usize) -> bool {
        let tail = self.text.get(known.saturating_sub(3)..).unwrap_or_default();
        let has_line = self.has_line;
        self.has_line |= memchr::memchr(b'\n', tail).is_some();
        has_line != self.has_line || head::head_len(tail).is_some()
    }

    /// A head was read: what follows is its body, or what it says.
    pub(super) fn begin<'b>(
        &mut self,
        head: Head,
        extent: Extent,
        rest: &'b [u8],
        set: &mut Setting<'_>,
    ) -> Result<&'b [u8], Next<'b>> {
        let lost_before = self.is_lost.then_some(extent.lots.0);
        self.has_line = false;
        self.is_lost = false;
        self.has_message = true;
        set.exchange.collector.is_recognised = true;
        let status = head.status;
        let upgrade = head.facts.upgrade;
        let deflate = head.facts.deflate;
        let asked = Asked {
            method: head.method,
            upgrade,
        };
        let (place, asked) = match set.role {
            Role::Request => {
                self.may_switch = upgrade.is_some() || head.method == Method::Connect;
                let lot = extent.lots.0;
                let place = set.exchange.start_request(asked, lot, set.limits);
                (place, asked)
            }
            Role::Response => set.exchange.start_response(lost_before),
        };
        if matches!(status, 100 | 102..200) {
            set.exchange.interim(place, status);
            return Ok(rest);
        }
        let message = self.message(head, extent);
        let (framing, body) = framing(&message, asked, set.role);
        let is_tunnel = asked.method == Method::Connect && matches!(status, 200..300);
        let is_switch = set.role == Role::Response && (status == 101 || is_tunnel);
        let message = Message {
            framing,
            is_complete: is_switch,
            ..message
        };
        if is_switch {
            let switch = Switch {
                to: upgrade.or(asked.upgrade).filter(|_| !is_tunnel),
                item: set.exchange.end_and_take(place, message),
                deflate,
            };
            return Err(Next::Switch(switch, rest));
        }
        self.continue_with(place, message, body, set);
        Ok(rest)
    }

    pub(super) fn message(&mut self, head: Head, extent: Extent) -> Message {
        let mut oddities = head.facts.oddities;
        if std::mem::take(&mut self.has_stray) {
            oddities.insert(Oddity::BytesBefore);
        }
        if head.facts.content_length.is_some() && head.facts.chunked.is_some() {
            oddities.insert(Oddity::TwoLengths);
        }
        // The framing is told by the coding, which stands in for the framing until then.
        let framing = match head.facts.chunked {
            Some(true) => Framing::Chunked,
            Some(false) => Framing::UntilClose,
            None => Framing::NoBody,
        };
        Message {
            status: head.status,
            head: head.fields,
            head_bytes: head.len as u64,
            content_length: head.facts.content_length,
            framing,
            oddities,
            ..Message::starting_at(extent, head.version)
        }
    }

    /// These bytes start no message.
    pub(super) fn stray(&mut self, set: &mut Setting<'_>) -> &'static [u8] {
        let collector = &mut set.exchange.collector;
        if self.may_switch {
            self.state = State::Tunnel;
        } else if !self.is_lost {
            collector.has_failed |= self.has_message;
        }
        self.has_stray |= self.has_message && !self.is_lost;
        let is_tunnel = matches!(self.state, State::Tunnel);
        self.lose(set);
        if is_tunnel {
            self.state = State::Tunnel;
        }
        &[]
    }

    /// A head ends before its empty line; what is there of it is a message all the same.
    pub(super) fn cut_head(&mut self, oddity: Oddity, set: &mut Setting<'_>) {
        let mut text = std::mem::take(&mut self.text);
        let Some(extent) = self.extent.take() else {
            return;
        };
        if look(&text) != Look::Start(set.role) || !self.has_line && oddity != Oddity::HeadTooLong {
            return;
        }
        text.extend_from_slice(b"\r\n\r\n");
        let keep = set.exchange.collector.keeps_items();
        let Outcome::Whole(head) = head::parse(&text, set.role, keep) else {
            return;
        };
        set.exchange.collector.is_recognised = true;
        let asked = Asked {
            method: head.method,
            upgrade: None,
        };
        let place = match set.role {
            Role::Request => set.exchange.start_request(asked, extent.lots.0, set.limits),
            Role::Response => {
                set.exchange
                    .start_response(self.is_lost.then_some(extent.lots.0))
                    .0
            }
        };
        let mut message = self.message(*head, extent);
        message.framing = Framing::NoBody;
        message.oddities.insert(oddity);
        set.exchange.end(set.role, place, message);
    }
}
