//! Random traffic of one connection: cut into segments, out of order, with copies and overlaps.

use std::net::SocketAddr;

use proptest::prelude::*;
use proptest::sample::Index;
use spider_pcap::packet::TcpFlags;
use spider_pcap::session::{Direction, PerDirection};

use crate::build::{self, Format, Packet, Segment};
use crate::conversation::{Conversation, Part};
use crate::isn;

/// What two ends say to each other, and how it is carried.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    is_v6: bool,
    time_stamps: bool,
    pub(crate) isns: [u32; 2],
    rounds: Vec<Round>,
}

/// Bytes that one end sends while the other is silent, but for an acknowledgment at the end.
#[derive(Clone, Debug)]
struct Round {
    direction: Direction,
    len: u32,
    /// Where these bytes are cut into segments.
    cuts: Vec<Index>,
    /// Bytes of the stream so far that are sent again: where, and how many.
    resends: Vec<(Index, u32)>,
    /// Packets that are captured twice.
    copies: Vec<Index>,
    /// Sort keys that put the packets out of order.
    order: Vec<u8>,
    /// Microseconds before the round.
    pause: u64,
}

/// A segment as it is captured, and its direction.
pub(crate) struct Captured {
    direction: Direction,
    segment: Segment,
}

impl Captured {
    /// The segment, if it goes this way.
    pub(crate) fn of(self, direction: Direction) -> Option<Segment> {
        (self.direction == direction).then_some(self.segment)
    }
}

/// Any traffic.
pub(crate) fn traffic() -> impl Strategy<Value = Traffic> {
    let rounds = prop::collection::vec(round(), 0..6);
    (any::<bool>(), any::<bool>(), [isn(), isn()], rounds).prop_map(
        |(is_v6, time_stamps, isns, rounds)| Traffic {
            is_v6,
            time_stamps,
            isns,
            rounds,
        },
    )
}

fn round() -> impl Strategy<Value = Round> {
    let direction = prop_oneof![Just(Direction::Out), Just(Direction::In)];
    let cuts = prop::collection::vec(any::<Index>(), 0..6);
    let resends = prop::collection::vec((any::<Index>(), 1..400_u32), 0..3);
    let copies = prop::collection::vec(any::<Index>(), 0..3);
    let order = prop::collection::vec(any::<u8>(), 12);
    (
        direction,
        1..2500_u32,
        cuts,
        resends,
        copies,
        order,
        0..300_000_u64,
    )
        .prop_map(
            |(direction, len, cuts, resends, copies, order, pause)| Round {
                direction,
                len,
                cuts,
                resends,
                copies,
                order,
                pause,
            },
        )
}

/// The byte at an offset of any stream.
pub(crate) fn byte_at(offset: u32) -> u8 {
    let [byte, ..] = offset
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b1)
        .to_be_bytes();
    byte
}

/// The sessions in one capture, each with ports of its own, and each starting a little later.
pub(crate) fn capture(sessions: &[Traffic]) -> Vec<u8> {
    let mut packets = Vec::new();
    for (index, traffic) in (0_u16..).zip(sessions) {
        let start = packets.len();
        packets.extend(traffic.packets_from_port(50_000 + index));
        for packet in &mut packets[start..] {
            packet.time_us += u64::from(index) * 130;
        }
    }
    packets.sort_by_key(|packet: &Packet| packet.time_us);
    let format = if sessions.len().is_multiple_of(2) {
        Format::Pcap
    } else {
        Format::PcapNg
    };
    build::capture(format, &packets)
}

impl Traffic {
    /// The same, at other initial sequence numbers.
    pub(crate) fn at(&self, isns: [u32; 2]) -> Self {
        Self {
            isns,
            ..self.clone()
        }
    }

    /// Bytes that a direction sends.
    pub(crate) fn stream_len(&self, direction: Direction) -> u32 {
        let rounds = self
            .rounds
            .iter()
            .filter(|round| round.direction == direction);
        rounds.map(|round| round.len).sum()
    }

    /// All packets.
    pub(crate) fn packets(&self) -> Vec<Packet> {
        self.packets_from_port(50_000)
    }

    /// The data segments in the order in which they are captured.
    pub(crate) fn segments(&self) -> Vec<Captured> {
        let mut talk = self.conversation(50_000);
        let mut sent = PerDirection::default();
        let mut segments = Vec::new();
        for round in &self.rounds {
            segments.extend(
                round
                    .segments(&mut talk, &mut sent)
                    .into_iter()
                    .map(|segment| Captured {
                        direction: round.direction,
                        segment,
                    }),
            );
        }
        segments
    }

    fn packets_from_port(&self, port: u16) -> Vec<Packet> {
        let mut talk = self.conversation(port);
        talk.open();
        let mut sent = PerDirection::default();
        for round in &self.rounds {
            talk.wait(round.pause);
            for segment in round.segments(&mut talk, &mut sent) {
                talk.capture(&segment);
            }
            let len = usize::try_from(round.len).unwrap();
            talk.lose(round.direction, len);
            talk.acknowledge(round.direction.opposite());
        }
        talk.close();
        talk.packets
    }

    fn conversation(&self, port: u16) -> Conversation {
        let [client, server] = if self.is_v6 {
            ["fd00:20::10", "fd00:20::80"]
        } else {
            ["10.20.0.10", "10.20.0.80"]
        };
        let ends = [(client, port), (server, 80)];
        let ends = ends.map(|(ip, port)| SocketAddr::new(ip.parse().unwrap(), port));
        Conversation::new(ends, self.isns, self.time_stamps)
    }
}

impl Round {
    /// The segments in the order in which they are captured; `sent` is moved on.
    fn segments(&self, talk: &mut Conversation, sent: &mut PerDirection<u32>) -> Vec<Segment> {
        let acknowledged = sent[self.direction.opposite()];
        let start = sent[self.direction];
        let end = start + self.len;
        sent[self.direction] = end;
        let part = |(from, to): (u32, u32)| Part {
            direction: self.direction,
            offset: from,
            acknowledged,
            flags: TcpFlags::PSH.with(TcpFlags::ACK),
            payload: (from..to).map(byte_at).collect(),
        };
        let parts = self.ranges(start, end).into_iter().map(part);
        let mut segments: Vec<_> = parts.map(|part| talk.segment(&part)).collect();
        for copy in &self.copies {
            segments.push(copy.get(&segments).clone());
        }
        let keys = self.order.iter().cycle();
        let mut keyed: Vec<_> = keys.zip(segments).collect();
        keyed.sort_by_key(|(key, _)| **key);
        keyed.into_iter().map(|(_, segment)| segment).collect()
    }

    /// The bytes from `start` to `end` without a gap, then the bytes that are sent again.
    fn ranges(&self, start: u32, end: u32) -> Vec<(u32, u32)> {
        let at = |index: &Index, from: u32, to: u32| {
            let len = usize::try_from(to - from).unwrap();
            from + u32::try_from(index.index(len)).unwrap()
        };
        let mut cuts: Vec<_> = self.cuts.iter().map(|cut| at(cut, start, end)).collect();
        cuts.extend([start, end]);
        // A segment carries no more than the network takes.
        cuts.extend((start..end).step_by(MSS));
        cuts.sort_unstable();
        cuts.dedup();
        let mut ranges: Vec<_> = cuts.windows(2).map(|pair| (pair[0], pair[1])).collect();
        ranges.extend(self.resends.iter().map(|(from, len)| {
            let from = at(from, 0, end);
            (from, end.min(from + len))
        }));
        ranges
    }
}

const MSS: usize = 1460;
