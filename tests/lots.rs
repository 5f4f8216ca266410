//! Laws of lots and packets: one session followed gives what the list of all sessions says.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[expect(dead_code, reason = "only plain packets are needed here")]
#[path = "support/build.rs"]
mod build;
#[expect(dead_code, reason = "only one conversation is needed here")]
#[path = "support/conversation.rs"]
mod conversation;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/damage.rs"]
mod damage;
#[path = "support/seen.rs"]
mod seen;

use std::fmt::Write as _;

use build::Format;
use conversation::Conversation;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use seen::{Seen, followed};
use spider_pcap::analyze::{Analysis, Followed, SessionRecord};
use spider_pcap::lot::{Lot, PlacedPacket};
use spider_pcap::packet::TcpFlags;
use spider_pcap::session::{Direction, Finding, Target};

#[test]
fn lots_and_packets_agree_with_the_document_of_their_session() {
    let mut report = String::new();
    for file in captures() {
        let bytes = file.bytes();
        let Ok(analysis) = corpus::try_analysis(&file.name, bytes.clone()) else {
            continue;
        };
        for (index, record) in analysis.sessions.iter().enumerate().take(MAX_SESSIONS) {
            let target = Target::FirstPacket(record.summary.first_packet);
            let (followed, seen) = followed(&file.name, &bytes, target, 64 << 20);
            for wrong in broken_laws(&analysis, &record, &followed, &seen) {
                writeln!(report, "{}, session {}: {wrong}", file.name, index + 1).unwrap();
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x006c_6f74_7300_0001),
        ..ProptestConfig::default()
    })]

    /// Whatever damage makes of a capture: all that is said of a session agrees.
    #[test]
    fn the_laws_hold_in_damaged_captures(
        file in any::<Index>(),
        damages in prop::collection::vec(damage::damage(), 1..6),
    ) {
        let file = &corpus::all()[file.index(corpus::all().len())];
        let mut bytes = file.bytes();
        for damage in damages {
            damage.inflict(&mut bytes);
        }
        let Ok(analysis) = corpus::try_analysis(&file.name, bytes.clone()) else {
            return Ok(());
        };
        for record in analysis.sessions.iter().take(4) {
            let target = Target::FirstPacket(record.summary.first_packet);
            let (found, seen) = followed(&file.name, &bytes, target, 64 << 20);
            let broken = broken_laws(&analysis, &record, &found, &seen);
            prop_assert!(broken.is_empty(), "{}: {:#?}", file.name, broken);
            // A small hold gives the same bytes, but for those that come too late for it.
            let (few, parts) = followed(&file.name, &bytes, target, 4096);
            let count = |seen: &Seen| seen.content.values().map(Vec::len).sum::<usize>() as u64;
            prop_assert_eq!(count(&parts) + few.too_late_bytes, count(&seen));
        }
    }
}

/// The captures of `testdata/`, or those of the folder that `CAPTURES` names.
fn captures() -> Vec<corpus::files::CaptureFile> {
    let folder = std::env::var_os("CAPTURES");
    folder.map_or_else(corpus::all, |folder| corpus::files::below(folder.as_ref()))
}

/// Sessions of a capture that are looked at; each costs a reading of the capture.
const MAX_SESSIONS: usize = 100;

#[test]
fn a_session_is_the_same_by_its_number() {
    for file in corpus::all() {
        let bytes = file.bytes();
        let analysis = corpus::try_analysis(&file.name, bytes.clone()).unwrap();
        for (number, record) in (1..).zip(analysis.sessions.iter()) {
            let (followed, _) = followed(&file.name, &bytes, Target::Number(number), 1 << 20);
            let found = followed.session.unwrap();
            assert_eq!(found.summary.first_packet, record.summary.first_packet);
        }
        let past = Target::Number(analysis.sessions.len() as u64 + 1);
        assert!(
            followed(&file.name, &bytes, past, 1 << 20)
                .0
                .session
                .is_none()
        );
    }
}

#[test]
fn content_does_not_depend_on_how_much_is_held() {
    for name in [
        "session/lossy-client.pcap",
        "session/lossy-server.pcap",
        "demo.pcapng",
        "http/upload.pcap",
    ] {
        let file = corpus::all()
            .into_iter()
            .find(|file| file.name == name)
            .unwrap();
        let bytes = file.bytes();
        let analysis = corpus::try_analysis(&file.name, bytes.clone()).unwrap();
        for record in analysis.sessions.iter() {
            let target = Target::FirstPacket(record.summary.first_packet);
            let (_, whole) = followed(name, &bytes, target, 64 << 20);
            let (few, parts) = followed(name, &bytes, target, 40_000);
            assert_eq!(few.too_late_bytes, 0, "{name}");
            assert!(whole.content == parts.content, "{name}");
        }
    }
}

#[test]
fn a_packet_that_fills_an_earlier_lot_and_opens_another_is_the_first_of_that() {
    let ends = ["10.20.0.10:49152", "10.20.0.80:80"].map(|end| end.parse().unwrap());
    let mut talk = Conversation::new(ends, [1_000, 2_000], false);
    talk.open();
    let mut send = |direction, offset, payload: &[u8]| {
        let part = talk.part(direction, offset, TcpFlags::ACK, payload);
        talk.push(&part);
        talk.ends[direction].sent = offset + u32::try_from(payload.len()).unwrap();
    };
    send(Direction::Out, 0, b"ab");
    send(Direction::Out, 4, b"ef");
    send(Direction::In, 0, b"yes");
    send(Direction::Out, 2, b"cdefgh");
    let bytes = build::capture(Format::Pcap, &talk.packets);
    let (_, seen) = followed("talk.pcap", &bytes, Target::Number(1), 1 << 20);
    let lot = seen.lots[2];
    assert_eq!((lot.packets, lot.payload_bytes), (1, 2));
    assert_eq!(lot.first_packet, lot.last_packet);
    assert_eq!(lot.first_packet.value(), talk.packets.len() as u64);
    assert!(lot.first.is_some() && lot.pause.is_some());
    let (_, last) = seen.packets.last().unwrap();
    assert_eq!((last.lot, last.opens_lot), (Some(2), true));
    assert_eq!(seen.content[&Direction::Out], b"abcdefgh");
}

fn broken_laws(
    analysis: &Analysis,
    record: &SessionRecord,
    followed: &Followed,
    seen: &Seen,
) -> Vec<String> {
    let Some(found) = &followed.session else {
        return vec!["not found".to_owned()];
    };
    let document = |record: &SessionRecord| {
        let alone = Analysis {
            sessions: [record.clone()].into_iter().collect(),
            capture: analysis.capture.clone(),
        };
        corpus::lines("x", &alone).concat()
    };
    let mut laws = Laws::default();
    laws.hold("document", document(found), document(record));
    laws.hold("packets", seen.packets.len() as u64, record.summary.packets);
    laws.of_lots(record, seen);
    for direction in Direction::BOTH {
        laws.of_bytes(direction, record, seen);
        laws.of_findings(direction, record, seen);
    }
    laws.broken
}

/// Laws that were looked at, and those that do not hold.
#[derive(Default)]
struct Laws {
    broken: Vec<String>,
}

impl Laws {
    fn hold<T: PartialEq + std::fmt::Display>(&mut self, law: &str, ours: T, theirs: T) {
        if ours != theirs {
            self.broken.push(format!("{law}: {ours}, not {theirs}"));
        }
    }

    /// Lots are numbered without a break, alternate, and hold the packets that say so.
    fn of_lots(&mut self, record: &SessionRecord, seen: &Seen) {
        self.hold("lots", seen.lots.len() as u64, record.lots.lots);
        for (index, lot) in (0..).zip(&seen.lots) {
            let packets = seen
                .packets
                .iter()
                .filter(|(_, packet)| packet.lot == Some(index));
            self.hold("number of a lot", lot.index, index);
            self.hold("packets of a lot", lot.packets, packets.count() as u64);
        }
        let alternate = seen
            .lots
            .windows(2)
            .all(|pair| pair[0].direction != pair[1].direction);
        self.hold("lots alternate", alternate, true);
    }

    /// The lots of a direction are its stream, and every data packet is in one of them.
    fn of_bytes(&mut self, direction: Direction, record: &SessionRecord, seen: &Seen) {
        let half = &record.summary.halves[direction];
        let lots = || seen.lots.iter().filter(|lot| lot.direction == direction);
        let sum = |number: fn(&Lot) -> u64| lots().map(number).sum::<u64>();
        let data: Vec<_> = packets(seen, direction)
            .filter(|(len, _)| 0 < *len)
            .collect();
        self.hold("data packets", data.len() as u64, half.data_packets);
        if lots().next().is_some() {
            // Text in a reset is no part of the stream: before the first lot it is in none.
            let lotless = data
                .iter()
                .take_while(|(_, packet)| packet.lot.is_none())
                .count();
            let in_lots = data
                .iter()
                .filter(|(_, packet)| packet.lot.is_some())
                .count();
            self.hold("data packets in lots", in_lots, data.len() - lotless);
            self.hold("packets of lots", sum(|lot| lot.packets), in_lots as u64);
            self.hold("missing", sum(|lot| lot.missing_bytes), half.missing_bytes);
        }
        let content = seen.content.get(&direction).map_or(0, Vec::len) as u64;
        self.hold("bytes of lots", sum(|lot| lot.payload_bytes), content);
        if record.summary.truncated_packets == 0 {
            self.hold("stream bytes", content, half.stream_bytes);
        }
        let late = record.lots.late_packets[direction];
        self.hold("late packets", sum(|lot| lot.late_packets), late);
    }

    /// What is found about packets adds up to the counters of their session.
    fn of_findings(&mut self, direction: Direction, record: &SessionRecord, seen: &Seen) {
        let half = &record.summary.halves[direction];
        for (finding, total) in [
            (Finding::Resent, half.resent_packets),
            (Finding::Duplicate, half.duplicates),
            (Finding::OutOfOrder, half.out_of_order),
            (Finding::LostUpstream, half.lost_upstream),
            (Finding::OverlapConflict, half.overlap_conflicts),
            (Finding::KeepAlive, half.keep_alives),
            (Finding::DuplicateAck, half.duplicate_acks),
            (Finding::ZeroWindow, half.zero_windows),
            (Finding::WindowFull, half.window_full),
            (Finding::InvalidSequence, half.invalid_sequences),
            (Finding::InvalidReset, half.invalid_resets),
            (Finding::BadChecksum, half.bad_checksums),
        ] {
            let found =
                packets(seen, direction).filter(|(_, packet)| packet.facts.findings.has(finding));
            self.hold(
                &format!("{direction}: {finding:?}"),
                found.count() as u64,
                total,
            );
        }
    }
}

fn packets(seen: &Seen, direction: Direction) -> impl Iterator<Item = &(u32, PlacedPacket)> {
    let all = seen.packets.iter();
    all.filter(move |(_, packet)| packet.facts.direction == direction)
}
