//! What holds for whole packets: lengths, fragments, limits, and that no bytes do harm.

use proptest::prelude::*;

use super::testing::{Bench, PAYLOAD, cat, decode, ethernet, tcp, tcp6, v4, v4_fragment, v6};
use super::{Checksum, DecodeLimits, SegmentHead};
use crate::capture::NoticeKind;

const RAW: u16 = 101;
const MORE: u16 = 0x2000;

#[test]
fn the_fields_of_a_segment_come_from_its_headers() {
    let found = decode(1, &ethernet(0x0800, &v4(6, &tcp())));
    let head = &found[0].head;
    assert_eq!(
        (head.seq.0, head.ack.0, head.flags.0, head.window),
        (100, 200, 0x18, 0x1000)
    );
    assert_eq!(
        (head.ip_header_len, head.tcp_header_len, head.payload_len),
        (20, 20, 5)
    );
    assert_eq!((head.original_len, head.tcp_start), (59, 7 + 34));
    assert!(head.ip_checksum_good);
    assert!(!head.truncated);
}

#[test]
fn the_straight_way_and_the_loop_over_layers_agree() {
    for (packet, family) in [(v4(6, &tcp()), 2), (v6(6, &tcp6()), 24)] {
        for kept in 0..=packet.len() {
            let facts = |link_type: u16, header: &[u8]| {
                let bytes = cat(&[header, &packet[..kept]]);
                let mut bench = Bench::new(DecodeLimits::default());
                let found = bench.packet(link_type, &bytes, header.len() + packet.len(), 0);
                let facts = found.first().map(|found| {
                    let head = SegmentHead {
                        tcp_start: 0,
                        original_len: 0,
                        ..found.head
                    };
                    (format!("{head:?}"), found.payload.clone(), found.checksum)
                });
                (facts, bench.noted(NoticeKind::BadPacket))
            };
            assert_eq!(facts(RAW, &[]), facts(108, &[0, 0, 0, family]));
        }
    }
}

proptest! {
    #[test]
    fn the_straightest_way_and_the_loop_over_layers_agree(
        changes in prop::collection::vec((0_usize..52, any::<u8>()), 0..4),
        kept in 30_usize..70,
        missing in 0_usize..3,
    ) {
        let mut packet = cat(&[&v4(6, &tcp()), b"and a trailer"]);
        for (at, byte) in changes {
            if let Some(place) = packet.get_mut(at) {
                *place = byte;
            }
        }
        packet.truncate(kept);
        let facts = |link_type: u16, header: &[u8]| {
            let bytes = cat(&[header, &packet]);
            let mut bench = Bench::new(DecodeLimits::default());
            let found = bench.packet(link_type, &bytes, bytes.len() + 7 * missing, 0);
            let facts = found.first().map(|found| {
                let head = SegmentHead {
                    tcp_start: 0,
                    original_len: 0,
                    ..found.head
                };
                (format!("{head:?}"), found.payload.clone(), found.checksum)
            });
            (facts, bench.noted(NoticeKind::BadPacket))
        };
        let frame = ethernet(0x0800, &[]);
        prop_assert_eq!(facts(1, &frame), facts(108, &[0, 0, 0, 2]));
    }
}

#[test]
fn padding_and_trailers_are_not_payload() {
    let found = decode(1, &cat(&[&ethernet(0x0800, &v4(6, &tcp())), b"trailer"]));
    assert_eq!(found[0].payload, PAYLOAD);
    let found = decode(1, &cat(&[&ethernet(0x86DD, &v6(6, &tcp6())), b"trailer"]));
    assert_eq!(found[0].payload, PAYLOAD);
}

#[test]
fn an_ip_length_of_zero_means_all_of_the_packet() {
    let mut packet = v4(6, &tcp());
    packet[2..4].copy_from_slice(&[0, 0]);
    assert_eq!(decode(RAW, &packet)[0].payload, PAYLOAD);
    let mut packet = v6(6, &tcp6());
    packet[4..6].copy_from_slice(&[0, 0]);
    assert_eq!(decode(RAW, &packet)[0].payload, PAYLOAD);
}

#[test]
fn an_ip_length_beyond_the_packet_ends_with_the_packet() {
    let mut packet = v4(6, &tcp());
    packet[2..4].copy_from_slice(&[9, 0]);
    let found = decode(RAW, &packet);
    assert_eq!(found[0].head.payload_len, 5);
    assert!(!found[0].head.truncated);
}

#[test]
fn a_snapshot_length_leaves_the_lengths_of_the_headers() {
    let packet = v4(6, &tcp());
    let mut bench = Bench::new(DecodeLimits::default());
    for (kept, captured) in [(44, 4), (40, 0), (36, 0)] {
        let found = bench.packet(RAW, &packet[..kept], packet.len(), 0);
        let head = &found[0].head;
        assert_eq!((head.payload_len, head.captured_payload_len), (5, captured));
        assert!(head.truncated);
        assert_eq!(found[0].checksum, Checksum::Unknown);
    }
    assert!(bench.packet(RAW, &packet[..35], packet.len(), 0).is_empty());
    assert_eq!(bench.noted(NoticeKind::BadPacket), 1);
}

#[test]
fn headers_that_contradict_themselves_give_no_segment_and_a_notice() {
    let whole = v4(6, &tcp());
    for (at, value) in [(0, 0x44), (3, 19), (32, 0x40), (32, 0xF0), (0, 0x95)] {
        let mut packet = whole.clone();
        packet[at] = value;
        let mut bench = Bench::new(DecodeLimits::default());
        assert!(bench.packet(RAW, &packet, packet.len(), 0).is_empty());
        assert_eq!(bench.noted(NoticeKind::BadPacket), 1, "byte {at} = {value}");
    }
}

#[test]
fn wrong_checksums_are_told_and_not_rejected() {
    let whole = v4(6, &tcp());
    assert_eq!(decode(RAW, &whole)[0].checksum, Checksum::Good);
    for at in [8, 44] {
        let mut packet = whole.clone();
        packet[at] ^= 0x20;
        assert_eq!(decode(RAW, &packet)[0].checksum, Checksum::Bad);
    }
}

#[test]
fn options_of_ipv4_are_passed() {
    let mut packet = v4(6, &cat(&[&[1; 8], &tcp()]));
    packet[0] = 0x47;
    let found = decode(RAW, &packet);
    assert_eq!(found[0].payload, PAYLOAD);
    assert_eq!(found[0].head.ip_header_len, 28);
}

#[test]
fn extension_headers_of_ipv6_are_passed() {
    let chain = cat(&[
        &[43, 0, 0, 0, 0, 0, 0, 0],
        &[60, 0, 0, 0, 0, 0, 0, 0],
        &[51, 0, 0, 0, 0, 0, 0, 0],
        &[
            44, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ],
        &[6, 0, 0, 0, 0, 0, 0, 9],
        &tcp6(),
    ]);
    let found = decode(RAW, &v6(0, &chain));
    assert_eq!(found[0].payload, PAYLOAD);
    assert_eq!(found[0].head.ip_header_len, 40 + 3 * 8 + 24 + 8);
}

#[test]
fn a_routing_header_names_the_final_destination() {
    let last = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let route = cat(&[&[6, 2, 0, 1, 0, 0, 0, 0], &last, &tcp6()]);
    let found = decode(RAW, &v6(43, &route));
    assert_eq!(found[0].head.destination.to_string(), "[::9]:80");
}

#[test]
fn fragments_in_any_order_give_one_segment_at_the_packet_that_completes_them() {
    let segment = tcp();
    let parts = [(0, MORE), (8, MORE), (16, 0)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let mut bench = Bench::new(DecodeLimits::default());
        let mut found = Vec::new();
        for index in order {
            assert!(found.is_empty());
            let (at, more) = parts[index];
            let end = if more == 0 { segment.len() } else { at + 8 };
            let offset = u16::try_from(at / 8).unwrap() | more;
            let packet = v4_fragment(6, offset, &segment[at..end]);
            found = bench.packet(RAW, &packet, packet.len(), 0);
        }
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].payload, PAYLOAD);
        assert_eq!(found[0].checksum, Checksum::Good);
        assert_eq!(found[0].head.number.value(), 3);
        assert!(!found[0].head.truncated);
    }
}

#[test]
fn fragments_of_ipv6_are_joined_behind_their_extension_headers() {
    let segment = tcp6();
    let part = |offset: u8, bytes: &[u8]| {
        v6(
            60,
            &cat(&[
                &[44, 0, 0, 0, 0, 0, 0, 0],
                &[6, 0, 0, offset, 0, 0, 0, 9],
                bytes,
            ]),
        )
    };
    let mut bench = Bench::new(DecodeLimits::default());
    let last = part(16, &segment[16..]);
    assert!(bench.packet(RAW, &last, last.len(), 0).is_empty());
    let first = part(1, &segment[..16]);
    let found = bench.packet(RAW, &first, first.len(), 0);
    assert_eq!(found[0].payload, PAYLOAD);
    assert_eq!(found[0].checksum, Checksum::Good);
}

#[test]
fn a_first_fragment_that_was_cut_is_read_by_itself() {
    let packet = v4_fragment(6, MORE, &tcp());
    let mut bench = Bench::new(DecodeLimits::default());
    let found = bench.packet(RAW, &packet[..40], packet.len(), 0);
    assert!(found[0].head.truncated);
    assert_eq!(found[0].head.payload_len, 5);
}

#[test]
fn datagrams_that_never_come_together_are_counted() {
    let limits = DecodeLimits {
        fragment_timeout_ns: 10,
        ..DecodeLimits::default()
    };
    let mut bench = Bench::new(limits);
    let first = v4_fragment(6, MORE, &tcp()[..16]);
    let last = v4_fragment(6, 2, &tcp()[16..]);
    assert!(bench.packet(RAW, &first, first.len(), 0).is_empty());
    assert!(bench.packet(RAW, &last, last.len(), 11).is_empty());
    bench.decoder.finish();
    assert_eq!(bench.noted(NoticeKind::BadPacket), 2);
}

#[test]
fn a_segment_knows_the_packets_of_its_fragments() {
    let mut bench = Bench::new(DecodeLimits::default());
    let first = v4_fragment(6, MORE, &tcp()[..16]);
    let last = v4_fragment(6, 2, &tcp()[16..]);
    let mut packet = |bytes: &[u8]| {
        let found = bench.packet(RAW, bytes, bytes.len(), 0).len();
        (found, bench.fragments())
    };
    for bytes in [&first, &first] {
        assert_eq!(packet(bytes), (0, vec![]));
    }
    assert_eq!(packet(&last), (1, vec![(3, 1), (3, 2)]));
    assert_eq!(packet(&v4(6, &tcp())), (1, vec![]));
    // In a tunnel whose own packets are fragments.
    for (bytes, fragments) in [
        (v4_fragment(4, MORE, &first[..24]), vec![]),
        (v4_fragment(4, 3, &first[24..]), vec![]),
        (v4(4, &last), vec![(7, 5), (7, 6)]),
    ] {
        assert_eq!(packet(&bytes), (fragments.len() / 2, fragments));
    }
}

#[test]
fn more_layers_than_the_limit_give_no_segment_and_a_notice() {
    let tags = [0x81, 0, 0, 5].repeat(40);
    let packet = cat(&[&[0; 12], &tags, &[8, 0], &v4(6, &tcp())]);
    let mut bench = Bench::new(DecodeLimits::default());
    assert!(bench.packet(1, &packet, packet.len(), 0).is_empty());
    assert_eq!(bench.noted(NoticeKind::LimitReached), 1);
}

#[test]
fn more_encapsulations_than_the_limit_share_one() {
    let limits = DecodeLimits {
        encapsulations: 2,
        ..DecodeLimits::default()
    };
    let mut bench = Bench::new(limits);
    let names = [1, 2, 3, 4, 1, 0].map(|vlan| {
        let tag = if vlan == 0 {
            vec![]
        } else {
            vec![0x81, 0, 0, vlan]
        };
        let packet = cat(&[&[0; 12], &tag, &[8, 0], &v4(6, &tcp())]);
        bench.packet(1, &packet, packet.len(), 0)[0].around()
    });
    assert_eq!(names, ["vlan 1", "vlan 2", "other", "other", "vlan 1", ""]);
    assert_eq!(bench.decoder.encapsulations().len(), 4);
    bench.decoder.finish();
    assert_eq!(bench.noted(NoticeKind::LimitReached), 2);
}

/// Bytes that lead somewhere more often than random ones.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<Vec<u8>> = vec![
        vec![0x08, 0x00],
        vec![0x86, 0xDD],
        vec![0x81, 0x00],
        vec![0x88, 0x47],
        vec![0xAA, 0xAA, 3, 0, 0, 0],
        vec![0xFF, 3, 0, 0x21],
        v4(6, &tcp()),
        v4(47, &[0x30, 1, 0x88, 0x0B]),
        v4_fragment(6, MORE, &tcp()[..16]),
        v4(17, &[0, 0, 0x12, 0xB5, 0, 99, 0, 0, 8, 0, 0, 0]),
        v4(17, &[0, 0, 0x08, 0x68, 0, 99, 0, 0, 0x34, 255, 0, 99]),
        v6(44, &[6, 0, 0, 1]),
    ];
    let piece = prop_oneof![
        prop::sample::select(known),
        prop::collection::vec(any::<u8>(), 0..24),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_of_any_link_type_make_the_decoder_panic(
        link_type in 0_u16..310,
        packets in prop::collection::vec((pieces(), 0_usize..2000), 1..4),
    ) {
        let limits = DecodeLimits {
            fragment_datagrams: 2,
            fragment_bytes: 64,
            ..DecodeLimits::default()
        };
        let mut bench = Bench::new(limits);
        for (bytes, longer) in &packets {
            for link_type in [link_type, 1, 101, 105, 127] {
                for found in bench.packet(link_type, bytes, bytes.len() + longer, 0) {
                    let head = &found.head;
                    prop_assert!(head.captured_payload_len <= head.payload_len);
                    prop_assert_eq!(found.payload.len(), head.captured_payload_len as usize);
                    prop_assert!((20..=60).contains(&head.tcp_header_len));
                }
            }
        }
        bench.decoder.finish();
    }

    #[test]
    fn shuffled_and_repeated_fragments_give_the_bytes_that_were_sent(
        body in prop::collection::vec(any::<u8>(), 8..400),
        cuts in prop::collection::vec((0_usize..50, 1_usize..50), 0..40),
        seed in any::<u64>(),
    ) {
        let segment = cat(&[&tcp()[..20], &body]);
        let mut parts: Vec<(usize, usize)> = cuts
            .into_iter()
            .map(|(at, len)| (at * 8, (at * 8 + len * 8).min(segment.len())))
            .filter(|(at, end)| at < end)
            .collect();
        parts.extend((0..segment.len()).step_by(8).map(|at| (at, (at + 8).min(segment.len()))));
        let mut state = seed;
        for index in (1..parts.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let other = usize::try_from(state >> 33).unwrap() % (index + 1);
            parts.swap(index, other);
        }
        let mut bench = Bench::new(DecodeLimits::default());
        let mut found = Vec::new();
        for (at, end) in parts {
            let more = if end < segment.len() { MORE } else { 0 };
            let offset = u16::try_from(at / 8).unwrap() | more;
            let packet = v4_fragment(6, offset, &segment[at..end]);
            found.extend(bench.packet(RAW, &packet, packet.len(), 0));
        }
        prop_assert!(!found.is_empty());
        for found in &found {
            prop_assert_eq!(&found.payload, &body);
        }
    }
}
