//! One packet of every link type that is read.

use crate::capture::NoticeKind;
use crate::packet::DecodeLimits;
use crate::packet::testing::{Bench, around, cat, decode, ethernet, snap, tcp, tcp6, v4, v6};

fn ip() -> Vec<u8> {
    v4(6, &tcp())
}

/// A header before an IPv4 packet leads to its segment, without VLAN or tunnel.
fn plain(link_type: u16, header: &[u8]) {
    assert_eq!(around(link_type, &cat(&[header, &ip()])), "");
}

#[test]
fn raw_ip_of_both_versions_is_read() {
    for link_type in [12, 14, 101, 228] {
        plain(link_type, &[]);
    }
    assert_eq!(around(229, &v6(6, &tcp6())), "");
}

#[test]
fn loopback_is_read_in_either_byte_order_and_with_every_family_of_ipv6() {
    plain(0, &[2, 0, 0, 0]);
    plain(0, &[0, 0, 0, 2]);
    plain(108, &[0, 0, 0, 2]);
    for family in [10, 23, 24, 28, 30] {
        assert_eq!(around(0, &cat(&[&[family, 0, 0, 0], &v6(6, &tcp6())])), "");
        assert_eq!(
            around(108, &cat(&[&[0, 0, 0, family], &v6(6, &tcp6())])),
            ""
        );
    }
}

#[test]
fn linux_cooked_captures_are_read() {
    plain(113, &[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0]);
    plain(
        276,
        &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0],
    );
    let llc = cat(&[
        &[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 4],
        &snap(0x0800, &ip()),
    ]);
    assert_eq!(around(113, &llc), "");
}

#[test]
fn ppp_is_read_in_all_framings() {
    for link_type in [9, 50, 166] {
        plain(link_type, &[0xFF, 3, 0, 0x21]);
        plain(link_type, &[0, 0x21]);
        plain(link_type, &[0x21]);
        plain(link_type, &[0x0F, 0, 8, 0]);
    }
    plain(166, &[1, 3, 0, 0x21]);
    plain(204, &[1, 0xFF, 3, 0, 0x21]);
    let bridged = cat(&[&[0xFF, 3, 0, 0x31, 0, 1], &ethernet(0x0800, &ip())]);
    assert_eq!(around(9, &bridged), "");
    let session = cat(&[&[0x11, 0, 0, 7, 0, 47, 0, 0x21], &ip()]);
    assert_eq!(around(51, &session), "PPPoE 7");
}

#[test]
fn cisco_hdlc_and_frame_relay_are_read() {
    plain(104, &[0x0F, 0, 8, 0]);
    plain(205, &[1, 0x0F, 0, 8, 0]);
    plain(107, &[0x18, 0x41, 3, 0xCC]);
    plain(206, &[1, 0x18, 0x41, 3, 0xCC]);
    plain(107, &[0x18, 0x41, 8, 0]);
    plain(107, &[0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0]);
}

#[test]
fn other_lans_are_read() {
    let addresses = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6];
    let llc = snap(0x0800, &ip());
    assert_eq!(around(10, &cat(&[&[0x50], &addresses, &llc])), "");
    assert_eq!(around(6, &cat(&[&[0x10, 0x40], &addresses, &llc])), "");
    let routed = [
        0x10, 0x40, 1, 2, 3, 4, 5, 6, 0x81, 2, 3, 4, 5, 6, 4, 0, 0, 0,
    ];
    assert_eq!(around(6, &cat(&[&routed, &llc])), "");
    assert_eq!(around(100, &llc), "");
    assert_eq!(around(122, &cat(&[&[0; 16], &llc])), "");
    plain(7, &[1, 2, 212, 0, 0, 1]);
    plain(7, &[1, 2, 240]);
    plain(129, &[1, 2, 0, 0, 212, 0, 0, 1]);
    plain(138, &cat(&[&[0; 16], &[8, 0]]));
    plain(242, &cat(&[&[0; 40], &[8, 0, 0, 0]]));
}

#[test]
fn capture_headers_before_another_link_type_are_passed() {
    plain(8, &[0; 16]);
    plain(102, &[0; 24]);
    plain(109, &[0; 12]);
    plain(117, &cat(&[&[61], &[0; 63]]));
    let frame = ethernet(0x0800, &ip());
    assert_eq!(around(1, &frame), "");
    assert_eq!(around(178, &cat(&[b"MGC\x80\0\x02\0\0", &frame])), "");
    assert_eq!(around(178, &cat(&[b"MGC\0", &frame])), "");
    plain(178, b"MGC\x02\x02\0\0\0");
    assert_eq!(around(240, &cat(&[&[0; 4], &frame])), "");
    assert_eq!(around(241, &cat(&[&[0; 12], &frame])), "");
    assert_eq!(around(282, &cat(&[&[0; 4], &frame])), "");
    plain(281, &cat(&[&[0; 16], &[8, 0]]));
    plain(284, &cat(&[&[0; 16], &[8, 0]]));
    plain(285, &cat(&[&[0; 20], &[8, 0]]));
    assert_eq!(around(274, &cat(&[&[0; 8], &frame])), "");
    assert_eq!(
        around(258, &cat(&[&[12, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], &frame])),
        ""
    );
    assert_eq!(around(192, &cat(&[&[0, 0, 8, 0, 1, 0, 0, 0], &frame])), "");
}

#[test]
fn the_payload_of_a_netfilter_log_is_found_among_its_attributes() {
    plain(239, &[2, 0, 0, 0, 6, 0, 10, 0, b'x', 0, 0, 0, 49, 0, 9, 0]);
    plain(239, &[2, 0, 0, 0, 0, 6, 0, 10, b'x', 0, 0, 0, 0, 49, 0, 9]);
}

fn radio(control: u8, flags: u8, tail: &[u8], body: &[u8]) -> Vec<u8> {
    cat(&[&[control, flags], &[0; 22], tail, body])
}

#[test]
fn data_frames_of_a_radio_network_are_read_behind_every_radio_header() {
    let frame = radio(0x08, 1, &[], &snap(0x0800, &ip()));
    assert_eq!(around(105, &frame), "");
    assert_eq!(
        around(105, &radio(0x88, 1, &[0, 0], &snap(0x0800, &ip()))),
        ""
    );
    assert_eq!(
        around(105, &radio(0x88, 0x83, &[0; 12], &snap(0x0800, &ip()))),
        ""
    );
    assert_eq!(around(127, &cat(&[&[0, 0, 8, 0, 0, 0, 0, 0], &frame])), "");
    let padded = radio(0x88, 1, &[0, 0, 0, 0], &snap(0x0800, &ip()));
    assert_eq!(
        around(127, &cat(&[&[0, 0, 9, 0, 2, 0, 0, 0, 0x20], &padded])),
        ""
    );
    assert_eq!(
        around(192, &cat(&[&[0, 0, 8, 0, 105, 0, 0, 0], &frame])),
        ""
    );
    assert_eq!(
        around(
            119,
            &cat(&[&[0x44, 0, 0, 0, 144, 0, 0, 0], &[0; 136], &frame])
        ),
        ""
    );
    assert_eq!(
        around(
            163,
            &cat(&[&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64], &[0; 56], &frame])
        ),
        ""
    );
}

#[test]
fn encrypted_frames_and_frames_without_data_are_not_read() {
    assert!(decode(105, &radio(0x08, 0x41, &[], &snap(0x0800, &ip()))).is_empty());
    assert!(decode(105, &radio(0x48, 0x01, &[], &snap(0x0800, &ip()))).is_empty());
    assert!(decode(105, &radio(0x80, 0x00, &[], &snap(0x0800, &ip()))).is_empty());
}

#[test]
fn every_frame_of_an_aggregate_gives_its_segment() {
    let llc = snap(0x0800, &ip());
    let len = u16::try_from(llc.len()).unwrap().to_be_bytes();
    let subframe = cat(&[&[0; 12], &len, &llc]);
    let padding = vec![0; subframe.len().next_multiple_of(4) - subframe.len()];
    let frame = radio(0x88, 1, &[0x80, 0], &cat(&[&subframe, &padding, &subframe]));
    let found = decode(105, &frame);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].payload, found[1].payload);
}

#[test]
fn tags_of_ethernet_are_passed_and_vlans_are_noted() {
    let tagged = |types: &[u8]| around(1, &cat(&[&ethernet(0, &[])[..12], types, &ip()]));
    assert_eq!(tagged(&[0x81, 0, 0x20, 5, 8, 0]), "vlan 5");
    assert_eq!(
        tagged(&[0x88, 0xA8, 0, 7, 0x81, 0, 0, 5, 8, 0]),
        "vlan 7, vlan 5"
    );
    assert_eq!(
        tagged(&[0x91, 0, 0, 7, 0x92, 0, 0, 5, 8, 0]),
        "vlan 7, vlan 5"
    );
    assert_eq!(tagged(&[0x89, 0x26, 0, 0, 0, 0, 8, 0]), "");
    assert_eq!(tagged(&[0x89, 0x3F, 0, 0, 0, 0, 0, 0, 8, 0]), "");
    assert_eq!(tagged(&[0x89, 0x09, 1, 1, 0, 1, 0, 9, 8, 0]), "");
    let inner = ethernet(0x0800, &ip());
    let backbone = ethernet(0x88E7, &cat(&[&[0, 0, 1, 0], &inner]));
    assert_eq!(around(1, &backbone), "PBB 256");
    let isl = cat(&[&[1, 0, 0x0C, 0, 0, 0], &[0; 20], &inner]);
    assert_eq!(around(1, &isl), "");
}

#[test]
fn a_length_in_place_of_a_type_announces_llc_and_ends_before_the_padding() {
    let llc = snap(0x0800, &ip());
    let len = u16::try_from(llc.len()).unwrap();
    assert_eq!(around(1, &cat(&[&ethernet(len, &llc), &[0xEE; 9]])), "");
    let direct = cat(&[&[6, 6, 3], &ip()]);
    assert_eq!(around(1, &ethernet(48, &direct)), "");
}

#[test]
fn a_link_type_that_is_not_read_is_named_and_counted() {
    let mut bench = Bench::new(DecodeLimits::default());
    for _ in 0..3 {
        assert!(bench.packet(189, &[0; 64], 64, 0).is_empty());
    }
    assert_eq!(bench.noted(NoticeKind::UnknownLinkType), 3);
    let message = &bench.decoder.notices().notices()[0].message;
    assert_eq!(message, "packets of link type 189 (USB_LINUX) are not read");
}
