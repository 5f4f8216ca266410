//! Which format an input has, by its first bytes.
//!
//! Limits: only pcap and pcapng are recognised; the name of a file plays no part.
//! Sources: draft-ietf-opsawg-pcap and -pcapng; magic numbers of the variants after libpcap's
//! `sf-pcap.c` and Wireshark's `wiretap/libpcap.c`.

use super::ReadLimits;
use super::byte_order::ByteOrder;
use super::pcap::{self, PcapReader};
use crate::pcapng::BlockReader;

/// A format and what it remembers of its input.
#[derive(Debug)]
pub(crate) enum Format {
    /// Classic pcap in one of its variants.
    Pcap(PcapReader),
    /// pcapng.
    Blocks(BlockReader),
}

/// What the first bytes say.
#[derive(Debug)]
pub(crate) enum Recognised {
    /// A format, and how many of the bytes are its header.
    Yes(Box<Format>, usize),
    /// This many bytes of header are needed.
    Need(&'static str, usize),
    /// A version that is not read.
    Version(&'static str, u16, u16),
    /// Neither pcap nor pcapng.
    No,
}

/// Bytes that decide over every format.
pub(crate) const HEAD_BYTES: usize = 24;

/// Looks at the first bytes of an input.
pub(crate) fn recognise(head: &[u8], limits: &ReadLimits) -> Recognised {
    let Some(magic) = head.first_chunk() else {
        return Recognised::No;
    };
    if *magic == SECTION_HEADER {
        return recognise_blocks(head, limits);
    }
    match pcap::Magic::from_bytes(*magic) {
        Some(magic) => recognise_pcap(magic, head, limits),
        None => Recognised::No,
    }
}

fn recognise_pcap(magic: pcap::Magic, head: &[u8], limits: &ReadLimits) -> Recognised {
    let needed = magic.header_len();
    let Some(header) = pcap::FileHeader::parse(magic, head) else {
        return Recognised::Need("pcap", needed);
    };
    if !header.is_supported() {
        return Recognised::Version("pcap", header.major, header.minor);
    }
    let reader = PcapReader::new(magic, &header, limits);
    Recognised::Yes(Box::new(Format::Pcap(reader)), needed)
}

fn recognise_blocks(head: &[u8], limits: &ReadLimits) -> Recognised {
    let order = match head.get(8..12) {
        Some([0x1a, 0x2b, 0x3c, 0x4d]) => ByteOrder::Big,
        Some([0x4d, 0x3c, 0x2b, 0x1a]) => ByteOrder::Little,
        Some(_) => return Recognised::No,
        None => return Recognised::Need("pcapng", HEAD_BYTES),
    };
    let (Some(major), Some(minor), HEAD_BYTES..) =
        (order.u16_at(head, 12), order.u16_at(head, 14), head.len())
    else {
        return Recognised::Need("pcapng", HEAD_BYTES);
    };
    if major != 1 {
        return Recognised::Version("pcapng", major, minor);
    }
    let reader = BlockReader::new(order, limits);
    Recognised::Yes(Box::new(Format::Blocks(reader)), 0)
}

const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
