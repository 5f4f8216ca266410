//! One TCP segment of a captured packet: the seam between decoding and tracking.
//!
//! A [`SegmentHead`] is plain data of a fixed size that refers to the bytes of its batch by
//! offset, so that it can wait in a queue, go to another thread, or leave the process.
//! Source: RFC 9293 §3.1, RFC 7323 §2 and §3, RFC 2018 §2 and §3.

use std::fmt;
use std::net::IpAddr;

use super::sequence::SeqNumber;
use crate::capture::{Batch, InterfaceId, PacketNumber};
use crate::time::{Precision, Timestamp};

/// One end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// Address.
    pub ip: IpAddr,
    /// TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    /// Prints `ip:port`, or `[ip6]:port` (RFC 5952 §6).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip {
            IpAddr::V4(ip) => write!(f, "{ip}:{}", self.port),
            IpAddr::V6(ip) => write!(f, "[{ip}]:{}", self.port),
        }
    }
}

/// The control bits of a TCP header, with the bits above them (RFC 9293 §3.1, RFC 3168 §6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpFlags(pub u16);

impl TcpFlags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x001);
    /// Synchronize sequence numbers.
    pub const SYN: Self = Self(0x002);
    /// Reset the connection.
    pub const RST: Self = Self(0x004);
    /// Push.
    pub const PSH: Self = Self(0x008);
    /// The acknowledgment number is valid.
    pub const ACK: Self = Self(0x010);
    /// The urgent pointer is valid.
    pub const URG: Self = Self(0x020);
    /// ECN echo.
    pub const ECE: Self = Self(0x040);
    /// Congestion window reduced.
    pub const CWR: Self = Self(0x080);

    /// True when all bits of `other` are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// True when at least one bit of `other` is set.
    pub const fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The bits of both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Index of an [`Encapsulation`](super::Encapsulation) in the decoder's table; 0 is a plain packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EncapsulationId(pub u32);

/// What the checksums of a packet said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// Right, or zero where zero means "none".
    Good,
    /// The IPv4 header checksum or the TCP checksum is wrong.
    Bad,
    /// Not all bytes were captured.
    Unknown,
}

/// A TCP segment without its bytes.
#[derive(Clone, Copy, Debug)]
pub struct SegmentHead {
    /// Packet that carried it (of an IP datagram in fragments: the one that completed it).
    pub number: PacketNumber,
    /// Capture time of that packet.
    pub time: Option<Timestamp>,
    /// Digits of that time which the capture's clock gives.
    pub precision: Precision,
    /// Where that packet was captured.
    pub interface: InterfaceId,
    /// VLANs and tunnels around it.
    pub encapsulation: EncapsulationId,
    /// Sender.
    pub source: Endpoint,
    /// Receiver.
    pub destination: Endpoint,
    /// Sequence number of the first byte (or of the SYN).
    pub seq: SeqNumber,
    /// Acknowledgment number; means something only with [`TcpFlags::ACK`].
    pub ack: SeqNumber,
    /// Control bits.
    pub flags: TcpFlags,
    /// Window as sent, not scaled.
    pub window: u16,
    /// IPv4 identification; absent on IPv6.
    pub ip_id: Option<u16>,
    /// False where the IPv4 header checksum is wrong.
    pub ip_checksum_good: bool,
    /// IP header bytes: IPv4 with options, IPv6 with extension headers.
    pub ip_header_len: u16,
    /// TCP header bytes with options, `20 <= tcp_header_len <= 60`.
    pub tcp_header_len: u8,
    /// Payload bytes by the IP length, whatever was captured of them.
    pub payload_len: u32,
    /// Payload bytes captured, `captured_payload_len <= payload_len`.
    pub captured_payload_len: u32,
    /// Bytes of the whole packet on the wire.
    pub original_len: u32,
    /// Where the TCP header starts in the bytes of the batch; options and payload follow it.
    pub tcp_start: u32,
    /// True when the snapshot length or a fragment cut the packet.
    pub truncated: bool,
}

/// A TCP segment with its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Everything but the bytes.
    pub head: SegmentHead,
    /// The TCP header as captured, options included; shorter than `tcp_header_len` when cut.
    pub header: &'a [u8],
    /// The captured part of the payload.
    pub payload: &'a [u8],
}

impl SegmentHead {
    /// This segment with its bytes from the batch in which it was decoded.
    pub fn resolve(self, batch: &Batch) -> Segment<'_> {
        let header_len = u32::from(self.tcp_header_len);
        Segment {
            head: self,
            header: batch.slice(self.tcp_start, header_len),
            payload: batch.slice(
                self.tcp_start.saturating_add(header_len),
                self.captured_payload_len,
            ),
        }
    }
}
