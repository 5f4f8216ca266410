//! GRE, with what it carries: IP, Ethernet, ERSPAN, PPP (PPTP), WCCP, and IEEE 802.11 (Aruba).
//!
//! Checksums are not verified.
//! Sources: RFC 2784 §2, RFC 2890 §2, RFC 1701, RFC 2637 §4.1, draft-foschiano-erspan-03 §4.

use super::super::layer::{Layer, Path};
use super::super::view::{Step, Stop, View};

/// Reads a GRE header and goes on by its protocol type.
pub(in super::super) fn step<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let flags = view.be16(0)?;
    let protocol = view.be16(2)?;
    let mut len: usize = 4;
    if flags & (CHECKSUM | ROUTING) != 0 {
        len = len.saturating_add(4);
    }
    let mut key = None;
    if flags & KEY != 0 {
        key = Some(view.be32(len)?);
        len = len.saturating_add(4);
    }
    if flags & SEQUENCE != 0 {
        len = len.saturating_add(4);
    }
    match flags & VERSION {
        0 if flags & ROUTING != 0 => len = skip_routes(view, len)?,
        0 => {}
        1 => return pptp(view, flags, len, key, path),
        _ => return Err(Stop::Other),
    }
    carried(protocol, flags, key, view.skip(len)?, path)
}

/// The enhanced header of PPTP: the low half of the key is the call id.
fn pptp<'a>(view: View<'a>, flags: u16, len: usize, key: Option<u32>, path: &mut Path) -> Step<'a> {
    let len = if flags & ACKNOWLEDGMENT == 0 {
        len
    } else {
        len.saturating_add(4)
    };
    let key = key.ok_or(Stop::Other)?;
    path.tunnel("PPTP", Some(key & 0xFFFF));
    let ppp = view.skip(len)?;
    let payload_len = usize::try_from(key >> 16).map_err(|_| Stop::Other)?;
    if payload_len == 0 {
        Err(Stop::Other)
    } else {
        Ok((Layer::Ppp, ppp.limit(payload_len)))
    }
}

/// Passes source routes up to the empty one, and gives the length of the header.
fn skip_routes(view: View<'_>, start: usize) -> Result<usize, Stop<'static>> {
    let mut at = start;
    loop {
        let [a0, a1, _, len] = view.array(at)?;
        at = at.saturating_add(4).saturating_add(len.into());
        if a0 == 0 && a1 == 0 && len == 0 {
            return Ok(at);
        }
    }
}

fn carried<'a>(
    protocol: u16,
    flags: u16,
    key: Option<u32>,
    view: View<'a>,
    path: &mut Path,
) -> Step<'a> {
    match protocol {
        0x88BE => erspan(view, flags & SEQUENCE != 0, path),
        0x22EB => erspan_3(view, path),
        0x883E => {
            path.tunnel("WCCP", key);
            // A redirect header stands before the packet in version 2 only.
            view.then(if view.u8(0)? >> 4 == 4 { 0 } else { 4 }, Layer::Ip)
        }
        0x8200..=0x83FF | 0x9000 => {
            path.tunnel("GRE", key);
            Ok((Layer::Wireless { padded: false }, view))
        }
        _ => {
            path.tunnel("GRE", key);
            Ok((Layer::EtherType(protocol), view))
        }
    }
}

/// ERSPAN type I has no header (and GRE no sequence number); type II has 8 bytes.
fn erspan<'a>(view: View<'a>, has_sequence: bool, path: &mut Path) -> Step<'a> {
    if !has_sequence {
        path.tunnel("ERSPAN", None);
        return Ok((Layer::Ethernet, view));
    }
    let word = view.be32(0)?;
    match word >> 28 {
        1 => {
            path.tunnel("ERSPAN", Some(word & 0x3FF));
            view.then(8, Layer::Ethernet)
        }
        2 => erspan_3(view, path),
        _ => Err(Stop::Other),
    }
}

/// ERSPAN type III has 12 bytes, and 8 more where its last bit says so.
fn erspan_3<'a>(view: View<'a>, path: &mut Path) -> Step<'a> {
    let word = view.be32(0)?;
    let last = view.u8(11)?;
    path.tunnel("ERSPAN", Some(word & 0x3FF));
    let len = if last & 1 == 0 { 12 } else { 20 };
    let is_ip = last & 0x80 == 0 && (last >> 2) & 0x1F == 2;
    view.then(len, if is_ip { Layer::Ip } else { Layer::Ethernet })
}

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;
