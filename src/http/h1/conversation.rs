//! Both directions of a connection of HTTP/1, and what it turns into.

use super::super::collect::{Keep, Role};
use super::super::deflate::DeflateTerms;
use super::super::item::{Item, Protocol, WebSocketTotals};
use super::super::limits::HttpLimits;
use super::super::mark::Marks;
use super::super::web_socket::FrameReader;
use super::exchange::Exchange;
use super::half::{Half, Next, Setting, Switch};
use super::head::Upgrade;
use crate::session::{Direction, PerDirection, Piece};

/// A connection of HTTP/1, or one that may be.
#[derive(Debug)]
pub(in super::super) struct Conversation {
    limits: HttpLimits,
    /// Direction of requests.
    requests: Direction,
    halves: PerDirection<Half>,
    seen: PerDirection<bool>,
    pub(in super::super) exchange: Exchange,
    switched: Option<Switched>,
}

/// What the connection was turned into, by which item.
#[derive(Debug)]
struct Switched {
    item: Option<Box<Item>>,
    deflate: Option<DeflateTerms>,
}

/// HTTP/2 takes over.
#[derive(Debug)]
pub(in super::super) enum Turn<'b> {
    /// Nothing of the kind.
    Stay,
    /// With the preface of the client; these bytes stand behind it.
    Preface(Direction, &'b [u8]),
    /// By an upgrade, whose request is the first stream; these bytes of the server follow.
    Upgraded(Direction, Option<Box<Item>>, &'b [u8]),
}

impl Conversation {
    pub(in super::super) fn new(limits: HttpLimits, keep: Keep) -> Self {
        let mut exchange = Exchange::default();
        exchange.collector.keep = keep;
        Self {
            limits,
            requests: Direction::Out,
            halves: PerDirection::default(),
            seen: PerDirection::default(),
            exchange,
            switched: None,
        }
    }

    /// Takes in a piece.
    pub(in super::super) fn push<'b>(
        &mut self,
        direction: Direction,
        piece: Piece<'b>,
        marks: &Marks,
    ) -> Turn<'b> {
        let mut bytes = match piece {
            Piece::Gap(range) => {
                let (half, mut set) = self.half(direction, marks);
                half.push_gap(range.len(), &mut set);
                return Turn::Stay;
            }
            Piece::Bytes(_, bytes) => bytes,
        };
        self.seen[direction] = true;
        let last = Some(marks.last.packet);
        let collector = &mut self.exchange.collector;
        collector.last_packet = collector.last_packet.max(last);
        loop {
            let (half, mut set) = self.half(direction, marks);
            match half.push(bytes, &mut set) {
                Next::Done => return Turn::Stay,
                Next::Http2(rest) => return Turn::Preface(direction, rest),
                Next::Turned(rest) => {
                    self.requests = self.requests.opposite();
                    bytes = rest;
                }
                Next::Switch(switch, rest) => match self.switch(switch) {
                    Some(item) => return Turn::Upgraded(self.requests, item, rest),
                    None => bytes = rest,
                },
            }
        }
    }

    /// The connection turns into something else; gives the item that HTTP/2 starts with.
    #[expect(
        clippy::option_option,
        reason = "HTTP/2 or not, and an item where items are kept"
    )]
    fn switch(&mut self, switch: Switch) -> Option<Option<Box<Item>>> {
        let mut item = switch.item;
        if switch.to == Some(Upgrade::Http2) {
            if let Some(item) = &mut item {
                item.interim
                    .extend(item.response.take().map(|response| response.status));
            }
            return Some(item);
        }
        if let Some(item) = &mut item {
            item.protocol = match switch.to {
                Some(Upgrade::WebSocket) => Protocol::WebSocket,
                Some(Upgrade::Http2 | Upgrade::Other) | None => Protocol::Tunnel,
            };
        }
        for direction in Direction::BOTH {
            let terms = switch
                .deflate
                .filter(|_| self.exchange.collector.keeps_items());
            let terms = terms.map(|terms| match direction == self.requests {
                true => terms.client,
                false => terms.server,
            });
            self.halves[direction].switch_to(switch.to, terms);
        }
        if let Some(before) = self.switched.take() {
            self.exchange.collector.close(before.item);
        }
        self.switched = Some(Switched {
            item,
            deflate: switch.deflate,
        });
        None
    }

    /// True when bytes of a direction came.
    pub(in super::super) const fn has_seen(&self, direction: Direction) -> bool {
        match direction {
            Direction::Out => self.seen.out,
            Direction::In => self.seen.r#in,
        }
    }

    /// True when a message was read.
    pub(in super::super) const fn is_recognised(&self) -> bool {
        self.exchange.collector.is_recognised
    }

    /// True when nothing that came can be HTTP.
    pub(in super::super) fn is_hopeless(&self) -> bool {
        let is_lost =
            |direction: &Direction| self.seen[*direction] && self.halves[*direction].is_lost();
        !self.exchange.collector.is_recognised && Direction::BOTH.iter().all(is_lost)
    }

    /// The roles turned out to be the other way round.
    pub(in super::super) const fn swap_directions(&mut self) {
        self.halves.swap();
        self.seen.swap();
        self.requests = self.requests.opposite();
    }

    /// The capture ends; `closed`: which directions their senders closed.
    pub(in super::super) fn finish(&mut self, closed: PerDirection<bool>) {
        let marks = Marks::default();
        for direction in Direction::BOTH {
            let (half, mut set) = self.half(direction, &marks);
            half.finish(closed[direction], &mut set);
        }
        if let Some(Switched { item, deflate }) = self.switched.take() {
            let totals = |direction: Direction| {
                let frames = self.halves[direction].frames();
                frames.map(FrameReader::totals).unwrap_or_default()
            };
            let item = item.map(|mut item| {
                item.web_socket = (item.protocol == Protocol::WebSocket).then(|| WebSocketTotals {
                    is_deflated: deflate.is_some(),
                    client: totals(self.requests),
                    server: totals(self.requests.opposite()),
                });
                item
            });
            self.exchange.collector.close(item);
        }
        self.exchange.close_all();
    }

    fn half<'a>(
        &'a mut self,
        direction: Direction,
        marks: &'a Marks,
    ) -> (&'a mut Half, Setting<'a>) {
        let role = match direction == self.requests {
            true => Role::Request,
            false => Role::Response,
        };
        let set = Setting {
            role,
            marks,
            limits: &self.limits,
            exchange: &mut self.exchange,
        };
        (&mut self.halves[direction], set)
    }
}
