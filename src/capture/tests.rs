//! Whole captures through [`Capture`]: formats, damage, compression, several inputs.

use super::testing::{Bytes, Endless, file, gzip, lz4, pcap, read, read_inputs, stream, try_read};
use super::{Batch, ByteOrder, Capture, Input, OpenError, ReadLimits};

const BOTH: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

#[test]
fn pcap_in_both_orders_and_resolutions() {
    for order in BOTH {
        for (magic, time) in [(0xa1b2_c3d4, "5.000007"), (0xa1b2_3c4d, "5.000000007")] {
            let file = Bytes::new(order).pcap_header(magic, 4, 101);
            let reading = read(&file.record((5, 7), &[], b"ab").bytes);
            assert_eq!(reading.packets, [format!("1@0 {time} ab")]);
            assert_eq!(reading.capture.interfaces()[0].link_type.0, 101);
            assert!(reading.notices.is_empty());
        }
    }
}

#[test]
fn link_type_word_carries_the_fcs_length() {
    let file = Bytes::new(ByteOrder::Big).pcap_header(0xa1b2_c3d4, 4, 0x2400_0001);
    let bytes = file.record((5, 7), &[], b"ab").bytes;
    let mut capture = Capture::open(vec![stream("x", &bytes)], ReadLimits::default()).unwrap();
    let mut batch = Batch::default();
    assert!(capture.next_batch(&mut batch));
    assert_eq!((batch.slots[0].fcs_len, batch.slots[0].link_type.0), (4, 1));
}

#[test]
fn reserved_bits_of_the_link_type_are_noted() {
    let bytes = Bytes::new(ByteOrder::Big)
        .pcap_header(0xa1b2_c3d4, 4, 0x0030_0001)
        .bytes;
    let notices = read(&bytes).notices;
    assert_eq!(
        notices,
        ["x: the reserved bits of the link type are not zero (0x00300000) at byte 20"]
    );
}

#[test]
fn record_layouts_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let linux = [0, 0, 0, 2, 8, 0, 0, 0, 1, 2, 3, 4];
    let nokia = [0x9f, 0xbf, 0xb6, 0x01];
    let cases: [(u32, &[u8]); 5] = [
        (0xa1b2_c3d4, &[]),
        (0xa1b2_c3d4, &linux[..8]),
        (0xa1b2_c3d4, &nokia),
        (0xa1b2_cd34, &linux[..8]),
        (0xa1b2_cd34, &linux),
    ];
    for (magic, extra) in cases {
        for count in 1..5 {
            let mut file = Bytes::new(ByteOrder::Big).pcap_header(magic, 4, 1);
            for second in 0..count {
                file = file.record((second, 500_000), extra, b"some packet with data");
            }
            let input = self::file(&directory, "x", &file.bytes);
            let reading = read_inputs(vec![input], ReadLimits::default()).unwrap();
            assert!(
                reading.notices.is_empty(),
                "{extra:?} {:?}",
                reading.notices
            );
            assert_eq!(reading.packets.len(), count as usize, "{extra:?}");
            assert!(reading.packets[0].ends_with(" some packet with data"));
        }
    }
}

#[test]
fn ixia_header_is_four_bytes_longer() {
    let file = Bytes::new(ByteOrder::Little).pcap_header(0x1c00_01ac, 4, 1);
    let bytes = file.u32(99).record((5, 7), &[], b"ab").bytes;
    assert_eq!(read(&bytes).packets, ["1@0 5.000000007 ab"]);
}

#[test]
fn old_versions_give_the_original_length_first() {
    for (minor, lengths) in [(2, (60, 2)), (3, (60, 2)), (3, (2, 60)), (4, (2, 60))] {
        let file = Bytes::new(ByteOrder::Little).pcap_header(0xa1b2_c3d4, minor, 1);
        let file = file.u32(5).u32(7).u32(lengths.0).u32(lengths.1).raw(b"ab");
        assert_eq!(read(&file.bytes).packets, ["1@0 5.000007 ab"]);
    }
}

#[test]
fn captured_length_above_the_original_is_tolerated() {
    let file = Bytes::new(ByteOrder::Little).pcap_header(0xa1b2_c3d4, 4, 1);
    let file = file.u32(5).u32(7).u32(2).u32(1).raw(b"ab");
    assert_eq!(read(&file.bytes).packets, ["1@0 5.000007 ab"]);
}

#[test]
fn impossible_record_length_ends_the_input() {
    let mut bytes = pcap(&[(1, "one")]);
    bytes.extend(
        Bytes::new(ByteOrder::Little)
            .u32(2)
            .u32(0)
            .u32(u32::MAX)
            .u32(4)
            .bytes,
    );
    bytes.extend([0; 100]);
    let reading = read(&bytes);
    assert_eq!(reading.packets, ["1@0 1.000000 one"]);
    assert_eq!(
        reading.notices,
        ["x: packet record of 4294967295 bytes, at most 262144 are possible at byte 43"]
    );
}

#[test]
fn what_is_no_capture_is_an_error() {
    let message = |bytes: &[u8]| try_read(bytes).err().unwrap().to_string();
    assert_eq!(message(b""), "x: empty");
    assert_eq!(
        message(b"\x7fELF"),
        "x: not a pcap or pcapng capture (starts with 7f 45 4c 46)"
    );
    assert_eq!(
        message(b"a"),
        "x: not a pcap or pcapng capture (starts with 61)"
    );
    assert_eq!(
        message(&gzip(b"")),
        "x: empty inside of its gzip compression"
    );
    let packed = message(&gzip(b"hello"));
    assert!(
        packed.contains("not a pcap or pcapng capture inside of its gzip"),
        "{packed}"
    );
    let header = pcap(&[]);
    assert_eq!(
        message(&header[..20]),
        "x: the pcap header is cut short: 24 bytes needed, 20 found"
    );
    assert!(read(&header).packets.is_empty() && read(&header).notices.is_empty());
    let old = Bytes::new(ByteOrder::Big)
        .u32(0xa1b2_c3d4)
        .u16(1)
        .u16(4)
        .raw(&[0; 16]);
    assert_eq!(message(&old.bytes), "x: pcap version 1.4 is not supported");
    let missing = Capture::open(vec![Input::File("/none".into())], ReadLimits::default());
    assert!(matches!(missing.err(), Some(OpenError::NotFound { .. })));
    let directory = Capture::open(vec![Input::File("/".into())], ReadLimits::default());
    assert!(matches!(directory.err(), Some(OpenError::Io { .. })));
}

#[test]
fn any_cut_gives_a_prefix_and_a_notice() {
    let whole = pcap(&[(1, "one"), (2, "twotwo"), (3, ""), (4, "four")]);
    let packets = read(&whole).packets;
    assert_eq!(packets.len(), 4);
    let mut borders = 0;
    for len in 24..whole.len() {
        let reading = read(&whole[..len]);
        assert!(packets.starts_with(&reading.packets));
        assert!(reading.notices.len() <= 1);
        borders += 1 - reading.notices.len();
    }
    assert_eq!(borders, 4);
}

#[test]
fn compressed_captures_read_as_plain_ones() {
    let whole = pcap(&[(1, "one"), (2, "twotwo")]);
    let packets = read(&whole).packets;
    let (head, rest) = whole.split_at(30);
    let frames = |pack: fn(&[u8]) -> Vec<u8>| [pack(head), pack(rest)].concat();
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    for packed in [
        gzip(&whole),
        frames(gzip),
        lz4(&whole),
        frames(lz4),
        zstd(&whole),
        frames(zstd),
    ] {
        let reading = read(&packed);
        assert_eq!((&reading.packets, reading.notices), (&packets, vec![]));
        assert_eq!(reading.capture.bytes_read(), packed.len() as u64);
    }
}

#[test]
fn cut_compressed_captures_give_a_prefix_and_a_notice() {
    // Not so short that a cut one could pass for a record of a rare layout.
    let texts: Vec<String> = (0..200_u32)
        .map(|n| format!("packet {:x}", n.wrapping_mul(2_654_435_761)))
        .collect();
    let list: Vec<(u32, &str)> = texts.iter().map(|text| (1, text.as_str())).collect();
    let whole = pcap(&list);
    let packets = read(&whole).packets;
    for packed in [
        gzip(&whole),
        lz4(&whole),
        zstd::encode_all(&whole[..], 1).unwrap(),
    ] {
        for len in 1..packed.len() {
            if let Ok(reading) = try_read(&packed[..len]) {
                assert!(packets.starts_with(&reading.packets));
                assert_eq!(reading.notices.len(), 1, "{len} of {}", packed.len());
            }
        }
    }
}

#[test]
fn decompression_is_limited() {
    let limits = ReadLimits {
        max_decompressed_bytes: 60,
        ..ReadLimits::default()
    };
    let packed = gzip(&pcap(&[(1, "one"), (2, "two")]));
    let reading = read_inputs(vec![stream("x", &packed)], limits).unwrap();
    assert_eq!(reading.packets, ["1@0 1.000000 one"]);
    assert_eq!(
        reading.notices,
        ["x: the limit of decompressed bytes was reached at byte 60"]
    );
}

#[test]
fn pipe_gives_a_packet_as_soon_as_it_is_there() {
    let whole = pcap(&[(1, "one"), (2, "two"), (3, "three")]);
    let chunks = vec![
        whole[..8].to_vec(),
        whole[8..24].to_vec(),
        whole[24..50].to_vec(),
    ];
    let input = Input::Stream {
        name: "stdin".to_owned(),
        reader: Box::new(Endless(chunks.into_iter())),
    };
    let mut capture = Capture::open(vec![input], ReadLimits::default()).unwrap();
    let mut batch = Batch::default();
    assert!(capture.next_batch(&mut batch));
    assert_eq!(batch.slots.len(), 1);
    assert_eq!(
        (capture.first_input(), capture.total_bytes()),
        ("stdin", None)
    );
}

#[test]
fn packets_longer_than_a_batch_are_read() {
    let long = "x".repeat(20_000);
    let whole = pcap(&[(1, &long), (2, "two"), (3, &long)]);
    let limits = ReadLimits {
        batch_bytes: 4096,
        ..ReadLimits::default()
    };
    let reading = read_inputs(vec![stream("x", &whole)], limits).unwrap();
    let lengths: Vec<usize> = reading.packets.iter().map(String::len).collect();
    assert_eq!(lengths, [20_013, 16, 20_013]);
}

#[test]
fn several_files_merge_by_time_whatever_their_order() {
    let directory = tempfile::tempdir().unwrap();
    let names = ["a", "b", "c", "d"];
    let contents = [
        pcap(&[(5, "a1"), (9, "a2"), (7, "a3")]),
        pcap(&[(1, "b1"), (8, "b2")]),
        pcap(&[(1, "c1"), (1, "c2"), (20, "c3")]),
        pcap(&[]),
    ];
    let expected = [
        "1@0 1.000000 b1",
        "2@1 1.000000 c1",
        "3@1 1.000000 c2",
        "4@2 5.000000 a1",
        "5@0 8.000000 b2",
        "6@2 9.000000 a2",
        "7@2 7.000000 a3",
        "8@1 20.000000 c3",
    ];
    for shift in 0..names.len() {
        for streams in [false, true] {
            let mut inputs = Vec::new();
            for (name, content) in names.iter().zip(&contents) {
                inputs.push(if streams {
                    stream(name, content)
                } else {
                    file(&directory, name, content)
                });
            }
            inputs.rotate_left(shift);
            let reading = read_inputs(inputs, ReadLimits::default()).unwrap();
            assert_eq!(reading.packets, expected);
            assert!(reading.capture.first_input().ends_with('b'));
            let size: usize = contents.iter().map(Vec::len).sum();
            assert_eq!(reading.capture.bytes_read(), size as u64);
        }
    }
}

#[test]
fn rotated_files_are_handed_on_batch_by_batch() {
    let directory = tempfile::tempdir().unwrap();
    let inputs = (0..30_u32).rev().map(|n| {
        let content = pcap(&[(n * 10, "one"), (n * 10 + 9, "two")]);
        file(&directory, &format!("{n}.pcap"), &content)
    });
    let reading = read_inputs(inputs.collect(), ReadLimits::default()).unwrap();
    assert_eq!(reading.packets.len(), 60);
    assert_eq!(reading.packets[59], "60@29 299.000000 two");
}

#[test]
fn packet_without_time_follows_the_one_before() {
    let blocks = Bytes::new(ByteOrder::Little)
        .section(1)
        .interface(1, 0, &[]);
    let simple = |blocks: Bytes, data: &[u8]| {
        let body = Bytes::new(ByteOrder::Little).u32(2).raw(data);
        blocks.block(3, body)
    };
    let blocks = simple(blocks, b"s0").plain_packet(5_000_000, b"e1");
    let blocks = simple(blocks, b"s1").plain_packet(7_000_000, b"e2").bytes;
    let other = pcap(&[(4, "p4"), (6, "p6")]);
    let inputs = vec![stream("b", &other), stream("a", &blocks)];
    let reading = read_inputs(inputs, ReadLimits::default()).unwrap();
    let data: Vec<&str> = reading
        .packets
        .iter()
        .filter_map(|packet| packet.rsplit(' ').next())
        .collect();
    assert_eq!(data, ["p4", "s0", "e1", "s1", "p6", "e2"]);
}

#[test]
fn damage_in_one_input_does_not_stop_the_others() {
    let cut = pcap(&[(1, "a1"), (3, "a3")]);
    let inputs = vec![
        stream("a", &cut[..cut.len() - 1]),
        stream("b", &pcap(&[(2, "b2"), (4, "b4")])),
    ];
    let reading = read_inputs(inputs, ReadLimits::default()).unwrap();
    assert_eq!(
        reading.packets,
        ["1@0 1.000000 a1", "2@1 2.000000 b2", "3@1 4.000000 b4"]
    );
    assert_eq!(
        reading.notices,
        ["a: cut short in a packet record: 18 bytes needed, 17 left at byte 42"]
    );
}

#[test]
fn no_bytes_panic() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let blocks = Bytes::new(ByteOrder::Big)
        .section(1)
        .interface(1, 96, &[(2, b"eth0"), (9, &[9])])
        .plain_packet(1, b"abcde")
        .block(
            4,
            Bytes::new(ByteOrder::Big).option(1, b"\x01\x02\x03\x04ab\0"),
        )
        .block(10, Bytes::new(ByteOrder::Big).u32(1).u32(2).raw(b"xx"))
        .plain_packet(2, b"fgh");
    let limits = ReadLimits {
        batch_bytes: 4096,
        max_packet_bytes: 1 << 20,
        ..ReadLimits::default()
    };
    for start in [pcap(&[(1, "one"), (2, "two"), (3, "")]), blocks.bytes] {
        for _ in 0..20_000 {
            let mut bytes = start.clone();
            for _ in 0..=random() % 3 {
                let at = usize::try_from(random()).unwrap() % bytes.len();
                bytes[at] = random().to_le_bytes()[0];
            }
            // Whatever comes, it comes to an end.
            drop(read_inputs(vec![stream("x", &bytes)], limits));
        }
    }
}
