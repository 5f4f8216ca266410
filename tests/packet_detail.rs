//! Single packets, layer by layer: the text and the document of some of them, compared with the
//! files in `testdata/views/`, and what holds for every packet of every capture.
//!
//! `UPDATE_GOLDEN=1 cargo test --test packet_detail` writes the files anew; review reads their
//! diff.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[expect(dead_code, reason = "only the list of captures is needed here")]
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/golden.rs"]
mod golden;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use golden::Goldens;
use spider_pcap::capture::{Batch, Capture, PacketNumber, RawPacket, ReadLimits};
use spider_pcap::document::PacketDetail;
use spider_pcap::packet::dissect::{Dissection, Field, LayerFields, dissect};
use spider_pcap::packet::{DecodeLimits, Decoder, SegmentHead};
use spider_pcap::view::{Surface, packet_detail};

#[test]
fn packets_look_like_those_beside_the_captures() {
    let mut goldens = Goldens::default();
    for (capture, number, name) in SHOWN {
        each_packet(capture, |packet, _| {
            if packet.number.value() != *number {
                return;
            }
            let dissection = dissect(&packet);
            let document = PacketDetail::new(&packet, &dissection);
            let json = serde_json::to_string_pretty(&document).unwrap() + "\n";
            goldens.compare(format!("views/{name}.json"), &json);
            for (ending, width) in [("txt", None), ("80.txt", Some(80))] {
                let text = shown(&document, width, false);
                goldens.compare(format!("views/{name}.{ending}"), &text);
            }
        });
    }
    goldens.check();
}

#[test]
fn no_line_is_wider_than_the_terminal_and_colours_change_no_text() {
    for file in corpus::all() {
        each_packet(&file.name, |packet, _| {
            if 8 < packet.number.value() {
                return;
            }
            let dissection = dissect(&packet);
            let document = PacketDetail::new(&packet, &dissection);
            let plain = shown(&document, Some(80), false);
            for line in plain.lines() {
                assert!(line.chars().count() <= 80, "{}: {line}", file.name);
            }
            assert_eq!(uncolored(&shown(&document, Some(80), true)), plain);
            assert!(!plain.contains('\x1b'));
        });
    }
}

#[test]
fn layers_hold_all_bytes_in_order_and_fields_lie_in_them() {
    for file in corpus::all() {
        each_packet(&file.name, |packet, _| {
            let wrong = misplaced(&dissect(&packet), packet.bytes.len());
            assert_eq!(wrong, None, "{}, packet {}", file.name, packet.number);
        });
    }
}

#[test]
fn the_decoder_and_the_dissection_find_the_same_segments() {
    let mut compared = 0;
    for file in corpus::all() {
        each_packet(&file.name, |packet, heads| {
            let dissection = dissect(&packet);
            for (head, start) in heads {
                let place = format!("{}, packet {}", file.name, packet.number);
                let layer = dissection.layers.iter().rfind(|layer| layer.name == "TCP");
                let layer = layer.unwrap_or_else(|| panic!("{place} has no TCP"));
                assert_eq!(
                    facts_of_layer(layer),
                    facts_of_head(head, *start),
                    "{place}"
                );
                compared += 1;
            }
            let is_fine = |layer: &&LayerFields| layer.name == "TCP" && layer.note.is_none();
            let shown = dissection.layers.iter().filter(is_fine).count();
            assert!(shown <= heads.len(), "{}", file.name);
        });
    }
    assert!(1000 < compared);
}

#[test]
fn cut_and_damaged_packets_do_no_harm() {
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for file in corpus::all() {
        each_packet(&file.name, |packet, _| {
            let mut bytes = packet.bytes.to_vec();
            for _ in 0..3 {
                bytes.truncate(random(packet.bytes.len() + 1));
                for _ in 0..random(3) {
                    let at = random(bytes.len().min(120));
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = u8::try_from(random(256)).unwrap();
                    }
                }
                let damaged = RawPacket {
                    bytes: &bytes,
                    ..packet
                };
                let wrong = misplaced(&dissect(&damaged), bytes.len());
                assert_eq!(wrong, None, "{}: {bytes:?}", file.name);
            }
        });
    }
}

/// Gives every packet of a capture with its segments, and where their TCP headers start in it.
fn each_packet(capture: &str, mut look: impl FnMut(RawPacket<'_>, &[(SegmentHead, usize)])) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(capture);
    let input = corpus::input(capture, fs::read(path).unwrap());
    let mut capture = Capture::open(vec![input], ReadLimits::default()).unwrap();
    let mut decoder = Decoder::new(DecodeLimits::default());
    let (mut batch, mut heads) = (Batch::default(), Vec::new());
    while capture.next_batch(&mut batch) {
        let captured_len = batch.bytes.len();
        decoder.decode(&mut batch, &mut heads);
        let mut by_packet: BTreeMap<PacketNumber, Vec<_>> = BTreeMap::new();
        for head in heads.drain(..) {
            let start = usize::try_from(head.tcp_start).unwrap();
            // Datagrams that were joined from fragments lie behind the captured bytes.
            if start < captured_len {
                by_packet
                    .entry(head.number)
                    .or_default()
                    .push((head, start));
            }
        }
        let starts: Vec<_> = batch.slots.iter().map(|slot| slot.start).collect();
        for (packet, start) in batch.packets().zip(starts) {
            let start = usize::try_from(start).unwrap();
            let mut heads = by_packet.remove(&packet.number).unwrap_or_default();
            for (_, tcp_start) in &mut heads {
                *tcp_start -= start;
            }
            look(packet, &heads);
        }
        batch.clear();
    }
}

fn shown(document: &PacketDetail<'_>, width: Option<usize>, colored: bool) -> String {
    let mut out = Vec::new();
    packet_detail::write(&mut out, document, Surface { width, colored }).unwrap();
    String::from_utf8(out).unwrap()
}

fn uncolored(text: &str) -> String {
    let mut plain = String::new();
    for (index, part) in text.split("\x1b[").enumerate() {
        let behind = part.split_once('m').map(|(_, behind)| behind);
        plain.push_str(if index == 0 { part } else { behind.unwrap() });
    }
    plain
}

/// What lies where it may not.
fn misplaced(dissection: &Dissection, len: usize) -> Option<String> {
    let mut covered = 0;
    for layer in &dissection.layers {
        if layer.start != covered {
            return Some(format!("{} starts at {}", layer.name, layer.start));
        }
        covered = layer.end();
        for field in &layer.fields {
            let parts = field.fields.iter();
            let outside =
                |field: &Field| field.start < layer.start || covered < field.start + field.len;
            if outside(field) || parts.clone().any(outside) {
                return Some(format!("{} of {}", field.name, layer.name));
            }
        }
    }
    (covered != len).then(|| format!("{covered} of {len} bytes"))
}

/// Start, ports, numbers, flags, window and payload length.
type Facts = (usize, [String; 6], String);

fn facts_of_head(head: &SegmentHead, start: usize) -> Facts {
    let numbers = [
        head.source.port.to_string(),
        head.destination.port.to_string(),
        head.seq.to_string(),
        head.ack.to_string(),
        format!("0x{:03x}", head.flags.0),
        head.window.to_string(),
    ];
    let unit = if head.payload_len == 1 {
        "byte"
    } else {
        "bytes"
    };
    (start, numbers, format!("{} {unit}", head.payload_len))
}

fn facts_of_layer(layer: &LayerFields) -> Facts {
    let value = |name: &str| layer.field(name).unwrap().value.clone();
    let flags = value("Flags");
    let numbers = [
        value("Source port"),
        value("Destination port"),
        value("Sequence number"),
        value("Acknowledgment number"),
        flags.split(' ').next().unwrap().to_owned(),
        value("Window"),
    ];
    let payload_len = layer
        .field("Payload length")
        .map(|field| field.value.clone());
    (layer.start, numbers, payload_len.unwrap())
}

/// Capture, packet number, and the name of the files.
const SHOWN: &[(&str, u64, &str)] = &[
    ("demo.pcapng", 1, "packet-demo"),
    ("tunnel/vxlan.pcap", 4, "packet-vxlan"),
    ("session/lossy-client.pcap", 30, "packet-sack"),
    ("tunnel/qinq.pcap", 4, "packet-qinq"),
    ("http/ipv6.pcap", 1, "packet-ipv6"),
    ("format/snaplen-96.pcap", 4, "packet-snaplen"),
];
