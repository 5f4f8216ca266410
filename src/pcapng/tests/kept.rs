//! What readers keep besides packets, so that it can be written again.

use super::{BOTH, section};
use crate::capture::testing::{Bytes, pcap, read, stream};
use crate::capture::{Batch, ByteOrder, Capture, Input, ReadLimits, Section};
use crate::pcapng::{OptionList, PacketAttributes};

/// The attributes of all packets.
fn attributes(inputs: Vec<Input>) -> Vec<PacketAttributes> {
    let mut capture = Capture::open(inputs, ReadLimits::default()).unwrap();
    let (mut batch, mut found) = (Batch::default(), Vec::new());
    while capture.next_batch(&mut batch) {
        found.extend(batch.slots.iter().map(|slot| batch.attributes(slot)));
    }
    found
}

fn options(list: &OptionList) -> Vec<(u16, &[u8])> {
    list.iter().collect()
}

/// A packet with comment and flags, an obsolete one that follows seven dropped ones, one of
/// which that is not known, and a simple one.
fn four_packets(order: ByteOrder, first: u64) -> Vec<u8> {
    let flags = match order {
        ByteOrder::Little => [1, 2, 0, 0],
        ByteOrder::Big => [0, 0, 2, 1],
    };
    let noted = Bytes::new(order).option(1, b"odd").option(2, &flags);
    let obsolete = |dropped| {
        let body = Bytes::new(order).u16(0).u16(dropped).u32(1).u32(2);
        body.u32(3).u32(2).raw(b"abc\0").option(1, b"old")
    };
    section(order)
        .interface(1, 0, &[])
        .packet(0, first, b"abcde", noted.option(0, b""))
        .block(2, obsolete(7))
        .block(2, obsolete(u16::MAX))
        .block(3, Bytes::new(order).u32(2).raw(b"ab"))
        .bytes
}

fn assert_four(found: &[PacketAttributes], first: u64) {
    let ticks: Vec<_> = found.iter().map(|one| one.ticks).collect();
    let obsolete = Some(1 << 32 | 2);
    assert_eq!(ticks, [Some(first), obsolete, obsolete, None]);
    let lists: Vec<_> = found.iter().map(|one| options(&one.options)).collect();
    assert_eq!(lists[0], [(1, &b"odd"[..]), (2, &[1, 2, 0, 0])]);
    assert_eq!(lists[1], [(1, &b"old"[..]), (4, &[7, 0, 0, 0, 0, 0, 0, 0])]);
    assert_eq!(lists[2], [(1, &b"old"[..])]);
    assert!(lists[3].is_empty());
}

#[test]
fn time_stamps_and_options_are_read_anew() {
    for order in BOTH {
        let bytes = four_packets(order, u64::MAX);
        assert_four(&attributes(vec![stream("x", &bytes)]), u64::MAX);
    }
}

#[test]
fn merged_packets_keep_theirs() {
    let (first, second) = (four_packets(BOTH[0], 1), four_packets(BOTH[1], 2));
    let inputs = vec![stream("a", &first), stream("b", &second)];
    let found = attributes(inputs);
    // The packets at 1 and 2 come first, then the other three of each.
    let of = |picks: [usize; 4]| picks.map(|at| found[at].clone());
    assert_four(&of([0, 2, 3, 4]), 1);
    assert_four(&of([1, 5, 6, 7]), 2);
}

#[test]
fn pcap_times_are_ticks_of_the_clock_of_the_file() {
    let micros = attributes(vec![stream("x", &pcap(&[(5, "ab")]))]);
    assert_eq!(micros[0].ticks, Some(5_000_000));
    let order = ByteOrder::Big;
    let nanos = Bytes::new(order).pcap_header(0xa1b2_3c4d, 4, 0x2400_0001);
    let nanos = nanos.record((5, 7), &[], b"ab").bytes;
    let reading = read(&nanos);
    let interface = &reading.capture.interfaces()[0];
    assert_eq!(options(&interface.options), [(9, &[9][..]), (13, &[4])]);
    assert_eq!((interface.snaplen, interface.fcs_len()), (65_535, Some(4)));
    let found = attributes(vec![stream("x", &nanos)]);
    assert_eq!(found[0].ticks, Some(5_000_000_007));
}

#[test]
fn interfaces_keep_their_options_and_their_section() {
    for order in BOTH {
        let body = Bytes::new(order).u32(0x1a2b_3c4d).u16(1).u16(0);
        let body = body.u32(u32::MAX).u32(u32::MAX).option(3, b"VMS");
        let speed = match order {
            ByteOrder::Little => 1000_u64.to_le_bytes(),
            ByteOrder::Big => 1000_u64.to_be_bytes(),
        };
        let blocks = Bytes::new(order)
            .block(0x0a0d_0d0a, body)
            .interface(1, 96, &[(2, b"eth0"), (8, &speed), (11, b"\0tcp")])
            .interface(1, 0, &[])
            .plain_packet(1, b"ab");
        let reading = read(&blocks.bytes);
        let [first, second] = reading.capture.interfaces() else {
            panic!("two interfaces");
        };
        let speed = 1000_u64.to_le_bytes();
        let expected: [(u16, &[u8]); 3] = [(2, b"eth0"), (8, &speed), (11, b"\0tcp")];
        assert_eq!(options(&first.options), expected);
        assert_eq!(first.snaplen, 96);
        let Section { file, options } = &*first.section;
        assert_eq!((file.as_str(), options.last(3)), ("x", Some(&b"VMS"[..])));
        assert!(std::sync::Arc::ptr_eq(&first.section, &second.section));
    }
}

#[test]
fn the_last_statistics_of_an_interface_count() {
    for order in BOTH {
        let statistics = |interface, low, value: &[u8]| {
            let body = Bytes::new(order).u32(interface).u32(1).u32(low);
            body.option(1, value)
        };
        let blocks = section(order)
            .interface(1, 0, &[])
            .interface(1, 0, &[])
            .block(5, statistics(1, 2, b"early"))
            .block(5, statistics(0, 3, b""))
            .block(5, statistics(9, 3, b"of none"))
            .plain_packet(1, b"ab")
            .block(5, statistics(1, 4, b"late"));
        let reading = read(&blocks.bytes);
        let found: Vec<_> = reading.capture.statistics().collect();
        let [first, second] = found[..] else {
            panic!("of two interfaces");
        };
        assert_eq!((first.interface.0, first.ticks), (0, 1 << 32 | 3));
        assert_eq!((second.interface.0, second.ticks), (1, 1 << 32 | 4));
        assert_eq!(second.options.last(1), Some(&b"late"[..]));
    }
}

#[test]
fn beyond_the_limit_only_what_packets_need_is_kept() {
    let order = ByteOrder::Little;
    let statistics = Bytes::new(order).u32(0).u32(0).u32(0);
    let blocks = section(order)
        .interface(1, 0, &[(2, b"long name"), (9, &[9])])
        .block(5, statistics.clone().option(1, b"a"))
        .block(5, statistics.clone().option(1, b"b"))
        .block(5, statistics.option(1, &[b'c'; 20]))
        .plain_packet(1, b"ab");
    let limits = ReadLimits {
        max_option_bytes: 15,
        ..ReadLimits::default()
    };
    let inputs = vec![stream("x", &blocks.bytes)];
    let mut capture = Capture::open(inputs, limits).unwrap();
    assert!(capture.next_batch(&mut Batch::default()));
    let interface = &capture.interfaces()[0];
    assert_eq!(interface.name.as_deref(), Some("long name"));
    assert_eq!(options(&interface.options), [(9, &[9][..])]);
    // The second one took the room of the first one; the third one has none.
    let found: Vec<_> = capture.statistics().collect();
    assert_eq!(found[0].options.last(1), Some(&b"b"[..]));
    let notices = capture.notices().notices();
    assert_eq!(notices[0].message, "more than 15 bytes of options");
    assert_eq!((notices.len(), notices[0].count), (1, 2));
}

#[test]
fn a_slot_is_not_longer_for_it() {
    assert_eq!(size_of::<crate::capture::Slot>(), 48);
}
