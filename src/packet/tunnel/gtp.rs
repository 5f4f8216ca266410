//! GTP-U, the user plane of mobile networks: version 1, and version 0 of the first GPRS networks.
//!
//! Only messages that carry a user packet (G-PDU) are entered; signalling is not.
//! Sources: 3GPP TS 29.281 §5, 3GPP TS 09.60 §6.

use super::super::layer::{Layer, Path};
use super::super::view::{Step, Stop, View};
use super::{looks_like_ethernet, looks_like_ip};

/// Reads a GTP header with its extension headers.
pub(in super::super) fn step<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let [flags, message, l0, l1, t0, t1, t2, t3] = view.array(0)?;
    if message != G_PDU || flags & 0x10 == 0 {
        return Err(Stop::Other);
    }
    let body_len = usize::from(u16::from_be_bytes([l0, l1]));
    let (header_len, fixed_len, id) = match flags >> 5 {
        0 => (20, 20, view.be32(16)?),
        1 => (
            extensions_end(view, flags)?,
            8,
            u32::from_be_bytes([t0, t1, t2, t3]),
        ),
        _ => return Err(Stop::Other),
    };
    let payload = view
        .limit(body_len.saturating_add(fixed_len))
        .skip(header_len)?;
    path.tunnel("GTP-U", Some(id));
    if looks_like_ip(payload) {
        Ok((Layer::Ip, payload))
    } else if looks_like_ethernet(payload) {
        Ok((Layer::Ethernet, payload))
    } else if matches!(
        payload.array(0)?,
        [0xFF, 0x03] | [0x00, 0x21] | [0x00, 0x57]
    ) {
        Ok((Layer::Ppp, payload))
    } else {
        lenient(payload)
    }
}

/// A packet that was cut in the network is longer by its own header than the tunnel holds.
fn lenient(payload: View<'_>) -> Step<'_> {
    match payload.u8(0)? {
        0x45..=0x4F | 0x60..=0x6F => Ok((Layer::Ip, payload)),
        _ => Err(Stop::Other),
    }
}

/// Where the extension headers of version 1 end; each counts units of 4 bytes.
fn extensions_end(view: View<'_>, flags: u8) -> Result<usize, Stop<'static>> {
    if flags & 0x07 == 0 {
        return Ok(8);
    }
    let mut at: usize = 12;
    let mut next = if flags & 0x04 == 0 { 0 } else { view.u8(11)? };
    while next != 0 {
        let len = usize::from(view.u8(at)?).saturating_mul(4);
        if len == 0 {
            return Err(Stop::Other);
        }
        at = at.saturating_add(len);
        next = view.u8(at.saturating_sub(1))?;
    }
    Ok(at)
}

/// The message that carries a user packet.
const G_PDU: u8 = 255;
