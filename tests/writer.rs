//! What was written reads as what was meant, by this reader and by others.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "support/copy.rs"]
mod copy;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/whole.rs"]
mod whole;

use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

use copy::{KeptPacket, Whole};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::{Block, PcapNgParser};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use spider_pcap::capture::{PcapWriteError, Section};
use spider_pcap::pcapng::{OptionList, WriteError};

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x0077_0072_0069_0074),
        ..ProptestConfig::default()
    }
}

fn reread(file: Vec<u8>) -> Whole {
    Whole::read(vec![corpus::input("copy", file)])
}

/// Written and read again; where it comes from is not compared.
fn pcapng_copy(whole: &Whole) -> Result<Whole, WriteError> {
    let mut copy = reread(whole.write_pcapng(Vec::new())?);
    // A time that is out of range here is kept all the same.
    let mut notices = copy.notices.iter();
    assert!(notices.all(|notice| notice.contains("time out of range")));
    for (copy, original) in copy.interfaces.iter_mut().zip(&whole.interfaces) {
        assert_eq!(copy.section.options, whole.header);
        copy.section.clone_from(&original.section);
    }
    copy.notices.clone_from(&whole.notices);
    Ok(copy)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn what_was_written_is_read(whole in whole::anything()) {
        prop_assert_eq!(&pcapng_copy(&whole).unwrap(), &whole);
    }

    #[test]
    fn pcap_file_reads_what_was_written(whole in whole::plain()) {
        let file = whole.write_pcapng(Vec::new()).unwrap();
        prop_assert_eq!(&reread(file.clone()).packets, &whole.packets);
        let (mut rest, mut parser) = PcapNgParser::new(&file).unwrap();
        let mut packets = whole.packets.iter();
        while !rest.is_empty() {
            let (after, block) = parser.next_block(rest).unwrap();
            rest = after;
            match block {
                Block::EnhancedPacket(theirs) => assert_same(&theirs, packets.next().unwrap()),
                Block::SimplePacket(theirs) => {
                    let ours = packets.next().unwrap();
                    prop_assert_eq!(&*theirs.data, &ours.bytes);
                    prop_assert_eq!(theirs.original_len, ours.original_len);
                }
                _ => {}
            }
        }
        prop_assert!(packets.next().is_none());
        prop_assert_eq!(parser.interfaces().len(), whole.interfaces.len());
        for (theirs, ours) in parser.interfaces().iter().zip(&whole.interfaces) {
            prop_assert_eq!(theirs.snaplen, ours.snaplen);
            prop_assert_eq!(theirs.options.len(), ours.options.iter().count());
        }
    }

    #[test]
    fn what_is_left_of_a_damaged_capture_is_kept(
        file in any::<Index>(),
        damage in vec((any::<Index>(), any::<u8>()), 1..8),
    ) {
        let files = small_files();
        let (name, mut bytes) = file.get(files).clone();
        for (at, byte) in damage {
            // The first bytes say which format it is.
            let at = 24 + at.index(bytes.len() - 24);
            bytes[at] = byte;
        }
        let whole = Whole::read(vec![corpus::input(&name, bytes)]);
        match pcapng_copy(&whole) {
            Ok(copy) => prop_assert_eq!(&copy, &whole, "{}", name),
            // A simple packet of a second section, or names without an interface.
            Err(WriteError::NotOfFirstInterface { .. } | WriteError::NoInterface { .. }) => {}
            Err(error) => prop_assert!(false, "{}: {}", name, error),
        }
    }

    #[test]
    fn a_pcap_keeps_packets_and_times(whole in whole::for_pcap()) {
        let copy = reread(whole.write_pcap(Vec::new()).unwrap());
        prop_assert_eq!(&copy.notices, &Vec::<String>::new());
        assert_same_packets(&copy, &whole, "random");
    }
}

/// The captures that are not compressed and quick to read.
fn small_files() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let files = corpus::all().into_iter();
        let files = files.map(|file| (file.name.clone(), file.bytes()));
        let plain = files.filter(|(name, _)| name.ends_with("pcap") || name.ends_with("pcapng"));
        plain.filter(|(_, bytes)| bytes.len() < 30_000).collect()
    })
}

fn assert_same(theirs: &EnhancedPacketBlock<'_>, ours: &KeptPacket) {
    let nanos = ours.time.unwrap().nanos();
    assert_eq!(theirs.timestamp.as_nanos(), u128::try_from(nanos).unwrap());
    assert_eq!(theirs.interface_id, ours.interface.0);
    assert_eq!(theirs.original_len, ours.original_len);
    assert_eq!(&*theirs.data, &ours.bytes);
    let count = ours.attributes.options.iter().count();
    assert_eq!(theirs.options.len(), count);
}

/// What every format keeps of packets.
fn assert_same_packets(copy: &Whole, original: &Whole, name: &str) {
    assert_eq!(copy.packets.len(), original.packets.len(), "{name}");
    for (copy, original) in copy.packets.iter().zip(&original.packets) {
        assert_eq!(copy.time, original.time, "{name}");
        assert_eq!(copy.bytes, original.bytes, "{name}");
        assert_eq!(copy.original_len, original.original_len, "{name}");
        assert_eq!(copy.link_type, original.link_type, "{name}");
    }
}

#[test]
fn captures_keep_everything_as_pcapng() {
    for file in corpus::all() {
        let whole = Whole::read(vec![corpus::input("x", file.bytes())]);
        let copy = pcapng_copy(&whole).unwrap();
        assert_eq!(copy, whole, "{}", file.name);
        // A copy of the copy is the same file.
        let first = whole.write_pcapng(Vec::new()).unwrap();
        assert_eq!(copy.write_pcapng(Vec::new()).unwrap(), first);
    }
}

#[test]
fn a_copy_gives_the_same_documents() {
    for file in corpus::all() {
        let whole = Whole::read(vec![corpus::input("x", file.bytes())]);
        let copy = whole.write_pcapng(Vec::new()).unwrap();
        let lines = |bytes| {
            let analysis = corpus::try_analysis(&file.name, bytes).unwrap();
            corpus::lines(&file.name, &analysis)
        };
        assert_eq!(lines(copy), lines(file.bytes()), "{}", file.name);
    }
}

#[test]
fn captures_keep_their_packets_as_pcap() {
    let mut refused = Vec::new();
    for file in corpus::all() {
        let whole = Whole::read(vec![corpus::input("x", file.bytes())]);
        match whole.write_pcap(Vec::new()) {
            Ok(pcap) => assert_same_packets(&reread(pcap), &whole, &file.name),
            Err(error) => refused.push(format!("{}: {error}", file.name)),
        }
    }
    let message = "format/simple-packets.pcapng: packet 1 has no time, which a pcap file needs";
    assert_eq!(refused, [message]);
}

#[test]
fn several_captures_become_one_section() {
    let parts = ["rotated-2", "rotated-1", "two-interfaces", "micro"];
    let inputs = corpus::all().into_iter().filter(|file| {
        let name = file.name.strip_prefix("format/").unwrap_or_default();
        parts.contains(&name.split('.').next().unwrap_or_default())
    });
    let inputs = inputs.map(|file| corpus::input(&file.name, file.bytes()));
    let whole = Whole::read(inputs.collect());
    let sections: Vec<&Section> = whole.interfaces.iter().map(|one| &*one.section).collect();
    assert!(4 < sections.len());
    assert_eq!(pcapng_copy(&whole).unwrap(), whole);
}

/// An output that has room for so many bytes.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room);
        if taken == 0 && !bytes.is_empty() {
            return Err(ErrorKind::StorageFull.into());
        }
        self.room -= taken;
        Ok(taken)
    }

    /// What was buffered does not fit either when there is no room left.
    fn flush(&mut self) -> io::Result<()> {
        match self.room {
            0 => Err(ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

#[test]
fn a_full_disk_is_an_error_at_every_byte() {
    let names = ["format/names.pcapng", "format/two-interfaces.pcapng"];
    let files = corpus::all().into_iter();
    for file in files.filter(|file| names.contains(&file.name.as_str())) {
        let mut whole = Whole::read(vec![corpus::input("x", file.bytes())]);
        whole.packets.truncate(5);
        let len = whole.write_pcapng(Vec::new()).unwrap().len();
        for room in 0..=len {
            let error = whole.write_pcapng(Full { room }).err().unwrap();
            assert!(is_full(&error), "{room}: {error}");
        }
        assert!(whole.write_pcapng(Full { room: len + 1 }).is_ok());
        let len = whole.write_pcap(Vec::new()).unwrap().len();
        for room in 0..=len {
            let error = whole.write_pcap(Full { room }).err().unwrap();
            let PcapWriteError::Io { source } = error else {
                panic!("{error}");
            };
            assert_eq!(source.kind(), ErrorKind::StorageFull);
        }
        assert!(whole.write_pcap(Full { room: len + 1 }).is_ok());
    }
}

fn is_full(error: &WriteError) -> bool {
    matches!(error, WriteError::Io { source } if source.kind() == ErrorKind::StorageFull)
}

#[test]
fn the_order_of_blocks_is_the_one_all_programs_read() {
    let files = corpus::all().into_iter();
    let file = files.into_iter().find(|file| file.name == "demo.pcapng");
    let mut whole = Whole::read(vec![corpus::input("x", file.unwrap().bytes())]);
    whole.names = vec![spider_pcap::pcapng::NameRecord {
        ip: [10, 0, 0, 1].into(),
        name: "a".to_owned(),
    }];
    whole.statistics = vec![spider_pcap::pcapng::InterfaceStatistics {
        interface: spider_pcap::capture::InterfaceId(0),
        ticks: 1,
        options: OptionList::default(),
    }];
    let secrets = spider_pcap::pcapng::SecretBlock {
        secrets_type: spider_pcap::pcapng::SecretBlock::TLS_KEY_LOG,
        bytes: b"# nothing\n".to_vec(),
    };
    whole.secrets = vec![secrets.clone(), secrets];
    let file = whole.write_pcapng(Vec::new()).unwrap();
    let (mut rest, mut kinds) = (&file[..], Vec::new());
    while let Some(head) = rest.first_chunk::<8>() {
        let [a, b, c, d, e, f, g, h] = *head;
        kinds.push(u32::from_le_bytes([a, b, c, d]));
        rest = &rest[u32::from_le_bytes([e, f, g, h]) as usize..];
    }
    kinds.dedup();
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 4, 10, 6, 5]);
}
