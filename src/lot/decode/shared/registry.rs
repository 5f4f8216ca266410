//! Which decoders there are, and which of them suits a lot.

use crate::lot::decode::{ALL, Decoded, Decoder, LotBytes, hex, text};

/// All decoders, in order of name.
pub fn all() -> &'static [&'static dyn Decoder] {
    ALL
}

/// The decoder of this name.
pub fn by_name(name: &str) -> Option<&'static dyn Decoder> {
    ALL.iter().copied().find(|decoder| decoder.name() == name)
}

/// The decoder that fits best, the first by name of several; `hex` when none does.
///
/// A lot that comes in parts is judged by its first part.
pub fn auto(lot: &LotBytes<'_>) -> &'static dyn Decoder {
    let mut best = (None, hex::DECODER);
    for decoder in ALL.iter().copied() {
        let fit = decoder.fit(lot);
        if best.0 < fit {
            best = (fit, decoder);
        }
    }
    best.1
}

/// Shows a lot for a decoder that must see all of it, when that cannot be; false when it can.
///
/// Of a lot in parts, only the first says why.
pub(crate) fn is_declined(lot: &LotBytes<'_>, format: &str, out: &mut Decoded) -> bool {
    let Some(reason) = lot.why_not_all_here() else {
        return false;
    };
    if lot.is_whole || lot.offset == 0 {
        out.note(format_args!("not shown as {format}: {reason}"));
    }
    show_plainly(lot, out);
    true
}

/// Shows a lot that another decoder declines: as text when it is text, else as hex.
fn show_plainly(lot: &LotBytes<'_>, out: &mut Decoded) {
    match text::DECODER.fit(lot) {
        Some(_) => text::DECODER.decode(lot, out),
        None => hex::DECODER.decode(lot, out),
    }
}

/// Shows what is left of a lot without gaps from the index `from`, when a decoder stops there.
pub(crate) fn show_rest(lot: &LotBytes<'_>, from: usize, out: &mut Decoded) {
    let late: Vec<_> = lot
        .late
        .iter()
        .map(|range| range.start.saturating_sub(from)..range.end.saturating_sub(from))
        .filter(|range| range.start < range.end)
        .collect();
    let rest = LotBytes {
        offset: lot.offset_of(from),
        bytes: lot.bytes.get(from..).unwrap_or_default(),
        gaps: &[],
        late: &late,
        is_whole: false,
        ..*lot
    };
    show_plainly(&rest, out);
}
