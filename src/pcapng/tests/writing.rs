//! What cannot be written, and what a writer does about it.

use crate::capture::testing::read;
use crate::capture::{InterfaceId, LinkType, PacketNumber};
use crate::pcapng::{
    InterfaceDescription, InterfaceStatistics, NameRecord, OptionList, Packet, SecretBlock,
    WriteError, Writer,
};

fn started() -> Writer<Vec<u8>> {
    Writer::new(Vec::new(), &OptionList::default()).unwrap()
}

fn with_interface(snaplen: u32, options: &OptionList) -> Writer<Vec<u8>> {
    let mut writer = started();
    let description = InterfaceDescription {
        link_type: LinkType(1),
        snaplen,
        options,
    };
    assert_eq!(writer.interface(&description).unwrap(), InterfaceId(0));
    writer
}

fn name(ip: &str, name: &str) -> NameRecord {
    NameRecord {
        ip: ip.parse().unwrap(),
        name: name.to_owned(),
    }
}

fn names(names: &[NameRecord]) -> Result<Vec<u8>, WriteError> {
    let writer = with_interface(0, &OptionList::default());
    writer.names(names)?.secrets(&[])?.finish(&[])
}

fn packet<'a>(ticks: Option<u64>, bytes: &'a [u8], options: &'a OptionList) -> Packet<'a> {
    Packet {
        number: PacketNumber::FIRST,
        interface: InterfaceId(0),
        ticks,
        original_len: 9,
        bytes,
        options,
    }
}

#[test]
fn a_refused_packet_leaves_no_trace() {
    let none = OptionList::default();
    let mut noted = OptionList::default();
    noted.push(OptionList::COMMENT, b"odd").unwrap();
    let writer = with_interface(4, &none).names(&[]).unwrap();
    let mut writer = writer.secrets(&[]).unwrap();
    let elsewhere = Packet {
        interface: InterfaceId(1),
        ..packet(Some(1), b"abcd", &none)
    };
    let refused = [
        (elsewhere, "packet 1: interface 1 of 1"),
        (
            packet(None, b"abc", &none),
            "packet 1 has no time and 3 bytes: only 4 are possible \
             (original length 9, snapshot length 4)",
        ),
        (
            packet(None, b"abcd", &noted),
            "packet 1 has no time: options are not possible",
        ),
    ];
    for (packet, message) in refused {
        let error = writer.packet(&packet).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    writer.packet(&packet(None, b"abcd", &none)).unwrap();
    writer.packet(&packet(Some(7), b"xyz", &noted)).unwrap();
    let reading = read(&writer.finish(&[]).unwrap());
    assert_eq!(reading.packets, ["1@0 - abcd", "2@0 0.000007 xyz"]);
    assert!(reading.notices.is_empty());
}

#[test]
fn packets_without_time_are_of_the_first_interface() {
    let none = OptionList::default();
    let mut writer = with_interface(0, &none);
    let description = InterfaceDescription {
        link_type: LinkType(1),
        snaplen: 0,
        options: &none,
    };
    let interface = writer.interface(&description).unwrap();
    let mut writer = writer.names(&[]).unwrap().secrets(&[]).unwrap();
    let second = Packet {
        interface,
        ..packet(None, b"123456789", &none)
    };
    assert_eq!(
        writer.packet(&second).unwrap_err().to_string(),
        "packet 1 has no time and is of interface 1: only 0 is possible"
    );
}

#[test]
fn full_records_and_blocks_are_followed_by_others() {
    let long = |at: usize| format!("{at}-{}", "x".repeat(30_000));
    let many: Vec<_> = (0..100)
        .map(|at| name(["10.0.0.1", "2001:db8::1"][at / 50], &long(at)))
        .collect();
    let file = names(&many).unwrap();
    assert_eq!(read(&file).capture.names(), many);
    let blocks = file.windows(8).filter(|window| {
        let kind = u32::from_le_bytes(*window.first_chunk().unwrap());
        let len = u32::from_le_bytes(*window.last_chunk().unwrap());
        kind == 4 && (1 << 20..2 << 20).contains(&len)
    });
    assert_eq!(blocks.count(), 2);
}

#[test]
fn the_longest_name_fits_and_a_longer_one_does_not() {
    for (ip, at_most) in [("10.0.0.1", 65_530), ("::1", 65_518)] {
        let longest = name(ip, &"x".repeat(at_most));
        let file = names(std::slice::from_ref(&longest)).unwrap();
        assert_eq!(read(&file).capture.names(), [longest]);
        let longer = name(ip, &"x".repeat(at_most + 1));
        assert_eq!(
            names(&[longer]).unwrap_err().to_string(),
            format!(
                "the name of {ip} has {} bytes: at most {at_most} are possible",
                at_most + 1
            )
        );
    }
}

#[test]
fn names_that_would_read_as_others_are_refused() {
    for text in ["", "a\0b"] {
        assert_eq!(
            names(&[name("10.0.0.1", text)]).unwrap_err().to_string(),
            "the name of 10.0.0.1 is empty or holds a NUL"
        );
    }
}

#[test]
fn names_and_secrets_need_an_interface() {
    let error = started().names(&[name("10.0.0.1", "a")]).unwrap_err();
    let message = "a name resolution block needs an interface before it";
    assert_eq!(error.to_string(), message);
    let secrets = SecretBlock {
        secrets_type: SecretBlock::TLS_KEY_LOG,
        bytes: Vec::new(),
    };
    let writer = started().names(&[]).unwrap();
    let error = writer.secrets(&[secrets]).unwrap_err();
    let message = "a decryption secrets block needs an interface before it";
    assert_eq!(error.to_string(), message);
    let writer = started().names(&[]).unwrap().secrets(&[]).unwrap();
    assert_eq!(writer.finish(&[]).unwrap().len(), 28);
}

#[test]
fn statistics_need_their_interface() {
    let writer = with_interface(0, &OptionList::default());
    let writer = writer.names(&[]).unwrap().secrets(&[]).unwrap();
    let statistics = InterfaceStatistics {
        interface: InterfaceId(1),
        ticks: 0,
        options: OptionList::default(),
    };
    assert_eq!(
        writer.finish(&[statistics]).unwrap_err().to_string(),
        "statistics of interface 1 of 1"
    );
}

#[test]
fn names_of_one_address_share_a_record_and_keep_their_order() {
    let list = [
        name("10.0.0.1", "alias"),
        name("10.0.0.1", "best"),
        name("::1", "six"),
        name("10.0.0.1", "later"),
    ];
    let file = names(&list).unwrap();
    let text = b"\x01\0\x0f\0\x0a\0\0\x01alias\0best\0\0\x02\0\x14\0";
    assert!(file.windows(text.len()).any(|window| window == text));
    assert!(
        file.windows(8)
            .any(|end| end == [0, 0, 0, 0, 0x4c, 0, 0, 0])
    );
    assert_eq!(read(&file).capture.names(), list);
}
