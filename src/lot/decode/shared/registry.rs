//! Which decoders there are, and which of them suits a lot.

use crate::lot::decode::{ALL, Decoded, Decoder, Gap, LotBytes, hex, text};

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
pub(crate) fn show_plainly(lot: &LotBytes<'_>, out: &mut Decoded) {
    match text::DECODER.fit(lot) {
        Some(_) => text::DECODER.decode(lot, out),
        None => hex::DECODER.decode(lot, out),
    }
}

/// Shows what is left of a lot from the index `from`, when a decoder stops there; no gap lies before.
pub(crate) fn show_rest(lot: &LotBytes<'_>, from: usize, out: &mut Decoded) {
    let gaps: Vec<_> = lot
        .gaps
        .iter()
        .map(|gap| Gap {
            at: gap.at.saturating_sub(from),
            ..*gap
        })
        .collect();
    let rest = LotBytes {
        offset: lot
            .offset
            .saturating_add(u64::try_from(from).unwrap_or(u64::MAX)),
        bytes: lot.bytes.get(from..).unwrap_or_default(),
        gaps: &gaps,
        late: &lot.late_within(from..usize::MAX),
        is_whole: false,
        known: None,
        ..*lot
    };
    out.close_line();
    show_plainly(&rest, out);
}
