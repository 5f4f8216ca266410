//! The straight way of nearly all packets: a plain link header, one IP header, TCP.
//!
//! Gives the same as the loop over the layers, without it; whatever is not this simple, or odd in
//! any way, is left to the loop.

use std::net::IpAddr;

use super::checksum::{fold, sum_words};
use super::datagram::NameDatagram;
use super::segment::{EncapsulationId, Endpoint, SegmentHead, TcpFlags};
use super::sequence::SeqNumber;
use super::tunnel::udp::{self, Announced};
use super::view::View;
use super::{ip, tcp};
use crate::capture::Slot;

/// What the straight way leads to.
pub(super) enum Straight {
    /// A segment.
    Segment(SegmentHead),
    /// An answer of a name service.
    Names(NameDatagram),
    /// Another protocol, in which no TCP can be.
    Nothing,
}

/// Reads a packet without tags, tunnels, extension headers and fragments; `None` for all others.
#[inline(always)]
pub(super) fn read(bytes: &[u8], slot: &Slot) -> Option<Straight> {
    let start = slot.start as usize;
    let end = start.saturating_add(slot.captured_len as usize);
    let packet = bytes.get(start..end)?;
    if let Some(head) = straightest(packet, slot) {
        return Some(Straight::Segment(head));
    }
    let view = View::new(packet, start, slot.original_len as usize);
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

/// Reads Ethernet, IPv4 without options and TCP: what nearly all packets of nearly all captures
/// are. All lengths must be possible; `None` for all others.
#[inline(always)]
fn straightest(packet: &[u8], slot: &Slot) -> Option<SegmentHead> {
    let (link, rest) = packet.split_first_chunk::<ETHERNET>()?;
    let (ip, rest) = rest.split_first_chunk::<IPV4>()?;
    let tcp = rest.first_chunk::<16>()?;
    let (
        &[
            [vihl, _, l0, l1],
            [i0, i1, f0, f1],
            [_, protocol, ..],
            source,
            destination,
        ],
        [],
    ) = ip.as_chunks::<4>()
    else {
        return None;
    };
    let is_part = u16::from_be_bytes([f0 & 0x3F, f1]) != 0;
    let total_len = usize::from(u16::from_be_bytes([l0, l1]));
    let is_straight = slot.link_type.0 == 1 && link.ends_with(&[0x08, 0x00]);
    if !is_straight || vihl != 0x45 || protocol != 6 || is_part || total_len < IPV4 + 16 {
        return None;
    }
    let wire_len = (slot.original_len as usize).max(packet.len());
    let ip_len = wire_len.saturating_sub(ETHERNET).min(total_len);
    let tcp_len = ip_len.saturating_sub(IPV4);
    let captured_len = rest.len().min(total_len.saturating_sub(IPV4));
    let (&[[sp0, sp1, dp0, dp1], seq, ack, [high, low, w0, w1]], []) = tcp.as_chunks::<4>() else {
        return None;
    };
    let tcp_header_len = (high >> 4).saturating_mul(4);
    let header_len = usize::from(tcp_header_len);
    if header_len < 20 || tcp_len < header_len {
        return None;
    }
    let end = |ip: [u8; 4], port| Endpoint {
        ip: IpAddr::from(ip),
        port: u16::from_be_bytes(port),
    };
    Some(SegmentHead {
        number: slot.number,
        time: slot.time,
        precision: slot.precision,
        interface: slot.interface,
        encapsulation: EncapsulationId::default(),
        source: end(source, [sp0, sp1]),
        destination: end(destination, [dp0, dp1]),
        seq: SeqNumber(u32::from_be_bytes(seq)),
        ack: SeqNumber(u32::from_be_bytes(ack)),
        flags: TcpFlags(u16::from_be_bytes([high & 0x0F, low])),
        window: u16::from_be_bytes([w0, w1]),
        ip_id: Some(u16::from_be_bytes([i0, i1])),
        ip_checksum_good: fold(sum_words(ip)) == 0xFFFF,
        ip_header_len: 20,
        tcp_header_len,
        payload_len: u32::try_from(tcp_len.saturating_sub(header_len)).ok()?,
        captured_payload_len: u32::try_from(captured_len.saturating_sub(header_len)).ok()?,
        original_len: slot.original_len.max(slot.captured_len),
        tcp_start: slot.start.checked_add(34)?,
        truncated: captured_len < tcp_len,
    })
}

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;

/// Bytes of an IPv4 header without options.
const IPV4: usize = 20;

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
