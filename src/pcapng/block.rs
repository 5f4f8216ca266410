//! Where a block starts and ends, and whether its lengths can be true.
//!
//! Only lengths are judged here, never bodies. A total length that is not a multiple of four is
//! rounded up when the second length agrees, as old writers meant it; two lengths that disagree
//! are let pass when another block, or the end of the file, follows right behind.
//!
//! Limits: a block is at most
//! [`max_packet_bytes`](crate::capture::ReadLimits::max_packet_bytes) and its framing long.
//! Sources: draft-ietf-opsawg-pcapng, "General Block Structure"; rounding as in Wireshark's
//! `wiretap/pcapng.c`.

use pcap_file::pcapng::blocks::{
    ENHANCED_PACKET_BLOCK, INTERFACE_DESCRIPTION_BLOCK, INTERFACE_STATISTIC_BLOCK,
    NAME_RESOLUTION_BLOCK, PACKET_BLOCK, SECTION_HEADER_BLOCK, SIMPLE_PACKET_BLOCK,
};

use crate::capture::ByteOrder;

/// A block in memory whose lengths make sense.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    pub(super) kind: u32,
    /// Byte order of its section; a section header brings its own.
    pub(super) order: ByteOrder,
    /// What lies between the lengths.
    pub(super) body: &'a [u8],
    /// Bytes to the next block.
    pub(super) len: usize,
    /// What is odd about its lengths.
    pub(super) oddity: Option<Oddity>,
}

/// What is wrong with the lengths of a block that can be read all the same.
#[derive(Clone, Copy, Debug)]
pub(super) enum Oddity {
    Unaligned(u32),
    Disagree(u32, u32),
}

impl std::fmt::Display for Oddity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unaligned(len) => write!(f, "total length {len} is not a multiple of 4"),
            Self::Disagree(first, second) => {
                write!(f, "total lengths {first} and {second} disagree")
            }
        }
    }
}

/// Why there is no block to be had.
#[derive(Debug)]
pub(super) enum NoBlock {
    /// This many bytes are needed.
    Need(usize),
    /// The lengths cannot be true.
    Impossible(String),
}

/// The block at the start of `bytes`, in the byte order of its section.
#[inline]
pub(super) fn next_block(
    bytes: &[u8],
    section_order: ByteOrder,
    max_bytes: u32,
    at_end: bool,
) -> Result<Block<'_>, NoBlock> {
    let Some(kind) = section_order.u32_at(bytes, 0) else {
        return Err(NoBlock::Need(HEADER));
    };
    let order = if kind == SECTION_HEADER_BLOCK {
        section_byte_order(bytes)?
    } else {
        section_order
    };
    let Some(first) = order.u32_at(bytes, 4) else {
        return Err(NoBlock::Need(HEADER));
    };
    let len = check_length(kind, first, max_bytes)?;
    let Some((block, after)) = bytes.split_at_checked(len) else {
        return Err(NoBlock::Need(len));
    };
    let end = len.saturating_sub(TRAILER);
    let second = order.u32_at(block, end).unwrap_or_default();
    let oddity = if second != first {
        Some(check_disagreement(
            first,
            second,
            (len, after),
            order,
            (max_bytes, at_end),
        )?)
    } else if first & 3 != 0 {
        Some(Oddity::Unaligned(first))
    } else {
        None
    };
    Ok(Block {
        kind,
        order,
        body: block.get(HEADER..end).unwrap_or_default(),
        len,
        oddity,
    })
}

/// A section header says by its magic number in which order it is written.
fn section_byte_order(bytes: &[u8]) -> Result<ByteOrder, NoBlock> {
    match bytes.get(8..12) {
        Some([0x1a, 0x2b, 0x3c, 0x4d]) => Ok(ByteOrder::Big),
        Some([0x4d, 0x3c, 0x2b, 0x1a]) => Ok(ByteOrder::Little),
        Some(_) => Err(NoBlock::Impossible(
            "section header without a byte-order magic".to_owned(),
        )),
        None => Err(NoBlock::Need(12)),
    }
}

/// The bytes to the next block by the first of its lengths.
#[inline]
fn check_length(kind: u32, first: u32, max_bytes: u32) -> Result<usize, NoBlock> {
    let least = if kind == SECTION_HEADER_BLOCK { 28 } else { 12 };
    if first < least {
        return Err(NoBlock::Impossible(format!(
            "block of type {kind:#x}: total length {first} is less than {least}"
        )));
    }
    if max_bytes < first {
        return Err(NoBlock::Impossible(format!(
            "block of type {kind:#x}: total length {first}, at most {max_bytes} is possible"
        )));
    }
    Ok((first as usize).next_multiple_of(4))
}

/// Lets two lengths disagree where the first one is confirmed by what follows.
fn check_disagreement(
    first: u32,
    second: u32,
    (len, after): (usize, &[u8]),
    order: ByteOrder,
    (max_bytes, at_end): (u32, bool),
) -> Result<Oddity, NoBlock> {
    let oddity = Oddity::Disagree(first, second);
    if after.len() < HEADER && !at_end {
        return Err(NoBlock::Need(len.saturating_add(HEADER)));
    }
    if after.is_empty() || is_plausible(after, order, max_bytes) {
        Ok(oddity)
    } else {
        Err(NoBlock::Impossible(oddity.to_string()))
    }
}

fn is_plausible(bytes: &[u8], order: ByteOrder, max_bytes: u32) -> bool {
    match (order.u32_at(bytes, 0), order.u32_at(bytes, 4)) {
        (Some(SECTION_HEADER_BLOCK), Some(_)) => true,
        (Some(kind), Some(len)) => {
            matches!(kind, 1..=10 | CUSTOM_BLOCK | PRIVATE_CUSTOM_BLOCK)
                && check_length(kind, len, max_bytes).is_ok()
                && len & 3 == 0
        }
        _ => false,
    }
}

pub(super) const SECTION_HEADER: u32 = SECTION_HEADER_BLOCK;
pub(super) const INTERFACE_DESCRIPTION: u32 = INTERFACE_DESCRIPTION_BLOCK;
pub(super) const OBSOLETE_PACKET: u32 = PACKET_BLOCK;
pub(super) const SIMPLE_PACKET: u32 = SIMPLE_PACKET_BLOCK;
pub(super) const NAME_RESOLUTION: u32 = NAME_RESOLUTION_BLOCK;
pub(super) const INTERFACE_STATISTICS: u32 = INTERFACE_STATISTIC_BLOCK;
pub(super) const ENHANCED_PACKET: u32 = ENHANCED_PACKET_BLOCK;
/// Unknown to pcap-file.
pub(super) const DECRYPTION_SECRETS: u32 = 10;
/// Bytes before a body: type and length.
pub(super) const HEADER: usize = 8;
/// Bytes after a body: length.
pub(super) const TRAILER: usize = 4;
/// Bytes of framing around a body.
pub(super) const FRAMING: u32 = 12;
const CUSTOM_BLOCK: u32 = 0x0000_0bad;
const PRIVATE_CUSTOM_BLOCK: u32 = 0x4000_0bad;
