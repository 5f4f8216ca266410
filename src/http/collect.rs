//! Where messages of all versions of HTTP go: counted, and kept where that was asked for.

use super::item::{HttpFacts, Item, Protocol, Reading};
use super::items::Items;
use super::message::{Message, Oddity};

/// What is kept of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// How many items there were.
    #[default]
    Count,
    /// The items.
    Items,
    /// The items; their bodies are handed out as they come.
    Bodies,
}

/// Which message of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The request.
    Request,
    /// The response.
    Response,
}

/// A part of a body, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyPart {
    /// Index of the item.
    pub item: u64,
    /// Which message of it.
    pub role: Role,
    /// Bytes of the body, before content decoding.
    pub bytes: Vec<u8>,
    /// Nothing of this body follows.
    pub is_last: bool,
}

/// Takes in messages as they end.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) keep: Keep,
    /// Items are spoken within TLS.
    pub(super) is_tls: bool,
    next_index: u64,
    items: Items,
    bodies: Vec<BodyPart>,
    complete_lot: Option<u64>,
    /// First lot of a message that did not end.
    open_lot: Option<u64>,
    is_incomplete: bool,
    pub(super) has_failed: bool,
    pub(super) limit_reached: bool,
    pub(super) last_packet: Option<u64>,
    /// A head was read: this is HTTP.
    pub(super) is_recognised: bool,
}

impl Collector {
    /// True when heads are kept.
    pub(super) fn keeps_items(&self) -> bool {
        Keep::Items <= self.keep
    }

    /// True when bodies are handed out.
    pub(super) fn keeps_bodies(&self) -> bool {
        Keep::Bodies <= self.keep
    }

    /// Items that started so far.
    pub(super) const fn item_count(&self) -> u64 {
        self.next_index
    }

    /// Starts an item; gives it where it is kept.
    pub(super) fn open(&mut self, protocol: Protocol) -> (u64, Option<Box<Item>>) {
        let index = self.next_index;
        self.next_index = index.saturating_add(1);
        let item = self
            .keeps_items()
            .then(|| Box::new(Item::new(index, protocol, self.is_tls)));
        (index, item)
    }

    /// Takes in an item that is over.
    pub(super) fn close(&mut self, item: Option<Box<Item>>) {
        if let Some(item) = item {
            self.items.push(&*item);
        }
    }

    /// Hands out a part of a body.
    pub(super) fn body(&mut self, item: u64, role: Role, bytes: &[u8]) {
        if self.keeps_bodies() && !bytes.is_empty() {
            let bytes = bytes.to_vec();
            self.bodies.push(BodyPart {
                item,
                role,
                bytes,
                is_last: false,
            });
        }
    }

    /// A message is over, whose body may have been handed out.
    pub(super) fn end_body(&mut self, item: u64, role: Role) {
        if self.keeps_bodies() {
            self.bodies.push(BodyPart {
                item,
                role,
                bytes: Vec::new(),
                is_last: true,
            });
        }
    }

    /// Takes the parts of bodies that came.
    pub(super) fn take_bodies(&mut self) -> Vec<BodyPart> {
        std::mem::take(&mut self.bodies)
    }

    /// Notes a message that is over, and what is odd about it.
    pub(super) fn note(&mut self, message: &mut Message) {
        if 0 < message.missing_bytes {
            message.oddities.insert(Oddity::BytesMissing);
            message.is_complete = false;
        }
        if 0 < message.extent.late_packets {
            message.oddities.insert(Oddity::LatePackets);
        }
        let (first, last) = message.extent.lots;
        if message.is_complete {
            self.complete_lot = self.complete_lot.max(Some(last));
        } else {
            self.is_incomplete = true;
            let open = self.open_lot.unwrap_or(first);
            self.open_lot = Some(open.min(first));
        }
    }

    /// Notes that what is read ends with this lot, as far as it came.
    pub(super) fn note_lot(&mut self, lot: u64) {
        self.complete_lot = self.complete_lot.max(Some(lot));
    }

    /// Notes bytes that were never captured, between messages.
    pub(super) const fn note_gap(&mut self) {
        self.is_incomplete = true;
    }

    /// What it came to; `None` when it was not HTTP.
    pub(super) fn finish(mut self) -> Option<HttpFacts> {
        if !self.is_recognised {
            return None;
        }
        self.items.sort();
        let before_open = match self.open_lot {
            Some(open) => open.checked_sub(1).min(self.complete_lot),
            None => self.complete_lot,
        };
        Some(HttpFacts {
            reading: match (self.has_failed, self.is_incomplete) {
                (true, _) => Reading::Error,
                (false, true) => Reading::Incomplete,
                (false, false) => Reading::Parsed,
            },
            item_count: self.next_index,
            last_complete_lot: before_open,
            last_packet: self.last_packet,
            limit_reached: self.limit_reached,
            items: self.items,
        })
    }
}
