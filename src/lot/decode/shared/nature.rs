//! Bytes within others, shown by what they are: unpacked, laid out, as text, or as hex.
//!
//! What holds them may say what they are (`Content-Type`); that decides only between formats that
//! bytes cannot tell by themselves, and never against the bytes.
//!
//! Limits: formats within formats are followed 4 deep, and no more than 1 MiB of a lot is unpacked,
//! whatever is packed in what; beyond that, bytes are shown as text or hex, behind a note.

use super::inner::Inner;
use super::lot_bytes::LotBytes;
use super::registry::{is_declined, show_plainly, show_rest};
use super::unpack::Coding;
use crate::lot::decode::{Decoded, Fit, form, json, msgpack, multipart, protobuf, xml};

/// What may still be done with formats within formats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nesting {
    levels: usize,
    room_bytes: usize,
}

impl Nesting {
    /// That of a lot.
    pub(crate) const fn of_lot() -> Self {
        Self {
            levels: MAX_LEVELS,
            room_bytes: MAX_UNPACKED_BYTES,
        }
    }

    /// For bytes within others; `None` when they are too deep.
    fn deeper(&mut self) -> Option<Deeper<'_>> {
        self.levels = self.levels.checked_sub(1)?;
        Some(Deeper { nesting: self })
    }
}

/// One level deeper, for as long as this lives.
struct Deeper<'a> {
    nesting: &'a mut Nesting,
}

impl Drop for Deeper<'_> {
    fn drop(&mut self) {
        self.nesting.levels += 1;
    }
}

/// Shows all bytes of a lot without gaps. `media_type` is what they are said to be, in lower case.
pub(crate) fn show(lot: &LotBytes<'_>, media_type: &str, nesting: &mut Nesting, out: &mut Decoded) {
    out.close_line();
    if let Some(coding) = Coding::of(lot.bytes) {
        show_coded(lot, &[coding], "", nesting, out);
    } else if json::is_json(lot) || media_type.contains("json") {
        json::show_texts(lot, out);
    } else if xml::is_xml(lot) {
        xml::show(lot, out);
    } else if multipart::is_multipart(lot.bytes) {
        show_parts(lot, nesting, out);
    } else if media_type.starts_with(form::MEDIA_TYPE) {
        form::show_fields(lot, 0..lot.bytes.len(), out);
    } else if media_type.contains("protobuf") || media_type.starts_with("application/grpc") {
        protobuf::show(lot, nesting, out);
    } else if media_type.contains("msgpack") || msgpack::is_msgpack(lot) {
        msgpack::show(lot, out);
    } else {
        show_plainly(lot, out);
    }
    out.close_line();
}

fn show_parts(lot: &LotBytes<'_>, nesting: &mut Nesting, out: &mut Decoded) {
    match nesting.deeper() {
        Some(deeper) => multipart::show(lot, deeper.nesting, out),
        None => show_too_deep(lot, out),
    }
}

fn show_too_deep(lot: &LotBytes<'_>, out: &mut Decoded) {
    out.note(format_args!("nested deeper than {MAX_LEVELS} formats"));
    show_plainly(lot, out);
    out.close_line();
}

/// Shows what was packed with these codings, the last of them outermost.
pub(crate) fn show_coded(
    lot: &LotBytes<'_>,
    codings: &[Coding],
    media_type: &str,
    nesting: &mut Nesting,
    out: &mut Decoded,
) {
    let Some((coding, within)) = codings.split_last() else {
        return show(lot, media_type, nesting, out);
    };
    let Some(deeper) = nesting.deeper() else {
        return show_too_deep(lot, out);
    };
    let nesting = &mut *deeper.nesting;
    let unpacked = coding.unpack_all(lot.bytes, nesting.room_bytes);
    let (used, length) = (unpacked.used, unpacked.bytes.len());
    nesting.room_bytes = nesting.room_bytes.saturating_sub(length);
    if 0 < length || unpacked.stop.is_none() {
        out.note(format_args!("{coding}: {length} bytes from {used}"));
        for name in unpacked.names {
            let name = String::from_utf8_lossy(&name);
            out.note(format_args!("name: {name}"));
        }
        let inner = Inner::made(lot, &(0..used), unpacked.bytes);
        show_coded(&inner.lot(), within, media_type, nesting, out);
    }
    if let Some(reason) = unpacked.stop {
        let from = if length == 0 { 0 } else { used };
        out.note(format_args!("no {coding} from byte {from} on: {reason}"));
        show_rest(lot, from, out);
    } else if used < lot.bytes.len() {
        out.note(format_args!("no {coding} from byte {used} on"));
        let rest = Inner::part(lot, used..lot.bytes.len());
        show(&rest.lot(), "", nesting, out);
    }
    out.close_line();
}

/// Shows a lot that is packed, for the decoder of a coding.
pub(crate) fn show_packed_lot(lot: &LotBytes<'_>, coding: Coding, out: &mut Decoded) {
    if !is_declined(lot, &coding.to_string(), out) {
        out.close_line();
        show_coded(lot, &[coding], "", &mut Nesting::of_lot(), out);
    }
}

/// Certain when all of a lot unpacks, or as much of it as there is room for.
pub(crate) fn fit_packed(lot: &LotBytes<'_>, coding: Coding) -> Option<Fit> {
    if lot.why_not_all_here().is_some() || Coding::of(lot.bytes) != Some(coding) {
        return None;
    }
    let unpacked = coding.unpack_all(lot.bytes, MAX_UNPACKED_BYTES);
    let is_full = unpacked.bytes.len() == MAX_UNPACKED_BYTES;
    let is_all = unpacked.stop.is_none() && unpacked.used == lot.bytes.len();
    (is_full || is_all).then_some(Fit::Certain)
}

const MAX_LEVELS: usize = 4;
const MAX_UNPACKED_BYTES: usize = 1 << 20;
