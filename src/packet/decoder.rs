//! Packets in, TCP segments out: the loop over the layers of a packet, and what it remembers.
//! Datagrams of name services are noted beside them.
//!
//! A packet gives one segment at most, unless it is an aggregate of frames (IEEE 802.11 A-MSDU),
//! each of which may give one. Of several TCP headers, one in the other, only the innermost would
//! count; a header quoted in an ICMP error is not reached at all.
//! Does not judge sequence numbers, and does not verify TCP checksums.
//! Limits: [`DecodeLimits`].

use super::datagram::NameDatagram;
use super::encapsulation::{Encapsulation, EncapsulationTable};
use super::fragment::{Arrival, DatagramKey, Fragment, FragmentStore, GivenUp};
use super::layer::{self, Aside, Layer, Path};
use super::limits::DecodeLimits;
use super::link::names;
use super::segment::SegmentHead;
use super::straight;
use super::tcp;
use super::view::{Stop, View};
use crate::capture::{
    Batch, CaptureNotice, NoticeKind, NoticeLog, PacketNumber, PacketOrigin, Slot,
};

/// Turns captured packets into TCP segments; keeps fragments and encapsulations between batches.
#[derive(Debug)]
pub struct Decoder {
    limits: DecodeLimits,
    fragments: FragmentStore,
    encapsulations: EncapsulationTable,
    path: Path,
    /// The packets whose fragments led to the bytes at hand.
    joined: Vec<PacketOrigin>,
    /// Packets with segments of the latest batch, and those with fragments of the same datagrams.
    fragments_of: Vec<(PacketNumber, PacketOrigin)>,
    datagrams: Vec<NameDatagram>,
    notices: NoticeLog,
}

/// A place in the batch from which to decode, and the layers left for its packet.
#[derive(Clone, Copy, Debug)]
struct Place {
    layer: Layer,
    start: usize,
    len: usize,
    wire_len: usize,
    layers_left: usize,
}

/// How the way through the layers of a packet ended.
enum End {
    /// At the last fragment of a datagram, with all of its payload.
    Datagram {
        protocol: u8,
        payload: Vec<u8>,
        layers_left: usize,
    },
    /// At a TCP header, whose segment is noted, or at something else.
    Done,
}

impl Decoder {
    /// A decoder that has seen nothing.
    pub fn new(limits: DecodeLimits) -> Self {
        Self {
            limits,
            fragments: FragmentStore::new(limits),
            encapsulations: EncapsulationTable::new(limits.encapsulations),
            path: Path::new(),
            joined: Vec::new(),
            fragments_of: Vec::new(),
            datagrams: Vec::new(),
            notices: NoticeLog::default(),
        }
    }

    /// Decodes the packets of a batch in order and appends their TCP segments.
    ///
    /// The payload of a datagram that came in fragments is appended to the bytes of the batch, so
    /// that its segment lies there like any other.
    pub fn decode(&mut self, batch: &mut Batch, segments: &mut Vec<SegmentHead>) {
        self.fragments_of.clear();
        self.datagrams.clear();
        // Nearly all packets are segments; those that are take so many bytes at least.
        let at_most = batch.bytes.len() / straight::LEAST_BYTES;
        segments.reserve(batch.slots.len().min(at_most));
        // The slots step aside, since the odd ones may add to the bytes.
        let slots = std::mem::take(&mut batch.slots);
        let mut rest = slots.as_slice();
        while let Some((slot, behind)) =
            straight::read_on(&batch.bytes, rest, segments, &mut self.datagrams)
        {
            self.slow(batch, slot, segments);
            rest = behind;
        }
        batch.slots = slots;
    }

    /// Decodes one packet layer by layer, with all frames of an aggregate.
    fn slow(&mut self, batch: &mut Batch, slot: &Slot, segments: &mut Vec<SegmentHead>) {
        self.path.clear();
        let place = Place {
            layer: Layer::Link(slot.link_type),
            start: slot.start as usize,
            len: slot.captured_len as usize,
            wire_len: slot.original_len.max(slot.captured_len) as usize,
            layers_left: self.limits.layers,
        };
        self.frame(batch, slot, place, segments);
        while let Some(aside) = self.path.aside.pop() {
            self.path.restore(&aside);
            self.frame(batch, slot, place.at(&aside), segments);
        }
    }

    /// Ends a capture: notes the datagrams whose fragments never came together, and segments whose
    /// encapsulation found no room.
    pub fn finish(&mut self) {
        let left = u64::try_from(self.fragments.len()).unwrap_or(u64::MAX);
        self.fragments.clear();
        self.note(NoticeKind::BadPacket, NEVER_COMPLETE.to_owned(), left);
        let overflowed = self.encapsulations.take_overflowed();
        let message = "no room for more combinations of VLANs and tunnels; the rest share one";
        self.note(NoticeKind::LimitReached, message.to_owned(), overflowed);
    }

    /// The encapsulations seen; an [`EncapsulationId`](super::EncapsulationId) is the index.
    pub fn encapsulations(&self) -> &[Encapsulation] {
        self.encapsulations.entries()
    }

    /// The packets with segments of the latest batch whose IP datagram came in fragments, each with
    /// one of the packets that its earlier fragments came in, in the order of the segments.
    pub fn fragments(&self) -> &[(PacketNumber, PacketOrigin)] {
        &self.fragments_of
    }

    /// The answers of name services in the batch decoded last, in capture order.
    pub fn datagrams(&self) -> &[NameDatagram] {
        &self.datagrams
    }

    /// What could not be decoded, and why.
    pub fn notices(&self) -> &NoticeLog {
        &self.notices
    }

    /// Decodes one frame, and the datagram that it may complete.
    fn frame(&mut self, batch: &mut Batch, slot: &Slot, start: Place, out: &mut Vec<SegmentHead>) {
        let mut place = start;
        self.joined.clear();
        let before = out.len();
        loop {
            match self.walk(&batch.bytes, slot, place, out) {
                End::Done if before < out.len() => return self.note_fragments(slot.number),
                End::Done => return,
                End::Datagram {
                    protocol,
                    payload,
                    layers_left,
                } => {
                    let start = batch.bytes.len();
                    if MAX_BATCH_BYTES < start.saturating_add(payload.len()) {
                        let message = "a reassembled datagram does not fit into its batch";
                        return self.note(NoticeKind::LimitReached, message.to_owned(), 1);
                    }
                    batch.bytes.extend_from_slice(&payload);
                    let len = payload.len();
                    let layer = Layer::Transport(protocol);
                    place = Place {
                        layer,
                        start,
                        len,
                        wire_len: len,
                        layers_left,
                    };
                }
            }
        }
    }

    /// Goes from layer to layer.
    #[inline]
    fn walk(&mut self, bytes: &[u8], slot: &Slot, place: Place, out: &mut Vec<SegmentHead>) -> End {
        let end = place.start.saturating_add(place.len);
        let captured = bytes.get(place.start..end).unwrap_or_default();
        let mut view = View::new(captured, place.start, place.wire_len);
        let mut layer = place.layer;
        let mut layers_left = place.layers_left;
        while layer != Layer::Tcp {
            if layers_left == 0 {
                let message = format!("more than {} layers in a packet", self.limits.layers);
                self.note(NoticeKind::LimitReached, message, 1);
                return End::Done;
            }
            layers_left = layers_left.saturating_sub(1);
            match layer::step(layer, view, &mut self.path) {
                Ok(next) => (layer, view) = next,
                Err(Stop::Fragment(fragment)) => {
                    return self.join(&fragment, slot, layers_left);
                }
                Err(Stop::NameService(header)) => {
                    self.datagrams.extend(NameDatagram::at(header, slot));
                    return End::Done;
                }
                Err(stop) => return self.stop(stop),
            }
        }
        let encapsulation = self.encapsulations.intern(&self.path.around);
        match tcp::segment(view, &self.path.ip, slot, encapsulation) {
            Ok(head) => {
                out.push(head);
                End::Done
            }
            Err(stop) => self.stop(stop),
        }
    }

    /// Puts a fragment to the others of its datagram.
    fn join(&mut self, fragment: &Fragment<'_>, slot: &Slot, layers_left: usize) -> End {
        let key = DatagramKey {
            source: self.path.ip.source,
            destination: self.path.ip.destination,
            protocol: fragment.protocol,
            id: fragment.id,
            encapsulation: self.encapsulations.intern(&self.path.around),
        };
        let mut given_up = GivenUp::default();
        // It is there already when it completed the datagram around this fragment.
        if self.joined.last().map(|last| last.number) != Some(slot.number) {
            self.joined.push(PacketOrigin::of(slot));
        }
        let arrival = Arrival {
            time: slot.time,
            packets: &self.joined,
        };
        let joined = self.fragments.add(key, fragment, arrival, &mut given_up);
        if given_up != GivenUp::default() {
            self.note(
                NoticeKind::BadPacket,
                NEVER_COMPLETE.to_owned(),
                given_up.expired,
            );
            self.note(
                NoticeKind::LimitReached,
                TOO_MANY_FRAGMENTS.to_owned(),
                given_up.evicted,
            );
        }
        let Some(joined) = joined else {
            return End::Done;
        };
        self.joined = joined.packets;
        End::Datagram {
            protocol: fragment.protocol,
            payload: joined.payload,
            layers_left,
        }
    }

    /// A segment was found: notes which packets its earlier fragments came in.
    fn note_fragments(&mut self, number: PacketNumber) {
        let earlier = self.joined.drain(..);
        let earlier = earlier.filter(|origin| origin.number != number);
        self.fragments_of
            .extend(earlier.map(|origin| (number, origin)));
    }

    /// Notes why a packet gave no segment, where that is worth a word.
    #[cold]
    fn stop(&mut self, stop: Stop<'_>) -> End {
        match stop {
            Stop::Other | Stop::Fragment(_) | Stop::NameService(_) => {}
            Stop::Cut => self.note(NoticeKind::BadPacket, CUT.to_owned(), 1),
            Stop::Bad(what) => self.note(NoticeKind::BadPacket, what.to_owned(), 1),
            Stop::UnknownLink(number) => {
                let name = names::name(number).unwrap_or("not in the registry");
                let message = format!("packets of link type {number} ({name}) are not read");
                self.note(NoticeKind::UnknownLinkType, message, 1);
            }
        }
        End::Done
    }

    fn note(&mut self, kind: NoticeKind, message: String, count: u64) {
        if 0 < count {
            let file = String::new();
            self.notices.push(CaptureNotice {
                kind,
                file,
                byte_offset: None,
                message,
                count,
            });
        }
    }
}

impl Place {
    /// The place of a frame that was put aside, with the layers of this one.
    const fn at(self, aside: &Aside) -> Self {
        Self {
            layer: aside.layer,
            start: aside.start,
            len: aside.len,
            wire_len: aside.wire_len,
            layers_left: self.layers_left,
        }
    }
}

/// Offsets in a batch are 32-bit.
const MAX_BATCH_BYTES: usize = u32::MAX as usize;

const CUT: &str = "a packet ends before its TCP header does";
const NEVER_COMPLETE: &str = "an IP datagram in fragments was never complete";
const TOO_MANY_FRAGMENTS: &str = "an IP datagram in fragments was given up because too many wait";
