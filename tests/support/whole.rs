//! Random captures that a section can hold.

use std::net::IpAddr;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use spider_pcap::capture::{Interface, InterfaceId, LinkType, PacketNumber};
use spider_pcap::pcapng::{
    InterfaceStatistics, NameRecord, OptionList, PacketAttributes, SecretBlock,
};
use spider_pcap::time::{Precision, Timestamp};

use crate::copy::{KeptPacket, Whole};

/// Any capture at all.
pub(crate) fn anything() -> impl Strategy<Value = Whole> {
    let clock = (prop_oneof![0_u8..=20, 0x80_u8..=0xa8], any::<Option<i32>>());
    let interfaces = vec((clock, 0_u32..100, options()), 1..4);
    let packets = vec((any::<u32>(), packet(options())), 0..20);
    let statistics = vec((any::<u64>(), options()), 0..4);
    let around = (options(), names(), secrets(), statistics);
    (interfaces, packets, around).prop_map(|(interfaces, packets, around)| {
        let (header, names, secrets, statistics) = around;
        let interfaces: Vec<_> = interfaces.into_iter().map(any_interface).collect();
        Whole {
            header,
            packets: all_kept(packets, &interfaces),
            names,
            secrets,
            statistics: all_statistics(statistics, interfaces.len()),
            interfaces: all_interfaces(interfaces),
            notices: Vec::new(),
        }
    })
}

fn all_kept(packets: Vec<(u32, RandomPacket)>, interfaces: &[Described]) -> Vec<KeptPacket> {
    let count = u32::try_from(interfaces.len()).unwrap();
    let packets = packets.into_iter().enumerate();
    packets
        .map(|(at, (interface, packet))| kept(at, interface % count, packet, interfaces))
        .collect()
}

fn all_interfaces(interfaces: Vec<Described>) -> Vec<Interface> {
    interfaces.into_iter().map(|one| one.interface).collect()
}

fn all_statistics(statistics: Vec<(u64, OptionList)>, count: usize) -> Vec<InterfaceStatistics> {
    let statistics = (0..).zip(statistics).take(count);
    statistics
        .map(|(interface, (ticks, options))| InterfaceStatistics {
            interface: InterfaceId(interface),
            ticks,
            options,
        })
        .collect()
}

/// A capture that pcap-file reads too: text in UTF-8, clocks of micro- or nanoseconds.
pub(crate) fn plain() -> impl Strategy<Value = Whole> {
    let described = (prop_oneof![Just(6_u8), Just(9)], "[ -~]{1,20}");
    let comments = vec("\\PC{0,20}", 0..3).prop_map(|comments| {
        let mut list = OptionList::default();
        for comment in comments {
            list.push(OptionList::COMMENT, comment.as_bytes()).unwrap();
        }
        list
    });
    let packets = vec((0_u32..2, packet(comments)), 0..20);
    (vec(described, 2), packets, names(), secrets()).prop_map(
        |(interfaces, packets, names, secrets)| {
            let interfaces = interfaces.into_iter().map(|(resolution, name)| {
                let mut options = OptionList::default();
                options
                    .push(OptionList::INTERFACE_NAME, name.as_bytes())
                    .unwrap();
                options
                    .push(OptionList::TIME_RESOLUTION, &[resolution])
                    .unwrap();
                interface(options, 0)
            });
            let interfaces: Vec<_> = interfaces.collect();
            let packets = packets.into_iter().map(|(interface, mut packet)| {
                packet.original_len = packet.original_len.max(1000);
                packet.ticks = packet.ticks.map(|ticks| ticks >> 12);
                (interface, packet)
            });
            Whole {
                packets: all_kept(packets.collect(), &interfaces),
                interfaces: all_interfaces(interfaces),
                names,
                secrets,
                ..Whole::default()
            }
        },
    )
}

/// A capture whose packets a pcap can hold.
pub(crate) fn for_pcap() -> impl Strategy<Value = Whole> {
    let digits = 0_u8..=12;
    let packets = vec((any::<u32>(), packet(Just(OptionList::default()))), 0..20);
    (digits, packets).prop_map(|(digits, packets)| {
        let mut options = OptionList::default();
        let resolution = OptionList::TIME_RESOLUTION;
        options.push(resolution, &[digits]).unwrap();
        let interfaces = [interface(options, 0)];
        let packets = packets.into_iter().map(|(second, mut packet)| {
            let per_second = 10_u64.pow(u32::from(digits));
            let fraction = packet.ticks.unwrap_or_default() % per_second;
            // The finest clocks do not reach far.
            let second = u64::from(second).min((u64::MAX / per_second).saturating_sub(1));
            packet.ticks = Some(second * per_second + fraction);
            (0, packet)
        });
        Whole {
            packets: all_kept(packets.collect(), &interfaces),
            interfaces: all_interfaces(interfaces.into()),
            ..Whole::default()
        }
    })
}

/// An interface and how its clock is to be read.
struct Described {
    interface: Interface,
    resolution: u8,
    offset_seconds: i64,
    fcs_len: u8,
}

#[derive(Clone, Debug)]
struct RandomPacket {
    ticks: Option<u64>,
    original_len: u32,
    bytes: Vec<u8>,
    options: OptionList,
}

fn packet(options: impl Strategy<Value = OptionList>) -> impl Strategy<Value = RandomPacket> {
    let lengths = (any::<u32>(), vec(any::<u8>(), 0..200));
    let ticks = prop::option::weighted(0.9, any::<u64>());
    (ticks, lengths, options).prop_map(|(ticks, (original_len, bytes), options)| RandomPacket {
        ticks,
        original_len,
        bytes,
        options,
    })
}

/// Options of codes that no reader interprets, and comments.
fn options() -> impl Strategy<Value = OptionList> {
    let code = prop_oneof![
        Just(OptionList::COMMENT),
        40_u16..100,
        Just(2988),
        Just(0x8001)
    ];
    vec((code, vec(any::<u8>(), 0..40)), 0..4).prop_map(|options| {
        let mut list = OptionList::default();
        for (code, value) in options {
            list.push(code, &value).unwrap();
        }
        list
    })
}

fn names() -> impl Strategy<Value = Vec<NameRecord>> {
    let ip = prop_oneof![
        (0_u8..3).prop_map(|last| IpAddr::from([10, 0, 0, last])),
        (0_u16..3).prop_map(|last| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last])),
    ];
    let name = "[^\\x00]{1,20}";
    vec((ip, name), 0..10).prop_map(|names| {
        let names = names.into_iter();
        names.map(|(ip, name)| NameRecord { ip, name }).collect()
    })
}

fn secrets() -> impl Strategy<Value = Vec<SecretBlock>> {
    vec((any::<u32>(), vec(any::<u8>(), 0..100)), 0..3).prop_map(|secrets| {
        let secrets = secrets.into_iter();
        secrets
            .map(|(secrets_type, bytes)| SecretBlock {
                secrets_type,
                bytes,
            })
            .collect()
    })
}

fn any_interface(
    ((resolution, offset), snaplen, mut options): ((u8, Option<i32>), u32, OptionList),
) -> Described {
    options
        .push(OptionList::TIME_RESOLUTION, &[resolution])
        .unwrap();
    if let Some(offset) = offset {
        let seconds = i64::from(offset).to_le_bytes();
        options.push(OptionList::TIME_OFFSET, &seconds).unwrap();
    }
    options.push(OptionList::FCS_LEN, &[4]).unwrap();
    interface(options, snaplen)
}

fn interface(options: OptionList, snaplen: u32) -> Described {
    let one_byte = |code| options.last(code).map(|value| value[0]);
    let resolution = one_byte(OptionList::TIME_RESOLUTION).unwrap_or(6);
    let offset = options.last(OptionList::TIME_OFFSET);
    let offset = offset.map_or(0, |value| i64::from_le_bytes(value.try_into().unwrap()));
    let fcs_len = one_byte(OptionList::FCS_LEN).unwrap_or(0);
    let digits = match resolution {
        0x80 => 0,
        0x81.. => 9,
        digits => digits,
    };
    let name = options.last(OptionList::INTERFACE_NAME);
    let name = name.map(|name| String::from_utf8(name.to_vec()).unwrap());
    let interface = Interface {
        name,
        link_type: LinkType(1),
        precision: Precision::from_digits(digits),
        snaplen,
        options: Arc::new(options),
        section: Arc::default(),
    };
    Described {
        interface,
        resolution,
        offset_seconds: offset,
        fcs_len,
    }
}

/// The packet as a reader has to see it. One without a time becomes what a simple block can be.
fn kept(at: usize, interface: u32, packet: RandomPacket, interfaces: &[Described]) -> KeptPacket {
    let RandomPacket {
        ticks,
        mut original_len,
        mut bytes,
        mut options,
    } = packet;
    let interface = if ticks.is_none() { 0 } else { interface };
    let described = &interfaces[interface as usize];
    if ticks.is_none() {
        options = OptionList::default();
        original_len = u32::try_from(bytes.len()).unwrap();
        match described.interface.snaplen {
            0 => {}
            snaplen => bytes.truncate(snaplen as usize),
        }
    }
    KeptPacket {
        number: PacketNumber::new(at as u64 + 1).unwrap(),
        interface: InterfaceId(interface),
        link_type: described.interface.link_type,
        fcs_len: described.fcs_len,
        time: ticks.and_then(|ticks| time(ticks, described)),
        original_len,
        bytes,
        attributes: PacketAttributes { ticks, options },
    }
}

/// The slow way to a time: in whole numbers, with the division last.
fn time(ticks: u64, described: &Described) -> Option<Timestamp> {
    let exponent = u32::from(described.resolution & 0x7f);
    let (per_second, nanos) = match described.resolution & 0x80 {
        0 => (10_u128.pow(exponent), 1_000_000_000),
        _ => (2_u128.pow(exponent), 1_000_000_000),
    };
    let nanos = i128::try_from(u128::from(ticks) * nanos / per_second).ok()?;
    let nanos = nanos + i128::from(described.offset_seconds) * 1_000_000_000;
    Some(Timestamp::from_nanos(i64::try_from(nanos).ok()?))
}
