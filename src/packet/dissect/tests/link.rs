//! Link headers, field by field.

use super::super::super::testing::{cat, ethernet, snap, tcp, v4};
use super::{ETHERNET, check_places, cut, field, layer, layers, of, values};

#[test]
fn an_ethernet_header_names_addresses_and_type() {
    let mut frame = ethernet(0x0806, &[0; 28]);
    frame[..6].fill(0xFF);
    let found = of(ETHERNET, &frame);
    assert_eq!(layers(&found), "Ethernet II 14, Data 28");
    assert_eq!(
        values(&found, "Ethernet II", &["Destination", "Source", "Type"]),
        [
            "ff:ff:ff:ff:ff:ff (broadcast)",
            "02:00:00:00:00:02",
            "ARP (0x0806)"
        ]
    );
    assert_eq!(layer(&found, "Data").summary, "ARP, 28 bytes");
}

#[test]
fn vlan_tags_are_layers_of_their_own() {
    let tags = [0x20, 0x05, 0x81, 0x00, 0xF0, 0x07, 0x08, 0x00];
    let found = of(ETHERNET, &ethernet(0x88A8, &cat(&[&tags, &v4(6, &tcp())])));
    assert_eq!(
        layers(&found),
        "Ethernet II 14, IEEE 802.1ad VLAN 4, IEEE 802.1Q VLAN 4, IPv4 20, TCP 20, Data 5"
    );
    assert_eq!(
        values(
            &found,
            "IEEE 802.1Q VLAN",
            &["Priority", "Drop eligible", "VLAN id"]
        ),
        ["7", "yes", "7"]
    );
}

#[test]
fn a_frame_with_a_length_has_llc_and_snap_and_its_padding_is_a_trailer() {
    let body = snap(0x0800, &v4(6, &tcp()));
    let len = u16::try_from(body.len()).unwrap();
    let found = of(ETHERNET, &cat(&[&ethernet(len, &body), &[0; 3]]));
    assert_eq!(
        layers(&found),
        "IEEE 802.3 Ethernet 14, IEEE 802.2 LLC/SNAP 8, IPv4 20, TCP 20, Data 5, Trailer 3"
    );
    assert_eq!(layer(&found, "Trailer").summary, "3 bytes, all zero");
    let bpdu = cat(&[&ethernet(7, &[0x42, 0x42, 3, 0, 0, 0, 0]), &[0; 39]]);
    let found = of(ETHERNET, &bpdu);
    assert_eq!(
        layers(&found),
        "IEEE 802.3 Ethernet 14, IEEE 802.2 LLC 3, Data 4, Trailer 39"
    );
    assert_eq!(
        layer(&found, "IEEE 802.2 LLC").summary,
        "spanning tree (66)"
    );
}

#[test]
fn a_frame_check_sequence_is_verified() {
    let frame = ethernet(0x0800, &v4(6, &tcp()));
    let check = super::super::verify::frame_check_sequence(&frame);
    let mut bytes = cat(&[&frame, &check]);
    for (expected, is_good) in [("good", true), ("wrong", false)] {
        let found = cut(ETHERNET, &bytes, bytes.len(), 4);
        check_places(&found, bytes.len());
        let field = field(&found, "Frame check sequence", "Check");
        assert_eq!(field.value.contains(expected), is_good);
        assert_eq!(field.note.is_none(), is_good);
        bytes[0] ^= 2;
    }
}

#[test]
fn cooked_captures_tell_where_a_packet_went() {
    let v1 = [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x08, 0];
    let found = of(113, &cat(&[&v1, &v4(6, &tcp())]));
    assert_eq!(layer(&found, "Linux cooked capture v1").len, 16);
    assert_eq!(
        layer(&found, "Linux cooked capture v1").summary,
        "sent by this host, IPv4"
    );
    let v2 = [
        0x08, 0, 0, 0, 0, 0, 0, 3, 3, 4, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0,
    ];
    let found = of(276, &cat(&[&v2, &v4(6, &tcp())]));
    assert_eq!(
        layer(&found, "Linux cooked capture v2").summary,
        "to this host, interface 3, IPv4"
    );
}

#[test]
fn links_of_other_kinds_have_a_name_and_a_type() {
    let packet = v4(6, &tcp());
    for (link_type, header, name, summary) in [
        (0, &[2, 0, 0, 0][..], "BSD loopback", "IPv4"),
        (108, &[0, 0, 0, 24], "BSD loopback", "IPv6"),
        (9, &[0xFF, 3, 0, 0x21], "PPP", "IPv4"),
        (9, &[0x21], "PPP", "IPv4"),
        (104, &[0x0F, 0, 0x08, 0], "Cisco HDLC", "IPv4"),
        (107, &[0x18, 0x41, 0x08, 0], "Frame relay", "DLCI 100, IPv4"),
        (8, &[0; 16], "SLIP", "16 bytes"),
        (
            138,
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0],
            "APPLE_IP_OVER_IEEE1394",
            "IPv4",
        ),
    ] {
        let found = of(link_type, &cat(&[header, &packet]));
        let start = format!("{name} {}, IPv4 20, TCP 20", header.len());
        assert!(layers(&found).starts_with(&start), "{}", layers(&found));
        assert_eq!(found.layers[0].summary, summary);
    }
}

#[test]
fn a_pppoe_session_ends_with_its_length() {
    let packet = v4(6, &tcp());
    let len = u8::try_from(packet.len() + 2).unwrap();
    let header = [0x11, 0, 0, 9, 0, len, 0, 0x21];
    let frame = ethernet(0x8864, &cat(&[&header, &packet, &[1; 4]]));
    let found = of(ETHERNET, &frame);
    assert_eq!(
        layers(&found),
        "Ethernet II 14, PPPoE 6, PPP 2, IPv4 20, TCP 20, Data 5, Trailer 4"
    );
    assert_eq!(layer(&found, "PPPoE").summary, "session 0x0009");
}

#[test]
fn radio_frames_have_their_radio_header_and_their_check_sequence() {
    let radio = [0, 0, 13, 0, 0x2E, 0, 0, 0, 0x10, 11, 0x6C, 9, 0xA0];
    let radio = cat(&[&radio[..10], &[0x6C, 0x09, 0xA0, 0x00], &[0xC4]]);
    let mut radio = radio;
    radio[2] = 15;
    let mut frame = vec![0x08, 0x01, 5, 0];
    frame.extend([2; 18]);
    frame.extend([0x30, 0x01]);
    frame.extend(snap(0x0800, &v4(6, &tcp())));
    let check = super::super::verify::frame_check_sequence(&frame);
    let found = of(127, &cat(&[&radio, &frame, &check]));
    assert_eq!(
        layers(&found),
        "Radiotap 15, IEEE 802.11 24, IEEE 802.2 LLC/SNAP 8, IPv4 20, TCP 20, Data 5, \
         Frame check sequence 4"
    );
    assert_eq!(
        values(&found, "Radiotap", &["Rate", "Channel", "Antenna signal"]),
        ["5.5 Mb/s", "2412 MHz, flags 0x00a0", "-60 dBm"]
    );
    assert_eq!(
        values(&found, "IEEE 802.11", &["to DS", "Sequence number"]),
        ["set", "19"]
    );
    assert!(
        field(&found, "Frame check sequence", "Check")
            .note
            .is_none()
    );
}

#[test]
fn all_frames_of_an_aggregate_are_opened_in_order() {
    let body = snap(0x0800, &v4(6, &tcp()));
    let len = u8::try_from(body.len()).unwrap();
    let subframe = cat(&[&[2; 12], &[0, len], &body]);
    let padding = vec![0; subframe.len().next_multiple_of(4) - subframe.len()];
    let mut frame = vec![0x88, 0x01, 0, 0];
    frame.extend([2; 18]);
    frame.extend([0, 0, 0x80, 0]);
    let found = of(105, &cat(&[&frame, &subframe, &padding, &subframe]));
    let inner = "A-MSDU subframe 14, IEEE 802.2 LLC/SNAP 8, IPv4 20, TCP 20, Data 5";
    assert_eq!(
        layers(&found),
        format!(
            "IEEE 802.11 26, {inner}, Padding {}, {inner}",
            padding.len()
        )
    );
}

#[test]
fn a_check_sequence_that_no_one_announced_is_told_from_padding() {
    let frame = cat(&[&ethernet(0x0800, &v4(6, &tcp())), &[0; 6]]);
    let check = super::super::verify::frame_check_sequence(&frame);
    let found = of(ETHERNET, &cat(&[&frame, &check]));
    assert!(layers(&found).ends_with("Data 5, Trailer 6, Frame check sequence 4"));
    let found = of(ETHERNET, &cat(&[&frame, &[1, 2, 3, 4]]));
    assert!(layers(&found).ends_with("Data 5, Trailer 10"));
}
