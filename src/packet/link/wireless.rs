//! IEEE 802.11 data frames and the radio headers before them.
//!
//! Reads unencrypted data frames with LLC, and aggregates (A-MSDU), each of whose frames is
//! decoded. Does not decrypt, and does not join fragments of the radio layer.
//! Limits: at most [`MAX_SUBFRAMES`] frames of an aggregate.
//! Sources: IEEE 802.11 §9.2 and §9.3.2, radiotap.org, the CACE PPI specification §3.

use super::super::layer::{Layer, Path};
use super::super::view::{Step, Stop, View};
use crate::capture::LinkType;

/// Reads an IEEE 802.11 frame; `padded` when the body starts at a multiple of 4.
pub(in super::super) fn frame<'a>(view: View<'a>, padded: bool, path: &mut Path) -> Step<'a> {
    let [control, flags] = view.array(0)?;
    let data = control & 0x0C == 0x08 && control & 0x43 == 0;
    if !data || flags & PROTECTED != 0 || view.u8(22)? & 0x0F != 0 {
        return Err(Stop::Other);
    }
    let mut len: usize = if flags & 0x03 == 0x03 { 30 } else { 24 };
    let mut aggregate = false;
    if control & 0x80 != 0 {
        aggregate = view.u8(len)? & 0x80 != 0;
        len = len.saturating_add(2);
        if flags & ORDER != 0 {
            len = len.saturating_add(4);
        }
    }
    if padded {
        len = len.next_multiple_of(4);
    }
    let body = view.skip(len)?;
    if aggregate {
        subframes(body, path)
    } else {
        Ok((Layer::Llc, body))
    }
}

/// Puts all frames of an aggregate aside but the first, which is next.
fn subframes<'a>(body: View<'a>, path: &mut Path) -> Step<'a> {
    let first = subframe(body)?;
    let mut rest = body;
    for _ in 1..MAX_SUBFRAMES {
        let Ok(len) = rest.be16(12) else { break };
        let Ok(next) = rest.skip(usize::from(len).saturating_add(14).next_multiple_of(4)) else {
            break;
        };
        rest = next;
        match subframe(rest) {
            Ok((layer, view)) => path.put_aside(layer, view),
            Err(_) => break,
        }
    }
    Ok(first)
}

/// Reads the header of one frame of an aggregate: two addresses and a length.
fn subframe(view: View<'_>) -> Step<'_> {
    let len = usize::from(view.be16(12)?);
    Ok((Layer::Llc, view.skip(14)?.limit(len)))
}

/// Reads a radiotap header, whose flags say whether the body is padded.
pub(in super::super) fn radiotap(view: View<'_>) -> Step<'_> {
    const MORE_WORDS: u32 = 1 << 31;
    let len = usize::from(view.le16(2)?);
    let present = view.le32(4)?;
    let mut at: usize = 8;
    let mut word = present;
    while word & MORE_WORDS != 0 {
        word = view.le32(at)?;
        at = at.saturating_add(4);
    }
    // Fields are aligned to their own size; the clock of 8 bytes stands before the flags.
    if present & 0x01 != 0 {
        at = at.next_multiple_of(8).saturating_add(8);
    }
    let padded = present & 0x02 != 0 && view.u8(at)? & 0x20 != 0;
    if len < 8 {
        return Err(Stop::Bad("the radiotap header is shorter than its fields"));
    }
    view.then(len, Layer::Wireless { padded })
}

/// Reads a Prism or AVS header, told apart by the magic number of AVS; without either, none.
pub(in super::super) fn prism(view: View<'_>) -> Step<'_> {
    let wireless = Layer::Wireless { padded: false };
    if view.be32(0)? & 0xFFFF_F000 == 0x8021_1000 {
        return view.then(
            usize::try_from(view.be32(4)?).map_err(|_| Stop::Cut)?,
            wireless,
        );
    }
    // Prism headers are in the byte order of the host, and 144 bytes long as a rule.
    let (little, big) = (view.le32(4)?, view.be32(4)?);
    let len = usize::try_from(little.min(big)).map_err(|_| Stop::Cut)?;
    match view.le32(0)?.min(view.be32(0)?) {
        0x41 | 0x44 => view.then(len, wireless),
        _ => Ok((wireless, view)),
    }
}

/// Reads a per-packet information header: its length, and the link type of what follows.
pub(in super::super) fn ppi(view: View<'_>) -> Step<'_> {
    let len = usize::from(view.le16(2)?);
    let link_type = u16::try_from(view.le32(4)?).map_err(|_| Stop::Other)?;
    if len < 8 {
        return Err(Stop::Bad("the PPI header is shorter than its fields"));
    }
    view.then(len, Layer::Link(LinkType(link_type)))
}

/// Flag bit of an encrypted body.
const PROTECTED: u8 = 0x40;
/// Flag bit that announces an HT control field in a quality-of-service frame.
const ORDER: u8 = 0x80;
/// Frames read of one aggregate; 64 fill the largest with small segments.
const MAX_SUBFRAMES: usize = 64;
