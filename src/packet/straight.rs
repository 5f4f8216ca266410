//! The straight way of nearly all packets: a plain link header, one IP header, TCP.
//!
//! Gives the same as the loop over the layers, without it; whatever is not this simple, or odd in
//! any way, is left to the loop.

use std::net::IpAddr;

use super::checksum::{is_right, sum_words};
use super::datagram::NameDatagram;
use super::segment::{EncapsulationId, Endpoint, SegmentHead, TcpFlags};
use super::sequence::SeqNumber;
use super::tunnel::udp::{self, Announced};
use super::view::View;
use super::{ip, tcp};
use crate::capture::Slot;

/// What the straight way leads to.
enum Straight {
    /// A segment.
    Segment(SegmentHead),
    /// An answer of a name service.
    Names(NameDatagram),
    /// Another protocol, in which no TCP can be.
    Nothing,
}

/// Reads the packets in `slots` one after the other, up to the first that is not straight; gives
/// the packets behind that one with it, or none at the end.
#[inline]
pub(super) fn read_on<'s>(
    bytes: &[u8],
    slots: &'s [Slot],
    segments: &mut Vec<SegmentHead>,
    datagrams: &mut Vec<NameDatagram>,
) -> Option<(&'s Slot, &'s [Slot])> {
    let mut slots = slots.iter();
    while let Some(slot) = slots.next() {
        let start = slot.start as usize;
        let packet = start
            .checked_add(slot.captured_len as usize)
            .and_then(|end| bytes.get(start..end))
            .unwrap_or_default();
        if let Some(plain) = Plain::read(packet, slot) {
            segments.push(plain.head(slot));
            continue;
        }
        match read(packet, slot) {
            Some(Straight::Segment(head)) => segments.push(head),
            Some(Straight::Names(datagram)) => datagrams.push(datagram),
            Some(Straight::Nothing) => {}
            None => return Some((slot, slots.as_slice())),
        }
    }
    None
}

/// Reads a packet without tags, tunnels, extension headers and fragments; `None` for all others.
fn read(packet: &[u8], slot: &Slot) -> Option<Straight> {
    let view = View::new(packet, slot.start as usize, slot.original_len as usize);
    let view = match slot.link_type.0 {
        1 if is_ip(view.be16(12).ok()?) => view.skip(14).ok()?,
        113 if is_ip(view.be16(14).ok()?) => view.skip(16).ok()?,
        276 if is_ip(view.be16(0).ok()?) => view.skip(20).ok()?,
        101 => view,
        _ => return None,
    };
    let header = ip::header(view).ok()?;
    if header.is_fragment() {
        return None;
    }
    let plain = EncapsulationId::default();
    match header.protocol {
        6 => {
            let head = tcp::segment(header.payload, &header.context, slot, plain).ok()?;
            Some(Straight::Segment(head))
        }
        17 => datagram(header.payload, slot),
        1 | 58 => Some(Straight::Nothing),
        _ => None,
    }
}

/// Ethernet, IPv4 without options and TCP: what nearly all packets of nearly all captures are.
struct Plain<'a> {
    ip: &'a [u8; IPV4],
    tcp: &'a [u8; TCP_START],
    /// Bytes of the TCP segment on the wire, and those captured.
    tcp_len: u32,
    captured_len: u32,
    tcp_header_len: u8,
}

impl<'a> Plain<'a> {
    /// Finds the headers. All lengths must be possible; `None` for all others.
    #[inline(always)]
    fn read(packet: &'a [u8], slot: &Slot) -> Option<Self> {
        let (link, rest) = packet.split_first_chunk::<ETHERNET>()?;
        let (ip, rest) = rest.split_first_chunk::<IPV4>()?;
        let tcp = rest.first_chunk::<TCP_START>()?;
        let [vihl, _, l0, l1, _, _, f0, f1, _, protocol, ..] = *ip;
        let [.., high, _, _, _] = *tcp;
        let total_len = u32::from(u16::from_be_bytes([l0, l1]));
        let tcp_header_len = (high >> 4).saturating_mul(4);
        let is_straight = slot.link_type.0 == 1
            && link.ends_with(&[0x08, 0x00])
            && vihl == 0x45
            && protocol == 6
            && (f0 & 0x3F, f1) == (0, 0)
            && HEADERS <= total_len
            && 20 <= tcp_header_len;
        if !is_straight {
            return None;
        }
        let wire_len = slot.original_len.max(slot.captured_len);
        let by_ip = total_len.saturating_sub(IPV4_BYTES);
        let tcp_len = wire_len.saturating_sub(BEFORE_TCP).min(by_ip);
        let captured_len = slot.captured_len.saturating_sub(BEFORE_TCP).min(by_ip);
        (u32::from(tcp_header_len) <= tcp_len).then_some(Self {
            ip,
            tcp,
            tcp_len,
            captured_len,
            tcp_header_len,
        })
    }

    #[inline(always)]
    fn head(&self, slot: &Slot) -> SegmentHead {
        let [_, _, _, _, i0, i1, _, _, _, _, _, _, addresses @ ..] = self.ip;
        let [s0, s1, s2, s3, d0, d1, d2, d3] = *addresses;
        let [
            sp0,
            sp1,
            dp0,
            dp1,
            q0,
            q1,
            q2,
            q3,
            a0,
            a1,
            a2,
            a3,
            high,
            low,
            w0,
            w1,
        ] = *self.tcp;
        let end = |ip: [u8; 4], port| Endpoint {
            ip: IpAddr::from(ip),
            port: u16::from_be_bytes(port),
        };
        let header_len = u32::from(self.tcp_header_len);
        SegmentHead {
            number: slot.number,
            time: slot.time,
            precision: slot.precision,
            interface: slot.interface,
            encapsulation: EncapsulationId::default(),
            source: end([s0, s1, s2, s3], [sp0, sp1]),
            destination: end([d0, d1, d2, d3], [dp0, dp1]),
            seq: SeqNumber(u32::from_be_bytes([q0, q1, q2, q3])),
            ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
            flags: TcpFlags(u16::from_be_bytes([high & 0x0F, low])),
            window: u16::from_be_bytes([w0, w1]),
            ip_id: Some(u16::from_be_bytes([*i0, *i1])),
            ip_checksum_good: is_right(sum_words(self.ip)),
            ip_header_len: 20,
            tcp_header_len: self.tcp_header_len,
            payload_len: self.tcp_len.saturating_sub(header_len),
            captured_payload_len: self.captured_len.saturating_sub(header_len),
            original_len: slot.original_len.max(slot.captured_len),
            tcp_start: slot.start.saturating_add(BEFORE_TCP),
            truncated: self.captured_len < self.tcp_len,
        }
    }
}

/// Bytes of the smallest packet with a segment that is straight.
pub(super) const LEAST_BYTES: usize = IPV4 + TCP_START;

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;

/// Bytes of an IPv4 header without options.
const IPV4: usize = 20;
const IPV4_BYTES: u32 = 20;

/// Bytes of both.
const BEFORE_TCP: u32 = 34;

/// Bytes of a TCP header up to the end of its window.
const TCP_START: usize = 16;

/// Bytes that the IP header must speak of.
const HEADERS: u32 = 36;

/// Reads a UDP header that announces no tunnel.
fn datagram(view: View<'_>, slot: &Slot) -> Option<Straight> {
    match udp::announced(view).ok()? {
        Announced::Tunnel => None,
        Announced::NameService => Some(Straight::Names(NameDatagram::at(view, slot).ok()?)),
        Announced::Nothing => Some(Straight::Nothing),
    }
}

const fn is_ip(ether_type: u16) -> bool {
    matches!(ether_type, 0x0800 | 0x86DD)
}
