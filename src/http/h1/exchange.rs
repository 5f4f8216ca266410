//! Which response answers which request.
//!
//! Responses come in the order of their requests (RFC 9112 §9.3.2). After a loss the lots tell: a
//! response answers a request of the latest lot before its own.
//! Limits: [`HttpLimits::waiting`] requests wait. Later ones are only counted, and so are as many
//! responses when their turn comes.

use std::collections::VecDeque;

use super::super::collect::{Collector, Role};
use super::super::item::{Item, Protocol};
use super::super::limits::HttpLimits;
use super::super::message::{Message, Oddity};
use super::head::{Method, Upgrade};

/// The requests of a connection that are not over, and where messages go that are.
#[derive(Debug, Default)]
pub(in super::super) struct Exchange {
    open: VecDeque<Open>,
    /// Requests that came when too many waited, behind those that wait.
    overflow: u64,
    pub(in super::super) collector: Collector,
}

/// A request that waits for its response, or has it in part.
#[derive(Debug)]
struct Open {
    index: u64,
    method: Method,
    upgrade: Option<Upgrade>,
    /// First lot of the request.
    lot: u64,
    request_is_over: bool,
    response: Answer,
    item: Option<Box<Item>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Waiting,
    Reading,
    Over,
}

/// Where a message goes.
#[derive(Debug)]
pub(super) enum Place {
    /// To the open request of this index.
    Open(u64),
    /// To an item of its own.
    Alone(u64, Option<Box<Item>>),
    /// It is only counted.
    Nowhere,
}

impl Place {
    /// Index of the item.
    pub(super) const fn index(&self) -> Option<u64> {
        match self {
            Self::Open(index) | Self::Alone(index, _) => Some(*index),
            Self::Nowhere => None,
        }
    }
}

/// What a response answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) upgrade: Option<Upgrade>,
}

impl Exchange {
    /// A request starts.
    pub(super) fn start_request(&mut self, asked: Asked, lot: u64, limits: &HttpLimits) -> Place {
        let (index, item) = self.collector.open(Protocol::Http1);
        if 0 < self.overflow || limits.waiting <= self.open.len() {
            self.overflow = self.overflow.saturating_add(1);
            self.collector.limit_reached = true;
            return Place::Alone(index, item);
        }
        self.open.push_back(Open {
            index,
            method: asked.method,
            upgrade: asked.upgrade,
            lot,
            request_is_over: false,
            response: Answer::Waiting,
            item,
        });
        Place::Open(index)
    }

    /// What the next response answers; `lot` is its own, where responses before it may be lost.
    pub(super) fn start_response(&mut self, lost_before: Option<u64>) -> (Place, Asked) {
        if let Some(lot) = lost_before {
            self.skip_to_lot_before(lot);
        }
        let mut waiting = self.open.iter_mut();
        if let Some(open) = waiting.find(|open| open.response == Answer::Waiting) {
            open.response = Answer::Reading;
            let asked = Asked {
                method: open.method,
                upgrade: open.upgrade,
            };
            return (Place::Open(open.index), asked);
        }
        if 0 < self.overflow {
            self.overflow = self.overflow.saturating_sub(1);
            return (Place::Nowhere, Asked::default());
        }
        let (index, item) = self.collector.open(Protocol::Http1);
        (Place::Alone(index, item), Asked::default())
    }

    /// An interim response came; the final one is still to come.
    pub(super) fn interim(&mut self, place: Place, status: u16) {
        match place {
            Place::Open(index) => {
                if let Some(open) = self.find(index) {
                    open.response = Answer::Waiting;
                    if let Some(item) = &mut open.item
                        && item.interim.len() < MAX_INTERIM
                    {
                        item.interim.push(status);
                    }
                }
            }
            // Its request was not captured; the final response is still to come.
            Place::Alone(index, mut item) => {
                if let Some(item) = &mut item {
                    item.interim.push(status);
                }
                self.open.push_back(Open {
                    index,
                    method: Method::Other,
                    upgrade: None,
                    lot: 0,
                    request_is_over: true,
                    response: Answer::Waiting,
                    item,
                });
            }
            Place::Nowhere => self.overflow = self.overflow.saturating_add(1),
        }
    }

    /// A message is over.
    pub(super) fn end(&mut self, role: Role, place: Place, mut message: Message) {
        let alone = matches!(place, Place::Alone(_, _));
        match (role, alone) {
            (Role::Response, true) => message.oddities.insert(Oddity::NoRequest),
            (Role::Request, true) => message.oddities.insert(Oddity::TooManyWaiting),
            (_, false) => {}
        }
        self.collector.note(&mut message);
        if let Some(index) = place.index() {
            self.collector.end_body(index, role);
        }
        match place {
            Place::Open(index) => {
                if let Some(open) = self.find(index) {
                    open.take(role, message);
                }
                self.close_front();
            }
            Place::Alone(_, Some(mut item)) => {
                match role {
                    Role::Request => item.request = Some(message),
                    Role::Response => item.response = Some(message),
                }
                self.collector.close(Some(item));
            }
            Place::Alone(_, None) | Place::Nowhere => {}
        }
    }

    /// The response that turns the connection into something else is over; takes out its item.
    pub(super) fn end_and_take(&mut self, place: Place, mut message: Message) -> Option<Box<Item>> {
        self.collector.note(&mut message);
        let mut item = match place {
            Place::Open(index) => {
                let at = self.open.binary_search_by_key(&index, |open| open.index);
                self.open.remove(at.ok()?)?.item?
            }
            Place::Alone(_, item) => item?,
            Place::Nowhere => return None,
        };
        item.response = Some(message);
        Some(item)
    }

    /// Gives all out that waits.
    pub(in super::super) fn close_all(&mut self) {
        for open in std::mem::take(&mut self.open) {
            self.collector.close(open.item);
        }
    }

    /// Responses were lost: those that wait in lots before the latest before `lot` have none.
    fn skip_to_lot_before(&mut self, lot: u64) {
        let waits = |open: &&Open| open.response == Answer::Waiting && open.lot < lot;
        let Some(latest) = self.open.iter().filter(waits).map(|open| open.lot).max() else {
            return;
        };
        for open in &mut self.open {
            if open.response == Answer::Waiting && open.lot < latest {
                open.response = Answer::Over;
            }
        }
        self.close_front();
    }

    fn close_front(&mut self) {
        while let Some(front) = self.open.front() {
            if !front.request_is_over || front.response != Answer::Over {
                return;
            }
            let item = self.open.pop_front().and_then(|open| open.item);
            self.collector.close(item);
        }
    }

    fn find(&mut self, index: u64) -> Option<&mut Open> {
        let at = self.open.binary_search_by_key(&index, |open| open.index);
        self.open.get_mut(at.ok()?)
    }
}

impl Open {
    fn take(&mut self, role: Role, message: Message) {
        match role {
            Role::Request => self.request_is_over = true,
            Role::Response => self.response = Answer::Over,
        }
        if let Some(item) = &mut self.item {
            match role {
                Role::Request => item.request = Some(message),
                Role::Response => item.response = Some(message),
            }
        }
    }
}

/// Interim responses of an item that are kept; more are left out.
const MAX_INTERIM: usize = 16;
