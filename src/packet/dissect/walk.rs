//! The way through the layers of a packet, with every byte of it in a layer.

use super::super::layer::{self, Aside, IpContext, Layer, Path};
use super::super::link::names as link_names;
use super::super::segment::EncapsulationId;
use super::super::tcp::segment;
use super::super::view::{Stop, View};
use super::header::{Kind, Place, count, hex};
use super::kind::{about, kind};
use super::{
    DecodeLimits, Described, LayerFields, MAX_LAYERS, describe, link, tcp, verify, wireless,
};
use crate::capture::{LinkType, RawPacket, Slot};

/// The layers of one packet so far.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    packet: &'a RawPacket<'a>,
    path: Path,
    layers: Vec<LayerFields>,
    /// Bytes of the packet that are in a layer.
    covered: usize,
    /// Where the frame starts that ends with a frame check sequence, and the length of that.
    fcs: Option<(usize, usize)>,
}

impl<'a> Walk<'a> {
    /// Nothing of a packet yet.
    pub(super) fn new(packet: &'a RawPacket<'a>) -> Self {
        let fcs_len = usize::from(packet.fcs_len);
        Self {
            packet,
            path: Path::new(),
            layers: Vec::new(),
            covered: 0,
            fcs: (0 < fcs_len).then_some((0, fcs_len)),
        }
    }

    /// Goes from layer to layer of one frame.
    pub(super) fn frame(&mut self, first: Layer, whole: View<'a>) {
        let (mut layer, mut view) = (first, whole);
        let limit = DecodeLimits::default().layers;
        let mut layers_left = limit;
        while layer != Layer::Tcp {
            if layers_left == 0 || MAX_LAYERS <= self.layers.len() {
                let limit = if layers_left == 0 { limit } else { MAX_LAYERS };
                return self.data(view, String::new(), Some(too_many(limit)));
            }
            layers_left = layers_left.saturating_sub(1);
            // A step may replace the addresses, which the header itself does not need.
            let before = self.path.ip;
            match layer::step(layer, view, &mut self.path) {
                Ok((next_layer, next)) => {
                    let walked = next.start().saturating_sub(view.start());
                    self.passed(layer, view, walked, before);
                    (layer, view) = (next_layer, next);
                }
                Err(stop) => return self.stopped(layer, view, &stop),
            }
        }
        self.tcp(view);
    }

    /// Goes through the frames of aggregates, in the order of their bytes.
    pub(super) fn asides(&mut self) {
        loop {
            let waiting = self.path.aside.iter().enumerate();
            let Some((index, _)) = waiting.min_by_key(|(_, aside)| aside.start) else {
                return;
            };
            let aside = self.path.aside.swap_remove(index);
            if MAX_LAYERS <= self.layers.len() {
                let rest = self.packet.bytes.get(self.covered..).unwrap_or_default();
                let view = View::new(rest, self.covered, rest.len());
                return self.data(view, String::new(), Some(too_many(MAX_LAYERS)));
            }
            self.path.restore(&aside);
            self.aside(&aside);
        }
    }

    fn aside(&mut self, aside: &Aside) {
        let end = aside.start.saturating_add(aside.len);
        let Some(bytes) = self.packet.bytes.get(aside.start..end) else {
            return;
        };
        let start = aside.start.saturating_sub(wireless::SUBFRAME_LEN);
        if self.covered <= start {
            self.fill(start, "Padding");
            if let Some(header) = self.packet.bytes.get(start..) {
                let kind: Kind = ("A-MSDU subframe", wireless::subframe);
                let view = View::new(header, start, header.len());
                let place = place(view, self.path.ip);
                self.take(describe(kind, place, Some(wireless::SUBFRAME_LEN)));
            }
        }
        let view = View::new(bytes, aside.start, aside.wire_len);
        self.frame(aside.layer, view);
    }

    /// Ends the packet: what no layer has is a trailer.
    pub(super) fn finish(mut self) -> Vec<LayerFields> {
        let bytes = self.packet.bytes;
        if self.fcs.is_none() && self.ends_with_fcs() {
            self.fcs = Some((0, FCS_LEN));
        }
        let fcs_start = self.fcs_start().max(self.covered).min(bytes.len());
        self.fill(fcs_start, "Trailer");
        if let Some((frame_start, _)) = self.fcs
            && self.covered < bytes.len()
        {
            let frame = bytes.get(frame_start..fcs_start).unwrap_or_default();
            let found = bytes.get(fcs_start..).unwrap_or_default();
            self.push(frame_check_sequence(frame, found, fcs_start));
        }
        self.layers
    }

    /// True for an Ethernet frame whose last bytes are its check sequence, though the capture does
    /// not say so: one in 2^32 trailers looks like it by chance.
    fn ends_with_fcs(&self) -> bool {
        let bytes = self.packet.bytes;
        let is_whole = usize::try_from(self.packet.original_len) == Ok(bytes.len());
        let is_ethernet = self.packet.link_type == LinkType(1);
        match bytes.split_last_chunk::<FCS_LEN>() {
            Some((frame, last)) if is_whole && is_ethernet && self.covered <= frame.len() => {
                verify::frame_check_sequence(frame) == *last
            }
            Some(_) | None => false,
        }
    }

    /// Takes the header of a step that found the next layer.
    fn passed(&mut self, layer: Layer, view: View<'a>, walked: usize, before: IpContext) {
        if walked == 0 {
            return;
        }
        let kind = kind(layer, view, before).unwrap_or(("Header", link::rest));
        let described = describe(kind, place(view, self.path.ip), Some(walked));
        if described.announces_fcs && self.fcs.is_none() {
            self.fcs = Some((view.start().saturating_add(walked), FCS_LEN));
        }
        self.take(described);
    }

    /// Ends where no step leads on: with the header that stopped it, and the rest as data.
    fn stopped(&mut self, layer: Layer, view: View<'a>, stop: &Stop<'_>) {
        let is_foreign = match stop {
            Stop::UnknownLink(_) => true,
            Stop::Other => matches!(layer, Layer::UdpTunnel(_)),
            Stop::Cut | Stop::Bad(_) | Stop::Fragment(_) | Stop::NameService(_) => false,
        };
        let kind = kind(layer, view, self.path.ip).filter(|_| !is_foreign);
        let note = note(stop);
        let mut rest = view;
        let mut note_of_data = note.clone();
        if let Some(kind) = kind {
            let mut described = describe(kind, place(view, self.path.ip), None);
            described.layers.retain(|layer| 0 < layer.len);
            let len: usize = described.layers.iter().map(|layer| layer.len).sum();
            rest = described
                .total_len
                .filter(|total_len| len <= *total_len)
                .map_or(view, |total_len| view.limit(total_len));
            rest = rest.skip(len).unwrap_or(rest);
            if let Some(last) = described.layers.last_mut() {
                note_of_data = None;
                last.note = note.or_else(|| {
                    let cut = || CUT.to_owned();
                    described.is_cut.then(cut)
                });
            }
            self.take(described);
        }
        let about = match (stop, layer) {
            (Stop::Fragment(_), _) => FRAGMENT.to_owned(),
            (Stop::Other, _) if is_late_fragment(layer, view) => FRAGMENT.to_owned(),
            (Stop::UnknownLink(number), _) => {
                let name = link_names::name(*number).unwrap_or("not in the registry");
                format!("link type {number} ({name}), not read")
            }
            _ => about(layer),
        };
        self.data(self.without_fcs(rest), about, note_of_data);
    }

    /// Ends with a TCP header and its payload.
    fn tcp(&mut self, view: View<'a>) {
        let slot = self.slot();
        let found = segment(view, &self.path.ip, &slot, EncapsulationId::default());
        let mut described = describe(("TCP", tcp::header), place(view, self.path.ip), None);
        let len: usize = described.layers.iter().map(|layer| layer.len).sum();
        if let Some(last) = described.layers.last_mut() {
            last.note = match found {
                Err(stop) => note(&stop),
                Ok(_) if described.is_cut => Some(CUT.to_owned()),
                Ok(_) => None,
            };
        }
        self.take(described);
        let rest = view.skip(len).unwrap_or(view);
        if 0 < rest.len() {
            self.data(rest, "TCP payload".to_owned(), None);
        }
    }

    /// The packet as the decoder gets it.
    fn slot(&self) -> Slot {
        let packet = self.packet;
        Slot {
            number: packet.number,
            time: packet.time,
            precision: packet.precision,
            interface: packet.interface,
            link_type: packet.link_type,
            fcs_len: packet.fcs_len,
            original_len: packet.original_len,
            start: 0,
            captured_len: u32::try_from(packet.bytes.len()).unwrap_or(u32::MAX),
            block: None,
        }
    }

    /// Where the frame check sequence starts; beyond the packet where there is none.
    fn fcs_start(&self) -> usize {
        let len = self.packet.bytes.len();
        let is_whole = usize::try_from(self.packet.original_len).is_ok_and(|wire| wire <= len);
        match self.fcs {
            Some((_, fcs_len)) if is_whole => len.saturating_sub(fcs_len),
            Some(_) | None => usize::MAX,
        }
    }

    /// The part of a view before the frame check sequence.
    fn without_fcs(&self, view: View<'a>) -> View<'a> {
        let room = self.fcs_start().saturating_sub(view.start());
        if room < view.len() {
            view.limit(room)
        } else {
            view
        }
    }

    fn take(&mut self, described: Described) {
        for layer in described.layers {
            self.push(layer);
        }
    }

    /// Adds a layer behind the others.
    fn push(&mut self, layer: LayerFields) {
        self.fill(layer.start, "Padding");
        debug_assert!(self.covered <= layer.start, "layers overlap");
        self.covered = self.covered.max(layer.end());
        self.layers.push(layer);
    }

    /// Puts bytes up to `end` that no layer has into one.
    fn fill(&mut self, end: usize, name: &'static str) {
        if end <= self.covered {
            return;
        }
        let bytes = self.packet.bytes.get(self.covered..end).unwrap_or_default();
        let is_zero = bytes.iter().all(|byte| *byte == 0);
        let mut layer = bytes_layer(name, bytes, self.covered);
        layer.summary = if is_zero {
            format!("{}, all zero", count(bytes.len()))
        } else {
            count(bytes.len())
        };
        self.covered = end;
        self.layers.push(layer);
    }

    /// Adds bytes that are not opened.
    fn data(&mut self, view: View<'_>, about: String, note: Option<String>) {
        if view.len() == 0 && note.is_none() {
            return;
        }
        let mut layer = bytes_layer("Data", view.bytes(), view.start());
        layer.summary = match (about.is_empty(), view.is_cut()) {
            (true, false) => count(view.wire_len()),
            (false, false) => format!("{about}, {}", count(view.wire_len())),
            (_, true) => format!(
                "{}{}{}, {} captured",
                about,
                if about.is_empty() { "" } else { ", " },
                count(view.wire_len()),
                view.len()
            ),
        };
        layer.note = note;
        self.push(layer);
    }
}

fn too_many(limit: usize) -> String {
    format!("more than {limit} layers: the rest is not opened")
}

/// What is wrong where a step stopped.
fn note(stop: &Stop<'_>) -> Option<String> {
    match stop {
        Stop::Cut => Some(CUT.to_owned()),
        Stop::Bad(what) => Some((*what).to_owned()),
        Stop::Other | Stop::UnknownLink(_) | Stop::Fragment(_) | Stop::NameService(_) => None,
    }
}

/// True for a header of a fragment that is not the first.
fn is_late_fragment(layer: Layer, view: View<'_>) -> bool {
    match layer {
        Layer::Ip | Layer::EtherType(0x0800) => view.be16(6).is_ok_and(|word| word & 0x1FFF != 0),
        Layer::Transport(44) => view.be16(2).is_ok_and(|word| word & 0xFFF8 != 0),
        _ => false,
    }
}

const fn place(view: View<'_>, ip: IpContext) -> Place<'_> {
    Place {
        whole: view.bytes(),
        wire_len: view.wire_len(),
        start: view.start(),
        ip,
    }
}

/// A layer of bytes that have no fields of their own.
fn bytes_layer(name: &'static str, bytes: &[u8], start: usize) -> LayerFields {
    let mut layer = LayerFields {
        name,
        start,
        len: bytes.len(),
        summary: String::new(),
        note: None,
        fields: Vec::new(),
    };
    if !bytes.is_empty() {
        let field = super::Field::new("Starts with", preview(bytes), start, bytes.len());
        layer.fields.push(field);
    }
    layer
}

/// The first bytes: as text where they are, in hexadecimal digits where they are not.
fn preview(bytes: &[u8]) -> String {
    let first = bytes.get(..PREVIEW_BYTES).unwrap_or(bytes);
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t');
    if !first.iter().all(is_text) {
        return hex(bytes);
    }
    let more = if first.len() < bytes.len() { "…" } else { "" };
    format!("\"{}\"{more}", first.escape_ascii())
}

fn frame_check_sequence(frame: &[u8], found: &[u8], start: usize) -> LayerFields {
    let mut layer = bytes_layer("Frame check sequence", found, start);
    layer.fields.clear();
    let mut field = super::Field::new("Check", hex(found), start, found.len());
    if found.len() == FCS_LEN {
        let expected = verify::frame_check_sequence(frame);
        if found == expected {
            field.value.push_str(" (good)");
        } else {
            field.note(format!("wrong, should be {}", hex(&expected)));
        }
    }
    layer.summary.clone_from(&field.value);
    layer.fields.push(field);
    layer
}

/// Bytes of the frame check sequence of IEEE 802.
const FCS_LEN: usize = 4;
const CUT: &str = "the captured bytes end inside this header";
const FRAGMENT: &str = "fragment, payload of another packet's datagram";
/// Bytes of a text that are shown.
const PREVIEW_BYTES: usize = 64;
