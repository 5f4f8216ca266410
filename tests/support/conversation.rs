//! Two ends that talk over TCP: what they send becomes packets, at any initial sequence numbers.

use std::net::SocketAddr;

use spider_pcap::packet::TcpFlags;
use spider_pcap::session::{Direction, PerDirection};

use crate::build::{Packet, Segment, syn_options, time_stamps};

/// One TCP connection in the making.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub(crate) ends: PerDirection<End>,
    /// With time stamps in every segment.
    time_stamps: bool,
    /// Microseconds since the Unix epoch of the next packet.
    pub(crate) time_us: u64,
    pub(crate) packets: Vec<Packet>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    address: SocketAddr,
    isn: u32,
    /// Bytes sent, whether captured or not, with the FIN.
    pub(crate) sent: u32,
    ip_id: u16,
}

/// A segment without addresses and numbers of its connection.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) direction: Direction,
    /// Offset of the first payload byte in the stream.
    pub(crate) offset: u32,
    /// Bytes of the other direction that it acknowledges.
    pub(crate) acknowledged: u32,
    pub(crate) flags: TcpFlags,
    pub(crate) payload: Vec<u8>,
}

impl Conversation {
    pub(crate) fn new(ends: [SocketAddr; 2], isns: [u32; 2], time_stamps: bool) -> Self {
        let [client, server] = ends;
        let end = |address, isn| End {
            address,
            isn,
            sent: 0,
            ip_id: 1,
        };
        Self {
            ends: PerDirection {
                out: end(client, isns[0]),
                r#in: end(server, isns[1]),
            },
            time_stamps,
            time_us: START_US,
            packets: Vec::new(),
        }
    }

    /// SYN, SYN with ACK, ACK.
    pub(crate) fn open(&mut self) {
        self.syn(Direction::Out, TcpFlags::SYN);
        self.syn(Direction::In, TcpFlags::SYN.with(TcpFlags::ACK));
        self.acknowledge(Direction::Out);
    }

    /// A SYN; its options come before those of time stamps.
    pub(crate) fn syn(&mut self, direction: Direction, flags: TcpFlags) {
        let part = Part {
            direction,
            offset: u32::MAX,
            acknowledged: 0,
            flags,
            payload: Vec::new(),
        };
        let mut segment = self.segment(&part);
        if flags == TcpFlags::SYN {
            segment.ack = 0;
        }
        segment.options.splice(0..0, syn_options(1460, 7));
        self.capture(&segment);
    }

    /// Sends the next bytes in a packet that is not captured.
    pub(crate) fn lose(&mut self, direction: Direction, bytes: usize) {
        self.ends[direction].sent += u32::try_from(bytes).unwrap();
    }

    /// Acknowledges all that the other end has sent.
    pub(crate) fn acknowledge(&mut self, direction: Direction) {
        self.acknowledge_to(direction, self.ends[direction.opposite()].sent);
    }

    /// Acknowledges the first bytes of the other end.
    pub(crate) fn acknowledge_to(&mut self, direction: Direction, acknowledged: u32) {
        let mut part = self.part(direction, self.ends[direction].sent, TcpFlags::ACK, &[]);
        part.acknowledged = acknowledged;
        self.push(&part);
    }

    pub(crate) fn fin(&mut self, direction: Direction) {
        let sent = self.ends[direction].sent;
        let part = self.part(direction, sent, TcpFlags::FIN.with(TcpFlags::ACK), &[]);
        self.push(&part);
        self.lose(direction, 1);
    }

    /// FIN of the client, FIN of the server, ACK.
    pub(crate) fn close(&mut self) {
        self.fin(Direction::Out);
        self.fin(Direction::In);
        self.acknowledge(Direction::Out);
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, micros: u64) {
        self.time_us += micros;
    }

    /// Sends and captures a segment.
    pub(crate) fn push(&mut self, part: &Part) {
        let segment = self.segment(part);
        self.capture(&segment);
    }

    /// The segment as the sender makes it now: its IP id and time stamps are new.
    pub(crate) fn segment(&mut self, part: &Part) -> Segment {
        let clock = u32::try_from(self.time_us / 1000 % (1 << 31)).unwrap();
        let (end, other) = self.ends.pair_mut(part.direction);
        end.ip_id = end.ip_id.wrapping_add(1);
        Segment {
            from: end.address,
            to: other.address,
            seq: end.isn.wrapping_add(1).wrapping_add(part.offset),
            ack: other.isn.wrapping_add(1).wrapping_add(part.acknowledged),
            flags: part.flags,
            options: if self.time_stamps {
                time_stamps(clock, clock)
            } else {
                Vec::new()
            },
            ip_id: end.ip_id,
            payload: part.payload.clone(),
        }
    }

    /// Captures a segment, a little later than the one before.
    pub(crate) fn capture(&mut self, segment: &Segment) {
        self.packets.push(Packet {
            time_us: self.time_us,
            frame: segment.frame(),
        });
        self.wait(STEP_US);
    }

    /// A part that acknowledges all that the other end has sent.
    pub(crate) fn part(
        &self,
        direction: Direction,
        offset: u32,
        flags: TcpFlags,
        payload: &[u8],
    ) -> Part {
        Part {
            direction,
            offset,
            acknowledged: self.ends[direction.opposite()].sent,
            flags,
            payload: payload.to_vec(),
        }
    }
}

/// Time of the first packet: 2026-01-01 00:40 UTC.
const START_US: u64 = 1_767_228_000_000_000;

/// Time from one packet to the next.
const STEP_US: u64 = 400;
