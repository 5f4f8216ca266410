//! MPLS label stacks and what they carry, which no field names.
//!
//! The first nibble tells IPv4 and IPv6 (RFC 4928 §3) where the lengths agree; otherwise an
//! Ethernet header is looked for, behind a control word (RFC 4448 §4.6) or without.
//! Sources: RFC 3032 §2.1, RFC 4385 §3.

use super::super::layer::{Layer, Path};
use super::super::view::{Step, Stop, View};
use super::{looks_like_ethernet, looks_like_ip};

/// Reads one label; the last of the stack says so.
pub(in super::super) fn label<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let word = view.be32(0)?;
    path.tunnel("MPLS", Some(word >> 12));
    let bottom = word & 0x100 != 0;
    view.then(
        4,
        if bottom {
            Layer::MplsPayload
        } else {
            Layer::Mpls
        },
    )
}

/// Finds out what a label stack carries.
pub(in super::super) fn payload<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    if looks_like_ip(view) {
        return Ok((Layer::Ip, view));
    }
    let behind_control_word = match view.u8(0)? >> 4 {
        0 => view
            .skip(4)
            .ok()
            .filter(|frame| looks_like_ethernet(*frame)),
        _ => None,
    };
    let frame =
        behind_control_word.or_else(|| Some(view).filter(|view| looks_like_ethernet(*view)));
    if let Some(frame) = frame {
        path.tunnel("pseudowire", None);
        return Ok((Layer::Ethernet, frame));
    }
    match view.u8(0)? {
        0x45..=0x4F | 0x60..=0x6F => Ok((Layer::Ip, view)),
        _ => Err(Stop::Other),
    }
}
