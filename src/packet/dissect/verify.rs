//! Checksum fields, and what they should be.
//!
//! A sum that covers the pseudo header alone is what a host leaves for its network card to
//! complete, and is said to be that.
//! Sources: RFC 1071, RFC 9293 §3.1, IEEE 802.3 §3.2.9.

use super::super::checksum;
use super::header::Header;

/// A field of 16 bits that is right, wrong, or cannot be verified without `expected`.
///
/// `pseudo` is the sum over the pseudo header, where the checksum covers one.
pub(super) fn put(
    header: &mut Header<'_>,
    name: &'static str,
    expected: Option<u16>,
    pseudo: Option<u64>,
) -> Option<()> {
    let found = u16::from_be_bytes(header.peek()?);
    let is_fragment = header.place.ip.is_fragment;
    let Some(expected) = expected else {
        let field = header.put(name, 2, format_args!("0x{found:04x} (not verified)"))?;
        field.note(if is_fragment {
            "covers a datagram of which this is a fragment"
        } else {
            "not all bytes captured"
        });
        return Some(());
    };
    // Both are zero in the arithmetic of the sum.
    let are_zero = matches!((found, expected), (0, 0xFFFF) | (0xFFFF, 0));
    if found == expected || are_zero {
        header.put(name, 2, format_args!("0x{found:04x} (good)"))?;
        return Some(());
    }
    let is_offloaded = pseudo.is_some_and(|pseudo| checksum::in_network_order(pseudo) == found);
    let field = header.put(name, 2, format_args!("0x{found:04x}"))?;
    let hint = if is_offloaded {
        ", as checksum offload leaves it"
    } else {
        ""
    };
    field.note(format!("wrong, should be 0x{expected:04x}{hint}"));
    Some(())
}

/// The frame check sequence of IEEE 802 over a frame, in the order of its bytes.
pub(super) fn frame_check_sequence(frame: &[u8]) -> [u8; 4] {
    let mut remainder = u32::MAX;
    for byte in frame {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = if remainder & 1 == 1 { POLYNOMIAL } else { 0 };
            remainder = (remainder >> 1) ^ carry;
        }
    }
    (!remainder).to_le_bytes()
}

/// The generator polynomial of CRC-32, bits reversed.
const POLYNOMIAL: u32 = 0xEDB8_8320;

#[cfg(test)]
mod tests {
    use super::frame_check_sequence;

    #[test]
    fn the_check_value_of_the_polynomial_comes_out() {
        assert_eq!(
            frame_check_sequence(b"123456789"),
            0xCBF4_3926_u32.to_le_bytes()
        );
    }
}
