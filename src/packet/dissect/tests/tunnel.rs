//! Tunnel headers, field by field.

use super::super::super::testing::{cat, ethernet, tcp, tcp6, udp, v4, v6};
use super::{ETHERNET, RAW, layer, layers, of, values};

#[test]
fn gre_shows_its_key_and_erspan_behind_it() {
    let packet = v4(6, &tcp());
    let gre = cat(&[&[0x20, 0, 0x08, 0, 0, 0, 0, 7], &packet]);
    let found = of(RAW, &v4(47, &gre));
    assert_eq!(layer(&found, "GRE").summary, "IPv4 (0x0800), key 7");
    let header = [0x10, 0, 0x88, 0xBE, 0, 0, 0, 1, 0x10, 5, 0, 9, 0, 0, 0, 0];
    let found = of(RAW, &v4(47, &cat(&[&header, &ethernet(0x0800, &packet)])));
    assert_eq!(
        layers(&found),
        "IPv4 20, GRE 8, ERSPAN II 8, Ethernet II 14, IPv4 20, TCP 20, Data 5"
    );
    assert_eq!(layer(&found, "ERSPAN II").summary, "session 9, VLAN 5");
    let header = [0x30, 1, 0x88, 0x0B, 0, 47, 0, 3, 0, 0, 0, 1, 0, 0x21];
    let found = of(RAW, &v4(47, &cat(&[&header, &packet])));
    assert!(layers(&found).starts_with("IPv4 20, GRE (PPTP) 12, PPP 2, IPv4 20"));
}

#[test]
fn tunnels_in_udp_have_their_headers() {
    let packet = v4(6, &tcp());
    let frame = ethernet(0x0800, &packet);
    let len = u8::try_from(packet.len()).unwrap();
    for (port, header, inner, name, summary) in [
        (
            4789,
            &[8, 0, 0, 0, 0, 0, 42, 0][..],
            &frame,
            "VXLAN",
            "VNI 42",
        ),
        (
            4790,
            &[0x0C, 0, 0, 1, 0, 0, 43, 0],
            &packet,
            "VXLAN-GPE",
            "VNI 43",
        ),
        (
            6081,
            &[1, 0, 8, 0, 0, 0, 44, 0, 1, 2, 3, 0],
            &packet,
            "Geneve",
            "VNI 44",
        ),
        (
            2152,
            &[0x30, 255, 0, len, 0, 0, 0, 5],
            &packet,
            "GTP-U",
            "user packet (255), TEID 0x00000005",
        ),
        (
            2152,
            &[0x34, 255, 0, len + 8, 0, 0, 0, 6, 0, 0, 0, 0x85, 1, 0, 0, 0],
            &packet,
            "GTP-U",
            "user packet (255), TEID 0x00000006",
        ),
        (
            1701,
            &[0, 2, 0, 7, 0, 8, 0xFF, 3, 0, 0x21],
            &packet,
            "L2TP",
            "tunnel 7, session 8",
        ),
        (
            6635,
            &[0, 1, 0x11, 64],
            &packet,
            "MPLS",
            "label 17, TTL 64, bottom of stack",
        ),
        (37008, &[1, 0, 0, 1, 1], &frame, "TZSP", "Ethernet (0x0001)"),
    ] {
        let found = of(RAW, &v4(17, &udp(port, &cat(&[header, inner]))));
        assert_eq!(layer(&found, name).summary, summary);
        assert!(
            layers(&found).ends_with("IPv4 20, TCP 20, Data 5"),
            "{}",
            layers(&found)
        );
    }
    let ayiya = cat(&[&[0x01, 0, 0x01, 4, 0, 0, 0, 1, 9], &packet]);
    let found = of(RAW, &v4(17, &udp(5072, &ayiya)));
    assert!(layers(&found).starts_with("IPv4 20, UDP 8, AYIYA 9, IPv4 20, TCP 20"));
    let teredo = cat(&[&[0, 0, !0x12, !0x34, !10, !0, !0, !1], &v6(6, &tcp6())]);
    let found = of(RAW, &v4(17, &udp(3544, &teredo)));
    assert_eq!(
        values(&found, "Teredo", &["Origin port", "Origin address"]),
        ["4660", "10.0.0.1"]
    );
}

#[test]
fn a_port_of_a_tunnel_with_something_else_is_data() {
    let found = of(RAW, &v4(17, &udp(4789, b"0, no header")));
    assert_eq!(layers(&found), "IPv4 20, UDP 8, Data 12");
    let summary = &layer(&found, "Data").summary;
    assert!(summary.contains("not the VXLAN that a port announces"));
}

#[test]
fn labels_control_words_and_service_headers_are_shown() {
    let frame = ethernet(0x0800, &v4(6, &tcp()));
    let stack = [0, 0x01, 0x00, 64, 0, 0x01, 0x21, 63, 0, 0, 0, 5];
    let found = of(ETHERNET, &ethernet(0x8847, &cat(&[&stack, &frame])));
    assert!(
        layers(&found).starts_with(
            "Ethernet II 14, MPLS 4, MPLS 4, Pseudowire control word 4, Ethernet II 14"
        ),
        "{}",
        layers(&found)
    );
    let nsh = [0, 0x42, 1, 3, 0, 0, 9, 255];
    let found = of(ETHERNET, &ethernet(0x894F, &cat(&[&nsh, &frame])));
    assert_eq!(layer(&found, "NSH").summary, "path 9, index 255");
}
