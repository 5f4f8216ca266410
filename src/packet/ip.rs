//! IPv4 and IPv6 headers, and the extension headers between them and TCP.
//!
//! The length field decides where the payload ends, so that padding and trailers of the link are
//! never payload; where it goes beyond the packet, the packet decides. A length of 0 (segmentation
//! offload) means all of the packet. Fragments leave as [`Stop::Fragment`]; a first fragment that
//! the snapshot length cut cannot be joined and is read by itself. Does not look into ESP.
//! Sources: RFC 791 §3.1, RFC 8200 §3 and §4, RFC 4302 §2, RFC 8754 §2.

use std::net::{IpAddr, Ipv6Addr};

use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice};

use super::checksum::{is_right, sum_words};
use super::fragment::Fragment;
use super::layer::{IpContext, Layer, Path};
use super::view::{Step, Stop, View};

/// An IP header that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    /// Addresses and what else a segment keeps.
    pub(super) context: IpContext,
    /// Protocol, or next header.
    pub(super) protocol: u8,
    /// What follows, up to the end of the datagram.
    pub(super) payload: View<'a>,
    /// Length of that by the header.
    payload_len: usize,
    /// Where the payload belongs in an IPv4 datagram in fragments.
    offset: u32,
    /// More fragments follow.
    more: bool,
}

/// Reads an IP header of either version, and parts from fragments.
pub(super) fn step<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let header = header(view)?;
    path.ip = header.context;
    if !header.is_fragment() {
        return Ok((Layer::Transport(header.protocol), header.payload));
    }
    let fragment = Fragment {
        id: header.context.id.unwrap_or(0).into(),
        protocol: header.protocol,
        offset: header.offset,
        more: header.more,
        bytes: header.payload.bytes(),
    };
    fragmented(fragment, header.payload, header.payload_len, path)
}

/// Reads an IP header of either version.
#[inline(always)]
pub(super) fn header(view: View<'_>) -> Result<Header<'_>, Stop<'_>> {
    match view.u8(0)? >> 4 {
        4 => ipv4(view),
        6 => ipv6(view),
        _ => Err(Stop::Bad("the IP version is neither 4 nor 6")),
    }
}

impl Header<'_> {
    /// True where the payload is a part of a datagram.
    #[inline]
    pub(super) const fn is_fragment(&self) -> bool {
        self.offset != 0 || self.more
    }
}

#[inline(always)]
fn ipv4(view: View<'_>) -> Result<Header<'_>, Stop<'_>> {
    let header_len = usize::from(view.u8(0)? & 0x0F).saturating_mul(4);
    if header_len < 20 {
        return Err(Stop::Bad("the IPv4 header length is below 20 bytes"));
    }
    let header = Ipv4HeaderSlice::from_slice(view.bytes()).map_err(|_| Stop::Cut)?;
    let total_len = match usize::from(header.total_len()) {
        0 => view.wire_len(),
        total_len => total_len,
    };
    if total_len < header_len {
        return Err(Stop::Bad(
            "the IPv4 total length is shorter than its header",
        ));
    }
    Ok(Header {
        context: IpContext {
            source: IpAddr::V4(header.source_addr()),
            destination: IpAddr::V4(header.destination_addr()),
            id: Some(header.identification()),
            checksum_good: is_right(sum_words(header.slice())),
            is_fragment: false,
            header_len: u16::try_from(header_len).unwrap_or(u16::MAX),
        },
        protocol: header.protocol().0,
        payload: view.limit(total_len).skip(header_len)?,
        payload_len: total_len.saturating_sub(header_len),
        offset: header.fragments_offset().byte_offset().into(),
        more: header.more_fragments(),
    })
}

#[inline(always)]
fn ipv6(view: View<'_>) -> Result<Header<'_>, Stop<'_>> {
    let header = Ipv6HeaderSlice::from_slice(view.bytes()).map_err(|_| Stop::Cut)?;
    let rest = view.skip(40)?;
    let payload = match usize::from(header.payload_length()) {
        // Segmentation offload, or a jumbogram (RFC 2675 §3): all of the packet.
        0 => rest,
        payload_len => rest.limit(payload_len),
    };
    Ok(Header {
        context: IpContext {
            source: IpAddr::V6(header.source_addr()),
            destination: IpAddr::V6(header.destination_addr()),
            id: None,
            checksum_good: true,
            is_fragment: false,
            header_len: 40,
        },
        protocol: header.next_header().0,
        payload,
        payload_len: payload.wire_len(),
        offset: 0,
        more: false,
    })
}

/// Passes an IPv6 extension header whose length counts units of 8 bytes (RFC 8200 §4).
pub(super) fn extension<'a>(protocol: u8, view: View<'a>, path: &mut Path) -> Step<'a> {
    if path.ip.source.is_ipv4() {
        return Err(Stop::Other);
    }
    let [next, units] = view.array(0)?;
    let len = usize::from(units).saturating_add(1).saturating_mul(8);
    if protocol == 43
        && let Some(last) = final_destination(view.limit(len))
    {
        path.ip.destination = IpAddr::V6(last);
    }
    lengthen(path, len);
    view.then(len, Layer::Transport(next))
}

/// Where a routing header that is not used up leads in the end (RFC 8200 §8.1).
fn final_destination(header: View<'_>) -> Option<Ipv6Addr> {
    let [_, _, kind, segments_left] = header.array(0).ok()?;
    if segments_left == 0 {
        return None;
    }
    let at = match kind {
        // Source route and mobility: the last address of the list.
        0 | 2 => header.wire_len().checked_sub(16)?,
        // Segment routing lists the way backwards.
        4 => 8,
        _ => return None,
    };
    if at < 8 {
        return None;
    }
    header.array::<16>(at).ok().map(Ipv6Addr::from)
}

/// Passes an authentication header, whose length counts units of 4 bytes, minus 2.
pub(super) fn authentication<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let [next, units] = view.array(0)?;
    let len = usize::from(units).saturating_add(2).saturating_mul(4);
    if path.ip.source.is_ipv6() {
        lengthen(path, len);
    }
    view.then(len, Layer::Transport(next))
}

/// Reads an IPv6 fragment header (RFC 8200 §4.5).
pub(super) fn fragment_header<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    if path.ip.source.is_ipv4() {
        return Err(Stop::Other);
    }
    let [protocol, _, high, low, i0, i1, i2, i3] = view.array(0)?;
    let payload = view.skip(8)?;
    lengthen(path, 8);
    let offset_and_flags = u16::from_be_bytes([high, low]);
    let fragment = Fragment {
        id: u32::from_be_bytes([i0, i1, i2, i3]),
        protocol,
        offset: u32::from(offset_and_flags & 0xFFF8),
        more: offset_and_flags & 1 == 1,
        bytes: payload.bytes(),
    };
    if fragment.offset == 0 && !fragment.more {
        return Ok((Layer::Transport(protocol), payload));
    }
    fragmented(fragment, payload, payload.wire_len(), path)
}

/// A fragment of `len` bytes by its header goes to the others if all of them were captured.
fn fragmented<'a>(
    fragment: Fragment<'a>,
    payload: View<'a>,
    len: usize,
    path: &mut Path,
) -> Step<'a> {
    if len <= payload.len() {
        Err(Stop::Fragment(fragment))
    } else if fragment.offset == 0 {
        path.ip.is_fragment = true;
        Ok((Layer::Transport(fragment.protocol), payload))
    } else {
        Err(Stop::Other)
    }
}

fn lengthen(path: &mut Path, len: usize) {
    let len = u16::try_from(len).unwrap_or(u16::MAX);
    path.ip.header_len = path.ip.header_len.saturating_add(len);
}
