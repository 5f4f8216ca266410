//! The TCP header: the end of the way through a packet.
//!
//! A header that is cut before its 16th byte (the end of the window, as Wireshark does it), or whose data offset lies below 20 bytes or beyond
//! the segment, gives no segment. Options that were cut off leave a segment, marked as truncated.
//! Source: RFC 9293 §3.1.

use super::layer::IpContext;
use super::segment::{EncapsulationId, Endpoint, SegmentHead, TcpFlags};
use super::sequence::SeqNumber;
use super::view::{Stop, View};
use crate::capture::Slot;

/// The segment at the start of `view`, in the packet of `slot`.
#[inline(always)]
pub(super) fn segment<'a>(
    view: View<'a>,
    ip: &IpContext,
    slot: &Slot,
    encapsulation: EncapsulationId,
) -> Result<SegmentHead, Stop<'a>> {
    let [
        sp0,
        sp1,
        dp0,
        dp1,
        s0,
        s1,
        s2,
        s3,
        a0,
        a1,
        a2,
        a3,
        high,
        low,
        w0,
        w1,
    ] = view.array::<16>(0)?;
    let tcp_header_len = (high >> 4).saturating_mul(4);
    if tcp_header_len < 20 {
        return Err(Stop::Bad("the TCP header length is below 20 bytes"));
    }
    let header_len = usize::from(tcp_header_len);
    let Some(payload_len) = view.wire_len().checked_sub(header_len) else {
        return Err(Stop::Bad("the TCP header is longer than the segment"));
    };
    let captured_payload_len = view.len().saturating_sub(header_len);
    Ok(SegmentHead {
        number: slot.number,
        time: slot.time,
        precision: slot.precision,
        interface: slot.interface,
        encapsulation,
        source: Endpoint {
            ip: ip.source,
            port: u16::from_be_bytes([sp0, sp1]),
        },
        destination: Endpoint {
            ip: ip.destination,
            port: u16::from_be_bytes([dp0, dp1]),
        },
        seq: SeqNumber(u32::from_be_bytes([s0, s1, s2, s3])),
        ack: SeqNumber(u32::from_be_bytes([a0, a1, a2, a3])),
        flags: TcpFlags(u16::from_be_bytes([high & 0x0F, low])),
        window: u16::from_be_bytes([w0, w1]),
        ip_id: ip.id,
        ip_checksum_good: ip.checksum_good,
        ip_header_len: ip.header_len,
        tcp_header_len,
        payload_len: saturate(payload_len),
        captured_payload_len: saturate(captured_payload_len),
        original_len: slot.original_len.max(slot.captured_len),
        tcp_start: saturate(view.start()),
        truncated: view.is_cut() || ip.is_fragment,
    })
}

fn saturate(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
