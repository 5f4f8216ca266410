//! What each header looks like field by field, and that no bytes do harm.

mod link;
mod tcp;
mod tunnel;

use proptest::prelude::*;

use super::super::testing::{cat, ethernet, tcp, tcp6, v4, v4_fragment, v6};
use super::{Dissection, Field, LayerFields, dissect};
use crate::capture::{InterfaceId, LinkType, PacketNumber, RawPacket};
use crate::time::Precision;

const ETHERNET: u16 = 1;
const RAW: u16 = 101;

fn cut(link_type: u16, bytes: &[u8], original_len: usize, fcs_len: u8) -> Dissection {
    dissect(&RawPacket {
        number: PacketNumber::FIRST,
        time: None,
        precision: Precision::NANOS,
        interface: InterfaceId(0),
        link_type: LinkType(link_type),
        original_len: u32::try_from(original_len).unwrap(),
        fcs_len,
        bytes,
    })
}

fn of(link_type: u16, bytes: &[u8]) -> Dissection {
    let found = cut(link_type, bytes, bytes.len(), 0);
    check_places(&found, bytes.len());
    found
}

/// Layers with their lengths: `IPv4 20, TCP 20`.
fn layers(found: &Dissection) -> String {
    let layers = found.layers.iter();
    let texts: Vec<_> = layers
        .map(|layer| format!("{} {}", layer.name, layer.len))
        .collect();
    texts.join(", ")
}

fn layer<'a>(found: &'a Dissection, name: &str) -> &'a LayerFields {
    let layer = found.layers.iter().rfind(|layer| layer.name == name);
    layer.unwrap_or_else(|| panic!("no {name} in {}", layers(found)))
}

fn field<'a>(found: &'a Dissection, name: &str, field: &str) -> &'a Field {
    let layer = layer(found, name);
    let parts = layer.fields.iter().flat_map(|field| &field.fields);
    let mut fields = layer.fields.iter().chain(parts);
    fields
        .find(|known| known.name == field)
        .unwrap_or_else(|| panic!("no {field} in {layer:#?}"))
}

/// Values of fields and their parts, in order.
fn values(found: &Dissection, name: &str, fields: &[&str]) -> Vec<String> {
    let value = |one: &&str| field(found, name, one).value.clone();
    fields.iter().map(value).collect()
}

/// What holds for every packet.
fn check_places(found: &Dissection, len: usize) {
    let mut covered = 0;
    for layer in &found.layers {
        assert_eq!(layer.start, covered, "{found:#?}");
        covered = layer.end();
        assert!(!layer.name.is_empty());
        for field in &layer.fields {
            check_field(field, layer.start, layer.end());
            for part in &field.fields {
                check_field(part, field.start, field.start + field.len);
                assert!(part.fields.is_empty());
            }
        }
    }
    assert_eq!(covered, len, "{found:#?}");
}

fn check_field(field: &Field, start: usize, end: usize) {
    let stands_within = start <= field.start && field.start + field.len <= end;
    assert!(stands_within, "{start}..{end} {field:#?}");
    assert!(field.value.len() < 400, "{field:#?}");
}

/// A TCP segment with options, which are padded to a multiple of 4 bytes.
fn with_options(options: &[u8]) -> Vec<u8> {
    let len = options.len().next_multiple_of(4);
    let mut padded = options.to_vec();
    padded.resize(len, 0);
    let mut segment = tcp();
    segment[12] = u8::try_from((20 + len) / 4 * 16).unwrap();
    segment.splice(20..20, padded);
    segment
}

#[test]
fn a_plain_packet_has_its_headers_and_its_payload() {
    let found = of(ETHERNET, &ethernet(0x0800, &v4(6, &tcp())));
    assert_eq!(layers(&found), "Ethernet II 14, IPv4 20, TCP 20, Data 5");
    assert_eq!(
        layer(&found, "IPv4").summary,
        "10.0.0.1 → 10.0.0.2, TCP (6), TTL 64"
    );
    assert_eq!(
        layer(&found, "TCP").summary,
        "1000 → 80 [PSH, ACK] seq 100, ack 200, 5 bytes"
    );
    let data = layer(&found, "Data");
    assert_eq!(data.summary, "TCP payload, 5 bytes");
    assert_eq!(data.field("Starts with").unwrap().value, "\"GET /\"");
    assert!(found.layers.iter().all(|layer| layer.note.is_none()));
}

#[test]
fn ipv4_options_are_shown_one_by_one() {
    let mut packet = v4(6, &cat(&[&[148, 4, 0, 0, 1, 0, 9, 9], &tcp()]));
    packet[0] = 0x47;
    let found = of(RAW, &packet);
    assert_eq!(layer(&found, "IPv4").len, 28);
    assert_eq!(
        values(&found, "IPv4", &["Router alert", "Padding"]),
        ["4 bytes", "0909"]
    );
    let note = field(&found, "IPv4", "Header checksum").note.clone();
    assert!(note.unwrap().starts_with("wrong, should be 0x"));
}

#[test]
fn extension_headers_of_ipv6_are_layers_of_their_own() {
    let last = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let chain = cat(&[
        &[43, 0, 5, 2, 0, 0, 1, 0],
        &[60, 2, 0, 1, 0, 0, 0, 0],
        &last,
        &[51, 0, 1, 4, 0, 0, 0, 0],
        &[44, 4, 0, 0, 0, 0, 0, 7, 0, 0, 0, 3],
        &[0xAB; 12],
        &[6, 0, 0, 0, 0, 0, 0, 9],
        &tcp6(),
    ]);
    let found = of(RAW, &v6(0, &chain));
    assert_eq!(
        layers(&found),
        "IPv6 40, IPv6 hop-by-hop options 8, IPv6 routing 24, IPv6 destination options 8, AH 24, \
         IPv6 fragment 8, TCP 20, Data 5"
    );
    assert_eq!(
        values(&found, "IPv6 routing", &["Segments left", "Address"]),
        ["1", "::9"]
    );
    assert_eq!(
        layer(&found, "AH").summary,
        "SPI 0x00000007, sequence 3, IPv6 fragment (44)"
    );
    assert_eq!(
        values(
            &found,
            "IPv6 hop-by-hop options",
            &["Router alert", "Padding"]
        ),
        ["4 bytes", "2 bytes"]
    );
}

#[test]
fn a_fragment_shows_its_header_and_leaves_its_payload() {
    let packet = v4_fragment(6, 0x2000, &tcp()[..16]);
    let found = of(ETHERNET, &cat(&[&ethernet(0x0800, &packet), &[0; 10]]));
    assert_eq!(
        layers(&found),
        "Ethernet II 14, IPv4 20, Data 16, Trailer 10"
    );
    assert_eq!(
        layer(&found, "Data").summary,
        "fragment, payload of another packet's datagram, 16 bytes"
    );
    assert_eq!(
        values(&found, "IPv4", &["more fragments", "Fragment offset"]),
        ["set", "0 bytes"]
    );
    let found = of(RAW, &v6(44, &[6, 0, 0, 8, 0, 0, 0, 1, 9, 9]));
    assert_eq!(layers(&found), "IPv6 40, IPv6 fragment 8, Data 2");
    assert!(layer(&found, "Data").summary.starts_with("fragment, "));
}

#[test]
fn a_first_fragment_that_was_cut_shows_its_tcp_header_without_a_verdict() {
    let packet = v4_fragment(6, 0x2000, &tcp());
    let found = cut(RAW, &packet[..40], packet.len(), 0);
    assert_eq!(layers(&found), "IPv4 20, TCP 20");
    let field = field(&found, "TCP", "Checksum");
    assert!(field.value.ends_with("(not verified)"));
    assert!(field.note.as_ref().unwrap().contains("fragment"));
}

#[test]
fn a_cut_header_shows_what_is_there_and_says_so() {
    let packet = v4(6, &tcp());
    let found = cut(RAW, &packet[..35], packet.len(), 0);
    assert_eq!(layers(&found), "IPv4 20, TCP 14, Data 1");
    let note = layer(&found, "TCP").note.as_deref();
    assert_eq!(note, Some("the captured bytes end inside this header"));
    let found = cut(RAW, &packet[..42], packet.len(), 0);
    assert_eq!(
        layer(&found, "Data").summary,
        "TCP payload, 5 bytes, 2 captured"
    );
    let field = field(&found, "TCP", "Checksum");
    assert_eq!(field.note.as_deref(), Some("not all bytes captured"));
}

#[test]
fn a_header_that_contradicts_itself_is_shown_with_what_is_wrong() {
    let mut packet = v4(6, &tcp());
    packet[32] = 0x40;
    let found = of(RAW, &packet);
    let note = layer(&found, "TCP").note.as_deref();
    assert_eq!(note, Some("the TCP header length is below 20 bytes"));
    packet[0] = 0x95;
    let found = of(RAW, &packet);
    assert_eq!(layers(&found), "Data 45");
    let note = layer(&found, "Data").note.as_deref();
    assert_eq!(note, Some("the IP version is neither 4 nor 6"));
}

#[test]
fn a_link_type_that_is_not_read_is_named() {
    let found = of(147, &[1, 2, 3]);
    assert_eq!(layers(&found), "Data 3");
    assert_eq!(
        layer(&found, "Data").summary,
        "link type 147 (USER0), not read, 3 bytes"
    );
    assert_eq!(layers(&of(ETHERNET, &[])), "Data 0");
}

#[test]
fn more_layers_than_the_limit_are_not_opened() {
    let tags = [0x81, 0, 0, 5].repeat(40);
    let found = of(ETHERNET, &cat(&[&[0; 12], &tags, &[8, 0], &v4(6, &tcp())]));
    assert_eq!(found.layers.len(), 33);
    let note = layer(&found, "Data").note.as_deref();
    assert_eq!(note, Some("more than 32 layers: the rest is not opened"));
}

#[test]
fn frames_of_an_aggregate_beyond_the_limit_of_layers_are_data() {
    let tags = [0, 5, 0x81, 0].repeat(25);
    let body = cat(&[&[0xAA, 0xAA, 3, 0, 0, 0, 0x81, 0], &tags, &[0; 2]]);
    let len = u8::try_from(body.len()).unwrap();
    let subframe = cat(&[&[2; 12], &[0, len], &body]);
    assert_eq!(subframe.len() % 4, 0);
    let mut frame = vec![0x88, 0x01, 0, 0];
    frame.extend([2; 18]);
    frame.extend([0, 0, 0x80, 0]);
    let bytes = cat(&[&frame, &subframe.repeat(60)]);
    let found = of(105, &bytes);
    assert!(found.layers.len() < 1024 + 40);
    let last = found.layers.last().unwrap();
    assert_eq!(last.end(), bytes.len());
    let note = "more than 1024 layers: the rest is not opened";
    assert_eq!(last.note.as_deref(), Some(note));
}

/// Bytes that lead somewhere more often than random ones.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<Vec<u8>> = vec![
        vec![0x08, 0x00],
        vec![0x81, 0x00],
        vec![0x88, 0x47],
        vec![0xAA, 0xAA, 3, 0, 0, 0],
        vec![0xFF, 3, 0, 0x21],
        vec![0x88, 0x01, 0, 0],
        v4(6, &tcp()),
        v4(6, &with_options(&[2, 4, 5, 180, 8, 10, 0, 0, 0, 1])),
        v4(47, &[0x30, 1, 0x88, 0x0B]),
        v4(47, &[0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x20, 5, 0, 9]),
        v4_fragment(6, 0x2000, &tcp()[..16]),
        v4(17, &[0, 0, 0x12, 0xB5, 0, 99, 0, 0, 8, 0, 0, 0]),
        v4(17, &[0, 0, 0x17, 0xC1, 0, 99, 0, 0, 3, 0, 8, 0]),
        v4(17, &[0, 0, 0x08, 0x68, 0, 99, 0, 0, 0x34, 255, 0, 99]),
        v6(44, &[6, 0, 0, 1]),
        v6(0, &[43, 0, 1, 0]),
    ];
    let piece = prop_oneof![
        prop::sample::select(known),
        prop::collection::vec(any::<u8>(), 0..24),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_of_any_link_type_do_harm(
        link_type in 0_u16..310,
        bytes in pieces(),
        longer in 0_usize..2000,
        fcs_len in 0_u8..8,
    ) {
        for link_type in [link_type, 1, 101, 105, 127] {
            for longer in [0, longer] {
                let found = cut(link_type, &bytes, bytes.len() + longer, fcs_len);
                check_places(&found, bytes.len());
            }
        }
    }
}
