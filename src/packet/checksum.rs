//! The Internet checksum of IPv4 headers and TCP segments.
//!
//! Sums 32-bit words in memory order in 64-bit lanes: the one's-complement sum does not depend
//! on the byte order (RFC 1071 §2 B), and the loop has no carry for the compiler to vectorise.
//! Does not judge: a wrong sum is counted elsewhere, since offloading makes it normal.
//! Sources: RFC 1071, RFC 9293 §3.1, RFC 8200 §8.1.

use std::net::IpAddr;

use super::segment::{Checksum, Segment};

impl Segment<'_> {
    /// What the IPv4 header checksum and the TCP checksum say.
    ///
    /// [`Checksum::Unknown`] where bytes are missing, unless the IPv4 header is already wrong.
    /// Reads the whole payload.
    pub fn checksum(&self) -> Checksum {
        let head = &self.head;
        if !head.ip_checksum_good {
            return Checksum::Bad;
        }
        let whole = self.header.len() == usize::from(head.tcp_header_len)
            && self.payload.len() == head.payload_len as usize;
        if head.truncated || !whole {
            return Checksum::Unknown;
        }
        let len = head.payload_len.saturating_add(head.tcp_header_len.into());
        let total = sum(self.header)
            .wrapping_add(sum(self.payload))
            .wrapping_add(pseudo_header(head.source.ip, head.destination.ip, TCP, len));
        if is_right(total) {
            Checksum::Good
        } else {
            Checksum::Bad
        }
    }
}

/// The checksum that belongs at `at`, an even offset, of `bytes`, with the sum of what it covers
/// beside them.
pub(super) fn expected(bytes: &[u8], at: usize, beside: u64) -> u16 {
    let before = bytes.get(..at).unwrap_or(bytes);
    let behind = bytes.get(at.saturating_add(2)..).unwrap_or_default();
    !in_network_order(sum(before).wrapping_add(sum(behind)).wrapping_add(beside))
}

/// A sum folded to the 16 bits that stand in a packet.
pub(super) fn in_network_order(total: u64) -> u16 {
    u16::from_be_bytes(fold(total).to_ne_bytes())
}

/// The sum over addresses, protocol number and length of what follows the IP header.
pub(super) fn pseudo_header(source: IpAddr, destination: IpAddr, protocol: u8, len: u32) -> u64 {
    u64::from(len.to_be())
        .wrapping_add(u32::from(protocol).to_be().into())
        .wrapping_add(address(source))
        .wrapping_add(address(destination))
}

fn address(ip: IpAddr) -> u64 {
    match ip {
        IpAddr::V4(ip) => u32::from_ne_bytes(ip.octets()).into(),
        IpAddr::V6(ip) => sum_words(&ip.octets()),
    }
}

/// The sum of `bytes` as 32-bit words in memory order, zero-padded; not folded.
///
/// Reads two words at a time: one lane sums both of them, its carries lost, the other the upper
/// ones; the difference is the sum of the lower ones. They overflow only beyond 32 GiB.
#[inline]
fn sum(bytes: &[u8]) -> u64 {
    let (pairs, rest) = bytes.as_chunks::<8>();
    let (mut both, mut upper) = (0_u64, 0_u64);
    for pair in pairs {
        let pair = u64::from_ne_bytes(*pair);
        both = both.wrapping_add(pair);
        upper = upper.wrapping_add(pair >> 32);
    }
    let (word, tail) = rest.as_chunks::<4>();
    both.wrapping_sub(upper << 32)
        .wrapping_add(upper)
        .wrapping_add(sum_words(word.as_flattened()))
        .wrapping_add(sum_tail(tail))
}

/// At most three bytes.
#[inline]
fn sum_tail(tail: &[u8]) -> u64 {
    match *tail {
        [a] => u16::from_ne_bytes([a, 0]).into(),
        [a, b] => u16::from_ne_bytes([a, b]).into(),
        [a, b, c, ..] => u32::from_ne_bytes([a, b, c, 0]).into(),
        [] => 0,
    }
}

/// The same for a few bytes, a multiple of 4.
#[inline]
pub(super) fn sum_words(bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().fold(0, |total: u64, word| {
        total.wrapping_add(u32::from_ne_bytes(*word).into())
    })
}

/// True for the sum over something with a checksum that is right.
///
/// Folding with end-around carry is the remainder by 65,535, but that it gives this number for all
/// multiples but zero.
#[inline]
pub(super) const fn is_right(total: u64) -> bool {
    total != 0 && total.is_multiple_of(0xFFFF)
}

/// Folds a sum to 16 bits with end-around carry; 0xFFFF where a checksum is right.
#[inline]
pub(super) fn fold(total: u64) -> u16 {
    let mut total = total;
    // Each round halves the bits: 64, 33, 18, 17, 16.
    for shift in [32, 16, 16, 16] {
        let mask = (1_u64 << shift).wrapping_sub(1);
        total = (total & mask).wrapping_add(total >> shift);
    }
    u16::try_from(total & 0xFFFF).unwrap_or(u16::MAX)
}

/// The protocol number of TCP.
const TCP: u8 = 6;
