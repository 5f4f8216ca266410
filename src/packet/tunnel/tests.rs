//! One packet of every tunnel that is entered.

use crate::packet::testing::{around, cat, decode, ethernet, tcp, tcp6, udp, v4, v6};

const ETHERNET: u16 = 1;
const RAW: u16 = 101;

fn inner() -> Vec<u8> {
    v4(6, &tcp())
}

fn frame() -> Vec<u8> {
    ethernet(0x0800, &inner())
}

fn over_ip(protocol: u8, header: &[u8], payload: &[u8]) -> String {
    around(RAW, &v4(protocol, &cat(&[header, payload])))
}

fn over_udp(port: u16, header: &[u8], payload: &[u8]) -> String {
    around(RAW, &v4(17, &udp(port, &cat(&[header, payload]))))
}

#[test]
fn ip_in_ip_is_entered_in_all_four_combinations() {
    assert_eq!(around(RAW, &v4(4, &inner())), "IPIP");
    assert_eq!(around(RAW, &v4(41, &v6(6, &tcp6()))), "6in4");
    assert_eq!(around(RAW, &v6(4, &inner())), "4in6");
    assert_eq!(around(RAW, &v6(41, &v6(6, &tcp6()))), "6in6");
}

#[test]
fn the_addresses_of_the_segment_are_the_innermost_ones() {
    let found = decode(RAW, &v6(4, &inner()));
    assert_eq!(found[0].head.source.to_string(), "10.0.0.1:1000");
    assert_eq!(found[0].head.ip_id, Some(0x1234));
}

#[test]
fn ethernet_in_ip_is_entered() {
    assert_eq!(over_ip(97, &[0x30, 0], &frame()), "EtherIP");
    assert_eq!(over_ip(143, &[], &frame()), "Ethernet");
    assert_eq!(over_ip(137, &[0, 0, 0x11, 64], &inner()), "MPLS 1");
}

#[test]
fn gre_is_entered_with_all_optional_fields() {
    assert_eq!(over_ip(47, &[0, 0, 8, 0], &inner()), "GRE");
    assert_eq!(over_ip(47, &[0x20, 0, 8, 0, 0, 0, 0, 9], &inner()), "GRE 9");
    let all = [0xB0, 0, 0x65, 0x58, 1, 2, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1];
    assert_eq!(over_ip(47, &all, &frame()), "GRE 9");
    let routed = [
        0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0,
    ];
    assert_eq!(over_ip(47, &routed, &inner()), "GRE");
}

#[test]
fn gre_with_other_payloads_is_entered() {
    let pptp = [
        0x30, 0x81, 0x88, 0x0B, 0, 49, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0xFF, 3, 0, 0x21,
    ];
    assert_eq!(over_ip(47, &pptp, &inner()), "PPTP 5");
    assert_eq!(over_ip(47, &[0, 0, 0x88, 0x3E], &inner()), "WCCP");
    assert_eq!(
        over_ip(47, &[0, 0, 0x88, 0x3E, 0, 1, 2, 3], &inner()),
        "WCCP"
    );
    let aruba = cat(&[
        &[0, 0, 0x82, 0, 8, 1],
        &[0; 22],
        &[0xAA, 0xAA, 3, 0, 0, 0, 8, 0],
    ]);
    assert_eq!(over_ip(47, &aruba, &inner()), "GRE");
}

#[test]
fn mirrored_frames_are_entered_in_all_three_types() {
    assert_eq!(over_ip(47, &[0, 0, 0x88, 0xBE], &frame()), "ERSPAN");
    let second = [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 0, 0, 7, 0, 0, 0, 0];
    assert_eq!(over_ip(47, &second, &frame()), "ERSPAN 7");
    let third = [
        0x10, 0, 0x22, 0xEB, 0, 0, 0, 1, 0x20, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    assert_eq!(over_ip(47, &third, &frame()), "ERSPAN 7");
    let mut with_subheader = third.to_vec();
    with_subheader[19] = 1;
    with_subheader.extend_from_slice(&[0; 8]);
    assert_eq!(over_ip(47, &with_subheader, &frame()), "ERSPAN 7");
}

#[test]
fn label_stacks_carry_ip_and_pseudowires() {
    let labels = [0, 1, 0x00, 64, 0, 2, 0x01, 64];
    let ip = ethernet(0x8847, &cat(&[&labels, &inner()]));
    assert_eq!(around(ETHERNET, &ip), "MPLS 16, MPLS 32");
    let wire = ethernet(0x8847, &cat(&[&labels, &frame()]));
    assert_eq!(around(ETHERNET, &wire), "MPLS 16, MPLS 32, pseudowire");
    let control_word = ethernet(0x8847, &cat(&[&labels, &[0; 4], &frame()]));
    assert_eq!(
        around(ETHERNET, &control_word),
        "MPLS 16, MPLS 32, pseudowire"
    );
    assert_eq!(around(219, &cat(&[&labels, &inner()])), "MPLS 16, MPLS 32");
}

#[test]
fn a_session_over_ethernet_ends_before_the_padding() {
    let session = cat(&[&[0x11, 0, 0, 7, 0, 47, 0, 0x21], &inner(), &[0xEE; 6]]);
    assert_eq!(around(ETHERNET, &ethernet(0x8864, &session)), "PPPoE 7");
}

#[test]
fn overlays_over_udp_are_entered() {
    assert_eq!(
        over_udp(4789, &[8, 0, 0, 0, 0, 1, 0, 0], &frame()),
        "VXLAN 256"
    );
    assert_eq!(
        over_udp(8472, &[8, 0, 0, 0, 0, 1, 0, 0], &frame()),
        "VXLAN 256"
    );
    assert_eq!(
        over_udp(4790, &[0x0C, 0, 0, 1, 0, 1, 0, 0], &inner()),
        "VXLAN-GPE 256"
    );
    assert_eq!(
        over_udp(6081, &[0, 0, 0x65, 0x58, 0, 1, 0, 0], &frame()),
        "Geneve 256"
    );
    let options = [1, 0, 8, 0, 0, 1, 0, 0, 1, 2, 3, 4];
    assert_eq!(over_udp(6081, &options, &inner()), "Geneve 256");
    assert_eq!(over_udp(6635, &[0, 0, 0x11, 64], &inner()), "MPLS 1");
    assert_eq!(over_udp(4754, &[0, 0, 8, 0], &inner()), "GRE");
    assert_eq!(
        over_udp(37008, &[1, 0, 0, 1, 0, 10, 1, 5, 1], &frame()),
        "TZSP"
    );
}

#[test]
fn a_service_header_is_passed() {
    let header = [0, 2, 1, 1, 0, 0, 9, 1];
    assert_eq!(
        around(ETHERNET, &ethernet(0x894F, &cat(&[&header, &inner()]))),
        "NSH 9"
    );
}

#[test]
fn user_packets_of_mobile_networks_are_entered() {
    assert_eq!(
        over_udp(2152, &[0x30, 255, 0, 45, 0, 0, 0, 9], &inner()),
        "GTP-U 9"
    );
    let extended = [0x34, 255, 0, 53, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 0, 0];
    assert_eq!(over_udp(2152, &extended, &inner()), "GTP-U 9");
    let version_0 = cat(&[&[0x1E, 255, 0, 45], &[0; 15], &[9]]);
    assert_eq!(over_udp(3386, &version_0, &inner()), "GTP-U 9");
    assert!(decode(RAW, &v4(17, &udp(2152, &[0x30, 26, 0, 0, 0, 0, 0, 9]))).is_empty());
}

#[test]
fn transitions_to_ipv6_over_udp_are_entered() {
    let inner6 = v6(6, &tcp6());
    assert_eq!(over_udp(3544, &[], &inner6), "Teredo");
    assert_eq!(over_udp(3544, &[0, 0, 1, 2, 3, 4, 5, 6], &inner6), "Teredo");
    let authenticated = cat(&[&[0, 1, 0, 0], &[7; 8], &[0], &[0, 0, 1, 2, 3, 4, 5, 6]]);
    assert_eq!(over_udp(3544, &authenticated, &inner6), "Teredo");
    let header = cat(&[&[0x41, 0x52, 0x11, 41, 0, 0, 0, 0], &[0; 16], &[0; 20]]);
    assert_eq!(over_udp(5072, &header, &inner6), "AYIYA");
}

#[test]
fn data_of_l2tp_is_entered_and_control_is_not() {
    let plain = [0, 2, 0, 1, 0, 2, 0xFF, 3, 0, 0x21];
    assert_eq!(over_udp(1701, &plain, &inner()), "L2TP 65538");
    let all = [
        0x4A, 2, 0, 64, 0, 1, 0, 2, 0, 0, 0, 0, 0, 1, 9, 0xFF, 3, 0, 0x21,
    ];
    assert_eq!(over_udp(1701, &all, &inner()), "L2TP 65538");
    assert!(decode(RAW, &v4(17, &udp(1701, &cat(&[&[0xC8, 2], &inner()])))).is_empty());
}

#[test]
fn a_known_port_without_a_plausible_tunnel_is_something_else() {
    for port in [4789, 4790, 6081, 2152, 3544, 5072, 1701, 37008] {
        assert!(decode(RAW, &v4(17, &udp(port, &[0xF0; 60]))).is_empty());
    }
}

#[test]
fn a_header_quoted_in_an_icmp_error_is_no_segment() {
    let quoted = cat(&[&[3, 1, 0, 0, 0, 0, 0, 0], &inner()]);
    assert!(decode(RAW, &v4(1, &quoted)).is_empty());
    assert!(
        decode(
            RAW,
            &v6(58, &cat(&[&[1, 0, 0, 0, 0, 0, 0, 0], &v6(6, &tcp6())]))
        )
        .is_empty()
    );
}
