//! Items in as few bytes as they need, one behind the other.
//!
//! A capture may have millions of requests, and each is looked at a few times: when its row or
//! document is made. Most numbers of an item are small, its times are near each other, and its heads
//! are much like those of the first item. Packing is exact: what is unpacked equals what was packed.
//!
//! Deliberately absent: any promise about the layout, which never leaves the process.
//! Limits: none; some 60 bytes an item, and what its heads do not share with those of the first.

use super::fields::{Fields, HasFields};
use super::item::{FrameTotals, Item, Protocol, WebSocketTotals};
use super::mark::Extent;
use super::message::{Framing, HttpVersion, Message, Oddities};
use super::number::{put_number, put_signed, take_bytes, take_number, take_signed};
use crate::time::Timestamp;

/// Items of a session, packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    bytes: Vec<u8>,
    /// Heads of the first request and the first response, upon which others are packed.
    bases: [Vec<u8>; 2],
    /// Nanoseconds of the first time of all, from which others are told.
    epoch: Option<i64>,
    /// Index behind that of the last item.
    next: u64,
    count: usize,
    /// Indexes of items do not only grow.
    is_disordered: bool,
}

impl Items {
    /// Appends an item.
    pub(super) fn push<F: HasFields>(&mut self, item: &Item<F>) {
        let [request, response] = [&item.request, &item.response].map(Option::as_ref);
        let heads = [request, response].into_iter().flatten();
        let room: usize = heads
            .map(|message| message.head.fields().packed_bytes())
            .sum();
        self.bytes.reserve(room.saturating_add(USUAL_BYTES));
        let Self {
            bytes,
            bases,
            epoch,
            ..
        } = self;
        framed(bytes, |out| {
            put_time(item, out);
            put_item(item, out);
            for (message, base) in [request, response].into_iter().zip(bases) {
                if let Some(message) = message {
                    put_message(message, base, epoch, out);
                }
            }
        });
        self.is_disordered |= item.index < self.next;
        self.next = item.index.saturating_add(1);
        self.count = self.count.saturating_add(1);
    }

    /// Brings the items into the order of their indexes.
    pub(super) fn sort(&mut self) {
        if self.is_disordered {
            let mut places: Vec<(u64, usize)> = Vec::with_capacity(self.count);
            places.extend(self.places().map(|(place, item)| (item.index, place)));
            places.sort_unstable();
            let mut sorted = Self::default();
            let items = places.iter().filter_map(|(_, place)| self.get(*place));
            items.for_each(|item| sorted.push(&item));
            *self = sorted;
        }
        self.bytes.shrink_to_fit();
        self.bases.iter_mut().for_each(Vec::shrink_to_fit);
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// True without any.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All items in their order.
    pub fn iter(&self) -> impl Iterator<Item = Item<Fields<'_>>> {
        self.places().map(|(_, item)| item)
    }

    /// All items in their order, with the places at which they are found again.
    pub fn places(&self) -> impl Iterator<Item = (usize, Item<Fields<'_>>)> {
        let mut rest = &*self.bytes;
        std::iter::from_fn(move || {
            let place = self.bytes.len().saturating_sub(rest.len());
            Some((place, self.unpack(take_framed(&mut rest)?)?))
        })
    }

    /// The item at a place.
    pub fn get(&self, place: usize) -> Option<Item<Fields<'_>>> {
        self.unpack(take_framed(&mut self.bytes.get(place..)?)?)
    }

    /// The places of all items, each with the time of its first packet: of the request; without
    /// it, of the response.
    pub fn times(&self) -> impl Iterator<Item = (usize, Option<Timestamp>)> {
        let mut rest = &*self.bytes;
        std::iter::from_fn(move || {
            let place = self.bytes.len().saturating_sub(rest.len());
            let (has_time, packed) = take_framed(&mut rest)?.split_first()?;
            let nanos = i64::from_le_bytes(*packed.first_chunk()?);
            Some((
                place,
                (*has_time == 1).then_some(Timestamp::from_nanos(nanos)),
            ))
        })
    }

    fn unpack<'a>(&'a self, packed: &'a [u8]) -> Option<Item<Fields<'a>>> {
        let mut packed = packed.get(TIME_BYTES..)?;
        let [request, response] = &self.bases;
        let (mut item, has_request, has_response) = take_item(&mut packed)?;
        if has_request {
            item.request = Some(take_message(request, self.epoch, &mut packed)?);
        }
        if has_response {
            item.response = Some(take_message(response, self.epoch, &mut packed)?);
        }
        Some(item)
    }
}

/// Appends the time of an item where it is found without the rest.
fn put_time<F>(item: &Item<F>, out: &mut Vec<u8>) {
    let message = item.request.as_ref().or(item.response.as_ref());
    let time = message.and_then(|message| message.extent.first);
    out.push(u8::from(time.is_some()));
    out.extend_from_slice(&time.map_or(0, Timestamp::nanos).to_le_bytes());
}

fn put_item<F>(item: &Item<F>, out: &mut Vec<u8>) {
    let protocol = PROTOCOLS.iter().position(|known| *known == item.protocol);
    let flags = Flags::default()
        .with(item.is_tls)
        .with(item.request.is_some())
        .with(item.response.is_some())
        .with(item.stream.is_some())
        .with(item.web_socket.is_some())
        .with(!item.interim.is_empty());
    put_number(item.index, out);
    put_number(flags.with_number(protocol.unwrap_or_default(), 2).0, out);
    if let Some(stream) = item.stream {
        put_number(u64::from(stream), out);
    }
    if !item.interim.is_empty() {
        put_number(item.interim.len() as u64, out);
        for code in &item.interim {
            put_number(u64::from(*code), out);
        }
    }
    if let Some(socket) = &item.web_socket {
        put_number(u64::from(socket.is_deflated), out);
        for totals in [&socket.client, &socket.server] {
            for number in [totals.frames, totals.messages, totals.payload_bytes] {
                put_number(number, out);
            }
            put_number(u64::from(totals.message_bytes.is_some()), out);
            put_number(totals.message_bytes.unwrap_or_default(), out);
        }
    }
}

/// The item, and whether a request and a response follow.
fn take_item<'a>(rest: &mut &[u8]) -> Option<(Item<Fields<'a>>, bool, bool)> {
    let index = take_number(rest)?;
    let mut flags = Flags(take_number(rest)?);
    let protocol = PROTOCOLS.get(flags.take_number(2)).copied()?;
    let (has_interim, has_socket, has_stream) = (flags.take(), flags.take(), flags.take());
    let (has_response, has_request, is_tls) = (flags.take(), flags.take(), flags.take());
    let mut item = Item::new(index, protocol, is_tls);
    if has_stream {
        item.stream = u32::try_from(take_number(rest)?).ok();
    }
    if has_interim {
        for _ in 0..take_number(rest)? {
            item.interim.push(u16::try_from(take_number(rest)?).ok()?);
        }
    }
    if has_socket {
        let is_deflated = take_number(rest)? == 1;
        let mut totals = || {
            Some(FrameTotals {
                frames: take_number(rest)?,
                messages: take_number(rest)?,
                payload_bytes: take_number(rest)?,
                message_bytes: {
                    let is_known = take_number(rest)? == 1;
                    let bytes = take_number(rest)?;
                    is_known.then_some(bytes)
                },
            })
        };
        item.web_socket = Some(WebSocketTotals {
            is_deflated,
            client: totals()?,
            server: totals()?,
        });
    }
    Some((item, has_request, has_response))
}

fn put_message<F: HasFields>(
    message: &Message<F>,
    base: &mut Vec<u8>,
    epoch: &mut Option<i64>,
    out: &mut Vec<u8>,
) {
    let (head, trailers) = (message.head.fields(), message.trailers.fields());
    let version = HttpVersion::ALL
        .iter()
        .position(|known| *known == message.version);
    let framing = Framing::ALL
        .iter()
        .position(|known| *known == message.framing);
    let flags = Flags::default()
        .with(message.is_complete)
        .with(message.content_length.is_some())
        .with(message.grpc_messages.is_some())
        .with(!trailers.is_empty())
        .with(0 < message.missing_bytes);
    let flags = flags.with_number(version.unwrap_or_default(), 2);
    put_number(flags.with_number(framing.unwrap_or_default(), 3).0, out);
    let first = message.extent.first.map(Timestamp::nanos);
    let epoch = epoch.get_or_insert(first.unwrap_or_default());
    put_extent(&message.extent, *epoch, out);
    put_number(u64::from(message.status), out);
    put_number(u64::from(message.oddities.bits()), out);
    put_number(message.head_bytes, out);
    put_number(message.body_bytes, out);
    let missing = Some(message.missing_bytes).filter(|bytes| 0 < *bytes);
    let rare = [message.content_length, message.grpc_messages, missing];
    rare.into_iter()
        .flatten()
        .for_each(|number| put_number(number, out));
    if !trailers.is_empty() {
        framed(out, |out| trailers.pack(Fields::default(), out));
    }
    if base.is_empty() {
        head.pack(Fields::default(), base);
    }
    framed(out, |out| head.pack(Fields::packed(base, &[]), out));
}

fn take_message<'a>(
    base: &'a [u8],
    epoch: Option<i64>,
    rest: &mut &'a [u8],
) -> Option<Message<Fields<'a>>> {
    let mut flags = Flags(take_number(rest)?);
    let framing = Framing::ALL.get(flags.take_number(3)).copied()?;
    let version = HttpVersion::ALL.get(flags.take_number(2)).copied()?;
    let (has_missing, has_trailers) = (flags.take(), flags.take());
    let (has_grpc, has_length, is_complete) = (flags.take(), flags.take(), flags.take());
    let mut message = Message::starting_at(take_extent(epoch.unwrap_or_default(), rest)?, version);
    message.framing = framing;
    message.is_complete = is_complete;
    message.status = u16::try_from(take_number(rest)?).ok()?;
    message.oddities = Oddities::from_bits(u16::try_from(take_number(rest)?).ok()?);
    message.head_bytes = take_number(rest)?;
    message.body_bytes = take_number(rest)?;
    let mut rare = |has: bool| if has { take_number(rest) } else { None };
    message.content_length = rare(has_length);
    message.grpc_messages = rare(has_grpc);
    message.missing_bytes = rare(has_missing).unwrap_or_default();
    if has_trailers {
        message.trailers = Fields::packed(take_framed(rest)?, &[]);
    }
    message.head = Fields::packed(take_framed(rest)?, base);
    Some(message)
}

fn put_extent(extent: &Extent, epoch: i64, out: &mut Vec<u8>) {
    let flags = Flags::default()
        .with(extent.first.is_some())
        .with(extent.last.is_some())
        .with(0 < extent.late_packets);
    put_number(flags.0, out);
    let mut before = epoch;
    for time in [extent.first, extent.last].into_iter().flatten() {
        put_signed(time.nanos().wrapping_sub(before), out);
        before = time.nanos();
    }
    for (low, high) in [extent.lots, extent.packets] {
        put_number(low, out);
        put_number(high.wrapping_sub(low), out);
    }
    if 0 < extent.late_packets {
        put_number(extent.late_packets, out);
    }
}

fn take_extent(epoch: i64, rest: &mut &[u8]) -> Option<Extent> {
    let mut flags = Flags(take_number(rest)?);
    let (has_late, has_last, has_first) = (flags.take(), flags.take(), flags.take());
    let mut before = epoch;
    let mut time = |has: bool| {
        if has {
            before = before.wrapping_add(take_signed(rest)?);
        }
        Some(has.then_some(Timestamp::from_nanos(before)))
    };
    let (first, last) = (time(has_first)?, time(has_last)?);
    let mut range = || {
        let low = take_number(rest)?;
        Some((low, low.wrapping_add(take_number(rest)?)))
    };
    let (lots, packets) = (range()?, range()?);
    Some(Extent {
        first,
        last,
        lots,
        packets,
        late_packets: if has_late { take_number(rest)? } else { 0 },
    })
}

/// Appends what `put` does, with its length before it.
fn framed(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    let before = out.len();
    put(out);
    let len = u32::try_from(out.len().saturating_sub(before)).unwrap_or(u32::MAX);
    let place = out.get_mut(start..).and_then(<[u8]>::first_chunk_mut);
    if let Some(place) = place {
        *place = len.to_le_bytes();
    }
}

/// Takes what was appended with its length.
fn take_framed<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    *bytes = rest;
    take_bytes(u64::from(u32::from_le_bytes(*len)), bytes)
}

/// Answers and small numbers in one number; taken out in the reverse order.
#[derive(Clone, Copy, Debug, Default)]
struct Flags(u64);

impl Flags {
    const fn with(self, is_set: bool) -> Self {
        Self(self.0 << 1 | is_set as u64)
    }

    /// With a number of so many bits.
    const fn with_number(self, number: usize, bits: u32) -> Self {
        Self(self.0 << (bits & 63) | number as u64)
    }

    fn take(&mut self) -> bool {
        self.take_number(1) == 1
    }

    fn take_number(&mut self, bits: u32) -> usize {
        let mask = !(u64::MAX << (bits & 63));
        let number = self.0 & mask;
        self.0 >>= bits & 63;
        usize::try_from(number).unwrap_or(usize::MAX)
    }
}

/// All protocols; their places stand for them.
const PROTOCOLS: [Protocol; 4] = [
    Protocol::Http1,
    Protocol::Http2,
    Protocol::WebSocket,
    Protocol::Tunnel,
];

/// Bytes of a length.
const LENGTH_BYTES: usize = 4;

/// Bytes of the time of an item.
const TIME_BYTES: usize = 9;

/// Room for all of an item but its heads.
const USUAL_BYTES: usize = 96;

#[cfg(test)]
mod tests;
