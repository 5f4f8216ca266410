//! Blocks through the whole reader, made byte by byte in both byte orders.

mod kept;
mod writing;

use pcap_file::pcapng::{Block, PcapNgParser};

use crate::capture::testing::{Bytes, read, stream};
use crate::capture::{Batch, ByteOrder, Capture, ReadLimits};

const BOTH: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

fn section(order: ByteOrder) -> Bytes {
    Bytes::new(order).section(1)
}

#[test]
fn sections_bring_their_own_byte_order_and_interfaces() {
    for (first, second) in [(BOTH[0], BOTH[1]), (BOTH[1], BOTH[0])] {
        let head = section(first)
            .interface(1, 0, &[(2, b"eth0\0x")])
            .plain_packet(1, b"ab");
        let tail = section(second)
            .interface(113, 0, &[])
            .interface(101, 0, &[(2, b"")]);
        let none = Bytes::new(second);
        let tail = tail.packet(1, 2, b"cde", none);
        let reading = read(&[head.bytes, tail.bytes].concat());
        assert_eq!(reading.packets, ["1@0 0.000001 ab", "2@2 0.000002 cde"]);
        assert!(reading.notices.is_empty());
        let names: Vec<_> = reading
            .capture
            .interfaces()
            .iter()
            .map(|i| i.name.as_deref())
            .collect();
        assert_eq!(names, [Some("eth0"), None, None]);
    }
}

#[test]
fn resolution_and_offset_of_the_interface_count() {
    for order in BOTH {
        let offset = match order {
            ByteOrder::Little => (-1_i64).to_le_bytes(),
            ByteOrder::Big => (-1_i64).to_be_bytes(),
        };
        let blocks = section(order)
            .interface(1, 0, &[(9, &[9]), (14, &offset)])
            .interface(1, 0, &[(9, &[0x81])])
            .interface(1, 0, &[(9, &[0])])
            .interface(1, 0, &[(9, &[6, 6])]);
        let packet = |blocks: Bytes, interface, ticks| {
            blocks.packet(interface, ticks, b"", Bytes::new(order))
        };
        let blocks = packet(packet(blocks, 0, 5_000_000_001), 1, 3);
        let blocks = packet(packet(blocks, 2, u64::MAX), 2, 7);
        let reading = read(&packet(blocks, 3, 1).bytes);
        assert_eq!(
            reading.packets,
            [
                "1@0 4.000000001 ",
                "2@1 1.500000000 ",
                "3@2 - ",
                "4@2 7 ",
                "5@3 0.000001 "
            ]
        );
        assert_eq!(
            reading.notices,
            [
                "x: interface description: option 9 has 2 bytes at byte 124",
                "x: packet with a time out of range at byte 216"
            ]
        );
    }
}

#[test]
fn simple_packets_end_at_the_snapshot_length() {
    for order in BOTH {
        let body = |len: u32, data: &[u8]| Bytes::new(order).u32(len).raw(data);
        let blocks = section(order)
            .interface(1, 4, &[])
            .block(3, body(3, b"abc"))
            .block(3, body(9, b"abcd"))
            .block(3, body(4, b""));
        let reading = read(&blocks.bytes);
        assert_eq!(reading.packets, ["1@0 - abc", "2@0 - abcd"]);
        assert_eq!(
            reading.notices,
            ["x: packet of 4 bytes in a block body of 4 at byte 88"]
        );
    }
}

#[test]
fn obsolete_packet_blocks_are_read() {
    for order in BOTH {
        let body = Bytes::new(order).u16(0).u16(7).u32(0).u32(9).u32(2).u32(1);
        let blocks = section(order)
            .interface(1, 0, &[])
            .block(2, body.raw(b"ab"));
        assert_eq!(read(&blocks.bytes).packets, ["1@0 0.000009 ab"]);
    }
}

#[test]
fn fcs_length_comes_from_the_packet_or_its_interface() {
    let order = ByteOrder::Big;
    let flags = Bytes::new(order)
        .option(1, b"comment")
        .option(2, &(2_u32 << 5).to_be_bytes())
        .option(0, b"");
    let lying = Bytes::new(order).u16(2).u16(400);
    let blocks = section(order)
        .interface(1, 0, &[(13, &[4])])
        .plain_packet(1, b"abc")
        .packet(0, 2, b"abc", flags)
        .packet(0, 3, b"abc", lying);
    let inputs = vec![stream("x", &blocks.bytes)];
    let mut capture = Capture::open(inputs, ReadLimits::default()).unwrap();
    let mut batch = Batch::default();
    assert!(capture.next_batch(&mut batch));
    let lengths: Vec<u8> = batch.packets().map(|packet| packet.fcs_len).collect();
    assert_eq!(lengths, [4, 2, 4]);
    assert_eq!(
        capture.notices().notices()[0].to_string(),
        "x: packet block: option 2: 404 bytes needed, 4 left at byte 152"
    );
}

#[test]
fn names_and_secrets_are_gathered_in_order() {
    let order = ByteOrder::Little;
    let names = Bytes::new(order)
        .option(1, b"\x0a\0\0\x01ab\0cd\0")
        .option(0, b"");
    let secrets = Bytes::new(order).u32(0x544c_534b).u32(3).raw(b"abc");
    let blocks = section(order).block(4, names).block(10, secrets.clone());
    let reading = read(&blocks.block(10, secrets).bytes);
    let texts: Vec<_> = reading
        .capture
        .names()
        .iter()
        .map(|n| n.name.as_str())
        .collect();
    assert_eq!(texts, ["ab", "cd"]);
    assert_eq!(reading.capture.secrets().len(), 2);
    assert_eq!(reading.capture.secrets()[0].bytes, b"abc");
}

#[test]
fn other_blocks_are_skipped() {
    let order = ByteOrder::Little;
    let blocks = [5, 9, 0xbad, 0x4000_0bad, 0x8000_0001, 0x201]
        .into_iter()
        .fold(section(order).interface(1, 0, &[]), |blocks, kind| {
            blocks.block(kind, Bytes::new(order).raw(&[0; 12]))
        });
    let reading = read(&blocks.plain_packet(1, b"ab").bytes);
    assert_eq!((reading.packets.len(), reading.notices.len()), (1, 0));
}

#[test]
fn lying_blocks_are_noted_and_reading_goes_on() {
    let order = ByteOrder::Big;
    let too_long = Bytes::new(order).u32(0).u32(0).u32(0).u32(99).u32(99);
    let blocks = section(order)
        .interface(1, 0, &[])
        .packet(5, 0, b"ab", Bytes::new(order))
        .block(6, too_long)
        .block(6, Bytes::new(order).u32(0))
        .block(1, Bytes::new(order))
        .block(10, Bytes::new(order))
        .plain_packet(1, b"ab");
    let reading = read(&blocks.bytes);
    assert_eq!(reading.packets, ["1@0 0.000001 ab"]);
    assert_eq!(
        reading.notices,
        [
            "x: packet of unknown interface 5 at byte 48",
            "x: packet of 99 bytes in a block body of 20 at byte 84",
            "x: packet block of 16 bytes at byte 116",
            "x: interface description of 12 bytes at byte 132",
            "x: secrets block of 0 bytes at byte 144"
        ]
    );
}

#[test]
fn section_of_an_unknown_version_is_skipped() {
    let order = ByteOrder::Big;
    let whole = section(order).interface(1, 0, &[]).plain_packet(1, b"ab");
    let odd = Bytes::new(order)
        .section(2)
        .interface(1, 0, &[])
        .plain_packet(1, b"ab");
    let reading = read(&[whole.bytes.clone(), odd.bytes, whole.bytes].concat());
    assert_eq!(reading.packets, ["1@0 0.000001 ab", "2@1 0.000001 ab"]);
    assert_eq!(
        reading.notices,
        ["x: section of version 2.0 is not supported at byte 84"]
    );
}

#[test]
fn impossible_lengths_end_the_input() {
    let order = ByteOrder::Big;
    let whole = section(order).interface(1, 0, &[]).plain_packet(1, b"ab");
    let at = whole.bytes.len();
    for (len, message) in [
        (11, "block of type 0x6: total length 11 is less than 12"),
        (
            u32::MAX,
            "block of type 0x6: total length 4294967295, at most 67108876 is possible",
        ),
        (32, "total lengths 32 and 0 disagree"),
    ] {
        let bytes = whole.clone().u32(6).u32(len).raw(&[0; 60]).bytes;
        let reading = read(&bytes);
        assert_eq!(reading.packets.len(), 1);
        assert_eq!(reading.notices, [format!("x: {message} at byte {at}")]);
    }
}

#[test]
fn lengths_that_can_be_meant_are_noted_and_read() {
    let order = ByteOrder::Big;
    let start = section(order).interface(1, 0, &[]);
    let unaligned = start.clone().u32(6).u32(34).raw(&[0; 12]);
    let unaligned = unaligned.u32(2).u32(2).raw(b"ab\0\0").u32(34);
    let reading = read(&unaligned.plain_packet(1, b"cd").bytes);
    assert_eq!(reading.packets, ["1@0 0.000000 ab", "2@0 0.000001 cd"]);
    assert_eq!(
        reading.notices,
        ["x: total length 34 is not a multiple of 4 at byte 48"]
    );

    let mut torn = start.plain_packet(1, b"ab").bytes;
    *torn.last_mut().unwrap() = 99;
    let next = Bytes::new(order).plain_packet(2, b"cd").bytes;
    let reading = read(&[torn, next].concat());
    assert_eq!(reading.packets, ["1@0 0.000001 ab", "2@0 0.000002 cd"]);
    assert_eq!(
        reading.notices,
        ["x: total lengths 36 and 99 disagree at byte 48"]
    );
}

#[test]
fn any_cut_gives_a_prefix_and_a_notice() {
    for order in BOTH {
        let whole = section(order)
            .interface(1, 0, &[(2, b"eth0")])
            .plain_packet(1, b"ab")
            .block(5, Bytes::new(order).raw(&[0; 12]))
            .plain_packet(2, b"cdefg")
            .plain_packet(3, b"")
            .bytes;
        let packets = read(&whole).packets;
        assert_eq!(packets.len(), 3);
        let mut borders = 0;
        for len in 24..whole.len() {
            let reading = read(&whole[..len]);
            assert!(packets.starts_with(&reading.packets));
            assert!(reading.notices.len() <= 1);
            borders += 1 - reading.notices.len();
        }
        // Behind the section, the interface and each of the four blocks but the last.
        assert_eq!(borders, 5);
    }
}

#[test]
fn pcap_file_reads_the_same_packets() {
    for order in BOTH {
        let blocks = section(order)
            .interface(1, 0, &[(2, b"eth0"), (9, &[9])])
            .plain_packet(1_700_000_000_123_456_789, b"abcde")
            .plain_packet(1_700_000_000_123_456_790, b"");
        let (mut rest, mut parser) = PcapNgParser::new(&blocks.bytes).unwrap();
        let mut packets = Vec::new();
        while !rest.is_empty() {
            let (after, block) = parser.next_block(rest).unwrap();
            if let Block::EnhancedPacket(packet) = block {
                let (time, number) = (packet.timestamp, packets.len() + 1);
                packets.push(format!(
                    "{number}@0 {}.{:09} {}",
                    time.as_secs(),
                    time.subsec_nanos(),
                    String::from_utf8_lossy(&packet.data)
                ));
            }
            rest = after;
        }
        assert_eq!(read(&blocks.bytes).packets, packets);
    }
}
