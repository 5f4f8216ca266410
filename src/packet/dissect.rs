//! One packet in, all its headers out, field by field, for people to read.
//!
//! Goes the way of the [`Decoder`](super::Decoder): the same steps decide what follows what, and
//! tell where each header ends. Only the naming of the bytes in between is done here, so the two
//! cannot disagree about what a packet is. What the steps do not open ends as a layer named `Data`.
//!
//! Does not join fragments, and does not know other packets: sequence numbers are those on the
//! wire. Checksums of IPv4, UDP and TCP are verified, and the frame check sequence where the
//! capture says that there is one.
//! Limits: [`DecodeLimits::layers`] headers a frame, 1024 layers a packet; the rest is data.

mod fields;
mod header;
mod ip;
mod kind;
mod link;
mod names;
mod options;
mod ppp;
mod tcp;
mod tunnel;
mod verify;
mod walk;
mod wireless;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "lengths of packets that the tests build"
)]
mod tests;

pub use fields::{Dissection, Field, LayerFields};

use super::layer::Layer;
use super::limits::DecodeLimits;
use super::view::View;
use crate::capture::RawPacket;
use header::{Header, Kind, Place};
use walk::Walk;

/// Decodes one packet into layers and fields.
///
/// The layers are in the order of their bytes, do not overlap, and hold every captured byte. A
/// packet that is damaged, cut or unknown gives what can be told, and a note.
pub fn dissect(packet: &RawPacket<'_>) -> Dissection {
    let mut walk = Walk::new(packet);
    let wire_len = usize::try_from(packet.original_len).unwrap_or(usize::MAX);
    let view = View::new(packet.bytes, 0, wire_len);
    walk.frame(Layer::Link(packet.link_type), view);
    walk.asides();
    Dissection {
        layers: walk.finish(),
    }
}

/// Describes the headers at the start of `place`; `walked` is their length, where a step told it.
///
/// Gives the headers, and the bytes that the first of them and its contents have by its own word.
fn describe(kind: Kind, place: Place<'_>, walked: Option<usize>) -> Described {
    let mut described = Described::default();
    let mut next = Some(kind);
    let mut at: usize = 0;
    while let Some((name, describe)) = next {
        let Some(whole) = place.whole.get(at..) else {
            break;
        };
        let place = Place {
            whole,
            wire_len: place.wire_len.saturating_sub(at),
            start: place.start.saturating_add(at),
            ip: place.ip,
        };
        let left = walked.map(|walked| walked.saturating_sub(at));
        let mut header = Header::new(name, place, left);
        described.is_cut = describe(&mut header).is_none();
        next = header.follow.filter(|_| !described.is_cut);
        described.total_len = described.total_len.or(header.total_len);
        described.announces_fcs |= header.announces_fcs;
        at = at.saturating_add(header.len());
        // The last one takes what the step passed without a name for it.
        let takes_rest = walked.is_some() && next.is_none();
        described.layers.push(header.finish(takes_rest));
    }
    described
}

/// What came out of the headers of one step.
#[derive(Debug, Default)]
struct Described {
    layers: Vec<LayerFields>,
    total_len: Option<usize>,
    announces_fcs: bool,
    is_cut: bool,
}

/// Layers of a packet; an aggregate of 64 frames in a few tunnels has fewer.
const MAX_LAYERS: usize = 1024;
