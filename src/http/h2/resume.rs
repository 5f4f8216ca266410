//! Connections of HTTP/2 whose start was not captured: told by their frames, and read without the
//! table of fields that they built up.
//!
//! Frames have no mark of their own. So the first bytes of a direction must be at least two whole
//! frames that keep all rules, fields among them, or three; other bytes do so less than once in
//! millions. Deliberately absent: the search for a frame in the middle of a piece.
//! Source: RFC 9113 §4.1, §6; RFC 7541 §2.3.2, §4.

use loona_hpack::Decoder;

/// True for bytes that start with frames.
pub(in super::super) fn are_frames(mut bytes: &[u8]) -> bool {
    let mut whole = 0_u32;
    let mut has_fields = false;
    while let Some((head, rest)) = bytes.split_first_chunk::<HEAD_BYTES>() {
        let [high, middle, low, kind, flags, stream @ ..] = *head;
        let len = u32::from_be_bytes([0, high, middle, low]);
        if !keeps_rules(kind, flags, u32::from_be_bytes(stream), len) {
            return false;
        }
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let Some(behind) = rest.get(len..) else {
            break;
        };
        whole = whole.saturating_add(1);
        has_fields |= kind == 1 && flags & END_HEADERS != 0 && 0 < len;
        bytes = behind;
    }
    3 <= whole || 2 <= whole && has_fields
}

/// True for a frame that a sender may send.
const fn keeps_rules(kind: u8, flags: u8, stream: u32, len: u32) -> bool {
    let (known_flags, is_of_stream, fits) = match kind {
        0 => (0x09, true, true),
        1 => (0x2d, true, true),
        2 => (0, true, len == 5),
        3 => (0, true, len == 4),
        4 => (
            0x01,
            false,
            len.is_multiple_of(6) && (flags == 0 || len == 0),
        ),
        6 => (0x01, false, len == 8),
        7 => (0, false, 8 <= len),
        8 => return flags == 0 && len == 4 && stream >> 31 == 0,
        9 => (0x04, true, true),
        _ => return false,
    };
    let fits_stream = is_of_stream == (stream != 0) && stream >> 31 == 0;
    flags & !known_flags == 0 && fits_stream && fits && len <= MAX_FRAME_BYTES
}

/// Fills the table of a decoder that has missed its start with fields of the name [`MISSING`], so
/// that what refers to a field before is told from what does not, and the places of later fields
/// are right.
pub(super) fn fill(decoder: &mut Decoder<'_>) {
    let field = [0x40, 1, MISSING, 0];
    let mut block = TABLE_SIZE.to_vec();
    (0..MISSING_FIELDS).for_each(|_| block.extend_from_slice(&field));
    // It is a block as the format has it.
    let _: Result<(), _> = decoder.decode_with_cb(&block, |_, _| {});
}

/// The name of a field that was not captured; no field is called so (RFC 9110 §5.1).
pub(super) const MISSING: u8 = b'?';

/// A table of 64 KiB (RFC 7541 §6.3).
const TABLE_SIZE: &[u8] = &[0x3f, 0xe1, 0xff, 0x03];
/// The most fields of the least size that such a table takes.
const MISSING_FIELDS: usize = (64 << 10) / 33;
const HEAD_BYTES: usize = 9;
const END_HEADERS: u8 = 0x04;
/// What a receiver allows that says nothing is 16 KiB; some allow more.
const MAX_FRAME_BYTES: u32 = 1 << 20;
